//! Owns what marker segments define (libjpeg: `jdmarker.c`).
//! Does not own: finding markers (see `source.rs`), and whether a scan makes sense (see `progress.rs` and `scan.rs`).
//!
//! What libjpeg stops at is an error here; what it passes over with a warning is noted.

use super::source::Source;
use crate::frame::{Coding, Frame};
use crate::header::ColorModel;
use crate::huffman::{self, Code, Codes};
use crate::markers::{self, Segment};
use crate::quantisation::{Steps, ZIGZAG};
use crate::scans::Member;
use crate::{Error, Unsupported};
use alloc::vec::Vec;

/// A Huffman code as a file defines it; `None` if it cannot be a code. That counts only if a scan needs it.
type Defined = Option<Code>;

/// A scan header (T.81, B.2.3).
#[derive(Debug, Clone)]
pub(super) struct ScanHeader {
    /// In any order.
    pub(super) members: Vec<Member>,
    pub(super) band: (u8, u8),
    pub(super) bits: (u8, u8),
    /// Where it stands in the file.
    pub(super) at: usize,
}

/// What was defined so far.
#[derive(Default)]
pub(super) struct Headers {
    frame: Option<Frame>,
    /// Sampling factors as they stand in the frame header.
    pub(super) factors: [(u8, u8); 4],
    steps: [Option<Steps>; 4],
    dc: [Option<Defined>; 4],
    ac: [Option<Defined>; 4],
    pub(super) restart_interval: u16,
    jfif: bool,
    adobe_transform: Option<u8>,
}

fn damaged<T>(at: usize, expected: &'static str) -> Result<T, Error> {
    Err(Error::Damaged { at, expected })
}

impl Headers {
    /// Reads up to the next scan; `None` at the end of the picture.
    pub(super) fn next_scan(&mut self, source: &mut Source<'_>) -> Result<Option<ScanHeader>, Error> {
        loop {
            let marker = source.marker();
            let at = source.position();
            match marker {
                markers::SOS => return self.scan(source).map(Some),
                markers::EOI => return Ok(None),
                markers::DHT => self.codes(source)?,
                markers::DQT => self.quantisation(source)?,
                markers::DRI => self.restarts(source)?,
                markers::APP0 | markers::APP14 => self.application(marker, source),
                markers::DAC => conditioning(source)?,
                markers::DNL | markers::COM | 0xe1..=0xef => skip(source),
                0xd0..=0xd7 | 0x01 => {}
                0xc0..=0xcf if marker != 0xc8 => self.frame(marker, source)?,
                0xf7 => return Err(Unsupported::JpegLs.into()),
                _ => return damaged(at.saturating_sub(2), "a marker that belongs into a header"),
            }
        }
    }

    /// The frame header, which must have come.
    pub(super) fn whole_frame(&self, at: usize) -> Result<Frame, Error> {
        match &self.frame {
            Some(frame) if frame.height > 0 => Ok(frame.clone()),
            Some(_) => damaged(at, "a height above 0 in the frame header"),
            None => damaged(at, "a frame header before the first scan"),
        }
    }

    pub(super) fn color(&self, frame: &Frame) -> Result<ColorModel, Unsupported> {
        ColorModel::of(frame, self.jfif, self.adobe_transform)
    }

    pub(super) fn is_adobe(&self) -> bool {
        self.adobe_transform.is_some()
    }

    /// The quantisation that is current at this place.
    pub(super) fn steps(&self, place: usize, at: usize) -> Result<Steps, Error> {
        let steps = self.steps.get(place).copied().flatten();
        steps.ok_or(Error::Damaged { at, expected: "a scan whose quantisation was defined" })
    }

    /// The code for levels at this place (`jpeg_make_d_derived_tbl`). Its symbols are numbers of bits.
    pub(super) fn dc(&self, place: usize, at: usize) -> Result<Code, Error> {
        let code = needed(&self.dc, place, at)?;
        if code.up_to(16).any(|(_, symbol)| symbol > 15) {
            return damaged(at, "a Huffman code for levels of at most 15 bits");
        }
        Ok(code)
    }

    /// The code for other coefficients at this place.
    pub(super) fn ac(&self, place: usize, at: usize) -> Result<Code, Error> {
        needed(&self.ac, place, at)
    }

