//! Owns the names in one directory: sorted, divided by what is to be done with them.
//! Does not own: descending. At most one whole directory is held at a time; a name costs itself and at most 64 bytes.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::walk::Skipped;
use crate::write::{MARKER, is_temporary};

/// The names in one directory, each sort in order of their bytes.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: Vec<Box<OsStr>>,
    pub(super) folders: Vec<Box<OsStr>>,
}

enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// Lists a directory; an empty path is the current one.
///
/// Links (unless followed) and pipes, sockets and devices are counted in `skipped` and left out, unopened. So is, without
/// a count, what this program itself leaves behind: markers and unfinished files.
pub(super) fn list(dir: &Path, follow_links: bool, skipped: &Skipped) -> io::Result<Listing> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut listing = Listing::default();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        match kind(&entry, follow_links) {
            Kind::File if !is_temporary(&name) => listing.files.push(boxed(name)),
            Kind::Folder if name != MARKER => listing.folders.push(boxed(name)),
            Kind::Link => skipped.count_link(),
            Kind::Special => skipped.count_special_file(),
            Kind::File | Kind::Folder => {}
        }
    }
    listing.files.sort_unstable();
    listing.folders.sort_unstable();
    Ok(listing)
}

/// Without the spare room that an `OsString` keeps.
fn boxed(name: OsString) -> Box<OsStr> {
    name.into_boxed_os_str()
}

fn kind(entry: &DirEntry, follow_links: bool) -> Kind {
    // What cannot be examined is taken for a file: reading it will say what is wrong with it, by name.
    let Ok(kind) = entry.file_type() else { return Kind::File };
    let kind = match kind.is_symlink() {
        false => kind,
        true if !follow_links => return Kind::Link,
        true => match fs::metadata(entry.path()) {
            Ok(target) => target.file_type(),
            Err(_) => return Kind::Link,
        },
    };
    match () {
        () if kind.is_file() => Kind::File,
        () if kind.is_dir() => Kind::Folder,
        () => Kind::Special,
    }
}
