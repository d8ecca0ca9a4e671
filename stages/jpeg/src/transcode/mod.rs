//! Owns making a gray JPEG of a JPEG without loss: its luma stays as it is stored, coefficient by coefficient.
//! Does not own: decoding (see `picture.rs`).
//!
//! | file | what |
//! |---|---|
//! | `options.rs` | what can be chosen |
//! | `header.rs` | all segments but the entropy-coded data |
//! | `copies.rs` | that data from the codes of luma as they stand: the usual way, and the fast one |
//! | `symbols.rs` | the same from coefficients, with codes made for them: for progressive files, or on request |
//! | `codewords.rs` | what is written for symbols |
//! | `optimal.rs` | the best codes |
//! | `writer.rs` | bits to bytes |
//!
//! Fast because nothing is decoded that need not be. Of luma only the differences of levels (DC) are looked at; its other codes
//! are passed over like those of color, several at once, and their bits are copied in runs.

mod codewords;
mod copies;
mod header;
mod optimal;
mod options;
mod symbols;
mod writer;

pub use options::{AppSegment, Carried, GrayJpeg};

use crate::frame::{Coding, Frame};
use crate::huffman::Code;
use crate::output::Conversion;
use crate::picture::{self, ScanState, State};
use crate::scan::{Reader, Sink};
use crate::scans::{Scan, Scans};
use crate::simd::{self, Wide, Work};
use crate::tables::Take;
use crate::{Error, Header, Info, Limits, Output, Unsupported, progressive};
use alloc::vec::Vec;
use codewords::Codewords;
use copies::{Copies, Line};
use header::Extra;
use symbols::Symbols;
use writer::Writer;

/// What is kept between pictures.
#[derive(Clone, Default)]
pub(crate) struct Scratch {
    lines: Vec<Line>,
    symbols: symbols::Scratch,
    writer: Writer,
}

impl Scratch {
    /// How many bytes are kept.
    pub(crate) fn capacity(&self) -> usize {
        let lines: usize = self.lines.iter().map(Line::capacity).sum();
        lines + self.symbols.capacity() + self.writer.capacity()
    }
}

