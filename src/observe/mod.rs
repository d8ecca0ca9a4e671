//! What people see of a run: progress while it goes on, and at the end a table of where the time went, one sentence that
//! names the bottleneck, and the same for machines. Reads reports of the engine; knows no stage and no configuration.
//!
//! Everything here is a function of a [`View`]: a [`Report`](crate::engine::Report) or a snapshot, and what the job counted.

mod explain; // which bottleneck, in one sentence
#[cfg(feature = "cli")]
mod json; // the report for machines
mod notes; // what is noted beside the figures
mod os; // what the operating system tells
#[cfg(feature = "cli")]
mod page; // the report to look at
mod predict; // another schedule, another machine
#[cfg(feature = "cli")]
mod progress; // while it runs
#[cfg(feature = "cli")]
mod recorded; // the report for machines, read back
#[cfg(feature = "cli")]
mod recorder; // what is kept of a run while it goes on
#[cfg(feature = "cli")]
mod serve; // the run over HTTP, while it goes on
mod service; // what one item asks of a stage
mod shares; // a stage's time in parts
mod summary; // at the end
mod table; // aligned columns
mod units; // numbers for people
mod view; // what everything here is given

#[cfg(feature = "cli")]
pub use explain::diagnosis_json;
pub use explain::{Diagnosis, Proposal, diagnose, explain};
#[cfg(feature = "cli")]
pub use json::{report_json, report_json_with};
pub use os::{OsUse, OsWatch};
#[cfg(feature = "cli")]
pub use page::report_page;
pub use predict::{Change, ChangeError, Limit, Model, NoModel, Prediction, StationLoad};
#[cfg(feature = "cli")]
pub use predict::{ascii, prediction_json, prediction_text, svg};
#[cfg(feature = "cli")]
pub use progress::{Printer, Progress, Style};
#[cfg(feature = "cli")]
pub use recorded::{Recorded, RecordedError};
#[cfg(feature = "cli")]
pub use recorder::Recorder;
#[cfg(feature = "cli")]
pub use serve::{Dashboard, Live, Metrics, open_metrics};
pub use summary::{Ansi, summary};
pub use view::{Paths, Totals, View};
