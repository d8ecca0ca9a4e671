//! Owns what a run measured: the [`Report`], of a run that ended or of one that goes on (a snapshot).
//! Does not own: how it is shown.

use super::clock::Nanos;
use super::control::Ended;
use super::elastic::Decision;
use super::histogram::{Bucket, Latency};
use super::meter::Totals;
use std::time::Duration;

/// What a run measured.
///
/// Every admitted input is accounted for: `admitted = done + failed + skipped + interrupted + unfinished`, and
/// `unfinished` is 0 once the run has ended.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// How it ended, if it has.
    pub ended: Ended,
    /// Whether admission is paused.
    pub paused: bool,
    /// From its start to its end, or until now.
    pub wall: Duration,
    /// Inputs that were admitted.
    pub admitted: u64,
    /// Inputs of which every item reached the sink.
    pub done: u64,
    /// Inputs of which an item failed.
    pub failed: u64,
    /// Inputs for which a stage emitted nothing.
    pub skipped: u64,
    /// Inputs that were under way when the run was aborted.
    pub interrupted: u64,
    /// Inputs that are under way.
    pub unfinished: u64,
    /// The most inputs admitted and unfinished at any moment.
    pub peak_unfinished: usize,
    /// The most that may be.
    pub window: usize,
    /// When the first input was finished.
    pub first_finished: Option<Duration>,
    /// From admission to the end of each input.
    pub latency: Latency,
    /// The same as a histogram; buckets without any are left out.
    pub latency_counts: Vec<Bucket>,
    /// The source, the stages in order, the sink.
    pub stages: Vec<StageReport>,
    /// The byte budgets, in the order in which they stand.
    pub budgets: Vec<BudgetReport>,
    /// What did not go as asked, for people: workers that could not be started.
    pub notes: Vec<String>,
    /// What the engine changed by itself, oldest first: the workers of [elastic](super::Stage::elastic) stages.
    pub decisions: Vec<Decision>,
}

/// What one stage measured. Times are sums over its workers.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StageReport {
    /// Its name.
    pub name: String,
    /// Workers that may take items.
    pub workers: usize,
    /// What all workers had: the time of the run, times their number at each moment of it. The times below are parts of this.
    pub worker_time: Duration,
    /// Workers in their step now.
    pub workers_busy: usize,
    /// Capacity of the queue in front, in items.
    pub queue: usize,
    /// Items in the queue now.
    pub queue_depth: u64,
    /// The same, averaged over the run, weighted by time.
    pub queue_mean_depth: f64,
    /// Items at the gate in front now: taken from the queue, and waiting for their bytes or for those before them.
    pub gate_depth: u64,
    /// The same, averaged over the run, weighted by time.
    pub gate_mean_depth: f64,
    /// Steps begun.
    pub items_in: u64,
    /// Items emitted.
    pub items_out: u64,
    /// Steps that failed.
    pub failed: u64,
    /// Bytes emitted, where the stage [measures](super::Stage::measure) them.
    pub bytes: u64,
    /// In steps.
    pub busy: Duration,
    /// Without input.
    pub starved: Duration,
    /// Without room downstream; of the source, also until it might admit.
    pub blocked: Duration,
    /// For budget.
    pub waiting: Duration,
    /// CPU time, where the operating system tells; read now and then and when a worker ends.
    pub cpu: Duration,
    /// In steps, ready to run, but without a core; where the operating system tells. What is left of `busy` without this
    /// and without `cpu` was spent waiting for a device, or for another program.
    pub core_wait: Duration,
    /// In none of these: taking and sending items, reading the clock.
    pub hand_over: Duration,
    /// How long a step takes.
    pub step: Latency,
    /// The same as a histogram; buckets without any are left out.
    pub step_counts: Vec<Bucket>,
}

/// What one byte budget measured.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BudgetReport {
    /// The most bytes that may be reserved, but for a single item that is larger.
    pub capacity: u64,
    /// Reserved now.
    pub used: u64,
    /// The most reserved at any moment.
    pub peak: u64,
    /// How often bytes were reserved.
    pub grants: u64,
    /// All bytes that were ever reserved.
    pub granted: u64,
    /// Standard deviation of what was reserved at a time.
    pub deviation: u64,
    /// The stage in front of which they are reserved: its index in [`Report::stages`].
    pub before: usize,
    /// The stage behind which they are given back, if not at the end.
    pub until: Option<usize>,
}

impl Report {
    /// Inputs that ended, in whatever way.
    pub fn finished(&self) -> u64 {
        self.done + self.failed + self.skipped + self.interrupted
    }

    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&StageReport> {
        self.stages.iter().find(|stage| stage.name == name)
    }
}

impl StageReport {
    pub(super) fn new(
        name: &str,
        workers: usize,
        queue: usize,
        totals: &Totals,
        upstream: Option<&Totals>,
        step: Latency,
        now: Nanos,
    ) -> Self {
        // A message counts as queued from when its sender first tried, so what senders were blocked is not queueing.
        let queued = totals.queued.saturating_sub(upstream.map_or(0, |up| up.blocked));
        Self {
            name: name.to_owned(),
            workers,
            worker_time: Duration::ZERO,
            workers_busy: totals.busy_now,
            queue,
            queue_depth: upstream.map_or(0, |up| up.messages_out.saturating_sub(totals.messages_in)),
            queue_mean_depth: queued as f64 / now.0.max(1) as f64,
            gate_depth: 0,
            gate_mean_depth: 0.0,
            items_in: totals.items_in,
            items_out: totals.items_out,
            failed: totals.failed,
            bytes: totals.bytes,
            busy: Duration::from_nanos(totals.busy),
            starved: Duration::from_nanos(totals.starved),
            blocked: Duration::from_nanos(totals.blocked + totals.door),
            waiting: Duration::from_nanos(totals.waiting),
            cpu: Duration::from_nanos(totals.cpu),
            core_wait: Duration::from_nanos(totals.core_wait),
            hand_over: Duration::from_nanos(totals.hand_over()),
            step,
            step_counts: Vec::new(),
        }
    }

    /// What so far counts as queued was at the gate in part: so many items now, and for so many nanoseconds in all. A queue
    /// holds no more than its capacity; what counters say beyond that is on its way from hand to hand.
    pub(super) fn leave_out_held(&mut self, items: u64, nanos: u64, now: Nanos) {
        let capacity = self.queue as u64;
        self.gate_depth = items;
        self.gate_mean_depth = nanos as f64 / now.0.max(1) as f64;
        self.queue_depth = self.queue_depth.saturating_sub(items).min(capacity);
        self.queue_mean_depth = (self.queue_mean_depth - self.gate_mean_depth).clamp(0.0, capacity as f64);
    }

    /// Workers that might take items, on average over a run of this time.
    pub fn mean_workers(&self, wall: Duration) -> f64 {
        if self.worker_time.is_zero() || wall.is_zero() {
            return self.workers as f64;
        }
        self.worker_time.as_secs_f64() / wall.as_secs_f64()
    }

    /// Wall time per step, on average.
    pub fn mean_step(&self) -> Duration {
        u32::try_from(self.items_in).ok().filter(|n| *n > 0).map_or(Duration::ZERO, |n| self.busy / n)
    }
}
