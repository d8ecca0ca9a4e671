//! Owns reading GIF: the first frame, on its canvas.
//! Does not own: LZW, which the `gif` crate unpacks.
//!
//! What the frame does not cover is transparent, and so are pixels of the frame's transparent index. A first frame that is larger
//! than the canvas makes the canvas larger, as in browsers.
//!
//! | file | what |
//! |---|---|
//! | `blocks.rs` | what is known before any pixel is decoded |

mod blocks;

use super::header::ANIMATED;
use super::{Decoded, Header};
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};
use ::gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};
use blocks::Blocks;
use std::num::NonZeroU64;

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "GIF", reason: reason.into() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let blocks = Blocks::read(bytes)?;
    let mut warnings = Vec::new();
    limits.check_frames(blocks.frames)?;
    if blocks.frames > 1 {
        warnings.push(ANIMATED.to_owned());
    }
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
    let icc = keep(blocks.icc(bytes), "color profile");
    let xmp = keep(blocks.xmp(bytes), "XMP packet");
    let (width, height) = blocks.canvas();
    Ok(Header {
        format: Format::Gif,
        width,
        height,
        color: if blocks.sees_through() { Color::Rgba } else { Color::Rgb },
        bit_depth: 8,
        orientation: 1,
        jpeg: None,
        warnings,
        metadata: Metadata { icc, xmp, ..Metadata::default() },
        file_bytes: bytes.len(),
        // Indices, the table of LZW codes, and the extensions that its reader keeps.
        scratch: u64::from(blocks.width) * u64::from(blocks.height) + bytes.len() as u64 * 2 + (1 << 18),
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let blocks = Blocks::read(bytes)?;
    limits.check_size(u32::from(blocks.width), u32::from(blocks.height))?;
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let most = limits.max_pixels.saturating_add(limits.max_file_bytes);
    options.set_memory_limit(NonZeroU64::new(most).map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes));
    let mut decoder = options.read_info(bytes).map_err(explain)?;
    let frame = decoder.next_frame_info().map_err(explain)?.ok_or_else(|| damaged("it has no picture"))?;
    let same = (frame.left, frame.top, frame.width, frame.height);
    let transparent = frame.transparent;
    let size = usize::from(frame.width) * usize::from(frame.height);
    if same != (blocks.left, blocks.top, blocks.width, blocks.height) || transparent != blocks.transparent {
        return Err(damaged("its first frame cannot be told"));
    }
    let mut indices = vec![0; size];
    decoder.read_into_buffer(&mut indices).map_err(explain)?;
    let palette = decoder.palette().map_err(explain)?;
    let colors = colors(palette, transparent);
    let samples = if header.color == Color::Rgba {
        on_canvas(&blocks, header, &indices, &colors)?
    } else {
        let mut samples = Vec::with_capacity(size * 3);
        for &index in &indices {
            let [red, green, blue, _] = colors[usize::from(index)].ok_or_else(no_color)?;
            samples.extend([red, green, blue]);
        }
        samples
    };
    let image = Image::new(header.width, header.height, header.color, Samples::U8(samples))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings: Vec::new(), degraded: false })
}

fn no_color() -> Error {
    damaged("it uses a color that its palette does not have")
}

/// The color of each index; the transparent one is so black that nothing of it can be seen.
fn colors(palette: &[u8], transparent: Option<u8>) -> [Option<[u8; 4]>; 256] {
    let palette = palette.as_chunks::<3>().0;
    std::array::from_fn(|index| {
        if transparent.map(usize::from) == Some(index) {
            return Some([0; 4]);
        }
        palette.get(index).map(|&[red, green, blue]| [red, green, blue, 255])
    })
}

fn on_canvas(
    blocks: &Blocks,
    header: &Header,
    indices: &[u8],
    colors: &[Option<[u8; 4]>; 256],
) -> Result<Vec<u8>> {
    let row = header.width as usize * 4;
    let mut samples = vec![0; row * header.height as usize];
    let rows = samples.chunks_exact_mut(row).skip(usize::from(blocks.top));
    for (row, indices) in rows.zip(indices.chunks_exact(usize::from(blocks.width).max(1))) {
        let pixels = row[usize::from(blocks.left) * 4..].as_chunks_mut::<4>().0;
        for (pixel, &index) in pixels.iter_mut().zip(indices) {
            *pixel = colors[usize::from(index)].ok_or_else(no_color)?;
        }
    }
    Ok(samples)
}

fn explain(error: DecodingError) -> Error {
    match error {
        DecodingError::Io(_) | DecodingError::UnexpectedEof => Error::Truncated { format: "GIF" },
        other => damaged(other.to_string().trim_end_matches('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A canvas of 2×2 with black and red, and one frame of one pixel at 1,1 that is red.
    fn file(control: &[u8], left: u8, canvas: u8) -> Vec<u8> {
        let head = [b"GIF89a".as_slice(), &[canvas, 0, canvas, 0, 0x80, 0, 0, 0, 0, 0, 255, 0, 0]].concat();
        [head.as_slice(), control, &[0x2c, left, 0, left, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0, 0x3b]].concat()
    }

    fn read(bytes: &[u8]) -> Result<(Color, Vec<u8>)> {
        let header = probe(bytes, &Limits::default())?;
        let image = decode(bytes, &header, &Limits::default())?.image;
        let Samples::U8(samples) = image.samples() else { panic!("8 bits expected") };
        Ok((image.color(), samples.clone()))
    }

    #[test]
    fn what_the_frame_does_not_cover_is_transparent() {
        let (color, samples) = read(&file(b"", 1, 2)).unwrap();
        assert_eq!((color, samples), (Color::Rgba, [[0; 4], [0; 4], [0; 4], [255, 0, 0, 255]].concat()));
    }

    #[test]
    fn a_frame_that_covers_the_canvas_has_no_alpha() {
        assert_eq!(read(&file(b"", 0, 1)).unwrap(), (Color::Rgb, vec![255, 0, 0]));
    }

    #[test]
    fn the_transparent_index_is_transparent() {
        let control = b"\x21\xf9\x04\x01\0\0\x01\0";
        assert_eq!(read(&file(control, 0, 1)).unwrap(), (Color::Rgba, vec![0; 4]));
        let other = b"\x21\xf9\x04\x01\0\0\0\0";
        assert_eq!(read(&file(other, 0, 1)).unwrap(), (Color::Rgba, vec![255, 0, 0, 255]));
    }

    #[test]
    fn a_frame_beyond_the_canvas_makes_it_larger() {
        let header = probe(&file(b"", 3, 2), &Limits::default()).unwrap();
        assert_eq!((header.width, header.height), (4, 4));
        assert_eq!(read(&file(b"", 3, 2)).unwrap().1[60..], [255, 0, 0, 255]);
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let whole = file(b"", 0, 1);
        for cut in 6..whole.len() - 2 {
            assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}
