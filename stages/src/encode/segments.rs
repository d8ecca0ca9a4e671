//! Owns metadata as segments of a JPEG (Exif 2.32, 4.7.2; ICC.1:2010, B.4; XMP part 3, 1.1.3).
//! Does not own: which metadata goes into a file (see `blocks.rs`).

use super::blocks::Blocks;
use super::{EncodeOptions, rules};
use crate::{Color, Format, Metadata};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
/// What fits into a segment beside its length.
const MOST: usize = 65_533;

/// A segment: the number of its APP marker, and its content.
pub(crate) struct Segment {
    pub(crate) app: u8,
    pub(crate) body: Vec<u8>,
}

/// The segments of a gray JPEG for a picture with this metadata.
pub(crate) fn gray_jpeg(
    metadata: &Metadata,
    options: &EncodeOptions,
    warnings: &mut Vec<String>,
) -> Vec<Segment> {
    let Some(rules) = rules::rules(Format::Jpeg) else { return Vec::new() };
    let blocks = Blocks::of((metadata, Color::Gray), options, &rules, Color::Gray, warnings);
    of(&blocks, warnings)
}

/// The blocks as segments; one that is too large is left out with a warning.
pub(super) fn of(blocks: &Blocks<'_>, warnings: &mut Vec<String>) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut too_large = |what: &str| {
        warnings.push(format!("its {what} is too large for a JPEG and was left out"));
    };
    for (block, signature, what) in [(blocks.exif, EXIF, "EXIF block"), (blocks.xmp, XMP, "XMP packet")] {
        match block {
            Some(block) if block.len() > MOST - signature.len() => too_large(what),
            Some(block) => segments.push(Segment { app: 1, body: [signature, block].concat() }),
            None => {}
        }
    }
    let Some(icc) = blocks.icc else { return segments };
    // Each part says in a byte its number, and in another how many there are.
    let parts = icc.chunks(MOST - ICC.len() - 2);
    match u8::try_from(parts.len()) {
        Ok(count) => segments.extend(
            (1..=count)
                .zip(parts)
                .map(|(number, part)| Segment { app: 2, body: [ICC, &[number, count], part].concat() }),
        ),
        Err(_) => too_large("color profile"),
    }
    segments
}
