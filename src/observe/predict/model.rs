//! Owns the model of a run: the stations with what a picture asks of each, and the schedule around them.
//! Does not own: what comes of it (`network`), nor other schedules (`change`).

use super::super::service::service;
use super::super::view::{View, ratio};
use crate::engine::Report;

/// What a run was, as far as its throughput depends on it. Made from a report, changed by a [`Change`](super::Change), and
/// asked by [`predict`](Model::predict).
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) stations: Vec<Station>,
    pub(super) budgets: Vec<Budget>,
    /// Cores that can be used.
    pub(super) cores: f64,
    /// Of these, what the rest of the process used on average.
    pub(super) beside: f64,
    pub(super) window: usize,
    /// The window follows the workers and queues.
    pub(super) window_follows: bool,
    pub(super) pictures: u64,
    /// Pictures that were done, of those that were admitted.
    pub(super) done: f64,
    /// Pictures per second as measured, and as the model gives them for the same schedule.
    pub(super) measured: f64,
    pub(super) modelled: f64,
    /// Cores when it was measured, and how much of them was used.
    pub(super) cores_measured: f64,
    pub(super) load_measured: f64,
    /// Resident memory that was not reserved in any budget, at most.
    pub(super) base_memory: u64,
}

/// One station: the source, a stage, the sink.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Station {
    pub(super) name: String,
    pub(super) workers: usize,
    pub(super) queue: usize,
    /// Steps per picture.
    pub(super) visits: f64,
    /// Seconds of CPU time per step.
    pub(super) cpu: f64,
    /// Seconds of other waiting per step.
    pub(super) wait: f64,
    /// How much longer each step keeps its worker than it takes, as a part of that: where workers were changed while the run went
    /// on, one of them was there for a part of it only.
    pub(super) missing: f64,
    pub(super) variation: f64,
}

/// Bytes that pictures hold from one station to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Budget {
    pub(super) before: usize,
    /// The station behind which they are given back.
    pub(super) until: usize,
    pub(super) capacity: f64,
    /// Reserved per picture, on average, and the deviation as a part of that.
    pub(super) mean: f64,
    pub(super) variation: f64,
}

impl Station {
    /// Seconds per picture, with a core whenever it wants one.
    pub(super) fn demand(&self) -> f64 {
        self.visits * (self.cpu + self.wait)
    }

    /// Gives it so many workers on average. What is missing to whole ones is spread over the steps, so that together they
    /// carry what the utilisation law says.
    fn staff(&mut self, mean: f64) {
        // Half a per cent is when the first one was started, and no worker.
        self.workers = (mean * 0.995).ceil().clamp(1.0, 1024.0) as usize;
        self.missing = (self.workers as f64 / mean.max(0.01) - 1.0).max(0.0);
    }
}

/// Why nothing can be predicted from a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoModel {
    /// Nothing was done.
    #[error("no picture was done in the recorded run, so nothing is known of what one takes")]
    NothingDone,
    /// Stages are missing, or nothing was timed.
    #[error("the report has no stages with times")]
    NoStages,
    /// Too little was measured.
    #[error("the recorded run took only {0} ms; record one of a second or more")]
    TooShort(u128),
}

/// How much longer a step computes where the cores are nearly idle, than where they are busy.
const OF_IDLING: f64 = 0.3;
/// The power of the number of cores with which CPU times grow.
const OF_SHARING: f64 = 0.06;
/// Runs shorter than this are mostly start-up.
const TOO_SHORT_MILLIS: u128 = 50;

