//! Owns writing blocks straight into a plane: for a component with as many samples as the picture has pixels.
//! Does not own: components with fewer samples (see `strips.rs`).

use crate::frame::Frame;
use crate::idct;
use crate::quantisation::Steps;
use crate::scan::Sink;
use crate::simd::Wide;
use alloc::vec::Vec;

/// The samples of one component, without rows or columns of filling.
pub(crate) struct Plane<'a> {
    /// As many rows as were begun.
    samples: &'a mut Vec<u8>,
    width: usize,
    height: usize,
    /// Rows in a row of MCUs.
    high: usize,
    steps: &'a Steps,
    wide: Option<Wide>,
}

impl Sink for Plane<'_> {
    #[inline(always)]
    fn block(&mut self, _: usize, place: (usize, usize), coefficients: &[i16; 64], flat: bool) {
        self.store(place, &idct::samples(self.wide, coefficients, self.steps, flat));
    }

    fn row(&mut self, _: u32) {
        self.begin();
    }
}

impl<'a> Plane<'a> {
    /// Luma, whose samples go to `out`, which is empty and has room for them.
    pub(crate) fn new(
        frame: &Frame,
        steps: &'a Steps,
        wide: Option<Wide>,
        out: &'a mut Vec<u8>,
    ) -> Plane<'a> {
        let (width, height) = (frame.width as usize, frame.height as usize);
        let high = 8 * usize::from(frame.highest_sampling().1);
        let mut plane = Plane { samples: out, width, height, high, steps, wide };
        plane.begin();
        plane
    }

    /// Begins the next row of MCUs. Not all of them at once, so that they are still in the cache when they are written to.
    fn begin(&mut self) {
        let end = (self.samples.len() + self.high * self.width).min(self.height * self.width);
        self.samples.resize(end, 0);
    }

    /// Stores the part of a block that is inside; `column` and `row` count blocks.
    #[inline(always)]
    fn store(&mut self, (column, row): (usize, usize), rows: &[[u8; 8]; 8]) {
        let (x, first) = (column * 8, row * 8 * self.width);
        let Some(inside) = self.width.checked_sub(x).filter(|&inside| inside > 0) else { return };
        let Some(mut lines) = self.samples.get_mut(first..) else { return };
        for row in rows {
            match lines.get_mut(x..).and_then(|line| line.first_chunk_mut::<8>()) {
                Some(whole) if inside >= 8 => *whole = *row,
                _ => match lines.get_mut(x..x + inside.min(8)) {
                    Some(part) => part.copy_from_slice(&row[..inside.min(8)]),
                    None => return,
                },
            }
            let Some(next) = lines.get_mut(self.width..) else { return };
            lines = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_over_the_edge_is_cut_and_one_outside_dropped() {
        let mut samples = Vec::new();
        let mut plane =
            Plane { samples: &mut samples, width: 10, height: 9, high: 16, steps: &[1; 64], wide: None };
        plane.begin();
        for (place, value) in [((0, 0), 1), ((1, 0), 2), ((0, 1), 3), ((1, 1), 4), ((2, 0), 5), ((0, 2), 6)] {
            plane.store(place, &[[value; 8]; 8]);
        }
        for row in 0..8 {
            assert_eq!(samples[row * 10..][..10], [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
        }
        assert_eq!(samples[80..], [3, 3, 3, 3, 3, 3, 3, 3, 4, 4]);
    }
}
