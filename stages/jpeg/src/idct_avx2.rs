//! Owns the inverse transform with AVX2: eight columns of 32-bit sums in each vector.
//! Does not own: the arithmetic, which is that of `idct.rs`, its safe twin.
//!
//! Fast because pairs of rows stand side by side, so that one instruction multiplies both and adds the products, and because the
//! second pass takes the columns from the first one by shuffles within registers.
#![allow(unsafe_code)]

use crate::idct::{self, FACTOR_BITS, PASS_BITS, extent};
use crate::quantisation::Steps;
use crate::simd::Wide;
use core::arch::x86_64::*;

const FIRST: i32 = (FACTOR_BITS - PASS_BITS) as i32;
const SECOND: i32 = (FACTOR_BITS + PASS_BITS + 3) as i32;

/// As `samples` in `idct.rs` for blocks that are not flat.
#[inline(always)]
pub(crate) fn block(_: Wide, coefficients: &[i16; 64], steps: &Steps, out: &mut [u8], stride: usize) {
    let Some(out) = out.get_mut(..extent(8, stride)) else { return };
    // SAFETY: who has a `Wide` has asked the processor for AVX2.
    unsafe { block_avx2(coefficients, steps, out, stride) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn block_avx2(coefficients: &[i16; 64], factors: &Steps, out: &mut [u8], stride: usize) {
    let (values, steps) = (coefficients.as_chunks().0, factors.as_chunks().0);
    let row = |at: usize| _mm_mullo_epi16(load(&values[at]), load(&steps[at]));
    let pairs = [[0, 4], [2, 6], [1, 3], [5, 7]].map(|[a, b]| side_by_side(row(a), row(b)));
    let columns = turned(pass::<FIRST>(pairs));
    let absurd = absurd(columns);
    store(turned_back(pass::<SECOND>(columns)), out, stride);
    if absurd {
        idct::nonsense(coefficients, factors, out, stride);
    }
}

/// As `absurd` in `idct.rs`.
#[inline]
#[target_feature(enable = "avx2")]
fn absurd(columns: [__m256i; 4]) -> bool {
    let [a, b, c, d] = columns.map(|pair| _mm256_add_epi16(pair, _mm256_set1_epi16(0x4000)));
    let all = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
    _mm256_testz_si256(all, _mm256_set1_epi16(i16::MIN)) == 0
}

/// Each lane of a with that of b.
#[inline]
#[target_feature(enable = "avx2")]
fn side_by_side(a: __m128i, b: __m128i) -> __m256i {
    _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b))
}

/// The sum of both lanes of each pair, each times its factor.
#[inline]
#[target_feature(enable = "avx2")]
fn times(pairs: __m256i, first: i16, second: i16) -> __m256i {
    let factors = i32::from(first as u16 as i16) & 0xffff | i32::from(second) << 16;
    _mm256_madd_epi16(pairs, _mm256_set1_epi32(factors))
}

/// Transforms eight columns, of which rows stand in pairs: 0 and 4, 2 and 6, 1 and 3, 5 and 7. Rounds off `SHIFT` bits.
#[inline]
#[target_feature(enable = "avx2")]
fn pass<const SHIFT: i32>([r04, r26, r13, r57]: [__m256i; 4]) -> [__m256i; 8] {
    let half = _mm256_set1_epi32(1 << (SHIFT - 1));
    let sum = _mm256_add_epi32(times(r04, 8192, 8192), half);
    let difference = _mm256_add_epi32(times(r04, 8192, -8192), half);
    let (wide, narrow) = (times(r26, 10703, 4433), times(r26, 4433, -10704));
    let even = [
        _mm256_add_epi32(sum, wide),
        _mm256_add_epi32(difference, narrow),
        _mm256_sub_epi32(difference, narrow),
        _mm256_sub_epi32(sum, wide),
    ];
    let odd = [
        _mm256_add_epi32(times(r13, 11363, 9633), times(r57, 6437, 2260)),
        _mm256_add_epi32(times(r13, 9633, -2259), times(r57, -11362, -6436)),
        _mm256_add_epi32(times(r13, 6437, -11362), times(r57, 2261, 9633)),
        _mm256_add_epi32(times(r13, 2260, -6436), times(r57, 9633, -11363)),
    ];
    let upper = |row: usize| _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(even[row], odd[row]));
    let lower = |row: usize| _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(even[row], odd[row]));
    [upper(0), upper(1), upper(2), upper(3), lower(3), lower(2), lower(1), lower(0)]
}

