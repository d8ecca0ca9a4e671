//! Owns a run's dealings with its output directory beside the pictures: the lock, the journal, what earlier runs left
//! there, and which inputs are in flight. Does not own: what records say (`journal/`), nor the pictures (`work.rs`).

use super::error::{FailedBefore, JobError, JournalBroken, is_final};
use super::journal::{
    Effective, End, History, Identity, Item, Journal, Lock, LockError, Opened, Record, Run, Seen, Status,
    Verdict, differences, now,
};
use super::recipe::Recipe;
use super::stage;
use crate::config::Config;
use crate::engine::{Ended, Failure, Report};
use pipeline_stages::display::escape;
use pipeline_stages::read::Entry;
use pipeline_stages::write::{Destination, Stamp};
use std::collections::HashMap;
use std::fs::File;
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
    /// Whether files are known by their hashes.
    pub(super) hashes: bool,
    /// Whether a result is recorded before it is written too.
    announces: bool,
    in_flight: Mutex<HashMap<u64, Arc<InFlight>>>,
    /// A record could not be written.
    broken: AtomicBool,
    _lock: Lock,
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
    /// Takes the lock, reads what earlier runs recorded and takes away what they left unfinished. `None` in place. Also
    /// what people should know about it.
    ///
    /// # Errors
    /// [`JobError::Locked`], [`JobError::OtherSettings`], [`JobError::Journal`], [`JobError::Output`].
    pub(super) fn open(
        config: &Config,
        recipe: &Recipe,
        destination: &Destination,
    ) -> Result<(Option<Self>, Vec<String>), JobError> {
        let path = || config.output.clone();
        let output = |error| JobError::Output { path: path(), error };
        let journal = |source| JobError::Journal { path: path(), source };
        let Some(file) = destination.record("lock").map_err(output)? else { return Ok((None, Vec::new())) };
        let lock = Lock::take(file).map_err(|error| match error {
            LockError::Taken(holder) => JobError::Locked { path: path(), holder },
            LockError::Io(source) => journal(source),
        })?;
        let Some(file) = destination.record("journal").map_err(output)? else {
            return Ok((None, Vec::new()));
        };
        let opened = Journal::open(file, config.write.durable).map_err(journal)?;
        let effective = Effective::new(config, recipe);
        let asked = &config.invocation;
        let resume = asked.resume;
        if resume && !asked.redo {
            check_settings(opened.last_run.as_ref(), &effective, config)?;
        }
        let mut notes = notes(&opened, resume);
        if opened.clean {
            // Nothing was left behind.
        } else if lock.is_held() {
            notes.extend(reaped(destination.reap().map_err(output)?));
        } else {
            notes
                .push("this file system has no locks: see that no other run writes to the output".to_owned());
        }
        let Opened { journal: mut file, index, .. } = opened;
        let reader = file.reader().map_err(journal)?;
        file.add(&Record::Run(run(&effective))).map_err(journal)?;
        let config_hash = effective.hash;
        let history = resume.then(|| History::new(index, reader, config_hash.clone(), asked.retry_failed));
        let session = Self {
            journal: Mutex::new(file),
            history: history.filter(|history| !history.is_empty()),
            config: config_hash,
            hashes: config.write.journal_hash,
            announces: destination.asks_again(),
            in_flight: Mutex::default(),
            broken: AtomicBool::new(false),
            _lock: lock,
        };
        Ok((Some(session), notes))
    }

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
        Ok(journal.add(&Record::End(end)).and_then(|()| journal.sync())?)
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

/// What earlier runs recorded, for telling what would be done; `None` unless that is asked to depend on it. Nothing is
/// locked or written.
///
/// # Errors
/// [`JobError::OtherSettings`], [`JobError::Journal`].
pub(super) fn peek(config: &Config, recipe: &Recipe) -> Result<Option<History>, JobError> {
    let asked = &config.invocation;
    if !asked.resume {
        return Ok(None);
    }
    let journal = |source| JobError::Journal { path: config.output.clone(), source };
    let file = match File::open(config.output.join(".pipeline/journal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(journal)?,
    };
    let (index, reader, last_run) = Journal::peek(file).map_err(journal)?;
    let effective = Effective::new(config, recipe);
    if !asked.redo {
        check_settings(last_run.as_ref(), &effective, config)?;
    }
    Ok(Some(History::new(index, reader, effective.hash, asked.retry_failed)))
}

/// The name of an input in the journal: its absolute path, as messages show it.
pub(super) fn name(path: &Path) -> String {
    let absolute = std::path::absolute(path);
    escape(absolute.as_deref().unwrap_or(path)).to_string()
}

/// What a file is now, by its size and time; `None` if it cannot be examined.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let found = std::fs::metadata(path).ok()?;
    let written = (found.mtime(), u32::try_from(found.mtime_nsec()).unwrap_or(0));
    Some(Identity { size: found.len(), written, sha256: None })
}

fn check_settings(before: Option<&Run>, effective: &Effective, config: &Config) -> Result<(), JobError> {
    match before {
        Some(before) if before.config != effective.hash => Err(JobError::OtherSettings {
            path: config.output.clone(),
            differences: differences(&before.settings, &effective.settings),
        }),
        _ => Ok(()),
    }
}

fn notes(opened: &Opened, resume: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if opened.cut > 0 {
        notes.push(format!(
            "the last {} bytes of the journal were not whole and were cut off; what they said is done again",
            opened.cut
        ));
    }
    if opened.damaged > 0 {
        notes.push(format!("{} lines of the journal are damaged and are not believed", opened.damaged));
    }
    match &opened.last_run {
        None if resume => {
            notes.push("there is nothing to resume in the output; all is done from the beginning".to_owned());
        }
        Some(_) if !resume && !opened.clean => notes.push(
            "an earlier run to this output did not come to its end; --resume would do only what is missing"
                .to_owned(),
        ),
        _ => {}
    }
    notes
}

fn reaped(files: u64) -> Option<String> {
    let what = if files == 1 { "1 unfinished file" } else { &format!("{files} unfinished files") };
    (files > 0).then(|| format!("removed {what} of a run that was killed"))
}

fn run(effective: &Effective) -> Run {
    Run {
        at: now(),
        pid: std::process::id(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        config: effective.hash.clone(),
        settings: effective.settings.clone(),
    }
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