impl State {
    /// Writes a file's luma as a JPEG to `out`, which is empty.
    pub(crate) fn gray_jpeg(
        &mut self,
        limits: Limits,
        file: &[u8],
        options: GrayJpeg<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Info, Error> {
        let mut scans = Scans::open(file)?;
        let header = Header::of(&scans);
        let frame = scans.frame();
        picture::supported(&scans, Output::Gray)?;
        if frame.components()[0].sampling != frame.highest_sampling() {
            return Err(Unsupported::SmallLuma.into());
        }
        picture::check_pixels(frame, limits)?;
        let extra = Extra::of(file, options.carried)?;
        if frame.coding == Coding::Progressive {
            self.gather_progressive(file, &mut scans, limits.max_scans, &extra, out)?;
        } else {
            picture::check_size(frame, file.len() - scans.position(), file.len())?;
            if options.optimize || !self.copy(file, &mut scans, &extra, out)? {
                scans = Scans::open(file)?;
                self.gather(file, &mut scans, &extra, out)?;
            }
        }
        header::end(out);
        Ok(picture::info(header, file, &scans))
    }

    /// Copies the codes of a sequential file. Does nothing and gives false if the one for levels cannot be used on.
    fn copy(
        &mut self,
        file: &[u8],
        scans: &mut Scans<'_>,
        extra: &Extra<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let chosen = self.choose(scans, Take::Codes)?;
        let wide = self.wide();
        let State { scans: kept, transcode, .. } = self;
        let Some(scan) = chosen.first() else { return Ok(false) };
        let Some((levels, coefficients)) = codes(kept, scan) else { return Ok(false) };
        let Some(levels) = codewords::with_all_sizes(levels) else { return Ok(false) };
        let frame = scans.frame();
        header::write(frame, extra, picture::steps(scans, 0)?, (&levels, coefficients), out)?;
        let mut sink = Copies::new(&mut transcode.lines, Codewords::of(&levels), frame, scan, out);
        let readers = picture::readers(file, frame, &chosen, Take::Codes, kept);
        let end = simd::run(wide, Read { wide, readers, frame, sink: &mut sink })?;
        sink.finish()?;
        picture::check_end(scans, end)?;
        Ok(true)
    }

    /// Gathers the symbols of a sequential file and writes them with codes made for them.
    fn gather(
        &mut self,
        file: &[u8],
        scans: &mut Scans<'_>,
        extra: &Extra<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let take = Take::Coefficients(Conversion::First);
        let chosen = self.choose(scans, take)?;
        let wide = self.wide();
        let Scratch { symbols, writer, .. } = &mut self.transcode;
        let frame = scans.frame();
        let mut symbols = Symbols::new(symbols, frame);
        let readers = picture::readers(file, frame, &chosen, take, &mut self.scans);
        let end = simd::run(wide, Read { wide, readers, frame, sink: &mut symbols })?;
        picture::check_end(scans, end)?;
        write(wide, scans, extra, &symbols, (writer, out))
    }

    /// The same for a progressive file.
    fn gather_progressive(
        &mut self,
        file: &[u8],
        scans: &mut Scans<'_>,
        most: usize,
        extra: &Extra<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let wide = self.wide();
        let State { progressive: kept, transcode, .. } = self;
        let reader = progressive::Reader::open(file, scans, Conversion::First, most, kept)?
            .ok_or(Unsupported::Unfinished)?;
        let Scratch { symbols, writer, .. } = transcode;
        let frame = scans.frame();
        let mut symbols = Symbols::new(symbols, frame);
        simd::run(wide, ReadProgressive { wide, reader, frame, kept, sink: &mut symbols })?;
        write(wide, scans, extra, &symbols, (writer, out))
    }
}

/// The codes of luma in the scan that was chosen for it, for levels and for coefficients.
fn codes<'a>(kept: &'a [ScanState], scan: &Scan) -> Option<(&'a Code, &'a Code)> {
    kept.first()?.tables.codes(scan.members().first()?)
}

fn write(
    wide: Option<Wide>,
    scans: &Scans<'_>,
    extra: &Extra<'_>,
    symbols: &Symbols<'_>,
    (writer, out): (&mut Writer, &mut Vec<u8>),
) -> Result<(), Error> {
    let (levels, coefficients) = symbols.codes()?;
    let codes = (&levels, &coefficients);
    header::write(scans.frame(), extra, picture::steps(scans, 0)?, codes, out)?;
    simd::run(wide, Write { symbols, codes, writer, out })
}

/// Reading a sequential file. Gives where the marker behind the scan stands if it has all components.
struct Read<'a, 'b, S> {
    wide: Option<Wide>,
    readers: Vec<Reader<'a>>,
    frame: &'a Frame,
    sink: &'b mut S,
}

impl<S: Sink> Work for Read<'_, '_, S> {
    type Out = Result<Option<usize>, Error>;

    #[inline(always)]
    fn run(mut self) -> Self::Out {
        picture::decode(&mut self.readers, self.frame.mcus().1, self.wide, self.sink)?;
        Ok(picture::end(&self.readers, self.frame))
    }
}

/// Reading a progressive file.
struct ReadProgressive<'a, 'b, S> {
    wide: Option<Wide>,
    reader: progressive::Reader<'a>,
    frame: &'a Frame,
    kept: &'b mut progressive::Scratch,
    sink: &'b mut S,
}

impl<S: Sink> Work for ReadProgressive<'_, '_, S> {
    type Out = Result<(), Error>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        self.reader.decode(self.wide, self.frame, self.kept, self.sink)
    }
}

/// Writing symbols.
struct Write<'a, 'b> {
    symbols: &'a Symbols<'b>,
    codes: (&'a Code, &'a Code),
    writer: &'a mut Writer,
    out: &'a mut Vec<u8>,
}

impl Work for Write<'_, '_> {
    type Out = Result<(), Error>;

    #[inline(always)]
    fn run(self) -> Self::Out {
        self.symbols.write(self.codes, self.writer, self.out)
    }
}

#[cfg(test)]
mod tests;
