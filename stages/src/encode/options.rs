//! Owns the choices for encoding, and how people write them.
//! Does not own: what each format makes of them.

use super::{Bits, Subsampling};
use crate::{Format, KeepMetadata};
use std::fmt;
use std::str::FromStr;

/// How to encode a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// The format to write.
    pub format: Format,
    /// Quality of what is written with loss: JPEG, AVIF, and WebP where it can be.
    pub quality: Quality,
    /// How many samples of color a JPEG keeps.
    pub subsampling: Subsampling,
    /// Whether a JPEG is progressive: coarse first, then finer. That is some 1 % larger, because the scans hold no runs of
    /// empty blocks.
    pub progressive: bool,
    /// How many bits a pixel takes.
    pub bits: Bits,
    /// How much time to spend on a smaller file.
    pub effort: Effort,
    /// What shows through transparent pixels where the format has no alpha: red, green, blue. White by default.
    pub background: [u8; 3],
    /// Which of EXIF, color profile and XMP go along. All by default.
    pub metadata: KeepMetadata,
}

impl EncodeOptions {
    /// The defaults for a format.
    pub fn new(format: Format) -> EncodeOptions {
        EncodeOptions {
            format,
            quality: Quality::default(),
            subsampling: Subsampling::default(),
            progressive: false,
            bits: Bits::default(),
            effort: Effort::default(),
            background: [255; 3],
            metadata: KeepMetadata::default(),
        }
    }
}

/// Quality of a file that is written with loss.
///
/// ```
/// use pipeline_stages::Quality;
///
/// assert_eq!("keep".parse(), Ok(Quality::Keep));
/// assert_eq!("85".parse(), Ok(Quality::Percent(85)));
/// assert!("101".parse::<Quality>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Quality {
    /// JPEG: the quantisation tables and color sampling of the JPEG that the picture came from; 90 where it came from
    /// none. AVIF: 80. WebP: without loss.
    #[default]
    Keep,
    /// 1 (smallest) to 100, on libjpeg's scale for JPEG. WebP is written with loss, for which this package needs its
    /// feature `webp-lossy`; without it a warning says that there is no loss.
    Percent(u8),
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quality::Keep => f.pad("keep"),
            Quality::Percent(percent) => fmt::Display::fmt(percent, f),
        }
    }
}

impl FromStr for Quality {
    type Err = String;

    fn from_str(text: &str) -> Result<Quality, String> {
        match (text, text.parse()) {
            ("keep", _) => Ok(Quality::Keep),
            (_, Ok(percent @ 1..=100)) => Ok(Quality::Percent(percent)),
            _ => Err(format!("no quality `{text}`; keep, or 1 to 100")),
        }
    }
}

/// How much time to spend on a smaller file. Pixels are the same at every effort, but for AVIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Effort {
    /// Least time.
    Fastest,
    /// Little more time, much smaller.
    #[default]
    Fast,
    /// What zlib gives at its usual level 6, if that is smaller; black and white as one bit a pixel. JPEG: a code made
    /// for the picture.
    Balanced,
    /// Smallest, at some hundred times the time: a PNG is tried in several ways, with a palette where that is exact.
    Best,
}

const EFFORTS: [(Effort, &str); 4] = [
    (Effort::Fastest, "fastest"),
    (Effort::Fast, "fast"),
    (Effort::Balanced, "balanced"),
    (Effort::Best, "best"),
];

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(EFFORTS[*self as usize].1)
    }
}

impl FromStr for Effort {
    type Err = String;

    fn from_str(text: &str) -> Result<Effort, String> {
        EFFORTS
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(effort, _)| *effort)
            .ok_or_else(|| format!("no effort `{text}`; one of fastest, fast, balanced, best"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_written_as_they_are_read() {
        for (effort, name) in EFFORTS {
            assert_eq!((effort.to_string().as_str(), name.parse()), (name, Ok(effort)));
        }
        assert_eq!(Quality::Percent(7).to_string().parse(), Ok(Quality::Percent(7)));
        assert!("0".parse::<Quality>().is_err());
    }
}
