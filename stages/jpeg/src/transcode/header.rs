//! Owns all of a gray JPEG but its entropy-coded data: which segments, and how they are written (T.81, B.2).
//! Does not own: their content, but for that of JFIF (T.871, 10.1).

use super::options::{AppSegment, Carried};
use crate::Error;
use crate::frame::Frame;
use crate::huffman::Code;
use crate::markers::{self, Markers};
use crate::quantisation::{Steps, ZIGZAG};
use alloc::vec::Vec;

const SOF0: u8 = 0xc0;
const SOF1: u8 = 0xc1;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// Version 1.01, and pixels that are as wide as high.
const JFIF: [u8; 14] = *b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// What fits into a segment beside its length.
const MOST: usize = 65533;

/// The segments that a gray JPEG gets besides those that its picture needs.
pub(super) struct Extra<'a> {
    jfif: Option<[u8; 14]>,
    segments: Vec<AppSegment<'a>>,
}

impl<'a> Extra<'a> {
    /// Of the file's own segments and those that are wanted. As `jpegtran` does it, JFIF says what that of the file says,
    /// and is left out where EXIF comes first, which says the same and more.
    pub(super) fn of(file: &'a [u8], carried: Carried<'a>) -> Result<Extra<'a>, Error> {
        let (mut own, mut jfif) = (Vec::new(), JFIF);
        let mut markers = Markers::new(file)?;
        loop {
            let segment = markers.next()?;
            match (segment.marker, segment.body) {
                (markers::SOS | markers::EOI, _) => break,
                (markers::APP0, &[b'J', b'F', b'I', b'F', 0, version, minor, a, b, c, d, e, _, _, ..]) => {
                    jfif[7..12].copy_from_slice(&[a, b, c, d, e]);
                    if version == 1 {
                        jfif[6] = minor;
                    }
                }
                (marker @ (APP1 | APP2), body) => own.push(AppSegment { marker, body }),
                _ => {}
            }
        }
        let segments = match carried {
            Carried::Own => {
                let gray = is_for_gray(&own);
                own.retain(|segment| segment.marker == APP1 || gray && segment.body.starts_with(ICC));
                own
            }
            Carried::Nothing => Vec::new(),
            Carried::These(segments) => segments.to_vec(),
        };
        let fits = |segment: &AppSegment<'_>| {
            matches!(segment.marker, APP1..=0xef | markers::COM) && segment.body.len() <= MOST
        };
        if !segments.iter().all(fits) {
            return Err(Error::Segment);
        }
        let exif = segments.first().is_some_and(|first| first.marker == APP1 && first.body.starts_with(EXIF));
        Ok(Extra { jfif: (!exif).then_some(jfif), segments })
    }
}

/// Whether the color profile is one for gray (ICC.1:2022, 7.2.6), by the part of it that comes first.
fn is_for_gray(segments: &[AppSegment<'_>]) -> bool {
    let first = segments.iter().find_map(|segment| match segment.body.strip_prefix(ICC) {
        Some([1, _, profile @ ..]) if segment.marker == APP2 => Some(profile),
        _ => None,
    });
    first.and_then(|profile| profile.get(16..20)) == Some(b"GRAY")
}

/// Writes all that comes before the entropy-coded data.
pub(super) fn write(
    frame: &Frame,
    extra: &Extra<'_>,
    steps: &Steps,
    (levels, coefficients): (&Code, &Code),
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let carried: usize = extra.segments.iter().map(|segment| segment.body.len() + 4).sum();
    // Tables and headers have less than 1024 bytes.
    out.try_reserve(carried + 1024).map_err(|_| Error::OutOfMemory { bytes: carried + 1024 })?;
    out.extend([0xff, markers::SOI]);
    if let Some(jfif) = &extra.jfif {
        segment(markers::APP0, &[jfif], out);
    }
    for carried in &extra.segments {
        segment(carried.marker, &[carried.body], out);
    }
    let steps = ZIGZAG.map(|place| steps[usize::from(place)] as u16);
    let wide = steps.iter().any(|&step| step > 255);
    if wide {
        segment(markers::DQT, &[&[0x10], steps.map(u16::to_be_bytes).as_flattened()], out);
    } else {
        segment(markers::DQT, &[&[0x00], &steps.map(|step| step as u8)], out);
    }
    let [.., h1, h0] = frame.height.to_be_bytes();
    let [.., w1, w0] = frame.width.to_be_bytes();
    // Baseline files hold steps of 8 bits (T.81, table B.4).
    let marker = if wide { SOF1 } else { SOF0 };
    segment(marker, &[&[8, h1, h0, w1, w0, 1, 1, 0x11, 0]], out);
    let code = |code: &Code| [&code.counts()[..], code.symbols()].concat();
    segment(markers::DHT, &[&[0x00], &code(levels), &[0x10], &code(coefficients)], out);
    segment(markers::SOS, &[&[1, 1, 0x00, 0, 63, 0]], out);
    Ok(())
}

/// Writes what comes behind the entropy-coded data.
pub(super) fn end(out: &mut Vec<u8>) {
    out.extend([0xff, markers::EOI]);
}

/// Writes a segment whose body, in parts, fits.
fn segment(marker: u8, body: &[&[u8]], out: &mut Vec<u8>) {
    let length = 2 + body.iter().map(|part| part.len()).sum::<usize>() as u16;
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    body.iter().for_each(|part| out.extend_from_slice(part));
}
