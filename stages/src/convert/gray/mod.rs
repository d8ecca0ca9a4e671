//! Owns taking color away: which formula, for which samples, on which instruction set.
//! Does not own: decoding only the Y plane of a JPEG, which is a matter of decoding ([`crate::DecodeMode::Luma`]).
//!
//! | file | what |
//! |---|---|
//! | `mode.rs` | the formulas by name |
//! | `scalar.rs` | each formula as it is written: the reference |
//! | `avx2.rs` | the same bytes, faster |
//! | `linear.rs` | tables for linear light |
//! | `level.rs` | which instruction set is used |

#[cfg(target_arch = "x86_64")]
mod avx2;
mod level;
pub(super) mod linear;
mod mode;
mod scalar;

pub use mode::GrayMode;

use crate::color::gray_profile;
use crate::{Color, Image, Result, Samples};
use level::Level;

/// Gray of 8-bit RGB: three samples of `rgb` give one of `gray`.
///
/// Runs on the widest instruction set of this processor; every one gives the same bytes. The environment variable
/// `PIPELINE_SIMD` (`scalar` or `avx2`, read once) forces one.
///
/// ```
/// use pipeline_stages::{GrayMode, gray::rgb8_to_gray};
///
/// let mut gray = [0; 2];
/// rgb8_to_gray(GrayMode::Opencv, &[255, 0, 0, 0, 255, 0], &mut gray);
/// assert_eq!(gray, [76, 150]);
/// ```
///
/// Pixels beyond the shorter of the two are left as they are.
pub fn rgb8_to_gray(mode: GrayMode, rgb: &[u8], gray: &mut [u8]) {
    rgb8_at(Level::current(), mode, rgb, gray);
}

/// Gray of 16-bit RGB, as [`rgb8_to_gray`].
pub fn rgb16_to_gray(mode: GrayMode, rgb: &[u16], gray: &mut [u16]) {
    rgb16_at(Level::current(), mode, rgb, gray);
}

/// Gray of 8-bit RGBA: four samples of `rgba` give two of `gray_alpha`. Alpha is copied.
pub fn rgba8_to_gray_alpha(mode: GrayMode, rgba: &[u8], gray_alpha: &mut [u8]) {
    rgba8_at(Level::current(), mode, rgba, gray_alpha);
}

/// Gray of 16-bit RGBA, as [`rgba8_to_gray_alpha`].
pub fn rgba16_to_gray_alpha(mode: GrayMode, rgba: &[u16], gray_alpha: &mut [u16]) {
    rgba16_at(Level::current(), mode, rgba, gray_alpha);
}

/// One kernel for each kind of pixel: the vector part first, then the reference for what is left.
macro_rules! kernel {
    ($name:ident, $vector:ident, $scalar:path, $sample:ty, $from:literal, $to:literal) => {
        fn $name(level: Level, mode: GrayMode, from: &[$sample], to: &mut [$sample]) {
            let (from, _) = from.as_chunks::<$from>();
            let (to, _) = to.as_chunks_mut::<$to>();
            let count = from.len().min(to.len());
            let (from, to) = (&from[..count], &mut to[..count]);
            #[cfg(target_arch = "x86_64")]
            let done = if level == Level::Avx2 { avx2::$vector(mode, from, to) } else { 0 };
            #[cfg(not(target_arch = "x86_64"))]
            let done = {
                let _ = level;
                0
            };
            $scalar(mode, &from[done..], &mut to[done..]);
        }
    };
}

kernel!(rgb8_at, rgb8, scalar::rgb8, u8, 3, 1);
kernel!(rgba8_at, rgba8, scalar::rgba8, u8, 4, 2);
kernel!(rgb16_at, rgb16, scalar::rgb16, u16, 3, 1);
kernel!(rgba16_at, rgba16, scalar::rgba16, u16, 4, 2);

/// Takes color away and keeps alpha. A picture that is gray already keeps its samples.
///
/// A color profile describes colors, so what is left of one is a gray profile with its tone curve, and nothing where that
/// curve is sRGB's.
pub(super) fn apply(mut image: Image, mode: GrayMode) -> Result<Image> {
    if image.color().is_gray() {
        return Ok(image);
    }
    image.metadata.icc = image.metadata.icc.as_deref().and_then(gray_profile);
    let color = image.color();
    image.relaid(color.to_gray(), |samples| without_color(color, &samples, mode))
}

/// The gray of samples that have color, with their alpha.
pub(super) fn without_color(color: Color, samples: &Samples, mode: GrayMode) -> Samples {
    let pixels = samples.len() / color.channels();
    match (color, samples) {
        (Color::Rgba, Samples::U8(from)) => {
            Samples::U8(filled(pixels * 2, |to| rgba8_to_gray_alpha(mode, from, to)))
        }
        (Color::Rgba, Samples::U16(from)) => {
            Samples::U16(filled(pixels * 2, |to| rgba16_to_gray_alpha(mode, from, to)))
        }
        (_, Samples::U8(from)) => Samples::U8(filled(pixels, |to| rgb8_to_gray(mode, from, to))),
        (_, Samples::U16(from)) => Samples::U16(filled(pixels, |to| rgb16_to_gray(mode, from, to))),
    }
}

fn filled<S: Copy + Default>(count: usize, fill: impl FnOnce(&mut [S])) -> Vec<S> {
    let mut samples = vec![S::default(); count];
    fill(&mut samples);
    samples
}

#[cfg(test)]
mod tests;
