//! Owns what comes of a schedule: throughput with its uncertainty, what limits it, how busy each station is.
//! Does not own: the events (`network`), the words (`text`).

use super::bounds::{Bound, bounds};
use super::model::Model;
use super::network::Network;
use super::trace::Trace;

/// More pictures than this tell nothing new.
const ENOUGH: u64 = 1_500;
/// And never more than this, however large the window is.
const MOST: u64 = 20_000;
/// What the model gets wrong where nothing speaks against it; from the experiment in `docs/predict.md`.
const OF_MODEL: f64 = 0.05;
/// What other cores add per doubling: caches, memory and clock rates are shared, and nothing of that was measured.
const OF_CORES: f64 = 0.08;
/// And what it may be off between idle cores and busy ones.
const OF_LOAD: f64 = 0.1;
/// Nine in ten of a normal distribution lie within so many deviations.
const NINE_IN_TEN: f64 = 1.64;
/// From here on a resource has hardly a free moment.
const FULL: f64 = 0.9;

/// What a run would do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Prediction {
    /// Pictures per second, from the start of the run to its end.
    pub per_second: f64,
    /// With nine chances in ten it is not below this.
    pub low: f64,
    /// With nine chances in ten it is not above this.
    pub high: f64,
    /// What no schedule of this kind can exceed, by the operational laws, and by which of them: the lowest first. Neither
    /// the prediction nor its range does.
    pub at_most: Vec<(Limit, f64)>,
    /// What limits it.
    pub limit: Limit,
    /// Cores in use, of those that may be used.
    pub cores_used: f64,
    /// Cores that may be used.
    pub cores: f64,
    /// The source, the stages, the sink.
    pub stations: Vec<StationLoad>,
    /// Pictures inside on average: throughput × time inside (Little's law).
    pub inside: f64,
    /// Most bytes reserved for pictures at once.
    pub reserved: u64,
    /// Most memory in all, where the recorded run tells what the rest took.
    pub memory: Option<u64>,
}

/// What limits a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// All cores are busy.
    Cores,
    /// The workers of this stage are.
    Stage(String),
    /// No more pictures may be inside.
    Window,
    /// No more bytes may be reserved.
    Memory,
    /// There are too few pictures to fill the pipeline.
    TooFew,
    /// Nothing by itself.
    Nothing,
}

/// How busy one station is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StationLoad {
    /// Its name.
    pub name: String,
    /// Its workers.
    pub workers: usize,
    /// The part of its workers' time in steps.
    pub busy: f64,
    /// The part without room behind it.
    pub blocked: f64,
    /// The part waiting for bytes.
    pub waiting: f64,
    /// Pictures in its queue, on average.
    pub queued: f64,
}

/// What the network came to, before it is held against the recorded run.
pub(super) struct Flow {
    pub(super) per_second: f64,
    trace: Trace,
    seconds: f64,
}

impl Model {
    /// What this schedule would do.
    ///
    /// The figure is the measured throughput times what the model gives for this schedule over what it gives for the recorded
    /// one, so that what it does not know of (memory bandwidth, other programs) cancels out as far as it can.
    pub fn predict(&self) -> Prediction {
        let flow = self.flow();
        let correction = self.correction();
        let at_most = bounds(self);
        // What the model missed of one schedule may be missing from another, but no law is broken for it.
        let most = at_most.first().map_or(f64::INFINITY, |bound| bound.per_second);
        let per_second = (flow.per_second * correction).min(most);
        let cores_used = flow.trace.cores / flow.seconds + self.beside.min(self.cores);
        let off = self.uncertainty(cores_used / self.cores);
        let limit = self.limit(&flow, &at_most);
        let reserved = flow.trace.bytes.max(0.0) as u64;
        Prediction {
            per_second,
            low: per_second / (1.0 + off),
            high: (per_second * (1.0 + off)).min(most),
            limit,
            cores_used,
            cores: self.cores,
            inside: flow.trace.inside() / flow.seconds,
            reserved,
            memory: (self.base_memory > 0).then(|| self.base_memory.saturating_add(reserved)),
            stations: self.loads(&flow),
            at_most: at_most.into_iter().map(|Bound { limit, per_second }| (limit, per_second)).collect(),
        }
    }

    /// Measured over modelled, for the recorded schedule.
    fn correction(&self) -> f64 {
        let ratio = self.measured / self.modelled;
        if ratio.is_finite() && ratio > 0.0 { ratio } else { 1.0 }
    }

