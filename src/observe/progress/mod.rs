//! Shows how a run goes on, on stderr: as a bar, as plain lines, as JSON lines, or not at all.
//! Does not own: the figures (the engine's snapshots), nor what is shown at the end (`summary`).

mod bar; // several lines, redrawn
mod json; // one object a line
mod out; // stderr that may be gone
mod pace; // how fast it goes just now
mod plain; // a line now and then
mod screen; // the terminal under the bar
mod tui; // the live view

use super::view::View;
use bar::Bar;
use json::Json;
use out::Out;
use plain::Plain;
use std::io::IsTerminal;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Lines that are redrawn: the whole run, then each stage. Needs a terminal; without one it is `Plain`.
    Bar,
    /// The live view: the stages with what their workers do, their queues, throughput. As `Bar` else.
    Tui,
    /// A line now and then, nothing for a run of less than a second.
    Plain,
    /// A JSON object a line, every second and at the end.
    Json,
    /// Nothing but the lines that are printed through it.
    None,
}

impl Style {
    /// `Bar` if stderr is a terminal, `Plain` if not.
    pub fn auto() -> Self {
        if std::io::stderr().is_terminal() { Self::Bar } else { Self::Plain }
    }
}

/// Shows how a run goes on. Nothing here fails or panics when stderr is closed: the work is what matters.
///
/// ```
/// use pipeline_images::{engine::Report, observe::{Progress, Style, Totals, View}};
///
/// let mut progress = Progress::new(Style::None);
/// let printer = progress.printer(); // for other threads
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(10), cores: 2.0, os: None };
/// progress.update(&view); // as often as one likes
/// printer.line("a.jpg: decode: damaged header");
/// progress.finish(&view);
/// ```
#[derive(Debug)]
pub struct Progress(Kind);

#[derive(Debug)]
enum Kind {
    Bar(Bar),
    Plain(Plain),
    Json(Json),
    None(Out),
}

impl Progress {
    /// Starts to show progress on stderr.
    pub fn new(style: Style) -> Self {
        Self::on(style, Out::stderr())
    }

    fn on(style: Style, out: Out) -> Self {
        Self(match style {
            Style::Bar => match Bar::new(out.clone()) {
                Some(bar) => Kind::Bar(bar),
                None => Kind::Plain(Plain::new(out)),
            },
            Style::Tui => match Bar::tui(out.clone()) {
                Some(bar) => Kind::Bar(bar),
                None => Kind::Plain(Plain::new(out)),
            },
            Style::Plain => Kind::Plain(Plain::new(out)),
            Style::Json => Kind::Json(Json::new(out)),
            Style::None => Kind::None(out),
        })
    }

    /// Takes note of how far the run is, and shows it if it is time to. Ten times a second is often enough.
    pub fn update(&mut self, view: &View<'_>) {
        match &mut self.0 {
            Kind::Bar(bar) => bar.update(view),
            Kind::Plain(plain) => plain.update(view),
            Kind::Json(json) => json.update(view),
            Kind::None(_) => {}
        }
    }

    /// Prints a line of its own, above the bar if there is one.
    pub fn line(&self, text: &str) {
        self.printer().line(text);
    }

    /// Prints lines from other threads. Cheap to clone.
    pub fn printer(&self) -> Printer {
        Printer(match &self.0 {
            Kind::Bar(bar) => bar.way(),
            Kind::Plain(Plain { out, .. }) | Kind::None(out) => Way::Plain(out.clone()),
            Kind::Json(Json { out, .. }) => Way::Json(out.clone()),
        })
    }

    /// Takes the bar away, or gives the last JSON line. Printers go on printing.
    pub fn finish(self, view: &View<'_>) {
        match self.0 {
            Kind::Bar(bar) => bar.finish(),
            Kind::Json(mut json) => json.finish(view),
            Kind::Plain(_) | Kind::None(_) => {}
        }
    }
}

/// Prints lines while progress is shown: failures and warnings. With [`Style::Json`] a line is an object
/// `{"event":"line","text":…}`, so that what reads them meets nothing else.
#[derive(Debug, Clone)]
pub struct Printer(Way);

#[derive(Debug, Clone)]
enum Way {
    Plain(Out),
    Json(Out),
    AboveBar(indicatif::ProgressBar, Out),
}

impl Printer {
    /// Prints one line.
    pub fn line(&self, text: &str) {
        match &self.0 {
            Way::Plain(out) => out.line(text),
            Way::Json(out) => json::line(out, text),
            Way::AboveBar(bar, out) => bar.suspend(|| out.line(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_printed_whatever_the_style_and_stays_whole_between_threads() {
        for (style, expected) in [
            (Style::None, "a.jpg: decode: bad"),
            (Style::Plain, "a.jpg: decode: bad"),
            // No terminal here.
            (Style::Bar, "a.jpg: decode: bad"),
            (Style::Json, r#"{"event":"line","text":"a.jpg: decode: bad"}"#),
        ] {
            let (out, text) = Out::memory();
            let progress = Progress::on(style, out);
            std::thread::scope(|threads| {
                for _ in 0..4 {
                    let printer = progress.printer();
                    threads.spawn(move || (0..50).for_each(|_| printer.line("a.jpg: decode: bad")));
                }
            });
            let text = text();
            assert_eq!(text.lines().count(), 200, "{style:?}");
            assert!(text.lines().all(|line| line == expected), "{style:?}: {text}");
        }
    }

    #[test]
    fn scenario_61_a_closed_stderr_is_no_panic() {
        let (report, totals) = (crate::engine::Report::default(), super::super::view::Totals::default());
        let view = View { report: &report, totals: &totals, expected: None, cores: 1.0, os: None };
        for style in [Style::None, Style::Plain, Style::Bar, Style::Tui, Style::Json] {
            let mut progress = Progress::on(style, Out::broken());
            progress.update(&view);
            progress.line("lost");
            progress.finish(&view);
        }
    }
}
