//! Owns where blocks begin and end: it gathers filtered rows, and starts a new block where the statistics change.
//! Does not own how a block is written.
//!
//! Why it is fast: it holds no more than a block, so bytes are counted and written while they are in the cache.

use super::bits::Bits;
use super::block::Block;
use super::histogram::Histogram;
use super::runs::{self, Run};

/// Filtered bytes not yet written: a block that may still grow, and the rows after it.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    /// Runs of the block, then of the rows after it while they are considered.
    runs: Vec<Run>,
    /// Where the block ends.
    block: usize,
    /// What occurs in the block.
    histogram: Histogram,
}

/// Rows are considered when there are this many bytes of them. Sizes from 4 to 32 KiB differ by 0.1 %.
const PART: usize = 16 * 1024;

/// What one more block costs, in bits: about the description of its codes. Measured best between 300 and 900.
const BLOCK_BITS: f32 = 600.0;

/// A block ends when it has this many bytes, so that memory stays bounded.
const MOST: usize = 256 * 1024;

impl Window {
    /// Forgets everything but the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.runs.clear();
        self.block = 0;
        self.histogram = Histogram::default();
    }

    /// Room for the next row of `len` bytes.
    pub(super) fn next_row(&mut self, len: usize) -> &mut [u8] {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        &mut self.bytes[start..]
    }

    /// To be called after each row: writes a block where one has ended.
    pub(super) fn advance(&mut self, distance: usize, bits: &mut Bits) {
        if self.bytes.len() - self.block >= PART {
            self.consider(distance, bits);
        }
    }

    /// To be called after the last row: writes what is left and ends the stream.
    pub(super) fn finish(&mut self, distance: usize, bits: &mut Bits) {
        self.consider(distance, bits);
        self.write(self.runs.len(), distance, true, bits);
    }

    /// Lets the rows after the block join it, or writes the block and starts another with them.
    fn consider(&mut self, distance: usize, bits: &mut Bits) {
        let older_runs = self.runs.len();
        runs::find(&self.bytes, self.block, distance, &mut self.runs);
        let newest = Histogram::of(&self.bytes, self.block, &self.runs[older_runs..]);
        let joined = self.histogram.joined(&newest);
        let apart = self.histogram.entropy_bits() + newest.entropy_bits() + BLOCK_BITS;
        if self.block > 0 && (self.block >= MOST || apart < joined.entropy_bits()) {
            self.write(older_runs, distance, false, bits);
            self.forget_block(older_runs);
            self.histogram = newest;
        } else {
            self.histogram = joined;
        }
        self.block = self.bytes.len();
    }

    fn write(&self, runs: usize, distance: usize, last: bool, bits: &mut Bits) {
        let (bytes, runs) = (&self.bytes[..self.block], &self.runs[..runs]);
        Block { bytes, runs, histogram: &self.histogram, distance, last }.write(bits);
    }

    fn forget_block(&mut self, runs: usize) {
        self.bytes.copy_within(self.block.., 0);
        self.bytes.truncate(self.bytes.len() - self.block);
        self.runs.drain(..runs);
        for run in &mut self.runs {
            run.start -= self.block;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed_len(bytes: impl Iterator<Item = u8>) -> usize {
        let (mut window, mut bits) = (Window::default(), Bits::default());
        let bytes: Vec<u8> = bytes.collect();
        for row in bytes.chunks(1000) {
            window.next_row(row.len()).copy_from_slice(row);
            window.advance(1, &mut bits);
        }
        window.finish(1, &mut bits);
        bits.align();
        bits.as_bytes().len()
    }

    /// Bytes of a fixed, unruly sequence, each below `most`.
    fn noise(most: u32) -> impl Iterator<Item = u8> {
        let mut state = 1_u32;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 16) % most) as u8
        })
    }

    #[test]
    fn a_new_block_starts_where_the_statistics_change() {
        let low = || noise(8).take(64_000);
        let high = || noise(8).map(|x| x + 100).take(64_000);
        let together = compressed_len(low().chain(high()));
        let apart = compressed_len(low()) + compressed_len(high());
        assert!(together < apart + 16_000 / 8, "{together} bytes where two streams take {apart}");
    }

    #[test]
    fn the_window_stays_bounded() {
        let (mut window, mut bits) = (Window::default(), Bits::default());
        for row in noise(200).take(3_000_000).collect::<Vec<u8>>().chunks(1000) {
            window.next_row(row.len()).copy_from_slice(row);
            window.advance(1, &mut bits);
            assert!(window.bytes.len() <= MOST + 2 * PART + 2000);
        }
    }
}
