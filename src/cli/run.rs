//! The conversion itself, as the command does it. Owns: from a config to its end; what is said about the run.
//! Does not own: the run (`job`), how it is drawn (`observe`).

use super::ending::{ENVIRONMENT, Ending, OK, SOME_FAILED, USAGE};
use super::signals::Signals;
use super::{output, report_file};
use crate::config::{Config, ProgressKind, Verbosity, printable};
use crate::engine::{Failure, RunError};
use crate::job::{
    self, Entry, Job, JobError, Listener, Outlined, Plan, Running, SAMPLE_DIRECTORY, escape, usable_cores,
};
use crate::observe::{self, Ansi, Printer, Progress, Style, Totals, View};
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// How often progress is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Converts what the config says.
pub(super) fn convert(config: &Config) -> ExitCode {
    let mut config = config.clone();
    if config.wants_sample()
        && let Err(code) = use_sample(&mut config)
    {
        return code;
    }
    if config.invocation.dry_run { dry_run(&config) } else { run(&config) }
}

/// Whether a text is an op.
pub(super) fn validate_op(op: &str) -> Result<(), String> {
    job::validate_op(op)
}

fn say(config: &Config, line: &str) {
    if config.invocation.verbosity > Verbosity::Quiet {
        output::to_stderr(&printable(line));
    }
}

fn failed_to_start(error: &JobError) -> ExitCode {
    for line in error.to_string().lines() {
        output::to_stderr(&format!("pipeline: {line}"));
    }
    ExitCode::from(if error.is_environment() { ENVIRONMENT } else { USAGE })
}

/// Without any input: paints the sample set and takes it.
fn use_sample(config: &mut Config) -> Result<(), ExitCode> {
    let directory = Path::new(SAMPLE_DIRECTORY);
    say(config, &format!("pipeline: no INPUT: using the built-in sample pictures in ./{SAMPLE_DIRECTORY}/"));
    say(config, "pipeline: to convert your own: pipeline photos/ -o gray/    (all options: pipeline --help)");
    match job::write_sample(directory) {
        Err(error) => Err(failed_to_start(&error)),
        Ok(Err(error)) => {
            output::to_stderr(&format!("pipeline: cannot write the sample pictures: {error}"));
            Err(ExitCode::from(ENVIRONMENT))
        }
        Ok(Ok(_)) => {
            config.input = vec![directory.to_owned()];
            Ok(())
        }
    }
}

/// Lists what would be done, on stdout.
fn dry_run(config: &Config) -> ExitCode {
    let mut broken: Option<std::io::Error> = None;
    let explain = config.invocation.explain_plan;
    let each = |outlined: Outlined| {
        let Outlined { label, output, plan } = outlined;
        let mut line = format!("{label} -> {}", escape(&output));
        if explain {
            line.push_str(&format!("  [{plan}]"));
        }
        line.push('\n');
        if broken.is_none() {
            broken = output::to_stdout(&line).err();
        }
    };
    let outlined = job::outline(config, each, |failure| output::to_stderr(&failure.to_string()));
    if let Some(error) = broken {
        output::to_stderr(&format!("pipeline: cannot write to stdout: {error}"));
        return ExitCode::from(ENVIRONMENT);
    }
    match outlined {
        Err(error) => failed_to_start(&error),
        Ok(Err(error)) => {
            output::to_stderr(&format!("pipeline: {error}"));
            ExitCode::from(ENVIRONMENT)
        }
        Ok(Ok(report)) => {
            let to_do =
                format!("{} to do, {} failed, {} skipped", report.done, report.failed, report.skipped);
            say(config, &format!("pipeline: {to_do}; nothing was written"));
            ExitCode::from(if report.failed > 0 { SOME_FAILED } else { OK })
        }
    }
}

/// Says on stderr what happens to single pictures, above the progress.
struct Speaker {
    printer: Printer,
    verbosity: Verbosity,
    explain_plan: bool,
    journal_lost: Arc<AtomicBool>,
}

impl Listener for Speaker {
    fn failed(&self, failure: &Failure) {
        self.printer.line(&failure.to_string());
    }

    fn warned(&self, entry: &Entry, warning: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.printer.line(&format!("{}: warning: {warning}", escape(&entry.path)));
        }
    }

    fn noted(&self, note: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.printer.line(&format!("pipeline: {note}"));
        }
    }

    fn journal_lost(&self, reason: &str) {
        self.journal_lost.store(true, Relaxed);
        self.printer.line(&format!("pipeline: {reason}; --resume will do again what it does not hold"));
    }

    fn planned(&self, entry: &Entry, plan: &Plan) {
        if self.explain_plan || self.verbosity >= Verbosity::Verbose {
            self.printer.line(&format!("{}: {plan}", escape(&entry.path)));
        }
    }
}

