//! Owns the gray formulas as they are written: the reference that every vector kernel equals.
//! Does not own: which of them is run.

use super::GrayMode;
use super::linear;

/// `(9798 R + 19235 G + 3735 B + 16384) >> 15`. At 16 bits the sum is at most 65535 · 2^15 + 2^14, below 2^32.
fn opencv(r: u32, g: u32, b: u32) -> u32 {
    (9798 * r + 19235 * g + 3735 * b + 16384) >> 15
}

/// `(19595 R + 38470 G + 7471 B + 32768) >> 16`. At 16 bits the sum is at most 65535 · 2^16 + 2^15, below 2^32.
fn pillow(r: u32, g: u32, b: u32) -> u32 {
    (19595 * r + 38470 * g + 7471 * b + 32768) >> 16
}

/// `0.2126 R + 0.7152 G + 0.0722 B`, rounded half up, without a rounding error on the way.
fn rec709(r: u32, g: u32, b: u32) -> u32 {
    (2126 * r + 7152 * g + 722 * b + 5000) / 10000
}

/// A loop over pixels for each formula, so that the choice is made once and not for every pixel.
macro_rules! by_mode {
    ($name:ident, $sample:ty, $from:literal, $to:literal, $linear:path, $pixel:expr) => {
        pub(super) fn $name(mode: GrayMode, from: &[[$sample; $from]], to: &mut [[$sample; $to]]) {
            fn each(
                from: &[[$sample; $from]],
                to: &mut [[$sample; $to]],
                formula: impl Fn(u32, u32, u32) -> u32,
            ) {
                let store: fn(&[$sample; $from], $sample) -> [$sample; $to] = $pixel;
                for (from, to) in from.iter().zip(to) {
                    let gray = formula(u32::from(from[0]), u32::from(from[1]), u32::from(from[2]));
                    // A mean of samples is never above the largest, so it fits.
                    *to = store(from, gray as $sample);
                }
            }
            match mode {
                GrayMode::Opencv | GrayMode::Luma => each(from, to, opencv),
                GrayMode::Pillow => each(from, to, pillow),
                GrayMode::Rec709 => each(from, to, rec709),
                GrayMode::Linear => {
                    let linear = $linear();
                    each(from, to, |r, g, b| linear.gray(r, g, b));
                }
            }
        }
    };
}

by_mode!(rgb8, u8, 3, 1, linear::table8, |_, gray| [gray]);
by_mode!(rgba8, u8, 4, 2, linear::table8, |from, gray| [gray, from[3]]);
by_mode!(rgb16, u16, 3, 1, linear::table16, |_, gray| [gray]);
by_mode!(rgba16, u16, 4, 2, linear::table16, |from, gray| [gray, from[3]]);
