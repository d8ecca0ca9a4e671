//! Owns adding one bit to the coefficients of a band (T.81, G.1.2.3).
//! Does not own: their first bits (see `first.rs`).
//!
//! Fast because the map of a block tells which coefficients there are: those that stay zero are counted off its zeros, and only
//! those that are not zero are looked at.

use super::first::run_length;
use crate::bits::Bits;
use crate::block::BadCode;
use crate::coefficients::{Block, PLACES};
use crate::huffman::{Refinement, RefinementTable};

/// A band of coefficients that a scan adds a bit to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    /// Its coefficients, as in the map of a block.
    map: u64,
    /// The value of the bit.
    bit: i16,
}

impl Band {
    /// From the `first` to the `last` coefficient of the zigzag order, 1 to 63; `missing` low bits will still be missing.
    pub(crate) fn new((first, last): (u8, u8), missing: u8) -> Band {
        let map = (u64::MAX << (first & 63)) & (u64::MAX >> (63 - (last & 63)));
        Band { map, bit: 1 << (missing & 15) }
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
        let old = *map;
        let mut rest = self.map;
        while rest != 0 {
            bits.refill();
            let (length, symbol) = table.symbol(bits.window()).ok_or(BadCode)?;
            bits.skip(length);
            let (zeros, new) = match symbol {
                Refinement::End { more } => {
                    let run = run_length(bits, more);
                    self.grow(old & rest, bits, block);
                    return Ok(run);
                }
                Refinement::Skip { zeros, new } => (zeros, new),
            };
            // All of the coefficients that were zero before this scan come after it too.
            let mut free = rest & !old;
            for _ in 0..zeros {
                free &= free.wrapping_sub(1);
            }
            if free == 0 {
                return Err(BadCode);
            }
            let place = free & free.wrapping_neg();
            let value = if new { self.sign(bits) } else { 0 };
            self.grow(old & rest & (place - 1), bits, block);
            rest &= !(place | (place - 1));
            if new {
                block[usize::from(PLACES[place.trailing_zeros() as usize])] = value;
                *map |= place;
            }
        }
        Ok(0)
    }

    /// Decodes the band of a block that has nothing new.
    #[inline(always)]
    pub(crate) fn pass(self, bits: &mut Bits<'_>, block: &mut Block, map: u64) {
        if map & self.map != 0 {
            self.grow(map & self.map, bits, block);
        }
    }

    /// The value of a new coefficient, whose sign is the next bit.
    #[inline(always)]
    fn sign(self, bits: &mut Bits<'_>) -> i16 {
        let positive = bits.peek(1) == 1;
        bits.skip(1);
        if positive { self.bit } else { -self.bit }
    }

    /// Moves each coefficient of the map away from zero by the bit, or not, as the next bits say: one for each.
    #[inline(always)]
    fn grow(self, mut map: u64, bits: &mut Bits<'_>, block: &mut Block) {
        while map != 0 {
            bits.refill();
            // A refill gives at least 56 bits.
            for _ in 0..56 {
                let value = &mut block[usize::from(PLACES[map.trailing_zeros() as usize])];
                let negative = *value >> 15;
                // Values lack this bit and all below, so none of them can overflow.
                *value = value.wrapping_add(((self.bit ^ negative) - negative) & -(bits.peek(1) as i16));
                bits.skip(1);
                map &= map - 1;
                if map == 0 {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::PADDING;
    use crate::huffman::Code;

    /// Codes: 0 → a new coefficient, 10 → end of the band, 110 → one after two zeros, 1110 → sixteen zeros, 11110 → the end of
    /// 2 or 3 bands.
    fn table() -> RefinementTable {
        let mut counts = [0; 16];
        counts[..5].fill(1);
        let mut table = RefinementTable::new();
        table.set(&Code::for_test(counts, &[0x01, 0x00, 0x21, 0xf0, 0x10]).unwrap());
        table
    }

    fn decode(text: &str, block: &mut Block, map: &mut u64) -> Option<u32> {
        let mut data: Vec<u8> = text.as_bytes().chunks(8).map(|bits| {
            bits.iter().enumerate().fold(0, |byte, (at, &bit)| byte | (bit - b'0') << (7 - at))
        }).collect();
        data.extend([0; PADDING]);
        Band::new((1, 10), 1).decode(&table(), &mut Bits::new(&data), block, map).ok()
    }

    #[test]
    fn old_coefficients_grow_away_from_zero_and_new_ones_come_between_them() {
        let place = |at: usize| usize::from(PLACES[at]);
        let (mut block, mut map) = ([0; 64], 1 << 2 | 1 << 4 | 1 << 8 | 1 << 12);
        (block[place(2)], block[place(4)], block[place(8)], block[place(12)]) = (4, -8, 4, 4);
        // After two zeros (1 and 3) a positive one at 5, and bits for 2 and 4; then the end, and a bit for 8.
        assert_eq!(decode("1101" /* +5 */ , &mut [0; 64], &mut 0), Some(0), "what follows is zeros");
        assert_eq!(decode("1101111101", &mut block, &mut map), Some(0));
        assert_eq!([2, 4, 5, 8, 12].map(|at| block[place(at)]), [6, -10, 2, 6, 4]);
        assert_eq!(map, 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 12);
    }
}
