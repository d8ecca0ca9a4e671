//! Owns the order of blocks in a scan and its restarts (T.81, A.2 and E.2.4; libjpeg: `jdcoefct.c`, `jdhuff.c`, `jdphuff.c`).
//! Does not own: the codes of a block (see `block.rs`).

use super::bits::Bits;
use super::block::{self, Band, Input};
use super::headers::{Headers, ScanHeader};
use super::layout::Layout;
use super::source::Source;
use super::store::Store;
use crate::Error;
use crate::frame::Coding;
use crate::huffman::Code;
use crate::scans::Member;
use alloc::vec::Vec;

/// What a scan gives for each of its blocks.
#[derive(Debug, Clone, Copy)]
enum Gives {
    /// All of it.
    Blocks,
    /// The level without so many low bits.
    Levels(u32),
    /// One more bit of the level.
    LevelBit(i16),
    /// The first bits of a band.
    Band(Band),
    /// One more bit of a band.
    BandBit(Band),
}

impl Gives {
    fn of(coding: Coding, header: &ScanHeader) -> Gives {
        let ((first, last), (before, low)) = (header.band, header.bits);
        let band = Band { first: first.into(), last: last.into(), low: low.into() };
        match (coding, first, before) {
            (Coding::Sequential, ..) => Gives::Blocks,
            (Coding::Progressive, 0, 0) => Gives::Levels(low.into()),
            (Coding::Progressive, 0, _) => Gives::LevelBit(1 << low),
            (Coding::Progressive, _, 0) => Gives::Band(band),
            (Coding::Progressive, ..) => Gives::BandBit(band),
        }
    }
}

/// A component in the scan.
struct Part {
    component: usize,
    dc: Code,
    ac: Code,
    /// Blocks in an MCU of this scan, across and down.
    sampling: (u32, u32),
    /// The level of the block before.
    level: i32,
    /// Whether its sequential blocks are kept.
    wanted: bool,
}

/// A scan that is read row of MCUs by row of MCUs of the frame.
pub(super) struct Scan {
    gives: Gives,
    parts: Vec<Part>,
    across: u32,
    /// MCUs between restart markers, 0 for none; how many are left; the number of the next marker.
    interval: u32,
    left: u32,
    number: u8,
    bits: Bits,
    /// How many blocks more have nothing new of the band.
    run: u32,
    /// How many blocks of the first component got levels.
    pub(super) levels: u64,
    /// The last row of MCUs that there was data for.
    pub(super) reached: u32,
}

impl Scan {
    /// # Errors
    /// [`Error::Damaged`] where a code is missing.
    pub(super) fn new(
        header: &ScanHeader,
        headers: &Headers,
        (coding, layout): (Coding, &Layout),
        wants: impl Fn(usize) -> bool,
    ) -> Result<Scan, Error> {
        let gives = Gives::of(coding, header);
        let alone = header.members.len() == 1;
        let part = |&Member { component, dc, ac }: &Member| {
            let levels = matches!(gives, Gives::Blocks | Gives::Levels(_));
            let others = matches!(gives, Gives::Blocks | Gives::Band(_) | Gives::BandBit(_));
            Ok(Part {
                component,
                dc: if levels { headers.dc(dc, header.at)? } else { Code::EMPTY },
                ac: if others { headers.ac(ac, header.at)? } else { Code::EMPTY },
                sampling: if alone { (1, 1) } else { layout.components[component].sampling },
                level: 0,
                wanted: wants(component),
            })
        };
        let parts: Vec<Part> = header.members.iter().map(part).collect::<Result<_, Error>>()?;
        if !alone && parts.iter().map(|part| part.sampling.0 * part.sampling.1).sum::<u32>() > 10 {
            return Err(Error::Damaged { at: header.at, expected: "at most 10 blocks in an MCU" });
        }
        let across = if alone { layout.components[parts[0].component].inside.0 } else { layout.mcus.0 };
        let interval = u32::from(headers.restart_interval);
        let (left, number, run) = (interval, 0, 0);
        Ok(Scan {
            gives,
            parts,
            across,
            interval,
            left,
            number,
            bits: Bits::default(),
            run,
            levels: 0,
            reached: 0,
        })
    }

