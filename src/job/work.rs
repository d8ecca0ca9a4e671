//! Owns one picture's way through the stages: what each worker group gets, does and passes on.
//! Does not own: the stages themselves (package `pipeline-stages`), nor how they are run (the engine).

use super::error::is_shared;
use super::recipe::Recipe;
use super::tally::Tally;
use super::{Listener, Receipt};
use crate::engine::StepError;
use pipeline_stages::display::escape;
use pipeline_stages::read::{Entry, WalkError, read_entry};
use pipeline_stages::write::{Claims, Destination, Fate, Outcome, target_name};
use pipeline_stages::{
    Converter, DecodePath, Decoder, EncodeOptions, Encoder, Error, Format, Header, Image, Plan, probe,
};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// What all workers of a job share.
pub(super) struct Shared {
    pub(super) recipe: Recipe,
    /// Bytes that no single picture may need more than.
    pub(super) usable: u64,
    pub(super) destination: Destination,
    pub(super) in_place: bool,
    pub(super) claims: Claims,
    pub(super) tally: Tally,
    pub(super) listener: Box<dyn Listener>,
}

/// A file that was read, and what will be done with it.
pub(super) struct Planned {
    entry: Entry,
    /// When the input was modified, if the output is to say the same.
    modified: Option<SystemTime>,
    bytes: Vec<u8>,
    header: Header,
    plan: Plan,
    /// Whether no earlier input has the same output; known once it was at the gate.
    claim: OnceLock<Result<(), Error>>,
}

/// A picture between two stages.
pub(super) struct Pixels {
    entry: Entry,
    modified: Option<SystemTime>,
    plan: Plan,
    content: Content,
    receipt: Receipt,
}

/// What a picture is after decoding.
enum Content {
    /// Samples, as they are and as they are to be.
    Image(Box<Image>),
    /// The file that is written, of which nothing was decoded.
    Finished(Vec<u8>),
}

/// A finished file that is not written yet.
pub(super) struct Ready {
    entry: Entry,
    modified: Option<SystemTime>,
    format: Format,
    bytes: Vec<u8>,
    receipt: Receipt,
}

type Step<T> = Result<T, StepError>;

/// Bytes that reading an input will take.
pub(super) fn file_bytes(input: &Result<Entry, WalkError>) -> u64 {
    input.as_ref().ok().and_then(|entry| std::fs::metadata(&entry.path).ok()).map_or(0, |file| file.len())
}

impl Shared {
    /// Reads a file, looks at its header and plans; nothing if it is not a picture and was not named.
    pub(super) fn read(&self, input: Result<Entry, WalkError>) -> Step<Option<Planned>> {
        let entry = input.map_err(|error| error.error)?;
        let Some(bytes) = read_entry(&entry, self.recipe.plan.limits.max_file_bytes)? else {
            self.tally.not_a_picture();
            return Ok(None);
        };
        let modified = self.modified(&entry)?;
        self.tally.read(bytes.len());
        let header = probe(&bytes, &self.recipe.plan.limits)?;
        self.check_name(&entry, &header);
        let plan = Plan::new(&header, &self.recipe.plan)?.encoded_with(&self.recipe.encode);
        self.listener.planned(&entry, &plan);
        Ok(Some(Planned { entry, modified, bytes, header, plan, claim: OnceLock::new() }))
    }

