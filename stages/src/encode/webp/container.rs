//! Owns adding metadata to a WebP file that has none.
//! Does not own: the picture in it.
//!
//! Source: RFC 9649, section 2.7: VP8X comes first, a profile before the picture, EXIF and XMP after it.

use crate::encode::Blocks;

const XMP: u8 = 1 << 2;
const EXIF: u8 = 1 << 3;
const ALPHA: u8 = 1 << 4;
const ICC: u8 = 1 << 5;

/// The file with these blocks; the same bytes if there are none.
pub(super) fn with_blocks(
    file: &[u8],
    width: u32,
    height: u32,
    has_alpha: bool,
    blocks: &Blocks<'_>,
) -> Vec<u8> {
    if *blocks == Blocks::default() {
        return file.to_vec();
    }
    let flag = |block: Option<&[u8]>, flag| if block.is_some() { flag } else { 0 };
    let flags = flag(blocks.icc, ICC)
        | flag(blocks.exif, EXIF)
        | flag(blocks.xmp, XMP)
        | if has_alpha { ALPHA } else { 0 };
    let mut header = vec![flags, 0, 0, 0];
    // Sides are at least 1 and at most 16383, so 24 bits hold them.
    for side in [width, height] {
        header.extend(&side.saturating_sub(1).to_le_bytes()[..3]);
    }
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    chunk(&mut out, b"VP8X", &header);
    if let Some(icc) = blocks.icc {
        chunk(&mut out, b"ICCP", icc);
    }
    out.extend(picture(file));
    if let Some(exif) = blocks.exif {
        chunk(&mut out, b"EXIF", exif);
    }
    if let Some(xmp) = blocks.xmp {
        chunk(&mut out, b"XMP ", xmp);
    }
    let length = (out.len() - 8) as u32;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    out
}

/// The chunks of a file without the VP8X that it has when there is alpha.
fn picture(file: &[u8]) -> &[u8] {
    let chunks = file.get(12..).unwrap_or_default();
    if chunks.starts_with(b"VP8X") { chunks.get(18..).unwrap_or_default() } else { chunks }
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend(name);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    if !data.len().is_multiple_of(2) {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Color, DecodeMode, Decoder, EncodeOptions, Encoder, Format, Image, Limits, Metadata, Quality,
        Samples, probe,
    };

    #[test]
    fn metadata_survives_with_and_without_alpha() {
        let mut icc = vec![7; 301];
        icc[16..20].copy_from_slice(b"RGB ");
        icc[36..40].copy_from_slice(b"acsp");
        icc[128..132].fill(0);
        let exif = b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        let metadata =
            Metadata { exif: Some(exif), icc: Some(icc), xmp: Some(b"<x/>".to_vec()), ..Metadata::default() };
        for color in [Color::Rgb, Color::Rgba] {
            let samples = Samples::U8(vec![100; 20 * 10 * color.channels()]);
            let image = Image::new(20, 10, color, samples).unwrap().with_metadata(metadata.clone());
            let options = EncodeOptions { quality: Quality::Percent(80), ..EncodeOptions::new(Format::WebP) };
            let bytes = Encoder::new().encode(&image, &options).unwrap().bytes;
            let header = probe(&bytes, &Limits::default()).unwrap();
            let back =
                Decoder::new(Limits::default()).decode(&bytes, &header, DecodeMode::Full).unwrap().image;
            assert_eq!((back.width(), back.height(), back.color()), (20, 10, color));
            assert_eq!(back.metadata, metadata);
        }
    }
}
