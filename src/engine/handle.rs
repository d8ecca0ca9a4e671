//! Owns what a caller holds of a run that goes on elsewhere: [`Handle`], which owns it, and [`Controller`], which steers it.

use super::control::{Command, Control, Ended};
use super::error::{BuildError, RunError};
use super::report::Report;
use super::run::{Gauges, Wired, snapshot};
use super::stage::MAX_WORKERS;
use super::sync::{Arc, JoinHandle, spawn};

/// A run that goes on in threads of its own. Dropping it aborts the run and waits for its running steps.
///
/// ```
/// use pipeline_images::engine::{Pipeline, Stage};
/// use std::convert::Infallible;
///
/// let handle = Pipeline::source("numbers", 0u32.., |n| n.to_string())
///     .stage(Stage::map("double", |n| Ok::<_, Infallible>(n * 2)))
///     .sink("done", |_| ())
///     .spawn()?;
/// handle.set_workers("double", 2)?;
/// let report = handle.drain()?; // stop admitting, finish what is under way
/// assert_eq!(report.admitted, report.done);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Handle {
    controller: Controller,
    thread: Option<JoinHandle<Result<Report, RunError>>>,
}

/// Steers a run from anywhere: cheap to clone, and harmless once the run has ended.
#[derive(Clone)]
pub struct Controller {
    pub(super) control: Arc<Control>,
    pub(super) gauges: Arc<Gauges>,
}

impl std::fmt::Debug for Controller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Controller").field("ended", &self.control.ended()).finish_non_exhaustive()
    }
}

impl Handle {
    pub(super) fn launch(wired: Wired<'static>) -> Result<Self, BuildError> {
        let controller =
            Controller { control: Arc::clone(&wired.control), gauges: Arc::clone(&wired.gauges) };
        let thread = spawn("pipeline", move || wired.execute())
            .map_err(|source| BuildError::Spawn { stage: "pipeline".to_owned(), source })?;
        Ok(Self { controller, thread: Some(thread) })
    }

    /// What has been measured until now.
    pub fn snapshot(&self) -> Report {
        self.controller.snapshot()
    }

    /// Changes how many workers of a stage take items, while it runs.
    ///
    /// # Errors
    /// As [`Controller::set_workers`].
    pub fn set_workers(&self, stage: &str, workers: usize) -> Result<(), BuildError> {
        self.controller.set_workers(stage, workers)
    }

    /// A second hand on the wheel, for signal handlers and pages.
    pub fn controller(&self) -> Controller {
        self.controller.clone()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// As [`Runnable::run`](super::Runnable::run).
    pub fn wait(mut self) -> Result<Report, RunError> {
        self.join()
    }

    /// Waits for the end, but not longer than `most`; true once it has come, and [`wait`](Handle::wait) returns at once.
    #[cfg(not(shuttle))]
    pub fn wait_timeout(&self, most: std::time::Duration) -> bool {
        self.controller.control.wait_finished(most)
    }

    /// Admits nothing more, and waits until what was admitted is worked off.
    ///
    /// # Errors
    /// As [`Runnable::run`](super::Runnable::run).
    pub fn drain(self) -> Result<Report, RunError> {
        self.controller.drain();
        self.wait()
    }

    /// Starts no step any more, and waits until the running steps have ended.
    ///
    /// # Errors
    /// As [`Runnable::run`](super::Runnable::run).
    pub fn abort(self) -> Result<Report, RunError> {
        self.controller.abort();
        self.wait()
    }

    fn join(&mut self) -> Result<Report, RunError> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            // The engine itself panicked, which is a bug: pass it on rather than make up a report.
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(self.snapshot()),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.controller.abort();
            let _ = thread.join();
        }
    }
}

impl Controller {
    /// What has been measured until now.
    pub fn snapshot(&self) -> Report {
        snapshot(&self.control, &self.gauges)
    }

    /// Changes how many workers of a stage take items, while it runs. A worker whose permit is taken away while it waits
    /// for input still takes that one item. Without an explicit window, the window follows. A stage that was
    /// [elastic](super::Stage::elastic) is no longer: from now on its workers are changed by callers only.
    ///
    /// # Errors
    /// [`BuildError::UnknownStage`], for the source and the sink too, which have one thread each;
    /// [`BuildError::NoWorkers`] and [`BuildError::TooManyWorkers`].
    pub fn set_workers(&self, stage: &str, workers: usize) -> Result<(), BuildError> {
        let stage = stage.to_owned();
        if workers == 0 {
            return Err(BuildError::NoWorkers { stage });
        }
        if workers > MAX_WORKERS {
            return Err(BuildError::TooManyWorkers { stage, wanted: workers, cap: MAX_WORKERS });
        }
        let inner = self.gauges.0.get(1..self.gauges.0.len() - 1).unwrap_or(&[]);
        let Some(index) = inner.iter().position(|gauge| *gauge.name == *stage) else {
            return Err(BuildError::UnknownStage { stage, after: None });
        };
        inner[index].pin();
        self.resize(index + 1, workers);
        Ok(())
    }

    /// Changes the workers of the stage with this place in the flow; that of the source is 0.
    pub(super) fn resize(&self, place: usize, workers: usize) {
        let (Some(gauge), Some(stage)) = (self.gauges.0.get(place), place.checked_sub(1)) else { return };
        let before = gauge.permits.set(workers, self.control.clock.now());
        let change = workers as isize - before as isize;
        self.control.resize(change, stage == 0);
        // The run may have ended meanwhile; then there is nothing to grow.
        let _ = self.control.commands.send(Command::Grow(stage));
    }

    /// Admits nothing until [`resume`](Controller::resume); what was admitted is worked off. Returns at once. A run that is
    /// paused does not end by itself, but can be drained and aborted.
    ///
    /// ```
    /// # use pipeline_images::engine::{Pipeline, Stage};
    /// # use std::convert::Infallible;
    /// # let handle = Pipeline::source("numbers", 0u32.., |n| n.to_string()).sink("done", |_| ()).spawn()?;
    /// let controller = handle.controller();
    /// controller.pause();
    /// assert!(controller.snapshot().paused);
    /// controller.resume();
    /// # handle.drain()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pause(&self) {
        self.control.admission.pause(true);
    }

    /// Admits inputs again.
    pub fn resume(&self) {
        self.control.admission.pause(false);
    }

    /// Admits nothing more; what was admitted is worked off. Returns at once.
    pub fn drain(&self) {
        self.control.drain(Ended::Drained);
    }

    /// Starts no step any more. Returns at once.
    pub fn abort(&self) {
        self.control.abort(Ended::Aborted);
    }
}
