//! The conversion itself.

use std::process::ExitCode;

use crate::config::Config;

/// Stub: to be replaced by the run of the job.
pub(super) fn convert(_config: &Config) -> ExitCode {
    ExitCode::SUCCESS
}

/// Stub: to be replaced by the ops of the stages.
pub(super) fn validate_op(op: &str) -> Result<(), String> {
    match op {
        "gray" | "none" => Ok(()),
        _ => Err(format!("unknown op {op:?}; the ops are: gray, none")),
    }
}
