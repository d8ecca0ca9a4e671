//! Owns Huffman codes as a file defines them (T.81, B.2.4.2 and annex C).
//! Does not own: tables for decoding many symbols fast.

use crate::Error;

/// Symbols in order of their codes, and how many codes there are of each length.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code {
    /// How many codes have 1, 2, … 16 bits.
    counts: [u8; 16],
    /// In order of their codes; zero after the last.
    symbols: [u8; 256],
    /// The first code of `SHORT + 1` bits, and how many there are before it.
    long: (u64, u64),
}

/// Tables find most codes up to this many bits.
const SHORT: u32 = 12;

/// The four places for DC codes and the four for AC codes.
#[derive(Default)]
pub(crate) struct Codes {
    pub(crate) dc: [Option<Code>; 4],
    pub(crate) ac: [Option<Code>; 4],
}

/// Reads a DHT segment, which may define several codes.
pub(crate) fn read(mut body: &[u8], mut at: usize, codes: &mut Codes) -> Result<(), Error> {
    while let Some((&place, rest)) = body.split_first() {
        let (code, rest) = Code::read(rest).ok_or(Error::Damaged { at, expected: "a Huffman code" })?;
        let class = match place >> 4 {
            0 => &mut codes.dc,
            1 => &mut codes.ac,
            _ => return Err(Error::Damaged { at, expected: "a Huffman code for DC or AC" }),
        };
        let Some(slot) = class.get_mut(usize::from(place & 15)) else {
            return Err(Error::Damaged { at, expected: "a Huffman code from 0 to 3" });
        };
        *slot = Some(code);
        at += body.len() - rest.len();
        body = rest;
    }
    Ok(())
}

impl Code {
    /// No codes at all: decodes nothing.
    pub(crate) const EMPTY: Code = Code { counts: [0; 16], symbols: [0; 256], long: (0, 0) };

    /// One code and what follows it; `None` if it is cut short or is no code.
    fn read(body: &[u8]) -> Option<(Code, &[u8])> {
        let (&counts, rest) = body.split_first_chunk::<16>()?;
        let total = counts.iter().map(|&count| usize::from(count)).sum();
        let (given, rest) = rest.split_at_checked(total)?;
        let mut symbols = [0; 256];
        symbols.get_mut(..total)?.copy_from_slice(given);
        let mut next = 0u32;
        for (length, &count) in (1..).zip(&counts) {
            next = next * 2 + u32::from(count);
            // A code of ones only is forbidden (T.81, C.2), so one must be left at each length.
            if next >= 1 << length {
                return None;
            }
        }
        let mut long = (0, 0);
        for &count in &counts[..SHORT as usize] {
            long = ((long.0 + u64::from(count)) * 2, long.1 + u64::from(count));
        }
        Some((Code { counts, symbols, long }, rest))
    }

    /// Every code of at most `bits` bits in order: its length and its symbol. Each takes the next `1 << (bits - length)` entries
    /// of a table with `bits` index bits.
    pub(crate) fn up_to(&self, bits: u32) -> impl Iterator<Item = (u32, u8)> {
        let lengths = (1..=bits).zip(&self.counts);
        lengths.flat_map(|(length, &count)| (0..count).map(move |_| length)).zip(self.symbols)
    }

    /// The first symbol of the window and the length of its code (T.81, F.2.2.3). Codes of up to [`SHORT`] bits come before all
    /// longer ones, so it need not look for those where they cannot be.
    pub(crate) fn symbol(&self, window: u64) -> Option<(u32, u8)> {
        let (shorter, (mut first, mut index)) =
            if window >> (63 - SHORT) < self.long.0 { (0, (0, 0)) } else { (SHORT as usize, self.long) };
        for (length, &count) in (1..).zip(&self.counts).skip(shorter) {
            let offset = (window >> (64 - length)).wrapping_sub(first);
            if offset < u64::from(count) {
                return Some((length, self.symbols[(index + offset) as usize & 255]));
            }
            index += u64::from(count);
            first = (first + u64::from(count)) * 2;
        }
        None
    }

    /// The code with so many codes of each length and these symbols; `None` if there is no such code.
    pub(crate) fn new(counts: [u8; 16], symbols: &[u8]) -> Option<Code> {
        let body = [&counts[..], symbols].concat();
        let (code, rest) = Code::read(&body)?;
        rest.is_empty().then_some(code)
    }

    /// How many codes have 1, 2, … 16 bits.
    pub(crate) fn counts(&self) -> &[u8; 16] {
        &self.counts
    }

    /// Symbols in order of their codes.
    pub(crate) fn symbols(&self) -> &[u8] {
        let total: usize = self.counts.iter().map(|&count| usize::from(count)).sum();
        &self.symbols[..total.min(256)]
    }

    /// A code for tests: `counts[n]` codes of `n + 1` bits.
    #[cfg(test)]
    pub(crate) fn for_test(counts: [u8; 16], symbols: &[u8]) -> Option<Code> {
        let body = [&counts[..], symbols].concat();
        Code::read(&body).map(|(code, _)| code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[u8]) -> [u8; 16] {
        let mut counts = [0; 16];
        counts[..of.len()].copy_from_slice(of);
        counts
    }

    #[test]
    fn codes_count_up_and_double_with_each_length() {
        // 0 → 5, 10 → 6, 110 → 7
        let code = Code::for_test(counts(&[1, 1, 1]), &[5, 6, 7]).unwrap();
        let first = |bits: u64| code.symbol(bits << 61);
        assert_eq!([first(0b000), first(0b011)], [Some((1, 5)); 2]);
        assert_eq!([first(0b100), first(0b101)], [Some((2, 6)); 2]);
        assert_eq!(first(0b110), Some((3, 7)));
        assert_eq!(first(0b111), None);
        assert!(code.up_to(2).eq([(1, 5), (2, 6)]));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert!(Code::for_test(counts(&[2]), &[1, 2]).is_none(), "a code of ones only");
        assert!(Code::for_test(counts(&[0, 0, 9]), &[1; 9]).is_none(), "more codes than fit");
        assert!(Code::for_test(counts(&[1, 1]), &[1]).is_none(), "a symbol is missing");
        assert!(Code::for_test([255; 16], &[0; 4080]).is_none(), "more symbols than there are");
    }

    #[test]
    fn places_beyond_the_fourth_are_refused() {
        let body = [&[0x10][..], &counts(&[1]), &[1], &[0x04], &counts(&[1]), &[1]].concat();
        let mut codes = Codes::default();
        assert!(matches!(read(&body, 100, &mut codes), Err(Error::Damaged { at: 118, .. })));
        assert!(codes.ac[0].is_some() && codes.dc.iter().all(Option::is_none));
    }
}
