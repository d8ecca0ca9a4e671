//! Owns the choice of instructions at run time: the two inner loops with AVX2 and BMI2 where the processor has them.
//! Does not own what the loops do; without those instructions the same safe code runs as it is.
#![allow(unsafe_code)]

use super::bits::Bits;
use super::block::Block;
use super::choose::{lightest, weigh};
use super::filter::apply;
use super::huffman::Codes;
use super::symbols::LITERALS_AND_LENGTHS;
#[cfg(target_arch = "x86_64")]
use super::weigh_avx2;

/// Chooses a filter for `row` and writes its filter byte and the filtered bytes to `out`, one byte longer.
pub(super) fn filter_row(bytes_per_pixel: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { filter_row_avx2(bytes_per_pixel, above, row, out) };
    }
    filter_row_anywhere(bytes_per_pixel, above, row, out);
}

fn filter_row_anywhere(bytes_per_pixel: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    let filter = lightest(weigh(bytes_per_pixel, above, row));
    if let Some((kind, filtered)) = out.split_first_mut() {
        *kind = filter as u8;
        apply(filter, bytes_per_pixel, above, row, filtered);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_row_avx2(bytes_per_pixel: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    let filter = lightest(weigh_avx2::weigh(bytes_per_pixel, above, row));
    if let Some((kind, filtered)) = out.split_first_mut() {
        *kind = filter as u8;
        apply(filter, bytes_per_pixel, above, row, filtered);
    }
}

/// Writes the literals and matches of a block, for which there is room.
pub(super) fn write_symbols(block: &Block<'_>, codes: &Codes<LITERALS_AND_LENGTHS>, bits: &mut Bits) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("bmi2") {
        // SAFETY: the processor has BMI2.
        return unsafe { write_symbols_bmi2(block, codes, bits) };
    }
    write_symbols_anywhere(block, codes, bits);
}

fn write_symbols_anywhere(block: &Block<'_>, codes: &Codes<LITERALS_AND_LENGTHS>, bits: &mut Bits) {
    bits.put_all(|end, out| block.write_symbols(codes, end, out));
}

/// BMI2 shifts by any register and straight from memory, which is most of what the loop does.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn write_symbols_bmi2(block: &Block<'_>, codes: &Codes<LITERALS_AND_LENGTHS>, bits: &mut Bits) {
    bits.put_all(|end, out| block.write_symbols(codes, end, out));
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use crate::encode::png::fast::histogram::Histogram;
    use crate::encode::png::fast::huffman::{LIMIT, canonical, code_lengths};
    use crate::encode::png::fast::runs;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_row_becomes_what_its_safe_twin_makes_of_it(
            bytes in proptest::collection::vec(any::<u8>(), 0..400), bytes_per_pixel in 1_usize..9,
        ) {
            prop_assume!(is_x86_feature_detected!("avx2"));
            let (above, row) = bytes.split_at(bytes.len() / 2);
            let row = &row[..above.len()];
            let (mut fast, mut plain) = (vec![7; row.len() + 1], vec![8; row.len() + 1]);
            // SAFETY: AVX2 is there.
            unsafe { filter_row_avx2(bytes_per_pixel, above, row, &mut fast) };
            filter_row_anywhere(bytes_per_pixel, above, row, &mut plain);
            prop_assert_eq!(fast, plain);
        }

        #[test]
        fn symbols_become_what_their_safe_twin_makes_of_them(
            bytes in proptest::collection::vec(0_u8..4, 0..2000), distance in 1_usize..9,
        ) {
            prop_assume!(is_x86_feature_detected!("bmi2"));
            let mut found = Vec::new();
            runs::find(&bytes, 0, distance, &mut found);
            let histogram = Histogram::of(&bytes, 0, &found);
            let mut lengths = [0; LITERALS_AND_LENGTHS];
            code_lengths(&histogram.counts, LIMIT, &mut lengths);
            let codes = canonical(&lengths);
            let block = Block { bytes: &bytes, runs: &found, histogram: &histogram, distance, last: true };
            let (mut fast, mut plain) = (Bits::default(), Bits::default());
            fast.reserve(2 * bytes.len());
            plain.reserve(2 * bytes.len());
            // SAFETY: BMI2 is there.
            unsafe { write_symbols_bmi2(&block, &codes, &mut fast) };
            write_symbols_anywhere(&block, &codes, &mut plain);
            fast.align();
            plain.align();
            prop_assert_eq!(fast.as_bytes(), plain.as_bytes());
        }
    }
}
