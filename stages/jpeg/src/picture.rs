//! Owns the way from a file to pixels: which scans are decoded, and that they are read side by side.
//! Does not own: any step of it.
//!
//! Sequential files may have a scan for each component. All of them are read at once, a row of MCUs of each, so that no
//! coefficients are kept and memory does not grow with the height of a picture.

use crate::ahead::{self, Ahead, Logs};
use crate::frame::{Coding, Frame};
use crate::lenient;
use crate::output::Conversion;
use crate::plane::Plane;
use crate::progressive;
use crate::quantisation::Steps;
use crate::scan::{Reader, Sink};
use crate::scans::{Scan, Scans};
use crate::simd::{self, Wide};
use crate::strips::{Buffers, Strips};
use crate::tables::{Tables, Take};
use crate::transcode;
use crate::upsample::Upsampling;
use crate::{Error, Header, Info, Limits, Output, Scale, Unsupported};
use alloc::vec::Vec;

/// The most scratch that is kept for the next picture, in bytes.
const KEPT: usize = 4 << 20;

/// What is kept between pictures.
#[derive(Clone, Default)]
pub(crate) struct State {
    /// For the first, second, … scan that is decoded.
    pub(crate) scans: Vec<ScanState>,
    buffers: Buffers,
    pub(crate) progressive: progressive::Scratch,
    pub(crate) transcode: transcode::Scratch,
    /// Whether to use no more than every processor has.
    pub(crate) plain: bool,
}

/// What is kept for a scan.
#[derive(Clone, Default)]
pub(crate) struct ScanState {
    pub(crate) tables: Tables,
    /// Entropy-coded data between two restart markers, without stuffed bytes.
    data: Vec<u8>,
    logs: Logs,
}

impl State {
    /// Decodes a file to `out`. What was there is replaced; after an error anything may be there.
    pub(crate) fn decode(
        &mut self,
        limits: Limits,
        file: &[u8],
        (output, scale): (Output, Scale),
        out: &mut Vec<u8>,
    ) -> Result<Info, Error> {
        let mut scans = Scans::open(file)?;
        let header = Header::of(&scans);
        scans.set_scale(scale);
        let conversion = supported(&scans, output)?;
        check_pixels(scans.frame(), limits)?;
        if scans.frame().coding == Coding::Progressive {
            if !self.progressive(file, &mut scans, limits.max_scans, (output, conversion), out)? {
                return unfinished(file, limits, (output, scale), out);
            }
            return Ok(info(header, file, &scans));
        }
        check_size(scans.frame(), file.len() - scans.position(), file.len())?;
        let take = Take::Coefficients(conversion);
        let chosen = self.choose(&mut scans, take)?;
        reserve(scans.frame(), output, out)?;
        let wide = self.wide();
        let readers = readers(file, scans.frame(), &chosen, take, &mut self.scans);
        let end = simd::pixels(wide, readers, &scans, conversion, &mut self.buffers, out)?;
        check_end(&mut scans, end)?;
        Ok(info(header, file, &scans))
    }

    /// The same for a progressive file. Gives whether its scans complete the coefficients; if not, nothing was decoded.
    fn progressive(
        &mut self,
        file: &[u8],
        scans: &mut Scans<'_>,
        most: usize,
        (output, conversion): (Output, Conversion),
        out: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let reader = progressive::Reader::open(file, scans, conversion, most, &mut self.progressive)?;
        let Some(reader) = reader else { return Ok(false) };
        reserve(scans.frame(), output, out)?;
        let wide = self.wide();
        let State { progressive, buffers, .. } = self;
        simd::progressive(wide, reader, scans, conversion, (progressive, buffers), out)?;
        Ok(true)
    }

    /// Whether to use what only some processors have.
    pub(crate) fn wide(&self) -> Option<Wide> {
        if self.plain { None } else { Wide::detect() }
    }

    /// Forgets scratch that was needed by an unusually large picture.
    pub(crate) fn trim(&mut self) {
        for scan in &mut self.scans {
            if scan.data.capacity() > KEPT {
                scan.data = Vec::new();
            }
        }
        if self.buffers.capacity() > KEPT {
            self.buffers = Buffers::default();
        }
        self.progressive.trim(KEPT);
        if self.transcode.capacity() > KEPT {
            self.transcode = transcode::Scratch::default();
        }
    }

