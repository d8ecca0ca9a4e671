//! Owns where results go: below an output directory, or beside their inputs; and what happens to what lies there.
//! Does not own: which input has which result (`claims.rs`), nor records of what was done.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use rustix::fs::FileType;

use super::beside::Beside;
use super::existing::{Existing, Fate, Outcome};
use super::folder::{Folder, Found};
use super::name::{check_inside, target_name};
use super::prepare::{Prepared, prepare};
use super::temporary::Temporary;
use crate::retry::uninterrupted;
use crate::{Error, Result};

/// Where results go. May be shared between threads.
///
/// A result is written to a temporary file in its own directory and then renamed: at every moment, its final name
/// stands for nothing, for what was there before, or for the whole result. If anything fails, no temporary is left.
#[derive(Debug)]
pub struct Destination {
    pub(super) root: Root,
    existing: Existing,
    pub(super) durable: bool,
    /// Whether a later run that is asked the same refuses to replace what this one writes.
    pub(super) asks_again: bool,
    folds_case: bool,
    pub(super) random: Random,
    /// Directories whose own names are known to survive a power loss.
    durable_folders: Mutex<HashSet<PathBuf>>,
    /// Results, relative to the root, that may be replaced whatever `existing` says.
    pub(super) replaceable: Mutex<HashSet<PathBuf>>,
}

#[derive(Debug)]
pub(super) enum Root {
    Below { path: PathBuf, folder: Folder },
    Beside(Beside),
}

/// Where one result goes.
struct Target {
    /// Relative to the root.
    relative: PathBuf,
    name: OsString,
    /// Whether it replaces the very file it is made from, as the user asked.
    replaces_input: bool,
}

