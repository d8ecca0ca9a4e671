//! Owns reading the markers of a JPEG up to its first scan: size, sampling, color model, tables, metadata.
//! Does not own: entropy-coded data, and whether what follows the header is complete.
//!
//! Source: ITU-T T.81 (markers, B.1 and B.2), T.871 (JFIF), Adobe Technical Note 5116 (APP14).

use super::{Header, JpegColorModel, JpegInfo};
use crate::metadata::exif_orientation;
use crate::{Color, Error, Format, JpegTables, Limits, Metadata, Result};

/// Where the value at each place of a zigzag table belongs in rows of 8 (T.81, figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "JPEG", reason: reason.into() }
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::Unsupported { format: "JPEG", what: what.into() }
}

/// What the frame header says.
struct Frame {
    progressive: bool,
    width: u16,
    height: u16,
    /// Identifier, sampling factors, quantisation table.
    components: Vec<(u8, (u8, u8), usize)>,
}

/// What was found while walking over the markers.
#[derive(Default)]
struct Found {
    frame: Option<Frame>,
    tables: [Option<[u16; 64]>; 4],
    jfif: bool,
    adobe_transform: Option<u8>,
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    /// Parts of the ICC profile: number, of how many, content.
    icc: Vec<(u8, u8, Vec<u8>)>,
    metadata_bytes: usize,
    warnings: Vec<String>,
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut found = Found::default();
    let mut markers = Markers { bytes, at: 2 };
    loop {
        let (marker, body) = markers.next()?;
        match marker {
            0xda => return found.finish(body, &markers),
            0xd9 => return Err(damaged("it ends before its first scan")),
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf | 0xf7 => found.frame(marker, body)?,
            0xdb => found.quantisation(body)?,
            // Shorter ones mean nothing to libjpeg.
            0xe0 => found.jfif |= body.len() >= 14 && body.starts_with(b"JFIF\0"),
            0xe1 | 0xe2 => found.metadata(marker, body, limits),
            0xee => found.adobe(body),
            _ => {}
        }
    }
}

/// The height that stands behind the first scan (T.81, B.2.5).
fn height_behind(bytes: &[u8]) -> Result<u32> {
    let header = pipeline_jpeg::Header::parse(bytes);
    header
        .map(|header| header.height)
        .map_err(|_| damaged("neither its header nor a DNL marker gives its height"))
}

/// Walks over marker segments. Each byte is looked at once.
struct Markers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Markers<'a> {
    /// The next marker that has a body, and that body.
    fn next(&mut self) -> Result<(u8, &'a [u8])> {
        const TRUNCATED: Error = Error::Truncated { format: "JPEG" };
        loop {
            let rest = self.bytes.get(self.at..).ok_or(TRUNCATED)?;
            let start = rest.iter().position(|&byte| byte == 0xff).ok_or(TRUNCATED)?;
            let fill = rest[start..].iter().position(|&byte| byte != 0xff).ok_or(TRUNCATED)?;
            let marker = rest[start + fill];
            self.at += start + fill + 1;
            // Stuffed zeros, restarts, start of image and TEM have no body.
            if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
                continue;
            }
            if marker == 0xd9 {
                return Ok((marker, &[]));
            }
            let length = self.bytes.get(self.at..self.at + 2).ok_or(TRUNCATED)?;
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            if length < 2 {
                return Err(damaged(format!(
                    "marker {marker:02X} at byte {} has length {length}",
                    self.at - 2
                )));
            }
            let body = self.bytes.get(self.at + 2..self.at + length).ok_or(TRUNCATED)?;
            self.at += length;
            return Ok((marker, body));
        }
    }
}

