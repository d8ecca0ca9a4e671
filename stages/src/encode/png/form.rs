//! Owns how the samples of a picture are stored in a PNG: as they are, or so that they take less and decode to the same.
//! Does not own: filters and compression.
//!
//! Nothing here changes what a decoder gives: gray stays gray and alpha stays, even where all of it is opaque.

use crate::encode::layout;
use crate::encode::rules::Fitted;
use crate::{Color, Image, Samples};
use png::{BitDepth, ColorType, Info};
use std::borrow::Cow;
use std::collections::HashMap;

/// Samples as PNG packs them, and the fields of the header that say how.
#[derive(Debug)]
pub(super) struct Form<'a> {
    pub(super) color: ColorType,
    pub(super) depth: BitDepth,
    pub(super) rows: Cow<'a, [u8]>,
    palette: Option<Palette>,
}

/// Colors, three bytes each, and the alpha of each if there is alpha.
#[derive(Debug, Clone)]
struct Palette {
    colors: Vec<u8>,
    alpha: Option<Vec<u8>>,
}

impl Form<'_> {
    /// All samples as they are.
    pub(super) fn as_it_is<'a>(fitted: &'a Fitted<'_>) -> Form<'a> {
        let color = match fitted.color {
            Color::Gray => ColorType::Grayscale,
            Color::GrayAlpha => ColorType::GrayscaleAlpha,
            Color::Rgb => ColorType::Rgb,
            Color::Rgba => ColorType::Rgba,
        };
        let depth = if fitted.samples.bits() == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
        Form { color, depth, rows: fitted.samples.big_endian(), palette: None }
    }

    /// One bit a pixel, of a picture that is black and white.
    pub(super) fn bilevel(image: &Image) -> Form<'static> {
        let rows = layout::pack_bits(image).into();
        Form { color: ColorType::Grayscale, depth: BitDepth::One, rows, palette: None }
    }

    /// Fewer bits of gray, or a palette; `None` if neither is exact.
    pub(super) fn reduced(image: &Image) -> Option<Form<'static>> {
        let Samples::U8(samples) = image.samples() else { return None };
        match image.color() {
            Color::Gray => fewer_bits(samples, image.width()),
            Color::Rgb => indexed::<3>(samples, image.width()),
            Color::Rgba => indexed::<4>(samples, image.width()),
            Color::GrayAlpha => None,
        }
    }

    /// The header with the fields of this form.
    pub(super) fn describe(&self, info: &Info<'static>) -> Info<'static> {
        let mut info = info.clone();
        (info.color_type, info.bit_depth) = (self.color, self.depth);
        if let Some(palette) = &self.palette {
            info.palette = Some(palette.colors.clone().into());
            info.trns = palette.alpha.clone().map(Cow::Owned);
        }
        info
    }
}

/// Gray of 2 or 4 bits is scaled by 85 or 17 when it is read (PNG specification, section 13.12).
fn fewer_bits(samples: &[u8], width: u32) -> Option<Form<'static>> {
    let all_are_multiples = |step: u8| samples.iter().all(|&sample| sample.is_multiple_of(step));
    let (bits, step) = [(2, 85), (4, 17)].into_iter().find(|&(_, step)| all_are_multiples(step))?;
    let levels = samples.iter().map(|&sample| sample / step).collect();
    let rows = pack(levels, width, bits).into();
    Some(Form { color: ColorType::Grayscale, depth: depth_of(bits), rows, palette: None })
}

/// At most 256 colors, in the order in which they come, so that neighbors in the palette are neighbors in the picture.
fn indexed<const CHANNELS: usize>(samples: &[u8], width: u32) -> Option<Form<'static>> {
    let pixels = samples.as_chunks::<CHANNELS>().0;
    let mut places: HashMap<[u8; CHANNELS], u8> = HashMap::new();
    let mut order = Vec::new();
    let mut indices = Vec::with_capacity(pixels.len());
    let mut last = None;
    for pixel in pixels {
        let index = match last {
            Some((before, index)) if before == pixel => index,
            _ => match places.get(pixel) {
                Some(index) => *index,
                None => {
                    let index = u8::try_from(order.len()).ok()?;
                    order.push(*pixel);
                    places.insert(*pixel, index);
                    index
                }
            },
        };
        last = Some((pixel, index));
        indices.push(index);
    }
    let colors = order.iter().flat_map(|color| color[..3].iter().copied()).collect();
    let alpha = (CHANNELS == 4).then(|| order.iter().map(|color| color[CHANNELS - 1]).collect());
    let bits = match order.len() {
        ..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    let rows = pack(indices, width, bits).into();
    let palette = Some(Palette { colors, alpha });
    Some(Form { color: ColorType::Indexed, depth: depth_of(bits), rows, palette })
}

fn depth_of(bits: u8) -> BitDepth {
    match bits {
        1 => BitDepth::One,
        2 => BitDepth::Two,
        4 => BitDepth::Four,
        _ => BitDepth::Eight,
    }
}

/// Values of so many bits, the first in the highest, each row filled up to a byte.
fn pack(values: Vec<u8>, width: u32, bits: u8) -> Vec<u8> {
    if bits == 8 {
        return values;
    }
    let each = usize::from(8 / bits);
    let byte = |values: &[u8]| {
        let placed = values.iter().enumerate();
        placed.fold(0, |byte, (at, &value)| byte | value << (8 - bits * (at as u8 + 1)))
    };
    values.chunks(width as usize).flat_map(|row| row.chunks(each).map(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_packed_from_the_highest_bit_and_rows_begin_anew() {
        assert_eq!(pack(vec![1, 0, 1, 1, 1, 0], 3, 1), [0b1010_0000, 0b1100_0000]);
        assert_eq!(pack(vec![1, 2, 3, 3, 2, 1], 3, 2), [0b0110_1100, 0b1110_0100]);
        assert_eq!(pack(vec![10, 11, 12], 3, 4), [0xab, 0xc0]);
    }

    #[test]
    fn the_257th_color_ends_a_palette() {
        let colors = |count: u32| {
            (0..count).flat_map(|at| [(at % 256) as u8, (at / 256) as u8, 7]).collect::<Vec<u8>>()
        };
        assert!(indexed::<3>(&colors(256), 256).is_some());
        assert!(indexed::<3>(&colors(257), 257).is_none());
    }
}
