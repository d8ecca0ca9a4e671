//! Records how a run went while it goes on, all of it bounded: a time series, the slowest pictures, the failures and, if
//! asked for, every step for a trace. Does not own: how any of it is shown.

mod failures; // which pictures failed, and why
mod process; // what the operating system says of this process
mod series; // figures over time
mod slowest; // the pictures that took longest
mod trace; // every step, for a viewer of traces

use super::view::View;
use crate::engine::{Failure, History};
use failures::Failures;
use serde_json::{Map, Value, json};
use series::Series;
use slowest::Slowest;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use trace::Trace;

/// Records a run: given snapshots by whoever watches it, and histories and failures by the threads in which they happen.
///
/// ```
/// use pipeline_images::{engine::Report, observe::{Recorder, Totals, View, report_json}};
///
/// let recorder = Recorder::new();
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
/// let _again_in = recorder.update(&view);
/// let mut json = report_json(&view);
/// recorder.describe(&mut json);
/// assert_eq!(json["series"]["seconds"].as_array().map(Vec::len), Some(1));
/// ```
#[derive(Debug, Default)]
pub struct Recorder {
    series: Mutex<Series>,
    slowest: Mutex<Slowest>,
    failures: Mutex<Failures>,
    facts: Mutex<Map<String, Value>>,
    trace: Option<Mutex<Trace>>,
}

impl Recorder {
    /// Records all but the steps of each picture.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the steps of each picture too, for [`trace_json`](Recorder::trace_json).
    pub fn with_trace() -> Self {
        Self { trace: Some(Mutex::default()), ..Self::default() }
    }

    /// Adds what else a report is to say: members of it, or of objects in it.
    pub fn add_facts(&self, facts: Map<String, Value>) {
        lock(&self.facts).extend(facts);
    }

    /// Takes note of how far the run is; says after how long it should be told again.
    pub fn update(&self, view: &View<'_>) -> Duration {
        lock(&self.series).update(view)
    }

    /// Takes note of the end.
    pub fn finish(&self, view: &View<'_>) {
        lock(&self.series).finish(view);
    }

    /// Takes note of an input that has ended, as [`Pipeline::on_finished`](crate::engine::Pipeline::on_finished) tells it.
    pub fn finished(&self, history: &History<'_>) {
        lock(&self.slowest).note(history);
        if let Some(trace) = &self.trace {
            lock(trace).note(history);
        }
    }

    /// Takes note of a failure.
    pub fn failed(&self, failure: &Failure) {
        lock(&self.failures).note(failure);
    }

    /// Adds what was recorded to a report made by [`report_json`](super::report_json): `series`, `slowest`, `failures`,
    /// and the [facts](Recorder::add_facts).
    /// Times are in seconds, sizes in bytes, parts from 0 to 1.
    pub fn describe(&self, report: &mut Value) {
        let Some(object) = report.as_object_mut() else { return };
        let names = stage_names(object.get("stages"));
        object.insert("series".to_owned(), lock(&self.series).to_json(&names));
        object.insert("slowest".to_owned(), lock(&self.slowest).to_json(&names));
        object.insert("failures".to_owned(), lock(&self.failures).to_json());
        for (name, fact) in lock(&self.facts).clone() {
            match (object.get_mut(&name), fact) {
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (_, fact) => {
                    object.insert(name, fact);
                }
            }
        }
    }

    /// The trace, in the format of Chrome's trace events, which Perfetto opens: a track for each worker, a slice for each
    /// picture and stage, counters for the queues. Without [`with_trace`](Recorder::with_trace) it has only the counters.
    ///
    /// Source: "Trace Event Format", the Chromium project, 2016.
    pub fn trace_json(&self, view: &View<'_>) -> String {
        let names: Vec<String> = view.report.stages.iter().map(|stage| stage.name.clone()).collect();
        let series = lock(&self.series);
        match &self.trace {
            Some(trace) => lock(trace).to_json(&names, &series),
            None => Trace::default().to_json(&names, &series),
        }
    }
}

fn stage_names(stages: Option<&Value>) -> Vec<String> {
    let stages = stages.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    stages.iter().map(|stage| stage["name"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The name of the stage in that place, as JSON.
fn name_of(names: &[String], stage: usize) -> Value {
    names.get(stage).map_or(Value::Null, |name| json!(name))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
