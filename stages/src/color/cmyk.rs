//! Owns CMYK to RGB: by the picture's own profile, and by a fixed formula where there is none.
//! Does not own: how a format stores CMYK (inverted in JPEG, with or without YCCK).
//!
//! Source of the formula: Pillow's `cmyk2rgb` (`src/libImaging/Convert.c`), bit for bit.

use super::profile::Profile;
use super::transform;
use crate::Result;
use moxcms::{ColorProfile, DataColorSpace};

/// RGB of CMYK samples, four of 8 bits a pixel, where 0 is no ink and 255 is full ink; and a warning where the profile
/// could not be used. What is left over after the last whole pixel is dropped.
///
/// With a CMYK profile the result is sRGB, by relative colorimetric intent, and the picture's profile does not describe
/// it any more. Without one, or with one that is damaged or not for CMYK, each of R, G and B is
/// `(255 - K) - (255 - K)·C / 255`, rounded.
///
/// ```
/// use pipeline_stages::color::cmyk_to_rgb;
///
/// assert_eq!(cmyk_to_rgb(&[255, 0, 0, 0], None).0, [0, 255, 255]);
/// ```
pub fn cmyk_to_rgb(samples: &[u8], icc: Option<&[u8]>) -> (Vec<u8>, Option<String>) {
    convert(samples, icc, transform::cmyk8_to, |[c, m, y, k]| {
        let light = 255 - k;
        [c, m, y].map(|ink| light - product(light, ink))
    })
}

/// The same for 16 bits, where 65535 is full ink.
pub fn cmyk16_to_rgb(samples: &[u16], icc: Option<&[u8]>) -> (Vec<u16>, Option<String>) {
    convert(samples, icc, transform::cmyk16_to, |[c, m, y, k]| {
        let light = 65535 - k;
        [c, m, y].map(|ink| light - product16(light, ink))
    })
}

fn convert<S: Copy>(
    samples: &[S],
    icc: Option<&[u8]>,
    by_profile: impl FnOnce(&[S], &ColorProfile, &ColorProfile) -> Result<Vec<S>>,
    by_formula: impl Fn([S; 4]) -> [S; 3],
) -> (Vec<S>, Option<String>) {
    let (pixels, _) = samples.as_chunks::<4>();
    let converted = icc.map(|icc| {
        let profile = cmyk_profile(icc)?;
        by_profile(pixels.as_flattened(), &profile, &Profile::Srgb.rgb()).map_err(|error| error.to_string())
    });
    let formula = || pixels.iter().flat_map(|&pixel| by_formula(pixel)).collect();
    match converted {
        Some(Ok(rgb)) => (rgb, None),
        Some(Err(reason)) => {
            let warning = format!("its CMYK was converted by formula, not by its color profile ({reason})");
            (formula(), Some(warning))
        }
        None => (formula(), None),
    }
}

fn cmyk_profile(icc: &[u8]) -> Result<ColorProfile, String> {
    let profile = transform::parse(icc).map_err(|error| error.to_string())?;
    match profile.color_space {
        DataColorSpace::Cmyk => Ok(profile),
        _ => Err("it is not for CMYK".into()),
    }
}

/// `a·b / 255`, rounded; at most `a`.
fn product(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    (((product >> 8) + product) >> 8) as u8
}

/// `a·b / 65535`, rounded; at most `a`.
fn product16(a: u16, b: u16) -> u16 {
    ((u64::from(a) * u64::from(b) + 32767) / 65535) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_ink_is_white_and_full_black_is_black() {
        let inks = [0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 100, 200, 50, 30];
        let (rgb, warning) = cmyk_to_rgb(&inks, None);
        assert_eq!(rgb, [255, 255, 255, 0, 0, 0, 0, 255, 255, 137, 49, 181]);
        assert_eq!(warning, None);
    }

    #[test]
    fn a_product_is_the_nearest_and_never_above_its_first_factor() {
        for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
            let exact = f64::from(a) * f64::from(b) / 255.0;
            assert_eq!(product(a, b), exact.round() as u8);
            assert!(product(a, b) <= a);
        }
    }

    #[test]
    fn scenario_23_a_profile_that_cannot_be_used_is_said_and_the_formula_taken() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        for (icc, why) in [(&srgb[..], "not for CMYK"), (&srgb[..100], "damaged color profile")] {
            let (rgb, warning) = cmyk_to_rgb(&[10, 20, 30, 40], Some(icc));
            assert_eq!(rgb, cmyk_to_rgb(&[10, 20, 30, 40], None).0);
            let warning = warning.unwrap();
            assert!(warning.contains(why), "{warning}");
        }
    }

    #[test]
    fn sixteen_bits_are_eight_bits_times_257() {
        for (ink, black) in [(0, 0), (255, 0), (100, 30), (7, 250), (255, 255)] {
            let wide = cmyk16_to_rgb(&[ink * 257, 0, 0, black * 257], None).0[0];
            let narrow = cmyk_to_rgb(&[ink as u8, 0, 0, black as u8], None).0[0];
            assert!(wide.abs_diff(u16::from(narrow) * 257) <= 129, "{ink} {black}");
        }
        assert_eq!(cmyk16_to_rgb(&[0, 65535, 0, 0, 1, 2, 3, 65535], None).0, [65535, 0, 65535, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_three_samples_a_pixel(samples in prop::collection::vec(any::<u8>(), 0..200), icc in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(cmyk_to_rgb(&samples, Some(&icc)).0.len(), samples.len() / 4 * 3);
        }
    }
}
