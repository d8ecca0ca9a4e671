//! Owns reading Windows icons: the largest picture in them, of those the one with the most colors.
//! Does not own: bitmaps and PNGs, which icons are made of.
//!
//! Source: Microsoft, "The ICO file format": bitmaps have no file header, are twice as high as they look, and end in a mask of one
//! bit per pixel; those of 32 bits have alpha, unless all of it is 0.

use super::bmp::Dib;
use super::{Decoded, Header, png, png_header};
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "ICO", reason: reason.into() }
}

/// Where one picture of an icon is.
struct Entry<'a> {
    /// The whole file, of which the picture may begin anywhere.
    file: &'a [u8],
    start: usize,
    end: usize,
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let entry = largest(bytes)?;
    let picture = &bytes[entry.start..entry.end];
    if picture.starts_with(PNG_SIGNATURE) {
        let header = png_header::probe(picture, limits)?;
        return Ok(Header { format: Format::Ico, file_bytes: bytes.len(), ..header });
    }
    let dib = entry.dib()?;
    Ok(Header {
        format: Format::Ico,
        width: dib.width,
        height: dib.height,
        color: Color::Rgba,
        bit_depth: 8,
        orientation: 1,
        jpeg: None,
        warnings: Vec::new(),
        metadata: Metadata::default(),
        file_bytes: bytes.len(),
        scratch: dib.scratch() + u64::from(dib.width) * u64::from(dib.height) * 4,
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let entry = largest(bytes)?;
    let picture = &bytes[entry.start..entry.end];
    if picture.starts_with(PNG_SIGNATURE) {
        let header = Header { warnings: Vec::new(), ..png_header::probe(picture, limits)? };
        return png::decode(picture, &header, limits);
    }
    let dib = entry.dib()?;
    limits.check_size(dib.width, dib.height)?;
    let samples = entry.rgba(&dib)?;
    let image = Image::new(dib.width, dib.height, Color::Rgba, Samples::U8(samples))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings: Vec::new(), degraded: false })
}

fn largest(bytes: &[u8]) -> Result<Entry<'_>> {
    let truncated = || Error::Truncated { format: "ICO" };
    let count = bytes
        .get(4..6)
        .map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])))
        .ok_or_else(truncated)?;
    let directory = bytes.get(6..6 + 16 * count).ok_or_else(truncated)?;
    // A side of 0 is one of 256.
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    let rank =
        |entry: &&[u8; 16]| (side(entry[0]) * side(entry[1]), u16::from_le_bytes([entry[6], entry[7]]));
    // The first of equals, as they are sorted for people.
    let best = directory.as_chunks::<16>().0.iter().rev().max_by_key(rank);
    let entry = best.ok_or_else(|| damaged("it has no picture"))?;
    let [.., s0, s1, s2, s3, o0, o1, o2, o3] = *entry;
    let (size, start) =
        (u32::from_le_bytes([s0, s1, s2, s3]) as usize, u32::from_le_bytes([o0, o1, o2, o3]) as usize);
    let end = start.checked_add(size).filter(|&end| end <= bytes.len()).ok_or_else(truncated)?;
    Ok(Entry { file: bytes, start, end })
}

impl Entry<'_> {
    /// The header of the bitmap, as high as it looks.
    fn dib(&self) -> Result<Dib> {
        let mut dib = Dib::read(&self.file[..self.end], self.start, 0).map_err(inside)?;
        dib.height /= 2;
        if dib.height == 0 {
            return Err(damaged("its picture has no rows"));
        }
        Ok(dib)
    }

    fn rgba(&self, dib: &Dib) -> Result<Vec<u8>> {
        let file = &self.file[..self.end];
        let rgb = dib.samples(file).map_err(inside)?;
        let mut rgba: Vec<u8> = match dib.color() {
            Color::Rgba => rgb,
            _ => rgb
                .as_chunks::<3>()
                .0
                .iter()
                .flat_map(|&[red, green, blue]| [red, green, blue, 255])
                .collect(),
        };
        let (width, height) = (dib.width as usize, dib.height as usize);
        let stride = |bits: usize| (width * bits).div_ceil(32) * 4;
        let stored_row = |y: usize| if dib.top_down { y } else { height - 1 - y };
        let pixels = &file[dib.pixels.min(file.len())..];
        if dib.bits == 32 && pixels.as_chunks::<4>().0.iter().take(width * height).any(|pixel| pixel[3] != 0)
        {
            for (y, row) in rgba.chunks_exact_mut(width * 4).enumerate() {
                let stored = pixels[stored_row(y) * stride(32)..].as_chunks::<4>().0;
                row.as_chunks_mut::<4>()
                    .0
                    .iter_mut()
                    .zip(stored)
                    .for_each(|(pixel, stored)| pixel[3] = stored[3]);
            }
            return Ok(rgba);
        }
        let mask = pixels.get(stride(usize::from(dib.bits)) * height..).unwrap_or_default();
        for (y, row) in rgba.chunks_exact_mut(width * 4).enumerate() {
            // A mask that is missing hides nothing.
            let Some(bits) = mask.get(stored_row(y) * stride(1)..) else { continue };
            for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                if bits.get(x / 8).is_some_and(|byte| byte >> (7 - x % 8) & 1 == 1) {
                    pixel[3] = 0;
                }
            }
        }
        Ok(rgba)
    }
}

