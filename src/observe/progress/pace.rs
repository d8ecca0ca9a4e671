//! Owns how fast a run goes just now, how long it will take, and when it is time to show something again. Time is the
//! run's own, so all of it can be tested without waiting.

use super::super::view::{View, ratio};
use std::collections::VecDeque;
use std::time::Duration;

/// What is called "just now".
const SPAN: Duration = Duration::from_secs(10);
/// A sample this often is enough.
const STEP: Duration = Duration::from_millis(200);

/// The speed over the last ten seconds.
#[derive(Debug, Default)]
pub(super) struct Pace {
    samples: VecDeque<Sample>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    at: Duration,
    done: u64,
    finished: u64,
    pixels: u64,
}

/// Speeds, and seconds to the end where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Speed {
    pub(super) pictures_per_second: f64,
    pub(super) megapixels_per_second: f64,
    pub(super) eta_seconds: Option<f64>,
}

impl Pace {
    /// Takes note of how far the run is; tells how fast it goes.
    pub(super) fn note(&mut self, view: &View<'_>) -> Speed {
        let report = view.report;
        let now = Sample {
            at: report.wall,
            done: report.done,
            finished: report.finished(),
            pixels: view.totals.pixels,
        };
        // The oldest kept is the last one that lies SPAN back or more; before there is one, the start of the run is.
        while self.samples.get(1).is_some_and(|next| next.at + SPAN <= now.at) {
            self.samples.pop_front();
        }
        let then =
            self.samples.front().copied().filter(|first| first.at + SPAN <= now.at).unwrap_or_default();
        if self.samples.back().is_none_or(|last| last.at + STEP <= now.at) {
            self.samples.push_back(now);
        }
        let seconds = now.at.saturating_sub(then.at).as_secs_f64();
        let per_second = |now: u64, then: u64| ratio(now.saturating_sub(then) as f64, seconds);
        let finished_per_second = per_second(now.finished, then.finished);
        // Counting may have come later than what was added meanwhile; then nothing is known.
        let left = view.expected.and_then(|all| all.checked_sub(now.finished)).filter(|left| *left > 0);
        let eta_seconds = left.filter(|_| finished_per_second > 0.0);
        Speed {
            pictures_per_second: per_second(now.done, then.done),
            megapixels_per_second: per_second(now.pixels, then.pixels) / 1e6,
            eta_seconds: eta_seconds.map(|left| left as f64 / finished_per_second),
        }
    }
}

/// Lets something through once a period.
#[derive(Debug)]
pub(super) struct Throttle {
    period: Duration,
    next: Duration,
}

impl Throttle {
    pub(super) fn new(first: Duration, period: Duration) -> Self {
        Self { period, next: first }
    }

    /// Whether it is time, by the clock of the run.
    pub(super) fn pass(&mut self, now: Duration) -> bool {
        let pass = now >= self.next;
        if pass {
            self.next = now + self.period;
        }
        pass
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;
    use crate::engine::Report;

    fn note(pace: &mut Pace, seconds: f64, done: u64, expected: Option<u64>) -> Speed {
        let report = Report { wall: Duration::from_secs_f64(seconds), done, ..Report::default() };
        let totals = Totals { pixels: done * 1_000_000, ..Totals::default() };
        pace.note(&View { report: &report, totals: &totals, expected, cores: 1.0, os: None })
    }

    #[test]
    fn the_speed_is_that_of_the_last_ten_seconds() {
        let mut pace = Pace::default();
        (0..=200).for_each(|tick| {
            note(&mut pace, tick as f64 * 0.1, tick, None);
        });
        // Ten a second until now, then none for five seconds.
        (201..=250).for_each(|tick| {
            note(&mut pace, tick as f64 * 0.1, 200, None);
        });
        let speed = note(&mut pace, 25.0, 200, Some(400));
        assert!((speed.pictures_per_second - 5.0).abs() < 0.3, "{speed:?}");
        assert!((speed.megapixels_per_second - 5.0).abs() < 0.3, "{speed:?}");
        assert!((speed.eta_seconds.unwrap() - 40.0).abs() < 3.0, "{speed:?}");
        assert!(pace.samples.len() < 60, "{}", pace.samples.len());
    }

    #[test]
    fn the_end_is_estimated_only_where_it_is_known() {
        let speed = |done, expected| note(&mut Pace::default(), 2.0, done, expected).eta_seconds;
        assert_eq!(speed(4, Some(10)), Some(3.0));
        assert_eq!(speed(4, None), None);
        assert_eq!(speed(0, Some(10)), None, "nothing is done yet");
        assert_eq!(speed(11, Some(10)), None, "more came than were counted");
        assert_eq!(note(&mut Pace::default(), 0.0, 0, Some(1)), Speed::default());
    }

    #[test]
    fn a_throttle_lets_one_through_a_period() {
        let mut throttle = Throttle::new(Duration::from_secs(1), Duration::from_secs(5));
        let passed: Vec<u64> =
            (0..200).filter(|tick| throttle.pass(Duration::from_millis(tick * 100))).collect();
        assert_eq!(passed, [10, 60, 110, 160]);
    }
}
