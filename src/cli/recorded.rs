//! What is said of a run that was recorded with `--report`: `pipeline explain` and `pipeline predict`. Owns: their arguments
//! beside the file, what is printed, their exit codes. Does not own: what is true of the run (`observe`).

use super::usage::UsageError;
use super::{output, report_file};
use crate::config::{ByteCount, printable};
use crate::job::escape;
use crate::observe::{self, Change, Model, Recorded};
use clap::{Args, ValueHint};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// A result could not be written.
const ENVIRONMENT: u8 = 3;
/// Reports are far smaller.
const MOST_BYTES: u64 = 256 << 20;

/// `pipeline explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// A report that `--report FILE.json` wrote; - reads it from stdin
    #[arg(value_name = "REPORT.json", value_hint = ValueHint::FilePath)]
    report: PathBuf,

    /// For machines
    #[arg(long)]
    json: bool,
}

/// `pipeline predict`.
#[derive(Args, Clone, Debug)]
pub struct PredictArgs {
    /// A report that `--report FILE.json` wrote; - reads it from stdin
    #[arg(value_name = "REPORT.json", value_hint = ValueHint::FilePath)]
    report: PathBuf,

    /// On a machine with so many cores
    #[arg(long, value_name = "N")]
    cores: Option<f64>,

    /// With so many workers of a stage; repeatable
    #[arg(long = "set", value_name = "STAGE=N", value_parser = numbered)]
    workers: Vec<(String, usize)>,

    /// With a queue of so many pictures in front of a stage; repeatable
    #[arg(long = "queue", value_name = "STAGE=N", value_parser = numbered)]
    queues: Vec<(String, usize)>,

    /// With a device that each step of a stage waits so long for, instead of what was recorded; repeatable
    #[arg(long = "latency", value_name = "STAGE=TIME", value_parser = timed)]
    latencies: Vec<(String, Duration)>,

    /// With at most so many pictures admitted and not yet finished
    #[arg(long, value_name = "N")]
    window: Option<usize>,

    /// With so much memory for pictures in flight (1GiB, 500MB)
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    memory: Option<u64>,

    /// For so many pictures
    #[arg(long, value_name = "N")]
    pictures: Option<u64>,

    /// Draw throughput against cores and workers into FILE.svg
    #[arg(long, value_name = "FILE.svg", value_hint = ValueHint::FilePath)]
    plot: Option<PathBuf>,

    /// For machines
    #[arg(long)]
    json: bool,
}

fn named(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').ok_or_else(|| "expected STAGE=VALUE, such as read=16".to_owned())
}

fn numbered(text: &str) -> Result<(String, usize), String> {
    let (stage, number) = named(text)?;
    let number = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Ok((stage.to_owned(), number))
}

fn timed(text: &str) -> Result<(String, Duration), String> {
    let (stage, time) = named(text)?;
    let units = [("ms", 1e-3), ("us", 1e-6), ("s", 1.0)];
    let found = units.iter().find_map(|(unit, seconds)| Some((time.strip_suffix(unit)?, seconds)));
    let told = || format!("`{time}` is no time; give it with its unit, such as 20ms, 500us or 1.5s");
    let (number, unit) = found.ok_or_else(told)?;
    let seconds = number.trim().parse::<f64>().map_err(|_| told())? * unit;
    if !(0.0..=86_400.0).contains(&seconds) {
        return Err("a step waits at most a day".to_owned());
    }
    let time = Duration::try_from_secs_f64(seconds).map_err(|_| told())?;
    Ok((stage.to_owned(), time))
}

fn bytes(text: &str) -> Result<u64, String> {
    text.parse::<ByteCount>().map(|bytes| bytes.0).map_err(|error| error.to_string())
}

