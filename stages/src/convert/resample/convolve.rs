//! Owns weighted sums of samples as they are stored, by `fast_image_resize`.
//! Does not own: light and alpha (see `light.rs`).

use super::{Filter, failed};
use crate::convert::frame::room;
use crate::convert::scale::{Axis, Scaled};
use crate::{Color, Image, Result, Samples, Shape};
use fast_image_resize::images::{Image as Target, ImageRef};
use fast_image_resize::{PixelType, ResizeAlg, ResizeOptions, Resizer};

/// Every channel by itself.
pub(super) fn resize(
    image: &Image,
    scaled: Scaled,
    shape: Shape,
    filter: Filter,
    resizer: &mut Resizer,
) -> Result<Samples> {
    Ok(match image.samples() {
        Samples::U8(samples) => {
            let kind = match shape.color {
                Color::Gray => PixelType::U8,
                Color::GrayAlpha => PixelType::U8x2,
                Color::Rgb => PixelType::U8x3,
                Color::Rgba => PixelType::U8x4,
            };
            Samples::U8(convolve(samples, kind, scaled, shape, filter, resizer)?)
        }
        Samples::U16(samples) => {
            let kind = match shape.color {
                Color::Gray => PixelType::U16,
                Color::GrayAlpha => PixelType::U16x2,
                Color::Rgb => PixelType::U16x3,
                Color::Rgba => PixelType::U16x4,
            };
            Samples::U16(convolve(samples, kind, scaled, shape, filter, resizer)?)
        }
    })
}

/// Samples of a kind that `kind` names, to so many of the same kind.
pub(super) fn convolve<S: bytemuck::Pod>(
    samples: &[S],
    kind: PixelType,
    scaled: Scaled,
    shape: Shape,
    filter: Filter,
    resizer: &mut Resizer,
) -> Result<Vec<S>> {
    let mut made = room("resize", shape)?;
    // There is room for all of them: no more memory is asked for.
    made.resize(made.capacity(), S::zeroed());
    let source = ImageRef::new(scaled.x.from, scaled.y.from, bytemuck::cast_slice(samples), kind);
    let bytes = bytemuck::cast_slice_mut(&mut made);
    let target = Target::from_slice_u8(shape.width, shape.height, bytes, kind);
    let (left, width) = span(scaled.x);
    let (top, height) = span(scaled.y);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter.weights()?))
        .crop(left, top, width, height)
        .use_alpha(false);
    resizer.resize(&source.map_err(failed)?, &mut target.map_err(failed)?, &options).map_err(failed)?;
    Ok(made)
}

/// Where what is kept begins in the picture, and how far it goes.
fn span(axis: Axis) -> (f64, f64) {
    let all = f64::from(axis.from);
    if u64::from(axis.kept) == axis.full {
        return (0.0, all);
    }
    let step = all / axis.full as f64;
    let start = (axis.start as f64 * step).min(all.next_down());
    let mut length = (f64::from(axis.kept) * step).min(all - start);
    // Rounding must not reach over the end.
    while start + length > all {
        length = length.next_down();
    }
    (start, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_span_is_never_empty_and_ends_within_the_picture(
            from in 1u32.., full in 1u64..1 << 50, kept in 1u32.., place in 0.0..1.0f64,
        ) {
            let kept = u64::from(kept).min(full) as u32;
            let start = ((full - u64::from(kept)) as f64 * place) as u64;
            let (start, length) = span(Axis { from, full, start, kept });
            prop_assert!(start >= 0.0 && length > 0.0 && start + length <= f64::from(from));
        }
    }
}
