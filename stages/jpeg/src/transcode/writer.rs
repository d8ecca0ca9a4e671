//! Owns writing bits, and stuffing them into entropy-coded data (T.81, F.1.2.3).
//! Does not own: which bits.

use crate::Error;
use crate::segments::until_ff;
use alloc::vec::Vec;

/// The most bits that are written at once.
pub(super) const MOST: u32 = 56;

/// Bits on their way out. They collect at the top of a word, of which all eight bytes are stored each time: those that are
/// not full yet are stored again with what comes next, so nothing has to ask how many are.
#[derive(Clone, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Whole bytes.
    used: usize,
    /// The bits behind them, fewer than 8, at the top; and how many.
    word: u64,
    count: u32,
}

impl Writer {
    pub(super) fn clear(&mut self) {
        (self.used, self.word, self.count) = (0, 0, 0);
    }

    /// How many bits were written.
    pub(super) fn len(&self) -> usize {
        self.used * 8 + self.count as usize
    }

    /// How many bytes are kept.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Writes the first `count` bits of `bits`, at most [`MOST`]. Those behind them are zeros.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        debug_assert!(count <= MOST && bits.checked_shl(count).unwrap_or(0) == 0);
        self.word |= bits >> self.count;
        self.count += count;
        let word = self.word.to_be_bytes();
        match self.bytes.get_mut(self.used..).and_then(|rest| rest.first_chunk_mut()) {
            Some(place) => *place = word,
            None => self.grow(word),
        }
        self.used += (self.count >> 3) as usize;
        self.word <<= self.count & 56;
        self.count &= 7;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, word: [u8; 8]) {
        self.bytes.resize((self.used + 8).max(self.used * 2).max(1024), 0);
        self.bytes[self.used..self.used + 8].copy_from_slice(&word);
    }

    /// Writes at most 32 bits, as [`put`](Self::put), and those of `data` behind them.
    #[inline(always)]
    pub(super) fn copy_behind(&mut self, (bits, count): (u64, u32), data: &[u8], from: usize, to: usize) {
        let next = (MOST - count).min(to.saturating_sub(from) as u32);
        let behind = window(data, from) & !u64::MAX.unbounded_shr(next);
        self.put(bits | behind >> count, count + next);
        self.copy(data, from + next as usize, to);
    }

    /// Writes the bits of `data` from `from` to `to`, counted from its start. Behind the end of it are zeros.
    #[inline(always)]
    pub(super) fn copy(&mut self, data: &[u8], mut from: usize, to: usize) {
        const STEP: usize = MOST as usize;
        while to > from + STEP {
            self.put(window(data, from) & (u64::MAX << (64 - MOST)), MOST);
            from += STEP;
        }
        if to > from {
            let count = (to - from) as u32;
            self.put(window(data, from) & !(u64::MAX >> count), count);
        }
    }

    /// Writes all that another has.
    pub(super) fn append(&mut self, other: &Writer) {
        self.copy(&other.bytes, 0, other.len());
    }

    /// Moves whole bytes to `out`, with a zero stuffed in behind each 0xFF.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut rest = &self.bytes[..self.used];
        // At worst every byte is 0xFF.
        let most = rest.len() * 2;
        out.try_reserve(most).map_err(|_| Error::OutOfMemory { bytes: out.len() + most })?;
        loop {
            let plain = until_ff(rest);
            let Some((with_ff, behind)) = rest.split_at_checked(plain + 1) else { break };
            out.extend_from_slice(with_ff);
            out.push(0);
            rest = behind;
        }
        out.extend_from_slice(rest);
        self.used = 0;
        Ok(())
    }

    /// Fills the last byte with ones and moves all to `out`.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let missing = (8 - self.count) & 7;
        self.put(!(u64::MAX >> missing), missing);
        self.flush(out)
    }
}

/// At least 57 bits of `data`, from bit `from` on.
#[inline(always)]
fn window(data: &[u8], from: usize) -> u64 {
    let rest = data.get(from >> 3..).unwrap_or_default();
    let word = match rest.first_chunk() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => rest.iter().zip(0..).fold(0, |word, (&byte, at)| word | u64::from(byte) << (56 - 8 * at)),
    };
    word << (from & 7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bit(data: &[u8], at: usize) -> u8 {
        data[at / 8] >> (7 - at % 8) & 1
    }

    proptest! {
        #[test]
        fn bits_are_copied_in_order_whatever_the_steps(
            data in prop::collection::vec(any::<u8>(), 1..80), cuts in prop::collection::vec(0usize..640, 0..30)
        ) {
            let all = data.len() * 8;
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(all)).collect();
            cuts.sort_unstable();
            let (mut writer, mut other) = (Writer::default(), Writer::default());
            let mut want = Vec::new();
            // Pieces go different ways.
            for (turn, pair) in cuts.windows(2).enumerate() {
                other.clear();
                other.copy(&data, pair[0], pair[1]);
                prop_assert_eq!(other.len(), pair[1] - pair[0]);
                match turn % 3 {
                    0 => writer.append(&other),
                    1 => writer.copy(&data, pair[0], pair[1]),
                    _ => {
                        let first = (pair[1] - pair[0]).min(turn % 32);
                        let bits = window(&data, pair[0]) & !u64::MAX.unbounded_shr(first as u32);
                        writer.copy_behind((bits, first as u32), &data, pair[0] + first, pair[1]);
                    }
                }
                want.extend((pair[0]..pair[1]).map(|at| bit(&data, at)));
            }
            let mut out = Vec::new();
            writer.finish(&mut out).unwrap();
            let mut plain = Vec::new();
            let mut bytes = out.iter();
            while let Some(&byte) = bytes.next() {
                plain.push(byte);
                prop_assert!(byte != 0xff || bytes.next() == Some(&0));
            }
            want.resize(want.len().next_multiple_of(8), 1);
            prop_assert_eq!((0..plain.len() * 8).map(|at| bit(&plain, at)).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn what_is_flushed_between_makes_no_difference() {
        let (mut writer, mut out) = (Writer::default(), Vec::new());
        for count in 1..=MOST {
            writer.put(u64::MAX << (64 - count), count);
            writer.flush(&mut out).unwrap();
        }
        writer.finish(&mut out).unwrap();
        let bytes = (1..=MOST as usize).sum::<usize>().div_ceil(8);
        assert_eq!(out, [0xff, 0].repeat(bytes));
    }
}
