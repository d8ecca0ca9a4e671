//! Owns writing TGA: gray, RGB, RGBA, without runs, from top to bottom.
//! Does not own: what TGA holds (see `rules.rs`).
//!
//! Source: Truevision TGA File Format Specification, version 2.0: the header's fields, and the footer that tells a newer
//! file from any other.

use super::Page;
use crate::Color;

const GRAY: u8 = 3;
const TRUE_COLOR: u8 = 2;
/// In the header's last byte: the first row is the top one. Its low half is the number of bits of alpha.
const FROM_TOP: u8 = 0x20;
/// No extension area, no developer area, the signature.
const FOOTER: &[u8; 26] = b"\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0";

pub(super) fn encode(page: &Page<'_>) -> Vec<u8> {
    let fitted = &page.fitted;
    let (kind, bits, alpha) = match fitted.color {
        Color::Gray => (GRAY, 8, 0),
        Color::Rgb => (TRUE_COLOR, 24, 0),
        Color::GrayAlpha | Color::Rgba => (TRUE_COLOR, 32, 8),
    };
    let samples = fitted.samples.eight();
    let mut bytes = Vec::with_capacity(18 + samples.len() + FOOTER.len());
    bytes.extend([0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Both sides are within 16 bits by the rules.
    for side in [fitted.width, fitted.height] {
        bytes.extend(&side.to_le_bytes()[..2]);
    }
    bytes.extend([bits, FROM_TOP | alpha]);
    match fitted.color {
        Color::Gray => bytes.extend(samples),
        Color::Rgb => bytes.extend(samples.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [b, g, r])),
        Color::GrayAlpha | Color::Rgba => {
            bytes.extend(samples.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, a]| [b, g, r, a]));
        }
    }
    bytes.extend(FOOTER);
    bytes
}

#[cfg(test)]
mod tests {
    use crate::{Color, EncodeOptions, Encoder, Format, Image, Samples};

    #[test]
    fn a_file_is_header_pixels_footer() {
        let image = Image::new(2, 1, Color::Rgb, Samples::U8(vec![1, 2, 3, 4, 5, 6])).unwrap();
        let bytes = Encoder::new().encode(&image, &EncodeOptions::new(Format::Tga)).unwrap().bytes;
        assert_eq!(bytes[..18], [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 24, 0x20]);
        assert_eq!(bytes[18..24], [3, 2, 1, 6, 5, 4]);
        assert!(bytes.ends_with(b"TRUEVISION-XFILE.\0"));
    }
}
