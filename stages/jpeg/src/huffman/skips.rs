//! Owns the table that passes over AC coefficients, as many as fit in its index at once.
//! Does not own: decoding their values (see `values.rs`).
//!
//! Most AC codes with their values are 3 to 6 bits long, so one lookup of 12 bits replaces two or three: for color that is
//! passed over, parsing is nearly all there is to do.

use super::{Ac, BITS, Code, LEVELS};
use alloc::boxed::Box;

/// An AC code, ready to be passed over.
#[derive(Clone)]
pub(crate) struct SkipTable {
    code: Code,
    /// Bits 0..6: how many bits it goes on; from bit 8: how many coefficients, 128 more if the block ends there,
    /// and [`LONG`] if no code fits in the index.
    levels: Box<[u16; LEVELS]>,
}

/// More coefficients than a block has.
pub(super) const LONG: u16 = 64 << 8;
const END: u16 = 128 << 8;

impl SkipTable {
    pub(crate) fn new() -> SkipTable {
        let mut levels = Box::new([0; LEVELS]);
        levels[1 << BITS..].fill(LONG);
        SkipTable { code: Code::EMPTY, levels }
    }

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// The entry for an index of 12 bits.
    #[inline(always)]
    pub(crate) fn entry(&self, index: usize) -> u32 {
        u32::from(self.levels[(1 << BITS) | (index & ((1 << BITS) - 1))])
    }

    /// Entries for every number of index bits: for `n` of them at `[1 << n..2 << n]`. Below [`BITS`], 0 is no code.
    pub(super) fn levels(&self) -> &[u16; LEVELS] {
        &self.levels
    }

    /// Makes it a table for this code. Level by level: what follows a first symbol was already worked out for the bits that
    /// are left, so runs of entries are copied and not computed.
    pub(crate) fn set(&mut self, code: &Code) {
        if self.code == *code {
            return;
        }
        self.code = code.clone();
        for bits in 0..=BITS {
            let (shorter, level) = self.levels.split_at_mut(1 << bits);
            let none = if bits == BITS { LONG } else { 0 };
            let mut rest = &mut level[..1 << bits];
            for (length, symbol) in code.up_to(bits) {
                let Some(own) = rest.split_off_mut(..1 << (bits - length)) else { break };
                match Ac::of(symbol) {
                    Ac::EndOfBands { .. } | Ac::Undefined => own.fill(none),
                    Ac::EndOfBlock => own.fill(length as u16 | END),
                    Ac::Coefficient { step, size } => {
                        let entry = (length + size) as u16 | (step as u16) << 8;
                        follow(own, entry, bits.saturating_sub(length + size), shorter);
                    }
                }
            }
            rest.fill(none);
        }
    }
}

/// Fills the entries of one first symbol with it and what follows it in the `left` bits after it. The bits of its value come
/// first in the index, so the same entries stand there once for each value.
pub(super) fn follow(own: &mut [u16], entry: u16, left: u32, shorter: &[u16]) {
    let (first, others) = own.split_at_mut(1 << left);
    for (slot, &next) in first.iter_mut().zip(&shorter[1 << left..2 << left]) {
        // More steps than a block has would reach into the bit of END.
        *slot = if next & !END < LONG - (entry & 0xff00) { entry + next } else { entry };
    }
    for other in others.chunks_exact_mut(1 << left) {
        other.copy_from_slice(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::One;
    use proptest::prelude::*;

    /// What the first `left` bits of a window say, one symbol at a time: bits, coefficients, and whether the block ends. The value
    /// of the last symbol may be cut off, its code may not.
    fn slowly(code: &Code, window: u64, left: u32) -> Option<(u32, u32, bool)> {
        match code.one_ac(window)? {
            One::EndOfBlock { total } => (total <= left).then_some((total, 0, true)),
            One::Coefficient { step, size, total } if total - size <= left => {
                Some(match slowly(code, window << total, left.saturating_sub(total)) {
                    Some((bits, steps, end)) if step + steps < 64 => (total + bits, step + steps, end),
                    _ => (total, step, false),
                })
            }
            One::Coefficient { .. } | One::EndOfBands { .. } => None,
        }
    }

    proptest! {
        #[test]
        fn an_entry_is_its_symbols_one_after_the_other(
            counts in prop::collection::vec(0u8..4, 16), symbols in prop::collection::vec(any::<u8>(), 48), end in 0usize..48
        ) {
            let counts: [u8; 16] = counts.try_into().unwrap();
            let mut symbols = symbols;
            symbols[end] = 0;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(code) = Code::for_test(counts, &symbols[..total]) else { return Ok(()) };
            let mut table = SkipTable::new();
            table.set(&code);
            for index in 0..1 << BITS {
                let want = match slowly(&code, (index as u64) << (64 - BITS), BITS) {
                    Some((bits, steps, end)) => bits | (steps + if end { 128 } else { 0 }) << 8,
                    None => u32::from(LONG),
                };
                prop_assert_eq!(table.entry(index), want, "{:012b}", index);
            }
        }
    }
}
