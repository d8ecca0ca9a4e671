//! Owns unfinished files beside inputs, where no lock keeps two runs apart: each is locked while it is being written, so that
//! one that nobody holds is known to be left behind by a run that was killed. Does not own: unfinished files below an output
//! directory (`records.rs`).

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FileType;

use super::folder::Folder;
use super::temporary::{Temporary, is_beside};
use crate::retry::uninterrupted;

/// Times that another run may take a new file for one left behind, in the moment before it is locked.
const TRIES: u32 = 8;

/// The directories in which it was looked for such files.
#[derive(Debug, Default)]
pub(super) struct Beside {
    looked: Mutex<HashSet<PathBuf>>,
}

impl Beside {
    /// A locked temporary. On a file system without locks it is not, and nobody takes it away there either.
    pub(super) fn create<'f>(
        &self,
        folder: &'f Folder,
        mut random: impl FnMut() -> u32,
    ) -> io::Result<Temporary<'f>> {
        for _ in 0..TRIES {
            let temporary = Temporary::create_beside(folder, &mut random)?;
            if uninterrupted(|| temporary.file.lock()).is_err()
                || uninterrupted(|| temporary.file.metadata())?.nlink() > 0
            {
                return Ok(temporary);
            }
            temporary.forget();
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Removes what runs that were killed left in this directory, once in a run. What cannot be removed stays: it is in
    /// nobody's way.
    pub(super) fn tidy(&self, path: &Path, folder: &Folder) {
        let looked = || self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if !looked().contains(path) {
            // Two threads may come here at once; both do no harm.
            _ = reap(folder);
            looked().insert(path.to_owned());
        }
    }
}

fn reap(folder: &Folder) -> io::Result<()> {
    for entry in folder.names()? {
        let (name, _) = entry?;
        if is_beside(&name) {
            _ = remove(folder, &name);
        }
    }
    Ok(())
}

/// Removes a temporary that nobody holds.
fn remove(folder: &Folder, name: &OsStr) -> io::Result<()> {
    if folder.find(name)?.is_none_or(|found| found.kind != FileType::RegularFile) {
        return Ok(());
    }
    // Some network file systems lock only what was opened for writing.
    let file = folder.open_to_write(name)?;
    if file.try_lock().is_ok() && file.metadata()?.nlink() > 0 {
        folder.remove(name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_a_dead_run_left_goes_and_what_is_being_written_stays() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let folder = Folder::open(dir.path()).unwrap();
        let beside = Beside::default();
        let alive = beside.create(&folder, || 1).unwrap();
        let (dead, below) = (".pipeline-beside-00000002.tmp", ".pipeline-00000003.tmp");
        [dead, below, "picture.tmp"].iter().for_each(|name| fs::write(at(name), "half").unwrap());
        fs::create_dir(at(".pipeline-beside-00000004.tmp")).unwrap();
        symlink("picture.tmp", at(".pipeline-beside-00000005.tmp")).unwrap();
        Beside::default().tidy(dir.path(), &folder);
        assert!(!at(dead).exists());
        for kept in [".pipeline-beside-00000001.tmp", ".pipeline-beside-00000004.tmp", below, "picture.tmp"] {
            assert!(at(kept).exists(), "{kept}");
        }
        assert!(at(".pipeline-beside-00000005.tmp").is_symlink());
        alive.close(true).unwrap().rename(OsStr::new("a.png"), false).unwrap();
        assert!(at("a.png").exists());
    }

    #[test]
    fn it_is_looked_once_in_a_directory() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let beside = Beside::default();
        beside.tidy(dir.path(), &folder);
        let left = dir.path().join(".pipeline-beside-00000001.tmp");
        fs::write(&left, "").unwrap();
        beside.tidy(dir.path(), &folder);
        assert!(left.exists());
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the threads stand for two runs")]
    fn runs_that_tidy_and_write_at_once_do_not_take_each_others_files() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let random = std::sync::atomic::AtomicU32::new(0);
        let next = || random.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..300).for_each(|_| reap(&folder).unwrap()));
            for n in 0..300 {
                let temporary = Beside::default().create(&folder, next).unwrap();
                temporary.close(true).unwrap().rename(OsStr::new(&format!("{n}.png")), false).unwrap();
            }
        });
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 300);
    }
}