    /// Reads a row of MCUs of the frame.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]; [`Error::Damaged`] for levels beyond all numbers.
    pub(super) fn row(
        &mut self,
        row: u32,
        layout: &Layout,
        source: &mut Source<'_>,
        store: &mut Store,
    ) -> Result<(), Error> {
        let lines = match &self.parts[..] {
            [only] => layout.lines(only.component, row),
            _ => 1,
        };
        for line in 0..lines {
            for column in 0..self.across {
                if self.is_over(source) {
                    return Ok(());
                }
                if !self.bits.dry() {
                    self.reached = row;
                }
                if self.interval > 0 && self.left == 0 {
                    self.restart(source);
                }
                if !self.bits.dry() {
                    let place = match &self.parts[..] {
                        [only] => (column, row * layout.components[only.component].sampling.1 + line),
                        _ => (column, row),
                    };
                    self.mcu(place, source, store)?;
                }
                self.left = self.left.wrapping_sub(1);
            }
        }
        Ok(())
    }

    /// After the last row: what is left over is noted.
    pub(super) fn end(&mut self, source: &mut Source<'_>) {
        self.bits.end_interval(source);
    }

    /// Whether no data will come any more: it has ended, and no restart can change that.
    fn is_over(&self, source: &Source<'_>) -> bool {
        let restarts = matches!(source.pending(), 0..0xc0 | 0xd0..=0xd7);
        self.bits.dry() && (self.interval == 0 || !restarts)
    }

    fn restart(&mut self, source: &mut Source<'_>) {
        self.bits.end_interval(source);
        if self.run > 0 {
            source.note_here("a band that ends with its restart interval");
        }
        source.restart(self.number);
        self.number = (self.number + 1) & 7;
        self.parts.iter_mut().for_each(|part| part.level = 0);
        (self.run, self.left) = (0, self.interval);
        // In front of another marker there is no data either.
        if source.pending() == 0 {
            self.bits.begin_interval();
        }
    }

    fn mcu(
        &mut self,
        (column, row): (u32, u32),
        source: &mut Source<'_>,
        store: &mut Store,
    ) -> Result<(), Error> {
        let Scan { gives, parts, bits, run, levels, .. } = self;
        let mut input = Input { bits, source };
        for part in parts {
            let (wide, high) = part.sampling;
            for down in 0..high {
                for right in 0..wide {
                    let place = (column * wide + right, row * high + down);
                    part.block(*gives, place, &mut input, run, store)?;
                }
            }
            if part.component == 0 {
                *levels += u64::from(wide * high);
            }
        }
        Ok(())
    }
}

impl Part {
    fn block(
        &mut self,
        gives: Gives,
        (column, row): (u32, u32),
        input: &mut Input<'_, '_>,
        run: &mut u32,
        store: &mut Store,
    ) -> Result<(), Error> {
        let component = self.component;
        match gives {
            Gives::Blocks => {
                self.level = self.level.wrapping_add(input.difference(&self.dc));
                if self.wanted {
                    let block = store.block(component, row, column)?;
                    block[0] = self.level as i16;
                    block::coefficients(input, &self.ac, Some(block));
                } else {
                    block::coefficients(input, &self.ac, None);
                }
            }
            Gives::Levels(low) => {
                let damaged = Error::Damaged { at: input.source.position(), expected: "levels of 32 bits" };
                self.level = self.level.checked_add(input.difference(&self.dc)).ok_or(damaged)?;
                store.block(component, row, column)?[0] = (self.level << low) as i16;
            }
            Gives::LevelBit(bit) => {
                if input.bits.take(1, input.source) == 1 {
                    store.block(component, row, column)?[0] |= bit;
                }
            }
            Gives::Band(_) if *run > 0 => *run -= 1,
            Gives::Band(band) => {
                *run = block::first(input, &self.ac, band, store.block(component, row, column)?);
            }
            Gives::BandBit(band) => {
                let block = store.block(component, row, column)?;
                *run = block::refine(input, &self.ac, band, *run, block);
            }
        }
        Ok(())
    }
}