    /// Half the width of the range, as a part: what the model missed of the recorded run, what new cores and another load may
    /// bring, and what a sample of so many pictures tells.
    fn uncertainty(&self, load: f64) -> f64 {
        let missed = self.correction().ln() / 2.0;
        let (cores, load) = (self.off_by_cores(), self.off_by_load(load));
        let variation = self.stations.iter().map(|station| station.variation).fold(0.0, f64::max);
        let sample = 2.0 * variation / (self.pictures.max(1) as f64).sqrt();
        NINE_IN_TEN
            * [OF_MODEL, missed, cores, load, sample].iter().map(|part| part * part).sum::<f64>().sqrt()
    }

    /// As a part, what CPU times on all of the cores may differ from what is expected of them.
    pub(super) fn cpu_uncertainty(&self) -> f64 {
        NINE_IN_TEN * self.off_by_cores().hypot(self.off_by_load(1.0))
    }

    fn off_by_cores(&self) -> f64 {
        (self.cores / self.cores_measured).ln().abs() / std::f64::consts::LN_2 * OF_CORES
    }

    fn off_by_load(&self, load: f64) -> f64 {
        (load - self.load_measured) * OF_LOAD
    }

    /// Pictures per second, from few pictures; good enough to tell which of two schedules is better.
    pub(in super::super) fn roughly(&self, pictures: u64) -> f64 {
        self.flow_of(pictures).per_second
    }

    /// Lets as many pictures through as it takes to know.
    pub(super) fn flow(&self) -> Flow {
        self.flow_of(ENOUGH)
    }

    fn flow_of(&self, enough: u64) -> Flow {
        // The pipeline has to be filled before it is seen full.
        let enough = enough.max((self.window as u64).saturating_mul(4)).min(MOST);
        let simulated = self.pictures.clamp(1, enough);
        let trace = Network::new(self, simulated as u32).run();
        let seconds = trace.ends.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
        let all = trace.ends.len() as f64;
        let steady = trace.steady();
        // The rest at the steady rate, between the same beginning and end.
        let rest = (self.pictures as f64 - all).max(0.0);
        let wall = seconds + if steady > 0.0 { rest / steady } else { 0.0 };
        Flow { per_second: (all + rest) / wall * self.done, trace, seconds }
    }

    fn limit(&self, flow: &Flow, at_most: &[Bound]) -> Limit {
        let (trace, seconds) = (&flow.trace, flow.seconds);
        let cores = trace.cores / seconds / self.cores_for_stations();
        let busiest = self.stations.iter().zip(&trace.busy);
        let busiest = busiest.map(|(station, busy)| (busy / seconds / station.workers as f64, station));
        let (busy, station) = match busiest.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
            Some((busy, station)) => (busy, station.name.clone()),
            None => return Limit::Nothing,
        };
        if cores >= FULL {
            return Limit::Cores;
        }
        if busy >= FULL - 0.1 {
            return Limit::Stage(station);
        }
        let workers: usize = self.stations.iter().map(|station| station.workers).sum();
        if self.pictures < 2 * workers as u64 {
            return Limit::TooFew;
        }
        let gated = self.stations.iter().zip(&trace.gated);
        if gated.map(|(station, gated)| gated / seconds / station.workers as f64).fold(0.0, f64::max) > 0.2 {
            return Limit::Memory;
        }
        let full = trace.inside() / seconds >= 0.8 * self.window as f64;
        if full && trace.door / seconds > 0.2 {
            return Limit::Window;
        }
        // Two that are nearly full hold each other up by turns; the lower bound names the first.
        at_most.first().map_or(Limit::Nothing, |bound| bound.limit.clone())
    }

    fn loads(&self, flow: &Flow) -> Vec<StationLoad> {
        let load = |at: usize, name: &str, workers: usize| {
            let of_workers =
                |sums: &[f64]| sums.get(at).copied().unwrap_or(0.0) / flow.seconds / workers as f64;
            StationLoad {
                name: name.to_owned(),
                workers,
                busy: of_workers(&flow.trace.busy),
                blocked: of_workers(&flow.trace.blocked),
                waiting: of_workers(&flow.trace.gated),
                queued: flow.trace.queued.get(at).copied().unwrap_or(0.0) / flow.seconds,
            }
        };
        let stations = self.stations.iter().enumerate();
        stations.map(|(at, station)| load(at, &station.name, station.workers)).collect()
    }
}

#[cfg(test)]
impl Flow {
    /// Pictures that came out.
    pub(super) fn ended(&self) -> usize {
        self.trace.ends.len()
    }
}
