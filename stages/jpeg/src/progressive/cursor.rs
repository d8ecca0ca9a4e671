//! Owns reading one scan a row of MCUs at a time: its restart intervals, and what is carried from block to block.
//! Does not own: what is in a block (see `first.rs` and `refine.rs`), other scans.

use super::progression::Share;
use super::{first, refine};
use crate::Error;
use crate::bits::{Bits, Place};
use crate::block::BadCode;
use crate::coefficients::{Block, BlockRows};
use crate::frame::Frame;
use crate::huffman::{Codes, DcTable, RefinementTable, ValueTable};
use crate::output::Conversion;
use crate::scans::Scan;
use crate::segments::Segments;
use alloc::vec::Vec;
use core::ops::Range;

/// What a scan needs that is kept between pictures: tables, and the data of one restart interval without stuffed bytes.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) data: Vec<u8>,
    dc: [Option<DcTable>; 4],
    band: Option<ValueTable>,
    refinement: Option<RefinementTable>,
}

/// What a scan gives for each of its blocks.
#[derive(Debug, Clone, Copy)]
enum Gives {
    /// The first bits of levels (T.81, G.1.2.1), which lack so many low bits.
    Levels(u8),
    /// One more bit of levels, of this value.
    LevelBit(i16),
    /// A band for the first time.
    Band(first::Band),
    /// One more bit of a band.
    BandBit(refine::Band),
}

/// A component in the scan.
#[derive(Debug, Clone, Copy)]
struct Part {
    component: usize,
    wanted: bool,
    /// Blocks in an MCU of this scan, across and down.
    sampling: (u32, u32),
    /// Blocks in an MCU of the frame, down.
    high: u32,
    /// Blocks of the component, without those that fill up MCUs.
    blocks: (u32, u32),
    /// The level of the block before.
    level: i16,
}

/// One scan, and how far it was read.
pub(super) struct Cursor<'a> {
    gives: Gives,
    parts: Vec<Part>,
    segments: Segments<'a>,
    across: u32,
    /// MCUs between restart markers, in this interval, and in all the rest of the scan.
    interval: u32,
    left: u32,
    to_come: u32,
    place: Place,
    /// How many blocks more have nothing of the band.
    run: u32,
}

