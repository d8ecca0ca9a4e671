//! Owns turning the samples of a TIFF into a picture: depth, palette, inverted gray, inks, alpha.
//! Does not own: reading the samples.

use super::chunks::Raw;
use super::compression::Compression;
use super::damaged;
use super::layout::Layout;
use super::photometric::{Alpha, Photometric};
use super::ycbcr::Tables;
use crate::color::{cmyk_to_rgb, cmyk16_to_rgb};
use crate::{Image, Result, Samples};

const COLOR_MAP: u16 = 320;

/// The picture, and a warning where the profile could not be used. CMYK is sRGB afterwards.
pub(super) fn picture(layout: &Layout<'_>, raw: Raw, icc: Option<&[u8]>) -> Result<(Image, Option<String>)> {
    let inks = layout.photometric == Photometric::Cmyk;
    let (samples, warning) = match raw {
        Raw::U8(raw) if inks => {
            let (rgb, warning) = cmyk_to_rgb(&raw, icc);
            (Samples::U8(rgb), warning)
        }
        Raw::U16(raw) if inks => {
            let (rgb, warning) = cmyk16_to_rgb(&raw, icc);
            (Samples::U16(rgb), warning)
        }
        Raw::U8(raw) => (Samples::U8(eight(layout, raw)?), None),
        Raw::U16(raw) => (Samples::U16(sixteen(layout, raw)), None),
    };
    Ok((Image::new(layout.width, layout.height, layout.gives().0, samples)?, warning))
}

fn eight(layout: &Layout<'_>, mut raw: Vec<u8>) -> Result<Vec<u8>> {
    match layout.photometric {
        Photometric::Palette => return palette(layout, &raw),
        Photometric::Ycbcr if layout.compression != Compression::Jpeg => Tables::of(layout)?.apply(&mut raw),
        _ => {}
    }
    if layout.bits < 8 {
        let scaled = scale8(layout.bits);
        raw.iter_mut().for_each(|sample| *sample = scaled[usize::from(*sample)]);
    }
    if layout.photometric == Photometric::WhiteIsZero {
        raw.chunks_exact_mut(layout.kept()).for_each(|pixel| pixel[0] = 255 - pixel[0]);
    }
    if layout.alpha == Alpha::Associated {
        for pixel in raw.chunks_exact_mut(layout.kept()) {
            let Some((alpha, color)) = pixel.split_last_mut() else { continue };
            color.iter_mut().for_each(|sample| *sample = apart(*sample, *alpha));
        }
    }
    Ok(raw)
}

fn sixteen(layout: &Layout<'_>, mut raw: Vec<u16>) -> Vec<u16> {
    if layout.bits < 16 {
        let most = (1u32 << layout.bits) - 1;
        raw.iter_mut().for_each(|sample| *sample = ((u32::from(*sample) * 65535 + most / 2) / most) as u16);
    }
    if layout.photometric == Photometric::WhiteIsZero {
        raw.chunks_exact_mut(layout.kept()).for_each(|pixel| pixel[0] = 65535 - pixel[0]);
    }
    if layout.alpha == Alpha::Associated {
        for pixel in raw.chunks_exact_mut(layout.kept()) {
            let Some((alpha, color)) = pixel.split_last_mut() else { continue };
            color.iter_mut().for_each(|sample| *sample = apart16(*sample, *alpha));
        }
    }
    raw
}

/// A color that was multiplied by alpha, as it was before: `min(255, color · 255 / alpha)`, cut to a whole number as Pillow
/// has it. Where nothing can be seen it is 0.
fn apart(color: u8, alpha: u8) -> u8 {
    let (color, alpha) = (u32::from(color), u32::from(alpha));
    (color * 255).checked_div(alpha).map_or(0, |color| color.min(255) as u8)
}

/// The same for 16 bits, rounded as ImageMagick has it; Pillow has only 8.
fn apart16(color: u16, alpha: u16) -> u16 {
    let (color, alpha) = (u64::from(color), u64::from(alpha));
    (color * 65535 + alpha / 2).checked_div(alpha).map_or(0, |color| color.min(65535) as u16)
}

/// What each value of fewer than 8 bits is in 8: `v · 255 / (2^bits - 1)`, rounded; exact for 1, 2 and 4 bits.
fn scale8(bits: u32) -> [u8; 256] {
    let most = (1u32 << bits) - 1;
    std::array::from_fn(|value| ((value as u32 * 255 + most / 2) / most).min(255) as u8)
}

/// TIFF 6.0, section 5: all reds, then all greens, then all blues, of 16 bits. Some writers mean 8 bits; those are small.
fn palette(layout: &Layout<'_>, raw: &[u8]) -> Result<Vec<u8>> {
    let colors = 1u64 << layout.bits;
    let missing = || damaged("its palette is missing or too short");
    let map = layout.directory.field(COLOR_MAP).filter(|map| map.count >= 3 * colors).ok_or_else(missing)?;
    let values: Option<Vec<u64>> = (0..3 * colors).map(|index| map.uint(index)).collect();
    let values = values.ok_or_else(missing)?;
    let shift = if values.iter().all(|&value| value < 256) { 0 } else { 8 };
    let colors = colors as usize;
    let color = |index: usize| [0, 1, 2].map(|part| (values[part * colors + index] >> shift).min(255) as u8);
    let scaled = scale8(layout.bits);
    Ok(match layout.alpha {
        Alpha::None => raw.iter().flat_map(|&index| color(usize::from(index))).collect(),
        _ => raw
            .as_chunks::<2>()
            .0
            .iter()
            .flat_map(|&[index, alpha]| {
                let [red, green, blue] = color(usize::from(index));
                [red, green, blue, scaled[usize::from(alpha)]]
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bits_are_scaled_to_the_whole_range() {
        assert_eq!([0, 1, 2, 3].map(|value| scale8(2)[value]), [0, 85, 170, 255]);
        assert_eq!([0, 7, 15].map(|value| scale8(4)[value]), [0, 119, 255]);
        assert_eq!(scale8(8)[77], 77);
    }

    #[test]
    fn colors_are_taken_apart_from_their_alpha() {
        assert_eq!(
            [(100, 255), (64, 128), (200, 100), (200, 0)].map(|(color, alpha)| apart(color, alpha)),
            [100, 127, 255, 0]
        );
        assert_eq!(
            [(65535, 65535), (1, 3), (9, 0)].map(|(color, alpha)| apart16(color, alpha)),
            [65535, 21845, 0]
        );
    }
}
