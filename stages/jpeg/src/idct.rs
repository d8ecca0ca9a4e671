//! Owns the inverse transform (T.81, A.3.3), bit-exact with libjpeg's `islow`.
//! Does not own: where its samples go, transforms to fewer samples (see `reduced.rs`).
//!
//! Source: C. Loeffler, A. Ligtenberg and G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications" (1989), with
//! 13 fractional bits as in libjpeg's `jidctint.c`. Their 11 multiplications are written out as sums of products: then every
//! factor has 16 bits, for which processors have a multiplication of eight at once, and the sums are the same to the last bit.

#[cfg(target_arch = "x86_64")]
use crate::idct_avx2;
use crate::idct_wrapping;
use crate::quantisation::Steps;
use crate::reduced;
use crate::simd::Wide;

/// Fractional bits of the factors.
pub(crate) const FACTOR_BITS: u32 = 13;
/// Fractional bits kept between the two passes.
pub(crate) const PASS_BITS: u32 = 2;

/// Eight lanes of one row or column.
type Lanes = [i16; 8];

/// Writes the samples of a block to `out`, `side` × `side` of them (8, 4, 2 or 1) in rows that are `stride` apart; `flat` if
/// only its first coefficient may be other than 0. Does nothing if there is no room for them.
#[inline(always)]
pub(crate) fn samples(
    wide: Option<Wide>,
    side: usize,
    coefficients: &[i16; 64],
    steps: &Steps,
    flat: bool,
    out: &mut [u8],
    stride: usize,
) {
    if side != 8 {
        return smaller(side, coefficients, steps, flat, out, stride);
    }
    if flat {
        return store(&[[flat_whole(coefficients, steps); 8]; 8], out, stride);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide {
        return idct_avx2::block(wide, coefficients, steps, out, stride);
    }
    let _ = wide;
    store(&block(coefficients, steps), out, stride);
}

#[inline(always)]
fn smaller(side: usize, coefficients: &[i16; 64], steps: &Steps, flat: bool, out: &mut [u8], stride: usize) {
    match (side, flat) {
        (4, false) => store(&reduced::half(coefficients, steps), out, stride),
        (4, true) => store(&[[self::flat(coefficients, steps); 4]; 4], out, stride),
        (2, false) => store(&reduced::quarter(coefficients, steps), out, stride),
        (2, true) => store(&[[self::flat(coefficients, steps); 2]; 2], out, stride),
        _ => store(&[[reduced::eighth(coefficients[0], steps[0])]], out, stride),
    }
}

/// Bytes from the first sample of a block to behind its last one.
pub(crate) fn extent(side: usize, stride: usize) -> usize {
    (side - 1) * stride + side
}

#[inline(always)]
fn store<const SIDE: usize>(rows: &[[u8; SIDE]; SIDE], out: &mut [u8], stride: usize) {
    let Some(mut rest) = out.get_mut(..extent(SIDE, stride)) else { return };
    for row in rows {
        if let Some(place) = rest.first_chunk_mut() {
            *place = *row;
        }
        rest = rest.get_mut(stride..).unwrap_or_default();
    }
}

/// The samples of a block in which only the first coefficient is not zero.
#[inline(always)]
pub(crate) fn flat(coefficients: &[i16; 64], steps: &Steps) -> u8 {
    let level = i32::from(coefficients[0].wrapping_mul(steps[0])) << PASS_BITS;
    sample((level + (1 << (PASS_BITS + 2))) >> (PASS_BITS + 3))
}

/// The same in a whole block, whose levels wrap around at 16 bits (see `idct_wrapping.rs`).
#[inline(always)]
fn flat_whole(coefficients: &[i16; 64], steps: &Steps) -> u8 {
    let level = coefficients[0].wrapping_mul(steps[0]) << PASS_BITS;
    sample((i32::from(level) + (1 << (PASS_BITS + 2))) >> (PASS_BITS + 3))
}

/// Multiplies coefficients by their steps and transforms them to 8 rows of 8 samples.
///
/// Loops, and no closures over arrays: what compilers do not inline is not compiled for the processor's vectors.
#[inline(always)]
pub(crate) fn block(coefficients: &[i16; 64], steps: &Steps) -> [[u8; 8]; 8] {
    let mut rows = [[0; 8]; 8];
    for (row, (values, steps)) in
        rows.iter_mut().zip(coefficients.as_chunks::<8>().0.iter().zip(steps.as_chunks::<8>().0))
    {
        for lane in 0..8 {
            row[lane] = values[lane].wrapping_mul(steps[lane]);
        }
    }
    let columns = pass::<{ FACTOR_BITS - PASS_BITS }>(&rows);
    for (row, column) in rows.iter_mut().zip(&columns) {
        for lane in 0..8 {
            row[lane] = column[lane].clamp(-32768, 32767) as i16;
        }
    }
    if absurd(&rows) {
        return idct_wrapping::samples(coefficients, steps);
    }
    // Three more bits are the factor 8 of two passes.
    let levels = pass::<{ FACTOR_BITS + PASS_BITS + 3 }>(&transpose(&rows));
    // Turned back while they have 16 bits: eight of these fill a vector, and compilers know how to transpose those.
    for (row, levels) in rows.iter_mut().zip(&levels) {
        for lane in 0..8 {
            row[lane] = levels[lane].clamp(-32768, 32767) as i16;
        }
    }
    let mut samples = [[0; 8]; 8];
    for (samples, levels) in samples.iter_mut().zip(&transpose(&rows)) {
        for lane in 0..8 {
            samples[lane] = levels[lane].saturating_add(128).clamp(0, 255) as u8;
        }
    }
    samples
}

/// Whether sums of two of these could have more than 16 bits, or those of two coefficients before the first pass could: columns
/// are at least four times as far from zero as the coefficients they come from (the root of the mean of their squares is exactly
/// that, but for rounding). Encoders make nothing of the kind.
#[inline(always)]
fn absurd(columns: &[Lanes; 8]) -> bool {
    let mut all = [0; 8];
    for column in columns {
        for lane in 0..8 {
            all[lane] |= column[lane].wrapping_add(0x4000);
        }
    }
    let mut any = 0;
    for lane in all {
        any |= lane;
    }
    any < 0
}

/// Writes the samples of a block whose columns are [`absurd`]. Out of the way of all others.
#[cfg(target_arch = "x86_64")]
#[cold]
#[inline(never)]
pub(crate) fn nonsense(coefficients: &[i16; 64], steps: &Steps, out: &mut [u8], stride: usize) {
    store(&idct_wrapping::samples(coefficients, steps), out, stride);
}

/// From a level of at most 14 bits.
#[inline(always)]
pub(crate) fn sample(level: i32) -> u8 {
    (level as i16 + 128).clamp(0, 255) as u8
}

#[inline(always)]
fn transpose(rows: &[Lanes; 8]) -> [Lanes; 8] {
    let mut turned = [[0; 8]; 8];
    for (index, row) in rows.iter().enumerate() {
        for lane in 0..8 {
            turned[lane][index] = row[lane];
        }
    }
    turned
}

/// Transforms eight columns at once, rounding off `SHIFT` bits.
///
/// No sum can overflow: with 16-bit input the largest is 32768 × (8192 × 2 + 10703 + 4433 + 11363 + 9633 + 6437 + 2260),
/// just below 2^31.
#[inline(always)]
fn pass<const SHIFT: u32>(x: &[Lanes; 8]) -> [[i32; 8]; 8] {
    let mut out = [[0; 8]; 8];
    for lane in 0..8 {
        let times = |row: usize, factor: i16| i32::from(x[row][lane]) * i32::from(factor);
        let half = 1 << (SHIFT - 1);
        let sum = times(0, 8192) + times(4, 8192) + half;
        let difference = times(0, 8192) - times(4, 8192) + half;
        let (wide, narrow) = (times(2, 10703) + times(6, 4433), times(2, 4433) - times(6, 10704));
        let even = [sum + wide, difference + narrow, difference - narrow, sum - wide];
        let odd = [
            times(1, 11363) + times(3, 9633) + times(5, 6437) + times(7, 2260),
            times(1, 9633) + times(3, -2259) + times(5, -11362) + times(7, -6436),
            times(1, 6437) + times(3, -11362) + times(5, 2261) + times(7, 9633),
            times(1, 2260) + times(3, -6436) + times(5, 9633) + times(7, -11363),
        ];
        for row in 0..4 {
            out[row][lane] = (even[row] + odd[row]) >> SHIFT;
            out[7 - row][lane] = (even[row] - odd[row]) >> SHIFT;
        }
    }
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of each kind that occurs: a few small ones, many, and none that any encoder makes, in all of a block or in its first row.
    pub(crate) fn coefficients() -> impl Strategy<Value = [i16; 64]> {
        let usual = prop_oneof![4 => Just(0), 4 => -300i16..300, 1 => any::<i16>(), 1 => Just(i16::MIN), 1 => Just(i16::MAX)];
        let first = prop::collection::vec(prop_oneof![3 => Just(0), 1 => any::<i16>()], 8);
        prop_oneof![
            2 => prop::collection::vec(usual, 64),
            2 => prop::collection::vec(-60i16..60, 64),
            2 => prop::collection::vec(prop_oneof![9 => Just(0), 1 => -9000i16..9000], 64),
            1 => first.prop_map(|row| [&row[..], &[0; 56]].concat()),
        ]
        .prop_map(|values| values.try_into().unwrap())
    }

    pub(crate) fn steps() -> impl Strategy<Value = Steps> {
        let steps = prop::collection::vec(prop_oneof![9 => 0i16..256, 1 => any::<i16>()], 64);
        prop_oneof![Just([1; 64]), steps.prop_map(|steps| steps.try_into().unwrap())]
    }

    /// T.81, A.3.3 in floating point.
    fn exactly(coefficients: &[i16; 64]) -> [[f64; 8]; 8] {
        let basis = |place: usize, frequency: usize| {
            let scale = if frequency == 0 { 0.125f64.sqrt() } else { 0.5 };
            scale * ((2 * place + 1) as f64 * frequency as f64 * core::f64::consts::PI / 16.0).cos()
        };
        core::array::from_fn(|y| {
            core::array::from_fn(|x| {
                let terms =
                    (0..64).map(|at| f64::from(coefficients[at]) * basis(y, at / 8) * basis(x, at % 8));
                128.0 + terms.sum::<f64>()
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn it_is_the_inverse_transform(values in prop::collection::vec(-120i16..120, 64)) {
            let coefficients = values.try_into().unwrap();
            let samples = block(&coefficients, &[1; 64]);
            for (got, want) in samples.as_flattened().iter().zip(exactly(&coefficients).as_flattened()) {
                prop_assert!((f64::from(*got) - want.clamp(0.0, 255.0)).abs() < 1.0, "{} is not {}", got, want);
            }
        }

        #[test]
        fn a_flat_block_is_a_block(first in any::<i16>(), step in any::<i16>()) {
            let mut coefficients = [0; 64];
            coefficients[0] = first;
            let steps = [step; 64];
            prop_assert_eq!(block(&coefficients, &steps), [[flat_whole(&coefficients, &steps); 8]; 8]);
        }

        #[test]
        fn nonsense_wraps_around_as_in_vectors(coefficients in coefficients(), steps in steps()) {
            prop_assert_eq!(block(&coefficients, &steps), idct_wrapping::samples(&coefficients, &steps));
        }

        #[test]
        fn no_input_overflows(values in prop::collection::vec(prop::sample::select(&[i16::MIN, i16::MAX, 0, 1][..]), 64)) {
            let coefficients = values.try_into().unwrap();
            block(&coefficients, &[1; 64]);
        }
    }
}
