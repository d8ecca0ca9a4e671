//! Owns bringing a picture into a layout that a format can hold: fewer bits, no alpha, gray as RGB.
//! Does not own: which format holds what (each format's file says).

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

/// Puts pixels with alpha on a background: `(color · alpha + background · (255 - alpha)) / 255`, rounded, on encoded values.
/// The last of `from` samples is alpha; `to` = `from` - 1 are written.
pub(super) fn flatten<const FROM: usize>(samples: &[u8], background: [u8; 3], out: &mut Vec<u8>) {
    out.clear();
    out.reserve(samples.len() / FROM * (FROM - 1));
    for pixel in samples.as_chunks::<FROM>().0 {
        let alpha = u32::from(pixel[FROM - 1]);
        for (&sample, behind) in pixel[..FROM - 1].iter().zip(background) {
            let mixed = u32::from(sample) * alpha + u32::from(behind) * (255 - alpha);
            out.push(((mixed + 127) / 255) as u8);
        }
    }
}

/// Gray with alpha as RGB with alpha.
pub(super) fn gray_alpha_to_rgba<S: Copy>(samples: &[S]) -> Vec<S> {
    samples.as_chunks::<2>().0.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect()
}

/// Gray as RGB.
pub(super) fn gray_to_rgb<S: Copy>(samples: &[S]) -> Vec<S> {
    samples.iter().flat_map(|&gray| [gray; 3]).collect()
}

/// The gray of a background, by the formula of [`crate::GrayMode::Opencv`].
pub(super) fn gray_of([r, g, b]: [u8; 3]) -> u8 {
    ((9798 * u32::from(r) + 19235 * u32::from(g) + 3735 * u32::from(b) + 16384) >> 15) as u8
}

/// Whether a profile describes this kind of picture, by the color space in its header (ICC.1:2022, 7.2.6).
pub(super) fn profile_fits(icc: &[u8], color: Color) -> bool {
    let wanted: &[u8] = if color.is_gray() { b"GRAY" } else { b"RGB " };
    icc.get(16..20) == Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_pixels_show_the_background() {
        let mut out = Vec::new();
        flatten::<4>(&[10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128], [255, 200, 100], &mut out);
        assert_eq!(out, [255, 200, 100, 10, 20, 30, 127, 100, 50]);
        flatten::<2>(&[10, 0, 10, 255], [7; 3], &mut out);
        assert_eq!(out, [7, 10]);
    }

    #[test]
    fn a_profile_is_told_by_its_color_space() {
        let mut icc = vec![0; 128];
        icc[16..20].copy_from_slice(b"RGB ");
        assert!(profile_fits(&icc, Color::Rgba));
        assert!(!profile_fits(&icc, Color::GrayAlpha));
        assert!(!profile_fits(&[], Color::Gray));
    }
}
