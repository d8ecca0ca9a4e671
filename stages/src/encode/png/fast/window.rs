//! Owns where blocks begin and end: it gathers filtered rows, and starts a new block where the statistics change.
//! Does not own how a block is written.

use super::bits::Bits;
use super::block::Block;
use super::histogram::Histogram;
use super::runs::{self, Run};

/// Filtered bytes not yet written.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// Where the newest, not yet counted part begins.
    counted: usize,
    histogram: Histogram,
}

fn env(name: &str, d: usize) -> usize {
    std::env::var(name).ok().and_then(|s| s.parse().ok()).unwrap_or(d)
}
fn part() -> usize {
    static P: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *P.get_or_init(|| env("PART", 16384))
}
fn header_bits() -> f32 {
    static P: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *P.get_or_init(|| env("HEADER", 600)) as f32
}

/// A block is closed when it has this many bytes, so that memory stays bounded.
const MOST: usize = 256 * 1024;

impl Window {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.runs.clear();
        self.counted = 0;
    }

    /// Room for the next `len` bytes.
    pub(super) fn next(&mut self, len: usize) -> &mut [u8] {
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        &mut self.bytes[start..]
    }

    /// To be called after each row: counts when there is enough, and writes a block where one ends.
    pub(super) fn advance(&mut self, distance: usize, bits: &mut Bits, last: bool) {
        let from = self.counted;
        if !last && self.bytes.len() - from < part() {
            return;
        }
        let older_runs = self.runs.len();
        runs::find(&self.bytes, from, distance, &mut self.runs);
        let newest = Histogram::of(&self.bytes, from, &self.runs[older_runs..]);
        let joined = self.histogram.joined(&newest);
        let apart = self.histogram.entropy_bits() + newest.entropy_bits() + header_bits();
        if from > 0 && (from >= MOST || apart < joined.entropy_bits()) {
            let block = Block {
                bytes: &self.bytes[..from],
                runs: &self.runs[..older_runs],
                histogram: &self.histogram,
                distance,
                last: false,
            };
            block.write(bits);
            self.bytes.copy_within(from.., 0);
            self.bytes.truncate(self.bytes.len() - from);
            self.runs.drain(..older_runs);
            self.runs.iter_mut().for_each(|run| run.start -= from);
            self.histogram = newest;
        } else if from > 0 {
            self.histogram = joined;
        } else {
            self.histogram = newest;
        }
        self.counted = self.bytes.len();
        if last {
            let block = Block { bytes: &self.bytes, runs: &self.runs, histogram: &self.histogram, distance, last };
            block.write(bits);
        }
    }
}
