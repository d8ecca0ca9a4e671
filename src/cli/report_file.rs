//! The file that a report is written to. Owns: that it can be written is known before the work, and that an older report
//! is whole until the new one is. Does not own: what is in it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Tries out that a report can be written there, and leaves everything as it was. `output` is a directory that the work
/// will make.
pub(super) fn check(path: &Path, output: &Path) -> io::Result<()> {
    if !output.exists() && directory(path).components().eq(output.components()) {
        return Ok(());
    }
    match Target::of(path)? {
        Target::Direct(path) => OpenOptions::new().write(true).open(path).map(drop),
        Target::Replace(path) => Temporary::beside(&path).map(drop),
    }
}

/// Writes the report; a failure leaves what was there before.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    match Target::of(path)? {
        Target::Direct(path) => OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes()),
        Target::Replace(path) => Temporary::beside(&path)?.put(text, &path),
    }
}

enum Target {
    /// A pipe or a device: what is there cannot be replaced.
    Direct(PathBuf),
    /// A file, or nothing yet; where links lead.
    Replace(PathBuf),
}

impl Target {
    fn of(path: &Path) -> io::Result<Self> {
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::Replace(path.to_owned()));
            }
            Err(error) => return Err(error),
        };
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !found.is_file() {
            return Ok(Self::Direct(path.to_owned()));
        }
        // Replacing asks the directory only; a file that is protected from writing is protected from this too.
        OpenOptions::new().write(true).open(path)?;
        fs::canonicalize(path).map(Self::Replace)
    }
}

/// A new file beside the target, gone when it is dropped.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn beside(target: &Path) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            // As the temporaries of results are called, which no walk takes for input.
            let random = RandomState::new().hash_one(tries) as u32;
            let path = directory(target).join(OsString::from(format!(".pipeline-{random:08x}.tmp")));
            match File::create_new(&path) {
                Ok(file) => return Ok(Self { path, file }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < 100 => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn put(mut self, text: &str, target: &Path) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        if let Ok(found) = fs::metadata(target) {
            self.file.set_permissions(found.permissions())?;
        }
        fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing under this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn names(dir: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_check_changes_nothing_and_a_report_replaces_the_older_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.json");
        check(&path, Path::new("out")).unwrap();
        assert!(names(dir.path()).is_empty());
        fs::write(&path, "old").unwrap();
        check(&path, Path::new("out")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(dir.path()), ["r.json"]);
    }

    #[test]
    fn a_link_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("r.json"), dir.path().join("latest.json"));
        fs::write(&file, "old").unwrap();
        symlink("r.json", &link).unwrap();
        write(&link, "new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn only_a_missing_directory_that_the_work_makes_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        assert!(check(&out.join("r.json"), &out).is_ok());
        assert!(check(&dir.path().join("other/r.json"), &out).is_err());
        fs::create_dir(dir.path().join("r.json")).unwrap();
        assert!(check(&dir.path().join("r.json"), &out).is_err());
    }
}
