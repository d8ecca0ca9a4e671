//! Owns the table for the symbols of progressive scans that add a bit to coefficients (T.81, G.1.2.3).
//! Does not own: the bits between the symbols (see `progressive/refine.rs`).

use super::Code;
use alloc::boxed::Box;

/// Index bits. Such scans have few symbols.
const BITS: u32 = 10;

/// An AC code, ready to refine.
#[derive(Clone)]
pub(crate) struct RefinementTable {
    code: Code,
    entries: Box<[Refinement; 1 << BITS]>,
}

/// What one lookup gives. Bits 0..6: how many bits it goes on, with the sign of a new coefficient; from bit 8 zeros; from bit 16
/// bits of a run, with [`END`](Self::END); from bit 24 the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refinement(u32);

impl Refinement {
    /// A longer code, or none.
    const NONE: Refinement = Refinement(0);
    const END: u32 = 1 << 20;

    /// What a symbol means whose code has `length` bits, if a one or a zero follows it; `None` if it has no meaning.
    fn new(length: u32, symbol: u8, one: bool) -> Option<Refinement> {
        let zeros = u32::from(symbol >> 4);
        match symbol & 15 {
            0 if zeros < 15 => Some(Refinement(length | zeros << 16 | Refinement::END)),
            0 => Some(Refinement(length | zeros << 8)),
            1 => Some(Refinement((length + 1) | zeros << 8 | if one { 1 << 24 } else { 255 << 24 })),
            // A new coefficient has one bit.
            _ => None,
        }
    }

    /// Bits in all, in the low 6 bits.
    #[inline(always)]
    pub(crate) fn total(self) -> u32 {
        self.0
    }

    /// If the band ends in this block and in others: how many bits say in how many.
    #[inline(always)]
    pub(crate) fn end(self) -> Option<u32> {
        (self.0 & Refinement::END != 0).then_some(self.0 >> 16 & 15)
    }

    /// How many coefficients stay zero before the new one, or before one more that stays zero.
    #[inline(always)]
    pub(crate) fn zeros(self) -> u32 {
        self.0 >> 8 & 15
    }

    /// 1 or −1, the sign of the new coefficient; 0 if there is none.
    #[inline(always)]
    pub(crate) fn sign(self) -> i16 {
        (self.0 as i32 >> 24) as i16
    }
}

impl RefinementTable {
    pub(crate) fn new() -> RefinementTable {
        RefinementTable { code: Code::EMPTY, entries: Box::new([Refinement::NONE; 1 << BITS]) }
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
            // The sign comes next. If it is beyond the index, the code is left to the slow way.
            let half = own.len() / 2;
            for (at, entry) in own.iter_mut().enumerate() {
                let known = symbol & 15 == 0 || length < BITS;
                let meaning = Refinement::new(length, symbol, at >= half).filter(|_| known);
                *entry = meaning.unwrap_or(Refinement::NONE);
            }
        }
        rest.fill(Refinement::NONE);
    }

    /// The first symbol of the window; `None` if there is no such code, or it has no meaning.
    #[inline(always)]
    pub(crate) fn symbol(&self, window: u64) -> Option<Refinement> {
        match self.entries[(window >> (64 - BITS)) as usize] {
            Refinement::NONE => self.long(window),
            entry => Some(entry),
        }
    }

    #[cold]
    #[inline(never)]
    fn long(&self, window: u64) -> Option<Refinement> {
        let (length, symbol) = self.code.symbol(window)?;
        Refinement::new(length, symbol, window << length >> 63 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_codes_mean_the_same() {
        let mut counts = [0; 16];
        counts[..13].fill(1);
        let symbols = [0x01, 0x00, 0xf0, 0x11, 0x70, 0x02, 0xe0, 0xf1, 0x61, 0x31, 0x41, 0xd0, 0x51];
        let mut table = RefinementTable::new();
        table.set(&Code::for_test(counts, &symbols).unwrap());
        // So many ones, a zero, and then a one or a zero.
        let of = |ones: u32, next: u64| {
            let entry = table.symbol(!(u64::MAX >> ones) | next << (62 - ones))?;
            Some((entry.total() & 63, entry.end(), entry.zeros(), entry.sign()))
        };
        assert_eq!([of(0, 0), of(0, 1)], [Some((2, None, 0, -1)), Some((2, None, 0, 1))]);
        assert_eq!(of(1, 1), Some((2, Some(0), 0, 0)));
        assert_eq!(of(2, 0), Some((3, None, 15, 0)));
        assert_eq!(of(4, 0), Some((5, Some(7), 0, 0)));
        assert_eq!(of(5, 0), None, "a new coefficient of two bits");
        assert_eq!(
            [of(9, 0), of(9, 1)],
            [Some((11, None, 3, -1)), Some((11, None, 3, 1))],
            "a sign behind the index"
        );
        assert_eq!(of(11, 0), Some((12, Some(13), 0, 0)), "a long code");
        assert_eq!(of(12, 1), Some((14, None, 5, 1)), "a long code");
        assert_eq!(of(13, 0), None, "no code");
    }
}
