//! Owns decoding DC differences (T.81, F.2.2.1).
//! Does not own: adding them up.
//!
//! Fast because one lookup gives the lengths of code and value together.

use super::Code;
use crate::bits::{Bits, with_size};
use alloc::boxed::Box;

/// Index bits. DC codes of more than 9 bits are rare, since there are 12 symbols.
const BITS: u32 = 9;

/// The largest difference of samples of 8 bits has 11 bits (T.81, table F.1).
pub(super) const LARGEST: u8 = 11;

/// A DC code, ready to decode.
#[derive(Clone)]
pub(crate) struct DcTable {
    code: Code,
    /// Length of code and value together and of the value alone, as [`with_size`] has them. 0: a longer code, or none.
    entries: Box<[u16; 1 << BITS]>,
}

impl DcTable {
    pub(crate) fn new() -> DcTable {
        DcTable { code: Code::EMPTY, entries: Box::new([0; 1 << BITS]) }
    }

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// Makes it a table for this code.
    pub(crate) fn set(&mut self, code: &Code) {
        if self.code == *code {
            return;
        }
        self.code = code.clone();
        let mut rest = &mut self.entries[..];
        for (length, size) in code.up_to(BITS) {
            let Some(own) = rest.split_off_mut(..1 << (BITS - length)) else { break };
            own.fill(if size > LARGEST { 0 } else { entry(length, size) as u16 });
        }
        rest.fill(0);
    }

    /// The next difference; `None` if there is no such code.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut Bits<'_>) -> Option<i16> {
        bits.refill();
        self.available(bits)
    }

    /// The next difference; its bits must be available.
    #[inline(always)]
    pub(crate) fn available(&self, bits: &mut Bits<'_>) -> Option<i16> {
        let entry = self.entry(bits)?;
        let value = bits.entry_value(entry);
        bits.skip(entry);
        Some(value)
    }

    /// Passes over the next difference.
    #[inline(always)]
    pub(crate) fn pass(&self, bits: &mut Bits<'_>) -> Option<()> {
        bits.refill();
        let entry = self.entry(bits)?;
        bits.skip(entry);
        Some(())
    }

    #[inline(always)]
    fn entry(&self, bits: &Bits<'_>) -> Option<u32> {
        match self.entries[bits.peek(BITS)] {
            0 => self.long_entry(bits.window()),
            entry => Some(u32::from(entry)),
        }
    }

    #[cold]
    #[inline(never)]
    fn long_entry(&self, window: u64) -> Option<u32> {
        let (length, size) = self.code.symbol(window)?;
        (size <= LARGEST).then(|| entry(length, size))
    }
}

fn entry(length: u32, size: u8) -> u32 {
    with_size(length + u32::from(size), u32::from(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes_give_the_same() {
        // 0 → 2 bits of value, then one code each of 2 to 12 bits.
        let mut counts = [0; 16];
        counts[..12].fill(1);
        let code = Code::for_test(counts, &[2, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]).unwrap();
        let mut table = DcTable::new();
        table.set(&code);
        // 0 11 → 3, 11111111110 + 10 bits → the long code for 10 bits, 111111111111 → none
        let data = [0b0111_1111, 0b1111_1010, 0b0000_0000, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut bits = Bits::new(&data);
        assert_eq!(table.difference(&mut bits), Some(3));
        assert_eq!(table.difference(&mut bits), Some(512));
        assert_eq!(table.difference(&mut bits), None);
    }

    #[test]
    fn a_difference_of_more_bits_than_samples_have_is_refused() {
        let mut counts = [0; 16];
        counts[0] = 1;
        let mut table = DcTable::new();
        table.set(&Code::for_test(counts, &[12]).unwrap());
        assert_eq!(table.difference(&mut Bits::new(&[0; 16])), None);
    }
}