impl PredictArgs {
    fn change(&self) -> Change {
        let mut change = Change::default();
        for (stage, workers) in &self.workers {
            change = change.workers(stage, *workers);
        }
        for (stage, items) in &self.queues {
            change = change.queue(stage, *items);
        }
        for (stage, wait) in &self.latencies {
            change = change.latency(stage, *wait);
        }
        change = self.cores.into_iter().fold(change, Change::cores);
        change = self.window.into_iter().fold(change, Change::window);
        change = self.memory.into_iter().fold(change, Change::memory);
        self.pictures.into_iter().fold(change, Change::pictures)
    }
}

/// Says where the time of a recorded run went, what limited it and what would help.
pub(super) fn explain(args: &ExplainArgs) -> ExitCode {
    let recorded = match read(&args.report) {
        Ok(recorded) => recorded,
        Err(message) => return refused(&message),
    };
    let diagnosis = observe::diagnose(&recorded.view());
    if args.json {
        return print(&format!("{:#}\n", observe::diagnosis_json(&diagnosis)));
    }
    let account = diagnosis.account.join("\n");
    let gap = if account.is_empty() { "" } else { "\n\n" };
    print(&format!("{account}{gap}{diagnosis}"))
}

/// Says what a recorded run would do otherwise.
pub(super) fn predict(args: &PredictArgs) -> ExitCode {
    let model = match modelled(args) {
        Ok(model) => model,
        Err(message) => return refused(&message),
    };
    let prediction = model.predict();
    if let Some(path) = &args.plot
        && let Err(error) = report_file::write(path, &observe::svg(&model))
    {
        output::to_stderr(&format!("pipeline: cannot write {}: {error}", escape(path)));
        return ExitCode::from(ENVIRONMENT);
    }
    if args.json {
        return print(&format!("{:#}\n", observe::prediction_json(&model, &prediction)));
    }
    let text = observe::prediction_text(&model, &prediction);
    print(&format!("{text}\n{}", observe::ascii(&model)))
}

fn modelled(args: &PredictArgs) -> Result<Model, String> {
    let recorded = read(&args.report)?;
    let told = |error: &dyn std::error::Error| format!("{}: {error}", escape(&args.report));
    let model = Model::of(&recorded.view()).map_err(|error| told(&error))?;
    model.with(&args.change()).map_err(|error| told(&error))
}

fn read(path: &Path) -> Result<Recorded, String> {
    let told = |what: &dyn std::fmt::Display| format!("{}: {what}", escape(path));
    let text = text(path).map_err(|error| told(&format!("cannot read the report: {error}")))?;
    Recorded::read(&text).map_err(|error| told(&error))
}

fn text(path: &Path) -> io::Result<String> {
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path)?)
    };
    let mut text = String::new();
    source.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn refused(message: &str) -> ExitCode {
    output::to_stderr(&printable(&format!("pipeline: {message}")));
    ExitCode::from(UsageError::EXIT_CODE)
}

fn print(text: &str) -> ExitCode {
    match output::to_stdout(&printable_lines(text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::to_stderr(&format!("pipeline: cannot write to stdout: {error}"));
            ExitCode::from(ENVIRONMENT)
        }
    }
}

/// Names of stages come from a file that anybody may have written; they must not steer the terminal.
fn printable_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| printable(line).to_string()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(timed("read=20ms").unwrap(), ("read".to_owned(), Duration::from_millis(20)));
        assert_eq!(timed("read=1.5s").unwrap().1, Duration::from_millis(1500));
        assert_eq!(timed("read=500us").unwrap().1, Duration::from_micros(500));
        for wrong in ["read=20", "read", "read=ms", "read=-1s", "read=1e9s", "read=NaNs"] {
            assert!(timed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_setting_is_a_stage_and_a_number() {
        assert_eq!(numbered("convert=8").unwrap(), ("convert".to_owned(), 8));
        assert!(numbered("convert=many").unwrap_err().contains("no number"));
        assert!(numbered("8").unwrap_err().contains("STAGE=VALUE"));
    }
}
