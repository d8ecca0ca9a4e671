//! What each command does with the process. Owns: exit codes 0, 2 and 3 of everything but a run. Does not own: the run.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use super::parse::{Command, Surroundings, parse};
use super::usage::UsageError;
use super::{formats, grammar, ops, output, recorded, run, tune, wrap};
use crate::config::{self, Loaded, Verbosity, printable};

/// The environment failed: a result could not be written.
const ENVIRONMENT_FAILED: u8 = 3;

/// Does what the arguments and the environment of this process say.
#[must_use]
pub fn main() -> ExitCode {
    super::allocator::keep_little();
    if let Some(ended) = crate::job::isolated_decoder() {
        return ended;
    }
    let surroundings = Surroundings {
        args: std::env::args_os().collect(),
        variables: std::env::vars_os().collect(),
        dir: Path::new(""),
    };
    match parse(surroundings, &run::validate_op) {
        Ok(command) => dispatch(command),
        Err(error) => {
            output::styled_to_stderr(&error.styled());
            ExitCode::from(UsageError::EXIT_CODE)
        }
    }
}

fn dispatch(command: Command) -> ExitCode {
    let printed = match command {
        Command::Convert(loaded) => {
            announce(&loaded);
            return run::convert(&loaded.config);
        }
        Command::Tune { loaded, time, file } => {
            announce(&loaded);
            return tune::tune(&loaded, time, file.as_deref());
        }
        Command::ConfigShow(loaded) => {
            announce(&loaded);
            output::to_stdout(&config::show(&loaded))
        }
        Command::ConfigInit(Some(file)) => return init(&file),
        Command::ConfigInit(None) => output::to_stdout(&config::starter()),
        Command::ConfigSchema => output::to_stdout(&config::schema()),
        Command::Ops { name, json: true } => output::to_stdout(&ops::json(name.as_deref())),
        Command::Ops { name, json: false } => {
            output::styled_to_stdout(&ops::text(name.as_deref(), wrap::width()))
        }
        Command::Formats { json: true } => output::to_stdout(&formats::json()),
        Command::Formats { json: false } => output::styled_to_stdout(&formats::text(wrap::width())),
        Command::Explain(args) => return recorded::explain(&args),
        Command::Predict(args) => return recorded::predict(&args),
        Command::Completions(shell) => output::to_stdout(&completions(shell)),
        Command::Man => man().and_then(|page| output::to_stdout(&page)),
        Command::Help(text) => output::styled_to_stdout(&text),
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::to_stderr(&format!("pipeline: cannot write to stdout: {error}"));
            ExitCode::from(ENVIRONMENT_FAILED)
        }
    }
}

/// Says which config file is used, and what is odd about the settings.
fn announce(loaded: &Loaded) {
    if loaded.config.invocation.verbosity == Verbosity::Quiet {
        return;
    }
    if let Some(file) = &loaded.config.file {
        output::to_stderr(&printable(&format!("pipeline: settings from {}", file.display())));
    }
    for warning in &loaded.warnings {
        output::to_stderr(&printable(&format!("pipeline: warning: {warning}")));
    }
}

fn init(file: &Path) -> ExitCode {
    write_new(file, &config::starter(), "edit it, then run `pipeline`")
}

/// Writes a file that is not there yet, and says so with what to do next.
pub(super) fn write_new(file: &Path, text: &str, next: &str) -> ExitCode {
    // `create_new` decides and creates in one step: no file can appear in between and be lost.
    let written = File::create_new(file).and_then(|mut new| new.write_all(text.as_bytes()));
    let (message, code) = match written {
        Ok(()) => (format!("pipeline: wrote {}; {next}", file.display()), 0),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => (
            format!(
                "pipeline: {} exists and was left alone; choose another name or remove it",
                file.display()
            ),
            UsageError::EXIT_CODE,
        ),
        Err(error) => (format!("pipeline: cannot write {}: {error}", file.display()), ENVIRONMENT_FAILED),
    };
    output::to_stderr(&printable(&message));
    ExitCode::from(code)
}

fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut grammar::command(), "pipeline", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

fn man() -> io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(grammar::command()).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
