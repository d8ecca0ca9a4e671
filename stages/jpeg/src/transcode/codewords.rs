//! Owns what is written for symbols: the bits of their codes (T.81, annex C), and those of values (F.1.2.1.1).
//! Does not own: finding good codes (see `optimal.rs`).

use crate::huffman::Code;
use alloc::vec::Vec;

/// The most bits that a difference of levels has (T.81, table F.1).
const LARGEST: u8 = 11;

/// The bits of each symbol's code at the top of a word, and how many; none for a symbol without a code.
#[derive(Clone)]
pub(super) struct Codewords([(u64, u32); 256]);

impl Codewords {
    pub(super) fn of(code: &Code) -> Codewords {
        let mut words = [(0, 0); 256];
        let mut next = 0u64;
        for (length, symbol) in code.up_to(16) {
            let word = &mut words[usize::from(symbol)];
            // The first of two codes for a symbol is the shorter one.
            if word.1 == 0 {
                *word = (next, length);
            }
            // Counted at the top of the word, longer codes go on where shorter ones end. No code is all ones.
            next = next.wrapping_add(1 << (64 - length));
        }
        Codewords(words)
    }

    /// A symbol with the value that follows it, at the top of a word, and how many bits they have: at most 32.
    #[inline(always)]
    pub(super) fn word(&self, symbol: u8, value: Value) -> (u64, u32) {
        let (code, length) = self.0[usize::from(symbol)];
        let total = length + value.size;
        (code | u64::from(value.bits).unbounded_shl(64 - total), total)
    }

    /// A difference of levels; `None` if it has too many bits.
    #[inline(always)]
    pub(super) fn difference(&self, difference: i32) -> Option<(u64, u32)> {
        let value = Value::of(difference);
        (value.size <= u32::from(LARGEST)).then(|| self.word(value.size as u8, value))
    }
}

/// A value as it is written behind its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) bits: u32,
    pub(super) size: u32,
}

impl Value {
    /// The inverse of EXTEND (T.81, F.2.2.1): what is negative counts from its lowest.
    #[inline(always)]
    pub(super) fn of(value: i32) -> Value {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let bits = (value + (value >> 31)) as u32 & ((1 << size) - 1);
        Value { bits, size }
    }
}

/// The same code with all sizes of differences in it. Those that are missing get longer codes than all others, so that the
/// others stay as they are. `None` if there is no room, or if it has symbols that no decoder takes in a code for DC.
pub(super) fn with_all_sizes(code: &Code) -> Option<Code> {
    if code.symbols().iter().any(|&symbol| symbol > 15) {
        return None;
    }
    let missing: Vec<u8> = (0..=LARGEST).filter(|size| !code.symbols().contains(size)).collect();
    let mut counts = *code.counts();
    let longest = counts.iter().rposition(|&count| count > 0)?;
    let mut used = 0u32;
    for (length, count) in counts.iter_mut().enumerate() {
        used = used * 2 + u32::from(*count);
        let room = (2u32 << length) - 1 - used;
        if length >= longest && room as usize >= missing.len() {
            *count += missing.len() as u8;
            return Code::new(counts, &[code.symbols(), &missing].concat());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::{Bits, PADDING};
    use crate::huffman::DcTable;
    use crate::transcode::writer::Writer;
    use proptest::prelude::*;

    fn counts(of: &[u8]) -> [u8; 16] {
        let mut counts = [0; 16];
        counts[..of.len()].copy_from_slice(of);
        counts
    }

    /// A code whose `lengths` say how many symbols, of these in order, have so many bits.
    fn code(lengths: &[u8], symbols: &[u8]) -> Option<Code> {
        let total: usize = lengths.iter().map(|&count| usize::from(count)).sum();
        Code::new(counts(lengths), symbols.get(..total)?)
    }

    proptest! {
        #[test]
        fn all_differences_can_be_written_and_old_codes_stay(
            lengths in prop::collection::vec(0u8..3, 1..12), symbols in Just((0u8..12).collect::<Vec<_>>()).prop_shuffle(),
            differences in prop::collection::vec(-2047i32..=2047, 1..40)
        ) {
            let Some(old) = code(&lengths, &symbols) else { return Ok(()) };
            let Some(new) = with_all_sizes(&old) else { return Ok(()) };
            prop_assert!(new.up_to(16).zip(old.up_to(16)).all(|(new, old)| new == old));
            let words = Codewords::of(&new);
            let mut writer = Writer::default();
            for &difference in &differences {
                let (bits, count) = words.difference(difference).unwrap();
                writer.put(bits, count);
            }
            let mut data = Vec::new();
            writer.finish(&mut data).unwrap();
            let mut plain = Vec::new();
            crate::segments::Segments::new(&[&data[..], b"\xff\xd9"].concat(), 0).next(true, &mut plain).unwrap();
            prop_assert!(plain.len() > PADDING);
            let mut table = DcTable::new();
            table.set(&new);
            let mut bits = Bits::new(&plain);
            for &difference in &differences {
                prop_assert_eq!(table.difference(&mut bits).map(i32::from), Some(difference));
            }
        }
    }

    #[test]
    fn a_code_for_which_there_is_no_room_is_not_changed_but_given_up() {
        assert!(with_all_sizes(&code(&[1, 1, 1], &[0, 1, 2]).unwrap()).is_some());
        let full: [u8; 16] = core::array::from_fn(|at| u8::from(at < 15) + u8::from(at == 15));
        let symbols: Vec<u8> = (0..16).map(|at| at % 10).collect();
        assert!(with_all_sizes(&Code::new(full, &symbols).unwrap()).is_none(), "all of 16 bits are used");
        assert!(with_all_sizes(&code(&[0, 2], &[0, 16]).unwrap()).is_none(), "a size that does not exist");
        assert!(with_all_sizes(&Code::EMPTY).is_none());
    }

    #[test]
    fn a_difference_of_too_many_bits_is_not_written() {
        let words = Codewords::of(&with_all_sizes(&code(&[0, 1], &[0]).unwrap()).unwrap());
        assert!(words.difference(-2047).is_some() && words.difference(2048).is_none());
        assert_eq!(words.difference(0), Some((0, 2)));
    }
}
