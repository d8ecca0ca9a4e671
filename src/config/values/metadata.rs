//! Which metadata goes along. Owns: its text forms. Does not own: what the blocks hold.

use std::fmt;
use std::str::FromStr;

use super::InvalidValue;

/// Which blocks of the source's metadata go along into the result.
///
/// ```
/// use pipeline_images::config::Metadata;
/// let metadata: Metadata = "icc,xmp".parse().unwrap();
/// assert!(metadata.icc && !metadata.exif);
/// assert_eq!("keep".parse::<Metadata>().unwrap(), Metadata::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metadata {
    /// The EXIF block, with the orientation in it.
    pub exif: bool,
    /// The colour profile.
    pub icc: bool,
    /// The XMP packet.
    pub xmp: bool,
    /// The orientation of a picture that was not turned upright, alone; `exif` holds it anyway.
    pub orientation: bool,
}

impl Metadata {
    const NONE: Self = Self { exif: false, icc: false, xmp: false, orientation: false };
}

impl Default for Metadata {
    fn default() -> Self {
        Self { exif: true, icc: true, xmp: true, orientation: true }
    }
}

impl FromStr for Metadata {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text {
            "keep" => return Ok(Self::default()),
            "strip" => return Ok(Self::NONE),
            _ => {}
        }
        text.split(',').try_fold(Self::NONE, |kept, word| match word.trim() {
            "exif" => Ok(Self { exif: true, orientation: true, ..kept }),
            "icc" => Ok(Self { icc: true, ..kept }),
            "xmp" => Ok(Self { xmp: true, ..kept }),
            "orientation" => Ok(Self { orientation: true, ..kept }),
            word => Err(InvalidValue::new(format!(
                "unknown value {word:?}; use keep, strip, or a list of: exif, icc, xmp, orientation"
            ))),
        })
    }
}

impl fmt::Display for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (self.exif, "exif"),
            (self.icc, "icc"),
            (self.xmp, "xmp"),
            (self.orientation && !self.exif, "orientation"),
        ];
        let words: Vec<&str> = words.into_iter().filter_map(|(kept, word)| kept.then_some(word)).collect();
        match words.as_slice() {
            [] => f.write_str("strip"),
            ["exif", "icc", "xmp"] => f.write_str("keep"),
            words => f.write_str(&words.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in ["keep", "strip", "exif", "icc", "exif,icc", "icc,xmp", "orientation", "icc,orientation"]
        {
            assert_eq!(text.parse::<Metadata>().unwrap().to_string(), text);
        }
        assert_eq!("xmp, icc ,exif".parse::<Metadata>().unwrap(), Metadata::default());
    }

    #[test]
    fn an_unknown_word_is_named_with_the_known_ones() {
        let message = "icc,gps".parse::<Metadata>().unwrap_err().to_string();
        assert_eq!(
            message,
            "unknown value \"gps\"; use keep, strip, or a list of: exif, icc, xmp, orientation"
        );
        assert!("keep,icc".parse::<Metadata>().is_err() && "".parse::<Metadata>().is_err());
    }
}
