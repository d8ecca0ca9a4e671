//! Owns walking over the chunks of a PNG: size, color, metadata, and whether it ends where it should.
//! Does not own: pixels and the color profile, which are compressed (see `png.rs`).
//!
//! Source: PNG specification, third edition, 5.3 (chunks) and 11.2 to 11.3.

use super::Header;
use crate::metadata::exif_orientation;
use crate::{Color, Error, Format, Limits, Metadata, Result};

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp\0";

pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "PNG", reason: reason.into() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut chunks = Chunks { bytes, at: 8 };
    let Some((b"IHDR", head)) = chunks.next() else { return Err(Error::Truncated { format: "PNG" }) };
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, kind, ..] =
        head.first_chunk::<13>().ok_or_else(|| damaged("its header is too short"))?;
    let mut transparent = false;
    let mut animated = false;
    let mut metadata = Metadata::default();
    let mut warnings = Vec::new();
    let keep = |data: &[u8], warnings: &mut Vec<String>| {
        let fits = data.len() <= limits.max_metadata_bytes;
        if !fits {
            warnings.push(format!("metadata beyond {} bytes was dropped", limits.max_metadata_bytes));
        }
        fits.then(|| data.to_vec())
    };
    let mut ended = false;
    while let Some((name, data)) = chunks.next() {
        match name {
            b"tRNS" => transparent = true,
            b"acTL" => animated = true,
            b"eXIf" if metadata.exif.is_none() => metadata.exif = keep(data, &mut warnings),
            b"iTXt" if metadata.xmp.is_none() => {
                if let Some(xmp) = plain_xmp(data) {
                    metadata.xmp = keep(xmp, &mut warnings);
                }
            }
            b"IEND" => {
                ended = true;
                break;
            }
            _ => {}
        }
    }
    let rest = bytes.len().saturating_sub(chunks.at);
    if ended && rest > 0 {
        warnings.push(format!("{rest} bytes after the end of the picture were ignored"));
    }
    if animated {
        warnings.push("animated: only the first frame is converted".into());
    }
    metadata.orientation = metadata.exif.as_deref().and_then(exif_orientation).unwrap_or(1);
    Ok(Header {
        format: Format::Png,
        width: u32::from_be_bytes([w0, w1, w2, w3]),
        height: u32::from_be_bytes([h0, h1, h2, h3]),
        color: color(kind, transparent)?,
        bit_depth: if depth == 16 { 16 } else { 8 },
        orientation: metadata.orientation,
        jpeg: None,
        metadata,
        warnings,
    })
}

fn color(kind: u8, transparent: bool) -> Result<Color> {
    Ok(match (kind, transparent) {
        (0, false) => Color::Gray,
        (0, true) | (4, _) => Color::GrayAlpha,
        (2 | 3, false) => Color::Rgb,
        (2 | 3, true) | (6, _) => Color::Rgba,
        _ => return Err(damaged(format!("it has color type {kind}, which does not exist"))),
    })
}

/// The packet of an iTXt chunk that holds uncompressed XMP: keyword, two flags, language and translation.
fn plain_xmp(data: &[u8]) -> Option<&[u8]> {
    let [0, _, rest @ ..] = data.strip_prefix(XMP_KEYWORD)? else { return None };
    let mut parts = rest.splitn(3, |&byte| byte == 0);
    parts.nth(2)
}

/// Walks over chunks by their lengths; never looks into data that nobody asked for.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let data = rest.get(..length)?;
        self.at = self.at.checked_add(length)?.checked_add(12)?;
        Some((name, data))
    }
}
