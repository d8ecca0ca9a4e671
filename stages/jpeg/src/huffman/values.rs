//! Owns the table that decodes AC coefficients, up to two at once.
//! Does not own: where they go in a block (see `block.rs`).
//!
//! Of two symbols the first one's value is already in the entry, and the second one's bits are taken from the window. A lookup
//! that gives only one coefficient writes a zero where the first of two would go, so both kinds run through the same
//! instructions and there is no branch to predict.

use super::{Ac, BITS, Code, LEVELS, One};
#[cfg(doc)]
use crate::bits::Bits;
use crate::bits::with_size;
use alloc::boxed::Box;

/// An AC code, ready to decode.
#[derive(Clone)]
pub(crate) struct ValueTable {
    code: Code,
    /// The low bits that all values lack, if it is for the first scan of a progressive band.
    band: Option<u32>,
    /// Entries with one symbol only, for every number of index bits. 0: no code fits.
    single: Box<[u32; LEVELS]>,
    entries: Box<[u32; 1 << BITS]>,
}

/// More coefficients than a block has: no code fits in the index.
const LONG: u32 = 64 << 16;
const END: u32 = 128 << 16;
/// The band ends in several blocks; in place of a value's size stands that of their number.
const RUN: u32 = RUN_STEP << 16;
pub(crate) const RUN_STEP: u32 = 192;

/// What one lookup gives.
#[derive(Clone, Copy)]
pub(crate) struct Entry(u32);

impl Entry {
    /// Bits in all, in the low 6 bits; in the 12 low bits also those of the last coefficient's value, for [`Bits::entry_value`].
    #[inline(always)]
    pub(crate) fn total(self) -> u32 {
        self.0
    }

    /// Bits of the last coefficient's value.
    #[inline(always)]
    pub(crate) fn size(self) -> u32 {
        !self.0 >> 6 & 15
    }

    /// Zeros before the first coefficient.
    #[inline(always)]
    pub(crate) fn run(self) -> u32 {
        self.0 >> 12 & 15
    }

    /// How many coefficients it goes on, 128 more if the block ends there; 64 if no code fits, and [`RUN_STEP`] alone if the band
    /// ends in several blocks.
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
        let (single, entries) = (Box::new([0; LEVELS]), Box::new([LONG; 1 << BITS]));
        ValueTable { code: Code::EMPTY, band: None, single, entries }
    }

    pub(crate) fn code(&self) -> &Code {
        &self.code
    }

    /// The entry for an index of 12 bits.
    #[inline(always)]
    pub(crate) fn entry(&self, index: usize) -> Entry {
        Entry(self.entries[index & ((1 << BITS) - 1)])
    }

    /// Makes it a table for this code of a sequential file.
    pub(crate) fn set(&mut self, code: &Code) {
        self.set_for(code, None);
    }

    /// Makes it a table for this code in the first scan of a progressive band, whose values lack their `missing` low bits.
    pub(crate) fn set_band(&mut self, code: &Code, missing: u32) {
        self.set_for(code, Some(missing));
    }

    /// Decodes one symbol of any length; `None` if there is no such code.
    pub(crate) fn one(&self, window: u64) -> Option<One> {
        match self.band {
            None => self.code.one_ac(window),
            Some(missing) => self.code.one_of_band(window, missing),
        }
    }

    fn set_for(&mut self, code: &Code, band: Option<u32>) {
        if self.code == *code && self.band == band {
            return;
        }
        (self.code, self.band) = (code.clone(), band);
        let meaning = |symbol| band.map_or_else(|| Ac::of(symbol), |missing| Ac::of_band(symbol, missing));
        self.set_single(meaning);
        let mut rest = &mut self.entries[..];
        for (length, symbol) in code.up_to(BITS) {
            let Some(own) = rest.split_off_mut(..1 << (BITS - length)) else { break };
            let meaning = meaning(symbol);
            match (meaning, single(length, meaning)) {
                (Ac::EndOfBands { more }, _) => own.fill(with_size(length, more) | RUN),
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

    fn set_single(&mut self, meaning: impl Fn(u8) -> Ac) {
        for bits in 0..=BITS {
            let mut rest = &mut self.single[1 << bits..2 << bits];
            for (length, symbol) in self.code.up_to(bits) {
                let Some(own) = rest.split_off_mut(..1 << (bits - length)) else { break };
                own.fill(single(length, meaning(symbol)));
            }
            rest.fill(0);
        }
    }
}

/// The entry of one symbol; 0 if it has no meaning, or one that never follows another symbol in an entry.
fn single(length: u32, meaning: Ac) -> u32 {
    match meaning {
        Ac::Coefficient { step, size } => with_size(length + size, size) | step << 16,
        Ac::EndOfBlock => with_size(length, 0) | END,
        Ac::EndOfBands { .. } | Ac::Undefined => 0,
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
    use proptest::prelude::*;

    fn extend(raw: u64, size: u32) -> i16 {
        let raw = raw as i32 & ((1 << size) - 1);
        (if size > 0 && raw >> (size - 1) == 0 { raw + 1 - (1 << size) } else { raw }) as i16
    }

    proptest! {
        #[test]
        fn an_entry_is_its_symbols_one_after_the_other(
            counts in prop::collection::vec(0u8..4, 16), symbols in prop::collection::vec(any::<u8>(), 48),
            band in prop::option::of(0u32..14)
        ) {
            let counts: [u8; 16] = counts.try_into().unwrap();
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(code) = Code::for_test(counts, &symbols[..total]) else { return Ok(()) };
            let mut table = ValueTable::new();
            let one = |window| band.map_or_else(|| code.one_ac(window), |missing| code.one_of_band(window, missing));
            table.set_for(&code, band);
            for index in 0..1u64 << BITS {
                let entry = table.entry(index as usize);
                let window = index << (64 - BITS);
                match one(window) {
                    Some(One::EndOfBlock { total }) if total <= BITS => {
                        prop_assert_eq!((entry.total() & 63, entry.step()), (total, 128));
                    }
                    Some(One::EndOfBands { more, total }) if total - more <= BITS => {
                        prop_assert_eq!((entry.total() & 63, entry.size(), entry.step()), (total - more, more, RUN_STEP));
                    }
                    Some(One::Coefficient { step, size, total }) if total - size <= BITS => {
                        if entry.step() == step && entry.total() & 63 == total {
                            prop_assert_eq!((entry.size(), entry.run(), entry.first()), (size, 0, 0));
                            continue;
                        }
                        prop_assert_eq!(entry.run(), step - 1);
                        prop_assert_eq!(entry.first(), extend(index >> (BITS - total), size));
                        let (next_step, next_size, next_total) = match one(window << total) {
                            Some(One::Coefficient { step, size, total }) => (step, size, total),
                            Some(One::EndOfBlock { total }) => (128, 0, total),
                            Some(One::EndOfBands { .. }) | None => panic!("{index:012b}"),
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
