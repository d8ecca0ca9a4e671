//! Owns the order of blocks in a sequential scan, and its restarts (T.81, A.2 and E.2.4).
//! Does not own: where the blocks go: that is a [`Sink`]; scan headers (see `scans.rs`).
//!
//! Blocks go to a sink that is known when it is compiled, so that what is done with them is part of the same loop.

use crate::Error;
use crate::ahead::Ahead;
use crate::bits::{Bits, Place};
use crate::block::{self, BadCode, Coefficients};
use crate::frame::Frame;
use crate::given::Give;
use crate::huffman::{DcTable, SkipTable, ValueTable};
use crate::scans::Scan;
use crate::segments::Segments;
use crate::simd::{self, Wide};
use alloc::vec::Vec;
use core::ops::Range;

/// What is done with the blocks of one component.
pub(crate) enum Part<'a> {
    /// They are decoded, and go to the sink as those of this component of the frame.
    Decoded { dc: &'a DcTable, ac: &'a ValueTable, component: usize, sampling: (u8, u8), level: i16 },
    /// Their codes go to the sink as they stand.
    Copied { dc: &'a DcTable, ac: &'a SkipTable, sampling: (u8, u8), level: i16 },
    /// Of each only the level goes to the sink.
    Levels { dc: &'a DcTable, ac: &'a SkipTable, component: usize, sampling: (u8, u8), level: i16 },
    /// They are passed over, so many in each MCU.
    Passed { dc: &'a DcTable, ac: &'a SkipTable, blocks: u32 },
}

/// The codes of one block.
pub(crate) struct BlockCodes<'a> {
    /// The data in which they stand.
    pub(crate) data: &'a [u8],
    /// In bits: where the difference of its level begins, where its other coefficients do, and where it ends.
    pub(crate) begin: usize,
    pub(crate) coefficients: usize,
    pub(crate) end: usize,
    /// Its level, and the one from which the difference counts.
    pub(crate) level: i16,
    pub(crate) before: i16,
    /// Its line in the MCU.
    pub(crate) line: usize,
    /// Whether it is the first and whether it is the last one of that line. Those between follow without a gap.
    pub(crate) first: bool,
    pub(crate) last: bool,
}

/// Takes blocks as they are decoded.
pub(crate) trait Sink {
    /// The next block of a component, in rows of 8. Its place counts blocks of the component, across and down; `flat` if only its
    /// first coefficient may be other than 0.
    fn block(&mut self, component: usize, place: (usize, usize), coefficients: &[i16; 64], flat: bool);

    /// The next block of a component of which only the level is wanted.
    #[inline(always)]
    fn level(&mut self, component: usize, place: (usize, usize), level: i16) {
        let mut coefficients = [0; 64];
        coefficients[0] = level;
        self.block(component, place, &coefficients, true);
    }

    /// The next block of the component whose codes are copied. Its place counts blocks of the component, across and down.
    #[inline(always)]
    fn codes(&mut self, place: (usize, usize), codes: &BlockCodes<'_>) {
        let _ = (place, codes);
    }

    /// All blocks of this row of MCUs were given.
    fn row(&mut self, row: u32);
}

/// Decodes a scan, as many rows at a time as are wanted.
pub(crate) struct Reader<'a> {
    parts: Vec<Part<'a>>,
    /// Finds blocks before they are read, if values are wanted of the first part's levels alone.
    ahead: Option<Ahead<'a>>,
    segments: Segments<'a>,
    /// What is between two restart markers, without stuffed bytes, and where in it to go on.
    data: &'a mut Vec<u8>,
    place: Place,
    /// MCUs: across, in all, between restart markers, the next one, and the first one after the next restart marker.
    across: u32,
    mcus: u32,
    interval: u32,
    next: u32,
    until: u32,
    /// Rows of this scan in a row of MCUs of the frame.
    high: u32,
}

