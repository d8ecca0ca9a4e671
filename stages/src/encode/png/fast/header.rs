//! Owns the description of a block's codes: RFC 1951 section 3.2.7. Does not own how the codes are found.

use super::bits::Bits;
use super::huffman::{canonical, code_lengths};
use super::symbols::LITERALS_AND_LENGTHS;

/// The alphabet of the description: lengths 0 to 15, and three kinds of repeat.
const KINDS: usize = 19;

/// The order in which the lengths of the description's own codes are sent.
const ORDER: [usize; KINDS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The previous length again, 3 to 6 times: two extra bits.
const AGAIN: u8 = 16;
/// Zeros, 3 to 10: three extra bits.
const ZEROS: u8 = 17;
/// Zeros, 11 to 138: seven extra bits.
const MANY_ZEROS: u8 = 18;

/// At most: all literals and lengths, and six distances.
const MOST: usize = LITERALS_AND_LENGTHS + 6;

/// The description of one block's codes, ready to be written.
pub(super) struct Header {
    literals: usize,
    distances: usize,
    /// Symbols of the description with the value of their extra bits.
    symbols: [(u8, u8); MOST],
    used: usize,
    lengths: [u8; KINDS],
    /// How many of the description's own lengths are sent.
    sent: usize,
    bits: u64,
}

impl Header {
    /// Describes codes of these lengths, and one distance code of one bit.
    pub(super) fn new(lengths: &[u8; LITERALS_AND_LENGTHS], distance: usize) -> Self {
        let literals = 257 + lengths[257..].iter().rposition(|l| *l != 0).map_or(0, |last| last + 1);
        let distances = distance + 1;
        let mut all = [0; MOST];
        all[..literals].copy_from_slice(&lengths[..literals]);
        all[literals + distance] = 1;
        let mut header = Self {
            literals,
            distances,
            symbols: [(0, 0); MOST],
            used: 0,
            lengths: [0; KINDS],
            sent: 0,
            bits: 0,
        };
        header.describe(&all[..literals + distances]);
        let mut counts = [0; KINDS];
        for (symbol, _) in &header.symbols[..header.used] {
            counts[usize::from(*symbol)] += 1;
        }
        code_lengths(&counts, 7, &mut header.lengths);
        header.sent =
            ORDER.iter().rposition(|kind| header.lengths[*kind] != 0).map_or(4, |last| (last + 1).max(4));
        let coded = (0_u8..).zip(counts).zip(header.lengths);
        let coded =
            coded.map(|((symbol, n), length)| u64::from(n) * (u64::from(length) + extra_bits(symbol)));
        header.bits = 14 + 3 * header.sent as u64 + coded.sum::<u64>();
        header
    }

    /// How many bits [`Header::write`] writes.
    pub(super) fn bits(&self) -> u64 {
        self.bits
    }

    fn describe(&mut self, lengths: &[u8]) {
        for stretch in lengths.chunk_by(|a, b| a == b) {
            let length = stretch[0];
            let mut left = stretch.len();
            if length != 0 {
                self.push(length, 0);
                left -= 1;
            }
            while left > 0 {
                let (symbol, take, least) = match (length, left) {
                    (_, ..3) => (length, 1, 1),
                    (0, ..11) => (ZEROS, left, 3),
                    (0, _) => (MANY_ZEROS, left.min(138), 11),
                    _ => (AGAIN, left.min(6), 3),
                };
                self.push(symbol, (take - least) as u8);
                left -= take;
            }
        }
    }

    fn push(&mut self, symbol: u8, extra: u8) {
        self.symbols[self.used] = (symbol, extra);
        self.used += 1;
    }

    /// Writes everything between the block's first three bits and its first symbol.
    pub(super) fn write(&self, bits: &mut Bits) {
        bits.put((self.literals - 257) as u64, 5);
        bits.put((self.distances - 1) as u64, 5);
        bits.put((self.sent - 4) as u64, 4);
        for kind in &ORDER[..self.sent] {
            bits.put(u64::from(self.lengths[*kind]), 3);
        }
        let codes = canonical(&self.lengths);
        for &(symbol, extra) in &self.symbols[..self.used] {
            let length = codes.lengths[usize::from(symbol)];
            let value = codes.bits[usize::from(symbol)] | u64::from(extra) << length;
            bits.put(value, length + extra_bits(symbol));
        }
    }
}

fn extra_bits(symbol: u8) -> u64 {
    match symbol {
        AGAIN => 2,
        ZEROS => 3,
        MANY_ZEROS => 7,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_description_is_as_long_as_it_says(
            stretches in proptest::collection::vec((0_u8..15, 1_usize..150), 1..40), distance in 0_usize..6,
        ) {
            let all = stretches.iter().flat_map(|(length, n)| std::iter::repeat_n(*length, *n));
            let mut lengths = [0; LITERALS_AND_LENGTHS];
            for (slot, length) in lengths.iter_mut().zip(all) {
                *slot = length;
            }
            let header = Header::new(&lengths, distance);
            let mut bits = Bits::default();
            bits.reserve(1000);
            header.write(&mut bits);
            let written = bits.as_bytes().len() as u64 * 8 + bits.unaligned();
            prop_assert_eq!(written, header.bits());
        }
    }
}
