//! Owns adding one bit to the coefficients of a band (T.81, G.1.2.3).
//! Does not own: their first bits (see `first.rs`).
//!
//! Fast because the map of a block tells which coefficients there are: those that stay zero are counted off its zeros, and only
//! those that are not zero are looked at.

use super::first::run_length;
use crate::bits::Bits;
use crate::block::BadCode;
use crate::coefficients::{Block, PLACES};
use crate::huffman::RefinementTable;

/// A band of coefficients that a scan adds a bit to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    first: u32,
    last: u32,
    /// Its coefficients, as in the map of a block.
    map: u64,
    /// How many low bits will still be missing.
    missing: u32,
}

/// How many coefficients can grow after a symbol without a refill: that gives 56 bits, and a symbol takes at most 17.
const AT_ONCE: u32 = 39;

impl Band {
    /// From the `first` to the `last` coefficient of the zigzag order, 1 to 63; `missing` low bits will still be missing.
    pub(crate) fn new((first, last): (u8, u8), missing: u8) -> Band {
        let map = (u64::MAX << (first & 63)) & (u64::MAX >> (63 - (last & 63)));
        Band { first: u32::from(first), last: u32::from(last), map, missing: u32::from(missing) }
    }

    /// Decodes the band of one block. Gives how many blocks after it have nothing new.
    #[inline(always)]
    pub(crate) fn decode(
        self,
        table: &RefinementTable,
        bits: &mut Bits<'_>,
        block: &mut Block,
        map: &mut u64,
    ) -> Result<u32, BadCode> {
        let mut old = *map & self.map;
        let mut at = self.first;
        while at <= self.last {
            bits.refill();
            let symbol = table.symbol(bits.window()).ok_or(BadCode)?;
            bits.skip(symbol.total());
            if let Some(more) = symbol.end() {
                let run = run_length(bits, more);
                self.grow_all(old, bits, block);
                return Ok(run);
            }
            // Where the new one is unless there are old ones before it: each of them moves it on.
            let place = self.grow_before(at + symbol.zeros(), &mut old, bits, block);
            if place > self.last {
                return Err(BadCode);
            }
            block[usize::from(PLACES[place as usize & 63])] = symbol.sign() << self.missing;
            *map |= u64::from(symbol.sign() != 0) << (place & 63);
            at = place + 1;
        }
        Ok(0)
    }

    /// Decodes the band of a block that has nothing new.
    #[inline(always)]
    pub(crate) fn pass(self, bits: &mut Bits<'_>, block: &mut Block, map: u64) {
        self.grow_all(map & self.map, bits, block);
    }

    /// Grows the old coefficients up to a place that each of them moves on by one. Gives that place, and leaves the others.
    #[inline(always)]
    fn grow_before(self, mut place: u32, old: &mut u64, bits: &mut Bits<'_>, block: &mut Block) -> u32 {
        loop {
            for _ in 0..AT_ONCE {
                let next = old.trailing_zeros();
                if *old == 0 || next > place {
                    return place;
                }
                self.grow(next, bits, block);
                *old &= *old - 1;
                place += 1;
            }
            bits.refill();
        }
    }

    /// Grows all of these coefficients.
    #[inline(always)]
    fn grow_all(self, mut old: u64, bits: &mut Bits<'_>, block: &mut Block) {
        while old != 0 {
            bits.refill();
            for _ in 0..AT_ONCE {
                self.grow(old.trailing_zeros(), bits, block);
                old &= old - 1;
                if old == 0 {
                    break;
                }
            }
        }
    }

