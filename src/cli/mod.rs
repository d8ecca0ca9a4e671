//! The `pipeline` command: arguments in, one [`Command`] out.
//!
//! Owns: the grammar of the command line, its help, what is printed, exit codes. Does not own: what a setting means
//! (`config`), what a run does (`job`).
//!
//! | file | one idea |
//! |---|---|
//! | `allocator` | how much freed memory the allocator may keep |
//! | `decided` | what the engine decided about workers, on stderr with `-v` |
//! | `grammar` | the arguments: settings from the table of `config`, the rest by derive |
//! | `help` | the texts below the options: examples, exit codes, environment |
//! | `flags` | matched arguments to assignments and [`Invocation`](crate::config::Invocation) |
//! | `parse` | arguments, environment and config file to a [`Command`] |
//! | `tune`, `tuned` | `pipeline tune`: measuring; the config file that comes of it |
//! | `usage` | everything that is wrong, said at once |
//! | `dispatch` | what each command does with the process |
//! | `ending` | exit codes, and what is said about how a run ended |
//! | `formats` | what each format can hold |
//! | `json_text` | how a report's JSON is laid out |
//! | `listen` | how people write where to listen |
//! | `ops` | what each op says of itself |
//! | `wrap` | text in columns no wider than the terminal |
//! | `output` | stdout that may be closed at any time |
//! | `recorded` | what is said of a run that was recorded |
//! | `report_file` | the file of `--report`: checked before the work, replaced whole |
//! | `samples` | the few pictures that a page shows |
//! | `settings_json` | the settings, for reports |
//! | `run` | the conversion itself |
//! | `signals` | Ctrl-C and SIGTERM |
//! | `watch` | what is recorded, served and written about a run |

mod allocator;
mod decided;
mod dispatch;
mod ending;
mod flags;
mod formats;
mod grammar;
mod help;
mod json_text;
mod listen;
mod ops;
mod output;
mod parse;
mod recorded;
mod report_file;
mod run;
mod samples;
mod settings_json;
mod signals;
mod tune;
mod tuned;
mod usage;
mod watch;
mod wrap;

pub use dispatch::main;
pub use parse::{Command, Surroundings, parse};
pub use recorded::{ExplainArgs, PredictArgs};
pub use usage::UsageError;
