//! Owns what the samples of a TIFF mean: its colors, and which of the extra samples is alpha.
//! Does not own: how the samples are stored.
//!
//! Source: TIFF 6.0, PhotometricInterpretation and ExtraSamples.

use super::directory::Directory;
use super::{damaged, unsupported};
use crate::Result;

const PHOTOMETRIC: u16 = 262;
const INK_SET: u16 = 332;
const EXTRA_SAMPLES: u16 = 338;

/// What the color samples mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Photometric {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Cmyk,
    Ycbcr,
}

impl Photometric {
    pub(super) fn of(directory: &Directory<'_>) -> Result<Photometric> {
        let Some(field) = directory.field(PHOTOMETRIC) else {
            return Err(damaged("it does not say what its samples mean (PhotometricInterpretation)"));
        };
        Ok(match field.uint(0).ok_or_else(|| damaged("its PhotometricInterpretation is not a number"))? {
            0 => Photometric::WhiteIsZero,
            1 => Photometric::BlackIsZero,
            2 => Photometric::Rgb,
            3 => Photometric::Palette,
            5 if directory.uint_or(INK_SET, 1)? != 1 => return Err(unsupported("inks other than CMYK")),
            5 => Photometric::Cmyk,
            6 => Photometric::Ycbcr,
            4 => return Err(unsupported("a transparency mask")),
            8..=10 => return Err(unsupported("CIE L*a*b* colors")),
            32803 | 34892 => return Err(unsupported("raw sensor data")),
            32844 | 32845 => return Err(unsupported("LogLuv colors")),
            other => return Err(unsupported(format!("PhotometricInterpretation {other}"))),
        })
    }

    /// Samples that carry color.
    pub(super) const fn samples(self) -> usize {
        match self {
            Photometric::WhiteIsZero | Photometric::BlackIsZero | Photometric::Palette => 1,
            Photometric::Rgb | Photometric::Ycbcr => 3,
            Photometric::Cmyk => 4,
        }
    }
}

/// What the first sample after the colors is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    None,
    /// Colors were multiplied by it.
    Associated,
    Unassociated,
}

/// `extra` samples follow those of color. Without a word about them the first is alpha, as other programs have it; one
/// of which the file says that it is unspecified is not.
pub(super) fn alpha(directory: &Directory<'_>, extra: usize) -> Result<Alpha> {
    if extra == 0 {
        return Ok(Alpha::None);
    }
    let Some(field) = directory.field(EXTRA_SAMPLES) else { return Ok(Alpha::Unassociated) };
    Ok(match field.uint(0) {
        Some(1) => Alpha::Associated,
        // 999 is what an old program wrote for alpha.
        Some(2 | 999) => Alpha::Unassociated,
        _ => Alpha::None,
    })
}