impl Model {
    /// The model of a recorded run.
    ///
    /// # Errors
    /// [`NoModel`] if too little was measured to predict anything from it.
    ///
    /// ```
    /// # use pipeline_images::{engine::{Pipeline, Stage}, observe::{Change, Model, Totals, View}};
    /// # use std::{convert::Infallible, thread::sleep, time::Duration};
    /// let wait = |n: u32| { sleep(Duration::from_millis(2)); Ok::<_, Infallible>(n) };
    /// let report = Pipeline::source("numbers", 0..100u32, |n| n.to_string())
    ///     .stage(Stage::map("fetch", wait))
    ///     .sink("done", drop)
    ///     .run()?;
    /// let totals = Totals::default();
    /// let view = View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None };
    /// let model = Model::of(&view)?;
    /// let four = model.with(&Change::default().workers("fetch", 4))?;
    /// assert!(four.predict().per_second > 2.0 * model.predict().per_second);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(view: &View<'_>) -> Result<Self, NoModel> {
        let report = view.report;
        if report.done == 0 {
            return Err(NoModel::NothingDone);
        }
        if report.wall.as_millis() < TOO_SHORT_MILLIS {
            return Err(NoModel::TooShort(report.wall.as_millis()));
        }
        let stations = stations(report);
        if stations.len() < 2 || stations.iter().all(|station| station.demand() <= 0.0) {
            return Err(NoModel::NoStages);
        }
        let cores = if view.cores > 0.0 { view.cores } else { 1.0 };
        let places: usize = report.stages.iter().skip(1).map(|stage| stage.workers + stage.queue).sum();
        let window_follows = report.window == places;
        let mean_places = || stations.iter().skip(1).map(|station| station.workers + station.queue).sum();
        let mut model = Self {
            budgets: budgets(report),
            cores,
            beside: beside(view),
            window: if window_follows { mean_places() } else { report.window.max(1) },
            window_follows,
            pictures: report.admitted,
            done: ratio(report.done as f64, report.admitted as f64),
            measured: view.pictures_per_second(),
            modelled: 0.0,
            cores_measured: cores,
            load_measured: load(view, cores),
            base_memory: base_memory(view),
            stations,
        };
        model.modelled = model.flow().per_second;
        Ok(model)
    }

    /// Pictures per second as they were recorded.
    pub fn recorded_per_second(&self) -> f64 {
        self.measured
    }

    /// Workers of a stage; where they were changed in the recorded run, their mean over it, rounded up.
    pub(in super::super) fn workers(&self, stage: &str) -> usize {
        self.stations.iter().find(|station| station.name == stage).map_or(0, |station| station.workers)
    }

    /// Cores that can be used.
    pub fn cores(&self) -> f64 {
        self.cores
    }

    /// By what CPU times differ from those measured when so much of the cores is used: a core that was idle is slower, for
    /// its caches are cold and it has to be woken, and so is one that has more others beside it.
    pub(super) fn dearer(&self, load: f64) -> f64 {
        self.dearer_by_cores() * self.dearer_by_load(load)
    }

    /// The part of that which does not change during a run.
    pub(super) fn dearer_by_cores(&self) -> f64 {
        (self.cores / self.cores_measured).powf(OF_SHARING)
    }

    /// The part of that which follows the load.
    pub(super) fn dearer_by_load(&self, load: f64) -> f64 {
        let idle = |load: f64| 1.0 + OF_IDLING * (1.0 - load);
        idle(load) / idle(self.load_measured)
    }

    /// Cores left for the stations.
    pub(super) fn cores_for_stations(&self) -> f64 {
        (self.cores - self.beside).max(self.cores * 0.05)
    }
}

fn stations(report: &Report) -> Vec<Station> {
    let stations = report.stages.iter().map(|stage| {
        let service = service(stage, report);
        let mut station = Station {
            name: stage.name.clone(),
            workers: stage.workers.max(1),
            queue: stage.queue,
            visits: service.visits,
            cpu: service.cpu,
            wait: service.wait,
            missing: 0.0,
            variation: service.variation.clamp(0.0, 2.0),
        };
        station.staff(stage.mean_workers(report.wall));
        station
    });
    stations.collect()
}

fn budgets(report: &Report) -> Vec<Budget> {
    let last = report.stages.len().saturating_sub(1);
    let budgets = report.budgets.iter().filter(|budget| budget.grants > 0 && budget.before <= last);
    let budgets = budgets.map(|budget| {
        let mean = ratio(budget.granted as f64, budget.grants as f64);
        Budget {
            before: budget.before,
            until: budget.until.unwrap_or(last).clamp(budget.before, last),
            capacity: budget.capacity as f64,
            mean,
            variation: ratio(budget.deviation as f64, mean).clamp(0.0, 2.0),
        }
    });
    budgets.collect()
}

/// Cores that the process used on average outside of its stages.
fn beside(view: &View<'_>) -> f64 {
    let stages: f64 = view.report.stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
    let Some(os) = view.os else { return 0.0 };
    // Others are assumed to go on as they did.
    let own = ratio(os.cpu().as_secs_f64() - stages, os.wall.as_secs_f64().max(view.seconds()));
    own.max(0.0) + os.taken_by_others(view.cores)
}

/// The part of the cores that was used, by whomever.
fn load(view: &View<'_>, cores: f64) -> f64 {
    let stages: f64 = view.report.stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
    ((ratio(stages, view.seconds()) + beside(view)) / cores).clamp(0.0, 1.0)
}

fn base_memory(view: &View<'_>) -> u64 {
    let reserved: u64 = view.report.budgets.iter().map(|budget| budget.peak).sum();
    view.os.map_or(0, |os| os.peak_memory.saturating_sub(reserved))
}
