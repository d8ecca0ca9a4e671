//! Owns bringing samples into a layout that a format can hold: fewer bits, no alpha, gray as RGB.
//! Does not own: which format holds what (see `rules.rs`).

use crate::convert::to_8_bits;
use crate::{Color, Image, Samples};
use std::borrow::Cow;

/// The samples in 8 bits: as they are, or reduced.
pub(super) fn samples8(image: &Image) -> Cow<'_, [u8]> {
    match image.samples() {
        Samples::U8(samples) => Cow::Borrowed(samples),
        Samples::U16(samples) => Cow::Owned(samples.iter().map(|&sample| to_8_bits(sample)).collect()),
    }
}

/// Whether any pixel is not wholly opaque.
pub(super) fn is_translucent(image: &Image) -> bool {
    fn any<S: Copy + PartialEq>(samples: &[S], channels: usize, opaque: S) -> bool {
        samples.iter().skip(channels - 1).step_by(channels).any(|&alpha| alpha != opaque)
    }
    let channels = image.color().channels();
    image.color().has_alpha()
        && match image.samples() {
            Samples::U8(samples) => any(samples, channels, u8::MAX),
            Samples::U16(samples) => any(samples, channels, u16::MAX),
        }
}

/// Whether a picture is black and white and nothing between.
pub(super) fn is_bilevel(image: &Image) -> bool {
    image.color() == Color::Gray
        && match image.samples() {
            Samples::U8(samples) => samples.iter().all(|&sample| matches!(sample, 0 | u8::MAX)),
            Samples::U16(samples) => samples.iter().all(|&sample| matches!(sample, 0 | u16::MAX)),
        }
}

/// One bit a pixel, eight pixels a byte from the highest bit on, each row filled up to a byte with zeros. 1 is white.
pub(super) fn pack_bits(image: &Image) -> Vec<u8> {
    fn rows<S: Copy + Default + PartialEq>(samples: &[S], width: usize) -> Vec<u8> {
        let byte = |pixels: &[S]| {
            let bits = pixels.iter().enumerate();
            bits.fold(0, |byte, (at, &pixel)| byte | u8::from(pixel != S::default()) << (7 - at))
        };
        samples.chunks(width).flat_map(|row| row.chunks(8).map(byte)).collect()
    }
    let width = image.width() as usize;
    match image.samples() {
        Samples::U8(samples) => rows(samples, width),
        Samples::U16(samples) => rows(samples, width),
    }
}

/// Puts pixels with alpha on a background: `(color · alpha + background · (255 - alpha)) / 255`, rounded, on encoded
/// values. Gray pixels get the gray of the background.
pub(super) fn flatten(samples: &[u8], color: Color, background: [u8; 3]) -> Vec<u8> {
    fn each<const CHANNELS: usize>(samples: &[u8], background: [u8; 3]) -> Vec<u8> {
        let mut out = Vec::with_capacity(samples.len() / CHANNELS * (CHANNELS - 1));
        for pixel in samples.as_chunks::<CHANNELS>().0 {
            let alpha = u32::from(pixel[CHANNELS - 1]);
            for (&sample, behind) in pixel[..CHANNELS - 1].iter().zip(background) {
                let mixed = u32::from(sample) * alpha + u32::from(behind) * (255 - alpha);
                out.push(((mixed + 127) / 255) as u8);
            }
        }
        out
    }
    match color {
        Color::GrayAlpha => each::<2>(samples, [gray_of(background); 3]),
        Color::Rgba => each::<4>(samples, background),
        Color::Gray | Color::Rgb => samples.to_vec(),
    }
}

/// Samples in a layout that says the same: gray as RGB, opaque alpha added. Anything else stays as it is.
pub(super) fn recolor<S: Copy>(samples: Cow<'_, [S]>, from: Color, to: Color, opaque: S) -> Cow<'_, [S]> {
    match (from, to) {
        (Color::Gray, Color::Rgb) => samples.iter().flat_map(|&gray| [gray; 3]).collect(),
        (Color::Gray, Color::Rgba) => samples.iter().flat_map(|&gray| [gray, gray, gray, opaque]).collect(),
        (Color::GrayAlpha, Color::Rgba) => {
            let pixels = samples.as_chunks::<2>().0;
            pixels.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect()
        }
        (Color::Rgb, Color::Rgba) => {
            samples.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, opaque]).collect()
        }
        _ => samples,
    }
}

/// The gray of a background, by the formula of [`crate::GrayMode::Opencv`].
fn gray_of([r, g, b]: [u8; 3]) -> u8 {
    ((9798 * u32::from(r) + 19235 * u32::from(g) + 3735 * u32::from(b) + 16384) >> 15) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_show_the_background() {
        let rgba = [10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128];
        let out = flatten(&rgba, Color::Rgba, [255, 200, 100]);
        assert_eq!(out, [255, 200, 100, 10, 20, 30, 127, 100, 50]);
        assert_eq!(flatten(&[10, 0, 10, 255], Color::GrayAlpha, [7; 3]), [7, 10]);
    }

    #[test]
    fn bits_begin_anew_in_each_row() {
        let samples = [255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 0];
        let image = Image::new(9, 2, Color::Gray, Samples::U8(samples.to_vec())).unwrap();
        assert!(is_bilevel(&image));
        assert_eq!(pack_bits(&image), [0b1010_0000, 0x80, 0b0000_0010, 0]);
    }
}