impl<'a> Reader<'a> {
    /// At the start of a scan. `data` is scratch.
    pub(crate) fn new(
        file: &'a [u8],
        frame: &Frame,
        scan: &Scan,
        (parts, ahead): (Vec<Part<'a>>, Option<Ahead<'a>>),
        data: &'a mut Vec<u8>,
    ) -> Reader<'a> {
        let (across, down) = scan.mcus(frame);
        let interval = if scan.restart_interval == 0 { u32::MAX } else { u32::from(scan.restart_interval) };
        let segments = Segments::new(file, scan.data);
        // Sides have 16 bits, so all MCUs are counted in 32.
        let mcus = across * down;
        let high = match scan.members() {
            [only] => u32::from(frame.components()[only.component].sampling.1),
            _ => 1,
        };
        let place = Place::default();
        Reader { parts, ahead, segments, data, place, across, mcus, interval, next: 0, until: 0, high }
    }

    /// Decodes what is in the next `rows` rows of MCUs of the frame, or in those that are left.
    #[inline(always)]
    pub(crate) fn rows<S: Sink>(&mut self, rows: u32, wide: Option<Wide>, sink: &mut S) -> Result<(), Error> {
        let count = rows.saturating_mul(self.high).saturating_mul(self.across);
        let end = self.next.saturating_add(count).min(self.mcus);
        while self.next < end {
            if self.next == self.until {
                self.restart()?;
            }
            let stop = end.min(self.until);
            if self.give(stop, wide, sink)? {
                continue;
            }
            let mut bits = Bits::at(self.data, self.place);
            let decoded = simd::mcus(wide, self.next..stop, self.across, &mut self.parts, sink, &mut bits);
            let at = || self.segments.in_file(bits.bytes_read());
            match decoded {
                Err(Flaw::Code) => {
                    return Err(Error::Damaged { at: at(), expected: "a Huffman code that is defined" });
                }
                Err(Flaw::End) => {
                    return Err(Error::Truncated { at: at(), expected: "more entropy-coded data" });
                }
                Ok(()) if stop == self.until && bits.left_over() => {
                    return Err(Error::Damaged { at: at(), expected: "a marker" });
                }
                Ok(()) => (self.next, self.place) = (stop, bits.place()),
            }
        }
        Ok(())
    }

    /// Reads blocks up to this MCU that were found ahead, if there are any.
    #[inline(always)]
    fn give<S: Sink>(&mut self, stop: u32, wide: Option<Wide>, sink: &mut S) -> Result<bool, Error> {
        let (Some(ahead), Some(part)) = (&mut self.ahead, self.parts.first_mut()) else { return Ok(false) };
        // What is behind the last MCU is looked at where it is read.
        let wanted = stop.min(self.until - 1) - self.next;
        if wanted == 0 {
            return Ok(false);
        }
        let count = ahead.look(self.data, wide).min(wanted as usize);
        if count == 0 {
            return Ok(false);
        }
        let (mcus, across) = (self.next..self.next + count as u32, self.across);
        let data = &self.data[..];
        let found = ahead.take(data, count);
        let end = simd::run_alone(wide, Give { mcus, across, part, found, data, sink }).map_err(|bits| {
            let at = self.segments.in_file(bits.bytes_read());
            Error::Damaged { at, expected: "a Huffman code that is defined" }
        })?;
        self.place = Bits::from_bit(data, end).place();
        self.next += count as u32;
        Ok(true)
    }

    /// How many components the scan has.
    pub(crate) fn components(&self) -> usize {
        self.parts.len()
    }

    /// Where the marker behind the scan stands, after all rows.
    pub(crate) fn end(&self) -> usize {
        self.segments.end()
    }

    fn restart(&mut self) -> Result<(), Error> {
        self.until = self.until.saturating_add(self.interval).min(self.mcus);
        self.segments.next(self.until == self.mcus, self.data)?;
        self.place = Place::default();
        if let Some(ahead) = &mut self.ahead {
            ahead.restart(self.data);
        }
        for part in &mut self.parts {
            let (Part::Decoded { level, .. } | Part::Copied { level, .. } | Part::Levels { level, .. }) =
                part
            else {
                continue;
            };
            *level = 0;
        }
        Ok(())
    }
}

