//! What the operating system tells of a run: CPU time, faults, switches, what was really read from storage, what others
//! took. Knows no stage.

mod cgroup; // throttling of the control group
#[cfg(feature = "cli")]
mod json; // in the report for machines, and back
mod machine; // the cores of this machine, and who uses them
mod process; // this process: CPU, faults, switches, bytes
mod usage; // the difference between two moments

#[cfg(feature = "cli")]
pub(super) use json::OsJson;
pub use usage::{OsUse, OsWatch};