/// Eight rows of 32 bits as columns of 16, in the pairs that a pass takes: 0 and 4, 2 and 6, 1 and 3, 5 and 7.
#[inline]
#[target_feature(enable = "avx2")]
fn turned(rows: [__m256i; 8]) -> [__m256i; 4] {
    // With both halves of a row side by side, lanes become those pairs.
    let order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 8, 9, 4, 5, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
    let [p04, p15, p26, p37] = [0, 1, 2, 3].map(|row| {
        let both = _mm256_packs_epi32(rows[row], rows[row + 4]);
        _mm256_shuffle_epi8(_mm256_permute4x64_epi64::<0b11_01_10_00>(both), order)
    });
    // Each has two rows of four pairs, of which the second goes to the upper half.
    let (a, b) = (_mm256_unpacklo_epi32(p04, p15), _mm256_unpackhi_epi32(p04, p15));
    let (c, d) = (_mm256_unpacklo_epi32(p26, p37), _mm256_unpackhi_epi32(p26, p37));
    [
        _mm256_unpacklo_epi64(a, c),
        _mm256_unpackhi_epi64(a, c),
        _mm256_unpacklo_epi64(b, d),
        _mm256_unpackhi_epi64(b, d),
    ]
}

/// Eight columns of levels as rows of samples: 0, 1, 4 and 5, then the others.
#[inline]
#[target_feature(enable = "avx2")]
fn turned_back(columns: [__m256i; 8]) -> [__m256i; 2] {
    let [a, b, c, d] = [0, 2, 4, 6].map(|at| _mm256_packs_epi32(columns[at], columns[at + 1]));
    // In each half four columns of four rows become four rows. Levels are signed; what is above or below ends at the ends.
    let order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    let order = _mm256_broadcastsi128_si256(order);
    let sample = |levels| _mm256_xor_si256(_mm256_shuffle_epi8(levels, order), _mm256_set1_epi8(-128));
    let (left, right) = (sample(_mm256_packs_epi16(a, b)), sample(_mm256_packs_epi16(c, d)));
    [_mm256_unpacklo_epi32(left, right), _mm256_unpackhi_epi32(left, right)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(values: &[i16; 8]) -> __m128i {
    // SAFETY: 16 bytes are there, and they may stand anywhere.
    unsafe { _mm_loadu_si128(values.as_ptr().cast()) }
}

/// Stores eight rows of eight samples, as [`turned_back`] gives them.
#[inline]
#[target_feature(enable = "avx2")]
fn store([r0145, r2367]: [__m256i; 2], out: &mut [u8], stride: usize) {
    assert!(out.len() >= extent(8, stride), "room for a block");
    let pairs = [
        _mm256_castsi256_si128(r0145),
        _mm256_castsi256_si128(r2367),
        _mm256_extracti128_si256::<1>(r0145),
        _mm256_extracti128_si256::<1>(r2367),
    ];
    for (at, pair) in pairs.into_iter().enumerate() {
        // SAFETY: rows up to the seventh begin at least 8 bytes before the end of `out`; they may stand anywhere.
        unsafe {
            let first = out.as_mut_ptr().add(2 * at * stride);
            _mm_storel_epi64(first.cast(), pair);
            _mm_storel_epi64(first.add(stride).cast(), _mm_unpackhi_epi64(pair, pair));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idct::tests::{coefficients, steps};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn blocks_are_those_of_the_safe_twin(coefficients in coefficients(), steps in steps()) {
            let Some(wide) = Wide::detect() else { return Ok(()) };
            let (mut fast, mut plain) = ([7; 8 * 11], [7; 8 * 11]);
            idct::samples(Some(wide), 8, &coefficients, &steps, false, &mut fast, 11);
            idct::samples(None, 8, &coefficients, &steps, false, &mut plain, 11);
            prop_assert_eq!(fast, plain);
            fast = [7; 8 * 11];
            idct::samples(Some(wide), 8, &coefficients, &steps, false, &mut fast[..7 * 11 + 7], 11);
            prop_assert_eq!(fast, [7; 8 * 11], "no room");
        }
    }
}
