//! Owns the time series: samples of a run at even distances. When there are too many, every second one goes and the distance
//! doubles, so that a run of any length has between 300 and 600. Kept are running totals; what happened between two samples
//! is their difference, whichever were dropped.

use super::super::json::rounded;
use super::super::shares::had;
use super::super::view::{View, ratio};
use super::process;
use serde_json::{Value, json};
use std::time::Duration;

const MOST: usize = 600;
const FIRST_STEP: Duration = Duration::from_millis(40);

#[derive(Debug)]
pub(super) struct Series {
    samples: Vec<Sample>,
    step: Duration,
    cpu_at_start: Option<Duration>,
}

/// One moment. Times are sums over the run so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Sample {
    pub(super) at: Duration,
    done: u64,
    finished: u64,
    unfinished: u64,
    pixels: u64,
    cpu: Duration,
    resident: u64,
    budget: u64,
    pub(super) stages: Vec<StageSample>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StageSample {
    /// Busy, starved, blocked, waiting.
    parts: [Duration; 4],
    pub(super) depth: u64,
    workers: usize,
    /// Seconds that all workers had until then.
    had: f64,
}

impl Default for Series {
    fn default() -> Self {
        Self { samples: Vec::new(), step: FIRST_STEP, cpu_at_start: None }
    }
}

impl Series {
    /// Takes a sample if it is time to; says how long it is until the next.
    pub(super) fn update(&mut self, view: &View<'_>) -> Duration {
        let now = view.report.wall;
        let due = self.samples.last().map_or(Duration::ZERO, |last| last.at + self.step);
        if now >= due {
            self.push(view);
            return self.step;
        }
        due - now
    }

    /// Takes the last sample, whenever the one before was.
    pub(super) fn finish(&mut self, view: &View<'_>) {
        // Rates over a moment much shorter than the others would say nothing.
        if self.samples.last().is_some_and(|last| last.at + self.step / 2 > view.report.wall) {
            self.samples.pop();
        }
        self.push(view);
    }

    fn push(&mut self, view: &View<'_>) {
        if self.samples.len() >= MOST {
            let mut at = 0;
            self.samples.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.step *= 2;
        }
        let cpu = process::cpu_time().unwrap_or_default();
        // What was used before the run began is none of its.
        let started = *self.cpu_at_start.get_or_insert(cpu.saturating_sub(stage_cpu(view)));
        self.samples.push(sample(view, cpu.saturating_sub(started)));
    }

    pub(super) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Columns, one value a sample; rates and parts are those since the sample before.
    pub(super) fn to_json(&self, names: &[String]) -> Value {
        let column = |value: &dyn Fn(&Sample, &Sample) -> f64| self.column(value);
        let rate = |now: f64, then: f64, step: f64| ratio(now - then, step).max(0.0);
        let seconds = |now: &Sample, then: &Sample| now.at.saturating_sub(then.at).as_secs_f64();
        let stages = names.iter().enumerate().map(|(at, name)| self.stage(at, name));
        json!({
            "step_seconds": self.step.as_secs_f64(),
            "seconds": column(&|now, _| now.at.as_secs_f64()),
            "finished": column(&|now, _| now.finished as f64),
            "in_flight": column(&|now, _| now.unfinished as f64),
            "pictures_per_second": column(&|now, then| rate(now.done as f64, then.done as f64, seconds(now, then))),
            "megapixels_per_second": column(&|now, then| {
                rate(now.pixels as f64 / 1e6, then.pixels as f64 / 1e6, seconds(now, then))
            }),
            "cpu_cores": column(&|now, then| {
                rate(now.cpu.as_secs_f64(), then.cpu.as_secs_f64(), seconds(now, then))
            }),
            "rss_bytes": column(&|now, _| now.resident as f64),
            "budget_used_bytes": column(&|now, _| now.budget as f64),
            "stages": stages.collect::<Vec<_>>(),
        })
    }

