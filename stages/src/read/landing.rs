//! Owns the rule for where the result of a named file lands below the output directory.
//! Does not own: the output directory itself, extensions, and what already lies there.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::{Error, Result};

/// Where things land. Without a base: as given, without a leading `/` or `./`, and never through `..`. With a base: the
/// path relative to it.
///
/// The base is compared by name only. Links are not resolved: a file lands where its name says.
#[derive(Debug, Clone, Default)]
pub(super) struct Landing {
    base: Option<Base>,
}

#[derive(Debug, Clone)]
struct Base {
    path: PathBuf,
    current_dir: PathBuf,
}

impl Landing {
    /// Everything lands relative to this directory.
    pub(super) fn relative_to(base: &Path) -> io::Result<Self> {
        let current_dir = std::env::current_dir()?;
        Ok(Self { base: Some(Base { path: normal(&current_dir.join(base)), current_dir }) })
    }

    /// Where a named file, or the fixed part of a pattern, lands.
    pub(super) fn of_named(&self, path: &Path) -> Result<PathBuf> {
        match &self.base {
            Some(base) => base.landing(path),
            None => as_given(path),
        }
    }

    /// What the paths below a named directory are prefixed with: nothing, unless there is a base.
    pub(super) fn of_directory(&self, path: &Path) -> Result<PathBuf> {
        self.base.as_ref().map_or_else(|| Ok(PathBuf::new()), |base| base.landing(path))
    }
}

impl Base {
    fn landing(&self, path: &Path) -> Result<PathBuf> {
        let absolute = normal(&self.current_dir.join(path));
        match absolute.strip_prefix(&self.path) {
            Ok(relative) => Ok(relative.to_owned()),
            Err(_) => Err(Error::Landing { why: "it is not below the --base directory" }),
        }
    }
}

fn as_given(path: &Path) -> Result<PathBuf> {
    let mut landing = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => landing.push(name),
            Component::ParentDir => {
                return Err(Error::Landing {
                    why: "its path contains `..`; name a directory above it with --base",
                });
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Ok(landing)
}

/// An absolute path without `.` and `..`, by name only.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = normal.pop(),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(path: &str) -> Option<String> {
        Landing::default().of_named(Path::new(path)).ok().map(|landing| landing.display().to_string())
    }

    #[test]
    fn a_named_file_lands_as_given_without_a_leading_slash_or_dot() {
        assert_eq!(named("a.jpg").unwrap(), "a.jpg");
        assert_eq!(named("./x/./a.jpg").unwrap(), "x/a.jpg");
        assert_eq!(named("/data/x/a.jpg").unwrap(), "data/x/a.jpg");
    }

    #[test]
    fn a_path_through_the_parent_is_refused_without_a_base() {
        assert_eq!(named("../a.jpg"), None);
        assert_eq!(named("x/../../a.jpg"), None);
    }

    #[test]
    fn with_a_base_everything_lands_relative_to_it() {
        let landing = Landing::relative_to(Path::new("/data/photos")).unwrap();
        let of = |path: &str| landing.of_named(Path::new(path)).ok();
        assert_eq!(of("/data/photos/2024/a.jpg").unwrap(), Path::new("2024/a.jpg"));
        assert_eq!(of("/data/photos/x/../a.jpg").unwrap(), Path::new("a.jpg"));
        assert_eq!(of("/data/other/a.jpg"), None);
        assert_eq!(of("/data/photos/../a.jpg"), None);
    }

    #[test]
    fn a_base_may_be_relative_and_above() {
        let landing = Landing::relative_to(Path::new("..")).unwrap();
        assert_eq!(landing.of_named(Path::new("../x/a.jpg")).unwrap(), Path::new("x/a.jpg"));
    }

    proptest! {
        #[test]
        fn nothing_ever_lands_outside(path in "(/|\\.|\\.\\.|a|b){0,12}", base in prop::option::of("/?(a|b|\\.\\./)*")) {
            let landing = base.map_or_else(Landing::default, |b| Landing::relative_to(Path::new(&b)).unwrap());
            if let Ok(landing) = landing.of_named(Path::new(&path)) {
                prop_assert!(landing.components().all(|c| matches!(c, Component::Normal(_))), "{landing:?}");
            }
        }
    }
}
