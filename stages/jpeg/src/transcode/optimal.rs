//! Owns finding the code that is shortest for given symbols (T.81, annex K.2).
//! Does not own: counting them, and writing the code.
//!
//! The two symbols or groups that occur least are put together again and again (D. Huffman, 1952). With the symbols sorted by how often they
//! occur, groups come out sorted as well, so the least is at the front of one of two lists, and there is nothing to search.

use crate::huffman::Code;
use alloc::vec::Vec;

/// The most bits of a code.
const LONGEST: usize = 16;

/// The best code for symbols that occur so often; `None` if none does. `counts` is by symbol.
pub(super) fn code(counts: &[u32; 256]) -> Option<Code> {
    let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| counts[usize::from(symbol)] > 0).collect();
    if symbols.is_empty() {
        return None;
    }
    symbols.sort_by_key(|&symbol| (core::cmp::Reverse(counts[usize::from(symbol)]), symbol));
    // One more symbol that hardly occurs takes the code of all ones, which is forbidden (T.81, C.2).
    let least_first = symbols.iter().rev().map(|&symbol| u64::from(counts[usize::from(symbol)]));
    let mut lengths = lengths(core::iter::once(0).chain(least_first).collect());
    shorten(&mut lengths);
    let longest = lengths.iter().rposition(|&count| count > 0)?;
    lengths[longest] -= 1;
    let mut of_length = [0; LONGEST];
    for (count, &symbols) in of_length.iter_mut().zip(&lengths[1..]) {
        *count = u8::try_from(symbols).ok()?;
    }
    Code::new(of_length, &symbols)
}

/// How many codes have 0, 1, 2, … bits, for symbols that occur so often, sorted from the least.
fn lengths(symbols: Vec<u64>) -> Vec<u32> {
    let count = symbols.len();
    // Symbols first, then groups in the order in which they are made.
    let mut weights = symbols;
    let mut parents = alloc::vec![0; 2 * count - 1];
    let (mut symbol, mut group) = (0, count);
    for made in count..2 * count - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            // Of equals symbols come first: that makes the longest codes shorter.
            let takes_symbol = symbol < count && (group >= made || weights[symbol] <= weights[group]);
            let least = if takes_symbol { &mut symbol } else { &mut group };
            weight += weights[*least];
            parents[*least] = made;
            *least += 1;
        }
        weights.push(weight);
    }
    let mut depths = alloc::vec![0; 2 * count - 1];
    let mut lengths = alloc::vec![0; count.max(LONGEST + 1)];
    for node in (0..2 * count - 1).rev() {
        if node < 2 * count - 2 {
            depths[node] = depths[parents[node]] + 1;
        }
        if node < count {
            lengths[depths[node]] += 1;
        }
    }
    lengths
}

/// Makes codes of more than 16 bits shorter at the cost of others (T.81, figure K.3): of a pair that is too long one takes the
/// place of the group they were, the other shares that of a shorter code.
fn shorten(lengths: &mut [u32]) {
    for length in (LONGEST + 1..lengths.len()).rev() {
        while lengths[length] > 0 {
            let Some(shorter) = lengths[..length - 1].iter().rposition(|&count| count > 0) else { return };
            lengths[length] -= 2;
            lengths[length - 1] += 1;
            lengths[shorter] -= 1;
            lengths[shorter + 1] += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(code: &Code, counts: &[u32; 256]) -> u64 {
        code.up_to(16)
            .map(|(length, symbol)| u64::from(length) * u64::from(counts[usize::from(symbol)]))
            .sum()
    }

    /// The method of the standard as it is written there: look for the two least, again and again.
    fn textbook(counts: &[u32; 256]) -> u64 {
        let mut groups: Vec<u64> =
            counts.iter().filter(|&&count| count > 0).map(|&count| u64::from(count)).collect();
        groups.push(0);
        let mut bits = 0;
        while groups.len() > 1 {
            groups.sort_unstable_by_key(|&group| core::cmp::Reverse(group));
            let least = groups.split_off(groups.len() - 2).iter().sum();
            bits += least;
            groups.push(least);
        }
        bits
    }

    proptest! {
        // None of these has more than 16 bits.
        #[test]
        fn no_code_is_shorter(pairs in prop::collection::vec((any::<u8>(), 50u32..1000), 1..256)) {
            let mut counts = [0; 256];
            pairs.iter().for_each(|&(symbol, count)| counts[usize::from(symbol)] = count);
            let code = code(&counts).unwrap();
            let mut symbols = code.symbols().to_vec();
            symbols.sort_unstable();
            prop_assert!(symbols.into_iter().eq((0..=255).filter(|&symbol: &u8| counts[usize::from(symbol)] > 0)));
            prop_assert_eq!(bits(&code, &counts), textbook(&counts));
        }
    }

    #[test]
    fn no_code_is_longer_than_16_bits() {
        // Numbers that grow like Fibonacci's make the deepest trees.
        let (mut counts, mut next) = ([0; 256], (1, 1));
        for count in &mut counts[..40] {
            *count = next.0;
            next = (next.1, next.0 + next.1);
        }
        let code = code(&counts).unwrap();
        assert_eq!(code.symbols().len(), 40);
        assert_eq!(code.symbols()[0], 39);
    }

    #[test]
    fn one_symbol_has_one_bit_and_none_no_code() {
        let mut counts = [0; 256];
        assert!(code(&counts).is_none());
        counts[7] = 3;
        assert!(code(&counts).unwrap().up_to(16).eq([(1, 7)]));
        counts = [1; 256];
        assert_eq!(code(&counts).unwrap().symbols().len(), 256);
    }
}
