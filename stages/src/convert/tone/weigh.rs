//! Owns the inner loop of blurring: a weighted sum of rows, compiled once more for AVX2.
//! Does not own which rows those are; without AVX2 the same safe code runs as it is, and gives the same bytes.
#![allow(unsafe_code)]

/// Samples that are summed at once: what fits the registers of a loop that the compiler turns into vectors.
pub(super) const LANES: usize = 32;

/// For each place of `out`, in whole [`LANES`]: the first weight times the first of the first pair, and every other weight
/// times the sum of its pair. Rows are at least as long as `out`.
pub(super) fn weigh(weights: &[f32], pairs: &[(&[f32], &[f32])], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { weigh_avx2(weights, pairs, out) };
    }
    weigh_anywhere(weights, pairs, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn weigh_avx2(weights: &[f32], pairs: &[(&[f32], &[f32])], out: &mut [f32]) {
    weigh_anywhere(weights, pairs, out);
}

#[inline(always)]
fn weigh_anywhere(weights: &[f32], pairs: &[(&[f32], &[f32])], out: &mut [f32]) {
    let (Some((&center, weights)), Some(((here, _), pairs))) = (weights.split_first(), pairs.split_first())
    else {
        return;
    };
    for (chunk, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let at = chunk * LANES;
        let mut sum = [0f32; LANES];
        for (sum, here) in sum.iter_mut().zip(&here[at..at + LANES]) {
            *sum = center * here;
        }
        for (&weight, (before, behind)) in weights.iter().zip(pairs) {
            let (before, behind) = (&before[at..at + LANES], &behind[at..at + LANES]);
            for ((sum, before), behind) in sum.iter_mut().zip(before).zip(behind) {
                *sum += weight * (before + behind);
            }
        }
        *out = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_instruction_set_gives_the_same_bits(
            rows in prop::collection::vec(prop::collection::vec(0f32..65535.0, 3 * LANES), 2..9),
            weights in prop::collection::vec(0f32..1.0, 8),
        ) {
            let pairs: Vec<_> = rows.iter().zip(rows.iter().rev()).map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
            let [mut found, mut expected] = [(); 2].map(|()| vec![0.0; 3 * LANES]);
            weigh(&weights[..pairs.len()], &pairs, &mut found);
            weigh_anywhere(&weights[..pairs.len()], &pairs, &mut expected);
            prop_assert!(found.iter().map(|v| v.to_bits()).eq(expected.iter().map(|v| v.to_bits())));
        }
    }
}
