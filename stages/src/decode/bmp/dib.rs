//! Owns the header of a device-independent bitmap: size, depth, compression, masks, palette, and where the pixels are.
//! Does not own: the pixels.

use super::{damaged, unsupported};
use crate::{Color, Error, Result};
use std::ops::Range;

/// How pixels are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Rle8,
    Rle4,
}

/// A bitmap's header.
#[derive(Debug, Clone)]
pub(in crate::decode) struct Dib {
    pub(in crate::decode) width: u32,
    pub(in crate::decode) height: u32,
    pub(in crate::decode) bits: u16,
    /// Rows go from top to bottom.
    pub(in crate::decode) top_down: bool,
    /// Bit masks of red, green, blue and alpha; 0 is none.
    pub(super) masks: [u32; 4],
    pub(super) packing: Packing,
    /// Missing colors are black.
    pub(super) palette: Vec<[u8; 3]>,
    /// Where the pixels begin in the file.
    pub(in crate::decode) pixels: usize,
    pub(super) profile: Option<Range<usize>>,
}

/// The masks that pixels have when the file gives none.
fn usual_masks(bits: u16) -> [u32; 4] {
    if bits == 16 { [0x7c00, 0x03e0, 0x001f, 0] } else { [0xff_0000, 0xff00, 0xff, 0] }
}

/// Reads little-endian numbers at places relative to the header.
struct Head<'a>(&'a [u8]);

impl Head<'_> {
    fn u16(&self, at: usize) -> Result<u16> {
        let pair = self.0.get(at..at + 2).and_then(|pair| pair.try_into().ok());
        pair.map(u16::from_le_bytes).ok_or(Error::Truncated { format: "BMP" })
    }

    fn u32(&self, at: usize) -> Result<u32> {
        Ok(u32::from(self.u16(at)?) | u32::from(self.u16(at + 2)?) << 16)
    }
}

impl Dib {
    /// Reads the header that begins at `start`. `pixels` is where the file says that the pixels are; 0 is after the palette.
    pub(in crate::decode) fn read(bytes: &[u8], start: usize, pixels: usize) -> Result<Dib> {
        let head = Head(bytes.get(start..).ok_or(Error::Truncated { format: "BMP" })?);
        let length = head.u32(0)? as usize;
        let core = length == 12;
        if !core && !(16..=256).contains(&length) {
            return Err(unsupported(format!("a header of {length} bytes")));
        }
        let (width, height, bits) = if core {
            (i32::from(head.u16(4)?), i32::from(head.u16(6)?), head.u16(10)?)
        } else {
            (head.u32(4)?.cast_signed(), head.u32(8)?.cast_signed(), head.u16(14)?)
        };
        if width <= 0 || height == 0 {
            return Err(damaged(format!("its size is {width}x{height}")));
        }
        let compression = if length >= 20 { head.u32(16)? } else { 0 };
        let (packing, masks) = packing(compression, bits, length)?;
        // Masks follow the shortest header, and stand inside the longer ones at the same place.
        let masks_after = if masks && length == 40 { if compression == 6 { 16 } else { 12 } } else { 0 };
        let alpha_mask = masks && (length >= 56 || compression == 6);
        let masks = match (masks, alpha_mask) {
            (false, _) => usual_masks(bits),
            (true, false) => [head.u32(40)?, head.u32(44)?, head.u32(48)?, 0],
            (true, true) => [head.u32(40)?, head.u32(44)?, head.u32(48)?, head.u32(52)?],
        };
        let palette_at = start + length + masks_after;
        let entry = if core { 3 } else { 4 };
        let colors = if bits > 8 {
            0
        } else if length >= 36 {
            head.u32(32)? as usize
        } else {
            0
        };
        let colors = if bits > 8 {
            0
        } else if colors == 0 {
            1 << bits
        } else {
            colors.min(256)
        };
        // Some writers forget the palette in where they say that the pixels are.
        let pixels = if pixels <= start + length { palette_at + entry * colors } else { pixels };
        let palette = bytes.get(palette_at..bytes.len().min(pixels)).unwrap_or_default();
        let palette = palette.chunks_exact(entry).take(colors).map(|bgr| [bgr[2], bgr[1], bgr[0]]).collect();
        Ok(Dib {
            width: width.unsigned_abs(),
            height: height.unsigned_abs(),
            bits,
            top_down: height < 0,
            masks,
            packing,
            palette,
            pixels,
            profile: profile(&head, start, length),
        })
    }

    /// The layout of the decoded picture.
    pub(in crate::decode) fn color(&self) -> Color {
        if self.bits > 8 && self.masks[3] != 0 { Color::Rgba } else { Color::Rgb }
    }

    /// Most bytes that decoding holds besides the picture.
    pub(in crate::decode) fn scratch(&self) -> u64 {
        let indices =
            if self.packing == Packing::Plain { 0 } else { u64::from(self.width) * u64::from(self.height) };
        indices + 2048
    }
}

/// The packing that a header's number means, and whether bit masks are given.
fn packing(compression: u32, bits: u16, length: usize) -> Result<(Packing, bool)> {
    // Headers of OS/2 2.x, which mean other things by some numbers.
    let os2 = length == 64;
    match (compression, bits) {
        (0, 1 | 2 | 4 | 8 | 16 | 24 | 32) => Ok((Packing::Plain, false)),
        (1, 8) => Ok((Packing::Rle8, false)),
        (2, 4) => Ok((Packing::Rle4, false)),
        (3, 16 | 32) | (6, 16 | 32) if !os2 => Ok((Packing::Plain, true)),
        (3, _) if os2 => Err(unsupported("Huffman compression")),
        (4, _) if os2 => Err(unsupported("24-bit run lengths")),
        (4, _) => Err(unsupported("JPEG data inside")),
        (5, _) => Err(unsupported("PNG data inside")),
        _ => Err(unsupported(format!("compression {compression} of {bits}-bit pixels"))),
    }
}

/// Where a BITMAPV5HEADER says that an embedded profile is: `bV5CSType`, `bV5ProfileData`, `bV5ProfileSize`.
fn profile(head: &Head<'_>, start: usize, length: usize) -> Option<Range<usize>> {
    const EMBEDDED: u32 = u32::from_be_bytes(*b"MBED");
    if length < 124 || head.u32(56).ok()? != EMBEDDED {
        return None;
    }
    let from = start.checked_add(head.u32(112).ok()? as usize)?;
    let size = head.u32(116).ok()? as usize;
    (size > 0).then_some(from..from.checked_add(size)?)
}
