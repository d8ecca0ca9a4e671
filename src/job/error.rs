//! Owns why a job could not begin, and which failures of single pictures would meet all others too.

use pipeline_stages::display::escape;
use pipeline_stages::read::WalkError;
use pipeline_stages::{Error, OpError};
use std::fmt;
use std::path::PathBuf;

/// Why a job could not begin. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// Inputs that cannot be used; all of them.
    #[error("{}", Lines(.0))]
    Inputs(Vec<WalkError>),
    /// The output directory is an input directory.
    #[error("{} is input and output; choose another --output, or --in-place to replace the pictures", escape(.0))]
    OutputIsInput(PathBuf),
    /// An op that cannot be understood.
    #[error("op `{text}`: {error}")]
    Op {
        /// What was written.
        text: String,
        /// What is wrong with it.
        error: OpError,
    },
    /// A list of inputs that cannot be read.
    #[error("cannot read the list {}: {source}", escape(.path))]
    List {
        /// The list.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Nothing can be written to the output directory.
    #[error("output {}: {error}", escape(.path))]
    Output {
        /// The output directory.
        path: PathBuf,
        /// What is wrong with it.
        error: Error,
    },
    /// The sample set cannot be written because something else has its name.
    #[error(
        "{} is {found}, so the sample pictures are not written there; move it away, or name what to convert: pipeline photos/ -o gray/",
        escape(.path)
    )]
    Sample {
        /// Where the sample set would be.
        path: PathBuf,
        /// What is there, as the end of a sentence: `a symbolic link`.
        found: &'static str,
    },
    /// The engine cannot be started.
    #[error(transparent)]
    Build(#[from] crate::engine::BuildError),
}

impl JobError {
    /// Whether the machine is at fault (exit code 3) rather than what was asked for (2).
    pub fn is_environment(&self) -> bool {
        matches!(self, Self::Output { .. } | Self::Build(crate::engine::BuildError::Spawn { .. }))
    }
}

struct Lines<'a>(&'a [WalkError]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Whether an error in a stage would meet the other pictures too. An error of the device while one file is read may be
/// that file's alone; while one is written it is the output's.
pub(super) fn is_shared(stage: &str, error: &Error) -> bool {
    const EIO: i32 = 5;
    let device = matches!(error, Error::Io { source, .. } if source.raw_os_error() == Some(EIO));
    error.is_environment() && (stage == super::stage::WRITE || !device)
}
