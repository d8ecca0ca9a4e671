//! The arguments. Owns: which exist and how they are spelled. Does not own: what a setting may be (the table in `config`).
//!
//! Settings become arguments from the table, so that a flag, its variable, its key and its sentence cannot drift apart;
//! what is no setting (`-c`, `--dry-run`, the commands) is derived from the structs below.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, TypedValueParser, ValueParser};
use clap::{Arg, ArgAction, Args, Subcommand, ValueHint};
use clap_complete::Shell;

use super::recorded::{ExplainArgs, PredictArgs};
use super::{help, listen, ops};
use crate::config::Config;
use crate::config::settings::{Heading, SETTINGS, Setting, Shape};

/// The flag that all queues share.
pub(super) const QUEUE: &str = "queue";

/// The arguments that are no settings.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct CallArgs {
    /// Config file [default: ./pipeline.toml if there is one]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = Heading::Files.title())]
    pub(super) config: Option<PathBuf>,

    /// Read further inputs, one path a line, from FILE or stdin (-)
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath, help_heading = Heading::Files.title())]
    pub(super) files_from: Option<PathBuf>,

    /// Listed paths end with NUL instead of a newline, as `find -print0` writes them
    #[arg(short = '0', long = "null", help_heading = Heading::Files.title())]
    pub(super) null: bool,

    /// List what would be done and write nothing
    #[arg(long, help_heading = Heading::Run.title())]
    pub(super) dry_run: bool,

    /// Say which plan each picture gets (decode mode, folded ops); it is converted too, unless with --dry-run
    #[arg(long, help_heading = Heading::Run.title())]
    pub(super) explain_plan: bool,

    /// Do only what earlier runs to this output have not done, or what has changed since
    #[arg(long, help_heading = Heading::Run.title())]
    pub(super) resume: bool,

    /// As --resume, and try again what failed
    #[arg(long, help_heading = Heading::Run.title())]
    pub(super) retry_failed: bool,

    /// As --resume, and do again what was done with other settings
    #[arg(long, help_heading = Heading::Run.title())]
    pub(super) redo: bool,

    /// Write what was measured: as a page to FILE.html, for machines to FILE.json
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = Heading::Run.title())]
    pub(super) report: Option<PathBuf>,

    /// Write every step of every picture to FILE.json, for Perfetto (https://ui.perfetto.dev); long runs keep a part
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath, help_heading = Heading::Run.title())]
    pub(super) trace: Option<PathBuf>,

    /// Serve figures for Prometheus while it runs, at /metrics; a PORT alone is on this machine only
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen::address, help_heading = Heading::Run.title())]
    pub(super) metrics: Option<SocketAddr>,

    /// Serve a live page while it runs, on which the run can be steered; a PORT alone is on this machine only
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen::address, help_heading = Heading::Run.title())]
    pub(super) dashboard: Option<SocketAddr>,

    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = Heading::Run.title())]
    pub(super) quiet: bool,

    /// Say what was decided for each picture
    #[arg(short, long, help_heading = Heading::Run.title())]
    pub(super) verbose: bool,
}

/// The commands; without one, pictures are converted.
#[derive(Subcommand, Clone, Debug)]
pub(super) enum SubCommand {
    /// Show, start or describe the config file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Measure short runs with different numbers of workers, and print a config file with the best, or write it to FILE
    Tune(TuneArgs),
    /// Print what each op does, with its options, its formula and examples
    Ops {
        /// Only this op
        #[arg(value_parser = ops::names())]
        name: Option<String>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Print which formats are read and written, and what each can hold
    Formats {
        /// For machines
        #[arg(long)]
        json: bool,
    },
    /// Say where the time of a recorded run went, what limited it, and what would help
    Explain(ExplainArgs),
    /// Say what a recorded run would do with other workers, or on another machine
    Predict(PredictArgs),
    /// Print completions for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What `tune` is asked for besides a run.
#[derive(Args, Clone, Debug)]
pub(super) struct TuneArgs {
    #[command(flatten)]
    pub(super) call: CallArgs,

    /// The config file to write; one that exists is left alone [default: print it]
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = Heading::Files.title())]
    pub(super) write: Option<PathBuf>,

    /// About how long to measure
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..=3600), help_heading = Heading::Run.title())]
    pub(super) seconds: u64,
}

/// What can be done with the config.
#[derive(Subcommand, Clone, Debug)]
pub(super) enum ConfigCommand {
    /// Print each value with where it came from, as a config file
    Show(CallArgs),
    /// Print a commented config file to start from, or write it to FILE
    Init {
        /// The file to write; one that exists is left alone
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
    },
    /// Print the JSON schema of the config file, for editors
    Schema,
}

