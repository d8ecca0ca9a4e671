//! Owns the transforms of a block of 8×8 coefficients to 4×4, 2×2 and 1×1 samples, bit-exact with libjpeg-turbo's.
//! Does not own: the whole transform (see `idct.rs`).
//!
//! Source: libjpeg-turbo, `jidctred.c` and its vectors `jidctred-sse2.asm`, whose products have 16-bit factors and whose first
//! pass ends at 16 bits. They use frequencies that have no place in fewer samples as well, so all coefficients are wanted; of
//! the even ones some have no part: their factors are 0.

use crate::idct::{FACTOR_BITS, PASS_BITS, sample};
use crate::quantisation::Steps;

/// 4×4 samples, row by row.
#[inline(always)]
pub(crate) fn half(coefficients: &[i16; 64], steps: &Steps) -> [[u8; 4]; 4] {
    let rows = columns::<4, { FACTOR_BITS - PASS_BITS + 1 }>(coefficients, steps, four);
    let mut samples = [[0; 4]; 4];
    for (samples, row) in samples.iter_mut().zip(&rows) {
        let levels = four(row);
        for (sample, level) in samples.iter_mut().zip(levels) {
            *sample = rounded::<{ FACTOR_BITS + PASS_BITS + 4 }>(level);
        }
    }
    samples
}

/// 2×2 samples, row by row.
#[inline(always)]
pub(crate) fn quarter(coefficients: &[i16; 64], steps: &Steps) -> [[u8; 2]; 2] {
    let rows = columns::<2, { FACTOR_BITS - PASS_BITS + 2 }>(coefficients, steps, two);
    let mut samples = [[0; 2]; 2];
    for (samples, row) in samples.iter_mut().zip(&rows) {
        let levels = two(row);
        for (sample, level) in samples.iter_mut().zip(levels) {
            *sample = rounded::<{ FACTOR_BITS + PASS_BITS + 5 }>(level);
        }
    }
    samples
}

/// The one sample of a block: an eighth of its level. Levels far beyond any sample wrap at 10 bits, as libjpeg's table does.
#[inline(always)]
pub(crate) fn eighth(level: i16, step: i16) -> u8 {
    let level = (i32::from(level) * i32::from(step) + 4) >> 3;
    sample(level << 22 >> 22)
}

/// The first pass: all columns at once, to `N` rows of 16 bits.
#[inline(always)]
fn columns<const N: usize, const SHIFT: u32>(
    coefficients: &[i16; 64],
    steps: &Steps,
    transform: impl Fn(&[i16; 8]) -> [i32; N],
) -> [[i16; 8]; N] {
    let mut rows = [[0; 8]; N];
    for column in 0..8 {
        let mut values = [0; 8];
        for row in 0..8 {
            values[row] = coefficients[row * 8 + column].wrapping_mul(steps[row * 8 + column]);
        }
        let levels = transform(&values);
        for (row, level) in rows.iter_mut().zip(levels) {
            let level = level.wrapping_add(1 << (SHIFT - 1)) >> SHIFT;
            row[column] = level.clamp(-32768, 32767) as i16;
        }
    }
    rows
}

/// Four samples from eight coefficients. Only coefficients that no encoder makes overflow; they wrap as libjpeg-turbo's do.
#[inline(always)]
fn four(x: &[i16; 8]) -> [i32; 4] {
    let mean = i32::from(x[0]) << (FACTOR_BITS + 1);
    let slope = sum(x, [(2, 15137), (6, -6270)]);
    let (outer, inner) = (mean.wrapping_add(slope), mean.wrapping_sub(slope));
    let odd_outer = sum(x, [(1, 20995), (3, 7373), (5, -4926), (7, -4176)]);
    let odd_inner = sum(x, [(1, 8697), (3, -17799), (5, 11893), (7, -1730)]);
    [
        outer.wrapping_add(odd_outer),
        inner.wrapping_add(odd_inner),
        inner.wrapping_sub(odd_inner),
        outer.wrapping_sub(odd_outer),
    ]
}

/// Two samples from eight coefficients.
#[inline(always)]
fn two(x: &[i16; 8]) -> [i32; 2] {
    let mean = i32::from(x[0]) << (FACTOR_BITS + 2);
    let slope = sum(x, [(1, 29692), (3, -10426), (5, 6967), (7, -5906)]);
    [mean.wrapping_add(slope), mean.wrapping_sub(slope)]
}

#[inline(always)]
fn sum<const N: usize>(x: &[i16; 8], factors: [(usize, i32); N]) -> i32 {
    let mut sum = 0i32;
    for (at, factor) in factors {
        sum = sum.wrapping_add(i32::from(x[at]) * factor);
    }
    sum
}

#[inline(always)]
fn rounded<const SHIFT: u32>(level: i32) -> u8 {
    sample(level.wrapping_add(1 << (SHIFT - 1)) >> SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idct;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_input_overflows(values in prop::collection::vec(prop::sample::select(&[i16::MIN, i16::MAX, 0, 1][..]), 64)) {
            let coefficients = values.try_into().unwrap();
            half(&coefficients, &[1; 64]);
            quarter(&coefficients, &[1; 64]);
            eighth(coefficients[0], coefficients[1]);
        }

        /// Where frequencies are low, a smaller picture is the mean of the samples that each of its own stands for.
        #[test]
        fn samples_are_about_means(level in -800i16..800, across in -100i16..100, down in -100i16..100) {
            let mut coefficients = [0; 64];
            (coefficients[0], coefficients[1], coefficients[8]) = (level, across, down);
            let mut whole = [0; 64];
            idct::samples(None, 8, &coefficients, &[1; 64], false, &mut whole, 8);
            let mean = |x: usize, y: usize, side: usize| {
                let places = (0..side * side).map(|at| (y * side + at / side) * 8 + x * side + at % side);
                places.map(|at| f64::from(whole[at])).sum::<f64>() / (side * side) as f64
            };
            prop_assume!(whole.iter().all(|&sample| sample > 0 && sample < 255));
            for (at, &sample) in half(&coefficients, &[1; 64]).as_flattened().iter().enumerate() {
                prop_assert!((mean(at % 4, at / 4, 2) - f64::from(sample)).abs() < 3.0);
            }
            for (at, &sample) in quarter(&coefficients, &[1; 64]).as_flattened().iter().enumerate() {
                prop_assert!((mean(at % 2, at / 2, 4) - f64::from(sample)).abs() < 3.0);
            }
            prop_assert!((mean(0, 0, 8) - f64::from(eighth(level, 1))).abs() < 2.0);
        }

        #[test]
        fn a_flat_block_is_a_block(first in any::<i16>(), step in any::<i16>()) {
            let mut coefficients = [0; 64];
            coefficients[0] = first;
            let steps = [step; 64];
            let flat = idct::flat(&coefficients, &steps);
            prop_assert_eq!(half(&coefficients, &steps), [[flat; 4]; 4]);
            prop_assert_eq!(quarter(&coefficients, &steps), [[flat; 2]; 2]);
        }
    }
}
