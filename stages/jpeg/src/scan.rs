//! Owns the order of blocks in a scan, its restarts, and where the samples of each block go (T.81, A.2 and E.2.4).
//! Does not own: which components are wanted: each brings a [`Part`].

use crate::Error;
use crate::bits::Bits;
use crate::block::{self, BadCode, Coefficients};
use crate::huffman::{DcTable, SkipTable, ValueTable};
use crate::idct;
use crate::quantisation::Steps;
use crate::segments::Segments;
use alloc::vec::Vec;

/// What is done with the blocks of one component.
pub(crate) enum Part<'a> {
    /// They become samples.
    Samples {
        dc: &'a DcTable,
        ac: &'a ValueTable,
        steps: &'a Steps,
        plane: Plane<'a>,
        sampling: (u8, u8),
        level: i16,
    },
    /// They are passed over, so many in each MCU.
    Passed { dc: &'a DcTable, ac: &'a SkipTable, blocks: u32 },
}

/// The samples of one component, without rows or columns of filling.
pub(crate) struct Plane<'a> {
    pub(crate) samples: &'a mut [u8],
    pub(crate) width: usize,
}

impl Plane<'_> {
    /// Stores the part of a block that is inside; `column` and `row` count blocks.
    #[inline(always)]
    fn store(&mut self, (column, row): (usize, usize), rows: &[[u8; 8]; 8]) {
        let (x, first) = (column * 8, row * 8 * self.width);
        let Some(inside) = self.width.checked_sub(x).filter(|&inside| inside > 0) else { return };
        let Some(samples) = self.samples.get_mut(first..) else { return };
        for (line, row) in samples.chunks_mut(self.width).zip(rows) {
            match line[x..].first_chunk_mut::<8>() {
                Some(whole) => *whole = *row,
                None => line[x..].copy_from_slice(&row[..inside]),
            }
        }
    }
}

/// The scan's MCUs: how many across, how many in all, and how many between restart markers.
pub(crate) struct Layout {
    pub(crate) across: u32,
    pub(crate) mcus: u32,
    pub(crate) interval: u32,
}

/// Decodes a scan. `buffer` is scratch.
pub(crate) fn decode(
    layout: &Layout,
    parts: &mut [Part<'_>],
    mut segments: Segments<'_>,
    buffer: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut begin = 0;
    while begin < layout.mcus {
        let end = layout.mcus.min(begin.saturating_add(layout.interval));
        segments.next(end == layout.mcus, buffer)?;
        let mut bits = Bits::new(buffer);
        let decoded = interval(begin..end, layout.across, parts, &mut bits);
        let at = || segments.in_file(bits.bytes_read());
        match decoded {
            Err(Flaw::Code) => {
                return Err(Error::Damaged { at: at(), expected: "a Huffman code that is defined" });
            }
            Err(Flaw::End) => return Err(Error::Truncated { at: at(), expected: "more entropy-coded data" }),
            Ok(()) if bits.left_over() => return Err(Error::Damaged { at: at(), expected: "a marker" }),
            Ok(()) => begin = end,
        }
    }
    Ok(())
}

/// What is wrong with entropy-coded data.
enum Flaw {
    Code,
    End,
}

impl From<BadCode> for Flaw {
    fn from(BadCode: BadCode) -> Flaw {
        Flaw::Code
    }
}

/// Decodes the MCUs between two restart markers.
fn interval(
    mcus: core::ops::Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    shared: &mut Bits<'_>,
) -> Result<(), Flaw> {
    for part in &mut *parts {
        if let Part::Samples { level, .. } = part {
            *level = 0;
        }
    }
    let mut coefficients = [0; 256];
    let (mut column, mut row) = (mcus.start % across, mcus.start / across);
    for _ in mcus {
        for part in &mut *parts {
            part.mcu((column, row), shared, &mut coefficients)?;
        }
        if shared.overrun() {
            return Err(Flaw::End);
        }
        column += 1;
        if column == across {
            (column, row) = (0, row + 1);
        }
    }
    Ok(())
}

impl Part<'_> {
    /// Decodes this component's blocks of one MCU.
    #[inline(always)]
    fn mcu(
        &mut self,
        (column, row): (u32, u32),
        bits: &mut Bits<'_>,
        coefficients: &mut Coefficients,
    ) -> Result<(), BadCode> {
        match self {
            Part::Passed { dc, ac, blocks } => (0..*blocks).try_for_each(|_| block::pass(dc, ac, bits)),
            Part::Samples { dc, ac, steps, plane, sampling, level } => {
                let (wide, high) = (u32::from(sampling.0), u32::from(sampling.1));
                for down in 0..high {
                    for right in 0..wide {
                        let difference = dc.difference(bits).ok_or(BadCode)?;
                        // A level beyond 16 bits is far beyond any sample (T.81, F.1.1.5.1: 11 bits).
                        *level = level.checked_add(difference).ok_or(BadCode)?;
                        coefficients[0] = *level;
                        let flat = block::coefficients(ac, bits, coefficients)?;
                        let rows = if flat {
                            [[idct::flat(coefficients, steps); 8]; 8]
                        } else {
                            idct::block(coefficients, steps)
                        };
                        let place = ((column * wide + right) as usize, (row * high + down) as usize);
                        plane.store(place, &rows);
                    }
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_over_the_edge_is_cut_and_one_outside_dropped() {
        let mut samples = [0; 10 * 9];
        let mut plane = Plane { samples: &mut samples, width: 10 };
        for (place, value) in [((0, 0), 1), ((1, 0), 2), ((0, 1), 3), ((1, 1), 4), ((2, 0), 5), ((0, 2), 6)] {
            plane.store(place, &[[value; 8]; 8]);
        }
        for row in 0..8 {
            assert_eq!(samples[row * 10..][..10], [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
        }
        assert_eq!(samples[80..], [3, 3, 3, 3, 3, 3, 3, 3, 4, 4]);
    }
}
