//! Owns reading one file whole: never more than allowed, never half, never from a pipe or a device.
//! Does not own: which files, and what is in them.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::buffer::spare_capacity;
use rustix::fs::OFlags;

use super::claim::{CLAIM_BYTES, claims_by_name, looks_like_picture};
use super::walk::Entry;
use crate::limits::FILE;
use crate::retry::uninterrupted;
use crate::{Error, Result};

/// The bytes of one file of at most `max_file_bytes`.
///
/// The size is checked before anything is allocated or read, so that a sparse file of a terabyte costs nothing.
///
/// # Errors
/// [`Error::Limit`] when it is larger, [`Error::Empty`], [`Error::NotAFile`] for a directory, pipe, socket or device
/// (which is never waited for), [`Error::Changed`] or [`Error::Rewritten`] when somebody wrote to it meanwhile,
/// [`Error::Io`] for what the operating system refuses.
pub fn read_file(path: &Path, max_file_bytes: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_file_into(path, max_file_bytes, &mut bytes)?;
    Ok(bytes)
}

/// As [`read_file`], into a buffer that is cleared first and whose allocation is used again.
///
/// # Errors
/// As [`read_file`]; what is in the buffer then is not defined.
pub fn read_file_into(path: &Path, max_file_bytes: u64, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.clear();
    Opened::open(path)?.read_rest(max_file_bytes, bytes)
}

/// The bytes of a file that a walk found, or `None` when nothing claims that it is a picture.
///
/// A file that was named explicitly is always read. Of one that was found in a directory, and whose extension is not
/// that of a picture, only the first bytes are read unless they claim one: a film is not read to the end.
///
/// # Errors
/// As [`read_file`].
pub fn read_entry(entry: &Entry, max_file_bytes: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let opened = Opened::open(&entry.path)?;
    if !entry.explicit && !claims_by_name(&entry.path) {
        bytes.reserve_exact(CLAIM_BYTES);
        opened.read_until(CLAIM_BYTES, &mut bytes)?;
        if !looks_like_picture(&entry.path, &bytes) {
            return Ok(None);
        }
    }
    opened.read_rest(max_file_bytes, &mut bytes)?;
    Ok(Some(bytes))
}

/// An open regular file and what it was when it was opened.
struct Opened {
    file: File,
    size: u64,
    written: (i64, i64),
}

impl Opened {
    fn open(path: &Path) -> Result<Self> {
        // Without NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
        let file =
            OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|e| open_error(path, e))?;
        let found = examine(&file)?;
        if !found.is_file() {
            return Err(Error::NotAFile { kind: kind_name(&found) });
        }
        Ok(Self { size: found.len(), written: written(&found), file })
    }

    fn read_rest(&self, max_file_bytes: u64, bytes: &mut Vec<u8>) -> Result<()> {
        if self.size > max_file_bytes {
            return Err(Error::Limit { what: FILE, value: self.size, limit: max_file_bytes });
        }
        let too_large = || Error::Limit { what: FILE, value: self.size, limit: isize::MAX as u64 };
        let size = usize::try_from(self.size).map_err(|_| too_large())?;
        // One byte more than expected, which nothing fills unless the file has grown or hides its size.
        let room = size.saturating_add(1).saturating_sub(bytes.len());
        bytes.try_reserve_exact(room).map_err(|_| out_of_memory())?;
        self.read_until(size.max(1), bytes)?;
        self.check_unchanged(bytes.len() as u64)
    }

    /// Reads until the buffer holds at least `wanted` bytes or the file ends. The buffer must have room for them.
    fn read_until(&self, wanted: usize, bytes: &mut Vec<u8>) -> Result<()> {
        while bytes.len() < wanted {
            let read = rustix::io::retry_on_intr(|| rustix::io::read(&self.file, spare_capacity(bytes)));
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => return Err(Error::Io { action: "cannot read", source: e.into() }),
            }
        }
        Ok(())
    }

    fn check_unchanged(&self, found: u64) -> Result<()> {
        let now = examine(&self.file)?;
        let found = if now.len() == self.size { found } else { now.len() };
        if found != self.size {
            return Err(Error::Changed { expected: self.size, found });
        }
        if found == 0 {
            return Err(Error::Empty);
        }
        if written(&now) != self.written {
            return Err(Error::Rewritten);
        }
        Ok(())
    }
}

fn examine(file: &File) -> Result<Metadata> {
    uninterrupted(|| file.metadata()).map_err(|source| Error::Io { action: "cannot examine", source })
}

fn written(of: &Metadata) -> (i64, i64) {
    (of.mtime(), of.mtime_nsec())
}

fn out_of_memory() -> Error {
    Error::Io { action: "cannot hold the file", source: io::Error::from(io::ErrorKind::OutOfMemory) }
}

/// A socket cannot be opened at all; its own name says more than "no such device".
fn open_error(path: &Path, source: io::Error) -> Error {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() && !found.is_dir() => Error::NotAFile { kind: kind_name(&found) },
        _ => Error::Io { action: "cannot open", source },
    }
}

