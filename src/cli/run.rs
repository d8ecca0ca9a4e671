//! The conversion itself, as the command does it. Owns: from a config to its end; what is said about the run.
//! Does not own: the run (`job`), how it is drawn (`observe`).

use super::decided::Decided;
use super::ending::{ENVIRONMENT, Ending, OK, SOME_FAILED, USAGE};
use super::output;
use super::signals::Signals;
use super::watch::{self, Ears, Watch};
use crate::config::{Config, ProgressKind, Verbosity, printable};
use crate::engine::{self, Failure, History, RunError};
use crate::job::{
    self, Entry, Job, JobError, Listener, Outlined, Plan, Receipt, Running, SAMPLE_DIRECTORY, escape,
};
use crate::observe::{self, Ansi, Diagnosis, Paths, Printer, Progress, Style, Totals, View};
use std::cell::LazyCell;
use std::io::IsTerminal;
use std::ops::Deref;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

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

pub(super) fn failed_to_start(error: &JobError) -> ExitCode {
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
    ears: Option<Arc<Ears>>,
    journal_lost: Arc<AtomicBool>,
}

impl Listener for Speaker {
    fn failed(&self, failure: &Failure) {
        self.printer.line(&failure.to_string());
        if let Some(ears) = &self.ears {
            ears.failed(failure);
        }
    }

    fn written(&self, entry: &Entry, receipt: &Receipt) {
        if let Some(ears) = &self.ears {
            ears.written(entry, receipt);
        }
    }

    fn wants_histories(&self) -> bool {
        self.ears.as_ref().is_some_and(|ears| ears.wants_histories())
    }

    fn finished(&self, history: &History<'_>) {
        if let Some(ears) = &self.ears {
            ears.finished(history);
        }
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
    let mut watch = Watch::new(config);
    let speaker = Speaker {
        printer: progress.printer(),
        verbosity: config.invocation.verbosity,
        explain_plan: config.invocation.explain_plan,
        ears: watch.ears(),
        journal_lost: Arc::clone(&journal_lost),
    };
    let mut decided = Decided::new(config, progress.printer());
    let running = match start(config, speaker) {
        Ok(running) => running,
        Err(code) => return code,
    };
    signals.obey(running.controller(), progress.printer(), Duration::from_secs(config.run.grace.0));
    watch.isolated(running.protections(), running.lacks_isolation());
    watch.serve(config, running.controller(), &progress.printer());
    let mut pause = Duration::ZERO;
    while !running.wait_timeout(pause) {
        with_view(&running, |view| {
            progress.update(view);
            decided.tell(view.report);
            pause = watch.update(view);
        });
    }
    let printer = progress.printer();
    with_view(&running, |view| progress.finish(view));
    let (totals, expected) = (totals(&running), running.expected());
    let done_before = running.totals().done_before;
    let ended = running.wait();
    let os = watch.so_far();
    let report = match &ended {
        Ok(report) => report,
        Err(error) => match error.report() {
            Some(report) => report,
            None => return internal(error),
        },
    };
    let cores = os.cores().unwrap_or_else(engine::usable_cores);
    let view = View { report, totals: &totals, expected, cores, os: Some(&os) };
    // It is made once, and only if somebody reads it.
    let diagnosis = LazyCell::new(|| observe::diagnose(&view));
    conclude(config, &view, &diagnosis);
    let written = watch.finish(config, &view, &diagnosis);
    let ending = Ending {
        ended: &ended,
        report,
        asked: signals.asked(),
        expected,
        done_before,
        can_resume: !config.write.in_place,
        records_lost: !written | journal_lost.load(Relaxed),
    };
    ending.lines(config.invocation.verbosity).iter().for_each(|line| printer.line(line));
    ExitCode::from(ending.code())
}

/// Everything is checked before anything is written.
fn start(config: &Config, speaker: Speaker) -> Result<Running, ExitCode> {
    let job = Job::new(config).map_err(|error| failed_to_start(&error))?;
    watch::check(config).map_err(|why| {
        output::to_stderr(&format!("pipeline: {why}; nothing was converted"));
        ExitCode::from(ENVIRONMENT)
    })?;
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
        ProgressKind::Tui => Style::Tui,
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
        processes_lost: counted.processes_lost,
        links_skipped: skipped.links(),
        special_skipped: skipped.special_files(),
        paths: Paths { luma_lossless: counted.lossless, luma_plane: counted.luma, full_decode: counted.full },
    }
}

fn with_view(running: &Running, show: impl FnOnce(&View<'_>)) {
    let (report, totals) = (running.snapshot(), totals(running));
    show(&View {
        report: &report,
        totals: &totals,
        expected: running.expected(),
        cores: engine::usable_cores(),
        os: None,
    });
}

/// The table at the end, what limited the run, and what would help.
fn conclude(config: &Config, view: &View<'_>, diagnosis: &impl Deref<Target = Diagnosis>) {
    if config.invocation.verbosity == Verbosity::Quiet || config.run.progress == ProgressKind::Json {
        return;
    }
    output::to_stderr(observe::summary(view, Ansi::auto()).trim_end());
    output::to_stderr(diagnosis.to_string().trim_end());
}
