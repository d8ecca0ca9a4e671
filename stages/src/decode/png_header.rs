//! Owns walking over the chunks of a PNG: size, color, metadata, and whether it ends where it should.
//! Does not own: pixels and the color profile, which are compressed (see `png.rs`).
//!
//! Source: PNG specification, third edition, 5.3 (chunks) and 11.2 to 11.3.

use super::Header;
use super::png_text::{self, Block};
use crate::metadata::exif_orientation;
use crate::{Color, Error, Format, Limits, Metadata, Result};
use std::borrow::Cow;

pub(super) fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "PNG", reason: reason.into() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut chunks = Chunks { bytes, at: 8 };
    let Some((b"IHDR", head)) = chunks.next() else { return Err(Error::Truncated { format: "PNG" }) };
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, kind, ..] =
        head.first_chunk::<13>().ok_or_else(|| damaged("its header is too short"))?;
    let Found { transparent, metadata, warnings, pixels, .. } = Found::walk(&mut chunks, limits)?;
    let header = Header {
        format: Format::Png,
        width: u32::from_be_bytes([w0, w1, w2, w3]),
        height: u32::from_be_bytes([h0, h1, h2, h3]),
        color: color(kind, transparent)?,
        bit_depth: if depth == 16 { 16 } else { 8 },
        orientation: metadata.orientation,
        jpeg: None,
        metadata,
        warnings,
        file_bytes: bytes.len(),
        scratch: 0,
    };
    check_length(pixels, &header)?;
    Ok(header)
}

/// No encoder makes pixels much longer than they are. What is behind them would be ignored, and is not what anybody sent on
/// purpose.
fn check_length(compressed: u64, header: &Header) -> Result<()> {
    let most = header.shape().byte_len().saturating_mul(2).saturating_add(1 << 16);
    if compressed <= most {
        return Ok(());
    }
    let (width, height) = (header.width, header.height);
    Err(damaged(format!("it has {compressed} bytes of compressed pixels, far too many for {width}x{height}")))
}

/// What was found while walking over the chunks after the first.
#[derive(Default)]
struct Found {
    transparent: bool,
    metadata: Metadata,
    exif_text: Option<Vec<u8>>,
    /// Text chunks that were looked into and may have been bombs.
    inflated: usize,
    frames: u64,
    /// Bytes of compressed pixels.
    pixels: u64,
    warnings: Vec<String>,
}

impl Found {
    fn walk(chunks: &mut Chunks<'_>, limits: &Limits) -> Result<Found> {
        let mut found = Found::default();
        while let Some((name, data)) = chunks.next() {
            match name {
                b"IDAT" => found.pixels += data.len() as u64,
                b"tRNS" => found.transparent = true,
                b"acTL" => found.warnings.push(super::header::ANIMATED.into()),
                // Counted, for `acTL` may say anything.
                b"fcTL" => {
                    found.frames += 1;
                    limits.check_frames(found.frames)?;
                }
                b"eXIf" if found.metadata.exif.is_none() => found.metadata.exif = found.keep(data, limits),
                b"iTXt" if found.may_inflate(data) => {
                    found.block(png_text::international(data, found.room(limits)), limits);
                }
                b"tEXt" => found.block(png_text::plain(data, found.room(limits)), limits),
                b"zTXt" if found.may_inflate(data) => {
                    found.block(png_text::compressed(data, found.room(limits)), limits);
                }
                b"IEND" => {
                    found.note_rest(chunks.rest());
                    break;
                }
                _ => {}
            }
        }
        found.metadata.exif = found.metadata.exif.or(found.exif_text.take());
        found.metadata.orientation = found.metadata.exif.as_deref().and_then(exif_orientation).unwrap_or(1);
        Ok(found)
    }

    /// Bytes of metadata as text that are still allowed.
    fn room(&self, limits: &Limits) -> usize {
        limits.max_metadata_bytes.saturating_sub(self.metadata.byte_len())
    }

    /// Counts a text chunk that may be worth looking into. Real files have two or three of them.
    fn may_inflate(&mut self, data: &[u8]) -> bool {
        const MOST: usize = 16;
        let wanted = png_text::is_metadata(data);
        self.inflated += usize::from(wanted);
        wanted && self.inflated <= MOST
    }