/// A bitmap's error, told of the icon.
fn inside(error: Error) -> Error {
    match error {
        Error::Damaged { reason, .. } => damaged(reason),
        Error::Truncated { .. } => Error::Truncated { format: "ICO" },
        Error::Unsupported { what, .. } => {
            Error::Unsupported { format: "ICO", what: format!("a bitmap with {what}") }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An icon with one bitmap of 1×1.
    fn bitmap(bits: u16, palette: &[u8], pixels: &[u8], mask: u8) -> Vec<u8> {
        let mut dib = [40u32, 1, 2].map(u32::to_le_bytes).concat();
        dib.extend([1, 0]);
        dib.extend(bits.to_le_bytes());
        dib.resize(40, 0);
        dib[32] = (palette.len() / 4) as u8;
        [dib.as_slice(), palette, pixels, &[mask, 0, 0, 0]].concat()
    }

    fn icon(pictures: &[(u8, u16, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0, pictures.len() as u8, 0];
        let mut at = 6 + 16 * pictures.len() as u32;
        for (side, bits, picture) in pictures {
            bytes.extend([*side, *side, 0, 0, 1, 0]);
            bytes.extend(bits.to_le_bytes());
            bytes.extend((picture.len() as u32).to_le_bytes());
            bytes.extend(at.to_le_bytes());
            at += picture.len() as u32;
        }
        pictures.iter().for_each(|(_, _, picture)| bytes.extend(picture));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>> {
        let header = probe(bytes, &Limits::default())?;
        let Samples::U8(samples) = decode(bytes, &header, &Limits::default())?.image.into_samples() else {
            panic!("8 bits expected")
        };
        Ok(samples)
    }

    #[test]
    fn the_mask_hides_pixels() {
        let red = [0, 0, 255, 0];
        assert_eq!(read(&icon(&[(1, 8, bitmap(8, &red, &[0; 4], 0))])).unwrap(), [255, 0, 0, 255]);
        assert_eq!(read(&icon(&[(1, 8, bitmap(8, &red, &[0; 4], 0x80))])).unwrap(), [255, 0, 0, 0]);
    }

    #[test]
    fn alpha_of_32_bits_counts_unless_all_of_it_is_0() {
        assert_eq!(read(&icon(&[(1, 32, bitmap(32, &[], &[1, 2, 3, 99], 0x80))])).unwrap(), [3, 2, 1, 99]);
        assert_eq!(read(&icon(&[(1, 32, bitmap(32, &[], &[1, 2, 3, 0], 0))])).unwrap(), [3, 2, 1, 255]);
    }

    #[test]
    fn the_largest_and_deepest_picture_is_taken() {
        let small = bitmap(32, &[], &[9, 9, 9, 255], 0);
        let shallow = bitmap(24, &[], &[5, 5, 5, 0], 0);
        let deep = bitmap(32, &[], &[7, 7, 7, 255], 0);
        assert_eq!(read(&icon(&[(1, 32, small), (48, 24, shallow), (48, 32, deep)])).unwrap()[0], 7);
    }

    #[test]
    fn a_truncated_icon_is_an_error() {
        let whole = icon(&[(1, 24, bitmap(24, &[], &[5, 5, 5, 0], 0))]);
        for cut in 6..whole.len() {
            assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}
