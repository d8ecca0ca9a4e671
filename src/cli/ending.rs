//! How a run ended. Owns: its exit code, and the lines that say what is left and how to go on. Does not own: the summary.

use super::signals::Asked;
use crate::config::Verbosity;
use crate::engine::{Ended, Report, RunError};
use crate::job;

/// All done.
pub(super) const OK: u8 = 0;
/// Some pictures failed.
pub(super) const SOME_FAILED: u8 = 1;
/// It was not asked for properly.
pub(super) const USAGE: u8 = 2;
/// The machine failed.
pub(super) const ENVIRONMENT: u8 = 3;

/// All that the end of a run depends on.
pub(super) struct Ending<'r> {
    pub(super) ended: &'r Result<Report, RunError>,
    pub(super) report: &'r Report,
    pub(super) asked: Asked,
    /// Inputs in all, where that is known.
    pub(super) expected: Option<u64>,
    pub(super) done_before: u64,
    pub(super) can_resume: bool,
    /// Whether the report or the journal could not be written.
    pub(super) records_lost: bool,
}

impl Ending<'_> {
    pub(super) fn code(&self) -> u8 {
        let report = self.report;
        match (self.asked, self.ended) {
            (Asked::Interrupt, _) => 130,
            (Asked::Terminate, _) => 143,
            _ if report.ended == Ended::Fatal => ENVIRONMENT,
            (_, Err(RunError::Source { .. })) => ENVIRONMENT,
            _ if self.records_lost => ENVIRONMENT,
            _ if report.failed + report.interrupted > 0 => SOME_FAILED,
            _ => OK,
        }
    }

    /// What is said on stderr, in this order.
    pub(super) fn lines(&self, verbosity: Verbosity) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |line: String| lines.push(format!("pipeline: {line}"));
        if self.done_before > 0 && verbosity > Verbosity::Quiet {
            say(format!("{} done before and unchanged since", pictures(self.done_before)));
        }
        if self.report.ended == Ended::Fatal {
            say("stopped, because the others would fail for the same reason; what was finished is intact"
                .to_owned());
        }
        if let Err(RunError::Source { panic, .. }) = self.ended {
            say(format!("finding the inputs failed: {panic}"));
        }
        if self.was_cut_short() {
            say(self.what_now());
        }
        lines
    }

    /// Whether there may be inputs that nobody looked at, or that were given up.
    fn was_cut_short(&self) -> bool {
        self.asked != Asked::Nothing
            || matches!(self.report.ended, Ended::Fatal | Ended::Aborted | Ended::Drained)
    }

    fn what_now(&self) -> String {
        let advice = match self.ended {
            Err(RunError::Stopped { failure, .. }) => job::advice(failure),
            _ => None,
        };
        let finished = self.report.done + self.report.skipped;
        let left = match self.expected {
            Some(expected) => format!("{} left", pictures(expected.saturating_sub(finished))),
            None => format!("{finished} finished, not all"),
        };
        let first = advice.map(|advice| format!("{advice}; then ")).unwrap_or_default();
        match self.can_resume {
            true => {
                format!("{left}: {first}give the same command with --resume, which does only what is missing")
            }
            false => format!("{left}: {first}name them; in place nothing is recorded that could be resumed"),
        }
    }
}

fn pictures(count: u64) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{count} pictures") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(done: u64, failed: u64, ended: Ended) -> Report {
        let mut report = Report::default();
        (report.done, report.failed, report.ended) = (done, failed, ended);
        report
    }

    fn with<T>(asked: Asked, report: Report, see: impl FnOnce(&Ending<'_>) -> T) -> T {
        let ended = Ok(report.clone());
        see(&Ending {
            ended: &ended,
            report: &report,
            asked,
            expected: Some(100),
            done_before: 0,
            can_resume: true,
            records_lost: false,
        })
    }

    #[test]
    fn a_signal_decides_then_the_machine_then_failures() {
        let code = |asked, report| with(asked, report, |ending| ending.code());
        assert_eq!(code(Asked::Nothing, report(100, 0, Ended::Complete)), 0);
        assert_eq!(code(Asked::Nothing, report(99, 1, Ended::Complete)), 1);
        assert_eq!(code(Asked::Nothing, report(9, 1, Ended::Fatal)), 3);
        assert_eq!(code(Asked::Interrupt, report(9, 1, Ended::Drained)), 130);
        assert_eq!(code(Asked::Terminate, report(9, 1, Ended::Fatal)), 143);
    }

    #[test]
    fn scenario_52_an_interrupted_run_says_what_is_left_and_how_to_go_on() {
        let lines = |asked, report| with(asked, report, |ending| ending.lines(Verbosity::Quiet));
        assert_eq!(
            lines(Asked::Interrupt, report(40, 0, Ended::Drained)),
            [
                "pipeline: 60 pictures left: give the same command with --resume, which does only what is missing"
            ]
        );
        assert!(lines(Asked::Nothing, report(100, 0, Ended::Complete)).is_empty());
        assert!(lines(Asked::Nothing, report(99, 1, Ended::Failures)).is_empty());
    }
}
