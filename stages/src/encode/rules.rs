//! Owns which layouts, sizes and metadata each format holds, and what becomes of a picture that does not fit: the table that
//! the documentation of [`Encoder`](super::Encoder) shows.
//! Does not own: the arithmetic on samples (see `layout.rs`), or how a format is written.

use super::{Bits, EncodeOptions, layout};
use crate::convert::to_16_bits;
use crate::{Color, Error, Format, Image, Result, Samples};
use std::borrow::Cow;

/// What a format holds, as it is written here.
pub(super) struct Rules {
    pub(super) format: Format,
    /// Layouts that are written as they are.
    colors: &'static [Color],
    pub(super) depth: Depth,
    /// Longest side in pixels.
    max_side: u32,
    /// Whether it has a place for an EXIF block, a color profile, an XMP packet.
    pub(super) exif: bool,
    pub(super) icc: bool,
    pub(super) xmp: bool,
    /// Whether it can be written with one bit a pixel.
    bilevel: bool,
}

/// Bits of a sample.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// 8; 16 are reduced.
    Eight,
    /// 8 or 16.
    Both,
    /// 16; 8 are widened.
    Sixteen,
}

const ALL: &[Color] = &[Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba];
const NO_GRAY_ALPHA: &[Color] = &[Color::Gray, Color::Rgb, Color::Rgba];
/// The rows of a BMP and the size of a TIFF are counted in 32 bits; nothing that has this side gets near.
const ANY_SIDE: u32 = i32::MAX as u32;

/// The row of a format; `None` if it is only read.
pub(super) fn rules(format: Format) -> Option<Rules> {
    let (colors, depth, max_side): (&'static [Color], _, _) = match format {
        Format::Jpeg => (&[Color::Gray, Color::Rgb], Depth::Eight, 65_535),
        Format::Png => (ALL, Depth::Both, ANY_SIDE),
        Format::WebP => (&[Color::Rgb, Color::Rgba], Depth::Eight, 16_383),
        Format::Tiff => (ALL, Depth::Both, ANY_SIDE),
        Format::Bmp => (NO_GRAY_ALPHA, Depth::Eight, ANY_SIDE),
        Format::Pnm => (ALL, Depth::Both, ANY_SIDE),
        Format::Qoi => (&[Color::Rgb, Color::Rgba], Depth::Eight, ANY_SIDE),
        Format::Tga => (NO_GRAY_ALPHA, Depth::Eight, 65_535),
        Format::Farbfeld => (&[Color::Rgba], Depth::Sixteen, ANY_SIDE),
        Format::Avif if cfg!(feature = "avif") => (&[Color::Rgb, Color::Rgba], Depth::Eight, 65_535),
        _ => return None,
    };
    let (exif, icc, xmp) = match format {
        Format::Jpeg | Format::Png | Format::WebP | Format::Tiff => (true, true, true),
        Format::Avif => (true, false, false),
        _ => (false, false, false),
    };
    let bilevel = matches!(format, Format::Png | Format::Pnm);
    Some(Rules { format, colors, depth, max_side, exif, icc, xmp, bilevel })
}

/// A picture in a layout that its format holds.
pub(super) struct Fitted<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: Color,
    pub(super) samples: FittedSamples<'a>,
}

/// Samples that are borrowed where nothing had to be done to them.
pub(super) enum FittedSamples<'a> {
    U8(Cow<'a, [u8]>),
    U16(Cow<'a, [u16]>),
}

impl Rules {
    pub(super) fn failed(&self, reason: impl Into<String>) -> Error {
        Error::Encode { format: self.format.name(), reason: reason.into() }
    }

    /// The nearest layout that the format holds. What is lost on the way is added to `warnings`.
    ///
    /// # Errors
    /// [`Error::Encode`] when a side is too long, or when one bit a pixel is asked for and cannot be had.
    pub(super) fn fit<'a>(
        &self,
        image: &'a Image,
        options: &EncodeOptions,
        warnings: &mut Vec<String>,
    ) -> Result<Fitted<'a>> {
        self.check_side(image.width(), "width")?;
        self.check_side(image.height(), "height")?;
        self.check_bits(image, options)?;
        let color = self.layout_of(image.color());
        let flattened = image.color().has_alpha() && !color.has_alpha();
        if flattened && layout::is_translucent(image) {
            warnings.push(format!(
                "its transparent parts were put on the background color: {} has no transparency",
                self.format.name()
            ));
        }
        let samples = match (image.samples(), self.depth) {
            (Samples::U16(samples), Depth::Both | Depth::Sixteen) => {
                FittedSamples::U16(layout::recolor(Cow::Borrowed(samples), image.color(), color, u16::MAX))
            }
            (Samples::U8(samples), Depth::Sixteen) => {
                let widened = samples.iter().map(|&sample| to_16_bits(sample)).collect();
                FittedSamples::U16(layout::recolor(Cow::Owned(widened), image.color(), color, u16::MAX))
            }
            (samples, _) => {
                if samples.bits() == 16 {
                    warnings.push(format!(
                        "its samples were reduced from 16 bits to 8, all that {} holds",
                        self.format.name()
                    ));
                }
                let eight = layout::samples8(image);
                FittedSamples::U8(if flattened {
                    layout::flatten(&eight, image.color(), options.background).into()
                } else {
                    layout::recolor(eight, image.color(), color, u8::MAX)
                })
            }
        };
        Ok(Fitted { width: image.width(), height: image.height(), color, samples })
    }

    fn check_side(&self, pixels: u32, what: &str) -> Result<()> {
        let most = self.max_side;
        if pixels <= most {
            return Ok(());
        }
        Err(self.failed(format!("it holds at most {most} pixels of {what}, this has {pixels}")))
    }

    fn check_bits(&self, image: &Image, options: &EncodeOptions) -> Result<()> {
        if options.bits == Bits::Auto {
            return Ok(());
        }
        if !self.bilevel {
            return Err(self.failed("one bit a pixel is written as PNG or PNM only; choose one of them"));
        }
        if !layout::is_bilevel(image) {
            return Err(self.failed(
                "one bit a pixel holds only black and white, without transparency; use the op threshold first",
            ));
        }
        Ok(())
    }

    pub(super) fn layout_of(&self, color: Color) -> Color {
        let nearest: &[Color] = match color {
            Color::Gray => &[Color::Gray, Color::Rgb, Color::Rgba],
            Color::GrayAlpha => &[Color::GrayAlpha, Color::Rgba, Color::Gray],
            Color::Rgb => &[Color::Rgb, Color::Rgba],
            Color::Rgba => &[Color::Rgba, Color::Rgb],
        };
        nearest.iter().copied().find(|color| self.colors.contains(color)).unwrap_or(color)
    }
}

