//! Owns the members of a report for machines as they are read, and which figures cannot be.

use super::super::os::{OsJson, OsUse};
use super::super::view::Totals;
use super::{Recorded, RecordedError};
use crate::engine::{BudgetReport, Ended, Latency, Report, StageReport};
use serde::Deserialize;
use std::time::Duration;

/// More than any pipeline has.
const MOST_STAGES: usize = 200;

#[derive(Deserialize)]
pub(super) struct Version {
    pub(super) schema_version: u64,
}

#[derive(Deserialize)]
pub(super) struct Written {
    ended: Ended,
    wall_seconds: f64,
    counts: Counts,
    totals: Totals,
    window: usize,
    #[serde(default)]
    first_finished_seconds: Option<f64>,
    latency_seconds: Quantiles,
    stages: Vec<Stage>,
    budgets: Vec<Budget>,
    machine: Machine,
    #[serde(default)]
    os: Option<OsJson>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct Counts {
    expected: Option<u64>,
    admitted: u64,
    done: u64,
    failed: u64,
    skipped: u64,
    interrupted: u64,
    unfinished: u64,
    peak_unfinished: usize,
}

#[derive(Deserialize)]
struct Machine {
    cores: f64,
}

#[derive(Deserialize)]
struct Stage {
    name: String,
    workers: usize,
    /// Reports without it are of runs whose workers nobody changed, as far as they tell.
    #[serde(default)]
    worker_seconds: f64,
    workers_busy: usize,
    queue: Queue,
    #[serde(default)]
    gate: Gate,
    items_in: u64,
    items_out: u64,
    failed: u64,
    bytes: u64,
    busy_seconds: f64,
    starved_seconds: f64,
    blocked_seconds: f64,
    waiting_seconds: f64,
    cpu_seconds: f64,
    #[serde(default)]
    core_wait_seconds: f64,
    #[serde(default)]
    hand_over_seconds: f64,
    step_seconds: Quantiles,
}

#[derive(Deserialize)]
struct Queue {
    capacity: usize,
    depth: u64,
    mean_depth: f64,
}

#[derive(Deserialize, Default)]
struct Gate {
    depth: u64,
    mean_depth: f64,
}

#[derive(Deserialize)]
struct Quantiles {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
    #[serde(default)]
    deviation: f64,
}

#[derive(Deserialize)]
struct Budget {
    capacity: u64,
    used: u64,
    peak: u64,
    #[serde(default)]
    grants: u64,
    #[serde(default)]
    granted: u64,
    #[serde(default)]
    deviation: u64,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    until: Option<String>,
}

impl Written {
    pub(super) fn recorded(self) -> Result<Recorded, RecordedError> {
        if self.stages.len() > MOST_STAGES {
            return Err(RecordedError::Figure("it has more than 200 stages"));
        }
        let counts = &self.counts;
        let finished = [counts.done, counts.failed, counts.skipped, counts.interrupted, counts.unfinished];
        let finished = finished.iter().try_fold(0u64, |sum, n| sum.checked_add(*n));
        if finished.is_none_or(|finished| finished != counts.admitted) {
            return Err(RecordedError::Figure("its counts do not add up to the pictures admitted"));
        }
        let names: Vec<String> = self.stages.iter().map(|stage| stage.name.clone()).collect();
        let budgets = self.budgets.iter().map(|budget| budget.report(&names));
        let mut report = Report {
            ended: self.ended,
            wall: time(self.wall_seconds)?,
            admitted: counts.admitted,
            done: counts.done,
            failed: counts.failed,
            skipped: counts.skipped,
            interrupted: counts.interrupted,
            unfinished: counts.unfinished,
            peak_unfinished: counts.peak_unfinished,
            window: self.window,
            first_finished: self.first_finished_seconds.map(time).transpose()?,
            latency: self.latency_seconds.latency()?,
            budgets: budgets.collect(),
            stages: self.stages.into_iter().map(Stage::report).collect::<Result<_, _>>()?,
            ..Report::default()
        };
        report.notes = self.notes;
        let cores = self.machine.cores;
        if !(cores.is_finite() && (0.0..=65_536.0).contains(&cores)) {
            return Err(RecordedError::Figure("machine.cores is no number of cores"));
        }
        let os = self.os.as_ref().map(OsUse::from);
        Ok(Recorded { report, totals: self.totals, expected: counts.expected, cores, os })
    }
}

impl Stage {
    fn report(self) -> Result<StageReport, RecordedError> {
        // As the engine allows; a report that says more would make a prediction run out of memory.
        if self.workers > 1024 || self.queue.capacity > 1 << 20 {
            return Err(RecordedError::Figure(
                "a stage has more workers or a longer queue than there can be",
            ));
        }
        let mut report = StageReport {
            name: self.name,
            workers: self.workers,
            worker_time: time(self.worker_seconds)?,
            workers_busy: self.workers_busy,
            queue: self.queue.capacity,
            queue_depth: self.queue.depth,
            queue_mean_depth: self.queue.mean_depth,
            gate_depth: self.gate.depth,
            gate_mean_depth: self.gate.mean_depth,
            items_in: self.items_in,
            items_out: self.items_out,
            failed: self.failed,
            bytes: self.bytes,
            busy: time(self.busy_seconds)?,
            starved: time(self.starved_seconds)?,
            blocked: time(self.blocked_seconds)?,
            waiting: time(self.waiting_seconds)?,
            cpu: time(self.cpu_seconds)?,
            core_wait: time(self.core_wait_seconds)?,
            hand_over: time(self.hand_over_seconds)?,
            ..StageReport::default()
        };
        report.step = self.step_seconds.latency()?;
        Ok(report)
    }
}

impl Budget {
    fn report(&self, stages: &[String]) -> BudgetReport {
        let place = |name: &Option<String>| stages.iter().position(|stage| Some(stage) == name.as_ref());
        BudgetReport {
            capacity: self.capacity,
            used: self.used,
            peak: self.peak,
            grants: self.grants,
            granted: self.granted,
            deviation: self.deviation,
            before: place(&self.before).unwrap_or(0),
            until: place(&self.until),
        }
    }
}

impl Quantiles {
    fn latency(&self) -> Result<Latency, RecordedError> {
        let Self { p50, p95, p99, max, deviation } = *self;
        Ok(Latency {
            p50: time(p50)?,
            p95: time(p95)?,
            p99: time(p99)?,
            max: time(max)?,
            deviation: time(deviation)?,
        })
    }
}

fn time(seconds: f64) -> Result<Duration, RecordedError> {
    // A thousand years of workers; sums of it stay far from what a duration can hold.
    let possible = (0.0..=3.2e10).contains(&seconds);
    let time = possible.then(|| Duration::try_from_secs_f64(seconds).ok()).flatten();
    time.ok_or(RecordedError::Figure("a time in it is no number of seconds"))
}
