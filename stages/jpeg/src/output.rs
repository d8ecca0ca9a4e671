//! Owns what can be asked of a picture, and which conversion that is.
//! Does not own: converting (see `color.rs`).

use crate::color;
use crate::simd::Wide;
use crate::{ColorModel, Unsupported};
use core::fmt;

/// What the pixels become. Samples have 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// The Y plane of YCbCr, or all of gray: 1 sample per pixel.
    Gray,
    /// 3 samples per pixel, from YCbCr, RGB and gray.
    Rgb,
    /// 4 samples per pixel, from CMYK as it is stored and from YCCK. [`Header::adobe`](crate::Header::adobe) tells whether 255
    /// is no ink.
    Cmyk,
}

impl Output {
    /// Samples per pixel.
    pub fn samples(self) -> usize {
        match self {
            Output::Gray => 1,
            Output::Rgb => 3,
            Output::Cmyk => 4,
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Output::Gray => "gray",
            Output::Rgb => "RGB",
            Output::Cmyk => "CMYK",
        })
    }
}

/// From rows of samples to a row of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// The first component alone.
    First,
    GrayToRgb,
    YcbcrToRgb,
    Three,
    Four,
    YcckToCmyk,
}

impl Conversion {
    pub(crate) fn of(from: ColorModel, to: Output) -> Result<Conversion, Unsupported> {
        match (from, to) {
            (ColorModel::Gray | ColorModel::Ycbcr, Output::Gray) => Ok(Conversion::First),
            (ColorModel::Gray, Output::Rgb) => Ok(Conversion::GrayToRgb),
            (ColorModel::Ycbcr, Output::Rgb) => Ok(Conversion::YcbcrToRgb),
            (ColorModel::Rgb, Output::Rgb) => Ok(Conversion::Three),
            (ColorModel::Cmyk, Output::Cmyk) => Ok(Conversion::Four),
            (ColorModel::Ycck, Output::Cmyk) => Ok(Conversion::YcckToCmyk),
            _ => Err(Unsupported::Conversion { from, to }),
        }
    }

    /// Samples per pixel.
    pub(crate) fn samples(self) -> usize {
        match self {
            Conversion::First => 1,
            Conversion::GrayToRgb | Conversion::YcbcrToRgb | Conversion::Three => 3,
            Conversion::Four | Conversion::YcckToCmyk => 4,
        }
    }

    /// Whether it needs this component of the frame.
    pub(crate) fn wants(self, component: usize) -> bool {
        component == 0 || self != Conversion::First
    }

    /// Converts a row. Each of `rows` has at least as many samples as `out` has pixels; those beyond what is wanted are not used.
    #[inline(always)]
    pub(crate) fn row(self, wide: Option<Wide>, rows: [&[u8]; 4], out: &mut [u8]) {
        let [a, b, c, _] = rows;
        match self {
            Conversion::First => {
                for (out, &sample) in out.iter_mut().zip(a) {
                    *out = sample;
                }
            }
            Conversion::GrayToRgb => color::interleave(wide, [a; 3], out),
            Conversion::YcbcrToRgb => color::ycbcr_to_rgb(wide, [a, b, c], out),
            Conversion::Three => color::interleave(wide, [a, b, c], out),
            Conversion::Four => color::interleave_four(rows, out),
            Conversion::YcckToCmyk => color::ycck_to_cmyk(rows, out),
        }
    }
}