/// The whole grammar.
pub(super) fn command() -> clap::Command {
    let command = clap::Command::new("pipeline").version(env!("CARGO_PKG_VERSION"));
    let command = SubCommand::augment_subcommands(CallArgs::augment_args(with_settings(command)));
    // What `config show` prints depends on the same arguments as a run.
    let command = command.mut_subcommand("config", |config| {
        config.mut_subcommand("show", |show| {
            with_settings(show).override_usage("pipeline config show [OPTIONS] [INPUT]...")
        })
    });
    // Here `-o` is the file that is written; the output directory of the runs to come keeps its long name.
    let command = command.mut_subcommand("tune", |tune| {
        let tune = with_settings(tune).mut_arg("output", |output| output.short(None));
        tune.override_usage("pipeline tune [OPTIONS] [INPUT]... [-o FILE]")
    });
    // Last, because deriving sets some of these too.
    command
        .about(help::ABOUT)
        .override_usage("pipeline [OPTIONS] [INPUT]...\n       pipeline <COMMAND>")
        .after_help(help::MORE)
        .after_long_help(help::after())
        .args_conflicts_with_subcommands(true)
        .subcommand_required(false)
        .max_term_width(110)
}

fn with_settings(command: clap::Command) -> clap::Command {
    let defaults = Config::default();
    let own = SETTINGS.iter().filter(|setting| setting.queue_stage().is_none());
    // A repeated flag is how scripts and aliases override: the last one counts.
    command
        .args_override_self(true)
        .args(own.map(|setting| argument(setting, &defaults)))
        .arg(queue(&defaults))
}

fn argument(setting: &'static Setting, defaults: &Config) -> Arg {
    let default = default_text(setting, defaults);
    let long = format!("{}{default} [env: {}] [config: {}]", setting.doc, setting.variable(), setting.key);
    let arg = Arg::new(setting.name)
        .help(format!("{}{default}", setting.doc))
        .long_help(long)
        .help_heading(setting.heading.title())
        .value_name(setting.metavar)
        .value_parser(ValueParser::new(Words(setting.words())));
    let arg = if setting.is_positional() { arg } else { arg.long(setting.name) };
    let arg = if setting.name == "output" { arg.short('o') } else { arg };
    let arg = if matches!(setting.metavar, "DIR") { arg.value_hint(ValueHint::DirPath) } else { arg };
    match setting.shape {
        // `--readers -1` is a wrong number, not a flag; for INPUT the same would swallow `-0`.
        Shape::One => arg.action(ArgAction::Set).allow_negative_numbers(true),
        Shape::Texts => arg.action(ArgAction::Append),
        Shape::Paths => arg.action(ArgAction::Append).num_args(0..).value_hint(ValueHint::AnyPath),
        Shape::Switch => switch(arg),
    }
}

/// A switch alone is on; `--switch=false` turns off what a config file turned on.
fn switch(arg: Arg) -> Arg {
    arg.action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .value_parser(ValueParser::new(Words(&[("true", "on"), ("false", "off")])))
        .hide_possible_values(true)
}

/// ` [default: 64]`, or nothing where there is no default.
fn default_text(setting: &Setting, defaults: &Config) -> String {
    match setting.to_toml(defaults) {
        Some(default) if setting.shape != Shape::Switch && default != "[]" => {
            format!(" [default: {}]", default.trim_matches(['[', ']', '"']))
        }
        _ => String::new(),
    }
}

fn queue(defaults: &Config) -> Arg {
    let queues = SETTINGS.iter().filter_map(|setting| {
        let stage = setting.queue_stage()?;
        Some((stage, setting.to_toml(defaults)?, setting.variable()))
    });
    let (mut sizes, mut variables) = (Vec::new(), Vec::new());
    for (stage, size, variable) in queues {
        sizes.push(format!("{stage}={size}"));
        variables.push(variable);
    }
    let short = format!(
        "Capacity of the queue in front of a stage (items; 0 hands over directly); repeatable [default: {}]",
        sizes.join(" ")
    );
    let long = format!("{short} [env: {}] [config: STAGE.queue]", variables.join(", "));
    Arg::new(QUEUE)
        .long(QUEUE)
        .value_name("STAGE=N")
        .help(short)
        .long_help(long)
        .help_heading(Heading::Schedule.title())
        .action(ArgAction::Append)
        .value_parser(ValueParser::os_string())
}

/// Shows and completes the words of a setting, and takes anything: the settings are judged together, so that all
/// mistakes are reported at once, also those of the config file and the environment.
#[derive(Clone)]
struct Words(&'static [(&'static str, &'static str)]);

impl TypedValueParser for Words {
    type Value = OsString;

    fn parse_ref(&self, _: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<OsString, clap::Error> {
        Ok(value.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        if self.0.is_empty() {
            return None;
        }
        Some(Box::new(self.0.iter().map(|(word, doc)| PossibleValue::new(*word).help(*doc))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_setting_has_an_argument() {
        let command = command();
        for setting in SETTINGS {
            let id = if setting.queue_stage().is_some() { QUEUE } else { setting.name };
            assert!(command.get_arguments().any(|arg| arg.get_id() == id), "{id}");
        }
    }

    #[test]
    fn long_help_names_every_variable_and_key() {
        let help = command().term_width(0).max_term_width(0).render_long_help().to_string();
        for setting in SETTINGS {
            assert!(help.contains(&setting.variable()), "{}", setting.variable());
            assert!(help.contains(setting.key) || setting.queue_stage().is_some(), "{}", setting.key);
        }
    }
}