impl<'a> Cursor<'a> {
    /// At the start of a scan. Of its components those go on that `conversion` needs.
    pub(super) fn new(file: &'a [u8], frame: &Frame, scan: &Scan, conversion: Conversion) -> Cursor<'a> {
        let share = Share { band: scan.band, missing: scan.bits };
        let low = share.missing.1;
        let gives = match (share.levels(), share.first()) {
            (true, true) => Gives::Levels(low),
            (true, false) => Gives::LevelBit(1 << (low & 15)),
            (false, true) => Gives::Band(first::Band::new(share.band, low)),
            (false, false) => Gives::BandBit(refine::Band::new(share.band, low)),
        };
        let alone = scan.members().len() == 1;
        let parts = scan.members().iter().filter_map(|member| {
            let component = frame.components().get(member.component)?;
            let sampling = (u32::from(component.sampling.0), u32::from(component.sampling.1));
            Some(Part {
                component: member.component,
                wanted: conversion.wants(member.component),
                sampling: if alone { (1, 1) } else { sampling },
                high: sampling.1,
                blocks: frame.blocks(component),
                level: 0,
            })
        });
        let (across, down) = scan.mcus(frame);
        let interval = match scan.restart_interval {
            0 => u32::MAX,
            interval => u32::from(interval),
        };
        Cursor {
            gives,
            parts: parts.collect(),
            segments: Segments::new(file, scan.data),
            across,
            interval,
            left: 0,
            // Sides have 16 bits, so all MCUs are counted in 32.
            to_come: across * down,
            place: Place::default(),
            run: 0,
        }
    }

    /// The fewest bits that its data can have.
    pub(super) fn least_bits(&self) -> u64 {
        // Of a band, one code may say that there is nothing of it in thousands of blocks.
        if let Gives::Band(_) | Gives::BandBit(_) = self.gives {
            return 0;
        }
        let blocks: u32 = self.parts.iter().map(|part| part.sampling.0 * part.sampling.1).sum();
        u64::from(blocks) * u64::from(self.to_come)
    }

    /// Reads what the scan gives for one row of MCUs of the frame.
    pub(super) fn row(&mut self, row: u32, kept: &mut Kept, rows: &mut [BlockRows]) -> Result<(), Error> {
        let &[Part { high, blocks: (_, down), .. }] = &self.parts[..] else {
            return self.line(row, 0, kept, rows);
        };
        // Alone, the rows of the scan are those of its blocks.
        (0..high.min(down.saturating_sub(row * high))).try_for_each(|line| self.line(row, line, kept, rows))
    }

    /// Reads a row of the scan's MCUs, which is the one at `line` in a row of the frame's.
    fn line(&mut self, row: u32, line: u32, kept: &mut Kept, rows: &mut [BlockRows]) -> Result<(), Error> {
        let mut at = 0;
        while at < self.across {
            if self.left == 0 {
                self.begin_interval(&mut kept.data)?;
            }
            let end = self.across.min(at.saturating_add(self.left));
            let mut bits = Bits::at(&kept.data, self.place);
            let tables = (&kept.dc, kept.band.as_ref(), kept.refinement.as_ref());
            let mut strip = Strip { row, line, rows, parts: &mut self.parts, run: &mut self.run, tables };
            let decoded = strip.decode(self.gives, at..end, &mut bits);
            self.check(&bits, decoded)?;
            self.place = bits.place();
            (self.left, self.to_come) = (self.left - (end - at), self.to_come - (end - at));
            if self.left == 0 {
                self.end_interval(&bits)?;
            }
            at = end;
        }
        Ok(())
    }

    fn begin_interval(&mut self, data: &mut Vec<u8>) -> Result<(), Error> {
        self.left = self.interval.min(self.to_come);
        self.segments.next(self.left == self.to_come, data)?;
        self.place = Place::default();
        self.parts.iter_mut().for_each(|part| part.level = 0);
        Ok(())
    }

    /// Behind the last bit of an interval comes a marker.
    fn end_interval(&self, bits: &Bits<'_>) -> Result<(), Error> {
        let damaged =
            |expected| Err(Error::Damaged { at: self.segments.in_file(bits.bytes_read()), expected });
        match () {
            () if bits.left_over() => damaged("a marker"),
            () if self.run > 0 => damaged("a band that ends with its restart interval"),
            () => Ok(()),
        }
    }

    fn check(&self, bits: &Bits<'_>, decoded: Result<(), BadCode>) -> Result<(), Error> {
        let at = || self.segments.in_file(bits.bytes_read());
        if bits.overrun() {
            return Err(Error::Truncated { at: at(), expected: "more entropy-coded data" });
        }
        decoded.map_err(|BadCode| Error::Damaged { at: at(), expected: "a Huffman code that is defined" })
    }
}

impl Kept {
    /// Makes the tables those of a scan; `None` if a code that it needs was not defined.
    pub(super) fn set(&mut self, cursor: &Cursor<'_>, scan: &Scan, codes: &Codes) -> Option<()> {
        let dc = |place: usize| codes.dc.get(place)?.as_ref();
        let ac = |place: usize| codes.ac.get(place)?.as_ref();
        for (at, member) in scan.members().iter().enumerate() {
            match cursor.gives {
                Gives::Levels(_) => self.dc[at].get_or_insert_with(DcTable::new).set(dc(member.dc)?),
                Gives::LevelBit(_) => {}
                Gives::Band(_) => {
                    let missing = u32::from(scan.bits.1);
                    self.band.get_or_insert_with(ValueTable::new).set_band(ac(member.ac)?, missing);
                }
                Gives::BandBit(_) => {
                    self.refinement.get_or_insert_with(RefinementTable::new).set(ac(member.ac)?);
                }
            }
        }
        Some(())
    }
}

type Tables<'a> = (&'a [Option<DcTable>; 4], Option<&'a ValueTable>, Option<&'a RefinementTable>);

