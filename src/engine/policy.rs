//! Owns what a failure does to the run.

use super::control::{Control, Ended};
use super::error::{Failure, Panicked, StepError};
use super::item::Claim;
use super::sync::Arc;
use super::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a failed item does to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Nothing, until more than `at_most` items have failed: then as `Stop`.
    Skip {
        /// The most failed items that are put up with.
        at_most: u64,
    },
    /// The first one ends the run: no step starts any more, items under way are interrupted, and `run` returns
    /// [`RunError::Stopped`](super::RunError::Stopped).
    Stop,
}

impl Default for OnError {
    /// However many fail, the others are worked off.
    fn default() -> Self {
        Self::Skip { at_most: u64::MAX }
    }
}

pub(super) type FatalIf<'env> = Box<dyn Fn(&Failure) -> bool + Send + Sync + 'env>;

pub(super) struct Policy<'env> {
    pub(super) on_error: OnError,
    pub(super) fatal_if: Option<FatalIf<'env>>,
    pub(super) failures: AtomicU64,
}

impl Policy<'_> {
    /// Makes the failure of a claim, and ends the run if this one is one too many.
    pub(super) fn fail(
        &self,
        control: &Control,
        claim: &Claim,
        stage: &Arc<str>,
        error: StepError,
    ) -> Box<Failure> {
        let mut failure = Box::new(Failure {
            seq: claim.ticket.seq,
            label: claim.ticket.label.clone(),
            path: claim.path.clone(),
            stage: Arc::clone(stage),
            error,
            ends_run: false,
        });
        let before = self.failures.fetch_add(1, Relaxed);
        let too_many = match self.on_error {
            OnError::Stop => true,
            OnError::Skip { at_most } => before >= at_most,
        };
        if self.is_fatal(&failure) {
            failure.ends_run = control.drain(Ended::Fatal);
        } else if too_many {
            failure.ends_run = control.abort(Ended::Failures);
        }
        failure
    }

    fn is_fatal(&self, failure: &Failure) -> bool {
        // One that panics cannot vouch for the other items.
        self.fatal_if.as_ref().is_some_and(|fatal| guard(|| fatal(failure)).unwrap_or(true))
    }
}

/// Runs user code; a panic becomes an error.
pub(super) fn guard<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    guard_raw(run).map_err(Panicked::new)
}

/// As [`guard`], with the panic as it is.
pub(super) fn guard_raw<T>(run: impl FnOnce() -> T) -> std::thread::Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
}
