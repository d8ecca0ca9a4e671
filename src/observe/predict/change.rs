//! Owns another schedule, or another machine, as a change of what was recorded.

use super::model::Model;
use std::time::Duration;

/// What is to be different from the recorded run.
///
/// ```
/// use pipeline_images::observe::Change;
/// use std::time::Duration;
///
/// let change = Change::default().cores(16.0).workers("read", 32).latency("read", Duration::from_millis(20));
/// assert_ne!(change, Change::default());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    cores: Option<f64>,
    workers: Vec<(String, usize)>,
    queues: Vec<(String, usize)>,
    latencies: Vec<(String, Duration)>,
    window: Option<usize>,
    memory: Option<u64>,
    pictures: Option<u64>,
}

/// A change that does not fit the recorded run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// It has no such stage.
    #[error("there is no stage `{stage}` in the recorded run; there are {known}")]
    UnknownStage {
        /// What was asked for.
        stage: String,
        /// What there is.
        known: String,
    },
    /// The source and the sink have one thread each.
    #[error("`{stage}` has one thread, always")]
    OneThread {
        /// The source or the sink.
        stage: String,
    },
    /// A number that cannot be.
    #[error("{what} must be {range}")]
    OutOfRange {
        /// Which one.
        what: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// Nothing was reserved in the recorded run.
    #[error("no memory was reserved in the recorded run, so nothing is known of what a picture takes")]
    NoBudget,
}

impl Change {
    /// On a machine with so many cores.
    #[must_use]
    pub fn cores(mut self, cores: f64) -> Self {
        self.cores = Some(cores);
        self
    }

    /// With so many workers of a stage.
    #[must_use]
    pub fn workers(mut self, stage: impl Into<String>, workers: usize) -> Self {
        self.workers.push((stage.into(), workers));
        self
    }

    /// With a queue of so many items in front of a stage.
    #[must_use]
    pub fn queue(mut self, stage: impl Into<String>, items: usize) -> Self {
        self.queues.push((stage.into(), items));
        self
    }

    /// With a device on which each step of a stage waits so long, whatever it waited in the recorded run.
    #[must_use]
    pub fn latency(mut self, stage: impl Into<String>, wait: Duration) -> Self {
        self.latencies.push((stage.into(), wait));
        self
    }

    /// With at most so many pictures admitted and not yet finished.
    #[must_use]
    pub fn window(mut self, pictures: usize) -> Self {
        self.window = Some(pictures);
        self
    }

    /// With so many bytes for pictures in flight; budgets keep their shares of it.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// With so many pictures in all.
    #[must_use]
    pub fn pictures(mut self, pictures: u64) -> Self {
        self.pictures = Some(pictures);
        self
    }
}

/// As many as the engine allows, so that no number makes the prediction itself run out of memory.
const MOST_WORKERS: usize = 1024;
const MOST_PLACES: usize = 1 << 20;

impl Model {
    /// The same pictures under a changed schedule.
    ///
    /// # Errors
    /// [`ChangeError`] if the change does not fit the recorded run.
    pub fn with(&self, change: &Change) -> Result<Self, ChangeError> {
        let mut model = self.clone();
        if let Some(cores) = change.cores {
            within("cores", "more than 0 and at most 4096", cores > 0.0 && cores <= 4096.0)?;
            model.cores = cores;
        }
        for (stage, workers) in &change.workers {
            within("workers", "from 1 to 1024", (1..=MOST_WORKERS).contains(workers))?;
            let at = model.find(stage)?;
            if at == 0 || at + 1 == model.stations.len() {
                return Err(ChangeError::OneThread { stage: stage.clone() });
            }
            // From the start to the end.
            (model.stations[at].workers, model.stations[at].missing) = (*workers, 0.0);
        }
        for (stage, items) in &change.queues {
            within("a queue", "at most 1,048,576 items", *items <= MOST_PLACES)?;
            let at = model.find(stage)?;
            model.stations[at].queue = *items;
        }
        for (stage, wait) in &change.latencies {
            let at = model.find(stage)?;
            model.stations[at].wait = wait.as_secs_f64();
        }
        model.resize_window(change.window)?;
        if let Some(bytes) = change.memory {
            model.resize_budgets(bytes)?;
        }
        if let Some(pictures) = change.pictures {
            within("pictures", "at least 1", pictures > 0)?;
            model.pictures = pictures;
        }
        Ok(model)
    }

    /// On so many cores, with the stages that compute grown as well.
    pub(in super::super) fn on_cores(&self, cores: usize) -> Option<Self> {
        self.with(&scaled(self, cores)?).ok()
    }

    fn find(&self, stage: &str) -> Result<usize, ChangeError> {
        self.stations.iter().position(|station| station.name == *stage).ok_or_else(|| {
            let known: Vec<String> = self.stations.iter().map(|s| format!("`{}`", s.name)).collect();
            ChangeError::UnknownStage { stage: stage.to_owned(), known: known.join(", ") }
        })
    }

    fn resize_window(&mut self, window: Option<usize>) -> Result<(), ChangeError> {
        if let Some(window) = window {
            within("the window", "from 1 to 1,048,576 pictures", (1..=MOST_PLACES).contains(&window))?;
            (self.window, self.window_follows) = (window, false);
        } else if self.window_follows {
            self.window = self.stations.iter().skip(1).map(|station| station.workers + station.queue).sum();
        }
        Ok(())
    }

    fn resize_budgets(&mut self, bytes: u64) -> Result<(), ChangeError> {
        within("memory", "at least 1 byte", bytes > 0)?;
        let all: f64 = self.budgets.iter().map(|budget| budget.capacity).sum();
        if all <= 0.0 {
            return Err(ChangeError::NoBudget);
        }
        self.budgets.iter_mut().for_each(|budget| budget.capacity *= bytes as f64 / all);
        Ok(())
    }
}

/// So many cores, and a worker for each of them where a stage computes, as `auto` has it.
fn scaled(model: &Model, cores: usize) -> Option<Change> {
    let inner = model.stations.get(1..model.stations.len().checked_sub(1)?)?;
    let mut change = Change::default().cores(cores as f64);
    for station in inner.iter().filter(|station| station.cpu >= station.wait) {
        change = change.workers(&station.name, station.workers.max(cores.min(1024)));
    }
    Some(change)
}

fn within(what: &'static str, range: &'static str, holds: bool) -> Result<(), ChangeError> {
    if holds { Ok(()) } else { Err(ChangeError::OutOfRange { what, range }) }
}