impl Destination {
    /// Results go below `root`, which is made if necessary, with its parents and with a directory `.pipeline` for this
    /// program's own records.
    ///
    /// With `durable`, a result that [`Destination::write`] has reported survives a power loss. Whether files can be made there
    /// is tried out by [`Destination::try_out`].
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Refused`] when the directory cannot be used. Then no item would fare better.
    pub fn prepare(root: &Path, existing: Existing, durable: bool) -> Result<Self> {
        let Prepared { folder, made_before, all_ours, folds_case } = prepare(root, durable)?;
        let asks_again = existing == Existing::Fail || existing == Existing::Auto && !all_ours;
        let existing = match existing {
            Existing::Auto if made_before => Existing::Overwrite,
            Existing::Auto => Existing::Fail,
            chosen => chosen,
        };
        let root = Root::Below { path: root.to_owned(), folder };
        Ok(Self { asks_again, ..Self::new(root, existing, durable, folds_case) })
    }

    /// Results go beside their inputs: the landing of each is the input's own path. One with the same name replaces its
    /// input. No other file is ever replaced: it may be an input too. One in the way is left, and the item skipped or
    /// failed, as `existing` says.
    pub fn in_place(existing: Existing, durable: bool) -> Self {
        let existing = if existing == Existing::Auto { Existing::Fail } else { existing };
        Self::new(Root::Beside(Beside::default()), existing, durable, false)
    }

    fn new(root: Root, existing: Existing, durable: bool, folds_case: bool) -> Self {
        let (random, durable_folders, replaceable) = Default::default();
        let asks_again = false;
        Self { root, existing, durable, asks_again, folds_case, random, durable_folders, replaceable }
    }

    /// Whether names that differ only in case are one file here; what [`Claims`](super::Claims) want to know. Not known,
    /// and therefore `false`, in place.
    pub fn folds_case(&self) -> bool {
        self.folds_case
    }

    /// What would happen to the result of `input` if it were written now. Nothing is made or changed.
    ///
    /// Asking before the work saves it where it would be skipped or refused, and is the only protection against
    /// replacing the input itself when an output directory contains inputs.
    ///
    /// # Errors
    /// As [`Destination::write`], and [`Error::Refused`] when the result would replace the input, except in place.
    pub fn fate(&self, input: &Path, landing: &Path, extension: &str) -> Result<Fate> {
        self.look(input, landing, extension).map_err(|error| self.or_lost(error))
    }

    fn look(&self, input: &Path, landing: &Path, extension: &str) -> Result<Fate> {
        let target = self.target(landing, extension)?;
        let found = match self.open_folder(&target.relative, false)? {
            Some(folder) => folder.find(&target.name).map_err(failed("cannot examine the output"))?,
            None => None,
        };
        if let Some(found) = found
            && !target.replaces_input
            && is_at(input, found)?
        {
            return Err(
                self.refused(&target.relative, "is the input itself; choose --in-place or another directory")
            );
        }
        self.decide(&target, found)
    }

    /// Puts a whole file under its final name, and makes the directories above it.
    ///
    /// # Errors
    /// [`Error::Exists`] as `existing` says, [`Error::Refused`] when the name leads out of the output directory, is a
    /// directory or a link, or lies beyond a link, [`Error::Io`] for what the operating system refuses, and
    /// [`Error::OutputLost`] if that is so of the whole output directory.
    pub fn write(&self, landing: &Path, extension: &str, bytes: &[u8]) -> Result<Outcome> {
        self.write_dated(landing, extension, bytes, None)
    }

    /// As [`Destination::write`]; the file says that it was modified then.
    ///
    /// # Errors
    /// As [`Destination::write`]; a file system that does not take the time fails the file.
    pub fn write_dated(
        &self,
        landing: &Path,
        extension: &str,
        bytes: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<Outcome> {
        self.put(landing, extension, bytes, modified).map_err(|error| self.or_lost(error))
    }

    fn put(
        &self,
        landing: &Path,
        extension: &str,
        bytes: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<Outcome> {
        let target = self.target(landing, extension)?;
        let path = self.full_path(&target.relative);
        let Some(folder) = self.open_folder(&target.relative, true)? else {
            return Err(failed("cannot make the directory of the output")(io::ErrorKind::NotFound.into()));
        };
        let found = folder.find(&target.name).map_err(failed("cannot examine the output"))?;
        if self.decide(&target, found)? == Fate::Skip {
            return Ok(Outcome::Skipped { path });
        }
        if let (Root::Beside(beside), Some(parent)) = (&self.root, path.parent()) {
            beside.tidy(parent, &folder);
        }
        let temporary = self.fill(&folder, found, bytes, modified)?;
        let modified = temporary.modified().map_err(failed("cannot examine the output"))?;
        let beside = matches!(self.root, Root::Beside(_));
        // Beside inputs an unfinished file that nobody holds is taken for a dead run's.
        let closed = temporary.close(beside).map_err(failed("cannot finish writing the output"))?;
        let overwrite = self.existing == Existing::Overwrite || self.is_replaceable(&target.relative);
        let replace = target.replaces_input || (!beside && overwrite);
        match closed.rename(&target.name, replace) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && self.existing == Existing::Skip => {
                return Ok(Outcome::Skipped { path });
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Error::Exists { target: target.relative });
            }
            Err(e) => return Err(failed("cannot rename the output")(e)),
        }
        if self.durable {
            folder.sync().map_err(failed("cannot make the output durable"))?;
        }
        Ok(Outcome::Written { path, bytes: bytes.len() as u64, modified })
    }

    fn fill<'f>(
        &self,
        folder: &'f Folder,
        replaces: Option<Found>,
        bytes: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<Temporary<'f>> {
        let random = || self.random.next();
        let created = match &self.root {
            Root::Below { .. } => Temporary::create(folder, random),
            Root::Beside(beside) => beside.create(folder, random),
        };
        let mut temporary = created.map_err(failed("cannot make a file for the output"))?;
        if let Some(found) = replaces {
            found.lend_permissions(&temporary.file);
        }
        temporary.file.write_all(bytes).map_err(failed("cannot write the output"))?;
        if let Some(modified) = modified {
            let dated = uninterrupted(|| temporary.file.set_modified(modified));
            dated.map_err(failed("cannot set the time of the output"))?;
        }
        if self.durable {
            // Never tried a second time: the kernel may have dropped the unwritten pages and would then report success.
            temporary.file.sync_all().map_err(failed("cannot make the output durable"))?;
        }
        Ok(temporary)
    }

    fn target(&self, landing: &Path, extension: &str) -> Result<Target> {
        let relative = target_name(landing, extension);
        let replaces_input = match self.root {
            Root::Below { .. } => {
                check_inside(landing)?;
                false
            }
            Root::Beside(_) => relative == landing,
        };
        match relative.file_name() {
            Some(name) => Ok(Target { name: name.to_owned(), relative, replaces_input }),
            None => Err(Error::Refused { path: landing.to_owned(), why: "is no file name" }),
        }
    }

    fn decide(&self, target: &Target, found: Option<Found>) -> Result<Fate> {
        match found.map(|found| found.kind) {
            None => Ok(Fate::Create),
            Some(FileType::Directory) => Err(self.refused(&target.relative, "is a directory")),
            Some(FileType::Symlink) => Err(self.refused(&target.relative, "is a symbolic link")),
            Some(FileType::RegularFile) if target.replaces_input => Ok(Fate::Replace),
            // In place, another file with that name may itself be an input, read or not yet.
            Some(FileType::RegularFile)
                if matches!(self.root, Root::Beside(_)) && self.existing == Existing::Overwrite =>
            {
                Err(self
                    .refused(&target.relative, "is another file; in place only the input itself is replaced"))
            }
            Some(FileType::RegularFile) if self.is_replaceable(&target.relative) => Ok(Fate::Replace),
            Some(FileType::RegularFile) => match self.existing {
                Existing::Overwrite => Ok(Fate::Replace),
                Existing::Skip => Ok(Fate::Skip),
                Existing::Auto | Existing::Fail => Err(Error::Exists { target: target.relative.clone() }),
            },
            Some(_) => Err(self.refused(&target.relative, "is not a regular file")),
        }
    }

    /// The directory of a target; `None` when it is not there and not to be made.
    pub(super) fn open_folder(&self, relative: &Path, make: bool) -> Result<Option<Folder>> {
        let parent = relative.parent().unwrap_or(Path::new(""));
        let Root::Below { folder: root, .. } = &self.root else {
            return Folder::open(parent).map(Some).map_err(failed("cannot open the directory of the input"));
        };
        let mut so_far = PathBuf::new();
        let mut folder = root.open_inside(OsStr::new(".")).map_err(|source| Error::OutputLost { source })?;
        for name in parent {
            so_far.push(name);
            folder = match folder.open_inside(name) {
                Err(e) if e.kind() == io::ErrorKind::NotFound && !make => return Ok(None),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    folder.make_inside(name).map_err(failed("cannot make the directory of the output"))?;
                    folder.open_inside(name)
                }
                opened => opened,
            }
            .map_err(|source| self.explain(&folder, &so_far, source))
            .and_then(|inner| self.keep_folder(&folder, &so_far, make).map(|()| inner))?;
        }
        Ok(Some(folder))
    }

    /// Makes the name of a directory durable once, whoever made it.
    fn keep_folder(&self, above: &Folder, relative: &Path, make: bool) -> Result<()> {
        if !self.durable || !make {
            return Ok(());
        }
        let known = |folders: &Mutex<HashSet<PathBuf>>| {
            folders.lock().unwrap_or_else(PoisonError::into_inner).contains(relative)
        };
        if !known(&self.durable_folders) {
            above.sync().map_err(failed("cannot make the directory of the output durable"))?;
            let mut folders = self.durable_folders.lock().unwrap_or_else(PoisonError::into_inner);
            folders.insert(relative.to_owned());
        }
        Ok(())
    }

    /// Why a directory on the way could not be opened.
    fn explain(&self, above: &Folder, relative: &Path, source: io::Error) -> Error {
        let found = relative.file_name().and_then(|name| above.find(name).ok().flatten());
        match found.map(|found| found.kind) {
            Some(FileType::Symlink) => self.refused(relative, "is a symbolic link"),
            Some(FileType::Directory) | None => failed("cannot open the directory of the output")(source),
            Some(_) => self.refused(relative, "is not a directory"),
        }
    }

    fn refused(&self, relative: &Path, why: &'static str) -> Error {
        Error::Refused { path: self.full_path(relative), why }
    }

    fn full_path(&self, relative: &Path) -> PathBuf {
        match &self.root {
            Root::Below { path, .. } => path.join(relative),
            Root::Beside(_) => relative.to_owned(),
        }
    }
}

/// Whether a file is the one that was found. Not knowing is no reason to replace it.
fn is_at(input: &Path, found: Found) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    match uninterrupted(|| std::fs::metadata(input)) {
        Ok(input) => Ok((input.dev(), input.ino()) == found.place),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(failed("cannot examine the input")(e)),
    }
}

pub(super) fn failed(action: &'static str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { action, source }
}

/// Numbers that another process does not come upon: from the seed of the standard library's hash maps.
#[derive(Debug, Default)]
pub(super) struct Random {
    seed: RandomState,
    count: AtomicU64,
}

impl Random {
    pub(super) fn next(&self) -> u32 {
        let hash = self.seed.hash_one(self.count.fetch_add(1, Ordering::Relaxed));
        (hash >> 32) as u32
    }
}

#[cfg(test)]
#[path = "destination_tests.rs"]
mod tests;
