//! Owns reading Truevision TGA: gray, palettes, 15 to 32 bits, run lengths, any corner as the first.
//! Does not own: decoding the pixels, which the `image` crate does.

use super::by_image::{self, explain};
use super::{Decoded, Header};
use crate::{Format, Limits, Result};
use image::codecs::tga::TgaDecoder;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    Ok(by_image::header(open(bytes)?, Format::Tga, bytes.len(), limits))
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded> {
    by_image::decode(open(bytes)?, header)
}

fn open(bytes: &[u8]) -> Result<TgaDecoder<&[u8]>> {
    TgaDecoder::new(bytes).map_err(|error| explain(Format::Tga, error))
}