    /// Takes standard codes for those that are missing at the first scan, as for motion JPEG.
    pub(super) fn fill_with_standard(&mut self) {
        let mut standard = Codes::default();
        huffman::fill_with_standard(&mut standard);
        let places = self.dc.iter_mut().zip(standard.dc).chain(self.ac.iter_mut().zip(standard.ac));
        for (place, standard) in places {
            if place.is_none() && standard.is_some() {
                *place = Some(standard);
            }
        }
    }

    fn frame(&mut self, marker: u8, source: &mut Source<'_>) -> Result<(), Error> {
        let at = source.position();
        if self.frame.is_some() {
            return damaged(at, "one frame header only");
        }
        let length = usize::from(source.word());
        let mut body: Vec<u8> = (0..6).map(|_| source.byte()).collect();
        let count = usize::from(body[5]);
        if length != 8 + 3 * count {
            return damaged(at, "a whole frame header");
        }
        body.extend((0..3 * count).map(|_| source.byte()));
        let frame = Frame::read(&Segment { marker, body: &body, at })?;
        for (factors, specified) in self.factors.iter_mut().zip(body[6..].as_chunks::<3>().0) {
            *factors = (specified[1] >> 4, specified[1] & 15);
        }
        self.frame = Some(frame);
        Ok(())
    }

    fn quantisation(&mut self, source: &mut Source<'_>) -> Result<(), Error> {
        let at = source.position();
        let mut left = i32::from(source.word()) - 2;
        while left > 0 {
            let kind = source.byte();
            let wide = kind >> 4 != 0;
            let Some(slot) = self.steps.get_mut(usize::from(kind & 15)) else {
                return damaged(at, "a quantisation table from 0 to 3");
            };
            let steps = slot.insert([0; 64]);
            for place in ZIGZAG {
                let step = if wide { source.word() } else { u16::from(source.byte()) };
                // Only their 16 bits count.
                steps[usize::from(place)] = step as i16;
            }
            left -= if wide { 129 } else { 65 };
        }
        if left == 0 { Ok(()) } else { damaged(at, "a segment of whole quantisation tables") }
    }

    fn codes(&mut self, source: &mut Source<'_>) -> Result<(), Error> {
        let at = source.position();
        let mut left = i32::from(source.word()) - 2;
        while left > 16 {
            let place = source.byte();
            let counts: [u8; 16] = core::array::from_fn(|_| source.byte());
            left -= 17;
            let total: i32 = counts.iter().map(|&count| i32::from(count)).sum();
            if total > 256 || total > left {
                return damaged(at, "a Huffman code");
            }
            left -= total;
            let mut body = [&[0][..], &counts].concat();
            body.extend((0..total).map(|_| source.byte()));
            let mut read = Codes::default();
            // What is no code is remembered as such.
            let _ = huffman::read(&body, at, &mut read);
            let [code, ..] = read.dc;
            let class = if place & 0x10 == 0 { &mut self.dc } else { &mut self.ac };
            let Some(slot) = class.get_mut(usize::from(place & !0x10)) else {
                return damaged(at, "a Huffman code from 0 to 3");
            };
            *slot = Some(code);
        }
        if left == 0 { Ok(()) } else { damaged(at, "a segment of whole Huffman codes") }
    }

    fn restarts(&mut self, source: &mut Source<'_>) -> Result<(), Error> {
        let at = source.position();
        if source.word() != 4 {
            return damaged(at, "a restart interval of two bytes");
        }
        self.restart_interval = source.word();
        Ok(())
    }

    /// APP0 may be JFIF's, APP14 Adobe's.
    fn application(&mut self, marker: u8, source: &mut Source<'_>) {
        let length = usize::from(source.word()).saturating_sub(2);
        let body: Vec<u8> = (0..length.min(14)).map(|_| source.byte()).collect();
        self.jfif |= marker == markers::APP0 && body.len() >= 14 && body.starts_with(b"JFIF\0");
        if marker == markers::APP14 && body.len() >= 12 && body.starts_with(b"Adobe") {
            self.adobe_transform = Some(body[11]);
        }
        source.skip(length - body.len());
    }

