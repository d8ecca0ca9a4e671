//! Owns the way from a damaged file to pixels, and what is told about it (libjpeg: `jdapistd.c`, `jdinput.c`).
//! Does not own: any step of it.

use super::headers::{Headers, ScanHeader};
use super::layout::Layout;
use super::pixels::{Given, Pixels, reserve};
use super::progress::Progress;
use super::scan::Scan;
use super::smoothing::Smoothing;
use super::source::Source;
use super::store::Store;
use crate::frame::{Coding, Frame};
use crate::markers::SOI;
use crate::output::Conversion;
use crate::quantisation::Steps;
use crate::{Error, Header, Info, Limits, Output, Salvaged};
use alloc::vec::Vec;

/// A picture while its scans are read.
struct Picture<'a> {
    source: Source<'a>,
    headers: Headers,
    /// What was known of the picture before its first scan.
    header: Header,
    frame: Frame,
    layout: Layout,
    conversion: Conversion,
    steps: [Option<Steps>; 4],
    progress: Progress,
    store: Store,
    /// Which components had a scan.
    seen: [bool; 4],
    /// How many blocks of the first component got levels in the best scan.
    levels: u64,
    /// The row of MCUs in which damage was first noticed.
    noticed: Option<u32>,
    /// The last row of MCUs that the last scan had data for.
    reached: u32,
}

/// Decodes what libjpeg shows of a file to `out`, which is empty.
///
/// # Errors
/// [`Error::Damaged`] where libjpeg gives up; otherwise those of `State::decode`.
pub(crate) fn decode(
    file: &[u8],
    limits: Limits,
    output: Output,
    out: &mut Vec<u8>,
) -> Result<Salvaged, Error> {
    let mut source = Source::new(file);
    if source.word() != u16::from_be_bytes([0xff, SOI]) {
        return Err(Error::Damaged { at: 0, expected: "the marker that starts a JPEG" });
    }
    let mut headers = Headers::default();
    let Some(first) = headers.next_scan(&mut source)? else {
        return Err(Error::Damaged { at: source.position(), expected: "a scan" });
    };
    let frame = headers.whole_frame(first.at)?;
    // Markers behind the first scan change nothing of it any more.
    let header = Header::of_frame(&frame, headers.color(&frame)?, headers.is_adobe());
    let conversion = Conversion::of(header.color, output)?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    if pixels > limits.max_pixels {
        return Err(Error::TooLarge { pixels, limit: limits.max_pixels });
    }
    if frame.coding == Coding::Sequential {
        headers.fill_with_standard();
    }
    let layout = Layout::of(&frame, headers.factors);
    let store = Store::new(&layout, frame.components().len());
    let mut pixels = Pixels::new(&frame, &layout, conversion)?;
    reserve(&frame, output, out)?;
    let (steps, progress, seen) = ([None; 4], Progress::new(), [false; 4]);
    let (levels, noticed, reached) = (0, None, 0);
    let mut picture = Picture {
        source,
        headers,
        header,
        frame,
        layout,
        conversion,
        steps,
        progress,
        store,
        seen,
        levels,
        noticed,
        reached,
    };
    if picture.frame.coding == Coding::Sequential && first.members.len() == picture.frame.components().len() {
        picture.one_pass(first, &mut pixels, out)?;
    } else {
        picture.all_scans(first, limits.max_scans)?;
        picture.show(&mut pixels, out);
    }
    picture.told(file)
}

impl Picture<'_> {
    /// Reads the only scan and makes pixels of it row by row.
    fn one_pass(&mut self, header: ScanHeader, pixels: &mut Pixels, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut scan = self.begin(&header)?;
        for row in 0..self.layout.mcus.1 {
            self.row(&mut scan, row)?;
            let Picture { layout, store, steps, .. } = self;
            pixels.append(row, &Given { layout, store, steps, smoothing: None }, out);
            if row > 0 {
                store.forget(layout, row - 1);
            }
        }
        self.end(scan);
        match self.headers.next_scan(&mut self.source)? {
            None => Ok(()),
            Some(more) => Err(Error::Damaged { at: more.at, expected: "the end of the picture" }),
        }
    }

    /// Reads all scans.
    fn all_scans(&mut self, first: ScanHeader, most: usize) -> Result<(), Error> {
        let mut next = Some(first);
        let mut count = 0;
        while let Some(header) = next {
            count += 1;
            if count > most {
                return Err(Error::TooManyScans { limit: most });
            }
            let mut scan = self.begin(&header)?;
            for row in 0..self.layout.mcus.1 {
                self.row(&mut scan, row)?;
            }
            self.end(scan);
            next = self.headers.next_scan(&mut self.source)?;
        }
        Ok(())
    }

    fn begin(&mut self, header: &ScanHeader) -> Result<Scan, Error> {
        for member in &header.members {
            self.seen[member.component] = true;
            let steps = &mut self.steps[member.component];
            if steps.is_none() {
                let place = self.frame.components()[member.component].quantisation;
                *steps = Some(self.headers.steps(place, header.at)?);
            }
        }
        let progressive = self.frame.coding == Coding::Progressive;
        if progressive {
            self.progress.add(header, &mut self.source)?;
        }
        // Refining needs to know what is refined.
        let wants = |component| progressive || self.conversion.wants(component);
        Scan::new(header, &self.headers, (self.frame.coding, &self.layout), wants)
    }

    fn row(&mut self, scan: &mut Scan, row: u32) -> Result<(), Error> {
        let before = self.source.damage().count;
        scan.row(row, &self.layout, &mut self.source, &mut self.store)?;
        if self.source.damage().count > before {
            self.noticed = Some(self.noticed.map_or(row, |noticed| noticed.min(row)));
        }
        Ok(())
    }

    fn end(&mut self, mut scan: Scan) {
        scan.end(&mut self.source);
        self.levels = self.levels.max(scan.levels);
        self.reached = scan.reached;
    }

    /// Makes pixels of all coefficients.
    fn show(&mut self, pixels: &mut Pixels, out: &mut Vec<u8>) {
        let Picture { layout, store, steps, frame, .. } = self;
        let smoothing = match frame.coding {
            Coding::Sequential => None,
            Coding::Progressive => {
                Smoothing::of(&self.progress, &steps[..frame.components().len()], self.reached)
            }
        };
        for row in 0..layout.mcus.1 {
            pixels.append(row, &Given { layout, store, steps, smoothing: smoothing.as_ref() }, out);
        }
    }

    /// What is known about it.
    fn told(&self, file: &[u8]) -> Result<Salvaged, Error> {
        let Picture { frame, layout, source, .. } = self;
        let count = frame.components().len();
        let incomplete = match frame.coding {
            Coding::Sequential => self.seen[..count].contains(&false),
            Coding::Progressive => !self.progress.complete(count),
        };
        let (across, down) = layout.components[0].inside;
        let blocks = (u64::from(across) * u64::from(down)).max(1);
        let missing = blocks.saturating_sub(self.levels) * 100;
        let damage = source.damage();
        let header = self.header.clone();
        Ok(Salvaged {
            info: Info {
                size: (header.width, header.height),
                header,
                trailing: file.len() - source.position(),
                incomplete,
            },
            damage: damage.first.map(|(at, expected)| Error::Damaged { at, expected }),
            places: damage.count,
            noticed: self.noticed.map(|row| row * layout.high),
            missing: missing.div_ceil(blocks) as u8,
        })
    }
}
