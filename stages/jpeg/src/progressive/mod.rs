//! Owns progressive pictures, whose coefficients are spread over several scans (T.81, annex G).
//! Does not own: the walk from scan to scan (see `scans.rs`), what becomes of the coefficients.
//!
//! | file | what |
//! |---|---|
//! | `progression.rs` | which bits of which coefficients each scan gives, and whether all were given |
//! | `cursor.rs` | one scan, read a row of MCUs at a time |
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

use crate::Error;
use crate::coefficients::{BlockRows, Extent};
use crate::frame::Frame;
use crate::output::Conversion;
use crate::scan::Sink;
use crate::scans::{Scan, Scans};
use alloc::vec::Vec;
use cursor::{Cursor, Kept};
use progression::{Progression, Share};

/// The most scans of a picture. Encoders make about 10; every one is work for all blocks, however few bytes it has.
const MOST_SCANS: usize = 100;

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
    /// Reads all scan headers up to the end of the picture. Components that `conversion` does not need are passed over.
    ///
    /// # Errors
    /// [`Error::Damaged`] for scans that do not follow from those before them; [`Error::Truncated`] for coefficients that no scan
    /// completes.
    pub(crate) fn open(
        file: &'a [u8],
        scans: &mut Scans<'_>,
        conversion: Conversion,
        scratch: &mut Scratch,
    ) -> Result<Reader<'a>, Error> {
        let mut reader = Reader { cursors: Vec::new(), conversion };
        let mut given = Progression::new(scans.frame().components().len());
        let mut count = 0;
        while let Some(scan) = scans.next()? {
            count += 1;
            if count > MOST_SCANS {
                return Err(Error::TooManyScans { limit: MOST_SCANS });
            }
            let components = scan.members().iter().map(|member| member.component);
            given.add(components, Share { band: scan.band, missing: scan.bits }, scan.data)?;
            if scan.members().iter().any(|member| conversion.wants(member.component)) {
                reader.add(file, scans, &scan, scratch)?;
            } else {
                scans.pass_over(&scan)?;
            }
        }
        given.complete(scans.position())?;
        Ok(reader)
    }

    /// Adds a scan, and goes on after it.
    fn add(
        &mut self,
        file: &'a [u8],
        scans: &mut Scans<'_>,
        scan: &Scan,
        scratch: &mut Scratch,
    ) -> Result<(), Error> {
        let cursor = Cursor::new(file, scans.frame(), scan, self.conversion);
        let at = self.cursors.len();
        if scratch.scans.len() == at {
            scratch.scans.push(Kept::default());
        }
        let expected = "a scan whose Huffman codes were defined";
        let kept = &mut scratch.scans[at];
        kept.set(&cursor, scan, scans.codes()).ok_or(Error::Damaged { at: scan.data, expected })?;
        let end = scans.pass_over(scan)?;
        // A lie about the size is found here, before anything of that size is allocated.
        if cursor.least_bits() > (end - scan.data) as u64 * 8 {
            return Err(Error::Truncated { at: end, expected: "more entropy-coded data" });
        }
        self.cursors.push(cursor);
        Ok(())
    }

    /// Gives the blocks of the wanted components to `sink`, row of MCUs by row of MCUs.
    pub(crate) fn decode(
        mut self,
        frame: &Frame,
        scratch: &mut Scratch,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
        let Scratch { scans, rows } = scratch;
        rows.resize_with(rows.len().max(frame.components().len()), BlockRows::default);
        let conversion = self.conversion;
        let components = || frame.components().iter().enumerate().filter(|&(at, _)| conversion.wants(at));
        for (at, component) in components() {
            let (across, down) = frame.blocks(component);
            rows[at].fit(Extent { across, down, sampling: component.sampling })?;
        }
        for row in 0..frame.mcus().1 {
            for (cursor, kept) in self.cursors.iter_mut().zip(&mut *scans) {
                cursor.row(row, kept, rows)?;
            }
            for (at, component) in components() {
                let (rows, high) = (&mut rows[at], u32::from(component.sampling.1));
                let down = frame.blocks(component).1;
                for line in 0..high.min(down.saturating_sub(row * high)) {
                    for (column, index) in rows.row(line as usize).enumerate() {
                        let (block, flat) = rows.block(index);
                        sink.block(at, (column, (row * high + line) as usize), block, flat);
                    }
                }
                rows.clear();
            }
            sink.row(row);
        }
        Ok(())
    }
}

impl Scratch {
    /// Lets go of what is beyond `most` bytes.
    pub(crate) fn trim(&mut self, most: usize) {
        let data: usize = self.scans.iter().map(|kept| kept.data.capacity()).sum();
        let rows: usize = self.rows.iter().map(BlockRows::capacity).sum();
        if data + rows > most {
            *self = Scratch::default();
        }
    }
}
