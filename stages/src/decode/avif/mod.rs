//! Owns reading AVIF: the primary picture, with its alpha.
//! Does not own: AV1, which `re_rav1d` decodes, a port of dav1d; it is called in one thread.
//!
//! Source: AV1 Image File Format 1.1, ISO/IEC 23008-12 (HEIF) and 14496-12 (boxes). A panic inside the AV1 decoder ends the program,
//! for its functions are those of a C library; that is one reason why this is a feature.
//!
//! | file | what |
//! |---|---|
//! | `boxes.rs` | walking over boxes |
//! | `items.rs` | which items there are, and where their bytes are |
//! | `properties.rs` | what is said of an item: size, colors, turns |
//! | `frame.rs` | one AV1 frame |
//! | `color.rs` | luma and color differences to red, green, blue |

mod boxes;
mod color;
mod frame;
mod items;
mod properties;

use super::header::ANIMATED;
use super::{Decoded, Header};
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};
use items::Items;
use properties::Properties;

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "AVIF", reason: reason.into() }
}

fn unsupported(what: impl Into<String>) -> Error {
    Error::Unsupported { format: "AVIF", what: what.into() }
}

const TRUNCATED: Error = Error::Truncated { format: "AVIF" };

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let items = Items::read(bytes)?;
    let about = items.properties(items.primary)?;
    let alpha = items.alpha();
    let color = match (about.monochrome, alpha.is_some()) {
        (true, false) => Color::Gray,
        (true, true) => Color::GrayAlpha,
        (false, false) => Color::Rgb,
        (false, true) => Color::Rgba,
    };
    let mut warnings = Vec::new();
    if bytes.get(8..12) == Some(b"avis") {
        warnings.push(ANIMATED.to_owned());
    }
    if let Some(primaries) = about.primaries.filter(|&primaries| !matches!(primaries, 1 | 2)) {
        warnings.push(format!(
            "its colors have the primaries {primaries} of CICP and were taken for those of sRGB"
        ));
    }
    let metadata = metadata(&items, &about, limits, &mut warnings);
    let pixels = u64::from(about.width) * u64::from(about.height);
    Ok(Header {
        format: Format::Avif,
        width: about.width,
        height: about.height,
        color,
        bit_depth: if about.bits > 8 { 16 } else { 8 },
        orientation: metadata.orientation,
        jpeg: None,
        warnings,
        metadata,
        file_bytes: bytes.len(),
        // Planes of color and of alpha, some more for filters, and what goes with each block.
        scratch: pixels.saturating_mul(24) + bytes.len() as u64 * 2 + (64 << 20),
    })
}

fn metadata(items: &Items<'_>, about: &Properties, limits: &Limits, warnings: &mut Vec<String>) -> Metadata {
    let mut keep = |block: Option<Vec<u8>>, what: &str| {
        let fits = block.as_ref().is_none_or(|block| block.len() <= limits.max_metadata_bytes);
        if !fits {
            warnings.push(format!(
                "its {what} is larger than {} bytes and was dropped",
                limits.max_metadata_bytes
            ));
        }
        block.filter(|block| fits && !block.is_empty())
    };
    let icc = keep(about.icc.clone(), "color profile");
    let exif = keep(items.exif(), "EXIF block");
    let xmp = keep(items.xmp(), "XMP packet");
    Metadata { orientation: about.orientation(), exif, icc, xmp, jpeg: None }
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let items = Items::read(bytes)?;
    let about = items.properties(items.primary)?;
    let alpha = match items.alpha() {
        None => None,
        Some(item) => {
            let of_alpha = items.properties(item)?;
            if (of_alpha.width, of_alpha.height) != (about.width, about.height) {
                return Err(unsupported("alpha of another size than the picture"));
            }
            Some((frame::decode(items.bytes(item)?, &of_alpha, limits)?, of_alpha))
        }
    };
    let frame = frame::decode(items.bytes(items.primary)?, &about, limits)?;
    let wide = header.bit_depth == 16;
    let mut samples = color::samples(&frame, &about, header.color)?;
    if let Some((alpha, of_alpha)) = alpha {
        color::put_alpha(&alpha, &of_alpha, &mut samples, header.color.channels())?;
    }
    let samples = if wide {
        Samples::U16(samples)
    } else {
        Samples::U8(samples.iter().map(|&sample| (sample / 257) as u8).collect())
    };
    let image = Image::new(header.width, header.height, header.color, samples)?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings: Vec::new(), degraded: false })
}
