//! Owns the bar: one line for the whole run, then one per stage with its workers and its queue, redrawn in place by
//! `indicatif`. What is drawn is made by pure functions.

use super::super::table::{WIDTH, cut};
use super::super::view::View;
use super::Way;
use super::out::Out;
use super::pace::{Pace, Throttle};
use super::plain::head;
use super::screen::Screen;
use super::tui::Tui;
use crate::engine::StageReport;
use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// A little less than a tenth of a second, so that a caller who comes ten times a second is never turned away.
const PERIOD: Duration = Duration::from_millis(80);
/// Of a terminal that does not tell.
const ROWS: u16 = 24;
const CELLS: usize = 8;
const QUEUE_CELLS: usize = 12;

#[derive(Debug)]
pub(super) struct Bar {
    bar: ProgressBar,
    out: Out,
    pace: Pace,
    throttle: Throttle,
    /// Instead of the lines of the bar.
    tui: Option<Tui>,
}

impl Bar {
    /// `None` if stderr is no terminal on which lines can be redrawn.
    pub(super) fn new(out: Out) -> Option<Self> {
        if ProgressDrawTarget::stderr().is_hidden() {
            return None;
        }
        let target =
            ProgressDrawTarget::term_like_with_hz(Box::new(Screen::new(Term::buffered_stderr())), 20);
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(ProgressStyle::with_template("{msg}").ok()?);
        let throttle = Throttle::new(Duration::ZERO, PERIOD);
        Some(Self { bar, out, pace: Pace::default(), throttle, tui: None })
    }

    /// The same with the live view in its place.
    pub(super) fn tui(out: Out) -> Option<Self> {
        Some(Self { tui: Some(Tui::default()), ..Self::new(out)? })
    }

    pub(super) fn update(&mut self, view: &View<'_>) {
        let speed = self.pace.note(view);
        if self.throttle.pass(view.report.wall) {
            // The last column stays free: some terminals wrap when it is written to.
            let (rows, columns) = Term::stderr().size_checked().unwrap_or((ROWS, WIDTH as u16));
            let (rows, columns) = (rows.saturating_sub(1), columns.saturating_sub(1));
            let lines = match &mut self.tui {
                Some(tui) => tui.lines(view, &speed, columns, rows),
                None => lines(head(view, &speed), view, columns.into()),
            };
            self.bar.set_message(lines.join("\n"));
        }
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }

    pub(super) fn way(&self) -> Way {
        Way::AboveBar(self.bar.clone(), self.out.clone())
    }
}

/// What is drawn: the head, then the stages between source and sink.
fn lines(head: String, view: &View<'_>, width: usize) -> Vec<String> {
    let inner = match view.report.stages.as_slice() {
        [_, inner @ .., _] => inner,
        _ => &[],
    };
    let name = inner.iter().map(|stage| stage.name.chars().count()).max().unwrap_or(0).min(20);
    let stages = inner.iter().map(|stage| line(stage, name));
    std::iter::once(head).chain(stages).map(|line| cut(&line, width)).collect()
}

/// `decode   ██████░░  6/8   queue ████░░░░░░░░ 5/16`
fn line(stage: &StageReport, name: usize) -> String {
    let StageReport { workers, workers_busy, queue, .. } = stage;
    // As many cells as workers, as long as there is room for them.
    let cells = (*workers).min(CELLS);
    let workers_bar = fill(*workers_busy as u64, *workers as u64, cells) + &" ".repeat(CELLS - cells);
    let busy = format!("{workers_busy}/{workers}");
    let depth = stage.queue_depth;
    // A queue without places has none to fill.
    let queue_bar = fill(depth, *queue as u64, if *queue == 0 { 0 } else { QUEUE_CELLS });
    let label = cut(&stage.name, name);
    format!("  {label:<name$}  {workers_bar} {busy:>7}  queue {queue_bar:<QUEUE_CELLS$} {depth}/{queue}")
}

/// `part` of `whole` as cells; the first one is lit as soon as there is anything.
fn fill(part: u64, whole: u64, cells: usize) -> String {
    let part = part.min(whole);
    let lit = if whole == 0 { 0 } else { (part as f64 / whole as f64 * cells as f64).round() as usize };
    let lit = lit.clamp(usize::from(part > 0), cells.max(usize::from(part > 0))).min(cells);
    "█".repeat(lit) + &"░".repeat(cells - lit)
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;
    use crate::engine::Report;

    fn stage(name: &str, busy: usize, workers: usize, depth: u64, queue: usize) -> StageReport {
        let name = name.to_owned();
        StageReport { name, workers, workers_busy: busy, queue, queue_depth: depth, ..StageReport::default() }
    }

    fn shown(width: usize) -> Vec<String> {
        let stages = vec![
            stage("list", 1, 1, 0, 0),
            stage("read", 1, 2, 1, 64),
            stage("decode", 20, 24, 9, 16),
            stage("mine", 3, 3, 40, 0),
            stage("done", 0, 1, 0, 16),
        ];
        let report = Report { stages, ..Report::default() };
        let totals = Totals::default();
        lines(
            "head".to_owned(),
            &View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None },
            width,
        )
    }

    #[test]
    fn workers_and_queues_show_how_full_they_are() {
        assert_eq!(
            shown(79),
            [
                "head",
                "  read    █░           1/2  queue █░░░░░░░░░░░ 1/64",
                "  decode  ███████░   20/24  queue ███████░░░░░ 9/16",
                "  mine    ███          3/3  queue              40/0",
            ]
        );
    }

    #[test]
    fn a_narrow_window_cuts_lines_instead_of_wrapping_them() {
        for width in 0..60 {
            assert!(shown(width).iter().all(|line| line.chars().count() <= width), "{width}");
        }
    }

    #[test]
    fn a_fill_is_empty_only_when_nothing_is_there() {
        assert_eq!(
            [fill(0, 9, 3), fill(1, 900, 3), fill(9, 9, 3), fill(99, 9, 3)],
            ["░░░", "█░░", "███", "███"]
        );
        assert_eq!([fill(1, 0, 3), fill(1, 1, 0)], ["░░░", ""]);
    }
}
