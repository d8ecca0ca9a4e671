//! Owns what is noted at the end of a run beside its figures: how it ended if not by itself, what was kept, skipped or changed.
//! Does not own: failures, which are told one by one.

use super::units::{count, counted};
use super::view::View;
use crate::engine::{Ended, Outcome, Report};

/// One line for each.
pub(super) fn notes(view: &View<'_>) -> Vec<String> {
    let (report, totals) = (view.report, view.totals);
    let ended = match report.ended {
        Ended::Drained => "stopped on request; what had begun was finished",
        Ended::Aborted => "stopped at once on request",
        Ended::Failures => "stopped because of failures",
        Ended::Fatal => "stopped by a failure that would have met the other pictures too",
        Ended::Running | Ended::Complete => "",
    };
    let mut notes = vec![ended.to_owned()];
    let noted = |n: u64, text: String| if n > 0 { text } else { String::new() };
    notes.push(noted(totals.warnings, counted(totals.warnings, "warning")));
    notes.push(noted(
        totals.degraded,
        format!("{} kept although incomplete", counted(totals.degraded, "picture")),
    ));
    notes.push(noted(
        totals.processes_lost,
        format!("{} ended without an answer", counted(totals.processes_lost, "isolated decoder")),
    ));
    notes.push(noted(
        totals.links_skipped,
        format!(
            "{} skipped: all without `--follow-links`, with it those that are broken or loop",
            counted(totals.links_skipped, "link")
        ),
    ));
    notes.push(noted(
        totals.special_skipped,
        format!("{} skipped: not a regular file", counted(totals.special_skipped, "input")),
    ));
    notes.extend(changed(report));
    notes.extend(report.notes.iter().cloned());
    notes.iter().filter(|note| !note.is_empty()).map(|note| format!("note: {note}")).collect()
}

/// That the engine changed workers by itself, and how to see more of it.
fn changed(report: &Report) -> Option<String> {
    let made = report.decisions.len() as u64;
    let kept = report.decisions.iter().filter(|decision| decision.outcome != Outcome::Reverted).count();
    (made > 0).then(|| {
        format!(
            "numbers of workers were changed {} while it ran, and {} of that stayed (`--verbose` tells each, \
             `--elastic off` leaves them alone)",
            if made == 1 { "once".to_owned() } else { format!("{} times", count(made)) },
            if kept as u64 == made { "all".to_owned() } else { count(kept as u64) }
        )
    })
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::super::view::Totals;
    use super::*;
    use crate::engine::{Pipeline, Stage};
    use std::time::Duration;

    #[test]
    fn workers_that_the_engine_changed_are_noted_with_how_to_see_more() {
        let slow = |n: u64| {
            std::thread::sleep(Duration::from_millis(10));
            Ok::<_, std::convert::Infallible>(n)
        };
        let handle = Pipeline::source("numbers", 0u64.., |_| "")
            .stage(Stage::map("slow", slow).elastic(8))
            .sink("done", drop)
            .spawn()
            .unwrap();
        let began = std::time::Instant::now();
        while handle.snapshot().decisions.is_empty() && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let report = handle.drain().unwrap();
        let view = View { report: &report, totals: &Totals::default(), expected: None, cores: 2.0, os: None };
        let notes = notes(&view).join("\n");
        assert!(notes.contains("note: numbers of workers were changed "), "{notes}");
        assert!(notes.contains("`--elastic off`"), "{notes}");
    }
}
