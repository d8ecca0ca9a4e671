//! Owns what goes from stage to stage: an input, a file that was read, a picture, a finished file, and their names.
//! Does not own: what is done to them (`work.rs`).

use super::Receipt;
use super::session::InFlight;
use super::work::Shared;
use pipeline_stages::display::escape;
use pipeline_stages::read::{Entry, Walk, WalkError};
use pipeline_stages::write::Stamp;
use pipeline_stages::{Error, Format, Header, Image, Plan};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// What the walk gives, and under which number the journal knows it.
pub(super) struct Input {
    pub(super) found: Result<Entry, WalkError>,
    /// Absent where there is no journal.
    pub(super) flight: Flight,
}

pub(super) type Flight = Option<Arc<InFlight>>;

/// An input on its way.
pub(super) struct Origin {
    pub(super) entry: Entry,
    pub(super) flight: Flight,
    /// When the input was modified, if the output is to say the same.
    pub(super) modified: Option<SystemTime>,
    /// Its result, relative to the output directory.
    pub(super) target: PathBuf,
}

/// A file that was read, and what will be done with it.
pub(super) struct Planned {
    pub(super) origin: Origin,
    /// Nothing if an earlier run did it.
    pub(super) work: Option<Work>,
    /// Whether no earlier input has the same output; known once it was at the gate.
    pub(super) claim: OnceLock<Result<(), Error>>,
}

pub(super) struct Work {
    pub(super) bytes: Vec<u8>,
    pub(super) header: Header,
    pub(super) plan: Plan,
    /// Whether it is decoded in another process.
    pub(super) apart: bool,
}

/// A picture between two stages.
pub(super) struct Pixels {
    pub(super) origin: Origin,
    pub(super) plan: Plan,
    pub(super) content: Content,
    pub(super) receipt: Receipt,
}

/// What a picture is after decoding.
pub(super) enum Content {
    /// Samples, as they are and as they are to be.
    Image(Box<Image>),
    /// The file that is written, of which nothing was decoded.
    Finished(Vec<u8>),
}

/// A finished file that is not written yet.
pub(super) struct Ready {
    pub(super) origin: Origin,
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    pub(super) receipt: Receipt,
}

/// A file under its final name, for the sink to book.
pub(super) struct Finished {
    pub(super) origin: Origin,
    pub(super) receipt: Receipt,
    pub(super) modified: Stamp,
    pub(super) sha256: Option<String>,
}

impl Planned {
    /// What an earlier run did goes along for its claim.
    pub(super) fn before(entry: Entry, flight: Arc<InFlight>, target: PathBuf) -> Self {
        let origin = Origin { entry, flight: Some(flight), modified: None, target };
        Self { origin, work: None, claim: OnceLock::new() }
    }
}

/// Bytes that reading an input will take.
pub(super) fn file_bytes(input: &Input) -> u64 {
    input
        .found
        .as_ref()
        .ok()
        .and_then(|entry| std::fs::metadata(&entry.path).ok())
        .map_or(0, |file| file.len())
}

/// The walk, with each input's number for the journal: the engine counts what it gets from here in the same order.
pub(super) fn inputs(walk: Walk, shared: Arc<Shared>) -> impl Iterator<Item = Input> + Send {
    (0..).zip(walk).map(move |(seq, found)| {
        let path = found.as_ref().map_or_else(|error| &error.path, |entry| &entry.path);
        let flight = shared.session.as_ref().map(|session| session.admit(seq, path));
        Input { found, flight }
    })
}

/// What messages call an input.
pub(super) fn label(entry: &Entry) -> String {
    escape(&entry.path).to_string()
}

/// What messages call what the walk found, or could not use.
pub(super) fn found_label(found: &Result<Entry, WalkError>) -> Arc<str> {
    match found {
        Ok(entry) => label(entry).into(),
        Err(error) => escape(&error.path).to_string().into(),
    }
}

/// As [`found_label`].
pub(super) fn input_label(input: &Input) -> Arc<str> {
    found_label(&input.found)
}
