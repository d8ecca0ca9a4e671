//! Owns the one error type of this package: why a picture could not be read, decoded, converted, encoded or written.
//! Does not own: what a run does about it (skip, stop, retry), which is the caller's policy.

use rustix::io::Errno;
use std::io;
use std::path::PathBuf;

use crate::Formats;
use crate::display::escape;
use crate::limits::raised_by;

/// Why one picture failed.
///
/// The message is what follows `path: stage: ` in a log line, so it never repeats the name of the picture itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file has no bytes.
    #[error("empty file")]
    Empty,
    /// Neither the content nor anything else says which format this is.
    #[error("not a picture in any known format")]
    UnknownFormat,
    /// A format, or a kind of file within a format, that is recognised but not handled.
    #[error("unsupported: {format}{}", detail(.what))]
    Unsupported {
        /// Name of the format, such as `JPEG`.
        format: &'static str,
        /// What about it is not handled; empty when it is the whole format.
        what: String,
    },
    /// The file does not follow its format.
    #[error("damaged {format}: {reason}")]
    Damaged {
        /// Name of the format.
        format: &'static str,
        /// What is wrong, with the place where it is known.
        reason: String,
    },
    /// The file ends before the picture does.
    #[error("truncated {format}: the file ends before the picture does")]
    Truncated {
        /// Name of the format.
        format: &'static str,
    },
    /// A limit would be exceeded. Checked before anything is allocated.
    #[error("limit: {what} is {value}, at most {limit} allowed{}", raised_by(.what))]
    Limit {
        /// What is limited, with its unit.
        what: &'static str,
        /// What the file asks for.
        value: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A format that is read, but not among those that are allowed ([`Limits::formats`](crate::Limits::formats)).
    #[error(
        "refused: {format} is not among the formats that are allowed ({allowed}); --allow takes a list of them"
    )]
    NotAllowed {
        /// Name of the format.
        format: &'static str,
        /// Those that are allowed.
        allowed: Formats,
    },
    /// An input that was named is not there.
    #[error("no such file or directory; check its name")]
    Missing,
    /// A pattern that no file matches.
    #[error("no file matches this pattern")]
    NoMatch,
    /// A pattern that cannot be understood.
    #[error("not a pattern: {why}")]
    Pattern {
        /// What is wrong with it.
        why: &'static str,
    },
    /// It cannot be said where below the output directory the result would land.
    #[error("no place in the output directory: {why}")]
    Landing {
        /// Why, and what to do.
        why: &'static str,
    },
    /// A directory, pipe, socket or device where a file is wanted.
    #[error("not a file but {kind}")]
    NotAFile {
        /// What it is, such as `a named pipe`.
        kind: &'static str,
    },
    /// The operating system refused.
    #[error("{action}: {source}")]
    Io {
        /// What was tried, such as `cannot open`.
        action: &'static str,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The output directory as a whole, and not only one name in it, cannot be written to any more.
    #[error("the output directory cannot be used any more: {source}")]
    OutputLost {
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The file's size changed between opening and the last byte.
    #[error("changed while reading: {expected} bytes expected, {found} found")]
    Changed {
        /// Size when it was opened, in bytes.
        expected: u64,
        /// Bytes that were there.
        found: u64,
    },
    /// The file was written to while it was read, and kept its size.
    #[error("changed while reading: somebody wrote to it")]
    Rewritten,
    /// Another input already has this output name.
    #[error("its output {} is also that of {}; rename one of them or convert them into different directories", escape(.target), escape(.other))]
    Collision {
        /// The output name that both want, relative to the output directory.
        target: PathBuf,
        /// Label of the input that has it.
        other: String,
    },
    /// The same input was named before, and is converted once.
    #[error("given twice; it is converted once, to {}", escape(.target))]
    GivenTwice {
        /// The output name, relative to the output directory.
        target: PathBuf,
    },
    /// The output exists and may not be replaced.
    #[error("output {} exists; choose --existing overwrite or skip, or another output directory", escape(.target))]
    Exists {
        /// The output file.
        target: PathBuf,
    },
    /// A name or a kind of file that is never followed or written to.
    #[error("refused: {} {why}", escape(.path))]
    Refused {
        /// The path that was refused.
        path: PathBuf,
        /// Why, as the end of a sentence: `is a directory`.
        why: &'static str,
    },
    /// Width, height and color do not fit the number of samples that came with them.
    #[error("a {width}x{height} picture of {channels} channels needs {expected} samples, {found} given")]
    Shape {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Samples per pixel.
        channels: usize,
        /// Samples that width, height and color ask for.
        expected: u64,
        /// Samples that were given.
        found: u64,
    },
    /// An op cannot be applied to this picture.
    #[error("cannot {op}: {reason}")]
    Convert {
        /// The op's name, such as `crop`.
        op: &'static str,
        /// Why, and what to do.
        reason: String,
    },
    /// The output format cannot hold the picture, or its encoder failed.
    #[error("cannot write as {format}: {reason}")]
    Encode {
        /// Name of the output format.
        format: &'static str,
        /// Why.
        reason: String,
    },
}

/// `Result` with this package's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

fn detail(what: &str) -> String {
    if what.is_empty() { String::new() } else { format!(", {what}") }
}

impl Error {
    /// Whether the machine failed rather than the picture: disk full, quota, read-only, too many open files, no memory, a
    /// fault of the device, the whole output directory gone or closed. Such an error will meet the next picture too, so a run
    /// should stop admitting.
    pub fn is_environment(&self) -> bool {
        use Errno as E;
        let source = match self {
            Error::OutputLost { .. } => return true,
            Error::Io { source, .. } => source,
            _ => return false,
        };
        if source.kind() == io::ErrorKind::OutOfMemory {
            return true;
        }
        let full = [E::NOSPC, E::DQUOT, E::ROFS, E::NFILE, E::MFILE];
        self.is_device() || Errno::from_io_error(source).is_some_and(|errno| full.contains(&errno))
    }

    /// Whether a device, or the server behind it, failed or went away. While a file is read it may be that file's alone: a bad
    /// sector, a file that was removed on its server, a socket.
    pub fn is_device(&self) -> bool {
        use Errno as E;
        let Error::Io { source, .. } = self else { return false };
        let gone = [
            E::IO,
            E::STALE,
            E::NODEV,
            E::NXIO,
            E::NOTCONN,
            E::CONNABORTED,
            E::SHUTDOWN,
            E::HOSTDOWN,
            E::TIMEDOUT,
            E::REMOTEIO,
        ];
        Errno::from_io_error(source).is_some_and(|errno| gone.contains(&errno))
    }

    /// Whether it may be that of one name or that of the whole directory, which has to be looked at then.
    pub(crate) fn may_be_everywhere(&self) -> bool {
        use io::ErrorKind as K;
        matches!(self, Error::Io { source, .. } if matches!(source.kind(), K::NotFound | K::PermissionDenied))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_the_machines_fault_and_a_missing_file_is_not() {
        use Errno as E;
        let io = |errno: Errno| Error::Io { action: "cannot write", source: errno.into() };
        let device = [E::IO, E::STALE, E::NODEV, E::NXIO];
        for errno in [E::NOSPC, E::DQUOT, E::ROFS, E::NOMEM, E::NFILE, E::MFILE].into_iter().chain(device) {
            assert!(io(errno).is_environment(), "{errno}");
            assert_eq!(io(errno).is_device(), device.contains(&errno), "{errno}");
        }
        // Without a number of the operating system.
        let of_kind = io::Error::from(io::ErrorKind::OutOfMemory);
        assert!(Error::Io { action: "cannot read", source: of_kind }.is_environment());
        for errno in [E::NOENT, E::ACCESS, E::PERM, E::NAMETOOLONG, E::INTR, E::FBIG] {
            assert!(!io(errno).is_environment() && !io(errno).is_device(), "{errno}");
        }
        assert!(!Error::Empty.is_environment());
        assert!(Error::OutputLost { source: E::NOENT.into() }.is_environment());
    }
}
