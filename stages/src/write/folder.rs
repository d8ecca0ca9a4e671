//! Owns every call to the file system on the writing side, relative to an open directory and never through a link.
//! Does not own: what is written where. Another operating system needs another version of this file only.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

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
    mode: Mode,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens the directory that a user named; its path may lead through links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { fd: rustix::fs::openat(CWD, path, FOLDER, Mode::empty())? })
    }

    /// Opens a directory in this one; fails if the name is a link.
    pub(super) fn open_inside(&self, name: &OsStr) -> io::Result<Self> {
        Ok(Self { fd: rustix::fs::openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())? })
    }

    /// Makes a directory; `false` when there already was something.
    pub(super) fn make_inside(&self, name: &OsStr) -> io::Result<bool> {
        match rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// What lies under this name, not following a link.
    pub(super) fn find(&self, name: &OsStr) -> io::Result<Option<Found>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Found::from(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// A new, empty file; fails with `AlreadyExists` when there is anything under this name.
    pub(super) fn create(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o666))?))
    }

    /// Renames within this directory, replacing what is there.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.fd, from, &self.fd, to)?)
    }

    /// Renames within this directory; fails with `AlreadyExists` when there is something. Where the file system cannot
    /// promise that, it looks before it renames.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            match renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE) {
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
        Ok(rustix::fs::unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Makes the names in this directory survive a power loss.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.fd)?)
    }

    /// Whether nothing is in it but, perhaps, this name.
    pub(super) fn is_empty_but_for(&self, name: &OsStr) -> io::Result<bool> {
        use std::os::unix::ffi::OsStrExt;
        for entry in rustix::fs::Dir::read_from(&self.fd)? {
            let entry = entry?;
            let found = entry.file_name().to_bytes();
            if found != b"." && found != b".." && found != name.as_bytes() {
                return Ok(false);
            }
        }
        Ok(true)
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
            mode,
        }
    }
}
