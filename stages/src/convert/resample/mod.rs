//! Owns resampling: the pixels of a picture at another size.
//! Does not own: which size (see `../scale.rs`), nor the vectors that do the work (crate `fast_image_resize`).
//!
//! | file | what |
//! |---|---|
//! | `filter.rs` | the filters by name |
//! | `nearest.rs` | one pixel for one pixel |
//! | `convolve.rs` | weighted sums of samples as they are stored |
//! | `light.rs` | weighted sums in floats: in linear light, and of colors by their alpha |

mod convolve;
mod filter;
mod light;
mod nearest;

pub(super) use filter::Filter;

use super::frame::{self, Rectangle};
use super::scale::{Axis, Scaled};
use crate::{Error, Image, Result, Samples, Shape};
use fast_image_resize::Resizer;

/// What samples are summed up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Light {
    /// As they are stored.
    #[default]
    Encoded,
    /// As light, by the curve of sRGB.
    Linear,
}

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Sampling {
    pub(super) filter: Filter,
    pub(super) light: Light,
}

/// Most bytes of buffers that are kept for the next picture.
const KEPT_BYTES: usize = 4 << 20;

/// From so many pixels for one on, weights of 16 bits are too coarse (by then they are 1/2048, with an error of 1/4096).
const COARSE: u64 = 1024;

/// The picture at another size. One that keeps its size keeps every sample.
pub(super) fn resize(
    mut image: Image,
    scaled: Scaled,
    sampling: Sampling,
    resizer: &mut Resizer,
) -> Result<Image> {
    if scaled.x.is_same() && scaled.y.is_same() {
        return frame::cut(image, window(scaled));
    }
    let metadata = std::mem::take(&mut image.metadata);
    let shape = after(image.shape(), scaled);
    let samples = if sampling.filter == Filter::Nearest {
        nearest::resize(image, scaled, shape)?
    } else if needs_floats(image.shape(), scaled, sampling) && !is_plain(&image, scaled, sampling) {
        light::resize(image, scaled, shape, sampling, resizer)?
    } else {
        convolve::resize(&image, scaled, shape, sampling.filter, resizer)?
    };
    if resizer.size_of_internal_buffers() > KEPT_BYTES {
        resizer.reset_internal_buffers();
    }
    Ok(Image::new(shape.width, shape.height, shape.color, samples)?.with_metadata(metadata))
}

/// Most bytes that [`resize`] needs besides its input and output.
pub(super) fn scratch_bytes(before: Shape, scaled: Scaled, sampling: Sampling) -> u64 {
    let after = after(before, scaled);
    // Weights in up to three forms, and where each sum begins.
    let sides = [before.width, before.height, after.width, after.height];
    let weights = sides.iter().map(|&side| u64::from(side)).sum::<u64>() * 192;
    // Between the two directions one side is as it was and the other as it will be.
    let wide = Shape { width: before.width, ..after };
    let high = Shape { height: before.height, ..after };
    let samples = if needs_floats(before, scaled, sampling) {
        let floats = |shape: Shape| (shape.byte_len() / u64::from(shape.bits / 8)).saturating_mul(4);
        floats(before).saturating_add(floats(after)).saturating_add(floats(high))
    } else {
        wide.byte_len().max(high.byte_len())
    };
    weights.saturating_add(samples)
}

fn after(before: Shape, scaled: Scaled) -> Shape {
    Shape { width: scaled.x.kept, height: scaled.y.kept, ..before }
}

fn needs_floats(before: Shape, scaled: Scaled, sampling: Sampling) -> bool {
    let coarse = |axis: Axis| u64::from(axis.from) > axis.full.saturating_mul(COARSE);
    sampling.filter != Filter::Nearest
        && (sampling.light == Light::Linear
            || before.color.has_alpha()
            || before.bits == 8 && (coarse(scaled.x) || coarse(scaled.y)))
}

/// Whether floats are for alpha alone, and every pixel is opaque.
fn is_plain(image: &Image, scaled: Scaled, sampling: Sampling) -> bool {
    let shape = image.shape();
    let only_alpha = !needs_floats(Shape { color: crate::Color::Rgb, ..shape }, scaled, sampling);
    let channels = shape.color.channels();
    only_alpha
        && match image.samples() {
            Samples::U8(samples) => {
                samples.iter().skip(channels - 1).step_by(channels).all(|a| *a == u8::MAX)
            }
            Samples::U16(samples) => {
                samples.iter().skip(channels - 1).step_by(channels).all(|a| *a == u16::MAX)
            }
        }
}

fn window(scaled: Scaled) -> Rectangle {
    // Nothing is scaled, so all of it is within the picture, whose sides are u32.
    Rectangle {
        x: scaled.x.start as u32,
        y: scaled.y.start as u32,
        width: scaled.x.kept,
        height: scaled.y.kept,
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Convert { op: "resize", reason: error.to_string() }
}

#[cfg(test)]
mod tests;
