//! Owns writing blocks straight into a plane: for a component with as many samples as the picture has pixels.
//! Does not own: components with fewer samples (see `strips.rs`).
//!
//! T.81, A.2.4: blocks may reach over the edges, and what does is dropped. Fast because samples are written once, to where they are
//! wanted, and rows are begun only when they are reached: then they are still in the cache.

use crate::frame::Frame;
use crate::idct;
use crate::quantisation::Steps;
use crate::reduced;
use crate::scan::Sink;
use crate::simd::Wide;
use alloc::vec::Vec;

/// The samples of one component, without rows or columns of filling.
pub(crate) struct Plane<'a> {
    /// As many rows as were begun, and what was there before.
    samples: &'a mut Vec<u8>,
    width: usize,
    height: usize,
    /// How many rows were begun.
    begun: usize,
    /// Rows in a row of MCUs, and in a block.
    high: usize,
    side: usize,
    steps: &'a Steps,
    wide: Option<Wide>,
}

impl Sink for Plane<'_> {
    #[inline(always)]
    fn block(&mut self, _: usize, place: (usize, usize), coefficients: &[i16; 64], flat: bool) {
        let side = self.side;
        let (x, y) = (place.0 * side, place.1 * side);
        let Some(inside) = self.width.checked_sub(x).filter(|&inside| inside > 0) else { return };
        let Some(samples) = self.samples.get_mut(y * self.width + x..) else { return };
        if inside >= side && samples.len() >= idct::extent(side, self.width) {
            idct::samples(self.wide, side, coefficients, self.steps, flat, samples, self.width);
        } else {
            let mut block = [0; 64];
            idct::samples(self.wide, side, coefficients, self.steps, flat, &mut block, side);
            cut(&block[..side * side], side, inside, samples, self.width);
        }
    }

    #[inline(always)]
    fn level(&mut self, _: usize, (x, y): (usize, usize), level: i16) {
        if x >= self.width {
            return;
        }
        if let Some(sample) = self.samples.get_mut(y * self.width + x) {
            *sample = reduced::eighth(level, self.steps[0]);
        }
    }

    fn row(&mut self, _: u32) {
        self.begin();
    }
}

impl<'a> Plane<'a> {
    /// Luma, whose samples go to `out`, which has room for them. All that is there already is overwritten, and need not be made
    /// zeros before.
    pub(crate) fn new(
        frame: &Frame,
        steps: &'a Steps,
        wide: Option<Wide>,
        out: &'a mut Vec<u8>,
    ) -> Plane<'a> {
        let (width, height) = frame.decoded();
        let (width, height) = (width as usize, height as usize);
        let side = frame.scale.side() as usize;
        let high = side * usize::from(frame.highest_sampling().1);
        out.truncate(width * height);
        let mut plane = Plane { samples: out, width, height, high, side, steps, wide, begun: 0 };
        plane.begin();
        plane
    }

    /// Begins the next row of MCUs. Not all of them at once, so that they are still in the cache when they are written to.
    fn begin(&mut self) {
        self.begun = (self.begun + self.high).min(self.height);
        let end = self.begun * self.width;
        if self.samples.len() < end {
            self.samples.resize(end, 0);
        }
    }
}

/// Stores as much of a block as is inside: so many columns, and as many rows as there are.
#[cold]
fn cut(block: &[u8], side: usize, inside: usize, samples: &mut [u8], width: usize) {
    for (row, line) in block.chunks_exact(side).zip(samples.chunks_mut(width)) {
        let inside = inside.min(side).min(line.len());
        line[..inside].copy_from_slice(&row[..inside]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_over_the_edge_is_cut_and_one_outside_dropped() {
        let mut samples = Vec::new();
        let mut plane = Plane {
            samples: &mut samples,
            width: 10,
            height: 9,
            begun: 0,
            high: 16,
            side: 8,
            steps: &[1; 64],
            wide: None,
        };
        plane.begin();
        for (place, value) in [((0, 0), 1), ((1, 0), 2), ((0, 1), 3), ((1, 1), 4), ((2, 0), 5), ((0, 2), 6)] {
            let mut block = [0; 64];
            block[0] = (value - 128) * 8;
            plane.block(0, place, &block, true);
        }
        for row in 0..8 {
            assert_eq!(samples[row * 10..][..10], [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
        }
        assert_eq!(samples[80..], [3, 3, 3, 3, 3, 3, 3, 3, 4, 4]);
    }

    #[test]
    fn a_level_is_a_block_of_one_sample() {
        let draw = |level_only: bool| {
            let mut samples = Vec::new();
            let (steps, wide) = (&[3; 64], None);
            let mut plane =
                Plane { samples: &mut samples, width: 5, height: 3, begun: 0, high: 2, side: 1, steps, wide };
            plane.begin();
            plane.begin();
            for (at, level) in (-400i16..400).step_by(37).enumerate() {
                let place = (at % 6, at / 6);
                if level_only {
                    plane.level(0, place, level);
                } else {
                    let mut block = [0; 64];
                    block[0] = level;
                    plane.block(0, place, &block, true);
                }
            }
            samples
        };
        assert_eq!(draw(true), draw(false));
        assert!(draw(true).iter().any(|&sample| sample > 0));
    }
}
