//! Owns why a job could not begin, and what a failure of a single picture says about the others, and about a later run.

use super::isolate::{Lost, NoProcess};
use crate::engine::{Failure, Panicked};
use pipeline_stages::display::escape;
use pipeline_stages::read::WalkError;
use pipeline_stages::{Error, OpError};
use rustix::io::Errno;
use std::fmt;
use std::io;
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
        source: io::Error,
    },
    /// Nothing can be written to the output directory.
    #[error("output {}: {error}", escape(.path))]
    Output {
        /// The output directory.
        path: PathBuf,
        /// What is wrong with it.
        error: Error,
    },
    /// Another run writes to the output directory.
    #[error("output {}: {holder} writes to it; wait for its end, or choose another --output", escape(.path))]
    Locked {
        /// The output directory.
        path: PathBuf,
        /// What the other run says of itself: `process 123 since …`.
        holder: String,
    },
    /// The journal cannot be read or written.
    #[error("output {}: cannot use the journal in its .pipeline directory: {source}", escape(.path))]
    Journal {
        /// The output directory.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// It cannot be resumed, because it would be done differently.
    #[error(
        "output {}: the run to resume had other settings; give them again, or --redo to do again what they made\n  {}",
        escape(.path),
        .differences.join("\n  ")
    )]
    OtherSettings {
        /// The output directory.
        path: PathBuf,
        /// A line for each setting that differs.
        differences: Vec<String>,
    },
    /// Pictures cannot be decoded in processes of their own.
    #[error("cannot isolate decoding: {0}; without --isolate it runs in this process")]
    NoIsolation(&'static str),
    /// A process for decoding cannot be had.
    #[error(transparent)]
    NoProcess(#[from] NoProcess),
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
        match self {
            Self::Inputs(errors) => errors.iter().any(|error| error.error.is_environment()),
            Self::Output { .. } | Self::Journal { .. } | Self::NoProcess(_) => true,
            Self::Build(error) => matches!(error, crate::engine::BuildError::Spawn { .. }),
            _ => false,
        }
    }
}

/// Of an input that failed in an earlier run and would fail again.
#[derive(Debug, thiserror::Error)]
#[error("failed before ({stage}: {reason}); --retry-failed tries it again")]
pub(super) struct FailedBefore {
    pub(super) stage: String,
    pub(super) reason: String,
}

/// Records cannot be kept any more, so nothing should be done any more.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the journal: {0}")]
pub(super) struct JournalBroken(#[from] pub(super) io::Error);

struct Lines<'a>(&'a [WalkError]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            write!(f, "{}{error}", if number == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// Whether a failure would meet the other pictures too. An error of the device while one file is read may be that file's
/// alone; while one is written it is the output's.
pub(super) fn is_fatal(failure: &Failure) -> bool {
    if failure.error.is::<JournalBroken>() || failure.error.is::<NoProcess>() {
        return true;
    }
    let Some(error) = failure.error.downcast_ref::<Error>() else { return false };
    error.is_environment() && (&*failure.stage == super::stage::WRITE || !error.is_device())
}

/// Whether the same file would fail again with the same settings: the reason lies in the picture.
pub(super) fn is_final(failure: &Failure) -> bool {
    use Error as E;
    match failure.error.downcast_ref::<Error>() {
        Some(error) => matches!(
            error,
            E::Empty
                | E::UnknownFormat
                | E::Unsupported { .. }
                | E::Damaged { .. }
                | E::Truncated { .. }
                | E::Shape { .. }
                | E::Convert { .. }
                | E::Encode { .. }
        ),
        None => {
            let lost = failure.error.downcast_ref::<Lost>();
            lost.is_some_and(Lost::is_final) || failure.error.is::<Panicked>()
        }
    }
}

/// What to do about a failure that ended a run, as the end of a sentence; `None` if it is not the machine's.
pub fn advice(failure: &Failure) -> Option<&'static str> {
    use Errno as E;
    if failure.error.is::<NoProcess>() {
        return Some("let the run have more processes and memory, or fewer --readers and --decoders");
    }
    let source = match (failure.error.downcast_ref::<JournalBroken>(), failure.error.downcast_ref::<Error>())
    {
        (Some(JournalBroken(source)), _)
        | (_, Some(Error::Io { source, .. } | Error::OutputLost { source })) => source,
        _ => return None,
    };
    match Errno::from_io_error(source) {
        Some(E::NOSPC) => Some("free some space on the disk of the output"),
        Some(E::DQUOT) => Some("free some of your quota on the disk of the output"),
        Some(E::ROFS) => Some("make the disk of the output writable"),
        Some(E::NFILE | E::MFILE) => {
            Some("allow more open files (ulimit -n), or use fewer --readers and --writers")
        }
        Some(E::IO) => Some("look after the disk: it reported an input/output error"),
        Some(
            E::STALE
            | E::NODEV
            | E::NXIO
            | E::NOTCONN
            | E::CONNABORTED
            | E::SHUTDOWN
            | E::HOSTDOWN
            | E::TIMEDOUT
            | E::REMOTEIO,
        ) => Some("see that the disk of the output is there again"),
        Some(E::ACCESS | E::PERM) => Some("let this user write to the output directory"),
        _ if source.kind() == io::ErrorKind::OutOfMemory => {
            Some("give the run more memory, or it less with --memory")
        }
        _ if source.kind() == io::ErrorKind::NotFound => {
            Some("see that the output directory is there, or choose another --output")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_settings_are_listed_below_each_other() {
        let error = JobError::OtherSettings {
            path: "out".into(),
            differences: vec!["encode.format was `png`, is `same`".to_owned()],
        };
        assert!(error.to_string().ends_with("\n  encode.format was `png`, is `same`"), "{error}");
        assert!(!error.is_environment());
    }
}
