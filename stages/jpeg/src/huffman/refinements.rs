//! Owns the table for the symbols of progressive scans that add a bit to coefficients (T.81, G.1.2.3).
//! Does not own: the bits between the symbols (see `progressive/refine.rs`).

use super::Code;
use alloc::boxed::Box;

/// Index bits. Such scans have few symbols, and between two lookups come other bits.
const BITS: u32 = 10;

/// An AC code, ready to refine.
#[derive(Clone)]
pub(crate) struct RefinementTable {
    code: Code,
    /// Bits 0..5: the code's length; from bit 8 its symbol. 0: no code fits.
    entries: Box<[u16; 1 << BITS]>,
}

/// What a symbol says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refinement {
    /// After so many coefficients that stay zero comes one that does not, if `new`, or one more that does.
    Skip { zeros: u32, new: bool },
    /// The band ends in this block and in others; how many say `more` bits.
    End { more: u32 },
}

impl RefinementTable {
    pub(crate) fn new() -> RefinementTable {
        RefinementTable { code: Code::EMPTY, entries: Box::new([0; 1 << BITS]) }
    }

    /// Makes it a table for this code.
    pub(crate) fn set(&mut self, code: &Code) {
        if self.code == *code {
            return;
        }
        self.code = code.clone();
        let mut rest = &mut self.entries[..];
        for (length, symbol) in code.up_to(BITS) {
            let Some(own) = rest.split_off_mut(..1 << (BITS - length)) else { break };
            own.fill(length as u16 | u16::from(symbol) << 8);
        }
        rest.fill(0);
    }

    /// The first symbol of the window and the length of its code; `None` if there is no such code, or it has no meaning.
    #[inline(always)]
    pub(crate) fn symbol(&self, window: u64) -> Option<(u32, Refinement)> {
        let (length, symbol) = match self.entries[(window >> (64 - BITS)) as usize] {
            0 => self.long(window)?,
            entry => (u32::from(entry & 31), u32::from(entry >> 8)),
        };
        let zeros = symbol >> 4;
        match symbol & 15 {
            0 if zeros < 15 => Some((length, Refinement::End { more: zeros })),
            // A new coefficient has one bit, so all other sizes are wrong.
            size @ (0 | 1) => Some((length, Refinement::Skip { zeros, new: size == 1 })),
            _ => None,
        }
    }

    #[cold]
    #[inline(never)]
    fn long(&self, window: u64) -> Option<(u32, u32)> {
        self.code.symbol(window).map(|(length, symbol)| (length, u32::from(symbol)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes_mean_the_same() {
        let mut counts = [0; 16];
        counts[..12].fill(1);
        let symbols = [0x01, 0x00, 0xf0, 0x11, 0x70, 0x02, 0xe0, 0xf1, 0x21, 0x31, 0x41, 0x51];
        let mut table = RefinementTable::new();
        table.set(&Code::for_test(counts, &symbols).unwrap());
        let of = |ones: u32| table.symbol(!(u64::MAX >> ones));
        assert_eq!(of(0), Some((1, Refinement::Skip { zeros: 0, new: true })));
        assert_eq!(of(1), Some((2, Refinement::End { more: 0 })));
        assert_eq!(of(2), Some((3, Refinement::Skip { zeros: 15, new: false })));
        assert_eq!(of(4), Some((5, Refinement::End { more: 7 })));
        assert_eq!(of(5), None, "a new coefficient of two bits");
        assert_eq!(of(11), Some((12, Refinement::Skip { zeros: 5, new: true })), "a long code");
        assert_eq!(of(12), None, "no code");
    }
}
