//! Owns what the policy is told: a [`Reading`] of cumulative counters, and the [`Span`] between two of them.
//! Does not own: taking readings (`steer`), what follows from them (`laws`).

/// From this part of the step on, a stage computes.
const COMPUTES: f64 = 0.5;

/// Counters of a run at one moment; times in seconds, summed over workers.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// From the start of the run.
    pub(super) at: f64,
    /// Inputs that have ended, in whatever way.
    pub(super) finished: u64,
    /// CPU time of the whole process.
    pub(super) cpu: f64,
    /// The source will give nothing more.
    pub(super) ending: bool,
    /// The source, the stages, the sink.
    pub(super) stages: Vec<StageReading>,
}

/// Counters of one stage.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StageReading {
    /// Workers that may take items.
    pub(super) workers: usize,
    /// The most it may be given; `None` if it is not the engine's to change.
    pub(super) most: Option<usize>,
    pub(super) items: u64,
    pub(super) busy: f64,
    pub(super) cpu: f64,
}

/// What happened between two readings, as averages.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// Cores used by the process.
    pub(super) cores_used: f64,
    pub(super) stages: Vec<Part>,
}

/// What one stage did in a span.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) workers: usize,
    pub(super) most: Option<usize>,
    /// Workers in their step, on average.
    pub(super) busy: f64,
    /// For half of its steps or more its workers have a CPU, or had one before: where other programs take the cores, it is less.
    pub(super) computes: bool,
    /// Seconds per step.
    pub(super) step: f64,
}

impl Part {
    /// How much of its workers' time was spent in steps, from 0 to 1.
    pub(super) fn used(&self) -> f64 {
        self.busy / self.workers.max(1) as f64
    }
}

impl Span {
    /// Between two readings of one run, in which no number of workers was changed.
    pub(super) fn between(first: &Reading, last: &Reading) -> Self {
        let seconds = (last.at - first.at).max(f64::MIN_POSITIVE);
        let stages = first.stages.iter().zip(&last.stages).map(|(first, last)| {
            let busy = (last.busy - first.busy).max(0.0);
            let items = last.items.saturating_sub(first.items);
            let cpu_share = if busy > 0.0 { ((last.cpu - first.cpu) / busy).clamp(0.0, 1.0) } else { 0.0 };
            Part {
                workers: last.workers,
                most: last.most,
                busy: busy / seconds,
                computes: cpu_share >= COMPUTES,
                step: busy / items.max(1) as f64,
            }
        });
        Self { cores_used: (last.cpu - first.cpu).max(0.0) / seconds, stages: stages.collect() }
    }
}
