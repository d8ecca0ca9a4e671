//! Owns how a run begins in its output directory: the lock is taken, what earlier runs recorded is read, what they left
//! unfinished is removed. Does not own: what follows.

use super::super::error::JobError;
use super::super::journal::{
    Effective, History, Journal, Lock, LockError, Opened, Record, Run, differences, now,
};
use super::super::recipe::Recipe;
use super::{Death, Session};
use crate::config::Config;
use pipeline_stages::write::Destination;
use std::fs::File;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

impl Session {
    /// Takes the lock, reads what earlier runs recorded and takes away what they left unfinished. `None` in place. Also
    /// what people should know about it.
    ///
    /// # Errors
    /// [`JobError::Locked`], [`JobError::OtherSettings`], [`JobError::Journal`], [`JobError::Output`].
    pub(in crate::job) fn open(
        config: &Config,
        recipe: &Recipe,
        destination: &Destination,
        window: Option<u64>,
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
        // Under the lock, for it makes a file; and before the run is recorded, which then did not begin.
        destination.try_out().map_err(output)?;
        let died = resume && opened.died;
        let Opened { journal: mut file, index, last_run, last_run_at, .. } = opened;
        let follows_a_death = died.then(|| Death { window: last_run.and_then(|run| run.window) });
        let reader = file.reader().map_err(journal)?;
        file.add(&Record::Run(run(&effective, window))).map_err(journal)?;
        let config_hash = effective.hash;
        let history = resume.then(|| {
            History::new(index, reader, config_hash.clone(), asked.retry_failed).after_a_run_at(last_run_at)
        });
        let session = Self {
            journal: Mutex::new(file),
            history: history.filter(|history| !history.is_empty()),
            config: config_hash,
            follows_a_death,
            hashes: config.write.journal_hash,
            announces: destination.asks_again(),
            in_flight: Mutex::default(),
            broken: AtomicBool::new(false),
            _lock: lock,
        };
        Ok((Some(session), notes))
    }
}

/// What earlier runs recorded, for telling what would be done; `None` unless that is asked to depend on it. Nothing is
/// locked or written.
///
/// # Errors
/// [`JobError::OtherSettings`], [`JobError::Journal`].
pub(in crate::job) fn peek(config: &Config, recipe: &Recipe) -> Result<Option<History>, JobError> {
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

fn run(effective: &Effective, window: Option<u64>) -> Run {
    Run {
        at: now(),
        pid: std::process::id(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        config: effective.hash.clone(),
        settings: effective.settings.clone(),
        window,
    }
}
