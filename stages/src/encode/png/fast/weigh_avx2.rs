//! Owns the weighing of filters with AVX2, 32 bytes at a time. Its safe twin is `choose::weigh`.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::choose::{LANES, Neighbours, Weights, add, weigh_blocks};

/// As [`super::choose::weigh`].
#[target_feature(enable = "avx2")]
pub(super) fn weigh(bytes_per_pixel: usize, above: &[u8], row: &[u8]) -> Weights {
    let mut sums = [_mm256_setzero_si256(); 5];
    let rest = weigh_blocks(bytes_per_pixel, above, row, |block| weigh_block(block, &mut sums));
    let mut weights = sums.map(|sum| total(sum));
    add(&mut weights, rest);
    weights
}

#[inline]
#[target_feature(enable = "avx2")]
fn weigh_block(block: Neighbours<'_>, sums: &mut [__m256i; 5]) {
    let [x, a, b, c] = block.map(|bytes| load(bytes));
    let predicted = [_mm256_setzero_si256(), a, b, average(a, b), paeth(a, b, c)];
    for (sum, predicted) in sums.iter_mut().zip(predicted) {
        let magnitudes = _mm256_abs_epi8(_mm256_sub_epi8(x, predicted));
        *sum = _mm256_add_epi64(*sum, _mm256_sad_epu8(magnitudes, _mm256_setzero_si256()));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; LANES]) -> __m256i {
    // SAFETY: the reference is to exactly 32 readable bytes, and the load asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn total(sums: __m256i) -> u64 {
    let halves = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    (_mm_cvtsi128_si64(halves) + _mm_extract_epi64::<1>(halves)) as u64
}

/// The average rounded down: the instruction rounds up, which differs where the sum is odd.
#[inline]
#[target_feature(enable = "avx2")]
fn average(a: __m256i, b: __m256i) -> __m256i {
    let odd = _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_set1_epi8(1));
    _mm256_sub_epi8(_mm256_avg_epu8(a, b), odd)
}

/// The predictor in eight bits, as explained at [`super::filter::paeth`].
#[inline]
#[target_feature(enable = "avx2")]
fn paeth(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    let zero = _mm256_setzero_si256();
    // Saturated differences: one of each pair is zero.
    let (b_over, b_under) = (_mm256_subs_epu8(b, c), _mm256_subs_epu8(c, b));
    let (a_over, a_under) = (_mm256_subs_epu8(a, c), _mm256_subs_epu8(c, a));
    let to_left = _mm256_or_si256(b_over, b_under);
    let to_above = _mm256_or_si256(a_over, a_under);
    let nearest = _mm256_min_epu8(to_left, to_above);
    let apart = _mm256_or_si256(_mm256_subs_epu8(to_left, to_above), _mm256_subs_epu8(to_above, to_left));
    // Equal signs: both above or both below the corner, so that one of these minima is not zero.
    let both = _mm256_or_si256(_mm256_min_epu8(a_over, b_over), _mm256_min_epu8(a_under, b_under));
    let opposite = _mm256_cmpeq_epi8(both, zero);
    let to_corner = _mm256_or_si256(apart, _mm256_andnot_si256(opposite, _mm256_set1_epi8(-1)));
    let left = _mm256_cmpeq_epi8(nearest, to_left);
    let near = _mm256_blendv_epi8(b, a, left);
    let not_corner = _mm256_cmpeq_epi8(_mm256_min_epu8(nearest, to_corner), nearest);
    _mm256_blendv_epi8(c, near, not_corner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::png::fast::choose;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn weights_are_those_of_the_safe_twin(
            bytes in proptest::collection::vec(any::<u8>(), 0..400), bytes_per_pixel in 1_usize..9,
        ) {
            prop_assume!(is_x86_feature_detected!("avx2"));
            let (above, row) = bytes.split_at(bytes.len() / 2);
            let row = &row[..above.len()];
            // SAFETY: AVX2 is there.
            let weights = unsafe { weigh(bytes_per_pixel, above, row) };
            prop_assert_eq!(weights, choose::weigh(bytes_per_pixel, above, row));
        }
    }
}