/// What is wrong with entropy-coded data.
pub(crate) enum Flaw {
    Code,
    End,
}

impl From<BadCode> for Flaw {
    fn from(BadCode: BadCode) -> Flaw {
        Flaw::Code
    }
}

/// Decodes MCUs between two restart markers.
#[inline(always)]
pub(crate) fn mcus<S: Sink>(
    mcus: Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    sink: &mut S,
    bits: &mut Bits<'_>,
) -> Result<(), Flaw> {
    // One that nobody else knows of can live in registers.
    let mut own = *bits;
    let decoded = all(mcus, across, parts, sink, &mut own);
    *bits = own;
    decoded
}

#[inline(always)]
fn all<S: Sink>(
    mcus: Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    sink: &mut S,
    bits: &mut Bits<'_>,
) -> Result<(), Flaw> {
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
            Part::Passed { dc, ac, blocks } => {
                for _ in 0..*blocks {
                    block::pass(dc, ac, bits)?;
                }
                Ok(())
            }
            Part::Copied { dc, ac, sampling, level } => {
                let (wide, high) = (usize::from(sampling.0), usize::from(sampling.1));
                for line in 0..high {
                    for right in 0..wide {
                        let mut codes = BlockCodes::read(dc, ac, level, bits)?;
                        (codes.line, codes.first, codes.last) = (line, right == 0, right + 1 == wide);
                        sink.codes((column as usize * wide + right, row as usize * high + line), &codes);
                    }
                }
                Ok(())
            }
            Part::Levels { dc, ac, component, sampling, level } => {
                let (wide, high) = (u32::from(sampling.0), u32::from(sampling.1));
                for down in 0..high {
                    for right in 0..wide {
                        let difference = dc.difference(bits).ok_or(BadCode)?;
                        *level = level.checked_add(difference).ok_or(BadCode)?;
                        block::pass_rest(ac, bits)?;
                        coefficients[0] = *level;
                        let place = ((column * wide + right) as usize, (row * high + down) as usize);
                        let ([block, ..], _) = coefficients.as_chunks() else { continue };
                        sink.block(*component, place, block, true);
                    }
                }
                Ok(())
            }
            Part::Decoded { dc, ac, component, sampling, level } => {
                let (wide, high) = (u32::from(sampling.0), u32::from(sampling.1));
                for down in 0..high {
                    for right in 0..wide {
                        let difference = dc.difference(bits).ok_or(BadCode)?;
                        // A level beyond 16 bits is far beyond any sample (T.81, F.1.1.5.1: 11 bits).
                        *level = level.checked_add(difference).ok_or(BadCode)?;
                        let flat = block::coefficients(*level, ac, bits, coefficients)?;
                        let place = ((column * wide + right) as usize, (row * high + down) as usize);
                        let ([block, ..], _) = coefficients.as_chunks() else { continue };
                        sink.block(*component, place, block, flat);
                    }
                }
                Ok(())
            }
        }
    }
}

impl<'a> BlockCodes<'a> {
    /// Finds those of the next block, and adds up its level.
    #[inline(always)]
    fn read(
        dc: &DcTable,
        ac: &SkipTable,
        level: &mut i16,
        bits: &mut Bits<'a>,
    ) -> Result<BlockCodes<'a>, BadCode> {
        let (begin, before) = (bits.position(), *level);
        let difference = dc.difference(bits).ok_or(BadCode)?;
        *level = before.checked_add(difference).ok_or(BadCode)?;
        let coefficients = bits.position();
        block::pass_rest(ac, bits)?;
        let (data, end, level) = (bits.data(), bits.position(), *level);
        Ok(BlockCodes { data, begin, coefficients, end, level, before, line: 0, first: true, last: true })
    }
}
