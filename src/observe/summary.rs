//! Owns the summary at the end of a run: a head line, notes, and the table of where the time went.
//! Does not own: the sentence that explains it (`explain`).

use super::notes::notes;
use super::shares::{number_of_workers, per_step, shares};
use super::table::layout;
use super::units::{bytes, count, counted, duration, millis, percent, three};
use super::view::{Paths, View};
use crate::engine::StageReport;

/// Whether a text for people may carry colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ansi {
    /// Bold and dim, by escape sequences.
    Colors,
    /// Plain text.
    None,
}

impl Ansi {
    /// Colours if stderr is a terminal that has them and `NO_COLOR` is not set.
    pub fn auto() -> Self {
        use std::io::IsTerminal;
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb { Self::Colors } else { Self::None }
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Colors => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::None => text.to_owned(),
        }
    }
}

const BOLD: &str = "1";
const DIM: &str = "2";

/// What a run came to: one line, notes where something is to be said, and a table with a line per stage.
///
/// Percentages are of the time that a stage's workers had, workers × time of the run; where their number was changed
/// meanwhile, it is the mean over the run, with a decimal; a stage that was through early
/// has less than 100 % in all. `queue` is the mean number of items in front of the stage, and its capacity. Times per
/// step, of one picture in one stage, are wall time (mean, and what 95 % of the steps stayed below) and CPU time.
///
/// ```
/// # use pipeline_images::{engine::Report, observe::{Ansi, Totals, View, summary}};
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
/// assert_eq!(summary(&view, Ansi::None), "0 pictures\n");
/// ```
pub fn summary(view: &View<'_>, style: Ansi) -> String {
    let mut lines = vec![style.paint(BOLD, &head(view))];
    lines.extend(paths(view.totals.paths));
    lines.extend(notes(view));
    if view.report.admitted > 0 && !view.report.stages.is_empty() {
        lines.push(String::new());
        lines.extend(table(view, style));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn head(view: &View<'_>) -> String {
    let (report, totals) = (view.report, view.totals);
    if report.admitted == 0 {
        return "0 pictures".to_owned();
    }
    let mut head = format!(
        "{} in {}: {} pictures/s, {} MP/s, {} read, {} written",
        counted(report.done, "picture"),
        duration(report.wall),
        three(view.pictures_per_second()),
        three(view.megapixels_per_second()),
        bytes(totals.bytes_in),
        bytes(totals.bytes_out),
    );
    let others = [
        (report.failed, "failed"),
        (report.skipped, "skipped"),
        (report.interrupted, "interrupted"),
        (report.unfinished, "under way"),
    ];
    let others: Vec<String> =
        others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n))).collect();
    if !others.is_empty() {
        head.push_str("; ");
        head.push_str(&others.join(", "));
    }
    head
}

/// Which paths pictures took, if any took a shorter one than decoding all.
fn paths(paths: Paths) -> Option<String> {
    let Paths { luma_lossless, luma_plane, full_decode } = paths;
    if luma_lossless + luma_plane == 0 {
        return None;
    }
    let taken = [(luma_lossless, "luma lossless"), (luma_plane, "luma plane"), (full_decode, "full decode")];
    let taken: Vec<String> =
        taken.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n))).collect();
    Some(format!("paths: {}", taken.join(", ")))
}

fn table(view: &View<'_>, style: Ansi) -> Vec<String> {
    let stages = &view.report.stages;
    let waits = stages.iter().any(|stage| !stage.waiting.is_zero());
    let mut rows = vec![header(waits)];
    rows.extend(stages.iter().enumerate().map(|(at, stage)| row(view, stage, at > 0, waits)));
    let mut lines = layout(&rows);
    let over = "ms per step";
    let width = lines.first().map_or(0, |line| line.chars().count());
    lines.insert(0, format!("{over:>width$}"));
    let busiest = stages
        .iter()
        .map(|stage| shares(stage, view.report.wall).busy)
        .enumerate()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(at, _)| at + 2);
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| match at {
            0 | 1 => style.paint(DIM, line),
            at if Some(at) == busiest => style.paint(BOLD, line),
            _ => line.clone(),
        })
        .collect()
}

fn header(waits: bool) -> Vec<String> {
    let names = ["stage", "workers", "busy", "starved", "blocked", "waiting", "queue", "mean", "p95", "CPU"];
    names.iter().filter(|name| waits || **name != "waiting").map(|name| (*name).to_owned()).collect()
}

fn row(view: &View<'_>, stage: &StageReport, has_queue: bool, waits: bool) -> Vec<String> {
    let shares = shares(stage, view.report.wall);
    let mut row = vec![stage.name.clone(), number_of_workers(stage, view.report.wall)];
    row.extend([shares.busy, shares.starved, shares.blocked].map(percent));
    if waits {
        row.push(percent(shares.waiting));
    }
    row.push(if has_queue {
        format!("{:.1}/{}", stage.queue_mean_depth, stage.queue)
    } else {
        "-".to_owned()
    });
    let (wall, cpu) = per_step(stage);
    row.extend([wall, stage.step.p95, cpu].map(millis));
    row
}

