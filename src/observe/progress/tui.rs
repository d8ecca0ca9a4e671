//! Owns the live view in the terminal: the stages from source to sink with what their workers do just now, the queues in
//! front of them, throughput, cores and memory. Drawn by `ratatui` into a buffer; put on the screen like the bar, below what
//! is printed, so that Ctrl-C and lines of text work as ever.

use super::super::shares::{Shares, per_step, shares};
use super::super::units::{duration, memory, percent, three};
use super::super::view::{View, ratio};
use super::pace::Speed;
use super::plain::head;
use crate::engine::{Report, StageReport};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Sparkline, Widget};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::Duration;

/// What is called "just now".
const SPAN: Duration = Duration::from_secs(1);
/// Rates that the sparkline remembers: more than any terminal has columns.
const RATES: usize = 400;
/// The widest that it gets.
const WIDEST: u16 = 120;
const SPARK_ROWS: u16 = 4;
const NAME: usize = 9;

const BUSY: Color = Color::Blue;
const WAITING: Color = Color::Magenta;
const BLOCKED: Color = Color::Red;
const STARVED: Color = Color::DarkGray;

/// What is drawn from one look to the next.
#[derive(Debug, Default)]
pub(super) struct Tui {
    /// Snapshots of the last second, the oldest first.
    past: VecDeque<Report>,
    rates: VecDeque<u64>,
}

impl Tui {
    /// As many lines as there is room for, each with its colors as escape sequences.
    pub(super) fn lines(&mut self, view: &View<'_>, speed: &Speed, width: u16, height: u16) -> Vec<String> {
        self.note(view, speed);
        let width = width.min(WIDEST);
        let stages = u16::try_from(view.report.stages.len()).unwrap_or(u16::MAX);
        // Head, frame, stages, legend; the sparkline only where there is room for it.
        let needed = stages.saturating_add(4);
        let spark = if height >= needed.saturating_add(SPARK_ROWS + 1) { SPARK_ROWS } else { 0 };
        let area = Rect::new(0, 0, width, needed.saturating_add(spark).min(height));
        let mut buffer = Buffer::empty(area);
        self.draw(view, speed, area, spark, &mut buffer);
        ansi(&buffer)
    }

    fn note(&mut self, view: &View<'_>, speed: &Speed) {
        let now = view.report.wall;
        while self.past.get(1).is_some_and(|next| next.wall + SPAN <= now) {
            self.past.pop_front();
        }
        self.past.push_back(view.report.clone());
        if self.rates.len() >= RATES {
            self.rates.pop_front();
        }
        self.rates.push_back(speed.pictures_per_second.round() as u64);
    }

    fn draw(&self, view: &View<'_>, speed: &Speed, area: Rect, spark: u16, buffer: &mut Buffer) {
        let rows = Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(spark)]);
        let [top, graph, bottom] = rows.areas(area);
        let title = Style::new().add_modifier(Modifier::BOLD);
        Line::styled(head(view, speed), title).render(top, buffer);
        let block = Block::bordered().title(" stages ").title_bottom(legend());
        let inside = block.inner(graph);
        block.render(graph, buffer);
        let then = self.past.front();
        let wide = usize::from(inside.width);
        let lines = view.report.stages.iter().enumerate().map(|(at, stage)| {
            let recent = then.map_or_else(
                || shares(stage, view.report.wall),
                |then| since(stage, then.stages.get(at), view.report.wall.saturating_sub(then.wall)),
            );
            row(stage, recent, at == 0, wide)
        });
        let mut lines: Vec<Line<'_>> = lines.collect();
        lines.push(self.resources(view));
        Paragraph::new(lines).render(inside, buffer);
        let newest = self.rates.iter().rev().take(usize::from(area.width)).copied().collect::<Vec<_>>();
        let newest: Vec<u64> = newest.into_iter().rev().collect();
        let most = newest.iter().copied().max().unwrap_or(0);
        let title = format!("pictures per second, at most {most}");
        let spark = Sparkline::default().data(&newest).style(Style::new().fg(BUSY));
        spark.block(Block::new().title(title)).render(bottom, buffer);
    }

    /// Cores and memory just now.
    fn resources(&self, view: &View<'_>) -> Line<'static> {
        let cpu = |report: &Report| report.stages.iter().map(|stage| stage.cpu).sum::<Duration>();
        let (time, used) = match self.past.front().filter(|then| then.wall < view.report.wall) {
            Some(then) => (view.report.wall - then.wall, cpu(view.report).saturating_sub(cpu(then))),
            None => (view.report.wall, cpu(view.report)),
        };
        let cores = ratio(used.as_secs_f64(), time.as_secs_f64());
        let held: u64 = view.report.budgets.iter().map(|budget| budget.used).sum();
        let most: u64 = view.report.budgets.iter().map(|budget| budget.capacity).sum();
        let pause = if view.report.paused { "   paused" } else { "" };
        let text = format!(
            "cores {} of {}   budget {} of {}   {} pictures under way{pause}",
            three(cores),
            three(view.cores),
            memory(held),
            memory(most),
            view.report.unfinished
        );
        Line::styled(text, Style::new().add_modifier(Modifier::DIM))
    }
}

