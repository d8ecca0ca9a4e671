//! Owns CMYK to RGB: by the picture's own profile, and by a fixed formula where there is none.
//! Does not own: how a format stores CMYK (inverted in JPEG, with or without YCCK).
//!
//! Source of the formula: Pillow's `cmyk2rgb` (`src/libImaging/Convert.c`), bit for bit.

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
    match icc.map(|icc| by_profile(samples, icc)) {
        Some(Ok(rgb)) => (rgb, None),
        Some(Err(reason)) => {
            let warning = format!("its CMYK was converted by formula, not by its color profile ({reason})");
            (by_formula(samples), Some(warning))
        }
        None => (by_formula(samples), None),
    }
}

fn by_profile(samples: &[u8], icc: &[u8]) -> Result<Vec<u8>, String> {
    let profile = transform::parse(icc).map_err(|error| error.to_string())?;
    if profile.color_space != DataColorSpace::Cmyk {
        return Err("it is not for CMYK".into());
    }
    let whole = samples.as_chunks::<4>().0.as_flattened();
    transform::cmyk_to(whole, &profile, &ColorProfile::new_srgb()).map_err(|error| error.to_string())
}

fn by_formula(samples: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(samples.len() / 4 * 3);
    for &[c, m, y, k] in samples.as_chunks::<4>().0 {
        let light = 255 - k;
        rgb.extend([c, m, y].map(|ink| light - product(light, ink)));
    }
    rgb
}

/// `a·b / 255`, rounded; at most `a`.
fn product(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    (((product >> 8) + product) >> 8) as u8
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
            assert_eq!(rgb, by_formula(&[10, 20, 30, 40]));
            let warning = warning.unwrap();
            assert!(warning.contains(why), "{warning}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_three_samples_a_pixel(samples in prop::collection::vec(any::<u8>(), 0..200), icc in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(cmyk_to_rgb(&samples, Some(&icc)).0.len(), samples.len() / 4 * 3);
        }
    }
}
