//! Owns gray data made of the codes of luma as they stand: its bits are copied, and only levels are written anew.
//! Does not own: finding the codes (see `scan.rs`).
//!
//! Levels (DC) are coded as differences from the block before, and the blocks of an MCU are in another order than those of a gray
//! picture, which go along its rows. So the first block in each line of an MCU gets a new difference, and everything else is
//! copied, many codes at once, without ever being decoded. An MCU of several lines adds to as many rows, each of which is
//! put together by itself. What a row begins with depends on how the one above it ends.

use super::codewords::Codewords;
use super::writer::Writer;
use crate::frame::Frame;
use crate::scan::{BlockCodes, Sink};
use crate::scans::Scan;
use crate::{Error, Unsupported};
use alloc::vec::Vec;

/// A row of blocks.
#[derive(Clone, Default)]
pub(super) struct Line {
    writer: Writer,
    /// The levels of its first block and of the last one until now.
    first: i16,
    last: i16,
    /// What comes next: the difference of a level, if it is written anew, and then codes that begin here.
    anew: (u64, u32),
    from: usize,
}

impl Line {
    /// How many bytes are kept.
    pub(super) fn capacity(&self) -> usize {
        self.writer.capacity()
    }
}

/// A [`Sink`] that copies codes.
pub(super) struct Copies<'a> {
    /// The rows of blocks in a row of MCUs. All is written to the first one in the end.
    lines: &'a mut [Line],
    words: Codewords,
    /// Blocks of luma, across and down.
    blocks: (usize, usize),
    out: &'a mut Vec<u8>,
    /// Why it cannot go on.
    flaw: Option<Error>,
}

impl<'a> Copies<'a> {
    /// Copies what this scan has to the end of `out`, and writes differences in these words.
    pub(super) fn new(
        lines: &'a mut Vec<Line>,
        words: Codewords,
        frame: &Frame,
        scan: &Scan,
        out: &'a mut Vec<u8>,
    ) -> Copies<'a> {
        let luma = &frame.components()[0];
        let (across, down) = frame.blocks(luma);
        // Alone in its scan, its blocks stand in the order that is wanted.
        let high = if scan.members().len() == 1 { 1 } else { usize::from(luma.sampling.1) };
        lines.resize_with(high.max(lines.len()), Line::default);
        let lines = &mut lines[..high];
        lines[0].last = 0;
        lines.iter_mut().for_each(|line| line.writer.clear());
        Copies { lines, words, blocks: (across as usize, down as usize), out, flaw: None }
    }

    /// Writes what is left.
    pub(super) fn finish(self) -> Result<(), Error> {
        if let Some(flaw) = self.flaw {
            return Err(flaw);
        }
        self.lines.iter_mut().take(1).try_for_each(|line| line.writer.finish(self.out))
    }

    /// Puts the lines of a row of MCUs one behind the other.
    fn join(&mut self, lines: usize) -> Result<(), Error> {
        let Some((main, others)) = self.lines.split_first_mut() else { return Ok(()) };
        for line in others.iter_mut().take(lines.saturating_sub(1)) {
            let difference = i32::from(line.first) - i32::from(main.last);
            let (bits, count) = self.words.difference(difference).ok_or(Unsupported::FarLevels)?;
            main.writer.put(bits, count);
            main.writer.append(&line.writer);
            main.last = line.last;
            line.writer.clear();
        }
        main.writer.flush(self.out)
    }
}

impl Sink for Copies<'_> {
    fn block(&mut self, _: usize, _: (usize, usize), _: &[i16; 64], _: bool) {}

    #[inline(always)]
    fn codes(&mut self, (column, row): (usize, usize), codes: &BlockCodes<'_>) {
        let (across, down) = self.blocks;
        if column >= across || row >= down {
            // It only fills up an MCU.
            return;
        }
        let alone = self.lines.len() == 1;
        let Some(line) = self.lines.get_mut(codes.line) else { return };
        if codes.first {
            // In the only line, a block comes behind the same one as before, but for restarts and the end of a row.
            let same = alone && codes.before == line.last;
            line.from = if same { codes.begin } else { codes.coefficients };
            line.anew = (0, 0);
            if column == 0 && codes.line > 0 {
                line.first = codes.level;
            } else if !same {
                match self.words.difference(i32::from(codes.level) - i32::from(line.last)) {
                    Some(word) => line.anew = word,
                    None => self.flaw = Some(Unsupported::FarLevels.into()),
                }
            }
        }
        line.last = codes.level;
        if codes.last || column + 1 == across {
            line.writer.copy_behind(line.anew, codes.data, line.from, codes.end);
        }
    }

    fn row(&mut self, row: u32) {
        let high = self.lines.len();
        let lines = self.blocks.1.saturating_sub(row as usize * high).min(high);
        if self.flaw.is_none() {
            self.flaw = self.join(lines).err();
        }
    }
}
