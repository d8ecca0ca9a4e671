//! Owns every call to the file system on the writing side, relative to an open directory and never through a link.
//! Does not own: what is written where. Another operating system needs another version of this file only.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, DirEntry, FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

/// An open directory. A name is one component, never a path.
#[derive(Debug)]
pub(super) struct Folder {
    fd: OwnedFd,
}

/// What lies under a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) kind: FileType,
    pub(super) place: (u64, u64),
    pub(super) size: u64,
    /// Seconds and nanoseconds since 1970.
    pub(super) modified: (i64, u32),
    mode: Mode,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens the directory that a user named; its path may lead through links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { fd: retry_on_intr(|| rustix::fs::openat(CWD, path, FOLDER, Mode::empty()))? })
    }

    /// Opens a directory in this one; fails if the name is a link.
    pub(super) fn open_inside(&self, name: &OsStr) -> io::Result<Self> {
        let flags = FOLDER | OFlags::NOFOLLOW;
        Ok(Self { fd: retry_on_intr(|| rustix::fs::openat(&self.fd, name, flags, Mode::empty()))? })
    }

    /// Makes a directory; `false` when there already was something.
    pub(super) fn make_inside(&self, name: &OsStr) -> io::Result<bool> {
        match retry_on_intr(|| rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o777))) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// What lies under this name, not following a link.
    pub(super) fn find(&self, name: &OsStr) -> io::Result<Option<Found>> {
        match retry_on_intr(|| rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)) {
            Ok(stat) => Ok(Some(Found::from(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// A new, empty file; fails with `AlreadyExists` when there is anything under this name.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        self.open_file(name, flags)
    }

    /// A file to read and to add to, made if it is not there; fails if the name is a link.
    pub(super) fn open_or_create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        self.open_file(name, flags)
    }

    /// A file to read; fails if the name is a link, and never waits for a pipe.
    pub(super) fn open_to_read(&self, name: &OsStr) -> io::Result<File> {
        self.open_file(name, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC)
    }

    /// A file to write to, such as is there.
    pub(super) fn open_to_write(&self, name: &OsStr) -> io::Result<File> {
        self.open_file(name, OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC)
    }

    fn open_file(&self, name: &OsStr, flags: OFlags) -> io::Result<File> {
        let opened = retry_on_intr(|| rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o666)));
        Ok(File::from(opened?))
    }

    /// Renames within this directory, replacing what is there.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(retry_on_intr(|| rustix::fs::renameat(&self.fd, from, &self.fd, to))?)
    }

    /// Renames within this directory; fails with `AlreadyExists` when there is something. Where the file system cannot
    /// promise that, it looks before it renames.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            match retry_on_intr(|| renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE)) {
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
                done => return Ok(done?),
            }
        }
        match self.find(to)? {
            Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
            None => self.rename(from, to),
        }
    }

    /// Removes a file.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(retry_on_intr(|| rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()))?)
    }

    /// Makes the names in this directory survive a power loss. Interrupted, it has failed: what it did is not known.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.fd)?)
    }

    /// Whether nothing is in it but, perhaps, this name.
    pub(super) fn is_empty_but_for(&self, name: &OsStr) -> io::Result<bool> {
        for found in self.names()? {
            if found?.0 != name {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All names in it, each with what the directory itself says that it is, which may be `Unknown`.
    pub(super) fn names(&self) -> io::Result<impl Iterator<Item = io::Result<(OsString, FileType)>>> {
        let named = |entry: rustix::io::Result<DirEntry>| match entry {
            Ok(entry) if matches!(entry.file_name().to_bytes(), b"." | b"..") => None,
            Ok(entry) => {
                Some(Ok((OsStr::from_bytes(entry.file_name().to_bytes()).to_owned(), entry.file_type())))
            }
            Err(e) => Some(Err(e.into())),
        };
        Ok(retry_on_intr(|| Dir::read_from(&self.fd))?.filter_map(named))
    }
}

impl Found {
    /// Gives a file the permissions of what it replaces, so that a private picture stays private. A file system
    /// without permissions refuses, and then there are none to keep.
    pub(super) fn lend_permissions(&self, file: &File) {
        _ = rustix::fs::fchmod(file, self.mode);
    }
}

impl From<&Stat> for Found {
    #[allow(clippy::unnecessary_cast, reason = "the width of these fields differs between systems")]
    fn from(stat: &Stat) -> Self {
        let mode = Mode::from_raw_mode(stat.st_mode).intersection(Mode::from_raw_mode(0o777));
        Self {
            kind: FileType::from_raw_mode(stat.st_mode),
            place: (stat.st_dev as u64, stat.st_ino as u64),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: (stat.st_mtime as i64, u32::try_from(stat.st_mtime_nsec).unwrap_or(0)),
            mode,
        }
    }
}
