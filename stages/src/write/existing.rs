//! Owns the words for what lies in the way of a result and what becomes of both. Does not own: finding out.

use std::path::{Path, PathBuf};

/// What happens when a result is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Replaced in an output directory that an earlier run made and that was new or empty then; elsewhere as `Fail`.
    #[default]
    Auto,
    /// Replaced, in one step: readers see the old file or the new one.
    Overwrite,
    /// Left as it is; the item counts as skipped.
    Skip,
    /// Left as it is; the item fails by name.
    Fail,
}

/// What would happen to a result that is written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing is there.
    Create,
    /// A file is there and would be replaced.
    Replace,
    /// A file is there and would stay.
    Skip,
}

/// When a file was last written: seconds since 1970, and nanoseconds, as the file system tells them.
pub type Stamp = (i64, u32);

/// What happened to a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is there under its final name.
    Written {
        /// The file, with the output directory in front.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// When it was written, or, if asked for, its input: what [`written`](super::Destination::written) tells of it later.
        modified: Stamp,
    },
    /// A file was there, and stayed.
    Skipped {
        /// That file, with the output directory in front.
        path: PathBuf,
    },
}

impl Outcome {
    /// The file that is there now.
    pub fn path(&self) -> &Path {
        match self {
            Self::Written { path, .. } | Self::Skipped { path } => path,
        }
    }
}
