//! Owns reading one scan a row of MCUs at a time: its restart intervals, and what is carried from block to block.
//! Does not own: what it gives for each block (see `strip.rs`), other scans.
//!
//! T.81, A.2.2 and A.2.3 (order), E.2.4 (restarts). Reading bits stops at the end of a row and goes on there, so all scans can be read
//! side by side.

use super::progression::Share;
use super::strip::{Gives, Part, Strip};
use super::tables::Tables;
use crate::Error;
use crate::bits::{Bits, Place};
use crate::block::BadCode;
use crate::coefficients::BlockRows;
use crate::frame::Frame;
use crate::output::Conversion;
use crate::scans::Scan;
use crate::segments::Segments;
use crate::simd::Wide;
use alloc::vec::Vec;

/// What a scan needs that is kept between pictures.
#[derive(Clone, Default)]
pub(super) struct Kept {
    /// The data of one restart interval without stuffed bytes.
    pub(super) data: Vec<u8>,
    pub(super) tables: Tables,
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
    pub(super) fn new(
        file: &'a [u8],
        frame: &Frame,
        (scan, share): (&Scan, Share),
        conversion: Conversion,
    ) -> Cursor<'a> {
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
            gives: Gives::of(share),
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
    pub(super) fn row(
        &mut self,
        wide: Option<Wide>,
        row: u32,
        kept: &mut Kept,
        rows: &mut [BlockRows],
    ) -> Result<(), Error> {
        let lines = match self.parts[..] {
            // Alone, the rows of the scan are those of its blocks.
            [Part { high, blocks: (_, down), .. }] => high.min(down.saturating_sub(row * high)),
            _ => 1,
        };
        for line in 0..lines {
            self.line(wide, (row, line), kept, rows)?;
        }
        Ok(())
    }

    /// Reads a row of the scan's MCUs, which is the one at `line` in a row of the frame's.
    fn line(
        &mut self,
        wide: Option<Wide>,
        (row, line): (u32, u32),
        kept: &mut Kept,
        rows: &mut [BlockRows],
    ) -> Result<(), Error> {
        let mut at = 0;
        while at < self.across {
            if self.left == 0 {
                self.begin_interval(&mut kept.data)?;
            }
            let end = self.across.min(at.saturating_add(self.left));
            let mut bits = Bits::at(&kept.data, self.place);
            let Cursor { parts, run, .. } = self;
            let mut strip = Strip { row, line, rows, parts, run, tables: &kept.tables };
            let decoded = strip.decode(wide, self.gives, at..end, &mut bits);
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
