//! Owns measuring a throughput with its error, and comparing two. Does not own: what is done about it.
//!
//! The error is that of batch means: the time is cut into at most eight parts, and the rates of the parts tell how much
//! the mean may be off, also where neighbouring items are alike.

use super::reading::{Reading, Span};

const MOST_BATCHES: usize = 8;
/// The variance of a count of whole inputs in an even flow: both ends are off by a part of one.
const COUNTING: f64 = 1.0 / 6.0;

/// A throughput in inputs per second, with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    pub(super) mean: f64,
    pub(super) error: f64,
}

impl Rate {
    /// What a difference from `self` to `other` has to exceed before it is one: so many standard errors, or this part of
    /// the rate, whichever is more.
    pub(super) fn noise(self, other: Self, errors: f64, part: f64) -> f64 {
        (errors * self.error.hypot(other.error)).max(part * self.mean)
    }
}

/// Readings while nothing is changed.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    first: Reading,
    last: Reading,
    /// Time and inputs finished at each reading.
    ticks: Vec<(f64, u64)>,
}

impl Watch {
    pub(super) fn start(reading: &Reading) -> Self {
        let tick = (reading.at, reading.finished);
        Self { first: reading.clone(), last: reading.clone(), ticks: vec![tick] }
    }

    pub(super) fn add(&mut self, reading: &Reading) {
        self.last = reading.clone();
        self.ticks.push((reading.at, reading.finished));
    }

    pub(super) fn seconds(&self) -> f64 {
        self.last.at - self.first.at
    }

    pub(super) fn items(&self) -> u64 {
        self.last.finished.saturating_sub(self.first.finished)
    }

    pub(super) fn span(&self) -> Span {
        Span::between(&self.first, &self.last)
    }

    pub(super) fn rate(&self) -> Rate {
        let parts = self.ticks.len().saturating_sub(1).min(MOST_BATCHES);
        if parts == 0 || self.seconds() <= 0.0 {
            return Rate { mean: 0.0, error: f64::INFINITY };
        }
        let mean = self.items() as f64 / self.seconds();
        let at = |part: usize| self.ticks[part * (self.ticks.len() - 1) / parts];
        let squares = (0..parts).map(|part| {
            let ((began, before), (ended, after)) = (at(part), at(part + 1));
            let seconds = (ended - began).max(f64::MIN_POSITIVE);
            let rate = after.saturating_sub(before) as f64 / seconds;
            (rate - mean).powi(2) - COUNTING / seconds.powi(2)
        });
        let spread = squares.sum::<f64>().max(0.0) / (parts * parts.saturating_sub(1).max(1)) as f64;
        // Both ends may be off by half an input; the parts' ends cancel out.
        Rate { mean, error: spread.sqrt().hypot(0.5 / self.seconds()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(counts: &[u64]) -> Rate {
        let mut finished = 0;
        let mut watch = Watch::start(&Reading::default());
        for (tick, count) in counts.iter().enumerate() {
            finished += count;
            watch.add(&Reading { at: (tick + 1) as f64 * 0.1, finished, ..Reading::default() });
        }
        watch.rate()
    }

    #[test]
    fn an_even_flow_is_known_to_within_a_part_of_an_item() {
        let rate = watched(&[10; 10]);
        assert!((rate.mean - 100.0).abs() < 1e-9 && rate.error < 1.0, "{rate:?}");
    }

    #[test]
    fn an_uneven_flow_is_known_less_well() {
        let rate = watched(&[0, 20, 0, 20, 40, 0, 0, 0]);
        assert!((rate.mean - 100.0).abs() < 1e-9 && rate.error > 30.0, "{rate:?}");
    }

    #[test]
    fn nothing_is_known_of_a_flow_that_was_not_watched() {
        assert!(watched(&[]).error.is_infinite());
    }
}
