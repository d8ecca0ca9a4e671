//! Owns a run's dealings with its output directory beside the pictures, while it goes on: the lock, the journal, and which
//! inputs are in flight. Does not own: how it begins (`session/begin.rs`), what records say (`journal/`), nor the
//! pictures (`work.rs`).

mod begin;

pub(super) use begin::peek;

use super::error::{FailedBefore, JournalBroken, is_final};
use super::journal::{End, History, Identity, Item, Journal, Lock, Record, Seen, Status, Verdict, now};
use super::stage;
use crate::engine::{Ended, Failure, Report};
use pipeline_stages::display::escape;
use pipeline_stages::read::Entry;
use pipeline_stages::uninterrupted;
use pipeline_stages::write::{Destination, Stamp};
use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// One run in one output directory.
pub(super) struct Session {
    journal: Mutex<Journal>,
    history: Option<History>,
    /// Hash of the settings that results depend on.
    config: String,
    /// That the run before did not come to its end, and this one goes on with it.
    pub(super) follows_a_death: Option<Death>,
    /// Whether files are known by their hashes.
    pub(super) hashes: bool,
    /// Whether a result is recorded before it is written too.
    announces: bool,
    in_flight: Mutex<HashMap<u64, Arc<InFlight>>>,
    /// A record could not be written.
    broken: AtomicBool,
    _lock: Lock,
}

/// A run that did not come to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Death {
    /// The most inputs that it can have had under way, if it said so.
    pub(super) window: Option<u64>,
}

/// An input that is under way, as the journal will speak of it.
pub(super) struct InFlight {
    /// Its number, which is also the engine's.
    seq: u64,
    /// Its absolute path, as messages show it.
    name: String,
    admitted: Instant,
    /// What the file is, once that is known.
    is: OnceLock<Identity>,
}

impl InFlight {
    /// To be told before the file is read, so that a change while it is read is noticed by the next run.
    pub(super) fn is(&self, identity: Identity) {
        let _ = self.is.set(identity);
    }
}

/// What became of a result.
pub(super) struct Put<'p> {
    pub(super) result: &'p Path,
    pub(super) bytes: u64,
    pub(super) modified: Stamp,
    pub(super) sha256: Option<String>,
    pub(super) degraded: bool,
}

impl Session {
    /// An input is admitted; `seq` is its number.
    pub(super) fn admit(&self, seq: u64, path: &Path) -> Arc<InFlight> {
        let name = name(path);
        let flight = Arc::new(InFlight { seq, name, admitted: Instant::now(), is: OnceLock::new() });
        self.flights().insert(seq, Arc::clone(&flight));
        flight
    }

    /// What earlier runs say about an input.
    pub(super) fn verdict(&self, flight: &InFlight, entry: &Entry, destination: &Destination) -> Verdict {
        let now = flight.is.get();
        self.history.as_ref().map_or(Verdict::Do, |history| {
            history.verdict(&flight.name, &entry.landing, now, &Results(destination))
        })
    }

    /// Whether the run before this one told of an input, and so was not ended while it had it.
    pub(super) fn told_last_time(&self, flight: &InFlight) -> bool {
        self.history.as_ref().is_some_and(|history| history.told_last_time(&flight.name))
    }

    /// Whether records can still be kept.
    pub(super) fn check(&self) -> Result<(), JournalBroken> {
        match self.broken.load(Relaxed) {
            true => Err(io::Error::other("an earlier record could not be written").into()),
            false => Ok(()),
        }
    }

    /// The result of an input is about to be written where there is nothing.
    pub(super) fn writing(&self, flight: &InFlight, result: &Path, size: u64) -> Result<(), JournalBroken> {
        if !self.announces {
            return Ok(());
        }
        let out_is = Some(Identity { size, written: (0, 0), sha256: None });
        let out = Some(escape(result).to_string());
        self.add(Item { out, out_is, ..self.item(flight, Status::Writing) })
    }

