//! Owns the promise that no two inputs write the same file. Does not own: what already lies in the output directory.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::path::{Component, Path};
use std::sync::{Mutex, PoisonError};

use crate::{Error, Result};

/// The targets that the inputs of one run have claimed. May be shared between threads; who claims first has it, so for
/// the same outcome every time claim in the order of the inputs.
///
/// Holds a fingerprint of 128 bits per target instead of its name, and the label of its input: about 32 bytes and the
/// label.
///
/// ```
/// use pipeline_stages::write::Claims;
/// let claims = Claims::new(false);
/// claims.claim("a.png".as_ref(), "a.jpg")?;
/// let error = claims.claim("a.png".as_ref(), "a.gif").unwrap_err();
/// assert!(error.to_string().contains("also that of a.jpg"));
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug)]
pub struct Claims {
    fold_case: bool,
    keys: [RandomState; 2],
    labels: Mutex<HashMap<u128, Box<str>>>,
}

impl Claims {
    /// No claims yet. `fold_case` says that names which differ only in case are one file
    /// ([`Destination::folds_case`](super::Destination::folds_case)).
    pub fn new(fold_case: bool) -> Self {
        Self { fold_case, keys: [RandomState::new(), RandomState::new()], labels: Mutex::default() }
    }

    /// Claims a target for the input with this label.
    ///
    /// # Errors
    /// [`Error::Collision`], naming the other input, when the target is taken; [`Error::GivenTwice`] when it was taken by
    /// an input of the same name.
    pub fn claim(&self, target: &Path, label: &str) -> Result<()> {
        let mut labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        match labels.entry(self.fingerprint(target)) {
            Entry::Vacant(free) => {
                free.insert(label.into());
                Ok(())
            }
            Entry::Occupied(taken) if same_name(taken.get(), label) => {
                Err(Error::GivenTwice { target: target.to_owned() })
            }
            Entry::Occupied(taken) => {
                Err(Error::Collision { target: target.to_owned(), other: taken.get().to_string() })
            }
        }
    }

    fn fingerprint(&self, target: &Path) -> u128 {
        let bytes = target.as_os_str().as_encoded_bytes();
        let folded = if self.fold_case { fold(bytes) } else { Vec::new() };
        let name = if self.fold_case { folded.as_slice() } else { bytes };
        let [high, low] = self.keys.each_ref().map(|key| u128::from(key.hash_one(name)));
        high << 64 | low
    }
}

/// Whether two labels are one path, however many `./` it is written with.
fn same_name(a: &str, b: &str) -> bool {
    fn names(label: &str) -> impl Iterator<Item = Component<'_>> {
        Path::new(label).components().filter(|component| *component != Component::CurDir)
    }
    names(a).eq(names(b))
}

/// Lower case of what is UTF-8; other bytes as they are.
fn fold(name: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        folded.extend_from_slice(chunk.valid().to_lowercase().as_bytes());
        folded.extend_from_slice(chunk.invalid());
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn scenario_32_the_second_input_with_a_target_is_told_the_first() {
        let claims = Claims::new(false);
        claims.claim(Path::new("x/a.png"), "x/a.jpg").unwrap();
        claims.claim(Path::new("y/a.png"), "y/a.jpg").unwrap();
        let second = claims.claim(Path::new("x/a.png"), "x/a.png");
        assert!(matches!(second, Err(Error::Collision { other, .. }) if other == "x/a.jpg"));
    }

    #[test]
    fn the_same_input_twice_is_told_as_that() {
        let claims = Claims::new(false);
        claims.claim(Path::new("x/a.png"), "x/a.jpg").unwrap();
        for label in ["x/a.jpg", "./x//a.jpg"] {
            let again = claims.claim(Path::new("x/a.png"), label);
            assert!(matches!(again, Err(Error::GivenTwice { .. })), "{label}");
        }
        let other = claims.claim(Path::new("x/a.png"), "/x/a.jpg");
        assert!(matches!(other, Err(Error::Collision { .. })));
    }

    #[test]
    fn scenario_33_case_matters_only_where_the_file_system_says_so() {
        for fold_case in [false, true] {
            let claims = Claims::new(fold_case);
            claims.claim(Path::new("É.png"), "1").unwrap();
            assert_eq!(claims.claim(Path::new("é.PNG"), "2").is_err(), fold_case);
        }
    }

    #[test]
    fn names_that_are_not_utf8_stay_distinct() {
        let claims = Claims::new(true);
        claims.claim(Path::new(OsStr::from_bytes(b"\xff.png")), "1").unwrap();
        claims.claim(Path::new(OsStr::from_bytes(b"\xfe.png")), "2").unwrap();
    }
}
