//! Owns what the directory of a TIFF says about its pixels, checked: after this, sizes fit and kinds are handled.
//! Does not own: reading the pixels.
//!
//! Source: TIFF 6.0, sections 3 to 22; the tags are named in the constants.

use super::compression::Compression;
use super::directory::Directory;
use super::grid::Grid;
use super::photometric::{self, Alpha, Photometric};
use super::{damaged, unsupported};
use crate::limits::TILE;
use crate::{Color, Error, Limits, Result};

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS_PER_SAMPLE: u16 = 258;
const FILL_ORDER: u16 = 266;
const SAMPLES_PER_PIXEL: u16 = 277;
const PLANAR_CONFIGURATION: u16 = 284;
const PREDICTOR: u16 = 317;
const SAMPLE_FORMAT: u16 = 339;
const YCBCR_SUBSAMPLING: u16 = 530;

/// How a row was made easier to pack (TIFF 6.0, section 14, and Technical Note 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Predictor {
    None,
    Horizontal,
    FloatingPoint,
}

/// Everything that is needed to read the pixels.
pub(super) struct Layout<'a> {
    pub(super) directory: &'a Directory<'a>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) photometric: Photometric,
    pub(super) alpha: Alpha,
    /// Samples per pixel in the file.
    pub(super) samples: usize,
    pub(super) bits: u32,
    pub(super) float: bool,
    pub(super) planar: bool,
    pub(super) compression: Compression,
    pub(super) predictor: Predictor,
    /// Bits of a byte run from the lowest to the highest.
    pub(super) reversed: bool,
    pub(super) subsampling: (u32, u32),
    pub(super) grid: Grid<'a>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(directory: &'a Directory<'a>, limits: &Limits) -> Result<Layout<'a>> {
        let (width, height) = (side(directory, WIDTH)?, side(directory, HEIGHT)?);
        limits.check_size(width, height)?;
        let photometric = Photometric::of(directory)?;
        let samples = small(directory, SAMPLES_PER_PIXEL, 1)? as usize;
        let Some(extra) = samples.checked_sub(photometric.samples()) else {
            return Err(damaged(format!("it has {samples} samples per pixel, too few for its colors")));
        };
        let (bits, float) = depth(directory)?;
        let layout = Layout {
            directory,
            width,
            height,
            photometric,
            alpha: photometric::alpha(directory, extra)?,
            samples,
            bits,
            float,
            planar: samples > 1 && small(directory, PLANAR_CONFIGURATION, 1)? == 2,
            compression: Compression::of(directory)?,
            predictor: predictor(directory)?,
            reversed: small(directory, FILL_ORDER, 1)? == 2,
            subsampling: subsampling(directory, photometric)?,
            grid: Grid::of(directory, width, height)?,
        };
        layout.check()?;
        layout.check_grid(limits)?;
        Ok(layout)
    }

    fn check(&self) -> Result<()> {
        let bits = self.bits;
        let handled = match self.photometric {
            _ if self.float => {
                bits == 32 && matches!(self.photometric, Photometric::BlackIsZero | Photometric::Rgb)
            }
            Photometric::Palette => bits <= 8,
            Photometric::Cmyk => matches!(bits, 8 | 16) && self.alpha == Alpha::None,
            Photometric::Ycbcr => bits == 8 && self.samples == 3,
            _ => bits <= 16,
        };
        if !handled {
            let kind = if self.float { "floating-point " } else { "" };
            return Err(unsupported(format!("{:?} with {bits}-bit {kind}samples", self.photometric)));
        }
        match self.predictor {
            Predictor::Horizontal if !matches!(bits, 8 | 16) => {
                return Err(unsupported(format!("horizontal prediction of {bits}-bit samples")));
            }
            Predictor::FloatingPoint if !self.float => {
                return Err(damaged("it predicts floats and has none"));
            }
            _ => {}
        }
        self.check_color_differences()
    }

    fn check_color_differences(&self) -> Result<()> {
        let jpeg = self.compression == Compression::Jpeg;
        if jpeg
            && (self.bits != 8
                || self.planar
                || self.photometric == Photometric::Cmyk
                || self.alpha != Alpha::None)
        {
            return Err(unsupported("JPEG data that is not gray, RGB or YCbCr of 8 bits in one plane"));
        }
        if jpeg && self.photometric == Photometric::Palette {
            return Err(unsupported("JPEG data with a palette"));
        }
        if self.photometric == Photometric::Ycbcr
            && !jpeg
            && (self.planar || self.predictor != Predictor::None)
        {
            return Err(unsupported("YCbCr in planes or with prediction"));
        }
        Ok(())
    }

    /// A tile may be larger than the picture, and its size is only claimed.
    fn check_grid(&self, limits: &Limits) -> Result<()> {
        const MOST_SAMPLES: u64 = 64;
        let at_most = |what, value, limit| {
            if value > limit { Err(Error::Limit { what, value, limit }) } else { Ok(()) }
        };
        let area = u64::from(self.grid.width) * u64::from(self.grid.height);
        at_most(TILE, area, limits.max_pixels)?;
        at_most("number of samples of a pixel", self.samples as u64, MOST_SAMPLES)?;
        let planes = if self.planar { self.samples as u64 } else { 1 };
        let wanted = u64::from(self.grid.across) * u64::from(self.grid.down) * planes;
        if self.grid.offsets.count < wanted {
            return Err(damaged(format!(
                "it names {} of its {wanted} strips or tiles",
                self.grid.offsets.count
            )));
        }
        Ok(())
    }

    /// Samples per pixel that are kept: those of color and alpha.
    pub(super) fn kept(&self) -> usize {
        self.photometric.samples() + usize::from(self.alpha != Alpha::None)
    }

    /// Samples per pixel in one strip or tile.
    pub(super) fn samples_in_chunk(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    /// Bytes of one row of a strip or tile; with subsampling, of one row of blocks.
    pub(super) fn row_bytes(&self) -> usize {
        let (h, v) = self.subsampling;
        if (h, v) != (1, 1) {
            return self.grid.width.div_ceil(h) as usize * (h * v + 2) as usize;
        }
        let bits = u64::from(self.grid.width) * self.samples_in_chunk() as u64 * u64::from(self.bits);
        bits.div_ceil(8) as usize
    }

    /// The layout and depth of the decoded picture.
    pub(super) fn gives(&self) -> (Color, u8) {
        let alpha = self.alpha != Alpha::None;
        let color = match self.photometric {
            Photometric::WhiteIsZero | Photometric::BlackIsZero if alpha => Color::GrayAlpha,
            Photometric::WhiteIsZero | Photometric::BlackIsZero => Color::Gray,
            _ if alpha => Color::Rgba,
            _ => Color::Rgb,
        };
        let palette = self.photometric == Photometric::Palette;
        (color, if self.bits > 8 && !palette { 16 } else { 8 })
    }

    /// Most bytes that decoding holds besides the picture: the stored samples, and one strip or tile.
    pub(super) fn scratch(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let raw = pixels * self.kept() as u64 * if self.bits > 8 { 2 } else { 1 };
        let chunk = (self.row_bytes() as u64).saturating_mul(u64::from(self.grid.height));
        // A strip of JPEG is a copy of the file's bytes, a picture of its own, and what decoding it takes.
        let jpeg = if self.compression == Compression::Jpeg {
            chunk.saturating_mul(8).saturating_add(self.directory.source.bytes.len() as u64 * 2)
        } else {
            0
        };
        // Reversed bits are copied.
        let copy = if self.reversed { self.directory.source.bytes.len() as u64 } else { 0 };
        raw.saturating_add(chunk).saturating_add(jpeg).saturating_add(copy).saturating_add(1 << 16)
    }

    /// Oddities for people.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.float {
            warnings.push("floating-point samples were cut to 0…1 and kept in 16 bits".to_owned());
        }
        let dropped = self.samples - self.kept();
        if dropped > 0 {
            warnings
                .push(format!("{dropped} samples per pixel that are neither color nor alpha were left out"));
        }
        warnings
    }
}

