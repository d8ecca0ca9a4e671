//! Owns the gray formulas by name.
//! Does not own: their arithmetic (see `scalar.rs`).

use std::fmt;
use std::str::FromStr;

/// How gray is computed. R, G and B are samples as they are stored, that is gamma-encoded, of 8 or 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GrayMode {
    /// `(9798 R + 19235 G + 3735 B + 16384) >> 15`. Equal bit for bit to OpenCV's `cvtColor(…, COLOR_BGR2GRAY)`.
    Opencv,
    /// `(19595 R + 38470 G + 7471 B + 32768) >> 16`. Equal bit for bit to Pillow's `convert("L")`.
    Pillow,
    /// `(2126 R + 7152 G + 722 B + 5000) / 10000`: the weights of Rec. ITU-R BT.709 on encoded values, rounded.
    Rec709,
    /// The weights of BT.709 in linear light: decoded by the curve of sRGB (IEC 61966-2-1), weighted, encoded again.
    /// The physically right luminance.
    Linear,
    /// The Y plane of a JPEG as it is stored, where the plan decodes only that; [`Opencv`](GrayMode::Opencv)'s formula
    /// wherever there are RGB samples.
    #[default]
    Luma,
}

const NAMES: [(GrayMode, &str); 5] = [
    (GrayMode::Opencv, "opencv"),
    (GrayMode::Pillow, "pillow"),
    (GrayMode::Rec709, "rec709"),
    (GrayMode::Linear, "linear"),
    (GrayMode::Luma, "luma"),
];

impl GrayMode {
    /// Every mode.
    pub const ALL: [GrayMode; 5] =
        [GrayMode::Opencv, GrayMode::Pillow, GrayMode::Rec709, GrayMode::Linear, GrayMode::Luma];
}

impl fmt::Display for GrayMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NAMES[*self as usize].1)
    }
}

impl FromStr for GrayMode {
    type Err = String;

    /// The error lists the names that there are.
    fn from_str(text: &str) -> Result<GrayMode, String> {
        NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(mode, _)| *mode)
            .ok_or_else(|| format!("no gray mode `{text}`; one of opencv, pillow, rec709, linear, luma"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_has_its_own_name() {
        for mode in GrayMode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert!("Gray".parse::<GrayMode>().unwrap_err().contains("opencv, pillow"));
    }
}
