//! Owns the name of a result: the landing with another extension, checked to stay inside the output directory.
//! Does not own: which format that is.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::prepare::MARKER;
use crate::read::{is_picture_extension, same_format};
use crate::{Error, Result};

/// The landing with the extension of what is written.
///
/// An extension that already stands for the format stays as it is (`a.JPG` remains `a.JPG`), that of another picture
/// format is replaced, and what only looks like an extension is kept, so that `scan.2023` and `scan.2024` do not both
/// become `scan.png`.
///
/// ```
/// use pipeline_stages::write::target_name;
/// assert_eq!(target_name("x/a.JPEG".as_ref(), "jpg"), std::path::Path::new("x/a.JPEG"));
/// assert_eq!(target_name("x/a.jpg".as_ref(), "png"), std::path::Path::new("x/a.png"));
/// assert_eq!(target_name("scan.2024".as_ref(), "png"), std::path::Path::new("scan.2024.png"));
/// ```
pub fn target_name(landing: &Path, extension: &str) -> PathBuf {
    match landing.extension() {
        Some(now) if same_format(now, extension.as_ref()) => landing.to_owned(),
        Some(now) if is_picture_extension(now) => landing.with_extension(extension),
        _ => {
            let mut name = OsString::from(landing);
            name.push(".");
            name.push(extension);
            PathBuf::from(name)
        }
    }
}

/// Refuses what would land outside the output directory or in its `.pipeline` directory.
pub(super) fn check_inside(landing: &Path) -> Result<()> {
    let refused = |why| Error::Refused { path: landing.to_owned(), why };
    let mut components = landing.components().peekable();
    if let Some(Component::Normal(first)) = components.peek()
        && first.eq_ignore_ascii_case(MARKER)
    {
        return Err(refused("is reserved for this program's own records"));
    }
    if components.peek().is_none() {
        return Err(refused("is no file name"));
    }
    match components.all(|component| matches!(component, Component::Normal(_))) {
        true => Ok(()),
        false => Err(refused("leads out of the output directory")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenario_2_a_wrong_extension_is_replaced_by_the_right_one() {
        assert_eq!(target_name(Path::new("a.jpg"), "png"), Path::new("a.png"));
    }

    #[test]
    fn a_name_without_an_extension_gets_one() {
        assert_eq!(target_name(Path::new("x.y/a"), "png"), Path::new("x.y/a.png"));
        assert_eq!(target_name(Path::new(".png"), "png"), Path::new(".png.png"));
    }

    #[test]
    fn scenario_66_nothing_lands_outside_or_in_the_marker() {
        for landing in ["../a", "x/../a", "/a", "", ".", "./a", ".pipeline/journal", ".PIPELINE/x"] {
            assert!(check_inside(Path::new(landing)).is_err(), "{landing}");
        }
        assert!(check_inside(Path::new("x/.pipeline-notes/a.jpg")).is_ok());
    }
}
