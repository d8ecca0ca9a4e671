//! `pipeline tune`. Owns: what is checked before, what is said meanwhile, exit codes. Does not own: measuring (`job`), the
//! file that comes of it (`tuned`).

use super::{dispatch, output, run, tuned};
use crate::config::{Config, Loaded, Verbosity, Workers, printable};
use crate::job;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// It was not asked for properly.
const USAGE: u8 = 2;
/// The machine failed.
const ENVIRONMENT: u8 = 3;

/// Measures, and prints or writes a config file.
pub(super) fn tune(loaded: &Loaded, time: Duration, file: Option<&Path>) -> ExitCode {
    let config = &loaded.config;
    if let Some(message) = refusal(config, file) {
        output::to_stderr(&printable(&format!("pipeline: {message}")));
        return ExitCode::from(USAGE);
    }
    // A panic in a codec becomes that picture's error.
    std::panic::set_hook(Box::new(|_| ()));
    let asked = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM] {
        // If it cannot be caught it ends the process, as by default.
        let _ = signal_hook::flag::register_usize(signal, Arc::clone(&asked), signal as usize);
    }
    say(config, &format!("measuring for about {} seconds; nothing of it is kept", time.as_secs()));
    let tuned = match job::tune(config, time, &|| asked.load(Relaxed) != 0) {
        Ok(tuned) => tuned,
        Err(error) => return run::failed_to_start(&error),
    };
    if let Ok(signal @ 1..) = u8::try_from(asked.load(Relaxed)) {
        output::to_stderr("pipeline: interrupted; nothing was written");
        return ExitCode::from(128 + signal);
    }
    if tuned.pictures == 0 {
        output::to_stderr(
            "pipeline: no picture was finished, so nothing can be said; name more INPUT, or more --seconds",
        );
        return ExitCode::from(USAGE);
    }
    if tuned.pictures == tuned.failed {
        output::to_stderr(
            "pipeline: every picture failed, so nothing can be said; run without `tune` to see why",
        );
        return ExitCode::from(USAGE);
    }
    let text = tuned::config_file(loaded, &tuned, file);
    match file {
        Some(file) => dispatch::write_new(file, &text, &format!("`pipeline -c {}` uses it", file.display())),
        None => match output::to_stdout(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                output::to_stderr(&format!("pipeline: cannot write to stdout: {error}"));
                ExitCode::from(ENVIRONMENT)
            }
        },
    }
}

/// What can be told before measuring.
fn refusal(config: &Config, file: Option<&Path>) -> Option<String> {
    let workers = [
        config.read.workers,
        config.decode.workers,
        config.convert.workers,
        config.encode.workers,
        config.write.workers,
    ];
    match file {
        Some(file) if file.symlink_metadata().is_ok() => {
            Some(format!("{} exists and was left alone; choose another name or remove it", file.display()))
        }
        _ if !is_text(config) => Some("a config file is UTF-8 text and cannot name such a path; rename it".into()),
        _ if config.wants_sample() => Some("nothing to measure; name INPUT: pipeline tune photos/ -o pipeline.toml".into()),
        _ if !workers.contains(&Workers::Auto) => {
            Some("every stage has a fixed number of workers; leave those out that are to be found, or make them auto".into())
        }
        _ => None,
    }
}

/// Whether all paths can stand in a config file.
fn is_text(config: &Config) -> bool {
    let paths = config.input.iter().chain([&config.output]).chain(&config.base);
    paths.map(|path| path.to_str()).all(|text| text.is_some())
}

fn say(config: &Config, line: &str) {
    if config.invocation.verbosity > Verbosity::Quiet {
        output::to_stderr(&format!("pipeline: {line}"));
    }
}
