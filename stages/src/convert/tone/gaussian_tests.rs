//! Owns the tests of blurring rows against the definition.
//! Does not own: `blur` and `sharpen` as ops.

use super::*;
use proptest::prelude::*;

#[test]
fn weights_sum_to_one_and_fall_off() {
    for sigma in [0.0, 0.01, 0.4, 1.0, 7.3, 100.0] {
        for bits in [8, 16] {
            let weights = Gaussian::new(sigma, bits).weights;
            let sum: f32 = weights.iter().skip(1).map(|weight| 2.0 * weight).sum::<f32>() + weights[0];
            assert!((sum - 1.0).abs() < 1e-5, "{sigma}: {sum}");
            assert!(weights.iter().rev().is_sorted());
        }
    }
}

#[test]
fn the_radius_is_opencvs() {
    // cvRound(σ · 3 · 2 + 1) | 1, over 2; 4 for what is not 8 bits.
    for (sigma, eight, sixteen) in [(0.0, 0, 0), (0.5, 2, 2), (1.0, 3, 4), (2.0, 6, 8), (0.75, 3, 3)] {
        assert_eq!(Gaussian::new(sigma, 8).radius(), eight, "of {sigma}");
        assert_eq!(Gaussian::new(sigma, 16).radius(), sixteen, "of {sigma}");
    }
}

#[test]
fn places_outside_are_mirrored_on_the_outermost() {
    let of = |count: usize| (-5..8).map(|at| mirrored(at, count)).collect::<Vec<_>>();
    assert_eq!(of(3), [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
    assert_eq!(of(1), [0; 13]);
    assert_eq!(of(100)[..7], [5, 4, 3, 2, 1, 0, 1]);
}

/// Every pixel by the definition, in double precision.
fn by_definition(gaussian: &Gaussian, (width, color): (usize, Color), samples: &[u16]) -> Vec<f64> {
    let (channels, height) = (color.channels(), samples.len() / width / color.channels());
    let radius = gaussian.radius() as isize;
    let weight = |i: isize| f64::from(gaussian.weights[i.unsigned_abs()]);
    let at = |x: isize, y: isize| (mirrored(y, height) * width + mirrored(x, width)) * channels;
    let mut out = Vec::new();
    for (y, x) in (0..height as isize).flat_map(|y| (0..width as isize).map(move |x| (y, x))) {
        let sum = |value: &dyn Fn(usize) -> f64| -> f64 {
            (-radius..=radius)
                .flat_map(|j| (-radius..=radius).map(move |i| (i, j)))
                .map(|(i, j)| weight(i) * weight(j) * value(at(x + i, y + j)))
                .sum()
        };
        let alpha = |at: usize| if color.has_alpha() { f64::from(samples[at + channels - 1]) } else { 1.0 };
        let light = sum(&alpha);
        let colors = channels - usize::from(color.has_alpha());
        for channel in 0..colors {
            let own = f64::from(samples[at(x, y) + channel]);
            let mixed = sum(&|at| alpha(at) * f64::from(samples[at + channel]));
            out.push(if light > 0.0 { mixed / light } else { own });
        }
        out.extend(color.has_alpha().then_some(light));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Also where the picture is smaller than the reach of the blur.
    #[test]
    fn every_pixel_is_as_defined(
        width in 1usize..24, height in 1usize..16, channels in 0usize..4, sigma in 0f32..3.0, seed in any::<u16>(),
    ) {
        let color = [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba][channels];
        let count = width * height * color.channels();
        let samples: Vec<u16> = (0..count)
            .map(|at| (at as u16).wrapping_mul(40503) ^ seed)
            .enumerate()
            // Some pixels are wholly transparent.
            .map(|(at, v)| if at % 5 < 2 && color.has_alpha() && at % 2 == 1 { 0 } else { v })
            .collect();
        let gaussian = Gaussian::new(sigma, 16);
        let expected = by_definition(&gaussian, (width, color), &samples);
        let mut rows = Vec::new();
        gaussian.rows((width, color), &mut samples.clone(), |_, blurred| rows.extend_from_slice(blurred));
        prop_assert_eq!(rows.len(), expected.len());
        for (at, (&found, expected)) in rows.iter().zip(expected).enumerate() {
            prop_assert!((f64::from(found) - expected).abs() < 0.2, "sample {at}: {found}, not {expected}");
        }
    }

    #[test]
    fn no_more_memory_than_said(width in 1u32..300, height in 1u32..40, sigma in 0f32..30.0) {
        let gaussian = Gaussian::new(sigma, 8);
        let shape = Shape { width, height, color: Color::Rgb, bits: 8 };
        let ring = Ring::new(width as usize * 3, (height as usize).min(2 * gaussian.radius() + 1));
        let used = ring.rows.len() + 2 * ring.stride + 2 * gaussian.radius() * 3;
        prop_assert!(used as u64 * 4 <= gaussian.scratch_bytes(shape));
    }
}