    /// Moves a coefficient away from zero by the bit, or not, as the next bit says.
    #[inline(always)]
    fn grow(self, coefficient: u32, bits: &mut Bits<'_>, block: &mut Block) {
        let value = &mut block[usize::from(PLACES[coefficient as usize & 63])];
        let negative = *value >> 15;
        let more = (bits.peek(1) as i16) << self.missing;
        // Values lack this bit and all below, so none of them can overflow.
        *value = value.wrapping_add((more ^ negative) - negative);
        bits.skip(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::PADDING;
    use crate::huffman::Code;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// 0 → a new coefficient, 10 → end of the band, 110 → a new one after two zeros, 1110 → sixteen zeros, 11110 → the end of 2
    /// or 3 bands.
    fn table() -> RefinementTable {
        let mut counts = [0; 16];
        counts[..5].fill(1);
        let mut table = RefinementTable::new();
        table.set(&Code::for_test(counts, &[0x01, 0x00, 0x21, 0xf0, 0x10]).unwrap());
        table
    }

    /// The bits, and a few zeros.
    fn data(bits: &str) -> Vec<u8> {
        let byte =
            |bits: &[u8]| bits.iter().zip((0..8).rev()).fold(0, |byte, (bit, at)| byte | (bit - b'0') << at);
        bits.as_bytes().chunks(8).map(byte).chain([0; PADDING]).collect()
    }

    fn decode(band: Band, bits: &str, block: &mut Block, map: &mut u64) -> Option<u32> {
        band.decode(&table(), &mut Bits::new(&data(bits)), block, map).ok()
    }

    fn at(coefficient: usize) -> usize {
        usize::from(PLACES[coefficient])
    }

    #[test]
    fn old_coefficients_grow_away_from_zero_and_new_ones_come_between_them() {
        let band = Band::new((1, 10), 1);
        let (mut block, mut map) = ([0; 64], 1 << 2 | 1 << 4 | 1 << 8 | 1 << 12);
        (block[at(2)], block[at(4)], block[at(8)], block[at(12)]) = (4, -8, 4, 4);
        // After the zeros 1 and 3 a positive one; bits for 2 and 4; the end; a bit for 8.
        assert_eq!(decode(band, "110111101", &mut block, &mut map), Some(0));
        assert_eq!([2, 4, 5, 8, 12].map(|coefficient| block[at(coefficient)]), [6, -10, 2, 6, 4]);
        assert_eq!(map, 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 12);
    }

    #[test]
    fn a_band_may_end_in_several_blocks_and_never_after_its_end() {
        let band = Band::new((1, 10), 1);
        assert_eq!(decode(band, "111101", &mut [0; 64], &mut 0), Some(2));
        assert_eq!(decode(band, "1110", &mut [0; 64], &mut 0), None, "16 zeros in a band of 10");
        assert_eq!(decode(band, "11111", &mut [0; 64], &mut 0), None, "no code");
    }

    /// One coefficient after the other, as T.81, figure G.7 has it.
    fn slowly(bits: &str, (first, last): (usize, usize), bit: i16, block: &mut Block) -> Option<u32> {
        let mut bits = bits.bytes().map(|bit| bit == b'1').chain(core::iter::repeat(false));
        let mut next = || bits.next().unwrap();
        let mut coefficient = first;
        let mut run = 0;
        while coefficient <= last {
            let ones = (0..6).take_while(|_| next()).count();
            let (mut zeros, value) = match ones {
                0 | 2 => (ones, if next() { bit } else { -bit }),
                3 => (15, 0),
                1 => (64, 0),
                4 => {
                    run = 1 + u32::from(next());
                    (64, 0)
                }
                _ => return None,
            };
            loop {
                if coefficient > last {
                    if zeros < 64 {
                        return None;
                    }
                    break;
                }
                let old = &mut block[at(coefficient)];
                coefficient += 1;
                if *old != 0 {
                    *old += if next() { bit * old.signum() } else { 0 };
                } else if zeros == 0 {
                    *old = value;
                    break;
                } else {
                    zeros -= usize::from(zeros < 64);
                }
            }
        }
        Some(run)
    }

    proptest! {
        #[test]
        fn it_is_what_the_standard_draws(
            bits in "[01]{0,200}", values in prop::collection::vec(-3i16..3, 64), ends in (1usize..64, 1usize..64), missing in 0u8..3
        ) {
            let (first, last) = (ends.0.min(ends.1), ends.0.max(ends.1));
            let mut block = [0; 64];
            let mut map = 0;
            for coefficient in 1..64 {
                block[at(coefficient)] = values[coefficient] << (missing + 1);
                map |= u64::from(values[coefficient] != 0) << coefficient;
            }
            let mut want = block;
            let run = slowly(&bits, (first, last), 1 << missing, &mut want);
            let got = decode(Band::new((first as u8, last as u8), missing), &bits, &mut block, &mut map);
            prop_assert_eq!(got, run);
            if run.is_some() {
                prop_assert_eq!(block, want);
                let nonzero = (1..64).fold(0, |map, c| map | u64::from(block[at(c)] != 0) << c);
                prop_assert_eq!(map, nonzero);
            }
        }
    }
}
