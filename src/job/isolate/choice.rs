//! Owns whether a run decodes in other processes, which pictures there, and what became of those processes in all.
//! Does not own: a single process (`process.rs`).

use super::lost::{Lost, NoProcess};
use super::process::Process;
use super::protection::Protections;
use crate::config::Config;
use crate::job::JobError;
use crate::job::recipe::Recipe;
use crate::job::session::Death;
use pipeline_stages::remote::Settings;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Between trying to start a process and trying again, in milliseconds.
const PAUSES: [u64; 4] = [1, 10, 100, 1000];

/// After a run that died, even if it said that it had fewer pictures under way: they come here in the order in which they were read,
/// so that others may come before one whose file is slow to read.
const UNDER_WAY: u64 = 4096;

/// How a run isolates.
#[derive(Debug)]
pub(in crate::job) struct Isolation {
    settings: Settings,
    /// Inputs that are still to be decoded apart; all, or none, or the first ones that the run before did not tell of.
    left: AtomicU64,
    /// What keeps such processes in, as far as this system can.
    protections: Option<Protections>,
    /// Why there is none, where there should be.
    missing: Option<String>,
    lost: AtomicU64,
}

impl Isolation {
    /// As the settings want it; `died` is the run with which this one goes on, if that was ended by whatever, maybe by a
    /// picture. Tries it out. Also what people should know about it.
    pub(in crate::job) fn new(
        config: &Config,
        recipe: &Recipe,
        died: Option<Death>,
    ) -> Result<(Self, Option<String>), JobError> {
        let settings = Settings { limits: recipe.plan.limits.clone(), lenient: recipe.lenient };
        let asked = config.decode.isolate;
        let mut isolation = Self::of(settings, false);
        if !asked && died.is_none() {
            return Ok((isolation, None));
        }
        match isolation.try_out() {
            Ok(protections) => {
                let first = died.and_then(|died| died.window).unwrap_or(0).max(UNDER_WAY);
                isolation.left = AtomicU64::new(if asked { u64::MAX } else { first });
                isolation.protections = Some(protections);
                let why = if asked {
                    "pictures are decoded in processes of their own".to_owned()
                } else {
                    "the run before did not come to its end; in case a picture ended it, those that it had under way are decoded in processes of their own".to_owned()
                };
                Ok((isolation, Some(format!("{why}: {protections}"))))
            }
            Err(error) if asked => Err(error),
            Err(error) => {
                let why = without(&error);
                isolation.missing = Some(why.clone());
                Ok((isolation, Some(why)))
            }
        }
    }

    /// For all or none, without trying it out.
    pub(in crate::job) fn of(settings: Settings, all: bool) -> Self {
        let left = AtomicU64::new(if all { u64::MAX } else { 0 });
        Self { settings, left, protections: None, missing: None, lost: AtomicU64::new(0) }
    }

    fn try_out(&self) -> Result<Protections, JobError> {
        #[cfg(debug_assertions)]
        if super::faults::no_process() {
            return Err(NoProcess::from(std::io::Error::from(std::io::ErrorKind::WouldBlock)).into());
        }
        Process::available().map_err(JobError::NoIsolation)?;
        Ok(self.start()?.protections())
    }

    pub(in crate::job) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the next input is decoded apart; `told` says that the run before told of it, so that it was not what ended that.
    pub(in crate::job) fn applies(&self, told: impl FnOnce() -> bool) -> bool {
        match self.left.load(Relaxed) {
            u64::MAX => true,
            0 => false,
            _ if told() => false,
            _ => self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok(),
        }
    }

    /// Why nothing is decoded apart though the run before died.
    pub(in crate::job) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// What holds of the walls, if there are any.
    pub(in crate::job) fn protections(&self) -> Option<Protections> {
        self.protections
    }

    /// Processes that ended before they answered.
    pub(in crate::job) fn lost_count(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    pub(super) fn start(&self) -> Result<Process, NoProcess> {
        persistently(|| Process::start(&self.settings))
    }

    /// Counts an end.
    pub(super) fn lost(&self, lost: Lost) -> Lost {
        self.lost.fetch_add(1, Relaxed);
        lost
    }
}

/// What people are told where a picture may have ended the run before and cannot be kept from doing it again.
fn without(error: &JobError) -> String {
    let why = match error {
        JobError::NoIsolation(why) => (*why).to_owned(),
        other => other.to_string(),
    };
    format!(
        "the run before did not come to its end; if a picture ended it, it can end this one too, for pictures cannot be decoded in processes of their own: {why}"
    )
}

/// Tries again what failed: somebody may have killed the process before it said that it was there, or others had taken all
/// processes for a moment. That must not end a run of hours.
fn persistently<T, E>(mut start: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    for milliseconds in PAUSES {
        if let Ok(started) = start() {
            return Ok(started);
        }
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
    start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_killed_before_it_is_there_is_started_again() {
        let mut left = 2;
        let started = persistently(|| {
            let died = left > 0;
            left -= 1;
            if died { Err("killed") } else { Ok(()) }
        });
        assert_eq!((started, left), (Ok(()), -1));
        let mut tries = 0;
        let never: Result<(), _> = persistently(|| {
            tries += 1;
            Err("there is none")
        });
        assert_eq!((never, tries), (Err("there is none"), 1 + PAUSES.len()));
    }

    fn isolation(config: &Config, died: Option<Death>) -> Result<(Isolation, Option<String>), JobError> {
        Isolation::new(config, &Recipe::new(config).unwrap(), died)
    }

    #[test]
    fn what_was_asked_for_and_cannot_be_had_is_refused() {
        let mut config = Config::default();
        let (none, note) = isolation(&config, None).unwrap();
        assert!(!none.applies(|| false) && note.is_none() && none.protections().is_none());
        config.decode.isolate = true;
        assert!(matches!(isolation(&config, None), Err(JobError::NoIsolation(_))));
    }

    #[test]
    fn after_a_death_it_is_said_that_isolation_cannot_be_had() {
        // The main of a test does not let its processes decode.
        let (none, note) = isolation(&Config::default(), Some(Death { window: None })).unwrap();
        assert!(!none.applies(|| false));
        let note = note.unwrap();
        assert!(note.contains("the run before did not come to its end") && note.contains("main"), "{note}");
        assert_eq!(none.missing(), Some(note.as_str()));
    }

    #[test]
    fn after_a_death_the_first_ones_are_decoded_apart_and_else_all() {
        let (isolation, _) = isolation(&Config::default(), None).unwrap();
        isolation.left.store(2, Relaxed);
        // One of which the run before told was not what ended it, and takes no other's place.
        assert!((0..5).all(|_| !isolation.applies(|| true)));
        assert_eq!([(); 3].map(|()| isolation.applies(|| false)), [true, true, false]);
        isolation.left.store(u64::MAX, Relaxed);
        assert!((0..5).all(|_| isolation.applies(|| true)));
    }
}
