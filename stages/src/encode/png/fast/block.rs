//! Owns how one stretch of filtered bytes becomes one deflate block: RFC 1951 sections 3.2.4 (stored) and 3.2.7
//! (dynamic Huffman codes). Does not own where blocks begin and end.
//!
//! Why it is fast: the size of the block is known from the counts before a bit is written, so room is reserved once; a match
//! has its length, distance and all extra bits put as one number; four literals share one flush.

use super::bits::{Bits, End};
use super::header::Header;
use super::histogram::Histogram;
use super::huffman::{Codes, LIMIT, canonical, code_lengths};
use super::runs::{Run, matches};
use super::symbols::{END, LITERALS_AND_LENGTHS, distance_symbol, length_symbol};

/// What is to be written as one block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// The filtered bytes.
    pub(super) bytes: &'a [u8],
    /// Which of them are written as matches.
    pub(super) runs: &'a [Run],
    /// What occurs in them.
    pub(super) histogram: &'a Histogram,
    /// How far back every match reaches: 1 to 8.
    pub(super) distance: usize,
    /// Whether the stream ends with this block.
    pub(super) last: bool,
}

/// Most bytes that one stored block holds.
const STORED: usize = 0xffff;

impl Block<'_> {
    /// Writes the block in its smaller form.
    pub(super) fn write(&self, bits: &mut Bits) {
        let mut lengths = [0; LITERALS_AND_LENGTHS];
        code_lengths(&self.histogram.counts, LIMIT, &mut lengths);
        let (distance, distance_extra, _) = distance_symbol(self.distance);
        let header = Header::new(&lengths, distance);
        let symbols = self.histogram.counts.iter().zip(&lengths);
        let symbols: u64 = symbols.map(|(count, length)| u64::from(*count) * u64::from(*length)).sum();
        let match_bits = self.histogram.extra_bits + self.histogram.matches * (1 + distance_extra);
        let coded = 3 + header.bits() + symbols + match_bits;
        if coded >= self.stored_bits(bits.unaligned()) {
            return self.write_stored(bits);
        }
        bits.reserve(usize::try_from(coded / 8 + 1).unwrap_or(usize::MAX));
        bits.put(u64::from(self.last) | 2 << 1, 3);
        header.write(bits);
        let codes = canonical(&lengths);
        super::simd::write_symbols(self, &codes, bits);
        bits.put(codes.bits[END], codes.lengths[END]);
    }

    fn stored_bits(&self, unaligned: u64) -> u64 {
        let blocks = self.bytes.len().div_ceil(STORED).max(1) as u64;
        let first = 3 + (5_u64.wrapping_sub(unaligned) & 7) + 32;
        first + (blocks - 1) * 40 + self.bytes.len() as u64 * 8
    }

    fn write_stored(&self, bits: &mut Bits) {
        let mut left = self.bytes;
        loop {
            let (part, rest) = left.split_at(left.len().min(STORED));
            left = rest;
            bits.reserve(part.len() + 6);
            bits.put(u64::from(self.last && left.is_empty()), 3);
            bits.align();
            let len = part.len() as u64;
            bits.put(len | (len ^ 0xffff) << 16, 32);
            bits.put_bytes(part);
            if left.is_empty() {
                return;
            }
        }
    }

    /// Writes literals and matches.
    #[inline(always)]
    pub(super) fn write_symbols(&self, codes: &Codes<LITERALS_AND_LENGTHS>, end: &mut End, out: &mut [u8]) {
        let (_, distance_extra, distance_value) = distance_symbol(self.distance);
        let mut at = 0;
        for run in self.runs {
            put_literals(&self.bytes[at..run.start], codes, end, out);
            for length in matches(run.len) {
                let (symbol, extra, value) = length_symbol(length);
                // The distance has the only code there is, a single zero bit.
                let length = codes.lengths[symbol];
                let extra_end = length + extra;
                let value = codes.bits[symbol] | value << length | distance_value << (extra_end + 1);
                end.put(out, value, extra_end + 1 + distance_extra);
            }
            at = run.start + run.len;
        }
        put_literals(&self.bytes[at..], codes, end, out);
    }
}

#[inline(always)]
fn put_literals(literals: &[u8], codes: &Codes<LITERALS_AND_LENGTHS>, end: &mut End, out: &mut [u8]) {
    const { assert!(4 * LIMIT as u64 <= Bits::MOST) };
    let (quads, rest) = literals.as_chunks::<4>();
    for quad in quads {
        let [a, b, c, d] = quad.map(usize::from);
        let mut value = codes.bits[a];
        let mut count = codes.lengths[a];
        value |= codes.bits[b] << (count & 63);
        count += codes.lengths[b];
        value |= codes.bits[c] << (count & 63);
        count += codes.lengths[c];
        value |= codes.bits[d] << (count & 63);
        count += codes.lengths[d];
        end.put(out, value, count);
    }
    for literal in rest {
        let symbol = usize::from(*literal);
        end.put(out, codes.bits[symbol], codes.lengths[symbol]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::png::fast::runs;

    fn written(bytes: &[u8]) -> Vec<u8> {
        let mut found = Vec::new();
        runs::find(bytes, 0, 1, &mut found);
        let histogram = Histogram::of(bytes, 0, &found);
        let mut bits = Bits::default();
        Block { bytes, runs: &found, histogram: &histogram, distance: 1, last: true }.write(&mut bits);
        bits.align();
        bits.as_bytes().to_vec()
    }

    #[test]
    fn what_does_not_compress_is_stored() {
        let bytes: Vec<u8> = (0..=255).collect();
        let block = written(&bytes);
        assert_eq!(block[..5], [1, 0, 1, 0xff, 0xfe]);
        assert_eq!(block[5..], bytes);
    }

    #[test]
    fn more_than_one_stored_block_holds_becomes_two() {
        let bytes: Vec<u8> = (0..70_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let block = written(&bytes);
        assert_eq!(block.len(), bytes.len() + 10);
        assert_eq!((block[0], block[5 + STORED]), (0, 1));
    }

    #[test]
    fn an_empty_block_is_stored_in_five_bytes() {
        assert_eq!(written(&[]), [1, 0, 0, 0xff, 0xff]);
    }

    #[test]
    fn a_match_costs_what_was_reckoned() {
        for len in [8, 259, 260, 100_000] {
            let mut bytes = vec![7; len];
            bytes.extend([1, 2, 3]);
            assert!(written(&bytes).len() < 100 + len / 1000);
        }
    }
}