    /// Keeps a block that was text, unless there is one already. EXIF in a chunk of its own comes first, wherever it stands.
    fn block(&mut self, block: Option<Block>, limits: &Limits) {
        let metadata = &mut self.metadata;
        match block {
            Some(Block::Xmp(packet)) => _ = metadata.xmp.get_or_insert(packet),
            Some(Block::Icc(icc)) => _ = metadata.icc.get_or_insert(icc),
            Some(Block::Exif(exif)) => _ = self.exif_text.get_or_insert(exif),
            Some(Block::TooLarge) => self.note_dropped(limits),
            None => {}
        }
    }

    fn note_dropped(&mut self, limits: &Limits) {
        let warning = format!("metadata beyond {} bytes was dropped", limits.max_metadata_bytes);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn keep(&mut self, data: &[u8], limits: &Limits) -> Option<Vec<u8>> {
        let fits = data.len() <= limits.max_metadata_bytes;
        if !fits {
            self.note_dropped(limits);
        }
        fits.then(|| data.to_vec())
    }

    fn note_rest(&mut self, bytes: usize) {
        if bytes > 0 {
            self.warnings.push(format!("{bytes} bytes after the end of the picture were ignored"));
        }
    }
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

/// The file without the chunks that only an animation has (PNG 11.3.6): what is left is its default picture, whatever is wrong
/// with the frames after it. Files without an animation are not copied.
pub(super) fn without_animation(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut chunks = Chunks { bytes, at: 8 };
    if !chunks.any(|(name, _)| name == b"acTL") {
        return Cow::Borrowed(bytes);
    }
    let mut still = Vec::with_capacity(bytes.len());
    let mut chunks = Chunks { bytes, at: 8 };
    let (mut kept, mut before) = (0, chunks.at);
    while let Some((name, _)) = chunks.next() {
        if matches!(name, b"acTL" | b"fcTL" | b"fdAT") {
            still.extend_from_slice(bytes.get(kept..before).unwrap_or_default());
            kept = chunks.at;
        }
        before = chunks.at;
    }
    still.extend_from_slice(bytes.get(kept..).unwrap_or_default());
    Cow::Owned(still)
}

/// Walks over chunks by their lengths; never looks into data that nobody asked for.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Chunks<'_> {
    /// Bytes that come after the last chunk.
    fn rest(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [(data.len() as u32).to_be_bytes().as_slice(), name, data, &[0; 4]].concat()
    }

    fn of(chunks: &[Vec<u8>]) -> Header {
        let head = chunk(b"IHDR", &[0, 0, 0, 9, 0, 0, 0, 4, 8, 3, 0, 0, 0]);
        probe(&[b"\x89PNG\r\n\x1a\n", head.as_slice(), &chunks.concat()].concat(), &Limits::default())
            .unwrap()
    }

    #[test]
    fn a_hundred_thousand_chunks_are_walked_over_once() {
        let header = of(&[chunk(b"tEXt", b"a\0b").repeat(100_000), chunk(b"tRNS", &[0])]);
        assert_eq!((header.width, header.height, header.color), (9, 4, Color::Rgba));
    }

    #[test]
    fn exif_after_the_pixels_counts_too() {
        let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0";
        assert_eq!(of(&[chunk(b"IDAT", &[]), chunk(b"eXIf", exif), chunk(b"IEND", &[])]).orientation, 8);
    }

    #[test]
    fn an_animation_is_cut_down_to_its_default_picture() {
        let start = b"\x89PNG\r\n\x1a\n".to_vec();
        let [head, pixels, end] = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"xyz"), chunk(b"IEND", b"")];
        let still = [start.clone(), head.clone(), pixels.clone(), end.clone()].concat();
        let [control, frame, more] =
            [chunk(b"acTL", &[0; 8]), chunk(b"fcTL", &[0; 26]), chunk(b"fdAT", b"abcdef")];
        let animated = [start, head, control, frame.clone(), pixels, frame, more, end].concat();
        assert_eq!(without_animation(&animated), still);
        assert!(matches!(without_animation(&still), Cow::Borrowed(_)));
        // Cut anywhere, what is left is never longer and never a panic.
        for cut in 0..animated.len() {
            assert!(without_animation(&animated[..cut]).len() <= cut);
        }
    }

    #[test]
    fn oddities_are_said() {
        let header = of(&[
            chunk(b"acTL", &[0; 8]),
            chunk(b"eXIf", &vec![0; 3 << 20]),
            chunk(b"IEND", &[]),
            vec![1, 2],
        ]);
        assert_eq!(
            header.warnings,
            [
                "animated: only the first frame is converted",
                "metadata beyond 2097152 bytes was dropped",
                "2 bytes after the end of the picture were ignored",
            ]
        );
        assert_eq!(header.metadata.exif, None);
    }
}