impl Found {
    fn frame(&mut self, marker: u8, body: &[u8]) -> Result<()> {
        let (&[precision, h0, h1, w0, w1, count], rest) =
            body.split_first_chunk::<6>().ok_or_else(|| damaged("its frame header is too short"))?;
        match marker {
            0xf7 => return Err(unsupported("JPEG-LS")),
            0xc3 | 0xcb => return Err(unsupported("lossless")),
            0xc5..=0xc7 | 0xcd..=0xcf => return Err(unsupported("hierarchical")),
            0xc9 | 0xca => return Err(unsupported("arithmetic coding")),
            _ if precision != 8 => return Err(unsupported(format!("{precision} bits per sample"))),
            _ if self.frame.is_some() => return Err(damaged("it has two frame headers")),
            _ => {}
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(unsupported(format!("{count} components")));
        }
        let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        let (components, _) = rest.as_chunks::<3>();
        let components =
            components.get(..usize::from(count)).ok_or_else(|| damaged("its frame header is too short"))?;
        let components: Vec<_> = components
            .iter()
            .map(|&[id, factors, table]| (id, (factors >> 4, factors & 15), usize::from(table)))
            .collect();
        if components.iter().any(|&(_, (h, v), _)| !(1..=4).contains(&h) || !(1..=4).contains(&v)) {
            return Err(damaged("its sampling factors are out of range"));
        }
        self.frame = Some(Frame { progressive: marker == 0xc2, width, height, components });
        Ok(())
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<()> {
        let short = || damaged("a quantisation table is too short");
        while let Some((&kind, rest)) = body.split_first() {
            let wide = kind >> 4 != 0;
            let (values, rest) = rest.split_at_checked(if wide { 128 } else { 64 }).ok_or_else(short)?;
            let mut table = [0u16; 64];
            for (index, &place) in ZIGZAG.iter().enumerate() {
                table[usize::from(place)] = if wide {
                    u16::from_be_bytes([values[2 * index], values[2 * index + 1]])
                } else {
                    u16::from(values[index])
                };
            }
            if let Some(slot) = self.tables.get_mut(usize::from(kind & 15)) {
                *slot = Some(table);
            }
            body = rest;
        }
        Ok(())
    }

    fn metadata(&mut self, marker: u8, body: &[u8], limits: &Limits) {
        let kept = self.metadata_bytes + body.len() <= limits.max_metadata_bytes;
        let is = |prefix: &[u8]| body.strip_prefix(prefix);
        if let (0xe1, Some(exif), None) = (marker, is(EXIF), &self.exif) {
            self.exif = kept.then(|| exif.to_vec());
        } else if let (0xe1, Some(xmp), None) = (marker, is(XMP), &self.xmp) {
            self.xmp = kept.then(|| xmp.to_vec());
        } else if let (0xe2, Some([number, count, part @ ..])) = (marker, is(ICC)) {
            if kept {
                self.icc.push((*number, *count, part.to_vec()));
            }
        } else {
            return;
        }
        self.metadata_bytes += if kept { body.len() } else { 0 };
        if !kept && !self.warnings.iter().any(|warning| warning.starts_with("metadata")) {
            self.warnings.push(format!("metadata beyond {} bytes was dropped", limits.max_metadata_bytes));
        }
    }

    fn adobe(&mut self, body: &[u8]) {
        if let (true, Some(&transform)) = (body.starts_with(b"Adobe"), body.get(11)) {
            self.adobe_transform = Some(transform);
        }
    }

    fn finish(mut self, scan: &[u8], markers: &Markers<'_>) -> Result<Header> {
        let frame =
            self.frame.take().ok_or_else(|| damaged("its first scan comes before its frame header"))?;
        let color_model = self.color_model(&frame)?;
        let height = match frame.height {
            0 => height_behind(markers.bytes)?,
            height => u32::from(height),
        };
        let mut sampling = [(1, 1); 4];
        for (slot, component) in sampling.iter_mut().zip(&frame.components) {
            *slot = component.1;
        }
        let tables = self.quantisation_of(&frame);
        let info = JpegInfo {
            color_model,
            components: frame.components.len() as u8,
            progressive: frame.progressive,
            sampling,
            first_scan_components: scan.first().copied().unwrap_or(0),
            tables: tables.clone(),
        };
        let icc = self.icc_profile();
        let orientation = self.exif.as_deref().and_then(exif_orientation).unwrap_or(1);
        Ok(Header {
            format: Format::Jpeg,
            width: u32::from(frame.width),
            height,
            color: if color_model == JpegColorModel::Gray { Color::Gray } else { Color::Rgb },
            bit_depth: 8,
            orientation,
            jpeg: Some(info),
            metadata: Metadata { orientation, exif: self.exif, icc, xmp: self.xmp, jpeg: tables },
            warnings: self.warnings,
            file_bytes: markers.bytes.len(),
            scratch: 0,
        })
    }

    /// As libjpeg decides it (`default_decompress_parms`): JFIF before Adobe before the components' names.
    fn color_model(&mut self, frame: &Frame) -> Result<JpegColorModel> {
        let unknown = |transform| unsupported(format!("Adobe color transform {transform}"));
        match (frame.components.len(), self.adobe_transform) {
            (1, _) => Ok(JpegColorModel::Gray),
            (3, _) if self.jfif => Ok(JpegColorModel::Ycbcr),
            (3, Some(0)) => Ok(JpegColorModel::Rgb),
            (3, Some(1)) => Ok(JpegColorModel::Ycbcr),
            (3, None) if frame.components.iter().map(|component| component.0).eq(*b"RGB") => {
                Ok(JpegColorModel::Rgb)
            }
            (3, None) => Ok(JpegColorModel::Ycbcr),
            (4, Some(0)) => Ok(JpegColorModel::Cmyk),
            (4, Some(2)) => Ok(JpegColorModel::Ycck),
            (4, None) => {
                self.warnings.push("CMYK without an Adobe marker is taken as inverted, as others do".into());
                Ok(JpegColorModel::Cmyk)
            }
            (_, Some(transform)) => Err(unknown(transform)),
            (count, None) => Err(unsupported(format!("{count} components"))),
        }
    }

    fn quantisation_of(&self, frame: &Frame) -> Option<JpegTables> {
        let table = |index: usize| {
            let component = frame.components.get(index)?;
            *self.tables.get(component.2)?
        };
        let luma = table(0)?;
        let (first, second) =
            (frame.components[0].1, frame.components.get(1).map_or((1, 1), |component| component.1));
        Some(JpegTables { luma, chroma: table(1), sampling: (first.0 / second.0, first.1 / second.1) })
    }

    /// Puts the parts together in the order of their numbers (ICC.1:2010, B.4).
    fn icc_profile(&mut self) -> Option<Vec<u8>> {
        let mut parts = std::mem::take(&mut self.icc);
        if parts.is_empty() {
            return None;
        }
        parts.sort_by_key(|part| part.0);
        let complete = parts.iter().enumerate().all(|(index, &(number, count, _))| {
            usize::from(number) == index + 1 && usize::from(count) == parts.len()
        });
        if !complete {
            self.warnings.push("its color profile is incomplete and was dropped".into());
            return None;
        }
        Some(parts.into_iter().flat_map(|part| part.2).collect())
    }
}

#[cfg(test)]
#[path = "jpeg_header_tests.rs"]
mod tests;
