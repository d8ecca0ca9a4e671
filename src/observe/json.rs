//! Owns the report for machines: one JSON object with everything that was measured.
//! Does not own: where it is written.

use super::explain::{Diagnosis, diagnose, diagnosis_json, explain};
use super::os::OsJson;
use super::service::service;
use super::shares::{had, per_step, shares};
use super::view::View;
use crate::engine::{Bucket, Decision, Latency, Report, StageReport};
use serde_json::{Value, json};
use std::time::Duration;

/// Raised when a member is renamed, removed or changes its meaning; new members do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// What a run measured, as one JSON object. Times are in seconds, sizes in bytes, parts from 0 to 1.
///
/// ```
/// # use pipeline_images::{engine::Report, observe::{Totals, View, report_json}};
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
/// let json = report_json(&view);
/// assert_eq!(json["schema_version"], 1);
/// assert_eq!(json["counts"]["done"], 0);
/// ```
pub fn report_json(view: &View<'_>) -> Value {
    report_json_with(view, &diagnose(view))
}

/// The same with a diagnosis that was made already: it takes most of the time.
pub fn report_json_with(view: &View<'_>, diagnosis: &Diagnosis) -> Value {
    let report = view.report;
    let mut json = json!({
        "schema_version": SCHEMA_VERSION,
        "ended": report.ended,
        "paused": report.paused,
        "wall_seconds": seconds(report.wall),
        "counts": {
            "expected": view.expected,
            "admitted": report.admitted,
            "done": report.done,
            "failed": report.failed,
            "skipped": report.skipped,
            "interrupted": report.interrupted,
            "unfinished": report.unfinished,
            "peak_unfinished": report.peak_unfinished,
        },
        "rates": {
            "pictures_per_second": rounded(view.pictures_per_second()),
            "megapixels_per_second": rounded(view.megapixels_per_second()),
        },
        "totals": view.totals,
        "window": report.window,
        "latency_seconds": latency(&report.latency),
        "latency_histogram": histogram(&report.latency_counts),
        "stages": report.stages.iter().map(|stage| stage_json(stage, report)).collect::<Vec<_>>(),
        "budgets": budgets(report),
        "machine": { "cores": rounded(view.cores) },
        "notes": report.notes,
        "decisions": report.decisions.iter().map(decision_json).collect::<Vec<_>>(),
        "explanation": explain(view),
        "diagnosis": diagnosis_json(diagnosis),
    });
    if let Some(first) = report.first_finished {
        json["first_finished_seconds"] = seconds(first).into();
    }
    if let Some(os) = view.os {
        json["os"] = json!(OsJson::from(os));
    }
    json
}

fn budgets(report: &Report) -> Vec<Value> {
    let name = |at: usize| report.stages.get(at).map(|stage| stage.name.as_str());
    let budgets = report.budgets.iter().map(|budget| {
        json!({
            "capacity": budget.capacity,
            "used": budget.used,
            "peak": budget.peak,
            "grants": budget.grants,
            "granted": budget.granted,
            "deviation": budget.deviation,
            "before": name(budget.before),
            "until": budget.until.and_then(name),
        })
    });
    budgets.collect()
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "at_seconds": seconds(decision.at),
        "stage": decision.stage,
        "from": decision.from,
        "to": decision.to,
        "reason": decision.reason,
        "outcome": decision.outcome,
        "rate_before": rounded(decision.rate_before),
        "rate_after": rounded(decision.rate_after),
    })
}

fn stage_json(stage: &StageReport, report: &Report) -> Value {
    let shares = shares(stage, report.wall);
    let service = service(stage, report);
    let (step_mean, cpu_mean) = per_step(stage);
    json!({
        "name": stage.name,
        "workers": stage.workers,
        "worker_seconds": nanos(had(stage, report.wall)),
        "workers_busy": stage.workers_busy,
        "queue": {
            "capacity": stage.queue,
            "depth": stage.queue_depth,
            "mean_depth": rounded(stage.queue_mean_depth),
        },
        "gate": {
            "depth": stage.gate_depth,
            "mean_depth": rounded(stage.gate_mean_depth),
        },
        "items_in": stage.items_in,
        "items_out": stage.items_out,
        "failed": stage.failed,
        "bytes": stage.bytes,
        "busy_seconds": seconds(stage.busy),
        "starved_seconds": seconds(stage.starved),
        "blocked_seconds": seconds(stage.blocked),
        "waiting_seconds": seconds(stage.waiting),
        "cpu_seconds": seconds(stage.cpu),
        "core_wait_seconds": seconds(stage.core_wait),
        "hand_over_seconds": seconds(stage.hand_over),
        "parts": {
            "busy": rounded(shares.busy),
            "starved": rounded(shares.starved),
            "blocked": rounded(shares.blocked),
            "waiting": rounded(shares.waiting),
        },
        "step_mean_seconds": seconds(step_mean),
        "step_cpu_mean_seconds": seconds(cpu_mean),
        "step_seconds": latency(&stage.step),
        "service": {
            "visits": rounded(service.visits),
            "cpu_seconds": nanos(service.cpu),
            "wait_seconds": nanos(service.wait),
            "core_wait_seconds": nanos(service.core_wait),
            "variation": rounded(service.variation),
        },
        "step_histogram": histogram(&stage.step_counts),
    })
}

