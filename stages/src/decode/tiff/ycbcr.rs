//! Owns luma and color differences as a TIFF stores them outside of JPEG data: blocks of them, and their formula.
//! Does not own: JPEG data, whose decoder gives red, green, blue.
//!
//! Source: TIFF 6.0, sections 20 and 21; the arithmetic in 16-bit fixed point is libtiff's (`tif_color.c`), so that results are
//! equal. Color is repeated over its block, as there.

use super::chunks::{Place, target};
use super::layout::Layout;
use super::unpack::Sample;
use crate::Result;

const COEFFICIENTS: u16 = 529;
const REFERENCE_BLACK_WHITE: u16 = 532;

/// Puts one row of blocks, each of `h × v` lumas and two differences, where it belongs.
pub(super) fn put_blocks<S: Sample>(layout: &Layout<'_>, place: Place, y: u32, row: &[u8], out: &mut [S]) {
    let (h, v) = (layout.subsampling.0 as usize, layout.subsampling.1);
    let luma = h * v as usize;
    for down in 0..v.min(place.rows - y) {
        let target = target(layout, place, y + down, out);
        for (pixels, block) in target.chunks_mut(3 * h).zip(row.chunks_exact(luma + 2)) {
            let lumas = &block[down as usize * h..];
            for (pixel, &luma_value) in pixels.chunks_exact_mut(3).zip(lumas) {
                let stored = [luma_value, block[luma], block[luma + 1]];
                pixel.copy_from_slice(&stored.map(|value| S::from_u16(u16::from(value))));
            }
        }
    }
}

/// What each stored value contributes, computed once for a picture.
pub(super) struct Tables {
    luma: [i32; 256],
    red: [i32; 256],
    blue: [i32; 256],
    green_of_red: [i32; 256],
    green_of_blue: [i32; 256],
}

impl Tables {
    pub(super) fn of(layout: &Layout<'_>) -> Result<Tables> {
        let floats = |tag, defaults: &[f32]| -> Vec<f32> {
            let field = layout.directory.field(tag);
            let value = |index| field.and_then(|field| field.float(index)).filter(|value| value.is_finite());
            (0..).zip(defaults).map(|(index, &default)| value(index).unwrap_or(default)).collect()
        };
        let weights = floats(COEFFICIENTS, &[0.299, 0.587, 0.114]);
        let range = floats(REFERENCE_BLACK_WHITE, &[0.0, 255.0, 128.0, 255.0, 128.0, 255.0]);
        if weights.iter().any(|weight| !(0.0001..=1.0).contains(weight)) {
            return Err(super::damaged("its YCbCrCoefficients are not weights"));
        }
        let fixed = |value: f32| (value.clamp(0.0, 2.0) * 65536.0 + 0.5) as i32;
        let (of_red, of_blue) = (2.0 - 2.0 * weights[0], 2.0 - 2.0 * weights[2]);
        let (red, blue) = (fixed(of_red), fixed(of_blue));
        let green_red = -fixed(weights[0] * of_red / weights[1]);
        let green_blue = -fixed(weights[2] * of_blue / weights[1]);
        const HALF: i32 = 1 << 15;
        let difference = |code: usize, black: f32, white: f32| {
            full(code as i32 - 128, black - 128.0, white - 128.0, 127.0)
        };
        let cb = |code| difference(code, range[2], range[3]);
        let cr = |code| difference(code, range[4], range[5]);
        Ok(Tables {
            luma: std::array::from_fn(|code| full(code as i32, range[0], range[1], 255.0)),
            red: std::array::from_fn(|code| (red * cr(code) + HALF) >> 16),
            blue: std::array::from_fn(|code| (blue * cb(code) + HALF) >> 16),
            green_of_red: std::array::from_fn(|code| green_red * cr(code)),
            green_of_blue: std::array::from_fn(|code| green_blue * cb(code) + HALF),
        })
    }

    /// In place: luma and differences become red, green, blue.
    pub(super) fn apply(&self, pixels: &mut [u8]) {
        for [a, b, c] in pixels.as_chunks_mut::<3>().0 {
            let (y, cb, cr) = (self.luma[usize::from(*a)], usize::from(*b), usize::from(*c));
            *a = byte(y + self.red[cr]);
            *b = byte(y + ((self.green_of_blue[cb] + self.green_of_red[cr]) >> 16));
            *c = byte(y + self.blue[cb]);
        }
    }
}

/// A code as a value of the full range, given the codes of black and white. Bounded, so that no sum overflows.
fn full(code: i32, black: f32, white: f32, range: f32) -> i32 {
    let width = if white == black { 1.0 } else { white - black };
    let value = (code - black as i32) as f32 * range / width;
    value.clamp(-4096.0, 4096.0) as i32
}

fn byte(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}