    fn scan(&mut self, source: &mut Source<'_>) -> Result<ScanHeader, Error> {
        let at = source.position();
        let Some(frame) = &self.frame else {
            return damaged(at, "a frame header before the first scan");
        };
        let (length, count) = (source.word(), usize::from(source.byte()));
        if usize::from(length) != 2 * count + 6 || !(1..=4).contains(&count) {
            return damaged(at, "a scan header that fits the frame header");
        }
        let mut members: Vec<Member> = Vec::with_capacity(4);
        for _ in 0..count {
            let (id, places) = (source.byte(), source.byte());
            // That libjpeg asks whether a member stands at the component's place looks like a slip, but is so.
            let found = (0..).zip(frame.components());
            let found = found.filter(|&(index, _)| members.len() <= index).find(|(_, one)| one.id == id);
            let Some((component, _)) = found else {
                return damaged(at, "a scan header that fits the frame header");
            };
            if members.iter().any(|member| member.component == component) {
                return damaged(at, "a scan header that fits the frame header");
            }
            members.push(Member { component, dc: usize::from(places >> 4), ac: usize::from(places & 15) });
        }
        let (start, end, approximation) = (source.byte(), source.byte(), source.byte());
        let bits = (approximation >> 4, approximation & 15);
        let whole = (start, end, approximation) == (0, 63, 0);
        if frame.coding == Coding::Sequential && !whole {
            source.note(at, "a scan of whole blocks");
        }
        Ok(ScanHeader { members, band: (start, end), bits, at })
    }
}

fn needed(defined: &[Option<Defined>; 4], place: usize, at: usize) -> Result<Code, Error> {
    match defined.get(place) {
        Some(Some(Some(code))) => Ok(code.clone()),
        Some(Some(None)) => damaged(at, "a Huffman code that is one"),
        _ => damaged(at, "a scan whose Huffman codes were defined"),
    }
}

/// Passes over the conditioning of arithmetic codes, which must make sense although nothing here needs it.
fn conditioning(source: &mut Source<'_>) -> Result<(), Error> {
    let at = source.position();
    let mut left = i32::from(source.word()) - 2;
    while left > 0 {
        let (index, value) = (source.byte(), source.byte());
        if index >= 32 || (index < 16 && value & 15 > value >> 4) {
            return damaged(at, "conditioning of arithmetic codes");
        }
        left -= 2;
    }
    if left == 0 { Ok(()) } else { damaged(at, "a segment of whole conditioning") }
}

fn skip(source: &mut Source<'_>) {
    let length = usize::from(source.word());
    source.skip(length.saturating_sub(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &[u8] = b"\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01";

    fn first_scan(after: &[u8]) -> Result<Option<ScanHeader>, Error> {
        let file = [FRAME, after].concat();
        Headers::default().next_scan(&mut Source::new(&file))
    }

    #[test]
    fn a_scan_may_name_its_components_in_another_order() {
        let scan = first_scan(b"\xff\xda\x00\x0a\x02\x02\x01\x03\x10\x00\x3f\x00").unwrap().unwrap();
        let named: Vec<_> = scan.members.iter().map(|m| (m.component, m.dc, m.ac)).collect();
        assert_eq!(named, [(1, 0, 1), (2, 1, 0)]);
        assert!(first_scan(b"\xff\xda\x00\x0a\x02\x02\x01\x02\x10\x00\x3f\x00").is_err(), "twice the same");
    }

    #[test]
    fn a_code_that_is_none_counts_only_where_it_is_used() {
        let mut counts = [0; 16];
        counts[0] = 2;
        let table = [b"\xff\xc4\x00\x15\x00", &counts[..], b"ab\xff\xd9"].concat();
        let mut headers = Headers::default();
        assert!(headers.next_scan(&mut Source::new(&table)).unwrap().is_none());
        let error = headers.dc(0, 7).err().unwrap();
        assert_eq!(error, Error::Damaged { at: 7, expected: "a Huffman code that is one" });
        headers.fill_with_standard();
        assert!(headers.dc(0, 7).is_err() && headers.dc(1, 7).is_ok() && headers.ac(0, 7).is_ok());
    }

    #[test]
    fn lengths_that_do_not_fit_are_errors() {
        for after in
            [&b"\xff\xdb\x00\x05"[..], b"\xff\xc4\x00\x05", b"\xff\xdd\x00\x05", b"\xff\xda\x00\x07\x01"]
        {
            assert!(first_scan(after).is_err(), "{after:?}");
        }
        assert!(first_scan(b"\xff\xe0\x00\x00\xff\xd9").unwrap().is_none(), "APP0 may be too short");
        assert!(first_scan(FRAME).is_err(), "two frames");
        assert!(first_scan(b"\xff\x02").is_err(), "a reserved marker");
    }
}
