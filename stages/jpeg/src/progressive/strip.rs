//! Owns what a scan gives for the blocks of a row of its MCUs: levels here, other coefficients in `first.rs` and `refine.rs`.
//! Does not own: where rows and restart intervals begin and end (see `cursor.rs`).

use super::progression::Share;
use super::tables::Tables;
use super::{first, refine};
use crate::bits::Bits;
use crate::block::BadCode;
use crate::coefficients::{Block, BlockRows};
use crate::huffman::DcTable;
use crate::simd::{self, Wide, Work};
use core::ops::Range;

/// What a scan gives for each of its blocks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Gives {
    /// The first bits of levels (T.81, G.1.2.1), which lack so many low bits.
    Levels(u8),
    /// One more bit of levels, above so many that are missing.
    LevelBit(u8),
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
            (true, false) => Gives::LevelBit(low),
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

/// Something that a scan gives for each of its blocks. Its `read` is always inlined.
trait Give {
    fn read(self, strip: &mut Strip<'_>, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode>;
}

/// [`Gives::Levels`] and [`Gives::LevelBit`].
struct Levels(u8);
struct LevelBit(u8);

impl Give for Levels {
    #[inline(always)]
    fn read(self, strip: &mut Strip<'_>, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        strip.levels::<true>(self.0, mcus, bits)
    }
}

impl Give for LevelBit {
    #[inline(always)]
    fn read(self, strip: &mut Strip<'_>, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        strip.levels::<false>(self.0, mcus, bits)
    }
}

impl Give for first::Band {
    #[inline(always)]
    fn read(self, strip: &mut Strip<'_>, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = strip.tables.band.as_ref() else { return Err(BadCode) };
        let mut run = *strip.run;
        let (blocks, maps) = strip.alone(mcus).ok_or(BadCode)?;
        for (block, map) in blocks.iter_mut().zip(maps) {
            if run > 0 {
                run -= 1;
                continue;
            }
            run = self.decode(table, bits, block, map)?;
        }
        *strip.run = run;
        Ok(())
    }
}

impl Give for refine::Band {
    #[inline(always)]
    fn read(self, strip: &mut Strip<'_>, mcus: Range<u32>, bits: &mut Bits<'_>) -> Result<(), BadCode> {
        let Some(table) = strip.tables.refinement.as_ref() else { return Err(BadCode) };
        let mut run = *strip.run;
        let (blocks, maps) = strip.alone(mcus).ok_or(BadCode)?;
        for (block, map) in blocks.iter_mut().zip(maps) {
            if run > 0 {
                run -= 1;
                self.pass(bits, block, *map);
                continue;
            }
            run = self.decode(table, bits, block, map)?;
        }
        *strip.run = run;
        Ok(())
    }
}

/// Reading MCUs of a row.
struct Reading<'a, 'b, 'c, G> {
    strip: &'a mut Strip<'b>,
    gives: G,
    mcus: Range<u32>,
    bits: &'a mut Bits<'c>,
}

impl<G: Give> Work for Reading<'_, '_, '_, G> {
    type Out = Result<(), BadCode>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        // One that nobody else knows of can live in registers.
        let mut own = *self.bits;
        let read = self.gives.read(self.strip, self.mcus, &mut own);
        *self.bits = own;
        read
    }
}

impl Strip<'_> {
    /// Reads these MCUs of the row.
    pub(super) fn decode(
        &mut self,
        wide: Option<Wide>,
        gives: Gives,
        mcus: Range<u32>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BadCode> {
        // A function of its own for each, so that the processor's registers are free for its loops.
        match gives {
            Gives::Levels(missing) => {
                simd::run_alone(wide, Reading { strip: self, gives: Levels(missing), mcus, bits })
            }
            Gives::LevelBit(missing) => {
                simd::run_alone(wide, Reading { strip: self, gives: LevelBit(missing), mcus, bits })
            }
            Gives::Band(gives) => simd::run_alone(wide, Reading { strip: self, gives, mcus, bits }),
            Gives::BandBit(gives) => simd::run_alone(wide, Reading { strip: self, gives, mcus, bits }),
        }
    }

    /// Reads something of the level of every block in the order of the scan (T.81, A.2.3). What only fills up an MCU, or is not
    /// wanted, goes nowhere.
    #[inline(always)]
    fn levels<const FIRST: bool>(
        &mut self,
        low: u8,
        mcus: Range<u32>,
        bits: &mut Bits<'_>,
    ) -> Result<(), BadCode> {
        for mcu in mcus {
            for (part, table) in self.parts.iter_mut().zip(&self.tables.dc) {
                let rows = &mut self.rows[part.component];
                for down in 0..part.sampling.1 {
                    for right in 0..part.sampling.0 {
                        let (column, line) = (mcu * part.sampling.0 + right, self.line + down);
                        let inside = column < part.blocks.0 && self.row * part.high + line < part.blocks.1;
                        let index = rows.row(line as usize).start + column as usize;
                        let place = if part.wanted && inside { rows.levels.get_mut(index) } else { None };
                        if FIRST {
                            part.first_level(table.as_ref().ok_or(BadCode)?, low, bits, place)?;
                        } else {
                            level_bit(low, bits, place);
                        }
                    }
                }
            }
        }
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
}

impl Part {
    /// The first bits of the next block's level (T.81, F.2.2.1), which lacks so many low bits. One beyond 16 bits is far beyond
    /// any sample.
    #[inline(always)]
    fn first_level(
        &mut self,
        table: &DcTable,
        missing: u8,
        bits: &mut Bits<'_>,
        place: Option<&mut i16>,
    ) -> Result<(), BadCode> {
        let difference = table.difference(bits).ok_or(BadCode)?;
        self.level = self.level.checked_add(difference).ok_or(BadCode)?;
        if let Some(place) = place {
            let whole = i32::from(self.level) << missing;
            *place = i16::try_from(whole).map_err(|_| BadCode)?;
        }
        Ok(())
    }
}

/// One more bit of the next block's level, above so many that are missing (T.81, G.1.2.1).
#[inline(always)]
fn level_bit(missing: u8, bits: &mut Bits<'_>, place: Option<&mut i16>) {
    bits.refill();
    if let Some(place) = place {
        *place |= (bits.peek(1) as i16) << missing;
    }
    bits.skip(1);
}
