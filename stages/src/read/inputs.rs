//! Owns what was named as input: files, directories, patterns, lists; checked before anything runs.
//! Does not own: finding the files, which the [`Walk`] does.

use std::fs;
use std::io::BufRead;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::file::kind_name;
use super::glob::{self, Pattern};
use super::landing::Landing;
use super::list::{List, Separator};
use super::walk::{Walk, WalkError};
use crate::retry::uninterrupted;
use crate::{Error, Result};

/// What to convert. Made by naming things one by one, used by [`Inputs::walk`].
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # std::fs::create_dir(dir.path().join("2024"))?;
/// # std::fs::write(dir.path().join("2024/a.jpg"), "")?;
/// # let photos = dir.path();
/// use pipeline_stages::read::{Inputs, Separator};
/// let list: &[u8] = b"one.jpg\nsome/two.jpg\n";
/// let inputs = Inputs::new().with(photos)?.list("stdin", Box::new(list), Separator::Newline);
/// let landings = inputs.walk().map(|entry| Ok(entry?.landing)).collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
/// assert_eq!(landings, ["2024/a.jpg", "one.jpg", "some/two.jpg"].map(std::path::PathBuf::from));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Inputs {
    pub(super) landing: Landing,
    pub(super) follow_links: bool,
    pub(super) excluded: Vec<PathBuf>,
    pub(super) sources: Vec<Source>,
}

/// One thing that was named.
#[derive(Debug)]
pub(super) enum Source {
    File { path: PathBuf, landing: PathBuf },
    Directory { path: PathBuf, landing: PathBuf },
    Pattern { written: PathBuf, pattern: Pattern, landing: PathBuf },
    List { name: PathBuf, list: List },
}

impl Inputs {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything lands at its path relative to this directory, whatever it was named as. Call it before naming inputs.
    ///
    /// # Errors
    /// When the current directory cannot be found out.
    pub fn base(mut self, base: &Path) -> Result<Self, WalkError> {
        let landing = Landing::relative_to(base).map_err(|source| {
            WalkError::new(base, Error::Io { action: "cannot find the current directory", source })
        })?;
        self.landing = landing;
        Ok(self)
    }

    /// Whether links inside directories are followed. They are skipped and counted otherwise; a link that is named as
    /// an input is always followed.
    #[must_use]
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.follow_links = follow;
        self
    }

    /// A directory that is never walked, such as an output directory inside the input. It need not exist yet.
    #[must_use]
    pub fn exclude(mut self, directory: &Path) -> Self {
        self.excluded.push(directory.to_owned());
        self
    }

    /// Adds a file, a directory, or, if there is no such file and the name contains `*`, `?` or `[`, a pattern, which
    /// must match something by now.
    ///
    /// Below a directory, files land at their path relative to it; a named file and what a pattern matches land as
    /// given, without a leading `/` or `./`. A pattern matches files, `**` any depth of directories.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Pattern`], [`Error::NoMatch`], [`Error::Landing`] for a path through `..` without a
    /// base, [`Error::NotAFile`] for pipes and devices.
    pub fn with(mut self, path: impl AsRef<Path>) -> Result<Self, WalkError> {
        self.push(path.as_ref())?;
        Ok(self)
    }

    /// As [`Inputs::with`], for naming several and reporting all that are wrong.
    ///
    /// # Errors
    /// As [`Inputs::with`].
    pub fn push(&mut self, path: &Path) -> Result<(), WalkError> {
        let source = self.source(path).map_err(|error| WalkError::new(path, error))?;
        self.sources.push(source);
        Ok(())
    }

    /// Adds the files that a list names. They land as given; a directory in a list is an error, not a walk. `name` is
    /// what messages call the list.
    #[must_use]
    pub fn list(
        mut self,
        name: impl Into<PathBuf>,
        reader: Box<dyn BufRead + Send>,
        separator: Separator,
    ) -> Self {
        self.sources.push(Source::List { name: name.into(), list: List::new(reader, separator) });
        self
    }

    /// Starts the walk. Nothing is listed before the first `next`.
    pub fn walk(self) -> Walk {
        Walk::new(self)
    }

    /// A second walk over the same inputs, to count them while the first is under way; `None` when one of them is a
    /// list, which can be read only once.
    pub fn counting_walk(&self) -> Option<Walk> {
        let sources = self.sources.iter().map(Source::again).collect::<Option<Vec<_>>>()?;
        Some(self.walk_of(sources))
    }

    fn source(&self, path: &Path) -> Result<Source> {
        let found = match uninterrupted(|| fs::metadata(path)) {
            Ok(found) => found,
            Err(_) if glob::is_pattern(path) && path.symlink_metadata().is_err() => {
                return self.pattern(path);
            }
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Err(Error::Missing),
            Err(source) => return Err(Error::Io { action: "cannot examine", source }),
        };
        let path = path.to_owned();
        match () {
            () if found.is_dir() => {
                Ok(Source::Directory { landing: self.landing.of_directory(&path)?, path })
            }
            () if found.is_file() => Ok(Source::File { landing: self.landing.of_named(&path)?, path }),
            () => Err(Error::NotAFile { kind: kind_name(&found) }),
        }
    }

    fn pattern(&self, written: &Path) -> Result<Source> {
        let pattern = Pattern::new(written)?;
        let base = if pattern.base.as_os_str().is_empty() { Path::new(".") } else { &pattern.base };
        if !base.is_dir() {
            return Err(Error::Missing);
        }
        let landing = self.landing.of_named(&pattern.base)?;
        let source = || Source::Pattern {
            landing: landing.clone(),
            pattern: pattern.clone(),
            written: written.to_owned(),
        };
        // Walked up to its first match, so that a pattern without one is told before anything runs.
        match self.walk_of(vec![source()]).next() {
            None | Some(Err(WalkError { error: Error::NoMatch, .. })) => Err(Error::NoMatch),
            Some(_) => Ok(source()),
        }
    }

    fn walk_of(&self, sources: Vec<Source>) -> Walk {
        let (landing, excluded) = (self.landing.clone(), self.excluded.clone());
        Self { landing, follow_links: self.follow_links, excluded, sources }.walk()
    }
}

impl Source {
    fn again(&self) -> Option<Self> {
        Some(match self {
            Self::File { path, landing } => Self::File { path: path.clone(), landing: landing.clone() },
            Self::Directory { path, landing } => {
                Self::Directory { path: path.clone(), landing: landing.clone() }
            }
            Self::Pattern { written, pattern, landing } => {
                Self::Pattern { written: written.clone(), pattern: pattern.clone(), landing: landing.clone() }
            }
            Self::List { .. } => return None,
        })
    }
}

/// Whether two paths are one existing file or directory, however they are spelled.
pub fn same_place(a: &Path, b: &Path) -> bool {
    matches!((place(a), place(b)), (Some(a), Some(b)) if a == b)
}

/// Device and number: what a file is, whatever it is called. Follows links; `None` if there is nothing.
pub(super) fn place(path: &Path) -> Option<(u64, u64)> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}
