//! Owns which blocks of metadata go along, and how people write that.
//! Does not own: where a format has a place for them.

use super::{Metadata, exif};
use std::fmt;
use std::ops::BitOr;
use std::str::FromStr;

/// Which blocks of metadata go along into the output.
///
/// ```
/// use pipeline_stages::KeepMetadata;
///
/// assert_eq!("keep".parse(), Ok(KeepMetadata::ALL));
/// assert_eq!("icc,xmp".parse(), Ok(KeepMetadata::ICC | KeepMetadata::XMP));
/// assert_eq!("xmp, icc".parse::<KeepMetadata>().unwrap().to_string(), "icc,xmp");
/// assert!("gps".parse::<KeepMetadata>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeepMetadata(u8);

impl KeepMetadata {
    /// Nothing: written `strip`.
    pub const NONE: KeepMetadata = KeepMetadata(0);
    /// How a picture has to be turned, if it was not turned already: an EXIF block with nothing else in it.
    pub const ORIENTATION: KeepMetadata = KeepMetadata(1);
    /// The EXIF block, with the orientation.
    pub const EXIF: KeepMetadata = KeepMetadata(1 | 2);
    /// The color profile.
    pub const ICC: KeepMetadata = KeepMetadata(4);
    /// The XMP packet.
    pub const XMP: KeepMetadata = KeepMetadata(8);
    /// Everything: written `keep`, and the default.
    pub const ALL: KeepMetadata = KeepMetadata(15);

    /// Whether all of `other` is kept.
    pub const fn contains(self, other: KeepMetadata) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is kept of a picture's metadata.
    pub(crate) fn of(self, metadata: &Metadata) -> Kept<'_> {
        let whole = metadata.exif.as_deref().filter(|_| self.contains(KeepMetadata::EXIF));
        let turned = (2..=8).contains(&metadata.orientation) && self.contains(KeepMetadata::ORIENTATION);
        Kept {
            exif: whole.or_else(|| turned.then(|| exif::only_orientation(metadata.orientation)).flatten()),
            icc: metadata.icc.as_deref().filter(|_| self.contains(KeepMetadata::ICC)),
            xmp: metadata.xmp.as_deref().filter(|_| self.contains(KeepMetadata::XMP)),
        }
    }
}

/// Blocks that go along.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a> {
    pub(crate) exif: Option<&'a [u8]>,
    pub(crate) icc: Option<&'a [u8]>,
    pub(crate) xmp: Option<&'a [u8]>,
}

impl Default for KeepMetadata {
    fn default() -> Self {
        KeepMetadata::ALL
    }
}

impl BitOr for KeepMetadata {
    type Output = KeepMetadata;

    fn bitor(self, other: KeepMetadata) -> KeepMetadata {
        KeepMetadata(self.0 | other.0)
    }
}

const BLOCKS: [(KeepMetadata, &str); 4] = [
    (KeepMetadata::EXIF, "exif"),
    (KeepMetadata::ICC, "icc"),
    (KeepMetadata::XMP, "xmp"),
    (KeepMetadata::ORIENTATION, "orientation"),
];

impl fmt::Display for KeepMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            KeepMetadata::ALL => return f.pad("keep"),
            KeepMetadata::NONE => return f.pad("strip"),
            _ => {}
        }
        let mut said = KeepMetadata::NONE;
        let mut words = Vec::new();
        for (block, word) in BLOCKS {
            if self.contains(block) && !said.contains(block) {
                words.push(word);
                said = said | block;
            }
        }
        f.pad(&words.join(","))
    }
}

impl FromStr for KeepMetadata {
    type Err = String;

    fn from_str(text: &str) -> Result<KeepMetadata, String> {
        match text {
            "keep" => return Ok(KeepMetadata::ALL),
            "strip" => return Ok(KeepMetadata::NONE),
            _ => {}
        }
        let block = |word: &str| {
            let found = BLOCKS.iter().find(|(_, name)| *name == word.trim());
            found.map(|(block, _)| *block).ok_or_else(|| {
                format!("no metadata choice `{text}`; keep, strip, or a list of exif, icc, xmp, orientation")
            })
        };
        text.split(',').try_fold(KeepMetadata::NONE, |kept, word| Ok(kept | block(word)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        Metadata {
            orientation: 6,
            exif: Some(b"exif".to_vec()),
            icc: Some(b"icc".to_vec()),
            xmp: Some(b"xmp".to_vec()),
            ..Metadata::default()
        }
    }

    #[test]
    fn every_choice_is_written_as_it_is_read() {
        for bits in (0..16).filter(|bits| bits & 2 == 0 || bits & 1 != 0) {
            let keep = KeepMetadata(bits);
            assert_eq!(keep.to_string().parse(), Ok(keep), "{keep}");
        }
        for wrong in ["", ",", "icc,", "keep,icc", "strip,icc", "EXIF", "all"] {
            assert!(wrong.parse::<KeepMetadata>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn each_block_goes_along_only_if_it_is_kept() {
        let metadata = metadata();
        let kept = |text: &str| {
            let kept = text.parse::<KeepMetadata>().unwrap().of(&metadata);
            (kept.exif == Some(&b"exif"[..]), kept.icc.is_some(), kept.xmp.is_some())
        };
        assert_eq!(kept("keep"), (true, true, true));
        assert_eq!(kept("icc,exif"), (true, true, false));
        assert_eq!(kept("xmp"), (false, false, true));
        assert!(KeepMetadata::NONE.of(&metadata).exif.is_none());
    }

    #[test]
    fn orientation_alone_is_an_exif_block_of_its_own_until_the_picture_is_turned() {
        let mut metadata = metadata();
        let kept = metadata.clone();
        let exif = KeepMetadata::ORIENTATION.of(&kept).exif.unwrap();
        assert_eq!(exif::orientation(exif), Some(6));
        metadata.exif = None;
        assert!(KeepMetadata::ALL.of(&metadata).exif.is_some());
        metadata.set_upright();
        assert!(KeepMetadata::ALL.of(&metadata).exif.is_none());
    }
}
