//! Matched arguments to assignments. Owns: which flag speaks for which setting. Does not own: what a value means.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::grammar::{CallArgs, QUEUE};
use crate::config::raw::{Assignment, Origin, Written};
use crate::config::settings::{SETTINGS, Setting, Shape};
use crate::config::{FilesFrom, Invocation, Problem, Verbosity};

/// Every setting that was given as a flag, and what is wrong with the shape of a flag.
pub(super) fn assignments(matches: &ArgMatches) -> (Vec<Assignment>, Vec<Problem>) {
    let own = SETTINGS.iter().filter(|setting| setting.queue_stage().is_none());
    let mut found: Vec<Assignment> = own.filter_map(|setting| assignment(setting, matches)).collect();
    let mut problems = Vec::new();
    for written in matches.get_many::<OsString>(QUEUE).unwrap_or_default() {
        match queue(&written.to_string_lossy()) {
            Ok(assignment) => found.push(assignment),
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
}

fn assignment(setting: &'static Setting, matches: &ArgMatches) -> Option<Assignment> {
    let mut values = matches.get_many::<OsString>(setting.name)?.cloned();
    let value = match setting.shape {
        Shape::One | Shape::Switch => Written::Plain(values.next_back()?),
        Shape::Paths | Shape::Texts => Written::plain_list(values),
    };
    Some(Assignment { setting, value, origin: Origin::Flag(setting.flag()), span: None })
}

fn queue(written: &str) -> Result<Assignment, Problem> {
    let form = "write STAGE=N, for example --queue decode=16";
    let Some((stage, capacity)) = written.split_once('=') else {
        return Err(Problem::at("--queue", format!("{written:?} has no =; {form}")));
    };
    let Some(setting) = SETTINGS.iter().find(|setting| setting.queue_stage() == Some(stage)) else {
        let stages = SETTINGS.iter().filter_map(Setting::queue_stage).collect::<Vec<_>>().join(", ");
        return Err(Problem::at("--queue", format!("unknown stage {stage:?}; the stages are: {stages}")));
    };
    let value = Written::Plain(capacity.into());
    Ok(Assignment { setting, value, origin: Origin::Flag(setting.flag()), span: None })
}

/// What belongs to this call alone, and what is wrong with it.
pub(super) fn invocation(args: CallArgs) -> (Invocation, Vec<Problem>) {
    let problems =
        [args.report.as_ref().and_then(report_problem), args.trace.as_ref().and_then(trace_problem)];
    let invocation = Invocation {
        files_from: args.files_from.map(files_from),
        null_separated: args.null,
        dry_run: args.dry_run,
        explain_plan: args.explain_plan,
        resume: args.resume || args.retry_failed || args.redo,
        retry_failed: args.retry_failed,
        redo: args.redo,
        report: args.report,
        trace: args.trace,
        metrics: args.metrics,
        dashboard: args.dashboard,
        verbosity: match (args.quiet, args.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
    };
    (invocation, problems.into_iter().flatten().collect())
}

fn files_from(file: PathBuf) -> FilesFrom {
    if file.as_os_str() == "-" { FilesFrom::Stdin } else { FilesFrom::File(file) }
}

fn report_problem(file: &PathBuf) -> Option<Problem> {
    if is_page(file) || has_extension(file, &["json"]) {
        return None;
    }
    let message = "the name says the format; name a file that ends in .html or .json";
    Some(Problem::at("--report", format!("{file:?}: {message}")))
}

fn trace_problem(file: &PathBuf) -> Option<Problem> {
    let message = "a trace is JSON; name a file that ends in .json";
    (!has_extension(file, &["json"])).then(|| Problem::at("--trace", format!("{file:?}: {message}")))
}

/// Whether a report of that name is a page.
pub(super) fn is_page(file: &Path) -> bool {
    has_extension(file, &["html", "htm"])
}

fn has_extension(file: &Path, known: &[&str]) -> bool {
    let extension = file.extension().unwrap_or_default().to_ascii_lowercase();
    known.iter().any(|known| extension == *known)
}