fn latency(latency: &Latency) -> Value {
    json!({
        "p50": seconds(latency.p50),
        "p95": seconds(latency.p95),
        "p99": seconds(latency.p99),
        "max": seconds(latency.max),
        "deviation": seconds(latency.deviation),
    })
}

/// Pairs of the most that a step of the bucket took, in seconds, and how many did.
fn histogram(buckets: &[Bucket]) -> Vec<(f64, u64)> {
    buckets.iter().map(|bucket| (seconds(bucket.up_to), bucket.count)).collect()
}

/// To the nanosecond; finer digits are artefacts of the division.
pub(super) fn seconds(time: Duration) -> f64 {
    nanos(time.as_secs_f64())
}

fn nanos(seconds: f64) -> f64 {
    (seconds * 1e9).round() / 1e9
}

/// To a millionth. What is no number is 0: JSON has none of those.
pub(super) fn rounded(x: f64) -> f64 {
    if x.is_finite() { (x * 1e6).round() / 1e6 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::view::Totals;
    use super::*;
    use crate::engine::{BudgetReport, Ended, Outcome, Report};

    fn report() -> Report {
        let stage = StageReport {
            name: "en\"code\n".to_owned(),
            workers: 2,
            items_in: 4,
            busy: Duration::from_secs(2),
            cpu: Duration::from_secs(1),
            queue_mean_depth: f64::NAN,
            ..StageReport::default()
        };
        Report {
            ended: Ended::Drained,
            wall: Duration::from_millis(1500),
            admitted: 4,
            done: 3,
            failed: 1,
            stages: vec![stage],
            budgets: vec![BudgetReport { capacity: 100, used: 1, peak: 99, ..BudgetReport::default() }],
            ..Report::default()
        }
    }

    #[test]
    fn each_decision_is_there_with_its_reason_and_what_came_of_it() {
        let decision = Decision {
            at: Duration::from_millis(3200),
            stage: "read".to_owned(),
            from: 2,
            to: 8,
            reason: "read was busy 99 % of the time".to_owned(),
            outcome: Outcome::Kept,
            rate_before: 41.0,
            rate_after: 158.0,
        };
        let (report, totals) = (Report { decisions: vec![decision], ..report() }, Totals::default());
        let json =
            report_json(&View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None });
        let wanted = json!([{
            "at_seconds": 3.2, "stage": "read", "from": 2, "to": 8, "outcome": "kept",
            "reason": "read was busy 99 % of the time", "rate_before": 41.0, "rate_after": 158.0,
        }]);
        assert_eq!(json["decisions"], wanted);
    }

    #[test]
    fn the_report_reads_back_with_every_count_and_stage() {
        let (report, totals) = (report(), Totals { pixels: 3_000_000, ..Totals::default() });
        let view = View { report: &report, totals: &totals, expected: Some(4), cores: 1.5, os: None };
        let json: Value = serde_json::from_str(&report_json(&view).to_string()).unwrap();
        assert_eq!(json["ended"], "drained");
        assert_eq!(json["wall_seconds"], 1.5);
        assert_eq!((&json["counts"]["done"], &json["counts"]["failed"]), (&json!(3), &json!(1)));
        assert_eq!(json["rates"], json!({"pictures_per_second": 2.0, "megapixels_per_second": 2.0}));
        assert_eq!(json["totals"]["pixels"], 3_000_000);
        assert_eq!(json["machine"]["cores"], 1.5);
        let stage = &json["stages"][0];
        assert_eq!(stage["name"], "en\"code\n");
        assert_eq!(stage["queue"]["mean_depth"], 0.0, "not a number is no JSON");
        assert_eq!(stage["parts"]["busy"], 0.666_667);
        assert_eq!(
            (&stage["step_mean_seconds"], &stage["step_cpu_mean_seconds"]),
            (&json!(0.5), &json!(0.25))
        );
        assert_eq!(json["budgets"][0]["peak"], 99);
        assert_eq!(json["explanation"], explain(&view));
    }
}
