//! Owns reading blocks whose places are known, since they were found ahead: their levels, and of codes that are copied the ends.
//! Does not own: finding them (see `ahead/`), blocks that are read one behind the other (see `scan.rs`).
//!
//! Fast because no block waits for the one before it, but for the sum of levels.

use crate::ahead::Found;
use crate::bits::Bits;
use crate::scan::{BlockCodes, Part, Sink};
use crate::simd::Work;
use core::ops::Range;

/// Reading MCUs whose blocks were found ahead. Gives the bit at which they end, or where something is wrong.
pub(crate) struct Give<'a, 'b, S> {
    pub(crate) mcus: Range<u32>,
    pub(crate) across: u32,
    pub(crate) part: &'b mut Part<'a>,
    pub(crate) found: Found<'b>,
    pub(crate) data: &'b [u8],
    pub(crate) sink: &'b mut S,
}

impl<'b, S: Sink> Work for Give<'_, 'b, S> {
    type Out = Result<usize, Bits<'b>>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Give { mcus, across, part, mut found, data, sink } = self;
        let (mut column, mut row) = (mcus.start % across, mcus.start / across);
        for _ in mcus {
            part.found((column, row), &found, data, sink)?;
            found.advance();
            column += 1;
            if column == across {
                (column, row) = (0, row + 1);
            }
        }
        Ok(found.bit(0))
    }
}

impl Part<'_> {
    /// Reads what is wanted of this component's blocks of one MCU, which were found ahead.
    #[inline(always)]
    fn found<'b, S: Sink>(
        &mut self,
        (column, row): (u32, u32),
        found: &Found<'_>,
        data: &'b [u8],
        sink: &mut S,
    ) -> Result<(), Bits<'b>> {
        let (dc, sampling, level, levels_of) = match self {
            Part::Copied { dc, sampling, level, .. } => (dc, sampling, level, None),
            Part::Levels { dc, sampling, level, component, .. } => (dc, sampling, level, Some(*component)),
            Part::Decoded { .. } | Part::Passed { .. } => return Ok(()),
        };
        let (wide, high) = (usize::from(sampling.0), usize::from(sampling.1));
        let (dc, mut last) = (*dc, *level);
        let mut index = 0;
        for line in 0..high {
            for right in 0..wide {
                let (begin, before) = (found.bit(index), last);
                index += 1;
                let mut bits = Bits::from_bit(data, begin);
                last = dc
                    .available(&mut bits)
                    .and_then(|difference| last.checked_add(difference))
                    .ok_or(bits)?;
                let place = (column as usize * wide + right, row as usize * high + line);
                if let Some(component) = levels_of {
                    sink.level(component, place, last);
                    continue;
                }
                let codes = BlockCodes {
                    data,
                    begin,
                    coefficients: bits.position(),
                    end: found.bit(index),
                    level: last,
                    before,
                    line,
                    first: right == 0,
                    last: right + 1 == wide,
                };
                sink.codes(place, &codes);
            }
        }
        *level = last;
        Ok(())
    }
}