#[cfg(test)]
mod tests {
    use super::super::view::Totals;
    use super::*;
    use crate::engine::{Ended, Latency, Report};
    use std::time::Duration;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn stage(name: &str, workers: usize, busy: u64, starved: u64, blocked: u64) -> StageReport {
        StageReport {
            name: name.to_owned(),
            workers,
            queue: 16,
            queue_mean_depth: 3.25,
            items_in: 200,
            busy: millis(busy),
            starved: millis(starved),
            blocked: millis(blocked),
            cpu: millis(busy / 2),
            step: Latency { p95: millis(30), ..Latency::default() },
            ..StageReport::default()
        }
    }

    fn report() -> Report {
        let mut source = stage("list", 1, 2, 0, 1800);
        (source.items_in, source.items_out) = (0, 205);
        Report {
            ended: Ended::Complete,
            wall: millis(1900),
            admitted: 205,
            done: 200,
            failed: 3,
            skipped: 2,
            stages: vec![source, stage("decode", 2, 1000, 10, 2700), stage("encode", 2, 3700, 20, 30)],
            ..Report::default()
        }
    }

    fn text(report: &Report, totals: &Totals, style: Ansi) -> String {
        summary(&View { report, totals, expected: None, cores: 2.0, os: None }, style)
    }

    const TOTALS: Totals = Totals {
        pixels: 37_600_000,
        bytes_in: 22_100_000,
        bytes_out: 25_000_000,
        warnings: 0,
        degraded: 0,
        processes_lost: 0,
        links_skipped: 0,
        special_skipped: 0,
        paths: Paths { luma_lossless: 0, luma_plane: 0, full_decode: 0 },
    };

    #[test]
    fn paths_are_told_if_any_is_shorter() {
        let told = |paths| text(&report(), &Totals { paths, ..TOTALS }, Ansi::None);
        let all = Paths { luma_lossless: 1998, luma_plane: 0, full_decode: 2 };
        assert!(told(all).contains("\npaths: 1998 luma lossless, 2 full decode\n"), "{}", told(all));
        assert!(!told(Paths { full_decode: 7, ..Paths::default() }).contains("paths"));
    }

    #[test]
    fn a_summary_is_a_head_line_and_a_table() {
        assert_eq!(
            text(&report(), &TOTALS, Ansi::None),
            "\
200 pictures in 1.90 s: 105 pictures/s, 19.8 MP/s, 22.1 MB read, 25.0 MB written; 3 failed, 2 skipped

                                                        ms per step
stage   workers  busy  starved  blocked   queue   mean   p95    CPU
list          1   0 %      0 %     95 %       -  0.010  30.0  0.005
decode        2  26 %      0 %     71 %  3.2/16   5.00  30.0   2.50
encode        2  97 %      1 %      1 %  3.2/16   18.5  30.0   9.25
"
        );
    }

    #[test]
    fn waiting_shows_only_where_somebody_waited_and_the_table_stays_within_80_columns() {
        let mut report = report();
        (report.stages[1].blocked, report.stages[1].waiting) = (millis(1700), millis(950));
        report.stages[1].name = "a-stage-with-a-name-that-is-longer-than-any-table".to_owned();
        report.stages[2].queue = 100_000;
        let text = text(&report, &TOTALS, Ansi::None);
        let table: Vec<&str> = text.lines().skip(2).collect();
        assert!(table[1].contains(" waiting "), "{text}");
        assert!(table[3].contains(" 25 % "), "{text}");
        assert!(table.iter().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn notes_say_what_else_happened() {
        let totals = Totals { warnings: 1, degraded: 2, links_skipped: 3, special_skipped: 1, ..TOTALS };
        let mut report = Report { stages: Vec::new(), ended: Ended::Drained, ..report() };
        (report.done, report.failed, report.skipped, report.interrupted) = (1, 0, 0, 4);
        report.notes = vec!["stage `decode` runs with 3 of 8 workers: no more threads".to_owned()];
        assert_eq!(
            text(&report, &totals, Ansi::None),
            "\
1 picture in 1.90 s: 0.526 pictures/s, 19.8 MP/s, 22.1 MB read, 25.0 MB written; 4 interrupted
note: stopped on request; what had begun was finished
note: 1 warning
note: 2 pictures kept although incomplete
note: 3 links skipped: all without `--follow-links`, with it those that are broken or loop
note: 1 input skipped: not a regular file
note: stage `decode` runs with 3 of 8 workers: no more threads
"
        );
    }

    #[test]
    fn an_empty_input_is_no_pictures() {
        let report = Report { stages: report().stages, ..Report::default() };
        assert_eq!(text(&report, &Totals::default(), Ansi::None), "0 pictures\n");
    }

    #[test]
    fn colours_change_no_letter() {
        let coloured = text(&report(), &TOTALS, Ansi::Colors);
        assert!(coloured.starts_with("\x1b[1m200 pictures"), "{coloured}");
        assert!(coloured.contains("\x1b[1mencode "), "the busiest stage is bold: {coloured}");
        let plain = coloured.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "");
        assert_eq!(plain, text(&report(), &TOTALS, Ansi::None));
    }
}
