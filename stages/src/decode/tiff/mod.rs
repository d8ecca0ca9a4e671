//! Owns reading TIFF: the first page, in strips or tiles.
//! Does not own: the formulas for colors that other formats share ([`crate::color`]), and JPEG data inside a TIFF, which goes the
//! way of any JPEG.
//!
//! Written here and not taken from a library, because palettes, planes, odd depths, associated alpha, and stored luma and color
//! differences are common in files, and because a library that panics on a hostile file takes its worker's state along.
//!
//! | file | what |
//! |---|---|
//! | `directory.rs` | byte order, entries and their values; BigTIFF |
//! | `grid.rs` | how the picture is cut into strips or tiles |
//! | `layout.rs`, `photometric.rs` | what the entries say about the pixels; all that is refused by name |
//! | `chunks.rs`, `unpack.rs` | strips and tiles to samples: depths, planes, predictors |
//! | `compression.rs`, `jpeg.rs` | what strips and tiles are packed with |
//! | `color.rs`, `ycbcr.rs` | samples to a picture |
//! | `metadata.rs` | orientation, profile, EXIF, XMP |

mod chunks;
mod color;
mod compression;
mod directory;
mod grid;
mod jpeg;
mod layout;
mod metadata;
mod photometric;
mod unpack;
mod ycbcr;

#[cfg(test)]
mod tests;

use super::{Decoded, Header};
use crate::{Error, Format, Limits, Result};
use directory::Directory;
use layout::Layout;
use photometric::Photometric;

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "TIFF", reason: reason.into() }
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::Unsupported { format: "TIFF", what: what.into() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let directory = Directory::first(bytes)?;
    let layout = Layout::of(&directory, limits)?;
    let mut warnings = layout.warnings();
    if directory.more {
        warnings.push("it has several pages: only the first is converted".to_owned());
    }
    let metadata = metadata::read(&directory, limits, &mut warnings);
    let (color, bit_depth) = layout.gives();
    Ok(Header {
        format: Format::Tiff,
        width: layout.width,
        height: layout.height,
        color,
        bit_depth,
        orientation: metadata.orientation,
        jpeg: None,
        warnings,
        metadata,
        file_bytes: bytes.len(),
        // What converting inks by a profile takes.
        scratch: layout.scratch().saturating_add(8 << 20),
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let directory = Directory::first(bytes)?;
    let layout = Layout::of(&directory, limits)?;
    let raw = chunks::read(&layout, limits)?;
    let (image, warning) = color::picture(&layout, raw, header.metadata.icc.as_deref())?;
    let mut metadata = header.metadata.clone();
    if layout.photometric == Photometric::Cmyk {
        // A profile for CMYK does not describe RGB.
        metadata.set_srgb(None);
    }
    let warnings = warning.into_iter().collect();
    Ok(Decoded { image: image.with_metadata(metadata), warnings, degraded: false })
}
