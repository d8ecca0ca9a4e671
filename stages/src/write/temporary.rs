//! Owns unfinished files: their names, and that none is left behind. Does not own: their final names.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

use super::existing::Stamp;
use super::folder::Folder;
use crate::retry::uninterrupted;

const PREFIX: &str = ".pipeline-";
/// Those beside inputs have names of their own, so that only who knows how takes them away.
const PREFIX_BESIDE: &str = ".pipeline-beside-";
const SUFFIX: &str = ".tmp";
const DIGITS: usize = 8;

/// A new file with a random name in the directory that the finished file is going to be in. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Temporary<'f> {
    name: Name<'f>,
    pub(super) file: File,
}

/// The same once all is written and the file system has had its last chance to object.
#[derive(Debug)]
pub(super) struct Closed<'f> {
    name: Name<'f>,
    /// Keeps a lock on the file until it has its final name.
    _held: Option<File>,
}

/// A name that is gone, or another one, in the end.
#[derive(Debug)]
struct Name<'f> {
    folder: &'f Folder,
    name: OsString,
    settled: bool,
}

impl<'f> Temporary<'f> {
    /// Tries names until one is free; one that is taken was left behind by a run that was killed.
    pub(super) fn create(folder: &'f Folder, random: impl FnMut() -> u32) -> io::Result<Self> {
        Self::named(folder, PREFIX, random)
    }

    /// The same beside inputs: see `beside.rs`.
    pub(super) fn create_beside(folder: &'f Folder, random: impl FnMut() -> u32) -> io::Result<Self> {
        Self::named(folder, PREFIX_BESIDE, random)
    }

    fn named(folder: &'f Folder, prefix: &str, mut random: impl FnMut() -> u32) -> io::Result<Self> {
        const TRIES: u32 = 64;
        for _ in 0..TRIES {
            let name = OsString::from(format!("{prefix}{:0DIGITS$x}{SUFFIX}", random()));
            match folder.create(&name) {
                Ok(file) => return Ok(Self { name: Name { folder, name, settled: false }, file }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// When it was last written to.
    pub(super) fn modified(&self) -> io::Result<Stamp> {
        let found = uninterrupted(|| self.file.metadata())?;
        Ok((found.mtime(), u32::try_from(found.mtime_nsec()).unwrap_or(0)))
    }

    /// Leaves it: somebody has removed it.
    pub(super) fn forget(mut self) {
        self.name.settled = true;
    }

    /// Closes it and hears of the errors that some file systems tell only then: NFS of a full disk, of a quota, of a server
    /// that went away. Dropping a `File` would not. Interrupted, it has failed: what was written is not known. With `hold`, a
    /// lock on the file stays.
    pub(super) fn close(self, hold: bool) -> io::Result<Closed<'f>> {
        let Self { name, file } = self;
        let held = if hold { Some(file.try_clone()?) } else { None };
        nix::unistd::close(file)?;
        Ok(Closed { name, _held: held })
    }
}

impl Closed<'_> {
    /// Gives it its final name, over a file that may be there or, unless `replace`, only where nothing is.
    pub(super) fn rename(mut self, to: &OsStr, replace: bool) -> io::Result<()> {
        let Name { folder, name, .. } = &self.name;
        match replace {
            true => folder.rename(name, to)?,
            false => folder.rename_new(name, to)?,
        }
        self.name.settled = true;
        Ok(())
    }
}

impl Drop for Name<'_> {
    fn drop(&mut self) {
        if !self.settled {
            // Whatever stopped the writing is what the user is told; this could only add to it.
            _ = self.folder.remove(&self.name);
        }
    }
}

/// The file by which a run tries out whether files can be made. Always the same name, and that of an unfinished file: whatever
/// kills a run, the next one comes upon what was left and takes it away.
pub(super) const TRIAL: &str = ".pipeline-00000000.tmp";

/// Whether a name is that of an unfinished file, such as a killed run leaves behind.
pub(crate) fn is_temporary(name: &OsStr) -> bool {
    is_below(name) || is_beside(name)
}

/// Of those below an output directory.
pub(super) fn is_below(name: &OsStr) -> bool {
    has_digits(name, PREFIX)
}

/// Of those beside inputs.
pub(super) fn is_beside(name: &OsStr) -> bool {
    has_digits(name, PREFIX_BESIDE)
}

fn has_digits(name: &OsStr, prefix: &str) -> bool {
    let digits =
        name.to_str().and_then(|name| name.strip_prefix(prefix)).and_then(|name| name.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &std::path::Path) -> Vec<OsString> {
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_dropped_temporary_is_gone_and_its_name_is_known_as_one() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let temporary = Temporary::create(&folder, || 42).unwrap();
        assert!(names(dir.path()).iter().all(|name| is_temporary(name)));
        drop(temporary);
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn a_name_left_behind_is_not_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        std::fs::write(dir.path().join(".pipeline-00000001.tmp"), "old").unwrap();
        let mut random = 0;
        let temporary = Temporary::create(&folder, || {
            random += 1;
            random
        });
        assert_eq!(temporary.unwrap().name.name, ".pipeline-00000002.tmp");
    }

    #[test]
    fn scenario_50_a_file_that_appears_meanwhile_is_kept_and_the_temporary_goes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let temporary = Temporary::create(&folder, || 42).unwrap();
        std::fs::write(dir.path().join("a.png"), "other").unwrap();
        let renamed = temporary.close(false).unwrap().rename(OsStr::new("a.png"), false);
        assert_eq!(renamed.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(dir.path()), ["a.png"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("a.png")).unwrap(), "other");
    }

    #[test]
    fn a_picture_is_not_taken_for_a_temporary() {
        for name in
            ["a.tmp", ".pipeline-.tmp", ".pipeline-xyzxyzxy.tmp", ".pipeline-00000001.jpg", ".pipeline"]
        {
            assert!(!is_temporary(OsStr::new(name)), "{name}");
        }
    }
}
