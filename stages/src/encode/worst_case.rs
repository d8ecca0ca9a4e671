//! Owns the most bytes that encoding a picture takes: the picture, copies of it in other layouts, scratch and output.
//! Does not own: what decoding and converting take (see `plan`).

use super::png::PERFECTED;
use super::rules::{Depth, rules};
use super::{Effort, EncodeOptions};
use crate::{Format, Shape};

/// The most bytes while a picture of this shape is encoded. Measured in `tests/memory.rs` on noise, which no encoder can make
/// smaller, so that its output is as long as it can be; a growing buffer doubles, and is copied while the old one is there.
pub(crate) fn bytes(shape: Shape, options: &EncodeOptions) -> u64 {
    let pixels = u64::from(shape.width).saturating_mul(u64::from(shape.height));
    let picture = shape.byte_len();
    let stored = stored(shape, options.format);
    let rows = u64::from(shape.height).saturating_mul(8);
    // Copies in the layout that is stored, with the output, and what there is of each pixel or only once.
    let (copies, each_pixel, once) = match (options.format, options.effort) {
        // Zopfli notes some two hundred bytes for each byte, and gets short pictures only.
        (Format::Png, Effort::Best) => (11, 2, picture.min(PERFECTED as u64).saturating_mul(220)),
        (Format::Png, Effort::Balanced) => (9, 0, 0),
        (Format::Png, _) => (7, 0, 0),
        // Coefficients of all components at full size, and their samples.
        (Format::Jpeg, effort) if options.progressive || effort >= Effort::Balanced => (7, 9, 0),
        (Format::Jpeg, _) => (7, 0, 0),
        // A strip, and the same as differences, and compressed.
        (Format::Tiff, _) => (5, 0, picture.min(1 << 20).saturating_mul(4)),
        (Format::WebP, _) => (9, 4, 0),
        (Format::Avif, _) => (4, 120, 12 << 20),
        _ => (5, 0, 0),
    };
    picture
        .saturating_mul(if stored > picture { 3 } else { 1 })
        .saturating_add(stored.saturating_mul(copies))
        .saturating_add(pixels.saturating_mul(each_pixel))
        .saturating_add(rows)
        .saturating_add(once)
}

/// Bytes of the samples in the layout and depth that the format stores.
fn stored(shape: Shape, format: Format) -> u64 {
    let Some(rules) = rules(format) else { return shape.byte_len() };
    let bits = match rules.depth {
        Depth::Eight => 8,
        Depth::Sixteen => 16,
        Depth::Both => shape.bits,
    };
    Shape { color: rules.layout_of(shape.color), bits, ..shape }.byte_len()
}