/// The parts of the time since an earlier look.
fn since(now: &StageReport, then: Option<&StageReport>, time: Duration) -> Shares {
    let Some(then) = then.filter(|_| !time.is_zero()) else { return shares(now, time) };
    let mut recent = now.clone();
    recent.busy = now.busy.saturating_sub(then.busy);
    recent.starved = now.starved.saturating_sub(then.starved);
    recent.blocked = now.blocked.saturating_sub(then.blocked);
    recent.waiting = now.waiting.saturating_sub(then.waiting);
    shares(&recent, time)
}

/// `▕███░░░▏ 5/8  ▶ decode × 2  ██████▓▓░░  89 %  10.7 ms`
fn row(stage: &StageReport, parts: Shares, is_source: bool, width: usize) -> Line<'static> {
    const QUEUE: usize = 10;
    let mut spans = Vec::with_capacity(10);
    if is_source {
        spans.push(Span::raw(" ".repeat(QUEUE + 12)));
    } else {
        let fill = ratio(stage.queue_depth as f64, stage.queue as f64).min(1.0);
        let full = (fill * QUEUE as f64).round() as usize;
        let color = if fill > 0.8 { BLOCKED } else { BUSY };
        spans.push(Span::styled("▪".repeat(full), Style::new().fg(color)));
        spans.push(Span::styled("·".repeat(QUEUE - full), Style::new().fg(STARVED)));
        let depth = format!("{}/{}", stage.queue_depth, stage.queue);
        spans.push(Span::raw(format!(" {depth:<7} ▶ ")));
        spans.push(Span::raw(" "));
    }
    let name: String = stage.name.chars().take(NAME).collect();
    spans.push(Span::styled(format!("{name:<NAME$}"), Style::new().add_modifier(Modifier::BOLD)));
    spans.push(Span::raw(format!("×{:<4}", stage.workers)));
    let tail = format!(" {:>5} busy {:>8}", percent(parts.busy), duration(per_step(stage).0));
    let used = QUEUE + 12 + NAME + 5 + tail.chars().count();
    spans.extend(bar(parts, width.saturating_sub(used).min(60)));
    spans.push(Span::raw(tail));
    Line::from(spans)
}

fn bar(parts: Shares, cells: usize) -> Vec<Span<'static>> {
    let parts =
        [(parts.busy, BUSY), (parts.waiting, WAITING), (parts.blocked, BLOCKED), (parts.starved, STARVED)];
    let (mut from, mut share) = (0, 0.0);
    let mut spans = Vec::with_capacity(5);
    for (part, color) in parts {
        share += part;
        let to = ((share * cells as f64).round() as usize).clamp(from, cells);
        spans.push(Span::styled("█".repeat(to - from), Style::new().fg(color)));
        from = to;
    }
    spans.push(Span::styled("░".repeat(cells - from), Style::new().fg(STARVED)));
    spans
}

