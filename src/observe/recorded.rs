//! Owns reading a report for machines back, so that what is said of a run can be said again later, or of somebody else's.
//! Does not own: writing it (`json`).

use super::os::{OsJson, OsUse};
use super::view::{Totals, View};
use crate::engine::{BudgetReport, Ended, Latency, Report, StageReport};
use serde::Deserialize;
use std::time::Duration;

/// A run as a report for machines tells it.
#[derive(Debug, Clone)]
pub struct Recorded {
    report: Report,
    totals: Totals,
    expected: Option<u64>,
    cores: f64,
    os: Option<OsUse>,
}

/// A text that is no report of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordedError {
    /// It is no JSON, or something is missing.
    #[error("it is no report of a run: {0}")]
    Format(#[from] serde_json::Error),
    /// It was written by a later version.
    #[error("it has schema_version {0}, and this program reads 1; use the version that wrote it")]
    Version(u64),
    /// A figure that cannot be.
    #[error("it is no report of a run: {0}")]
    Figure(&'static str),
}

/// More than any pipeline has.
const MOST_STAGES: usize = 200;

impl Recorded {
    /// Reads what [`report_json`](super::report_json) wrote. Members that this version does not know are passed over.
    ///
    /// # Errors
    /// [`RecordedError`] if it is no such report.
    ///
    /// ```
    /// use pipeline_images::{engine::Report, observe::{Recorded, Totals, View, report_json}};
    ///
    /// let (report, totals) = (Report::default(), Totals::default());
    /// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
    /// let recorded = Recorded::read(&report_json(&view).to_string())?;
    /// assert_eq!(recorded.view().cores, 4.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(json: &str) -> Result<Self, RecordedError> {
        // The version first, so that a later one is named even if its members are others.
        let version: Version = serde_json::from_str(json)?;
        if version.schema_version != 1 {
            return Err(RecordedError::Version(version.schema_version));
        }
        let written: Written = serde_json::from_str(json)?;
        written.recorded()
    }

    /// The run as it was seen.
    pub fn view(&self) -> View<'_> {
        View {
            report: &self.report,
            totals: &self.totals,
            expected: self.expected,
            cores: self.cores,
            os: self.os.as_ref(),
        }
    }
}

#[derive(Deserialize)]
struct Version {
    schema_version: u64,
}

#[derive(Deserialize)]
struct Written {
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
    workers_busy: usize,
    queue: Queue,
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
    fn recorded(self) -> Result<Recorded, RecordedError> {
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
            workers_busy: self.workers_busy,
            queue: self.queue.capacity,
            queue_depth: self.queue.depth,
            queue_mean_depth: self.queue.mean_depth,
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

#[cfg(test)]
mod tests {
    use super::super::json::report_json;
    use super::*;
    use crate::engine::{ByteSize, Pipeline, Stage as Step};
    use std::convert::Infallible;

    fn report() -> Report {
        Pipeline::source("list", 0..20u32, |n| n.to_string())
            .budget_until("decode", ByteSize::mib(1), |_| 10)
            .stage(Step::map("decode", |n: u32| {
                std::thread::sleep(Duration::from_millis(1));
                Ok::<_, Infallible>(n)
            }))
            .sink("done", drop)
            .run()
            .unwrap()
    }

    #[test]
    fn a_report_reads_back_as_it_was_written() {
        let (report, totals) = (report(), Totals { pixels: 3, ..Totals::default() });
        let os = OsUse { major_faults: 3, ..OsUse::default() };
        let view = View { report: &report, totals: &totals, expected: Some(20), cores: 1.5, os: Some(&os) };
        let written = report_json(&view);
        let recorded = Recorded::read(&written.to_string()).unwrap();
        let again = report_json(&recorded.view());
        for member in
            ["ended", "wall_seconds", "counts", "rates", "totals", "window", "budgets", "os", "diagnosis"]
        {
            assert_eq!(again[member], written[member], "{member}");
        }
        for member in ["name", "workers", "queue", "busy_seconds", "parts", "step_seconds", "service"] {
            assert_eq!(again["stages"][1][member], written["stages"][1][member], "{member}");
        }
        assert_eq!(recorded.view().os, Some(&os));
        assert_eq!((recorded.report.budgets[0].before, recorded.report.budgets[0].until), (1, Some(1)));
    }

    #[test]
    fn what_is_no_report_is_refused_with_what_is_wrong() {
        let refused = |json: &str| Recorded::read(json).unwrap_err().to_string();
        assert!(refused("{").contains("no report"), "{}", refused("{"));
        assert!(refused("{\"schema_version\": 2}").contains("schema_version 2"));
        assert!(refused("{\"schema_version\": 1}").contains("missing field"));
        let (report, totals) = (report(), Totals::default());
        let view = View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None };
        let written = report_json(&view);
        let with = |at: &str, value: serde_json::Value| {
            let mut json = written.clone();
            *json.pointer_mut(at).unwrap() = value;
            refused(&json.to_string())
        };
        assert!(with("/wall_seconds", (-1.0).into()).contains("no number of seconds"));
        assert!(with("/stages/1/busy_seconds", 1e300.into()).contains("no number of seconds"));
        assert!(with("/counts/done", 7.into()).contains("do not add up"));
        assert!(with("/counts/done", u64::MAX.into()).contains("do not add up"));
        assert!(with("/stages/1/workers", 1_000_000.into()).contains("more workers"));
        assert!(with("/machine/cores", 1e9.into()).contains("no number of cores"));
    }
}