/// What this is, for people, when it is not a regular file.
pub(super) fn kind_name(found: &Metadata) -> &'static str {
    let kind = found.file_type();
    match () {
        () if kind.is_dir() => "a directory",
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () => "a device",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    fn entry(path: &Path, explicit: bool) -> Entry {
        Entry { path: path.to_owned(), landing: "x".into(), explicit }
    }

    #[test]
    fn a_file_is_read_whole_and_a_buffer_is_used_again() {
        let dir = tempfile::tempdir().unwrap();
        let (long, short) = (dir.path().join("long"), dir.path().join("short"));
        fs::write(&long, vec![7; 300_000]).unwrap();
        fs::write(&short, b"abc").unwrap();
        let mut bytes = Vec::new();
        read_file_into(&long, 1 << 20, &mut bytes).unwrap();
        assert_eq!(bytes, vec![7; 300_000]);
        let before = bytes.as_ptr();
        read_file_into(&short, 1 << 20, &mut bytes).unwrap();
        assert_eq!((bytes.as_slice(), bytes.as_ptr()), (b"abc".as_slice(), before));
    }

    #[test]
    fn scenario_1_a_file_without_bytes_is_empty() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(read_file(file.path(), 10), Err(Error::Empty)));
    }

    #[test]
    fn scenario_41_a_sparse_file_is_refused_by_its_size() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 40).unwrap();
        let refused = read_file(file.path(), 1 << 30);
        assert!(
            matches!(refused, Err(Error::Limit { value, limit, .. }) if value == 1 << 40 && limit == 1 << 30)
        );
    }

    #[test]
    fn a_file_of_exactly_the_limit_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(&[1; 100]).unwrap();
        assert_eq!(read_file(file.path(), 100).unwrap().len(), 100);
        assert!(read_file(file.path(), 99).is_err());
    }

    #[test]
    fn scenario_40_growth_and_shrinking_are_noticed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(&[1; 1000]).unwrap();
        for now in [2000, 500] {
            let opened = Opened::open(file.path()).unwrap();
            file.as_file().set_len(now).unwrap();
            let changed = opened.read_rest(1 << 20, &mut Vec::new());
            assert!(matches!(changed, Err(Error::Changed { found, .. }) if found == now), "{changed:?}");
        }
    }

    #[test]
    fn scenario_40_writing_within_the_same_size_is_noticed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all(&[1; 1000]).unwrap();
        let mut opened = Opened::open(file.path()).unwrap();
        // The clock of a file system may be too coarse to tell two writes of a test apart.
        opened.written.0 -= 1;
        assert!(matches!(opened.read_rest(1 << 20, &mut Vec::new()), Err(Error::Rewritten)));
    }

    #[test]
    fn a_file_that_hides_its_size_is_not_read_in_half() {
        let hidden = Path::new("/proc/self/status");
        if hidden.exists() {
            assert!(matches!(read_file(hidden, 1 << 20), Err(Error::Changed { expected: 0, .. })));
        }
    }

    #[test]
    fn scenario_37_pipes_sockets_devices_and_directories_are_refused_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let (pipe, socket) = (dir.path().join("pipe"), dir.path().join("socket"));
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let kind = |path: &Path| match read_file(path, 10) {
            Err(Error::NotAFile { kind }) => kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(&pipe), "a named pipe");
        assert_eq!(kind(&socket), "a socket");
        assert_eq!(kind(Path::new("/dev/null")), "a device");
        assert_eq!(kind(dir.path()), "a directory");
    }

    #[test]
    fn scenario_39_a_file_that_vanished_is_an_error() {
        let gone = read_file(Path::new("/nowhere/at/all.jpg"), 10);
        assert!(matches!(gone, Err(Error::Io { action: "cannot open", .. })));
    }

    #[test]
    fn scenario_3_a_found_file_that_claims_nothing_is_passed_over_and_a_named_one_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let notes = dir.path().join("notes.txt");
        fs::write(&notes, b"buy milk").unwrap();
        assert_eq!(read_entry(&entry(&notes, false), 100).unwrap(), None);
        assert_eq!(read_entry(&entry(&notes, true), 100).unwrap().unwrap(), b"buy milk");
    }

    #[test]
    fn scenario_3_a_film_is_passed_over_however_large_it_is() {
        let film = tempfile::NamedTempFile::with_suffix(".mp4").unwrap();
        film.as_file().set_len(1 << 40).unwrap();
        assert_eq!(read_entry(&entry(film.path(), false), 1000).unwrap(), None);
    }

    #[test]
    fn a_picture_without_an_extension_is_read_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[5; 1000]].concat();
        file.as_file().write_all(&picture).unwrap();
        assert_eq!(read_entry(&entry(file.path(), false), 2000).unwrap().unwrap(), picture);
        assert!(matches!(read_entry(&entry(file.path(), false), 1000), Err(Error::Limit { .. })));
    }
}