    fn modified(&self, entry: &Entry) -> Result<Option<SystemTime>, Error> {
        if !self.recipe.keep_mtime {
            return Ok(None);
        }
        let modified = std::fs::metadata(&entry.path).and_then(|file| file.modified());
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
        let needed = planned.plan.worst_case_bytes();
        let claimed = self.check_memory(needed).and_then(|()| {
            // The landing, and not the path, even in place: there it is the path without detours through `..`.
            let target = target_name(&planned.entry.landing, planned.plan.format().extension());
            self.claims.claim(&target, &planned.entry.path.to_string_lossy())
        });
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

    fn landing<'a>(&self, entry: &'a Entry) -> &'a std::path::Path {
        if self.in_place { &entry.path } else { &entry.landing }
    }

    pub(super) fn decode(&self, decoder: &mut Decoder, planned: Planned) -> Step<Option<Pixels>> {
        let Planned { entry, modified, bytes, header, plan, claim } = planned;
        claim.into_inner().unwrap_or(Ok(()))?;
        let extension = plan.format().extension();
        if self.destination.fate(&entry.path, self.landing(&entry), extension)? == Fate::Skip {
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
            DecodePath::Lossless => decoder.gray_jpeg(&bytes, &header, &self.encode_options(&plan)).ok(),
            DecodePath::Luma | DecodePath::Full => None,
        };
        let (content, warnings) = if let Some(encoded) = finished {
            (Content::Finished(encoded.bytes), encoded.warnings)
        } else {
            let decoded = decoder.decode(&bytes, &header, plan.decode_mode())?;
            (receipt.degraded, receipt.path) = (decoded.degraded, plan.decode_mode().into());
            (Content::Image(Box::new(decoded.image)), decoded.warnings)
        };
        for warning in &warnings {
            self.warn(&entry, warning);
        }
        Ok(Some(Pixels { entry, modified, plan, content, receipt }))
    }

    fn encode_options(&self, plan: &Plan) -> EncodeOptions {
        let mut options = self.recipe.encode.clone();
        options.format = plan.format();
        options
    }

    pub(super) fn convert(&self, converter: &mut Converter, pixels: Pixels) -> Step<Pixels> {
        let Pixels { entry, modified, plan, content, receipt } = pixels;
        let content = match content {
            Content::Image(image) => Content::Image(Box::new(plan.convert(converter, *image)?)),
            finished @ Content::Finished(_) => finished,
        };
        Ok(Pixels { entry, modified, plan, content, receipt })
    }

    pub(super) fn encode(&self, encoder: &mut Encoder, pixels: Pixels) -> Step<Ready> {
        let Pixels { entry, modified, plan, content, receipt } = pixels;
        let bytes = match content {
            Content::Finished(bytes) => bytes,
            Content::Image(image) => {
                let encoded = encoder.encode(&image, &self.encode_options(&plan))?;
                for warning in &encoded.warnings {
                    self.warn(&entry, warning);
                }
                encoded.bytes
            }
        };
        Ok(Ready { entry, modified, format: plan.format(), bytes, receipt })
    }

    pub(super) fn write(&self, ready: Ready) -> Step<Option<Receipt>> {
        let Ready { entry, modified, format, bytes, mut receipt } = ready;
        let (landing, extension) = (self.landing(&entry), format.extension());
        match self.destination.write_dated(landing, extension, &bytes, modified)? {
            Outcome::Skipped { .. } => {
                self.tally.existed();
                Ok(None)
            }
            Outcome::Written { path, bytes } => {
                receipt.output = path;
                receipt.bytes_written = bytes;
                Ok(Some(receipt))
            }
        }
    }

    fn warn(&self, entry: &Entry, warning: &str) {
        self.tally.warned();
        self.listener.warned(entry, warning);
    }
}

/// What messages call an input.
pub(super) fn label(entry: &Entry) -> String {
    escape(&entry.path).to_string()
}

/// What messages call an input of the walk, or what the walk could not use.
pub(super) fn input_label(input: &Result<Entry, WalkError>) -> Arc<str> {
    match input {
        Ok(entry) => label(entry).into(),
        Err(error) => escape(&error.path).to_string().into(),
    }
}

/// Whether a failure would meet the other pictures too.
pub(super) fn is_fatal(failure: &crate::engine::Failure) -> bool {
    failure.error.downcast_ref::<Error>().is_some_and(|error| is_shared(&failure.stage, error))
}
