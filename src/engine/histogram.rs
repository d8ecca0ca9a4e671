//! Owns the latency histogram: log-linear buckets (8 per power of two, so within 12.5 %), one writer, any readers.
//!
//! The layout is that of HdrHistogram with 3 bits of precision; counting is one relaxed load and store.

// Not from `sync`, as the counters of `meter.rs`.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const PRECISION: u32 = 3;
const PER_OCTAVE: usize = 1 << PRECISION;
/// Up to 2^40 ns, 18 minutes; what takes longer is counted in the last bucket, and `max` is exact.
const BUCKETS: usize = (40 - PRECISION as usize + 1) * PER_OCTAVE;

/// Counts of durations; written by one thread.
pub(super) struct Histogram {
    buckets: Box<[AtomicU64; BUCKETS]>,
    max: AtomicU64,
}

fn bucket(nanos: u64) -> usize {
    let octave = (63 - (nanos | 1).leading_zeros()).saturating_sub(PRECISION);
    let index = octave as usize * PER_OCTAVE + (nanos >> octave) as usize;
    index.min(BUCKETS - 1)
}

/// Upper edge of a bucket, in nanoseconds.
fn upper(bucket: usize) -> u64 {
    let octave = (bucket / PER_OCTAVE).saturating_sub(1);
    let within = (bucket - octave * PER_OCTAVE) as u64;
    ((within + 1) << octave) - 1
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { buckets: Box::new(std::array::from_fn(|_| AtomicU64::new(0))), max: AtomicU64::new(0) }
    }

    /// Counts one duration. Only one thread may write.
    pub(super) fn add(&self, nanos: u64) {
        let count = &self.buckets[bucket(nanos)];
        count.store(count.load(Relaxed) + 1, Relaxed);
        if nanos > self.max.load(Relaxed) {
            self.max.store(nanos, Relaxed);
        }
    }
}

/// Quantiles of how long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
pub struct Latency {
    /// Half of them took at most this long; within 12.5 %, as are the other quantiles.
    pub p50: Duration,
    /// 95 % took at most this long.
    pub p95: Duration,
    /// 99 % took at most this long.
    pub p99: Duration,
    /// The longest, exact.
    pub max: Duration,
    /// Standard deviation, within 12.5 %.
    pub deviation: Duration,
}

/// Joins the histograms of several writers.
pub(super) fn summarize<'a>(parts: impl IntoIterator<Item = &'a Histogram>) -> Latency {
    let mut counts = [0u64; BUCKETS];
    let mut max = 0;
    for part in parts {
        max = max.max(part.max.load(Relaxed));
        for (sum, count) in counts.iter_mut().zip(part.buckets.iter()) {
            *sum += count.load(Relaxed);
        }
    }
    let total: u64 = counts.iter().sum();
    let quantile = |percent: u64| {
        let rank = (total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        Duration::from_nanos(found.map_or(0, |bucket| upper(bucket).min(max)))
    };
    let deviation = deviation(&counts, total, max);
    let max = Duration::from_nanos(max);
    Latency { p50: quantile(50), p95: quantile(95), p99: quantile(99), max, deviation }
}

/// The standard deviation of what was counted, each taken as the edge of its bucket.
fn deviation(counts: &[u64; BUCKETS], total: u64, max: u64) -> Duration {
    let edges = || counts.iter().enumerate().filter(|(_, n)| **n > 0);
    let mean_of = |of: &dyn Fn(f64) -> f64| {
        let sum: f64 = edges().map(|(at, n)| of(upper(at).min(max) as f64) * *n as f64).sum();
        sum / total.max(1) as f64
    };
    let mean = mean_of(&|nanos| nanos);
    Duration::from_nanos(mean_of(&|nanos| (nanos - mean).powi(2)).sqrt().round() as u64)
}

/// How many took so long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Bucket {
    /// The most that one of them took; within 12.5 %.
    pub up_to: Duration,
    /// So many.
    pub count: u64,
}

/// The buckets of several writers that hold any.
pub(super) fn buckets<'a>(parts: impl IntoIterator<Item = &'a Histogram>) -> Vec<Bucket> {
    let mut counts = [0u64; BUCKETS];
    let mut max = 0;
    for part in parts {
        max = max.max(part.max.load(Relaxed));
        for (sum, count) in counts.iter_mut().zip(part.buckets.iter()) {
            *sum += count.load(Relaxed);
        }
    }
    // What took longer than the last edge is in the last bucket.
    let edge = |at| if at == BUCKETS - 1 { max } else { upper(at).min(max) };
    let held = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    held.map(|(at, &count)| Bucket { up_to: Duration::from_nanos(edge(at)), count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_falls_into_a_bucket_whose_edge_is_within_an_eighth() {
        for nanos in (0..100_000).chain((17..40).map(|bits| (1u64 << bits) - 1)) {
            let edge = upper(bucket(nanos));
            assert!(edge >= nanos && edge <= nanos + nanos / 8, "{nanos} is counted at {edge}");
        }
    }

    #[test]
    fn quantiles_are_taken_over_all_writers() {
        let (fast, slow) = (Histogram::new(), Histogram::new());
        (0..98).for_each(|_| fast.add(1_000));
        (0..2).for_each(|_| slow.add(1 << 50));
        let latency = summarize([&fast, &slow]);
        assert!(latency.p50.as_nanos().abs_diff(1_000) <= 125, "{latency:?}");
        assert_eq!(latency.max, Duration::from_nanos(1 << 50));
        assert!(latency.p99 > Duration::from_secs(500), "{latency:?}");
    }

    #[test]
    fn equal_durations_do_not_deviate_and_a_half_and_half_does() {
        let histogram = Histogram::new();
        (0..100).for_each(|_| histogram.add(1_023));
        assert_eq!(summarize([&histogram]).deviation, Duration::ZERO);
        (0..100).for_each(|_| histogram.add(3_071));
        assert_eq!(summarize([&histogram]).deviation, Duration::from_nanos(1_024));
    }

    #[test]
    fn buckets_add_up_over_all_writers_and_end_with_the_longest() {
        let (fast, slow) = (Histogram::new(), Histogram::new());
        (0..98).for_each(|_| fast.add(1_000));
        (0..2).for_each(|_| slow.add(1 << 50));
        let counted = buckets([&fast, &slow]);
        assert_eq!(counted.iter().map(|bucket| bucket.count).collect::<Vec<_>>(), [98, 2]);
        assert_eq!(counted[1].up_to, Duration::from_nanos(1 << 50));
        assert_eq!(buckets([]), []);
    }

    #[test]
    fn nothing_counted_gives_zeros() {
        assert_eq!(summarize([]), Latency::default());
    }
}
