//! Owns reading bits and codes where the data may end too early or make no sense (libjpeg: `jdhuff.c`).
//! Does not own: where the data comes from (see `source.rs`).
//!
//! When the data ends, zeros follow, and the flag [`Bits::dry`] is set: the block that is being read gets what those zeros mean,
//! and no other block gets anything.

use super::source::Source;
use crate::huffman::Code;

/// As many bits as libjpeg's buffer is filled to.
const FULL: u32 = 57;

#[derive(Default)]
pub(super) struct Bits {
    /// The next `left` bits, the last at the bottom.
    window: u64,
    left: u32,
    dry: bool,
}

impl Bits {
    /// Whether more was asked for than there was.
    pub(super) fn dry(&self) -> bool {
        self.dry
    }

    /// Forgets what is left before a restart. Whole bytes should not be.
    pub(super) fn end_interval(&mut self, source: &mut Source<'_>) {
        if self.left >= 8 && !self.dry {
            source.note_here("a marker");
        }
        self.left = 0;
    }

    /// There is data again.
    pub(super) fn begin_interval(&mut self) {
        self.dry = false;
    }

    /// The next `count` bits as a number; at most 16.
    pub(super) fn take(&mut self, count: u32, source: &mut Source<'_>) -> u32 {
        self.require(count, source);
        self.left -= count;
        (self.window >> self.left) as u32 & ((1 << count) - 1)
    }

    /// The signed value of so many bits, at most 15 (EXTEND of T.81, F.2.2.1).
    pub(super) fn value(&mut self, size: u32, source: &mut Source<'_>) -> i32 {
        if size == 0 {
            return 0;
        }
        let raw = self.take(size, source) as i32;
        if raw < 1 << (size - 1) { raw - (1 << size) + 1 } else { raw }
    }

    /// The next symbol; 0 for a code that is none.
    pub(super) fn symbol(&mut self, code: &Code, source: &mut Source<'_>) -> u8 {
        if self.left < 17 {
            self.fill(source);
        }
        let window = if self.left == 0 { 0 } else { self.window << (64 - self.left) };
        // A code that is none is known to be none after 17 bits.
        let (length, symbol) = code.symbol(window).unwrap_or((17, 0));
        self.require(length, source);
        self.left -= length;
        if length == 17 {
            source.note_here("a Huffman code that is defined");
        }
        symbol
    }

    /// Makes so many bits available, of zeros if need be.
    fn require(&mut self, count: u32, source: &mut Source<'_>) {
        if self.left < count {
            self.fill(source);
        }
        if self.left < count {
            if !core::mem::replace(&mut self.dry, true) {
                source.note_here("more entropy-coded data");
            }
            self.window <<= FULL - self.left;
            self.left = FULL;
        }
    }

    fn fill(&mut self, source: &mut Source<'_>) {
        while self.left < FULL {
            let Some(byte) = source.data() else { return };
            self.window = self.window << 8 | u64::from(byte);
            self.left += 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(counts: &[u8], symbols: &[u8]) -> Code {
        let mut all = [0; 16];
        all[..counts.len()].copy_from_slice(counts);
        Code::for_test(all, symbols).unwrap()
    }

    #[test]
    fn after_the_data_come_zeros() {
        let mut source = Source::new(b"\xa5\xff\xd9");
        let mut bits = Bits::default();
        assert_eq!((bits.take(3, &mut source), bits.dry()), (0b101, false));
        assert_eq!((bits.take(5, &mut source), bits.dry()), (0b00101, false));
        assert_eq!((bits.take(16, &mut source), bits.dry()), (0, true));
        assert_eq!(source.damage().first, Some((3, "more entropy-coded data")));
        assert_eq!((bits.take(16, &mut source), source.damage().count), (0, 1));
    }

    #[test]
    fn bits_before_the_end_are_not_lost() {
        let mut source = Source::new(b"\xff\x00\xff\xd9");
        let mut bits = Bits::default();
        assert_eq!((bits.take(5, &mut source), bits.take(6, &mut source)), (0b11111, 0b111000));
    }

    #[test]
    fn a_code_that_is_none_is_a_zero_of_17_bits() {
        let (code, mut source, mut bits) = (code(&[1, 1], &[7, 9]), Source::new(&[0xfe; 8]), Bits::default());
        assert_eq!(bits.symbol(&code, &mut source), 0);
        assert_eq!(bits.take(7, &mut source), 0b1111110);
        assert_eq!(source.damage().count, 1);
    }

    #[test]
    fn values_are_signed_by_their_first_bit() {
        let mut source = Source::new(&[0b1010_1100, 0, 0]);
        let mut bits = Bits::default();
        assert_eq!([3, 3, 0, 1].map(|size| bits.value(size, &mut source)), [5, -4, 0, -1]);
    }
}
