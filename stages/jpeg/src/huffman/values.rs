//! Owns the table that decodes AC coefficients, up to two at once.
//! Does not own: where they go in a block (see `block.rs`).
//!
//! Of two symbols the first one's value is already in the entry, and the second one's bits are taken from the window. A lookup
//! that gives only one coefficient writes a zero where the first of two would go, so both kinds run through the same
//! instructions and there is no branch to predict.

use super::{Ac, BITS, Code, LEVELS};
use alloc::boxed::Box;

/// An AC code, ready to decode.
#[derive(Clone)]
pub(crate) struct ValueTable {
    code: Code,
    /// Entries with one symbol only, for every number of index bits. 0: no code fits.
    single: Box<[u32; LEVELS]>,
    entries: Box<[u32; 1 << BITS]>,
}

/// More coefficients than a block has: no code fits in the index.
const LONG: u32 = 64 << 16;
const END: u32 = 128 << 16;

/// What one lookup gives.
#[derive(Clone, Copy)]
pub(crate) struct Entry(u32);

impl Entry {
    /// Bits in all, in the low 6 bits.
    #[inline(always)]
    pub(crate) fn total(self) -> u32 {
        self.0
    }

    /// Bits of the last coefficient's value.
    #[inline(always)]
    pub(crate) fn size(self) -> u32 {
        self.0 >> 8 & 15
    }

    /// Zeros before the first coefficient.
    #[inline(always)]
    pub(crate) fn run(self) -> u32 {
        self.0 >> 12 & 15
    }

    /// How many coefficients it goes on, 128 more if the block ends there; 64 if no code fits.
    #[inline(always)]
    pub(crate) fn step(self) -> u32 {
        self.0 >> 16 & 255
    }

    /// The first of two coefficients.
    #[inline(always)]
    pub(crate) fn first(self) -> i16 {
        (self.0 as i32 >> 24) as i16
    }
}

impl ValueTable {
    pub(crate) fn new() -> ValueTable {
        ValueTable { code: Code::EMPTY, single: Box::new([0; LEVELS]), entries: Box::new([LONG; 1 << BITS]) }
    }

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// The entry for an index of 12 bits.
    #[inline(always)]
    pub(crate) fn entry(&self, index: usize) -> Entry {
        Entry(self.entries[index & ((1 << BITS) - 1)])
    }

    /// Makes it a table for this code.
    pub(crate) fn set(&mut self, code: &Code) {
        if self.code == *code {
            return;
        }
        self.code = code.clone();
        self.set_single();
        let mut rest = &mut self.entries[..];
        for (length, symbol) in code.up_to(BITS) {
            let Some(own) = rest.split_off_mut(..1 << (BITS - length)) else { break };
            match (Ac::of(symbol), single(length, symbol)) {
                (_, 0) => own.fill(LONG),
                // A value of more bits does not fit in the entry.
                (Ac::Coefficient { step, size }, one) if length + size < BITS && size <= 7 => {
                    let next = &self.single[1 << (BITS - length - size)..2 << (BITS - length - size)];
                    pair(own, one, (length, step, size), next);
                }
                (_, one) => own.fill(one),
            }
        }
        rest.fill(LONG);
    }

    fn set_single(&mut self) {
        for bits in 0..=BITS {
            let mut rest = &mut self.single[1 << bits..2 << bits];
            for (length, symbol) in self.code.up_to(bits) {
                let Some(own) = rest.split_off_mut(..1 << (bits - length)) else { break };
                own.fill(single(length, symbol));
            }
            rest.fill(0);
        }
    }
}

/// The entry of one symbol; 0 if it has no meaning.
fn single(length: u32, symbol: u8) -> u32 {
    match Ac::of(symbol) {
        Ac::Coefficient { step, size } => (length + size) | size << 8 | step << 16,
        Ac::EndOfBlock => length | END,
        Ac::Undefined => 0,
    }
}

/// Fills the entries of one first symbol: for each of its values in order, with it and every `next` symbol.
fn pair(own: &mut [u32], one: u32, (length, step, size): (u32, u32, u32), next: &[u32]) {
    for (raw, entries) in (0i32..).zip(own.chunks_exact_mut(next.len())) {
        let negative = size > 0 && raw >> (size - 1) == 0;
        let value = if negative { raw + 1 - (1 << size) } else { raw };
        // ZRL has no value; its sixteenth zero is the first of the two.
        let add = (length + size) | (step - 1) << 12 | step << 16 | (value as u32) << 24;
        for (entry, &next) in entries.iter_mut().zip(next) {
            *entry = if next == 0 { one } else { next + add };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::One;
    use proptest::prelude::*;

    fn extend(raw: u64, size: u32) -> i16 {
        let raw = raw as i32 & ((1 << size) - 1);
        (if size > 0 && raw >> (size - 1) == 0 { raw + 1 - (1 << size) } else { raw }) as i16
    }

    proptest! {
        #[test]
        fn an_entry_is_its_symbols_one_after_the_other(
            counts in prop::collection::vec(0u8..4, 16), symbols in prop::collection::vec(any::<u8>(), 48)
        ) {
            let counts: [u8; 16] = counts.try_into().unwrap();
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(code) = Code::for_test(counts, &symbols[..total]) else { return Ok(()) };
            let mut table = ValueTable::new();
            table.set(&code);
            for index in 0..1u64 << BITS {
                let entry = table.entry(index as usize);
                let window = index << (64 - BITS);
                match code.one_ac(window) {
                    Some(One::EndOfBlock { total }) if total <= BITS => {
                        prop_assert_eq!((entry.total() & 63, entry.step()), (total, 128));
                    }
                    Some(One::Coefficient { step, size, total }) if total - size <= BITS => {
                        if entry.step() == step && entry.total() & 63 == total {
                            prop_assert_eq!((entry.size(), entry.run(), entry.first()), (size, 0, 0));
                            continue;
                        }
                        prop_assert_eq!(entry.run(), step - 1);
                        prop_assert_eq!(entry.first(), extend(index >> (BITS - total), size));
                        let (next_step, next_size, next_total) = match code.one_ac(window << total) {
                            Some(One::Coefficient { step, size, total }) => (step, size, total),
                            Some(One::EndOfBlock { total }) => (128, 0, total),
                            None => panic!("{index:012b}"),
                        };
                        prop_assert_eq!(entry.step(), step + next_step);
                        prop_assert_eq!((entry.size(), entry.total() & 63), (next_size, total + next_total));
                    }
                    _ => prop_assert_eq!(entry.step(), 64),
                }
            }
        }
    }
}
