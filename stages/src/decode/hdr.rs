//! Owns reading Radiance HDR: what its linear light becomes in 16 bits.
//! Does not own: run lengths and shared exponents, which the `image` crate decodes.
//!
//! Light from 0 to 1 is encoded as sRGB does it (IEC 61966-2-1), brighter light is cut to 1. Exposure is 1: what the file says of it
//! is already in its values.

use super::by_image::{self, explain};
use super::{Decoded, Header};
use crate::{Color, Error, Format, Image, Limits, Result, Samples};
use image::ImageDecoder;
use image::codecs::hdr::HdrDecoder;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut header = by_image::header(open(bytes)?, Format::Hdr, bytes.len(), limits);
    header.warnings.push("light brighter than 1 was cut, and the rest encoded as sRGB of 16 bits".to_owned());
    Ok(header)
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded> {
    let decoder = open(bytes)?;
    let size = usize::try_from(decoder.total_bytes());
    let size = size
        .map_err(|_| Error::Damaged { format: "HDR", reason: "its size does not fit this machine".into() })?;
    let mut floats = vec![0; size];
    decoder.read_image(&mut floats).map_err(|error| explain(Format::Hdr, error))?;
    let samples = floats.as_chunks::<4>().0.iter().map(|&four| encode(f32::from_ne_bytes(four))).collect();
    let image = Image::new(header.width, header.height, Color::Rgb, Samples::U16(samples))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings: Vec::new(), degraded: false })
}

fn open(bytes: &[u8]) -> Result<HdrDecoder<&[u8]>> {
    HdrDecoder::new(bytes).map_err(|error| explain(Format::Hdr, error))
}

fn encode(light: f32) -> u16 {
    let light = light.clamp(0.0, 1.0);
    let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (encoded * 65535.0).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_light_is_encoded_and_cut() {
        assert_eq!([0.0, 1.0, 5.0, -1.0, f32::NAN].map(encode), [0, 65535, 65535, 0, 0]);
        // Middle gray of 18 % is 46 % of the range.
        assert_eq!(encode(0.18), 30235);
    }

    #[test]
    fn a_file_without_run_lengths_is_read() {
        let file = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 2\n\x80\x80\x80\x81\0\0\0\0";
        let header = probe(file, &Limits::default()).unwrap();
        let image = decode(file, &header).unwrap().image;
        assert_eq!(image.samples(), &Samples::U16(vec![65535, 65535, 65535, 0, 0, 0]));
    }
}
