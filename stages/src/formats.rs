//! Owns a set of formats, as an allow list has them.
//! Does not own: the formats ([`crate::Format`]), nor what is refused (`limits.rs`).

use crate::Format;
use std::fmt;

/// A set of formats.
///
/// ```
/// use pipeline_stages::{Format, Formats};
///
/// let set: Formats = [Format::Png, Format::Jpeg].into_iter().collect();
/// assert!(set.contains(Format::Jpeg) && !set.contains(Format::Gif));
/// assert_eq!(set.to_string(), "jpg, png");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Formats(u16);

impl Formats {
    /// Every format there is.
    pub const ALL: Formats = Formats((1 << Format::ALL.len()) - 1);
    /// No format.
    pub const NONE: Formats = Formats(0);

    /// The same with this one.
    #[must_use]
    pub const fn with(self, format: Format) -> Formats {
        Formats(self.0 | 1 << format as u16)
    }

    /// Whether this one is among them.
    pub const fn contains(self, format: Format) -> bool {
        self.0 & 1 << format as u16 != 0
    }
}

impl FromIterator<Format> for Formats {
    fn from_iter<I: IntoIterator<Item = Format>>(formats: I) -> Formats {
        formats.into_iter().fold(Formats::NONE, Formats::with)
    }
}

impl fmt::Display for Formats {
    /// Their extensions, the common ones first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let among = Format::ALL.into_iter().filter(|format| self.contains(*format));
        for (number, format) in among.enumerate() {
            write!(f, "{}{format}", if number == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Formats({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holds_every_format_and_none_holds_none() {
        assert!(Format::ALL.into_iter().all(|format| Formats::ALL.contains(format)));
        assert!(!Format::ALL.into_iter().any(|format| Formats::NONE.contains(format)));
        assert_eq!(Format::ALL.into_iter().collect::<Formats>(), Formats::ALL);
    }
}
