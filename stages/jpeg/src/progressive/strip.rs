//! Owns what a scan gives for the blocks of a row of its MCUs: levels here, other coefficients in `first.rs` and `refine.rs`.
//! Does not own: where rows and restart intervals begin and end (see `cursor.rs`).

use super::progression::Share;
use super::tables::Tables;
use super::{first, refine};
use crate::bits::Bits;
use crate::block::BadCode;
use crate::coefficients::{Block, BlockRows};
use crate::huffman::DcTable;
use core::ops::Range;

/// What a scan gives for each of its blocks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gives {
    /// The first bits of levels (T.81, G.1.2.1), which lack so many low bits.
    Levels(u8),
    /// One more bit of levels, of this value.
    LevelBit(i16),
    /// A band for the first time.
    Band(first::Band),
    /// One more bit of a band.
    BandBit(refine::Band),
}

impl Gives {
    /// What a scan with this share gives.
    pub(super) fn of(share: Share) -> Gives {
        let low = share.missing.1;
        match (share.levels(), share.first()) {
            (true, true) => Gives::Levels(low),
            (true, false) => Gives::LevelBit(1 << (low & 15)),
            (false, true) => Gives::Band(first::Band::new(share.band, low)),
            (false, false) => Gives::BandBit(refine::Band::new(share.band, low)),
        }
    }
}

/// A component in the scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) component: usize,
    pub(super) wanted: bool,
    /// Blocks in an MCU of this scan, across and down.
    pub(super) sampling: (u32, u32),
    /// Blocks in an MCU of the frame, down.
    pub(super) high: u32,
    /// Blocks of the component, without those that fill up MCUs.
    pub(super) blocks: (u32, u32),
    /// The level of the block before.
    pub(super) level: i16,
}

/// MCUs of one row of a scan, and where they go.
pub(super) struct Strip<'a> {
    /// The row of the frame's MCUs, and the one of this scan in it.
    pub(super) row: u32,
    pub(super) line: u32,
    pub(super) rows: &'a mut [BlockRows],
    pub(super) parts: &'a mut [Part],
    /// How many blocks more have nothing of the band.
    pub(super) run: &'a mut u32,
    pub(super) tables: &'a Tables,
}

impl Strip<'_> {
    /// Reads these MCUs of the row.
    #[inline(always)]
    pub(super) fn decode(
        &mut self,
        gives: Gives,
        mcus: Range<u32>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BadCode> {
        match gives {
            Gives::Levels(missing) => self.levels(missing, mcus, bits),
            Gives::LevelBit(bit) => self.level_bit(bit, mcus, bits),
            Gives::Band(band) => self.band(band, mcus, bits),
            Gives::BandBit(band) => self.band_bit(band, mcus, bits),
        }
    }

    #[inline(always)]
    fn levels(&mut self, missing: u8, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let tables = &self.tables.dc;
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

    #[inline(always)]
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

    #[inline(always)]
    fn band(&mut self, band: first::Band, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = self.tables.band.as_ref() else { return Err(BadCode) };
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

    #[inline(always)]
    fn band_bit(&mut self, band: refine::Band, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = self.tables.refinement.as_ref() else { return Err(BadCode) };
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
    #[inline(always)]
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