fn run(config: &Config) -> ExitCode {
    // A panic in a codec becomes that picture's error, and is told as such.
    std::panic::set_hook(Box::new(|_| ()));
    let mut signals = Signals::catch();
    let journal_lost = Arc::new(AtomicBool::new(false));
    let mut progress = Progress::new(style(config));
    let speaker = Speaker {
        printer: progress.printer(),
        verbosity: config.invocation.verbosity,
        explain_plan: config.invocation.explain_plan,
        journal_lost: Arc::clone(&journal_lost),
    };
    let running = match start(config, speaker) {
        Ok(running) => running,
        Err(code) => return code,
    };
    signals.obey(running.controller(), progress.printer(), Duration::from_secs(config.run.grace.0));
    while !running.wait_timeout(TICK) {
        with_view(&running, |view| progress.update(view));
    }
    with_view(&running, |view| progress.finish(view));
    let (totals, expected) = (totals(&running), running.expected());
    let done_before = running.totals().done_before;
    let ended = running.wait();
    let report = match &ended {
        Ok(report) => report,
        Err(error) => match error.report() {
            Some(report) => report,
            None => return internal(error),
        },
    };
    let view = View { report, totals: &totals, expected, cores: usable_cores() as f64 };
    conclude(config, &view);
    let ending = Ending {
        ended: &ended,
        report,
        asked: signals.asked(),
        expected,
        done_before,
        can_resume: !config.write.in_place,
        records_lost: !write_report(config, &view) | journal_lost.load(Relaxed),
    };
    ending.lines(config.invocation.verbosity).iter().for_each(|line| output::to_stderr(line));
    ExitCode::from(ending.code())
}

/// Everything is checked before anything is written.
fn start(config: &Config, speaker: Speaker) -> Result<Running, ExitCode> {
    let job = Job::new(config).map_err(|error| failed_to_start(&error))?;
    check_report(config)?;
    job.listener(speaker).start().map_err(|error| failed_to_start(&error))
}

fn internal(error: &RunError) -> ExitCode {
    output::to_stderr(&format!("pipeline: {error}"));
    ExitCode::from(ENVIRONMENT)
}

fn style(config: &Config) -> Style {
    if config.invocation.verbosity == Verbosity::Quiet {
        return Style::None;
    }
    match config.run.progress {
        ProgressKind::Bar => Style::Bar,
        ProgressKind::Plain => Style::Plain,
        ProgressKind::Json => Style::Json,
        ProgressKind::None => Style::None,
        ProgressKind::Auto if std::io::stderr().is_terminal() => Style::Bar,
        ProgressKind::Auto => Style::Plain,
    }
}

fn totals(running: &Running) -> Totals {
    let (counted, skipped) = (running.totals(), running.skipped());
    Totals {
        pixels: counted.pixels,
        bytes_in: counted.bytes_read,
        bytes_out: counted.bytes_written,
        warnings: counted.warnings,
        degraded: counted.degraded,
        links_skipped: skipped.links(),
        special_skipped: skipped.special_files(),
    }
}

fn with_view(running: &Running, show: impl FnOnce(&View<'_>)) {
    let (report, totals) = (running.snapshot(), totals(running));
    show(&View {
        report: &report,
        totals: &totals,
        expected: running.expected(),
        cores: usable_cores() as f64,
    });
}

/// The table at the end, and the sentence that says what limited the run.
fn conclude(config: &Config, view: &View<'_>) {
    if config.invocation.verbosity == Verbosity::Quiet || config.run.progress == ProgressKind::Json {
        return;
    }
    output::to_stderr(observe::summary(view, Ansi::auto()).trim_end());
    output::to_stderr(&observe::explain(view));
}

/// A report that cannot be written is told before hours of work rather than after them.
fn check_report(config: &Config) -> Result<(), ExitCode> {
    let Some(path) = &config.invocation.report else { return Ok(()) };
    // In place, nothing makes a directory.
    let output = if config.write.in_place { Path::new("") } else { &config.output };
    report_file::check(path, output).map_err(|error| {
        let what = format!("pipeline: cannot write the report {}: {error}", escape(path));
        output::to_stderr(&format!("{what}; nothing was converted"));
        ExitCode::from(ENVIRONMENT)
    })
}

fn write_report(config: &Config, view: &View<'_>) -> bool {
    let Some(path) = &config.invocation.report else { return true };
    let json = format!("{:#}\n", observe::report_json(view));
    match report_file::write(path, &json) {
        Ok(()) => true,
        Err(error) => {
            output::to_stderr(&format!("pipeline: cannot write the report {}: {error}", escape(path)));
            false
        }
    }
}
