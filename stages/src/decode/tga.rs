//! Owns reading Truevision TGA: gray, palettes, 15 to 32 bits, run lengths, any corner as the first.
//! Does not own: decoding the pixels, which the `image` crate does.
//!
//! Source: Truevision TGA specification 2.0, field 5.6: bits 0 to 3 say how many bits of a pixel are alpha. Where they say none, the
//! fourth byte of a 32-bit pixel is not alpha, and what stands there is often 0.

use super::by_image::{self, explain};
use super::{Decoded, Header};
use crate::{Color, Format, Image, Limits, Result, Samples};
use image::codecs::tga::TgaDecoder;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut header = by_image::header(open(bytes)?, Format::Tga, bytes.len(), limits);
    if header.color == Color::Rgba && !has_alpha(bytes) {
        header.color = Color::Rgb;
        header.warnings.push("its fourth samples are not said to be alpha and were left out".to_owned());
    }
    Ok(header)
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded> {
    let decoded = by_image::decode(open(bytes)?, header)?;
    if decoded.image.color() == header.color {
        return Ok(decoded);
    }
    let rgb = match decoded.image.into_samples() {
        Samples::U8(rgba) => {
            rgba.as_chunks::<4>().0.iter().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
        }
        Samples::U16(_) => Vec::new(),
    };
    let image = Image::new(header.width, header.height, header.color, Samples::U8(rgb))?;
    Ok(Decoded { image, warnings: Vec::new(), degraded: false })
}

fn has_alpha(bytes: &[u8]) -> bool {
    bytes.get(17).is_some_and(|descriptor| descriptor & 0x0f != 0)
}

fn open(bytes: &[u8]) -> Result<TgaDecoder<&[u8]>> {
    TgaDecoder::new(bytes).map_err(|error| explain(Format::Tga, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of 2×1 pixels without anything between header and pixels.
    fn file(kind: u8, bits: u8, descriptor: u8, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, bits, descriptor];
        bytes.extend(pixels);
        bytes
    }

    fn read(bytes: &[u8]) -> (Color, Vec<u8>) {
        let header = probe(bytes, &Limits::default()).unwrap();
        let image = decode(bytes, &header).unwrap().image;
        assert_eq!(image.color(), header.color);
        let Samples::U8(samples) = image.samples() else { panic!("8 bits expected") };
        (image.color(), samples.clone())
    }

    #[test]
    fn the_fourth_byte_is_alpha_only_if_the_header_says_so() {
        let pixels = [1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(read(&file(2, 32, 8, &pixels)), (Color::Rgba, vec![3, 2, 1, 4, 7, 6, 5, 8]));
        assert_eq!(read(&file(2, 32, 0, &pixels)), (Color::Rgb, vec![3, 2, 1, 7, 6, 5]));
    }

    #[test]
    fn gray_runs_and_the_right_corner_are_read() {
        assert_eq!(read(&file(3, 8, 0, &[7, 9])), (Color::Gray, vec![7, 9]));
        assert_eq!(read(&file(3, 8, 0x10, &[7, 9])), (Color::Gray, vec![9, 7]));
        assert_eq!(read(&file(11, 8, 0, &[0x81, 7])), (Color::Gray, vec![7, 7]));
    }

    #[test]
    fn five_bits_are_scaled_to_eight() {
        assert_eq!(
            read(&file(2, 16, 0, &[0x1f, 0x00, 0xe0, 0x7f])),
            (Color::Rgb, vec![0, 0, 255, 255, 255, 0])
        );
    }
}
