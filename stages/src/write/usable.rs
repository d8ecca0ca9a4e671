//! Owns whether the output directory as a whole can be written to: tried out at the beginning, and looked at when one name in
//! it cannot be. Does not own: making it (`prepare.rs`).

use std::ffi::OsStr;
use std::io;

use rustix::fs::FileType;

use super::destination::{Destination, Root, failed};
use super::folder::Folder;
use super::temporary::{TRIAL, Temporary};
use crate::{Error, Result};

impl Destination {
    /// Tries out that a file can be made in the output directory. To be called only while no other run does: what a run
    /// that was killed here has left is removed. In place there is nothing to try.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Refused`] when no file can be made. Then no item would fare better.
    pub fn try_out(&self) -> Result<()> {
        let Root::Below { path, folder } = &self.root else { return Ok(()) };
        let (name, at_fault) = (OsStr::new(TRIAL), failed("cannot use the output directory"));
        match folder.find(name).map_err(&at_fault)?.map(|found| found.kind) {
            None => {}
            Some(FileType::RegularFile) => remove_if_there(folder, name).map_err(&at_fault)?,
            Some(_) => return Err(Error::Refused { path: path.join(name), why: "is not a regular file" }),
        }
        match folder.create(name) {
            // Where there are no locks, another run may be at the same.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            created => created.and_then(|_| remove_if_there(folder, name)).map_err(&at_fault),
        }
    }

    /// What an error says that may be one name's or everybody's: it is the whole directory's if that is not under its path any
    /// more, or nothing can be made in it. In place there is no whole.
    pub(super) fn or_lost(&self, error: Error) -> Error {
        let Root::Below { path, folder } = &self.root else { return error };
        if !error.may_be_everywhere() {
            return error;
        }
        let here = |folder: &Folder| folder.find(OsStr::new(".")).map(|found| found.map(|found| found.place));
        let whole = || -> io::Result<()> {
            if here(&Folder::open(path)?)? != here(folder)? {
                return Err(io::ErrorKind::NotFound.into());
            }
            Temporary::create(folder, || self.random.next()).map(drop)
        };
        whole().map_or_else(|source| Error::OutputLost { source }, |()| error)
    }
}

fn remove_if_there(folder: &Folder, name: &OsStr) -> io::Result<()> {
    match folder.remove(name) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::prepare::MARKER;
    use super::super::temporary::is_below;
    use super::*;
    use crate::write::Existing;
    use std::fs;
    use std::path::Path;
    use tempfile::{TempDir, tempdir};

    fn out(existing: Existing) -> (TempDir, Destination) {
        let dir = tempdir().unwrap();
        let destination = Destination::prepare(dir.path(), existing, false).unwrap();
        (dir, destination)
    }

    #[test]
    fn trying_out_leaves_nothing_and_takes_away_what_a_killed_run_left() {
        let (dir, destination) = out(Existing::Auto);
        let (trial, other) = (dir.path().join(TRIAL), dir.path().join(".pipeline-00000001.tmp"));
        for left in [false, true] {
            if left {
                fs::write(&trial, "").unwrap();
            }
            fs::write(&other, "another run's").unwrap();
            destination.try_out().unwrap();
            assert!(!trial.exists() && other.exists());
        }
        fs::create_dir(&trial).unwrap();
        assert!(matches!(destination.try_out(), Err(Error::Refused { .. })) && trial.is_dir());
        assert!(is_below(OsStr::new(TRIAL)), "reaping and walks know it");
    }

    #[test]
    fn preparing_without_the_lock_makes_nothing_but_the_directories() {
        let (dir, _) = out(Existing::Auto);
        let found: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(found, [MARKER]);
        let left = dir.path().join(".pipeline-00000000.tmp");
        fs::write(&left, "another run's").unwrap();
        Destination::prepare(dir.path(), Existing::Auto, false).unwrap();
        assert!(left.exists(), "another run may be trying out");
    }

    #[test]
    fn a_directory_that_is_gone_as_a_whole_is_not_one_picture_s_fault() {
        let (dir, destination) = out(Existing::Auto);
        let write = || destination.write(Path::new("x/a.jpg"), "png", b"1");
        let denied = || Error::Io { action: "cannot", source: io::ErrorKind::PermissionDenied.into() };
        assert!(matches!(destination.or_lost(denied()), Error::Io { .. }), "all others can be written");
        fs::remove_dir_all(dir.path()).unwrap();
        assert!(matches!(write(), Err(Error::OutputLost { .. })), "{:?}", write());
        fs::create_dir(dir.path()).unwrap();
        assert!(matches!(write(), Err(Error::OutputLost { .. })), "another directory has its name");
        assert!(matches!(Destination::in_place(Existing::Auto, false).or_lost(denied()), Error::Io { .. }));
    }
}
