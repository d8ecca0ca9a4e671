//! Arguments, environment and config file to one command. Owns: which command is meant. Does not own: doing it.
//!
//! Nothing here reads the state of the process, so that a test says what it means.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};
use clap_complete::Shell;

use super::flags;
use super::grammar::{self, CallArgs, ConfigCommand, SubCommand, TuneArgs};
use super::recorded::{ExplainArgs, PredictArgs};
use super::usage::UsageError;
use crate::config::{self, Layers, Loaded, Problem, Problems};

/// What the command is asked to do.
#[derive(Debug)]
pub enum Command {
    /// Convert pictures.
    Convert(Box<Loaded>),
    /// Print each value with where it came from.
    ConfigShow(Box<Loaded>),
    /// Print a config file to start from, or write it.
    ConfigInit(Option<PathBuf>),
    /// Print the JSON schema of the config file.
    ConfigSchema,
    /// Find good numbers of workers by measuring.
    Tune {
        /// The job to measure.
        loaded: Box<Loaded>,
        /// About how long.
        time: Duration,
        /// The config file to write; else it is printed.
        file: Option<PathBuf>,
    },
    /// Print what an op does, or all of them.
    Ops {
        /// Only this one.
        name: Option<String>,
        /// For machines.
        json: bool,
    },
    /// Print what each format can hold.
    Formats {
        /// For machines.
        json: bool,
    },
    /// Say where the time of a recorded run went.
    Explain(ExplainArgs),
    /// Say what a recorded run would do otherwise.
    Predict(Box<PredictArgs>),
    /// Print completions for a shell.
    Completions(Shell),
    /// Print the manual page.
    Man,
    /// Print help or the version.
    Help(StyledStr),
}

/// Everything around the command that it depends on.
#[derive(Clone, Debug)]
pub struct Surroundings<'s> {
    /// The arguments; the first one is the program's name.
    pub args: Vec<OsString>,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
    /// The directory that config files are looked for in; empty: where the command runs.
    pub dir: &'s Path,
}

/// Reads the command line, the environment and the config file. `validate_op` says whether a text is an op.
///
/// # Errors
/// Everything that is wrong with any of them, at once; the exit code is [`UsageError::EXIT_CODE`].
///
/// # Example
/// ```
/// use pipeline_images::cli::{Command, Surroundings, parse};
/// let args = ["pipeline", "--readers", "2", "photos/"].map(Into::into).to_vec();
/// let surroundings = Surroundings { args, variables: Vec::new(), dir: "/nowhere".as_ref() };
/// let Ok(Command::Convert(loaded)) = parse(surroundings, &|_| Ok(())) else { panic!() };
/// assert_eq!(loaded.config.read.workers.to_string(), "2");
/// assert_eq!(loaded.origins.of("read.workers").to_string(), "--readers");
/// ```
pub fn parse(
    surroundings: Surroundings<'_>,
    validate_op: &dyn Fn(&str) -> Result<(), String>,
) -> Result<Command, UsageError> {
    let Surroundings { args, variables, dir } = surroundings;
    let matches = match grammar::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Command::Help(error.render()));
        }
        Err(error) => return Err(UsageError::arguments(error)),
    };
    let load = |args, matches: &ArgMatches| load(args, matches, &variables, dir, validate_op);
    if matches.subcommand_name().is_none() {
        let args = CallArgs::from_arg_matches(&matches).map_err(UsageError::arguments)?;
        let loaded = load(args, &matches)?;
        return with_input(loaded).map(|loaded| Command::Convert(Box::new(loaded)));
    }
    Ok(match SubCommand::from_arg_matches(&matches).map_err(UsageError::arguments)? {
        SubCommand::Config(ConfigCommand::Show(args)) => {
            let inner = matches.subcommand_matches("config").and_then(|m| m.subcommand_matches("show"));
            Command::ConfigShow(Box::new(load(args, inner.unwrap_or(&matches))?))
        }
        SubCommand::Tune(TuneArgs { call, write, seconds }) => {
            let loaded = load(call, matches.subcommand_matches("tune").unwrap_or(&matches))?;
            let loaded = Box::new(with_input(loaded)?);
            Command::Tune { loaded, time: Duration::from_secs(seconds), file: write }
        }
        SubCommand::Config(ConfigCommand::Init { file }) => Command::ConfigInit(file),
        SubCommand::Config(ConfigCommand::Schema) => Command::ConfigSchema,
        SubCommand::Ops { name, json } => Command::Ops { name, json },
        SubCommand::Formats { json } => Command::Formats { json },
        SubCommand::Explain(args) => Command::Explain(args),
        SubCommand::Predict(args) => Command::Predict(Box::new(args)),
        SubCommand::Completions { shell } => Command::Completions(shell),
        SubCommand::Man => Command::Man,
    })
}

fn load(
    args: CallArgs,
    matches: &ArgMatches,
    variables: &[(OsString, OsString)],
    dir: &Path,
    validate_op: &dyn Fn(&str) -> Result<(), String>,
) -> Result<Loaded, UsageError> {
    let named = args.config.clone().map(|file| (file.clone(), dir.join(file)));
    let (flags, mut problems) = flags::assignments(matches);
    let (invocation, more) = flags::invocation(args);
    problems.extend(more);
    let file = named.or_else(|| config::find_file(dir));
    config::load(Layers { file, variables, flags, invocation, problems, validate_op })
        .map_err(UsageError::settings)
}

/// With a config file, having nothing to convert is a mistake; without one, the sample set is meant.
fn with_input(loaded: Loaded) -> Result<Loaded, UsageError> {
    let config = &loaded.config;
    match &config.file {
        Some(file) if config.input.is_empty() && config.invocation.files_from.is_none() => {
            let message =
                "nothing to convert; set input = [\"photos/\"] there, or name files on the command line";
            let problem = Problem::at(file.display().to_string(), message);
            Err(UsageError::settings(Problems(vec![problem])))
        }
        _ => Ok(loaded),
    }
}