fn legend() -> Line<'static> {
    let parts = [("busy", BUSY), ("waiting", WAITING), ("blocked", BLOCKED), ("starved", STARVED)];
    let spans = parts
        .into_iter()
        .flat_map(|(name, color)| [Span::styled(" █ ", Style::new().fg(color)), Span::raw(name)]);
    Line::from(spans.chain([Span::raw(" ")]).collect::<Vec<_>>())
}

/// The buffer's rows as text with escape sequences for what is used here: sixteen colors, bold, dim.
fn ansi(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y: u16| {
        let (mut text, mut style) = (String::new(), Style::reset());
        let cells = (0..area.width).filter_map(|x| buffer.cell((x, y)));
        for cell in cells {
            let next = Style::new().fg(cell.fg).add_modifier(cell.modifier);
            if next != style {
                let _ = write!(text, "\x1b[0{}m", codes(cell.fg, cell.modifier));
                style = next;
            }
            text.push_str(cell.symbol());
        }
        let end = text.trim_end_matches(' ').len();
        text.truncate(end);
        text + "\x1b[0m"
    };
    (0..area.height).map(row).collect()
}

fn codes(color: Color, modifier: Modifier) -> String {
    let mut codes = String::new();
    if modifier.contains(Modifier::BOLD) {
        codes.push_str(";1");
    }
    if modifier.contains(Modifier::DIM) {
        codes.push_str(";2");
    }
    codes.push_str(match color {
        BUSY => ";34",
        WAITING => ";35",
        BLOCKED => ";31",
        STARVED => ";90",
        _ => "",
    });
    codes
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;

    fn report(seconds: u64, busy: u64) -> Report {
        let of = |name: &str, queue: usize, depth: u64| StageReport {
            name: name.to_owned(),
            workers: 2,
            queue,
            queue_depth: depth,
            busy: Duration::from_secs(busy * 2),
            starved: Duration::from_secs((seconds - busy) * 2),
            ..StageReport::default()
        };
        Report {
            wall: Duration::from_secs(seconds),
            done: seconds * 10,
            stages: vec![of("list", 0, 0), of("decode", 8, 4), of("a very long name", 8, 80)],
            ..Report::default()
        }
    }

    fn shown(width: u16, height: u16) -> Vec<String> {
        let mut tui = Tui::default();
        let totals = Totals::default();
        let mut lines = Vec::new();
        // Idle for ten seconds, busy for two.
        for (seconds, busy) in [(1, 0), (10, 0), (11, 1), (12, 2)] {
            let report = report(seconds, busy);
            let view = View { report: &report, totals: &totals, expected: Some(240), cores: 2.0, os: None };
            lines = tui.lines(&view, &Speed { pictures_per_second: 10.0, ..Speed::default() }, width, height);
        }
        lines.iter().map(|line| console::strip_ansi_codes(line).into_owned()).collect()
    }

    #[test]
    fn stages_show_what_their_workers_do_just_now_and_their_queues() {
        let lines = shown(90, 40);
        assert_eq!(lines[0], "120/240 pictures (50 %), 10.0/s, 0 MP/s");
        let decode = lines.iter().find(|line| line.contains("decode")).unwrap();
        assert!(decode.contains("▪▪▪▪▪····· 4/8") && decode.contains("×2"), "{decode}");
        assert!(decode.contains("100 % busy"), "the last second, not the whole run: {decode}");
        assert!(lines.iter().any(|line| line.contains("pictures per second, at most 10")), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("busy █ waiting")), "{lines:#?}");
    }

    #[test]
    fn no_size_of_a_terminal_makes_it_panic_or_wrap() {
        for width in 0..100 {
            for height in [0, 1, 2, 3, 7, 12, 30] {
                let lines = shown(width, height);
                assert!(lines.len() <= usize::from(height));
                let widest = lines.iter().map(|line| console::measure_text_width(line)).max().unwrap_or(0);
                assert!(widest <= usize::from(width), "{widest} > {width}");
            }
        }
    }
}
