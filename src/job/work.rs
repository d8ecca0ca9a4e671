//! Owns one picture's way through the stages: what each worker group gets, does and passes on.
//! Does not own: the stages themselves (package `pipeline-stages`), nor how they are run (the engine).

use super::error::{FailedBefore, JournalBroken};
use super::isolate::{Bench, Isolation};
use super::items::{Content, Finished, Flight, Input, Origin, Pixels, Planned, Ready, Work};
use super::journal::{Verdict, hash};
use super::recipe::Recipe;
use super::session::{InFlight, Put, Session, identity};
use super::tally::Tally;
use super::{Listener, Receipt};
use crate::engine::StepError;
use pipeline_stages::read::{Entry, read_entry};
use pipeline_stages::uninterrupted;
use pipeline_stages::write::{Claims, Destination, Fate, Outcome, target_name};
use pipeline_stages::{Converter, DecodePath, EncodeOptions, Encoder, Error, Format, Header, Plan, Shape};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// What all workers of a job share.
pub(super) struct Shared {
    pub(super) recipe: Recipe,
    pub(super) isolation: Arc<Isolation>,
    /// Bytes that no single picture may need more than.
    pub(super) usable: u64,
    pub(super) destination: Destination,
    /// The journal and what belongs to it; absent in place.
    pub(super) session: Option<Session>,
    pub(super) in_place: bool,
    pub(super) claims: Claims,
    pub(super) tally: Tally,
    pub(super) listener: Box<dyn Listener>,
}

type Step<T> = Result<T, StepError>;

impl Shared {
    /// What the journal is told of an input, if there is one.
    fn record(
        &self,
        flight: &Flight,
        tell: impl FnOnce(&Session, &InFlight) -> Result<(), JournalBroken>,
    ) -> Result<(), JournalBroken> {
        match (&self.session, flight) {
            (Some(session), Some(flight)) => tell(session, flight),
            _ => Ok(()),
        }
    }

