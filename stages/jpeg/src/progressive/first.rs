//! Owns decoding the values of a band where no scan gave any before (T.81, G.1.2.2).
//! Does not own: the bits that later scans add (see `refine.rs`).
//!
//! Fast because a lookup gives up to two coefficients, both are always written, and a band is moved so that it ends at 64
//! whatever its end is: then all that is rare leaves the loop by one comparison.

use crate::bits::Bits;
use crate::block::BadCode;
use crate::coefficients::{Block, PLACES};
use crate::huffman::{BITS, Entry, One, RUN_STEP, ValueTable};

/// A band of coefficients that a scan gives for the first time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    /// The first coefficient, moved.
    begin: u32,
    /// How far the band is moved up to end at 64.
    moved: u8,
    /// Low bits that the values lack.
    missing: u32,
}

impl Band {
    /// From the `first` to the `last` coefficient of the zigzag order, 1 to 63.
    pub(crate) fn new((first, last): (u8, u8), missing: u8) -> Band {
        let moved = 63u8.saturating_sub(last);
        Band { begin: u32::from(first) + u32::from(moved), moved, missing: u32::from(missing) }
    }

    /// Decodes the band of one block that has nothing in it yet. Gives how many blocks after this one have nothing either.
    #[inline(always)]
    pub(crate) fn decode(
        self,
        table: &ValueTable,
        bits: &mut Bits<'_>,
        block: &mut Block,
        map: &mut u64,
    ) -> Result<u32, BadCode> {
        let mut at = self.begin;
        let mut found = *map;
        let run = loop {
            let (entry, next) = 'common: loop {
                bits.refill();
                for _ in 0..2 {
                    let entry = table.entry(bits.peek(BITS));
                    let next = at + entry.step();
                    if next >= 64 {
                        break 'common (entry, next);
                    }
                    self.put(entry, at, bits, block, &mut found);
                    at = next;
                }
            };
            if next == 64 || (next > 128 && next < 192) {
                self.put(entry, at, bits, block, &mut found);
                break 0;
            }
            bits.refill();
            if entry.step() == RUN_STEP {
                bits.skip(entry.total());
                break run_length(bits, entry.size());
            }
            match table.one(bits.window()).ok_or(BadCode)? {
                One::EndOfBlock { total } => {
                    bits.skip(total);
                    break 0;
                }
                One::EndOfBands { more, total } => {
                    bits.skip(total - more);
                    break run_length(bits, more);
                }
                One::Coefficient { step, size, total } => {
                    at += step;
                    if at > 64 {
                        return Err(BadCode);
                    }
                    self.write(at - 1, bits.value(total, size), block, &mut found);
                    bits.skip(total);
                }
            }
            if at == 64 {
                break 0;
            }
        };
        *map = found;
        Ok(run)
    }

    /// Writes what a lookup gave: the first of two coefficients, or a zero in its place, and the last.
    #[inline(always)]
    fn put(self, entry: Entry, at: u32, bits: &mut Bits<'_>, block: &mut Block, map: &mut u64) {
        let last = bits.entry_value(entry.total());
        self.write(at + entry.run(), entry.first(), block, map);
        self.write(at + entry.step() - 1, last, block, map);
        bits.skip(entry.total());
    }

    #[inline(always)]
    fn write(self, at: u32, value: i16, block: &mut Block, map: &mut u64) {
        let at = (at as u8).wrapping_sub(self.moved);
        block[usize::from(PLACES[usize::from(at)]) & 63] = value << self.missing;
        *map |= u64::from(value != 0) << (at & 63);
    }
}

/// How many more blocks a band ends in, of which the next `more` bits tell (T.81, G.1.2.2). `more` is at most 14.
#[inline(always)]
pub(crate) fn run_length(bits: &mut Bits<'_>, more: u32) -> u32 {
    let one = 1u32 << more;
    let low = if more == 0 { 0 } else { bits.peek(more) as u32 };
    bits.skip(more);
    one + low - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::PADDING;
    use crate::huffman::Code;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// One coefficient after the other, as T.81, figure G.3 has it.
    fn slowly(
        code: &Code,
        bits: &mut Bits<'_>,
        (first, last): (usize, usize),
        missing: u32,
    ) -> Option<(Block, u32)> {
        let (mut block, mut at) = ([0; 64], first);
        while at <= last {
            bits.refill();
            let (length, symbol) = code.symbol(bits.window())?;
            bits.skip(length);
            let (zeros, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            bits.refill();
            match (zeros, size) {
                (15, 0) => at += 16,
                (more, 0) => {
                    let low = if more == 0 { 0 } else { bits.peek(more as u32) as u32 };
                    bits.skip(more as u32);
                    return Some((block, (1 << more) + low - 1));
                }
                _ if size + missing > 15 => return None,
                _ => {
                    let value = bits.value(size, size);
                    bits.skip(size);
                    at += zeros;
                    if at > last {
                        return None;
                    }
                    block[usize::from(PLACES[at])] = value << missing;
                    at += 1;
                }
            }
        }
        // Zeros may go to the end of the band and no further.
        (at == last + 1).then_some((block, 0))
    }

    proptest! {
        #[test]
        fn it_is_what_the_standard_draws(
            counts in prop::collection::vec(0u8..4, 16), symbols in prop::collection::vec(any::<u8>(), 48),
            data in prop::collection::vec(any::<u8>(), 200), ends in (1usize..64, 1usize..64), missing in 0u8..14
        ) {
            let counts: [u8; 16] = counts.try_into().unwrap();
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(code) = Code::for_test(counts, &symbols[..total]) else { return Ok(()) };
            let mut table = ValueTable::new();
            table.set_band(&code, u32::from(missing));
            let (first, last) = (ends.0.min(ends.1), ends.0.max(ends.1));
            let data: Vec<u8> = data.into_iter().chain([0; PADDING]).collect();
            let (mut fast, mut slow) = (Bits::new(&data), Bits::new(&data));
            // Several blocks, since one may end anywhere in what a lookup sees.
            for _ in 0..10 {
                let (mut block, mut map) = ([0; 64], 0);
                let want = slowly(&code, &mut slow, (first, last), u32::from(missing));
                let band = Band::new((first as u8, last as u8), missing);
                let run = band.decode(&table, &mut fast, &mut block, &mut map).ok();
                block[0] = 0;
                prop_assert_eq!(run.map(|run| (block, run)), want);
                let nonzero = (1..64).fold(0, |map, at| map | u64::from(block[usize::from(PLACES[at])] != 0) << at);
                if run.is_none() {
                    break;
                }
                prop_assert_eq!(map, nonzero);
                fast.refill();
                slow.refill();
                prop_assert_eq!(fast.window() >> 8, slow.window() >> 8);
            }
        }
    }
}
