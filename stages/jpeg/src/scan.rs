//! Owns the order of blocks in a sequential scan, and its restarts (T.81, A.2 and E.2.4).
//! Does not own: where the blocks go: that is a [`Sink`]; scan headers (see `scans.rs`).

use crate::Error;
use crate::bits::Bits;
use crate::block::{self, BadCode, Block, Coefficients};
use crate::frame::Frame;
use crate::huffman::{DcTable, SkipTable, ValueTable};
use crate::scans::Scan;
use crate::segments::Segments;
use alloc::vec::Vec;
use core::ops::Range;

/// What is done with the blocks of one component.
pub(crate) enum Part<'a> {
    /// They are decoded, and go to the sink as those of this component of the frame.
    Decoded { dc: &'a DcTable, ac: &'a ValueTable, component: usize, sampling: (u8, u8), level: i16 },
    /// They are passed over, so many in each MCU.
    Passed { dc: &'a DcTable, ac: &'a SkipTable, blocks: u32 },
}

/// Takes the blocks of a scan as they are decoded.
pub(crate) trait Sink {
    /// The next block of a component. Its place counts blocks of the component, across and down; `flat` if only the first of its
    /// coefficients may be other than 0.
    fn block(&mut self, component: usize, place: (usize, usize), block: &Block, flat: bool);

    /// All blocks of this row of MCUs were given.
    fn row(&mut self, row: u32);
}

/// The scan's MCUs: how many across, how many in all, and how many between restart markers.
pub(crate) struct Layout {
    across: u32,
    mcus: u32,
    interval: u32,
}

impl Layout {
    pub(crate) fn of(scan: &Scan, frame: &Frame) -> Layout {
        let (across, down) = scan.mcus(frame);
        let interval = if scan.restart_interval == 0 { u32::MAX } else { u32::from(scan.restart_interval) };
        // Sides have 16 bits, so all MCUs are counted in 32.
        Layout { across, mcus: across * down, interval }
    }
}

/// Decodes a scan. `buffer` is scratch.
pub(crate) fn decode<S: Sink>(
    layout: &Layout,
    parts: &mut [Part<'_>],
    sink: &mut S,
    segments: &mut Segments<'_>,
    buffer: &mut Vec<u8>,
) -> Result<(), Error> {
    let mut begin = 0;
    while begin < layout.mcus {
        let end = layout.mcus.min(begin.saturating_add(layout.interval));
        segments.next(end == layout.mcus, buffer)?;
        let mut bits = Bits::new(buffer);
        let decoded = interval(begin..end, layout.across, parts, sink, &mut bits);
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
fn interval<S: Sink>(
    mcus: Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    sink: &mut S,
    bits: &mut Bits<'_>,
) -> Result<(), Flaw> {
    for part in &mut *parts {
        if let Part::Decoded { level, .. } = part {
            *level = 0;
        }
    }
    let mut coefficients = [0; 256];
    let (mut column, mut row) = (mcus.start % across, mcus.start / across);
    for _ in mcus {
        for part in &mut *parts {
            part.mcu((column, row), bits, &mut coefficients, sink)?;
        }
        if bits.overrun() {
            return Err(Flaw::End);
        }
        column += 1;
        if column == across {
            sink.row(row);
            (column, row) = (0, row + 1);
        }
    }
    Ok(())
}

impl Part<'_> {
    /// Decodes this component's blocks of one MCU.
    #[inline(always)]
    fn mcu<S: Sink>(
        &mut self,
        (column, row): (u32, u32),
        bits: &mut Bits<'_>,
        coefficients: &mut Coefficients,
        sink: &mut S,
    ) -> Result<(), BadCode> {
        match self {
            Part::Passed { dc, ac, blocks } => (0..*blocks).try_for_each(|_| block::pass(dc, ac, bits)),
            Part::Decoded { dc, ac, component, sampling, level } => {
                let (wide, high) = (u32::from(sampling.0), u32::from(sampling.1));
                for down in 0..high {
                    for right in 0..wide {
                        let difference = dc.difference(bits).ok_or(BadCode)?;
                        // A level beyond 16 bits is far beyond any sample (T.81, F.1.1.5.1: 11 bits).
                        *level = level.checked_add(difference).ok_or(BadCode)?;
                        coefficients[0] = *level;
                        let flat = block::coefficients(ac, bits, coefficients)?;
                        let place = ((column * wide + right) as usize, (row * high + down) as usize);
                        sink.block(*component, place, block::whole(coefficients), flat);
                    }
                }
                Ok(())
            }
        }
    }
}