    /// Reads a file, looks at its header and plans; nothing if it is not a picture and was not named.
    pub(super) fn read(&self, bench: &mut Bench, input: Input) -> Step<Option<Planned>> {
        let Input { found, flight } = input;
        let entry = found.map_err(|error| error.error)?;
        let mut bytes = None;
        if let (Some(session), Some(flight)) = (&self.session, &flight) {
            session.check()?;
            bytes = self.examine(session, flight, &entry)?;
            match session.verdict(flight, &entry, &self.destination) {
                Verdict::Do => {}
                Verdict::Replace(result) => self.destination.may_replace(result),
                Verdict::Done(target) => return Ok(Some(Planned::before(entry, Arc::clone(flight), target))),
                Verdict::Failed(stage, reason) => return Err(FailedBefore { stage, reason }.into()),
                Verdict::Skipped => {
                    session.as_before(flight);
                    self.tally.not_a_picture();
                    return Ok(None);
                }
            }
        }
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => self.contents(&entry)?,
        };
        let Some(bytes) = bytes else {
            self.record(&flight, Session::not_a_picture)?;
            self.tally.not_a_picture();
            return Ok(None);
        };
        self.plan(bench, entry, flight, bytes).map(Some)
    }

    fn contents(&self, entry: &Entry) -> Result<Option<Vec<u8>>, Error> {
        read_entry(entry, self.recipe.plan.limits.max_file_bytes)
    }

    /// Finds out what the file is, as the journal will know it again. With hashes it has to be read for that, and then its
    /// contents are returned.
    fn examine(
        &self,
        session: &Session,
        flight: &InFlight,
        entry: &Entry,
    ) -> Result<Option<Option<Vec<u8>>>, Error> {
        // What is wrong with a file that cannot be examined is found out, and told, when it is opened.
        let Some(mut identity) = identity(&entry.path) else { return Ok(None) };
        let contents = if session.hashes { Some(self.contents(entry)?) } else { None };
        identity.sha256 = contents.as_ref().and_then(Option::as_deref).map(hash);
        flight.is(identity);
        Ok(contents)
    }

    fn plan(&self, bench: &mut Bench, entry: Entry, flight: Flight, bytes: Vec<u8>) -> Step<Planned> {
        let modified = self.modified(&entry)?;
        self.tally.read(bytes.len());
        let told = || match (&self.session, &flight) {
            (Some(session), Some(flight)) => session.told_last_time(flight),
            _ => false,
        };
        let apart = self.isolation.applies(told);
        let header = bench.probe(apart, &bytes)?;
        self.check_name(&entry, &header);
        let plan = Plan::new(&header, &self.recipe.plan)?.encoded_with(&self.recipe.encode);
        self.listener.planned(&entry, &plan);
        // The landing, and not the path, even in place: there it is the path without detours through `..`.
        let target = target_name(&entry.landing, plan.format().extension());
        let origin = Origin { entry, flight, modified, target };
        Ok(Planned { origin, work: Some(Work { bytes, header, plan, apart }), claim: OnceLock::new() })
    }

    fn modified(&self, entry: &Entry) -> Result<Option<SystemTime>, Error> {
        if !self.recipe.keep_mtime {
            return Ok(None);
        }
        let found = uninterrupted(|| std::fs::metadata(&entry.path));
        let modified = found.and_then(|file| file.modified());
        modified.map(Some).map_err(|source| Error::Io { action: "cannot tell when it was modified", source })
    }

    /// Scenario: a PNG named .jpg. Its content decides; people are told.
    fn check_name(&self, entry: &Entry, header: &Header) {
        let extension = entry.path.extension().and_then(|extension| extension.to_str());
        let named = extension.and_then(Format::from_extension);
        if named.is_some_and(|named| named != header.format) {
            let named = extension.unwrap_or_default();
            self.warn(entry, &format!("its content is {}, though it is named .{named}", header.format));
        }
    }

    /// The gate in front of decoding lets inputs pass one at a time and in order. So this is where they claim their
    /// outputs: of two with the same, always the first one has it. Returns the bytes that the picture will take.
    pub(super) fn claim(&self, planned: &Planned) -> u64 {
        let needed = planned.work.as_ref().map_or(0, needed);
        let Origin { entry, target, .. } = &planned.origin;
        let claimed = self.check_memory(needed);
        let claimed = claimed.and_then(|()| self.claims.claim(target, &entry.path.to_string_lossy()));
        let failed = claimed.is_err();
        let _ = planned.claim.set(claimed);
        if failed { 0 } else { needed }
    }

    /// A picture larger than the budget waits until it is alone; one larger than the machine would end the process.
    fn check_memory(&self, needed: u64) -> Result<(), Error> {
        if needed <= self.usable {
            return Ok(());
        }
        Err(Error::Limit { what: "memory for this picture in bytes", value: needed, limit: self.usable })
    }

    fn landing<'a>(&self, entry: &'a Entry) -> &'a Path {
        if self.in_place { &entry.path } else { &entry.landing }
    }

    pub(super) fn decode(&self, bench: &mut Bench, planned: Planned) -> Step<Option<Pixels>> {
        let Planned { origin, work, claim } = planned;
        claim.into_inner().unwrap_or(Ok(()))?;
        let entry = &origin.entry;
        let Some(Work { bytes, header, plan, apart }) = work else {
            self.tally.done_before();
            self.record(&origin.flight, |session, flight| {
                session.as_before(flight);
                Ok(())
            })?;
            return Ok(None);
        };
        let extension = plan.format().extension();
        if self.destination.fate(&entry.path, self.landing(entry), extension)? == Fate::Skip {
            self.record(&origin.flight, Session::existed)?;
            self.tally.existed();
            return Ok(None);
        }
        let mut receipt = Receipt {
            output: Default::default(),
            pixels: u64::from(header.width) * u64::from(header.height),
            bytes_read: bytes.len() as u64,
            bytes_written: 0,
            degraded: false,
            path: plan.path(),
        };
        let finished = match plan.path() {
            // Why it cannot be done is of no interest: decoding all of the picture succeeds, or tells.
            DecodePath::Lossless => {
                bench.gray_jpeg(apart, &bytes, (&header, &plan), self.encode_options(&plan))?
            }
            DecodePath::Luma | DecodePath::Full => None,
        };
        let (content, warnings) = if let Some(encoded) = finished {
            (Content::Finished(encoded.bytes), encoded.warnings)
        } else {
            let decoded = bench.decode(apart, &bytes, &header, &plan)?;
            (receipt.degraded, receipt.path) = (decoded.degraded, plan.decode_mode().into());
            (Content::Image(Box::new(decoded.image)), decoded.warnings)
        };
        for warning in &warnings {
            self.warn(entry, warning);
        }
        Ok(Some(Pixels { origin, plan, content, receipt }))
    }

    fn encode_options(&self, plan: &Plan) -> EncodeOptions {
        let mut options = self.recipe.encode.clone();
        options.format = plan.format();
        options
    }

    pub(super) fn convert(&self, converter: &mut Converter, pixels: Pixels) -> Step<Pixels> {
        let Pixels { origin, plan, content, receipt } = pixels;
        let content = match content {
            Content::Image(image) => Content::Image(Box::new(plan.convert(converter, *image)?)),
            finished @ Content::Finished(_) => finished,
        };
        Ok(Pixels { origin, plan, content, receipt })
    }

    pub(super) fn encode(&self, encoder: &mut Encoder, pixels: Pixels) -> Step<Ready> {
        let Pixels { origin, plan, content, receipt } = pixels;
        let bytes = match content {
            Content::Finished(bytes) => bytes,
            Content::Image(image) => {
                let encoded = encoder.encode(&image, &self.encode_options(&plan))?;
                for warning in &encoded.warnings {
                    self.warn(&origin.entry, warning);
                }
                encoded.bytes
            }
        };
        Ok(Ready { origin, format: plan.format(), bytes, receipt })
    }

    pub(super) fn write(&self, ready: Ready) -> Step<Option<Finished>> {
        let Ready { origin, format, bytes, mut receipt } = ready;
        let (landing, extension) = (self.landing(&origin.entry), format.extension());
        self.record(&origin.flight, |session, flight| {
            session.writing(flight, &origin.target, bytes.len() as u64)
        })?;
        match self.destination.write_dated(landing, extension, &bytes, origin.modified)? {
            Outcome::Skipped { .. } => {
                self.record(&origin.flight, Session::existed)?;
                self.tally.existed();
                Ok(None)
            }
            Outcome::Written { path, bytes: size, modified } => {
                receipt.output = path;
                receipt.bytes_written = size;
                self.listener.written(&origin.entry, &receipt);
                let hashes = self.session.as_ref().is_some_and(|session| session.hashes);
                let sha256 = hashes.then(|| hash(&bytes));
                Ok(Some(Finished { origin, receipt, modified, sha256 }))
            }
        }
    }

    /// Books a picture. Only then is it done: an error here fails it.
    pub(super) fn done(&self, finished: Finished) -> Result<(), JournalBroken> {
        let Finished { origin, receipt, modified, sha256 } = finished;
        let (bytes, degraded) = (receipt.bytes_written, receipt.degraded);
        self.record(&origin.flight, |session, flight| {
            session.done(flight, Put { result: &origin.target, bytes, modified, sha256, degraded })
        })?;
        self.tally.done(&receipt);
        Ok(())
    }

    fn warn(&self, entry: &Entry, warning: &str) {
        self.tally.warned();
        self.listener.warned(entry, warning);
    }
}

/// Bytes that a picture takes at once; in another process there is a copy of its file, and of its samples on their way here.
fn needed(work: &Work) -> u64 {
    let most = work.plan.worst_case_bytes();
    if !work.apart {
        return most;
    }
    let Header { width, height, color, bit_depth: bits, .. } = work.header;
    let samples = Shape { width, height, color, bits }.byte_len();
    most.saturating_add(samples).saturating_add(work.bytes.len() as u64)
}