    /// The scans of which anything is taken, with their tables made. If the first scan has all components, what is behind it was
    /// not looked at; otherwise all of the file was.
    pub(crate) fn choose(&mut self, scans: &mut Scans<'_>, take: Take) -> Result<Vec<Scan>, Error> {
        let mut chosen = Vec::with_capacity(4);
        let mut seen = [false; 4];
        let count = scans.frame().components().len();
        while let Some(scan) = scans.next()? {
            for member in scan.members() {
                if core::mem::replace(&mut seen[member.component], true) {
                    return Err(Error::Damaged {
                        at: scan.data,
                        expected: "each component in one scan only",
                    });
                }
            }
            let whole = scan.members().len() == count;
            if scan.members().iter().any(|member| take.wants(member.component)) {
                if self.scans.len() == chosen.len() {
                    self.scans.push(ScanState::default());
                }
                self.scans[chosen.len()].tables.set(scans.codes(), scans.frame(), &scan, take)?;
                chosen.push(scan.clone());
            }
            if whole {
                return Ok(chosen);
            }
            scans.pass_over(&scan)?;
        }
        if seen[..count].contains(&false) {
            return Err(Error::Damaged { at: scans.position(), expected: "a scan of every component" });
        }
        Ok(chosen)
    }
}

/// The scans that were chosen, ready to be read.
pub(crate) fn readers<'a>(
    file: &'a [u8],
    frame: &Frame,
    chosen: &[Scan],
    take: Take,
    kept: &'a mut [ScanState],
) -> Vec<Reader<'a>> {
    let readers = chosen.iter().zip(kept).map(|(scan, ScanState { tables, data, logs })| {
        let parts = tables.parts(frame, scan, take);
        let slots = if file.len() < ahead::LEAST { None } else { tables.slots(frame, scan, take) };
        let ahead = slots.and_then(|slots| Ahead::new(slots, logs));
        Reader::new(file, frame, scan, (parts, ahead), data)
    });
    readers.collect()
}

