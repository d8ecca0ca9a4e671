//! Owns a worker's place for decoding: a decoder here, and one in another process, started when it is first needed.
//! Does not own: which of them a picture takes (`choice.rs`).

use super::choice::Isolation;
use super::lost::{Lost, NoProcess};
use super::need::Need;
use super::process::Process;
use crate::engine::{Panicked, StepError};
use pipeline_stages::remote::{Answer, Request, Settings, Wanted};
use pipeline_stages::{Decoded, Decoder, EncodeOptions, Encoded, Header, Plan, probe};
use std::sync::Arc;

/// One for each worker.
pub(in crate::job) struct Bench {
    isolation: Arc<Isolation>,
    here: Decoder,
    there: Option<Process>,
}

impl Bench {
    pub(in crate::job) fn new(isolation: &Arc<Isolation>) -> Self {
        let Settings { limits, lenient } = isolation.settings().clone();
        let here = Decoder::new(limits).lenient(lenient);
        Self { isolation: Arc::clone(isolation), here, there: None }
    }

    /// The header of a file.
    pub(in crate::job) fn probe(&mut self, apart: bool, file: &[u8]) -> Result<Header, StepError> {
        let limits = &self.isolation.settings().limits;
        if !apart {
            return Ok(probe(file, limits)?);
        }
        let need = Need::of_header(file, limits);
        match self.ask(Wanted::Header, file, &need)? {
            Answer::Header(header) => Ok(*header),
            other => Err(self.instead(other)),
        }
    }

    /// A gray JPEG of a JPEG; `None` where none can be made without decoding.
    pub(in crate::job) fn gray_jpeg(
        &mut self,
        apart: bool,
        file: &[u8],
        (header, plan): (&Header, &Plan),
        options: EncodeOptions,
    ) -> Result<Option<Encoded>, StepError> {
        if !apart {
            #[cfg(debug_assertions)]
            super::faults::commit(file);
            return Ok(self.here.gray_jpeg(file, header, &options).ok());
        }
        let need = Need::of_picture(file, header, plan);
        match self.ask(Wanted::GrayJpeg(options), file, &need)? {
            Answer::GrayJpeg(encoded) => Ok(Some(encoded)),
            Answer::Failed(_) => Ok(None),
            other => Err(self.instead(other)),
        }
    }

    /// The picture, as the plan wants it decoded.
    pub(in crate::job) fn decode(
        &mut self,
        apart: bool,
        file: &[u8],
        header: &Header,
        plan: &Plan,
    ) -> Result<Decoded, StepError> {
        if !apart {
            #[cfg(debug_assertions)]
            super::faults::commit(file);
            return Ok(self.here.decode(file, header, plan.decode_mode())?);
        }
        let need = Need::of_picture(file, header, plan);
        match self.ask(Wanted::Picture(plan.decode_mode()), file, &need)? {
            Answer::Picture(decoded) => Ok(*decoded),
            other => Err(self.instead(other)),
        }
    }

    /// Asks once more if somebody killed the process meanwhile: that is no picture's fault, unless it happens again.
    fn ask(&mut self, wanted: Wanted, file: &[u8], need: &Need) -> Result<Answer, StepError> {
        let request = Request { wanted, file };
        match self.ask_once(&request, need)? {
            Err(Lost::Killed) => Ok(self.ask_once(&request, need)??),
            answered => Ok(answered?),
        }
    }

    fn ask_once(&mut self, request: &Request<'_>, need: &Need) -> Result<Result<Answer, Lost>, NoProcess> {
        // One that was killed while it had nothing to do is no picture's fault.
        let there = self.there.take().and_then(|mut process| process.lives().then_some(process));
        let mut process = match there {
            Some(process) => process,
            None => self.isolation.start()?,
        };
        match process.ask(request, need, self.isolation.settings()) {
            Ok(answer) => {
                self.there = Some(process);
                Ok(Ok(answer))
            }
            Err(error) => Ok(Err(self.isolation.lost(process.end(&error, need)))),
        }
    }

    /// What is told instead of what was asked for: a refusal, or a panic, as they would be here; anything else is no answer.
    fn instead(&mut self, answer: Answer) -> StepError {
        match answer {
            Answer::Panicked(message) => Panicked { message }.into(),
            Answer::Failed(error) => error.into(),
            _ => {
                self.there = None;
                self.isolation.lost(Lost::Nonsense).into()
            }
        }
    }
}
