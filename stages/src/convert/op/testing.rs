//! Owns what tests of ops share: pictures, and short ways to apply an op.
//! Does not own: any rule.

use crate::{Color, Converter, Image, Op, Result, Samples};
use proptest::prelude::*;

/// Pictures of noise in every layout.
pub(crate) fn pictures() -> impl Strategy<Value = Image> {
    let colors = prop::sample::select(vec![Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba]);
    (1..24u32, 1..24u32, colors, any::<bool>(), any::<u64>(), 1..=8u8).prop_map(
        |(width, height, color, wide, seed, orientation)| {
            let count = width as usize * height as usize * color.channels();
            let noise = (0..count as u64).map(|at| {
                (at ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(seed | 1)
            });
            let samples = if wide {
                Samples::U16(noise.map(|value| (value >> 40) as u16).collect())
            } else {
                Samples::U8(noise.map(|value| (value >> 40) as u8).collect())
            };
            let mut image = Image::new(width, height, color, samples).unwrap();
            image.metadata.orientation = orientation;
            image
        },
    )
}

/// What an op makes of a picture, or why it cannot.
pub(crate) fn run(image: &Image, op: &str) -> Result<Image> {
    Converter::new().apply(image.clone(), &op.parse::<Op>().expect(op))
}

/// What is wrong with an op's text.
pub(crate) fn problem(op: &str) -> String {
    op.parse::<Op>().unwrap_err().to_string()
}

/// What an op makes of a picture.
pub(crate) fn converted(text: &str, image: Image) -> Image {
    Converter::new().apply(image, &text.parse::<Op>().expect(text)).unwrap()
}

/// What an op makes of one row.
pub(crate) fn row(text: &str, color: Color, samples: Samples) -> Samples {
    let width = (samples.len() / color.channels()) as u32;
    converted(text, Image::new(width, 1, color, samples).unwrap()).into_samples()
}

/// What an op makes of a row of gray.
pub(crate) fn changed(text: &str, samples: &[u8]) -> Vec<u8> {
    let Samples::U8(samples) = row(text, Color::Gray, Samples::U8(samples.to_vec())) else { unreachable!() };
    samples
}

/// What an op makes of a row of 16-bit gray.
pub(crate) fn changed_wide(text: &str, samples: &[u16]) -> Vec<u16> {
    let Samples::U16(samples) = row(text, Color::Gray, Samples::U16(samples.to_vec())) else {
        unreachable!()
    };
    samples
}

/// What an op makes of a row of colors.
pub(crate) fn changed_rgb(text: &str, pixels: &[[u8; 3]]) -> Vec<[u8; 3]> {
    let Samples::U8(samples) = row(text, Color::Rgb, Samples::U8(pixels.as_flattened().to_vec())) else {
        unreachable!()
    };
    samples.as_chunks().0.to_vec()
}

/// The column at which an op that is not one is wrong.
pub(crate) fn column(text: &str) -> usize {
    text.parse::<Op>().unwrap_err().column
}
