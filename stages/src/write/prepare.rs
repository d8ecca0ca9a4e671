//! Owns making an output directory, its `.pipeline` marker, and finding out whose its files are.
//! Does not own: what later goes into `.pipeline` (`records.rs`), nor trying out whether files can be made (`usable.rs`).

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use rustix::fs::FileType;

use super::folder::Folder;
use crate::retry::uninterrupted;
use crate::{Error, Result};

/// The directory in the output directory for this program's own records.
pub(crate) const MARKER: &str = ".pipeline";
/// In it, the sign that the output directory was new or empty at first, so that all its files are results.
const ALL_OURS: &str = "all-ours";

/// A directory that can be written to.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) folder: Folder,
    /// Whether an earlier run made this directory.
    pub(super) made_before: bool,
    /// Whether nothing else can be in it than results: as `made_before`, or it is new.
    pub(super) all_ours: bool,
    /// Whether names that differ only in case are one file here.
    pub(super) folds_case: bool,
}

/// Makes the directory, its parents and its marker where they are missing. Nothing else: no lock is held yet. With `durable`
/// their names survive a power loss.
pub(super) fn prepare(root: &Path, durable: bool) -> Result<Prepared> {
    let failed = |source| Error::Io { action: "cannot use the output directory", source };
    let missing: Vec<&Path> = root.ancestors().take_while(|above| !above.exists()).collect();
    // Not asked for where it is there: of one that cannot be examined at that moment it would be said that it exists.
    if !missing.is_empty() {
        uninterrupted(|| std::fs::create_dir_all(root))
            .map_err(|source| Error::Io { action: "cannot make the output directory", source })?;
    }
    if durable {
        sync_names(root, missing.len())
            .map_err(|source| Error::Io { action: "cannot make the output directory durable", source })?;
    }
    let folder = Folder::open(root).map_err(failed)?;
    let marker_name = OsStr::new(MARKER);
    let was_empty = folder.is_empty_but_for(marker_name).map_err(failed)?;
    let fresh = folder.make_inside(marker_name).map_err(failed)?;
    if folder.find(marker_name).map_err(failed)?.is_none_or(|found| found.kind != FileType::Directory) {
        return Err(Error::Refused { path: root.join(MARKER), why: "is not a directory" });
    }
    let marker = folder.open_inside(marker_name).map_err(failed)?;
    let made_before = !fresh && marker.find(OsStr::new(ALL_OURS)).map_err(failed)?.is_some();
    if was_empty && !made_before {
        ignore_existing(marker.create(OsStr::new(ALL_OURS))).map_err(failed)?;
    }
    let folds_case = folds_case(&folder).map_err(failed)?;
    Ok(Prepared { folder, made_before, all_ours: made_before || was_empty, folds_case })
}

/// Syncs the directories that the names of `root` and of all above it are in, as far as its path tells. Those of the first
/// `made` names have to be synced. The others may have been made by a run that was killed before it had synced them; where that
/// cannot be done, because they are others' and must not be opened, they are believed.
fn sync_names(root: &Path, made: usize) -> io::Result<()> {
    for (number, name) in root.ancestors().enumerate() {
        let Some(parent) = name.parent() else { break };
        let synced = Folder::open(parent).and_then(|folder| folder.sync());
        if number < made {
            synced?;
        }
    }
    Ok(())
}

fn ignore_existing<T>(created: io::Result<T>) -> io::Result<()> {
    match created {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

/// Whether the marker is also found under its name in capitals.
fn folds_case(folder: &Folder) -> io::Result<bool> {
    let (marker, capitals) = (folder.find(OsStr::new(MARKER))?, folder.find(OsStr::new(".PIPELINE"))?);
    Ok(matches!((marker, capitals), (Some(a), Some(b)) if a.place == b.place))
}
