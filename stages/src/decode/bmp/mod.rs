//! Owns reading Windows and OS/2 bitmaps, as files and as they stand in icons.
//! Does not own: icons (see `../ico.rs`).
//!
//! Source: Microsoft, "Bitmap Storage" and BITMAPINFOHEADER to BITMAPV5HEADER; OS/2 2.x headers are read as far as they agree.
//!
//! | file | what |
//! |---|---|
//! | `dib.rs` | the header and the palette |
//! | `pixels.rs` | rows of pixels: 1 to 32 bits, bit masks |
//! | `rle.rs` | run lengths |

mod dib;
mod pixels;
mod rle;

#[cfg(test)]
mod tests;

pub(super) use dib::Dib;

use super::{Decoded, Header};
use crate::{Error, Format, Image, Limits, Metadata, Result, Samples};

/// Bytes before the header of the bitmap itself.
const FILE_HEADER: usize = 14;

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "BMP", reason: reason.into() }
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::Unsupported { format: "BMP", what: what.into() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let dib = open(bytes)?;
    limits.check_size(dib.width, dib.height)?;
    let mut warnings = Vec::new();
    let icc = dib.profile.clone().and_then(|place| bytes.get(place)).and_then(|icc| {
        let fits = icc.len() <= limits.max_metadata_bytes;
        if !fits {
            warnings.push(format!(
                "its color profile is larger than {} bytes and was dropped",
                limits.max_metadata_bytes
            ));
        }
        fits.then(|| icc.to_vec())
    });
    Ok(Header {
        format: Format::Bmp,
        width: dib.width,
        height: dib.height,
        color: dib.color(),
        bit_depth: 8,
        orientation: 1,
        jpeg: None,
        warnings,
        metadata: Metadata { icc, ..Metadata::default() },
        file_bytes: bytes.len(),
        scratch: dib.scratch(),
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let dib = open(bytes)?;
    limits.check_size(dib.width, dib.height)?;
    let image = Image::new(dib.width, dib.height, dib.color(), Samples::U8(dib.samples(bytes)?))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings: Vec::new(), degraded: false })
}

fn open(bytes: &[u8]) -> Result<Dib> {
    let offset = bytes.get(10..14).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    let offset = offset.ok_or(Error::Truncated { format: "BMP" })?;
    Dib::read(bytes, FILE_HEADER, offset as usize)
}