    /// An input is done.
    pub(super) fn done(&self, flight: &InFlight, put: Put<'_>) -> Result<(), JournalBroken> {
        self.flights().remove(&flight.seq);
        let out_is = Some(Identity { size: put.bytes, written: put.modified, sha256: put.sha256 });
        let out = Some(escape(put.result).to_string());
        self.add(Item { out, out_is, degraded: put.degraded, ..self.item(flight, Status::Done) })
    }

    /// An input is not a picture.
    pub(super) fn not_a_picture(&self, flight: &InFlight) -> Result<(), JournalBroken> {
        self.flights().remove(&flight.seq);
        let reason = Some("not a picture".to_owned());
        self.add(Item { reason, ..self.item(flight, Status::Skipped) })
    }

    /// An input was passed over because its output exists.
    pub(super) fn existed(&self, flight: &InFlight) -> Result<(), JournalBroken> {
        self.flights().remove(&flight.seq);
        let reason = Some("its output exists".to_owned());
        self.add(Item { reason, ..self.item(flight, Status::Undone) })
    }

    /// Nothing more is to be recorded about an input: the record of an earlier run holds.
    pub(super) fn as_before(&self, flight: &InFlight) {
        self.flights().remove(&flight.seq);
    }

    /// An input failed.
    pub(super) fn failed(&self, failure: &Failure) {
        let Some(flight) = self.flights().remove(&failure.seq) else { return };
        if failure.error.is::<FailedBefore>() {
            return;
        }
        let status = if is_final(failure) { Status::Failed } else { Status::Undone };
        let (stage, reason) = (Some(failure.stage.to_string()), Some(failure.error.to_string()));
        // The next input that is read learns that records cannot be written any more.
        let _ = self.add(Item { stage, reason, ..self.item(&flight, status) });
    }

    /// The run is over.
    ///
    /// # Errors
    /// That this, or something before, could not be recorded.
    pub(super) fn end(&self, report: &Report) -> Result<(), JournalBroken> {
        let write_failed = report.stage(stage::WRITE).map_or(0, |stage| stage.failed);
        let end = End {
            at: now(),
            ended: ended(report.ended).to_owned(),
            admitted: report.admitted,
            done: report.done,
            failed: report.failed,
            skipped: report.skipped,
            interrupted: report.interrupted,
            clean: write_failed == 0,
        };
        self.check()?;
        let mut journal = self.lock_journal();
        Ok(journal.add(&Record::End(end)).and_then(|()| journal.settle())?)
    }

    fn item(&self, flight: &InFlight, is: Status) -> Item {
        Item {
            input: flight.name.clone(),
            is,
            config: self.config.clone(),
            input_is: flight.is.get().cloned(),
            at: now(),
            ms: u64::try_from(flight.admitted.elapsed().as_millis()).unwrap_or(u64::MAX),
            ..Item::default()
        }
    }

    fn add(&self, item: Item) -> Result<(), JournalBroken> {
        let added = self.lock_journal().add(&Record::Item(item));
        Ok(added.inspect_err(|_| self.broken.store(true, Relaxed))?)
    }

    fn lock_journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<u64, Arc<InFlight>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Results as verdicts see them; what cannot be examined is taken for gone.
struct Results<'d>(&'d Destination);

impl Seen for Results<'_> {
    fn written(&self, result: &Path) -> Option<(u64, Stamp)> {
        self.0.written(result).ok().flatten()
    }

    fn hash(&self, result: &Path) -> Option<String> {
        super::journal::hash_all(self.0.open_result(result).ok().flatten()?).ok()
    }
}

/// The name of an input in the journal: its absolute path, as messages show it.
pub(super) fn name(path: &Path) -> String {
    let absolute = std::path::absolute(path);
    escape(absolute.as_deref().unwrap_or(path)).to_string()
}

/// What a file is now, by its size and time; `None` if it cannot be examined.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let found = uninterrupted(|| std::fs::metadata(path)).ok()?;
    let written = (found.mtime(), u32::try_from(found.mtime_nsec()).unwrap_or(0));
    Some(Identity { size: found.len(), written, sha256: None })
}

fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Running => "running",
        Ended::Complete => "complete",
        Ended::Drained => "drained",
        Ended::Aborted => "aborted",
        Ended::Failures => "failures",
        Ended::Fatal => "fatal",
    }
}
