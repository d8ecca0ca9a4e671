//! Owns what a later run finds in an output directory: this program's own files, results of before, and temporaries that
//! a run which was killed left behind. Does not own: what is written in those files.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use rustix::fs::FileType;

use super::destination::{Destination, Root, failed};
use super::existing::Stamp;
use super::folder::Folder;
use super::prepare::MARKER;
use super::temporary::is_below;
use crate::{Error, Result};

impl Destination {
    /// Opens a file of this program's own in the output directory, to read and to add to; it is made if it is not there.
    /// `None` in place, where there is no output directory.
    ///
    /// # Errors
    /// [`Error::Refused`] when the name is not that of a regular file, [`Error::Io`] for what the operating system refuses.
    pub fn record(&self, name: &str) -> Result<Option<File>> {
        let Root::Below { path, folder } = &self.root else { return Ok(None) };
        let at_fault = failed("cannot open this program's own records");
        let marker = folder.open_inside(OsStr::new(MARKER)).map_err(&at_fault)?;
        let path = || path.join(MARKER).join(name);
        if let Some(found) = marker.find(OsStr::new(name)).map_err(&at_fault)?
            && found.kind != FileType::RegularFile
        {
            return Err(Error::Refused { path: path(), why: "is not a regular file" });
        }
        let file = marker.open_or_create(OsStr::new(name)).map_err(&at_fault)?;
        if self.durable {
            marker.sync().and_then(|()| folder.sync()).map_err(&at_fault)?;
        }
        Ok(Some(file))
    }

    /// Size in bytes, and when it was last written, of the result with this name relative to the output directory;
    /// `None` when there is no regular file of that name, or no output directory.
    ///
    /// # Errors
    /// [`Error::Io`] for what the operating system refuses, [`Error::Refused`] when a link lies on the way.
    pub fn written(&self, result: &Path) -> Result<Option<(u64, Stamp)>> {
        let Some((folder, name)) = self.find_folder(result)? else { return Ok(None) };
        let found = folder.find(name).map_err(failed("cannot examine the output"))?;
        Ok(found
            .filter(|found| found.kind == FileType::RegularFile)
            .map(|found| (found.size, found.modified)))
    }

    /// Opens the result with this name to be read.
    ///
    /// # Errors
    /// As [`Destination::written`].
    pub fn open_result(&self, result: &Path) -> Result<Option<File>> {
        let Some((folder, name)) = self.find_folder(result)? else { return Ok(None) };
        match folder.open_to_read(name) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed("cannot open the output")(e)),
        }
    }

    fn find_folder<'r>(&self, result: &'r Path) -> Result<Option<(Folder, &'r OsStr)>> {
        match (&self.root, result.file_name()) {
            (Root::Below { .. }, Some(name)) => {
                Ok(self.open_folder(result, false)?.map(|folder| (folder, name)))
            }
            _ => Ok(None),
        }
    }

    /// Lets the result with this name, relative to the output directory, be replaced whatever was chosen for files that
    /// exist: the caller knows that an earlier run wrote it. In place this changes nothing.
    pub fn may_replace(&self, result: PathBuf) {
        self.replaceable.lock().unwrap_or_else(PoisonError::into_inner).insert(result);
    }

    /// Whether a later run, asked the same, would find what this one wrote in its way and could not know whose it is. Then
    /// a result should be recorded before it is written, not only afterwards.
    pub fn asks_again(&self) -> bool {
        self.asks_again
    }

    pub(super) fn is_replaceable(&self, result: &Path) -> bool {
        matches!(self.root, Root::Below { .. })
            && self.replaceable.lock().unwrap_or_else(PoisonError::into_inner).contains(result)
    }

    /// Removes the unfinished files below the output directory that runs left behind which were killed; returns how many.
    /// To be called only while no run writes there.
    ///
    /// Only regular files with the names that temporaries have are touched, links are not followed, and a directory that
    /// is itself the output directory of other runs is left alone: one may be under way.
    ///
    /// # Errors
    /// [`Error::Io`] when something cannot be listed or removed. What could be removed is gone then.
    pub fn reap(&self) -> Result<u64> {
        let Root::Below { folder, .. } = &self.root else { return Ok(0) };
        let mut reaping = Reaping { root: folder, pending: vec![PathBuf::new()], removed: 0, trouble: None };
        while let Some(relative) = reaping.pending.pop() {
            if let Err(trouble) = reaping.visit(&relative) {
                reaping.trouble.get_or_insert(trouble);
            }
        }
        match reaping.trouble {
            Some(trouble) => Err(failed("cannot remove what a killed run left behind")(trouble)),
            None => Ok(reaping.removed),
        }
    }
}

struct Reaping<'d> {
    root: &'d Folder,
    /// Relative to the root.
    pending: Vec<PathBuf>,
    removed: u64,
    trouble: Option<io::Error>,
}

