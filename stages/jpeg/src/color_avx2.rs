//! Owns putting three rows of samples side by side with AVX2: bytes that compilers do not find the shuffles for.
//! Does not own: the arithmetic of colors, which is that of `color.rs`.
#![allow(unsafe_code)]

use crate::color::{LANES, Step, by_lanes};
use crate::simd::Wide;
use core::arch::x86_64::*;

/// As [`color::ycbcr_to_rgb`](crate::color::ycbcr_to_rgb) and [`color::interleave`](crate::color::interleave).
pub(crate) fn rows(_: Wide, step: Step, rows: [&[u8]; 3], out: &mut [u8]) {
    // SAFETY: who has a `Wide` has asked the processor for AVX2.
    unsafe { rows_avx2(step, rows, out) }
}

#[target_feature(enable = "avx2")]
fn rows_avx2(step: Step, rows: [&[u8]; 3], out: &mut [u8]) {
    by_lanes(step, rows, out, |lanes| pack(lanes));
}

/// For each 16 bytes of output and each component: which sample goes where; 0x80 makes a zero.
const PLACES: [[[u8; 32]; 3]; 3] = {
    let mut places = [[[0x80; 32]; 3]; 3];
    let mut at = 0;
    while at < 48 {
        let place = &mut places[at / 16][at % 3];
        place[at % 16] = (at / 3) as u8;
        place[16 + at % 16] = (at / 3) as u8;
        at += 1;
    }
    places
};

/// Half of the samples in each half of a vector: each third of a half's output is a shuffle of each component.
#[inline]
#[target_feature(enable = "avx2")]
fn pack(rows: &[[u8; LANES]; 3]) -> [u8; 3 * LANES] {
    let vectors = rows.map(|row| load(&row));
    let mut packed = [0; 3 * LANES];
    let thirds = packed.as_chunks_mut::<16>().0;
    for (part, places) in PLACES.iter().enumerate() {
        let [a, b, c] = [0, 1, 2].map(|row| _mm256_shuffle_epi8(vectors[row], load(&places[row])));
        let mixed = _mm256_or_si256(_mm256_or_si256(a, b), c);
        store(&mut thirds[part], _mm256_castsi256_si128(mixed));
        store(&mut thirds[3 + part], _mm256_extracti128_si256::<1>(mixed));
    }
    packed
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes are there, and they may stand anywhere.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(bytes: &mut [u8; 16], vector: __m128i) {
    // SAFETY: 16 bytes are there, and they may stand anywhere.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), vector) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_those_of_the_safe_twin(
            samples in prop::collection::vec(any::<[u8; 3]>(), 1..200), longer in 0usize..40,
        ) {
            let Some(wide) = Wide::detect() else { return Ok(()) };
            let rows = [0, 1, 2].map(|row| {
                let mut row: alloc::vec::Vec<u8> = samples.iter().map(|pixel| pixel[row]).collect();
                row.resize(samples.len() + longer, 9);
                row
            });
            let rows = [&rows[0][..], &rows[1], &rows[2]];
            let (mut fast, mut plain) = (alloc::vec![0; samples.len() * 3], alloc::vec![1; samples.len() * 3]);
            super::rows(wide, Step::Convert, rows, &mut fast);
            color::ycbcr_to_rgb(None, rows, &mut plain);
            prop_assert_eq!(&fast, &plain);
            super::rows(wide, Step::Keep, rows, &mut fast);
            color::interleave(None, rows, &mut plain);
            prop_assert_eq!(&fast, &plain);
        }
    }
}
