//! Owns the run as it is now, for those who look at it from other threads: told by whoever watches it.

use super::super::explain::{diagnose, recognize};
use super::super::json::report_json_with;
use super::super::os::OsUse;
use super::super::recorder::Recorder;
use super::super::view::{Totals, View};
use crate::engine::Report;
use serde_json::Value;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A run as others see it: the latest snapshot, and what is recorded.
///
/// ```
/// use pipeline_images::{engine::Report, observe::{Live, Recorder, Totals, View, open_metrics}};
/// use std::sync::Arc;
///
/// let live = Live::new(Arc::new(Recorder::new()));
/// let (report, totals) = (Report::default(), Totals::default());
/// live.update(&View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None });
/// assert!(live.with_view(|view| open_metrics(view)).ends_with("# EOF\n"));
/// ```
#[derive(Debug)]
pub struct Live {
    recorder: Arc<Recorder>,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    report: Report,
    totals: Totals,
    expected: Option<u64>,
    cores: f64,
    os: Option<OsUse>,
    over: bool,
}

impl Live {
    /// Nothing is known yet.
    pub fn new(recorder: Arc<Recorder>) -> Self {
        Self { recorder, state: Mutex::default(), ended: Condvar::new() }
    }

    /// Takes the latest snapshot.
    pub fn update(&self, view: &View<'_>) {
        self.take(view, false);
    }

    /// Takes the last one: the run is over.
    pub fn finish(&self, view: &View<'_>) {
        self.take(view, true);
        self.ended.notify_all();
    }

    /// Shows the latest snapshot.
    pub fn with_view<T>(&self, show: impl FnOnce(&View<'_>) -> T) -> T {
        let state = self.lock();
        let State { report, totals, expected, cores, os, .. } = &*state;
        show(&View { report, totals, expected: *expected, cores: *cores, os: os.as_ref() })
    }

    /// The report of the run until now, with what is recorded.
    pub(super) fn report(&self) -> Value {
        // Several times a second while the run goes on: only its end is worth predictions.
        let over = self.lock().over;
        let mut report = self
            .with_view(|view| report_json_with(view, &if over { diagnose(view) } else { recognize(view) }));
        self.recorder.describe(&mut report);
        report
    }

    /// Waits for the end, but not longer than `most`; true once it has come.
    pub(super) fn wait_over(&self, most: Duration) -> bool {
        let waited = self.ended.wait_timeout_while(self.lock(), most, |state| !state.over);
        waited.unwrap_or_else(PoisonError::into_inner).0.over
    }

    fn take(&self, view: &View<'_>, over: bool) {
        *self.lock() = State {
            report: view.report.clone(),
            totals: *view.totals,
            expected: view.expected,
            cores: view.cores,
            os: view.os.copied(),
            over,
        };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
