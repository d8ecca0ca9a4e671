//! Owns what happened in a network: moments, and sums over time.
//! Does not own: how it came about (`network`).

/// A moment, in seconds, that can be sorted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At(pub(super) f64);

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What happened, in sums over time. The sum of a count that goes up at *a* and down at *b* is *b - a*: so each of `busy`,
/// `blocked` and `queued` is changed when its count is, and by nothing in between.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// When each picture ended, in order.
    pub(super) ends: Vec<f64>,
    /// When the last one was admitted.
    pub(super) admitted: f64,
    /// Seconds of workers in steps, blocked, and at the gate or behind it; pictures in the queue × seconds.
    pub(super) busy: Vec<f64>,
    pub(super) blocked: Vec<f64>,
    pub(super) gated: Vec<f64>,
    pub(super) queued: Vec<f64>,
    /// Seconds of cores in use.
    pub(super) cores: f64,
    /// The source had a picture and no place for it.
    pub(super) door: f64,
    /// The most bytes reserved at once.
    pub(super) bytes: f64,
}

impl Trace {
    /// Pictures per second while the pipeline is full; 0 if it never is.
    pub(super) fn steady(&self) -> f64 {
        let from = self.ends.len() / 5;
        let to = self.ends.partition_point(|end| *end <= self.admitted);
        match (self.ends.get(from), to.checked_sub(1).and_then(|to| self.ends.get(to))) {
            (Some(begin), Some(end)) if to > from + 1 && end > begin => {
                (to - 1 - from) as f64 / (end - begin)
            }
            _ => match self.ends.last() {
                Some(end) if *end > 0.0 => self.ends.len() as f64 / end,
                _ => 0.0,
            },
        }
    }

    /// Pictures × seconds in the network.
    pub(super) fn inside(&self) -> f64 {
        [&self.busy, &self.blocked, &self.queued].into_iter().flatten().sum()
    }
}