impl Reaping<'_> {
    fn visit(&mut self, relative: &Path) -> io::Result<()> {
        let is_root = relative.as_os_str().is_empty();
        let mut folder = self.root.open_inside(OsStr::new("."))?;
        for name in relative {
            folder = folder.open_inside(name)?;
        }
        let (mut folders, mut unfinished) = (Vec::new(), Vec::new());
        for entry in folder.names()? {
            let (name, kind) = entry?;
            if name == MARKER {
                if !is_root {
                    return Ok(());
                }
            } else if is_below(&name) {
                unfinished.push(name);
            } else if is_folder(&folder, &name, kind)? {
                folders.push(relative.join(name));
            }
        }
        self.pending.append(&mut folders);
        unfinished.into_iter().try_for_each(|name| self.remove(&folder, name))
    }

    fn remove(&mut self, folder: &Folder, name: OsString) -> io::Result<()> {
        if folder.find(&name)?.is_some_and(|found| found.kind == FileType::RegularFile) {
            folder.remove(&name)?;
            self.removed += 1;
        }
        Ok(())
    }
}

fn is_folder(folder: &Folder, name: &OsStr, kind: FileType) -> io::Result<bool> {
    match kind {
        FileType::Unknown => Ok(folder.find(name)?.is_some_and(|found| found.kind == FileType::Directory)),
        kind => Ok(kind == FileType::Directory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{Existing, Outcome};
    use std::fs;
    use std::os::unix::fs::symlink;
    use tempfile::{TempDir, tempdir};

    fn out(existing: Existing) -> (TempDir, Destination) {
        let dir = tempdir().unwrap();
        let destination = Destination::prepare(dir.path(), existing, false).unwrap();
        (dir, destination)
    }

    #[test]
    fn scenario_54_temporaries_of_dead_runs_go_and_nothing_else_does() {
        let (dir, destination) = out(Existing::Auto);
        let at = |name: &str| dir.path().join(name);
        for folder in ["x/y", "nested/.pipeline", ".pipeline-0000000f.tmp"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let (gone, kept) = (
            [".pipeline-00000001.tmp", "x/.pipeline-00000002.tmp", "x/y/.pipeline-00000003.tmp"],
            ["a.png", "x/b.tmp", "nested/.pipeline-00000004.tmp", "x/.pipeline-xyz.tmp"],
        );
        gone.iter().chain(&kept).for_each(|name| fs::write(at(name), "").unwrap());
        let elsewhere = tempdir().unwrap();
        fs::write(elsewhere.path().join(".pipeline-00000005.tmp"), "").unwrap();
        symlink(elsewhere.path(), at("link")).unwrap();
        symlink(at("a.png"), at(".pipeline-0000000a.tmp")).unwrap();
        assert_eq!(destination.reap().unwrap(), 3);
        assert!(gone.iter().all(|name| !at(name).exists()));
        assert!(kept.iter().all(|name| at(name).exists()));
        assert!(elsewhere.path().join(".pipeline-00000005.tmp").exists());
        assert!(at(".pipeline-0000000a.tmp").is_symlink() && at(".pipeline-0000000f.tmp").is_dir());
    }

    #[test]
    fn what_was_written_is_told_again_as_it_was() {
        let (_dir, destination) = out(Existing::Auto);
        let outcome = destination.write(Path::new("x/a.jpg"), "png", b"picture").unwrap();
        let Outcome::Written { bytes, modified, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(destination.written(Path::new("x/a.png")).unwrap(), Some((bytes, modified)));
        for missing in ["x/b.png", "y/a.png", "x"] {
            assert_eq!(destination.written(Path::new(missing)).unwrap(), None, "{missing}");
        }
        let mut text = String::new();
        let mut file = destination.open_result(Path::new("x/a.png")).unwrap().unwrap();
        io::Read::read_to_string(&mut file, &mut text).unwrap();
        assert_eq!(text, "picture");
    }

    #[test]
    fn what_the_caller_knows_to_be_ours_is_replaced_and_nothing_else() {
        let (_dir, destination) = out(Existing::Fail);
        let write = |name: &str| destination.write(Path::new(name), "png", b"1");
        assert!(write("a.jpg").is_ok() && write("b.jpg").is_ok());
        destination.may_replace("a.png".into());
        assert!(matches!(write("a.jpg"), Ok(Outcome::Written { .. })));
        assert!(matches!(write("b.jpg"), Err(Error::Exists { .. })));
    }

    #[test]
    fn a_record_that_is_a_link_or_a_pipe_is_refused() {
        let (dir, destination) = out(Existing::Auto);
        assert!(destination.record("lock").unwrap().is_some());
        let victim = dir.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, dir.path().join(".pipeline/journal")).unwrap();
        assert!(matches!(destination.record("journal"), Err(Error::Refused { .. })));
        assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
        assert!(Destination::in_place(Existing::Auto, false).record("journal").unwrap().is_none());
    }
}