pub(super) fn side(directory: &Directory<'_>, tag: u16) -> Result<u32> {
    let value = directory.uint_or(tag, 0)?;
    u32::try_from(value)
        .ok()
        .filter(|&side| side > 0)
        .ok_or_else(|| damaged(format!("a side of it is {value} pixels")))
}

/// A number that is small in every sane file.
fn small(directory: &Directory<'_>, tag: u16, default: u64) -> Result<u32> {
    let value = directory.uint_or(tag, default)?;
    u32::try_from(value)
        .ok()
        .filter(|&value| value <= 65535)
        .ok_or_else(|| damaged(format!("its tag {tag} is {value}")))
}

fn depth(directory: &Directory<'_>) -> Result<(u32, bool)> {
    let all = directory.uints(BITS_PER_SAMPLE)?;
    let bits = all.first().copied().unwrap_or(1);
    if all.iter().any(|&other| other != bits) {
        return Err(unsupported("samples of different depths"));
    }
    let formats = directory.uints(SAMPLE_FORMAT)?;
    let float = match formats.first().copied().unwrap_or(1) {
        // Undefined (4) is taken for whole numbers, as the specification asks for.
        1 | 4 => false,
        2 => return Err(unsupported("samples with a sign")),
        3 => true,
        other => return Err(unsupported(format!("sample format {other}"))),
    };
    if formats.iter().any(|format| Some(format) != formats.first()) {
        return Err(unsupported("samples of different formats"));
    }
    match bits {
        1..=16 | 32 => Ok((bits as u32, float)),
        _ => Err(unsupported(format!("{bits}-bit samples"))),
    }
}

fn predictor(directory: &Directory<'_>) -> Result<Predictor> {
    Ok(match directory.uint_or(PREDICTOR, 1)? {
        1 => Predictor::None,
        2 => Predictor::Horizontal,
        3 => Predictor::FloatingPoint,
        other => return Err(unsupported(format!("predictor {other}"))),
    })
}

fn subsampling(directory: &Directory<'_>, photometric: Photometric) -> Result<(u32, u32)> {
    if photometric != Photometric::Ycbcr || Compression::of(directory)? == Compression::Jpeg {
        return Ok((1, 1));
    }
    let factors = directory.uints(YCBCR_SUBSAMPLING)?;
    let factors = (factors.first().copied().unwrap_or(2), factors.get(1).copied().unwrap_or(2));
    match factors {
        (1 | 2 | 4, 1 | 2 | 4) => Ok((factors.0 as u32, factors.1 as u32)),
        (h, v) => Err(damaged(format!("its color is subsampled by {h} and {v}"))),
    }
}
