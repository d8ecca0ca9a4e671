//! Owns what a PNG says about its colors, brought into one form: a color profile, or none for sRGB.
//! Does not own: what a profile means (see [`crate::color`]).
//!
//! Source: PNG specification, third edition, 4.3 (which chunk counts) and 11.3.2. Samples are never changed for it.

use crate::color::{profile_of_code, profile_of_gamma};
use png::Info;

/// The profile of a picture: the first of cICP, iCCP, sRGB, and gAMA with cHRM decides.
pub(super) fn profile(info: &Info<'_>, gray: bool) -> Option<Vec<u8>> {
    if let Some(code) = info.coding_independent_code_points
        && code.is_video_full_range_image
    {
        return profile_of_code(code.color_primaries, code.transfer_function, gray);
    }
    if let Some(icc) = &info.icc_profile {
        return Some(icc.to_vec());
    }
    if info.srgb.is_some() {
        return None;
    }
    let encoding = info.gama_chunk.map_or(1.0 / 2.2, |gamma| gamma.into_value());
    let primaries = info.chrm_chunk.map(|points| {
        [points.red, points.green, points.blue, points.white].map(|(x, y)| [x.into_value(), y.into_value()])
    });
    profile_of_gamma(1.0 / encoding, primaries, gray)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::changes_colors;
    use moxcms::{ColorProfile, DataColorSpace};
    use png::{CodingIndependentCodePoints, ScaledFloat, SourceChromaticities};
    use proptest::prelude::*;

    fn chromaticities(red: (f32, f32), white: (f32, f32)) -> SourceChromaticities {
        SourceChromaticities::new(white, red, (0.3, 0.6), (0.15, 0.06))
    }

    fn with_gamma(gamma: f32) -> Info<'static> {
        let mut info = Info::with_size(1, 1);
        info.gama_chunk = Some(ScaledFloat::new(gamma));
        info
    }

    #[test]
    fn what_says_nothing_or_says_srgb_has_no_profile() {
        assert_eq!(profile(&Info::with_size(1, 1), false), None);
        for gamma in [0.45455, 0.45, 0.4348] {
            assert_eq!(profile(&with_gamma(gamma), true), None, "{gamma}");
        }
        let mut srgb = with_gamma(0.45455);
        srgb.chrm_chunk = Some(chromaticities((0.64, 0.33), (0.3127, 0.329)));
        assert_eq!(profile(&srgb, false), None);
        let mut said = with_gamma(1.0);
        said.srgb = Some(png::SrgbRenderingIntent::Perceptual);
        assert_eq!(profile(&said, false), None);
    }

    #[test]
    fn another_gamma_becomes_a_profile_with_that_curve() {
        for gray in [false, true] {
            let icc = profile(&with_gamma(0.55556), gray).unwrap();
            let made = ColorProfile::new_from_slice(&icc).unwrap();
            assert_eq!(made.color_space == DataColorSpace::Gray, gray);
            let curve = if gray { made.gray_trc } else { made.red_trc }.unwrap();
            let linear = curve.make_linear_evaluator().unwrap().evaluate_value(0.5);
            assert!((linear - 0.5f32.powf(1.8)).abs() < 1e-3, "{linear}");
        }
    }

    #[test]
    fn other_primaries_become_a_profile_and_impossible_ones_do_not() {
        let with = |red, white| {
            let mut info = with_gamma(0.45455);
            info.chrm_chunk = Some(chromaticities(red, white));
            profile(&info, false)
        };
        assert!(changes_colors(&with((0.7347, 0.2653), (0.3127, 0.329)).unwrap()));
        assert_eq!(with((0.64, 0.33), (0.3, 0.0)), None);
        assert_eq!(with((0.3, 0.6), (0.3127, 0.329)), None);
    }

    #[test]
    fn a_code_for_video_comes_before_a_profile() {
        let with = |color_primaries, transfer_function| {
            let code = CodingIndependentCodePoints {
                color_primaries,
                transfer_function,
                matrix_coefficients: 0,
                is_video_full_range_image: true,
            };
            let mut info = Info::with_size(1, 1);
            info.coding_independent_code_points = Some(code);
            info.icc_profile = Some(vec![1, 2, 3].into());
            profile(&info, false)
        };
        assert_eq!(with(1, 13), None);
        let p3 = ColorProfile::new_from_slice(&with(12, 13).unwrap()).unwrap();
        assert!(p3.colorant_matrix().v[0][0] > 0.5);
        assert!(with(9, 16).is_some(), "HDR");
        assert_eq!(with(0, 0), None);
    }

    proptest! {
        #[test]
        fn any_numbers_are_a_profile_or_none(gamma in any::<u32>(), points in any::<[u32; 8]>(), gray in any::<bool>()) {
            let scaled = ScaledFloat::from_scaled;
            let point = |at: usize| (scaled(points[at]), scaled(points[at + 1]));
            let mut info = Info::with_size(1, 1);
            info.gama_chunk = Some(scaled(gamma));
            let (white, red, green, blue) = (point(0), point(2), point(4), point(6));
            info.chrm_chunk = Some(SourceChromaticities { white, red, green, blue });
            if let Some(icc) = profile(&info, gray) {
                prop_assert!(ColorProfile::new_from_slice(&icc).is_ok());
            }
        }
    }
}
