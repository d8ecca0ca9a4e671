//! Owns how one stretch of filtered bytes becomes one deflate block: RFC 1951 sections 3.2.4 (stored) and 3.2.7
//! (dynamic Huffman codes). Does not own where blocks begin and end.
//!
//! Why it is fast: the size of the block is known from the counts before a bit is written, so room is reserved once; a match
//! has its length, distance and all extra bits put as one number; four literals share one flush.

use super::bits::Bits;
use super::header::Header;
use super::histogram::Histogram;
use super::huffman::{Code, LIMIT, canonical, code_lengths};
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
        let match_bits = self.histogram.extra_bits + self.histogram.matches * u64::from(1 + distance_extra);
        let coded = 3 + header.bits() + symbols + match_bits;
        if coded >= self.stored_bits(bits.unaligned()) {
            return self.write_stored(bits);
        }
        bits.reserve(usize::try_from(coded / 8 + 1).unwrap_or(usize::MAX));
        bits.put(u64::from(self.last) | 2 << 1, 3);
        header.write(bits);
        let mut codes = [0; LITERALS_AND_LENGTHS];
        canonical(&lengths, &mut codes);
        super::simd::write_symbols(self, &codes, bits);
        put_code(codes[END], bits);
    }

    fn stored_bits(&self, unaligned: u32) -> u64 {
        let blocks = self.bytes.len().div_ceil(STORED).max(1) as u64;
        let first = u64::from(3 + (5_u32.wrapping_sub(unaligned) & 7) + 32);
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
    pub(super) fn write_symbols(&self, codes: &[Code; LITERALS_AND_LENGTHS], bits: &mut Bits) {
        let (_, distance_extra, distance_value) = distance_symbol(self.distance);
        let mut at = 0;
        for run in self.runs {
            put_literals(&self.bytes[at..run.start], codes, bits);
            for length in matches(run.len) {
                let (symbol, extra, value) = length_symbol(length);
                let code = codes[symbol];
                let (code, length) = (u64::from(code & 0xffff), code >> 16);
                // The distance has the only code there is, a single zero bit.
                let extra_end = length + u32::from(extra);
                let value = code | value << length | distance_value << (extra_end + 1);
                bits.put(value, extra_end + 1 + distance_extra);
            }
            at = run.start + run.len;
        }
        put_literals(&self.bytes[at..], codes, bits);
    }
}

#[inline(always)]
fn put_code(code: Code, bits: &mut Bits) {
    bits.put(u64::from(code & 0xffff), code >> 16);
}

#[inline(always)]
fn put_literals(literals: &[u8], codes: &[Code; LITERALS_AND_LENGTHS], bits: &mut Bits) {
    const { assert!(4 * LIMIT as u32 <= Bits::MOST) };
    let (quads, rest) = literals.as_chunks::<4>();
    for quad in quads {
        let [a, b, c, d] = quad.map(|literal| codes[usize::from(literal)]);
        let (low, low_length) = pair(a, b);
        let (high, high_length) = pair(c, d);
        bits.put(low | high << low_length, low_length + high_length);
    }
    for literal in rest {
        put_code(codes[usize::from(*literal)], bits);
    }
}

/// Two codes one after the other, and how long they are together.
#[inline(always)]
fn pair(first: Code, second: Code) -> (u64, u32) {
    let length = first >> 16;
    (u64::from(first & 0xffff) | u64::from(second & 0xffff) << length, length + (second >> 16))
}
