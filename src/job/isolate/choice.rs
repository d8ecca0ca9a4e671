//! Owns whether a run decodes in other processes, which pictures there, and what became of those processes in all.
//! Does not own: a single process (`process.rs`).

use super::lost::{Lost, NoProcess};
use super::process::Process;
use super::protection::Protections;
use crate::config::Config;
use crate::job::JobError;
use crate::job::recipe::Recipe;
use pipeline_stages::remote::Settings;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Between trying to start a process and trying again, in milliseconds.
const PAUSES: [u64; 4] = [1, 10, 100, 1000];

/// After a run that died: no run has more pictures under way, unless its window says so.
const UNDER_WAY: u64 = 4096;

/// How a run isolates.
#[derive(Debug)]
pub(in crate::job) struct Isolation {
    settings: Settings,
    /// Inputs that are still to be decoded apart; all, or none, or the first ones.
    left: AtomicU64,
    /// What keeps such processes in, as far as this system can.
    protections: Option<Protections>,
    lost: AtomicU64,
}

impl Isolation {
    /// As the settings want it; `died` says that this run goes on where another one was ended by whatever, maybe by a
    /// picture. Tries it out. Also what people should know about it.
    pub(in crate::job) fn new(
        config: &Config,
        recipe: &Recipe,
        died: bool,
    ) -> Result<(Self, Option<String>), JobError> {
        let settings = Settings { limits: recipe.plan.limits.clone(), lenient: recipe.lenient };
        let asked = config.decode.isolate;
        let mut isolation = Self::of(settings, false);
        if !asked && !died {
            return Ok((isolation, None));
        }
        match isolation.try_out() {
            Ok(protections) => {
                let first = match config.limits.window {
                    crate::config::Window::Fixed(window) => UNDER_WAY.max(window.get() as u64),
                    crate::config::Window::Auto => UNDER_WAY,
                };
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
            Err(_) => Ok((isolation, None)),
        }
    }

    /// For all or none, without trying it out.
    pub(in crate::job) fn of(settings: Settings, all: bool) -> Self {
        let left = AtomicU64::new(if all { u64::MAX } else { 0 });
        Self { settings, left, protections: None, lost: AtomicU64::new(0) }
    }

    fn try_out(&self) -> Result<Protections, JobError> {
        Process::available().map_err(JobError::NoIsolation)?;
        Ok(self.start()?.protections())
    }

    pub(in crate::job) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the next input is decoded apart.
    pub(in crate::job) fn applies(&self) -> bool {
        let one_less = |left: u64| if left == u64::MAX { Some(left) } else { left.checked_sub(1) };
        self.left.fetch_update(Relaxed, Relaxed, one_less).is_ok()
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

    fn isolation(config: &Config, died: bool) -> Result<(Isolation, Option<String>), JobError> {
        Isolation::new(config, &Recipe::new(config).unwrap(), died)
    }

    #[test]
    fn what_was_asked_for_and_cannot_be_had_is_refused() {
        let mut config = Config::default();
        let (none, note) = isolation(&config, false).unwrap();
        assert!(!none.applies() && note.is_none() && none.protections().is_none());
        // The main of a test does not let its processes decode.
        assert!(!isolation(&config, true).unwrap().0.applies());
        config.decode.isolate = true;
        assert!(matches!(isolation(&config, false), Err(JobError::NoIsolation(_))));
    }

    #[test]
    fn after_a_death_the_first_ones_are_decoded_apart_and_else_all() {
        let (isolation, _) = isolation(&Config::default(), false).unwrap();
        isolation.left.store(2, Relaxed);
        assert_eq!([isolation.applies(), isolation.applies(), isolation.applies()], [true, true, false]);
        isolation.left.store(u64::MAX, Relaxed);
        assert!((0..5).all(|_| isolation.applies()));
    }
}