/// MCUs of one row of a scan, and where they go.
struct Strip<'a> {
    row: u32,
    line: u32,
    rows: &'a mut [BlockRows],
    parts: &'a mut [Part],
    run: &'a mut u32,
    tables: Tables<'a>,
}

impl Strip<'_> {
    fn decode(&mut self, gives: Gives, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        match gives {
            Gives::Levels(missing) => self.levels(missing, mcus, bits),
            Gives::LevelBit(bit) => self.level_bit(bit, mcus, bits),
            Gives::Band(band) => self.band(band, mcus, bits),
            Gives::BandBit(band) => self.band_bit(band, mcus, bits),
        }
    }

    fn levels(&mut self, missing: u8, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let tables = self.tables.0;
        self.each(mcus, |at, part, place| {
            let table = tables[at].as_ref().ok_or(BadCode)?;
            let level = part.next_level(table, bits)?;
            if let Some((index, rows)) = place {
                let whole = i32::from(level) << missing;
                rows.levels[index] = i16::try_from(whole).map_err(|_| BadCode)?;
            }
            Ok(())
        })
    }

    fn level_bit(&mut self, bit: i16, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        self.each(mcus, |_, _, place| {
            bits.refill();
            if let Some((index, rows)) = place {
                rows.levels[index] |= bit & -(bits.peek(1) as i16);
            }
            bits.skip(1);
            Ok(())
        })
    }

    fn band(&mut self, band: first::Band, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = self.tables.1 else { return Err(BadCode) };
        let mut run = *self.run;
        let (blocks, maps) = self.alone(mcus).ok_or(BadCode)?;
        for (block, map) in blocks.iter_mut().zip(maps) {
            if run > 0 {
                run -= 1;
                continue;
            }
            run = band.decode(table, bits, block, map)?;
        }
        *self.run = run;
        Ok(())
    }

    fn band_bit(&mut self, band: refine::Band, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = self.tables.2 else { return Err(BadCode) };
        let mut run = *self.run;
        let (blocks, maps) = self.alone(mcus).ok_or(BadCode)?;
        for (block, map) in blocks.iter_mut().zip(maps) {
            if run > 0 {
                run -= 1;
                band.pass(bits, block, *map);
                continue;
            }
            run = band.decode(table, bits, block, map)?;
        }
        *self.run = run;
        Ok(())
    }

    /// The blocks and maps of a component that is alone in its scan.
    fn alone(&mut self, mcus: Range<u32>) -> Option<(&mut [Block], &mut [u64])> {
        let rows = self.rows.get_mut(self.parts.first()?.component)?;
        let begin = rows.row(self.line as usize).start;
        let places = begin + mcus.start as usize..begin + mcus.end as usize;
        Some((rows.blocks.get_mut(places.clone())?, rows.maps.get_mut(places)?))
    }

    /// Calls `each` for every block in the order of the scan (T.81, A.2.3), with where it goes; nowhere if it only fills up an MCU
    /// or is not wanted.
    #[inline(always)]
    fn each(
        &mut self,
        mcus: Range<u32>,
        mut each: impl FnMut(usize, &mut Part, Option<(usize, &mut BlockRows)>) -> Result<(), BadCode>,
    ) -> Result<(), BadCode> {
        for mcu in mcus {
            for (at, part) in self.parts.iter_mut().enumerate() {
                let rows = &mut self.rows[part.component];
                for down in 0..part.sampling.1 {
                    for right in 0..part.sampling.0 {
                        let (column, line) = (mcu * part.sampling.0 + right, self.line + down);
                        let inside = column < part.blocks.0 && self.row * part.high + line < part.blocks.1;
                        let index = rows.row(line as usize).start + column as usize;
                        let place = (part.wanted && inside).then_some((index, &mut *rows));
                        each(at, part, place)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Part {
    /// The level of the next block (T.81, F.2.2.1). One beyond 16 bits is far beyond any sample.
    #[inline(always)]
    fn next_level(&mut self, table: &DcTable, bits: &mut Bits<'_>) -> Result<i16, BadCode> {
        let difference = table.difference(bits).ok_or(BadCode)?;
        self.level = self.level.checked_add(difference).ok_or(BadCode)?;
        Ok(self.level)
    }
}