    fn stage(&self, stage: usize, name: &str) -> Value {
        let of = |sample: &Sample| sample.stages.get(stage).copied().unwrap_or_default();
        let part = |which: usize| {
            self.column(&|now, then| {
                let parts: [f64; 4] = std::array::from_fn(|at| {
                    of(now).parts[at].saturating_sub(of(then).parts[at]).as_secs_f64()
                });
                // As in the whole report: workers that were taken away meanwhile had their time too.
                ratio(parts[which], (of(now).had - of(then).had).max(parts.iter().sum()))
            })
        };
        json!({
            "name": name,
            "busy": part(0),
            "starved": part(1),
            "blocked": part(2),
            "waiting": part(3),
            "queue_depth": self.column(&|now, _| of(now).depth as f64),
            "workers": self.column(&|now, _| of(now).workers as f64),
        })
    }

    /// A value for each sample, from it and the one before; before the first is the start of the run.
    fn column(&self, value: &dyn Fn(&Sample, &Sample) -> f64) -> Vec<Value> {
        let start = Sample::default();
        let before = std::iter::once(&start).chain(&self.samples);
        self.samples.iter().zip(before).map(|(now, then)| short(value(now, then))).collect()
    }
}

/// Whole numbers without a point: there are thousands of them.
fn short(x: f64) -> Value {
    let x = (rounded(x) * 1e4).round() / 1e4;
    if x.fract() == 0.0 && (0.0..1e15).contains(&x) { json!(x as u64) } else { json!(x) }
}

fn stage_cpu(view: &View<'_>) -> Duration {
    view.report.stages.iter().map(|stage| stage.cpu).sum()
}

fn sample(view: &View<'_>, cpu: Duration) -> Sample {
    let report = view.report;
    let stages = report.stages.iter().map(|stage| StageSample {
        parts: [stage.busy, stage.starved, stage.blocked, stage.waiting],
        depth: stage.queue_depth,
        workers: stage.workers,
        had: had(stage, report.wall),
    });
    Sample {
        at: report.wall,
        done: report.done,
        finished: report.finished(),
        unfinished: report.unfinished,
        pixels: view.totals.pixels,
        cpu,
        resident: process::resident().unwrap_or_default(),
        budget: report.budgets.iter().map(|budget| budget.used).sum(),
        stages: stages.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;
    use crate::engine::{Report, StageReport};

    /// 100 pictures a second; one stage of two workers, each busy half of the time.
    fn run(series: &mut Series, milliseconds: u64) -> Report {
        let stage = StageReport {
            workers: 2,
            busy: Duration::from_millis(milliseconds),
            starved: Duration::from_millis(milliseconds),
            queue_depth: 3,
            ..StageReport::default()
        };
        let report = Report {
            wall: Duration::from_millis(milliseconds),
            done: milliseconds / 10,
            stages: vec![stage],
            ..Report::default()
        };
        let totals = Totals { pixels: report.done * 1_000_000, ..Totals::default() };
        series.update(&View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None });
        report
    }

    fn numbers(value: &Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    }

    #[test]
    fn a_run_of_any_length_stays_within_its_samples_and_keeps_its_rates() {
        let mut series = Series::default();
        for tick in 0..20_000 {
            run(&mut series, tick * 10);
            assert!(series.samples.len() <= MOST);
        }
        assert!(series.samples.len() >= MOST / 2 - 1, "{}", series.samples.len());
        let json = series.to_json(&["convert".to_owned()]);
        let rates = numbers(&json["pictures_per_second"]);
        assert_eq!(rates.len(), series.samples.len());
        assert!(rates[1..].iter().all(|rate| (rate - 100.0).abs() < 1.0), "{rates:?}");
        let stage = &json["stages"][0];
        assert!(numbers(&stage["busy"])[1..].iter().all(|part| (part - 0.5).abs() < 0.01), "{stage}");
        assert!(numbers(&stage["queue_depth"]).iter().all(|depth| *depth == 3.0));
    }

    #[test]
    fn the_last_sample_is_the_end_of_the_run() {
        let mut series = Series::default();
        run(&mut series, 0);
        let report = Report { wall: Duration::from_millis(30), done: 7, ..Report::default() };
        let totals = Totals::default();
        let view = View { report: &report, totals: &totals, expected: None, cores: 1.0, os: None };
        assert!(series.update(&view) <= FIRST_STEP, "not yet");
        series.finish(&view);
        series.finish(&view);
        let json = series.to_json(&[]);
        assert_eq!(json["seconds"], json!([0, 0.03]));
        assert_eq!(json["finished"], json!([0, 7]));
    }
}
