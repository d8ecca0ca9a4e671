//! Owns a stage's worker group while it runs: its name, meters and permits, and the seed from which a worker can be
//! grown as long as the stage has not seen its last item.

use super::clock::Nanos;
use super::held::Held;
use super::meter::{Meter, Totals};
use super::permits::Permits;
use super::report::StageReport;
use super::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use super::sync::{Arc, Mutex, lock};

/// What snapshots see of a stage; outlives nothing.
pub(super) struct Gauge {
    pub(super) name: Arc<str>,
    pub(super) capacity: usize,
    pub(super) permits: Arc<Permits>,
    /// Items at the gate in front; none where there is no gate.
    pub(super) held: Arc<Held>,
    pub(super) meters: Mutex<Vec<Arc<Meter>>>,
    /// The most workers that the engine may give it by itself; 0 if their number is not the engine's to change.
    pub(super) elastic: AtomicUsize,
}

/// A worker ready to be put on a thread.
pub(super) type Body<'env> = Box<dyn FnOnce() + Send + 'env>;

/// Makes workers by index. Holds both queues open, so it goes when the stage ends.
pub(super) type Seed<'env> = Box<dyn Fn(usize, Arc<Meter>) -> Body<'env> + Send + 'env>;

pub(super) struct Group<'env> {
    pub(super) name: Arc<str>,
    pub(super) permits: Arc<Permits>,
    pub(super) gauge: Arc<Gauge>,
    /// Among the stages, from 0.
    pub(super) index: usize,
    pub(super) is_first: bool,
    pub(super) fans_out: bool,
    /// Budgets whose bytes are given back after this stage.
    pub(super) frees: Vec<usize>,
    pub(super) seed: Mutex<Option<Seed<'env>>>,
}

impl<'env> Group<'env> {
    /// Makes the next worker; `None` when the stage has ended.
    pub(super) fn grow(&self) -> Option<(String, Body<'env>)> {
        let seed = lock(&self.seed);
        let seed = seed.as_ref()?;
        let meter = Arc::new(Meter::new());
        let mut meters = lock(&self.gauge.meters);
        let index = meters.len();
        meters.push(Arc::clone(&meter));
        Some((format!("{}-{}", self.name, index + 1), seed(index, meter)))
    }

    /// The thread of the worker made last could not be started.
    pub(super) fn shrink(&self) -> usize {
        let mut meters = lock(&self.gauge.meters);
        meters.pop();
        meters.len()
    }

    /// The stage has seen its last item: lets go of the queues, sends parked workers home.
    pub(super) fn retire(&self) {
        self.permits.close();
        let seed = lock(&self.seed).take();
        drop(seed);
    }
}

impl Gauge {
    /// The most workers that the engine may give it by itself, if it may.
    #[cfg(not(shuttle))]
    pub(super) fn elastic(&self) -> Option<usize> {
        Some(self.elastic.load(Relaxed)).filter(|most| *most > 0)
    }

    /// From now on its workers are changed by callers only.
    pub(super) fn pin(&self) {
        self.elastic.store(0, Relaxed);
    }

    pub(super) fn totals(&self, now: Nanos) -> Totals {
        let mut totals = Totals::default();
        lock(&self.meters).iter().for_each(|meter| meter.add_to(&mut totals, now));
        totals
    }

    pub(super) fn report(&self, upstream: Option<&Totals>, now: Nanos) -> StageReport {
        let totals = self.totals(now);
        let meters = lock(&self.meters);
        let mut report = StageReport::new(
            &self.name,
            self.permits.allowed(),
            self.capacity,
            &totals,
            upstream,
            super::histogram::summarize(meters.iter().map(|meter| &meter.steps)),
            now,
        );
        report.leave_out_held(self.held.items(), self.held.nanos(now), now);
        report.worker_time = std::time::Duration::from_nanos(self.permits.had(now));
        report.step_counts = super::histogram::buckets(meters.iter().map(|meter| &meter.steps));
        report
    }
}
