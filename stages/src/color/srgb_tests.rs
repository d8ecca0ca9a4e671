//! Owns the tests of moving colors. Does not own: comparison with other programs, which need their profiles.

use super::*;
use crate::{Color, Samples};
use proptest::prelude::*;

const PROFILES: [Profile; 5] =
    [Profile::Srgb, Profile::DisplayP3, Profile::AdobeRgb, Profile::ProPhoto, Profile::Rec2020];

fn image(color: Color, samples: Samples) -> Image {
    let count = samples.len() / color.channels();
    Image::new(count as u32, 1, color, samples).unwrap()
}

fn samples16(image: &Image) -> &[u16] {
    let Samples::U16(samples) = image.samples() else { unreachable!() };
    samples
}

/// The matrix of Adobe RGB to sRGB in linear light (both have the same white), and sRGB's curve.
fn adobe_to_srgb(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|value| value.powf(2.199_218_75));
    let linear = [1.398_355_7 * r - 0.398_355_7 * g, g, -0.042_929 * g + 1.042_929 * b];
    linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
    })
}

#[test]
fn sixteen_bits_are_right_to_ten_and_eight_to_one_step() {
    let steps = (0..=16u32).map(|step| (step * 4095) as u16);
    let grid: Vec<u16> = steps
        .clone()
        .flat_map(|r| steps.clone().flat_map(move |g| [[r, g, 9000], [r, 40_000, g]]))
        .flatten()
        .collect();
    let wide =
        to_srgb(assign(image(Color::Rgb, Samples::U16(grid.clone())), Profile::AdobeRgb).unwrap()).unwrap();
    let narrow: Vec<u8> = grid.iter().map(|&value| (value / 257) as u8).collect();
    let small =
        to_srgb(assign(image(Color::Rgb, Samples::U8(narrow.clone())), Profile::AdobeRgb).unwrap()).unwrap();
    let Samples::U8(small) = small.samples() else { unreachable!() };
    for (from, to) in grid.as_chunks::<3>().0.iter().zip(samples16(&wide).as_chunks::<3>().0) {
        for (expected, &found) in adobe_to_srgb(from.map(|value| f64::from(value) / 65535.0)).iter().zip(to) {
            assert!((expected * 65535.0 - f64::from(found)).abs() < 64.0, "{from:?} {to:?} {expected}");
        }
    }
    for (from, to) in narrow.as_chunks::<3>().0.iter().zip(small.as_chunks::<3>().0) {
        for (expected, &found) in adobe_to_srgb(from.map(|value| f64::from(value) / 255.0)).iter().zip(to) {
            assert!((expected * 255.0 - f64::from(found)).abs() < 1.0, "{from:?} {to:?} {expected}");
        }
    }
}

#[test]
fn what_is_srgb_or_says_nothing_keeps_its_samples_and_its_profile() {
    let plain = image(Color::Rgb, Samples::U8((0..=254).collect()));
    assert_eq!(to_srgb(plain.clone()).unwrap(), plain);
    let said = assign(plain, Profile::Srgb).unwrap();
    assert_eq!(to_srgb(said.clone()).unwrap(), said);
}

#[test]
fn gray_is_moved_by_its_curve() {
    let gray = assign(image(Color::Gray, Samples::U8(vec![0, 10, 128, 255])), Profile::ProPhoto).unwrap();
    let gray = to_srgb(gray).unwrap();
    let exact = [0u8, 10, 128, 255].map(|value| {
        let linear = (f64::from(value) / 255.0).powf(1.800_781_25);
        let encoded =
            if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    });
    assert_eq!(gray.samples(), &Samples::U8(exact.to_vec()));
    assert!(!changes_colors(gray.metadata.icc.as_deref().unwrap()));
}

#[test]
fn a_profile_for_another_kind_of_picture_is_removed() {
    let rgb = assign(image(Color::Rgb, Samples::U8(vec![1, 2, 3])), Profile::AdobeRgb).unwrap();
    let mut gray = image(Color::Gray, Samples::U8(vec![9]));
    gray.metadata.icc = rgb.metadata.icc;
    let gray = to_srgb(gray).unwrap();
    assert_eq!((gray.samples(), gray.metadata.icc.is_none()), (&Samples::U8(vec![9]), true));
}

#[test]
fn a_damaged_profile_is_an_error_that_says_so() {
    let mut picture = assign(image(Color::Rgb, Samples::U8(vec![1, 2, 3])), Profile::AdobeRgb).unwrap();
    picture.metadata.icc.as_mut().unwrap().truncate(200);
    let message = to_srgb(picture).unwrap_err().to_string();
    assert!(message.starts_with("damaged color profile: "), "{message}");
}

#[test]
fn gray_keeps_the_tone_curve_of_its_profile_unless_that_is_srgbs() {
    let rgb = |profile| {
        assign(image(Color::Rgb, Samples::U8(vec![1, 2, 3])), profile).unwrap().metadata.icc.unwrap()
    };
    for (profile, plain) in
        PROFILES.map(|profile| (profile, matches!(profile, Profile::Srgb | Profile::DisplayP3)))
    {
        let gray = gray_profile(&rgb(profile));
        assert_eq!(gray.is_none(), plain, "{profile}");
        assert!(gray.is_none_or(|icc| &icc[16..20] == b"GRAY" && changes_colors(&icc)));
    }
    assert_eq!(gray_profile(b"no profile"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn once_in_srgb_a_picture_stays_as_it_is_and_alpha_never_changes(
        at in 0usize..5, color in 0usize..4, samples in prop::collection::vec(any::<u16>(), 4..40),
    ) {
        let color = [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba][color];
        let channels = color.channels();
        let samples = samples[..samples.len() / channels * channels].to_vec();
        let before = assign(image(color, Samples::U16(samples.clone())), PROFILES[at]).unwrap();
        let once = to_srgb(before).unwrap();
        prop_assert_eq!(to_srgb(once.clone()).unwrap(), once.clone());
        if color.has_alpha() {
            let alpha = |samples: &[u16]| samples.chunks(channels).map(|pixel| pixel[channels - 1]).collect::<Vec<_>>();
            prop_assert_eq!(alpha(samples16(&once)), alpha(&samples));
        }
    }

    #[test]
    fn scenario_23_a_changed_profile_is_used_or_refused_but_never_panics(
        at in 0usize..5, gray in any::<bool>(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let color = if gray { Color::Gray } else { Color::Rgb };
        let mut picture = assign(image(color, Samples::U8(vec![1, 2, 3])), PROFILES[at]).unwrap();
        let icc = picture.metadata.icc.as_mut().unwrap();
        for (place, value) in changes {
            let place = place.index(icc.len());
            icc[place] = value;
        }
        let _ = (gray_profile(icc), changes_colors(icc), transform::is_whole(icc));
        let _ = to_srgb(picture);
    }
}