impl FittedSamples<'_> {
    /// The samples of a format that holds 8 bits only.
    pub(super) fn eight(&self) -> &[u8] {
        match self {
            FittedSamples::U8(samples) => samples,
            FittedSamples::U16(_) => &[],
        }
    }

    /// Bits of one sample.
    pub(super) fn bits(&self) -> u8 {
        match self {
            FittedSamples::U8(_) => 8,
            FittedSamples::U16(_) => 16,
        }
    }

    /// The samples as bytes, the high byte of each first.
    pub(super) fn big_endian(&self) -> Cow<'_, [u8]> {
        match self {
            FittedSamples::U8(samples) => Cow::Borrowed(samples),
            FittedSamples::U16(samples) => {
                let mut bytes = Vec::with_capacity(samples.len() * 2);
                bytes.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
                Cow::Owned(bytes)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_output_for_names_has_its_row() {
        let missing = |format: &Format| *format == Format::Avif && cfg!(not(feature = "avif"));
        for format in Format::ALL.into_iter().map(Format::output_for).filter(|format| !missing(format)) {
            assert_eq!(rules(format).map(|rules| rules.format), Some(format));
        }
    }

    #[test]
    fn formats_that_keep_16_bits_keep_alpha_so_that_only_8_bits_are_ever_flattened() {
        for rules in Format::ALL.into_iter().filter_map(rules).filter(|rules| rules.depth != Depth::Eight) {
            assert!(rules.layout_of(Color::GrayAlpha).has_alpha(), "{}", rules.format);
            assert!(rules.layout_of(Color::Rgba).has_alpha(), "{}", rules.format);
        }
    }

    #[test]
    fn color_is_never_lost() {
        for rules in Format::ALL.into_iter().filter_map(rules) {
            for color in ALL {
                let kept = rules.layout_of(*color);
                assert!(rules.colors.contains(&kept), "{}", rules.format);
                assert!(color.is_gray() || !kept.is_gray(), "{}: {color:?} as {kept:?}", rules.format);
            }
        }
    }

    #[test]
    fn losses_are_told_and_what_loses_nothing_is_not() {
        let jpeg = rules(Format::Jpeg).unwrap();
        let told = |color, samples| {
            let image = Image::new(1, 1, color, samples).unwrap();
            let mut warnings = Vec::new();
            jpeg.fit(&image, &EncodeOptions::new(Format::Jpeg), &mut warnings).unwrap();
            warnings
        };
        assert_eq!(told(Color::Rgba, Samples::U8(vec![1, 2, 3, 255])), [""; 0]);
        assert_eq!(
            told(Color::GrayAlpha, Samples::U16(vec![1, 65534])),
            [
                "its transparent parts were put on the background color: JPEG has no transparency",
                "its samples were reduced from 16 bits to 8, all that JPEG holds",
            ]
        );
    }

    #[test]
    fn one_bit_is_refused_where_it_would_lose_something() {
        let refused = |format, color, samples| {
            let image = Image::new(1, 1, color, samples).unwrap();
            let options = EncodeOptions { bits: Bits::One, ..EncodeOptions::new(format) };
            rules(format).unwrap().fit(&image, &options, &mut Vec::new()).is_err()
        };
        assert!(!refused(Format::Png, Color::Gray, Samples::U8(vec![255])));
        assert!(!refused(Format::Pnm, Color::Gray, Samples::U16(vec![65535])));
        assert!(refused(Format::Png, Color::Gray, Samples::U8(vec![254])));
        assert!(refused(Format::Png, Color::Rgb, Samples::U8(vec![255; 3])));
        assert!(refused(Format::Tiff, Color::Gray, Samples::U8(vec![255])));
    }
}
