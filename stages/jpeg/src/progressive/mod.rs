//! Owns progressive pictures, whose coefficients are spread over several scans (T.81, annex G).
//! Does not own: the walk from scan to scan (see `scans.rs`), what becomes of the coefficients.
//!
//! | file | what |
//! |---|---|
//! | `progression.rs` | which bits of which coefficients each scan gives, and whether all were given |
//! | `cursor.rs` | one scan, read a row of MCUs at a time |
//! | `tables.rs` | its decoding tables |
//! | `strip.rs` | what it gives for each block of a row |
//! | `first.rs` | the first bits of a band of coefficients |
//! | `refine.rs` | one more bit of them |
//!
//! Other decoders read scan after scan, and keep all coefficients of the picture: twice its size and more, which every scan
//! brings from memory again. Here all scans are read side by side: of each there is a [`Cursor`], and a row of MCUs passes through
//! all of them before the next one. Its coefficients stay in the cache, and memory does not grow with the picture.
//!
//! Scans without a component that is wanted are passed over by looking for their end: for gray that is all color.

mod cursor;
mod first;
mod progression;
mod refine;
mod strip;
mod tables;

use crate::Error;
use crate::coefficients::BlockRows;
use crate::frame::{Component, Frame};
use crate::output::Conversion;
use crate::scan::Sink;
use crate::scans::{Scan, Scans};
use crate::simd::Wide;
use alloc::vec::Vec;
use cursor::{Cursor, Kept};
use progression::{Progression, Share};

/// The most scans whose tables are kept.
const USUAL_SCANS: usize = 16;

/// What is kept between pictures.
#[derive(Clone, Default)]
pub(crate) struct Scratch {
    scans: Vec<Kept>,
    rows: Vec<BlockRows>,
}

/// All scans of a picture, ready to be read side by side.
pub(crate) struct Reader<'a> {
    cursors: Vec<Cursor<'a>>,
    conversion: Conversion,
}

impl<'a> Reader<'a> {
    /// Reads all scan headers up to the end of the picture. Components that `conversion` does not need are passed over. `None` if
    /// the scans do not complete the coefficients.
    ///
    /// # Errors
    /// [`Error::TooManyScans`] if there are more than `most`; [`Error::Damaged`] for scans that do not follow from those before
    /// them.
    pub(crate) fn open(
        file: &'a [u8],
        scans: &mut Scans<'_>,
        conversion: Conversion,
        most: usize,
        scratch: &mut Scratch,
    ) -> Result<Option<Reader<'a>>, Error> {
        let mut reader = Reader { cursors: Vec::new(), conversion };
        let mut given = Progression::new(scans.frame().components().len());
        let mut count = 0;
        while let Some(scan) = scans.next()? {
            count += 1;
            if count > most {
                return Err(Error::TooManyScans { limit: most });
            }
            let share = Share { band: scan.band, missing: scan.bits };
            given.add(scan.members().iter().map(|member| member.component), share, scan.data)?;
            let wants = |component| {
                let only_levels = scans
                    .frame()
                    .components()
                    .get(component)
                    .is_some_and(|c| scans.frame().block_side(c) == 1);
                conversion.wants(component) && (share.levels() || !only_levels)
            };
            let wanted = scan.members().iter().any(|member| wants(member.component));
            if wanted {
                reader.add(file, scans, (&scan, share), scratch)?;
            } else {
                tables::check(&scan, share, scans.codes())?;
                scans.pass_over(&scan)?;
            }
        }
        Ok(given.is_complete().then_some(reader))
    }

    /// Adds a scan, and goes on after it.
    fn add(
        &mut self,
        file: &'a [u8],
        scans: &mut Scans<'_>,
        (scan, share): (&Scan, Share),
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let cursor = Cursor::new(file, scans.frame(), (scan, share), self.conversion);
        let at = self.cursors.len();
        if scratch.scans.len() == at {
            scratch.scans.push(Kept::default());
        }
        scratch.scans[at].tables.set(scan, share, scans.codes())?;
        let end = scans.pass_over(scan)?;
        // A lie about the size is found here, before anything of that size is allocated.
        if cursor.least_bits() > (end - scan.data) as u64 * 8 {
            return Err(Error::Truncated { at: end, expected: "more entropy-coded data" });
        }
        self.cursors.push(cursor);
        Ok(())
    }

    /// Gives the blocks of the wanted components to `sink`, row of MCUs by row of MCUs.
    #[inline(always)]
    pub(crate) fn decode(
        mut self,
        wide: Option<Wide>,
        frame: &Frame,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
        let Scratch { scans, rows } = scratch;
        rows.resize_with(rows.len().max(frame.components().len()), BlockRows::default);
        let conversion = self.conversion;
        let wanted = || (0..).zip(frame.components()).filter(|&(at, _)| conversion.wants(at));
        for (at, component) in wanted() {
            rows[at].fit(frame.blocks(component).0, component.sampling.1)?;
        }
        for row in 0..frame.mcus().1 {
            for (cursor, kept) in self.cursors.iter_mut().zip(&mut *scans) {
                if let Err(error) = cursor.row(wide, row, kept, rows) {
                    // A block that was left in the middle is not what its map says.
                    rows.clear();
                    return Err(error);
                }
            }
            for (at, component) in wanted() {
                give(at, component, frame, row, &mut rows[at], sink);
            }
            sink.row(row);
        }
        Ok(())
    }
}

/// Gives the blocks of a component in a row of MCUs to `sink`, and makes them zeros.
#[inline(always)]
fn give(
    at: usize,
    component: &Component,
    frame: &Frame,
    row: u32,
    rows: &mut BlockRows,
    sink: &mut impl Sink,
) {
    let (high, down) = (u32::from(component.sampling.1), frame.blocks(component).1);
    for line in 0..high.min(down.saturating_sub(row * high)) {
        for (column, index) in rows.row(line as usize).enumerate() {
            let (block, flat) = rows.block(index);
            sink.block(at, (column, (row * high + line) as usize), block, flat);
        }
    }
    rows.clear();
}

impl Scratch {
    /// Forgets what was needed by an unusually large picture, or by one with unusually many scans.
    pub(crate) fn trim(&mut self, most: usize) {
        self.scans.truncate(USUAL_SCANS);
        let data: usize = self.scans.iter().map(|kept| kept.data.capacity()).sum();
        if data > most {
            self.scans.iter_mut().for_each(|kept| kept.data = Vec::new());
        }
        if self.rows.iter().map(BlockRows::capacity).sum::<usize>() > most {
            self.rows.clear();
        }
    }
}