/// Where the marker behind the scan stands, after all rows, if it has all components.
pub(crate) fn end(readers: &[Reader<'_>], frame: &Frame) -> Option<usize> {
    let whole = |reader: &&Reader<'_>| reader.components() == frame.components().len();
    readers.first().filter(whole).map(Reader::end)
}

/// Behind a scan of all components nothing more may come but the end.
pub(crate) fn check_end(scans: &mut Scans<'_>, end: Option<usize>) -> Result<(), Error> {
    let Some(end) = end else { return Ok(()) };
    scans.resume(end);
    match scans.next()? {
        Some(scan) => Err(Error::Damaged { at: scan.data, expected: "the end of the picture" }),
        None => Ok(()),
    }
}

/// What is known of a whole file of which all was decoded.
pub(crate) fn info(header: Header, file: &[u8], scans: &Scans<'_>) -> Info {
    let trailing = file.len().saturating_sub(scans.position());
    Info { header, size: scans.frame().decoded(), trailing, incomplete: false }
}

/// Decodes a file that is regular, but whose scans do not complete the coefficients: libjpeg shows it without a warning.
fn unfinished(
    file: &[u8],
    limits: Limits,
    (output, scale): (Output, Scale),
    out: &mut Vec<u8>,
) -> Result<Info, Error> {
    if scale != Scale::Full {
        return Err(Unsupported::Unfinished.into());
    }
    out.clear();
    let found = lenient::decode(file, limits, output, out)?;
    found.damage.map_or(Ok(found.info), Err)
}

/// What has to be converted; or what is not decoded here, by name.
pub(crate) fn supported(scans: &Scans<'_>, output: Output) -> Result<Conversion, Unsupported> {
    let frame = scans.frame();
    let conversion = Conversion::of(scans.color(), output)?;
    for (_, component) in (0..).zip(frame.components()).filter(|&(index, _)| conversion.wants(index)) {
        Upsampling::of(component, frame)?;
    }
    Ok(conversion)
}

pub(crate) fn check_pixels(frame: &Frame, limits: Limits) -> Result<(), Error> {
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    if pixels > limits.max_pixels {
        return Err(Error::TooLarge { pixels, limit: limits.max_pixels });
    }
    Ok(())
}

/// A block has two codes of at least one bit, so a lie about the size is found before anything is allocated.
pub(crate) fn check_size(frame: &Frame, data: usize, at: usize) -> Result<(), Error> {
    let (across, down) = frame.mcus();
    let blocks: u64 = frame.components().iter().map(|component| u64::from(component.blocks())).sum();
    let alone = frame.components().iter().map(|component| frame.blocks(component));
    let alone: u64 = alone.map(|(across, down)| u64::from(across) * u64::from(down)).sum();
    // Scans of one component have no blocks that only fill MCUs.
    if alone.min(u64::from(across) * u64::from(down) * blocks) > data as u64 * 4 {
        return Err(Error::Truncated { at, expected: "more entropy-coded data" });
    }
    Ok(())
}

fn reserve(frame: &Frame, output: Output, out: &mut Vec<u8>) -> Result<(), Error> {
    let (width, height) = frame.decoded();
    let bytes = u64::from(width) * u64::from(height) * output.samples() as u64;
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    out.try_reserve_exact(bytes.saturating_sub(out.len())).map_err(|_| Error::OutOfMemory { bytes })
}

/// Whether blocks of luma are all that is wanted, and as many as the picture has.
fn only_luma(frame: &Frame, conversion: Conversion) -> bool {
    let luma = frame.components().first();
    conversion == Conversion::First && luma.is_some_and(|luma| luma.sampling == frame.highest_sampling())
}

pub(crate) fn steps<'a>(scans: &'a Scans<'_>, component: usize) -> Result<&'a Steps, Error> {
    let expected = "a scan whose quantisation was defined";
    scans.steps(component).ok_or(Error::Damaged { at: scans.position(), expected })
}

/// Decodes all pixels. Gives where the marker behind the scan stands if it has all components.
#[inline(always)]
pub(crate) fn pixels(
    wide: Option<Wide>,
    mut readers: Vec<Reader<'_>>,
    scans: &Scans<'_>,
    conversion: Conversion,
    buffers: &mut Buffers,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Error> {
    let frame = scans.frame();
    let rows = frame.mcus().1;
    if only_luma(frame, conversion) {
        let mut plane = Plane::new(frame, steps(scans, 0)?, wide, out);
        decode(&mut readers, rows, wide, &mut plane)?;
    } else {
        let steps = |component| steps(scans, component);
        out.clear();
        let mut strips = Strips::new(frame, steps, conversion, wide, buffers, out)?;
        decode(&mut readers, rows, wide, &mut strips)?;
    }
    Ok(end(&readers, frame))
}

/// Decodes rows of MCUs of all scans side by side.
#[inline(always)]
pub(crate) fn decode<S: Sink>(
    readers: &mut [Reader<'_>],
    rows: u32,
    wide: Option<Wide>,
    sink: &mut S,
) -> Result<(), Error> {
    for row in 0..rows {
        for reader in &mut *readers {
            reader.rows(1, wide, sink)?;
        }
        sink.row(row);
    }
    Ok(())
}

/// Decodes all pixels of a progressive file.
#[inline(always)]
pub(crate) fn progressive(
    wide: Option<Wide>,
    reader: progressive::Reader<'_>,
    scans: &Scans<'_>,
    conversion: Conversion,
    (scratch, buffers): (&mut progressive::Scratch, &mut Buffers),
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let frame = scans.frame();
    if only_luma(frame, conversion) {
        let mut plane = Plane::new(frame, steps(scans, 0)?, wide, out);
        return reader.decode(wide, frame, scratch, &mut plane);
    }
    let steps = |component| steps(scans, component);
    out.clear();
    let mut strips = Strips::new(frame, steps, conversion, wide, buffers, out)?;
    reader.decode(wide, frame, scratch, &mut strips)
}
