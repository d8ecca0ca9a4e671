//! What people see of a run: progress while it goes on, and at the end a table of where the time went, one sentence that
//! names the bottleneck, and the same for machines. Reads reports of the engine; knows no stage and no configuration.
//!
//! Everything here is a function of a [`View`]: a [`Report`](crate::engine::Report) or a snapshot, and what the job counted.

mod explain; // which bottleneck, in one sentence
#[cfg(feature = "cli")]
mod json; // the report for machines
#[cfg(feature = "cli")]
mod page; // the report to look at
#[cfg(feature = "cli")]
mod progress; // while it runs
#[cfg(feature = "cli")]
mod recorder; // what is kept of a run while it goes on
#[cfg(feature = "cli")]
mod serve; // the run over HTTP, while it goes on
mod shares; // a stage's time in parts
mod summary; // at the end
mod table; // aligned columns
mod units; // numbers for people
mod view; // what everything here is given

pub use explain::explain;
#[cfg(feature = "cli")]
pub use json::report_json;
#[cfg(feature = "cli")]
pub use page::report_page;
#[cfg(feature = "cli")]
pub use progress::{Printer, Progress, Style};
#[cfg(feature = "cli")]
pub use recorder::Recorder;
#[cfg(feature = "cli")]
pub use serve::{Dashboard, Live, Metrics, open_metrics};
pub use summary::{Ansi, summary};
pub use view::{Totals, View};
