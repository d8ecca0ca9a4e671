//! Owns turning planes of luma and color differences into interleaved samples.
//! Does not own: decoding the planes.
//!
//! Source: Rec. ITU-T H.273, 8.3 (matrix coefficients, ranges). Halved color is interpolated from the nearest two or four samples with
//! weights of 9, 3, 3, 1 sixteenths, as libavif has it.

use super::frame::{Frame, Plane};
use super::properties::Properties;
use super::{damaged, unsupported};
use crate::{Color, Result};

/// The shares of red and of blue in luma.
fn weights(matrix: u64) -> Result<(f32, f32)> {
    Ok(match matrix {
        1 => (0.2126, 0.0722),
        4 => (0.30, 0.11),
        2 | 5 | 6 => (0.299, 0.114),
        7 => (0.212, 0.087),
        9 => (0.2627, 0.0593),
        other => return Err(unsupported(format!("matrix coefficients {other}"))),
    })
}

/// Where the values of a plane begin, and how far they go.
struct Range {
    zero: f32,
    width: f32,
}

fn range(bits: u32, full: bool, difference: bool) -> Range {
    let most = ((1u32 << bits) - 1) as f32;
    let step = (1u32 << (bits - 8)) as f32;
    match (full, difference) {
        (true, false) => Range { zero: 0.0, width: most },
        (true, true) => Range { zero: 128.0 * step, width: most },
        (false, false) => Range { zero: 16.0 * step, width: 219.0 * step },
        (false, true) => Range { zero: 128.0 * step, width: 224.0 * step },
    }
}

/// 0…1 in 16 bits; a multiple of 257 where the picture has 8.
fn quantised(value: f32, bits: u32) -> u16 {
    let value = value.clamp(0.0, 1.0);
    if bits == 8 { (value * 255.0).round() as u16 * 257 } else { (value * 65535.0).round() as u16 }
}

/// Interleaved samples of 16 bits; alpha, where `color` has it, is still opaque.
pub(super) fn samples(frame: &Frame, about: &Properties, color: Color) -> Result<Vec<u16>> {
    let full = about.full_range.unwrap_or(frame.full_range);
    let luma = range(frame.bits, full, false);
    let [y, rest @ ..] = frame.planes.as_slice() else { return Err(damaged("it has no planes")) };
    let channels = color.channels();
    let mut out = vec![u16::MAX; y.samples.len() * channels];
    let light = |value: u16| (f32::from(value) - luma.zero) / luma.width;
    if color.is_gray() {
        for (pixel, &value) in out.chunks_exact_mut(channels).zip(&y.samples) {
            pixel[0] = quantised(light(value), frame.bits);
        }
        return Ok(out);
    }
    let [u, v] = rest else { return Err(damaged("its AV1 data is gray and the file says that it is not")) };
    let matrix = about.matrix.unwrap_or(frame.matrix);
    let identity = matrix == 0;
    if identity && (u.width, u.height) != (y.width, y.height) {
        return Err(damaged("its red, green and blue are not of one size"));
    }
    let (red, blue) = if identity { (0.0, 0.0) } else { weights(matrix)? };
    let green = 1.0 - red - blue;
    let difference = range(frame.bits, full, true);
    for (row, at) in out.chunks_exact_mut(y.width * channels).zip(0..) {
        for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
            let value = y.samples[at * y.width + x];
            let rgb = if identity {
                let index = at * y.width + x;
                [light(v.samples[index]), light(value), light(u.samples[index])]
            } else {
                let cb = (interpolated(u, y, x, at) - difference.zero) / difference.width;
                let cr = (interpolated(v, y, x, at) - difference.zero) / difference.width;
                let light = light(value);
                let (to_red, to_blue) = (2.0 * (1.0 - red) * cr, 2.0 * (1.0 - blue) * cb);
                [light + to_red, light - (red * to_red + blue * to_blue) / green, light + to_blue]
            };
            pixel[..3].copy_from_slice(&rgb.map(|value| quantised(value, frame.bits)));
        }
    }
    Ok(out)
}

/// The value of a plane at a place of the full-sized one.
fn interpolated(plane: &Plane, full: &Plane, x: usize, y: usize) -> f32 {
    let (x0, x1) = neighbours(x, plane.width, full.width);
    let (y0, y1) = neighbours(y, plane.height, full.height);
    let at = |x: usize, y: usize| f32::from(plane.samples[y * plane.width + x]);
    let near = 3.0 * at(x0, y0) + at(x1, y0);
    let far = 3.0 * at(x0, y1) + at(x1, y1);
    (3.0 * near + far) / 16.0
}

/// The nearest sample of a plane along one side, and the next nearest; the same one where the plane is not halved.
fn neighbours(at: usize, small: usize, full: usize) -> (usize, usize) {
    if small == full {
        return (at, at);
    }
    let nearest = at / 2;
    let next = if at.is_multiple_of(2) { nearest.saturating_sub(1) } else { nearest + 1 };
    (nearest, next.min(small - 1))
}

/// Puts alpha, which is the luma of a picture of its own, into the last sample of each pixel.
pub(super) fn put_alpha(alpha: &Frame, about: &Properties, out: &mut [u16], channels: usize) -> Result<()> {
    let Some(plane) = alpha.planes.first() else { return Err(damaged("its alpha has no plane")) };
    let luma = range(alpha.bits, about.full_range.unwrap_or(alpha.full_range), false);
    for (pixel, &value) in out.chunks_exact_mut(channels).zip(&plane.samples) {
        pixel[channels - 1] = quantised((f32::from(value) - luma.zero) / luma.width, alpha.bits);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(y: &[u16], u: u16, v: u16) -> Frame {
        let plane = |samples: &[u16]| Plane { width: samples.len(), height: 1, samples: samples.to_vec() };
        Frame { planes: vec![plane(y), plane(&[u]), plane(&[v])], bits: 8, matrix: 6, full_range: true }
    }

    #[test]
    fn colors_without_differences_are_gray() {
        let samples = samples(&frame(&[0, 255], 128, 128), &Properties::default(), Color::Rgb).unwrap();
        assert_eq!(samples, [0, 0, 0, 65535, 65535, 65535]);
    }

    #[test]
    fn the_narrow_range_is_stretched() {
        let about = Properties { full_range: Some(false), ..Properties::default() };
        let samples = samples(&frame(&[16, 235], 128, 128), &about, Color::Rgb).unwrap();
        assert_eq!(samples, [0, 0, 0, 65535, 65535, 65535]);
    }

    #[test]
    fn red_is_red() {
        let samples = samples(&frame(&[76, 76], 85, 255), &Properties::default(), Color::Rgb).unwrap();
        assert_eq!(samples[..3].iter().map(|sample| sample / 257).collect::<Vec<_>>(), [254, 0, 0]);
    }

    #[test]
    fn halved_color_is_interpolated_between_neighbours() {
        assert_eq!([0, 1, 2, 3].map(|at| neighbours(at, 2, 4)), [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert_eq!(neighbours(2, 3, 3), (2, 2));
    }
}
