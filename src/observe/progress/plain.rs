//! Owns plain progress: a line after one second and then every five. At the end the summary says it all.

use super::super::units::{clock, count, duration, percent, three};
use super::super::view::{View, ratio};
use super::out::Out;
use super::pace::{Pace, Speed, Throttle};
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const PERIOD: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Plain {
    pub(super) out: Out,
    pace: Pace,
    throttle: Throttle,
}

impl Plain {
    pub(super) fn new(out: Out) -> Self {
        Self { out, pace: Pace::default(), throttle: Throttle::new(FIRST, PERIOD) }
    }

    pub(super) fn update(&mut self, view: &View<'_>) {
        let speed = self.pace.note(view);
        if self.throttle.pass(view.report.wall) {
            self.out.line(&format!("{}: {}", duration(view.report.wall), head(view, &speed)));
        }
    }
}

/// How far the whole run is: `120/1000 pictures (12 %), 105/s, 19.8 MP/s, ETA 8 s, 3 failed`.
pub(super) fn head(view: &View<'_>, speed: &Speed) -> String {
    let report = view.report;
    let finished = report.finished();
    let mut parts = Vec::with_capacity(5);
    parts.push(match view.expected.filter(|all| finished <= *all) {
        Some(all) => {
            let part = percent(ratio(finished as f64, all as f64));
            format!("{}/{} pictures ({part})", count(finished), count(all))
        }
        None => format!("{} picture{}", count(finished), if finished == 1 { "" } else { "s" }),
    });
    parts.push(format!("{}/s", three(speed.pictures_per_second)));
    parts.push(format!("{} MP/s", three(speed.megapixels_per_second)));
    parts.extend(speed.eta_seconds.map(|eta| format!("ETA {}", clock(eta))));
    parts.extend((report.failed > 0).then(|| format!("{} failed", count(report.failed))));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;
    use crate::engine::Report;

    fn run(seconds: u64, expected: Option<u64>) -> String {
        let (out, text) = Out::memory();
        let mut plain = Plain::new(out);
        for tick in 0..=seconds * 10 {
            let report = Report {
                wall: Duration::from_millis(tick * 100),
                done: tick * 10,
                failed: u64::from(tick >= 30) * 3,
                ..Report::default()
            };
            let totals = Totals { pixels: report.done * 200_000, ..Totals::default() };
            plain.update(&View { report: &report, totals: &totals, expected, cores: 2.0, os: None });
        }
        text()
    }

    #[test]
    fn a_line_after_one_second_then_every_five() {
        assert_eq!(
            run(7, Some(1000)),
            "1.00 s: 100/1000 pictures (10 %), 100/s, 20.0 MP/s, ETA 9 s\n\
             6.00 s: 603/1000 pictures (60 %), 100/s, 20.0 MP/s, ETA 4 s, 3 failed\n"
        );
    }

    #[test]
    fn without_a_count_there_is_no_estimate() {
        assert_eq!(run(1, None), "1.00 s: 100 pictures, 100/s, 20.0 MP/s\n");
        assert_eq!(run(1, Some(99)), "1.00 s: 100 pictures, 100/s, 20.0 MP/s\n");
    }

    #[test]
    fn a_run_of_less_than_a_second_prints_nothing() {
        assert_eq!(run(0, Some(10)), "");
    }
}
