//! Owns reading farbfeld: red, green, blue, alpha of 16 bits.
//! Does not own: decoding the pixels, which the `image` crate does.

use super::by_image::{self, explain};
use super::{Decoded, Header};
use crate::{Format, Limits, Result};
use image::codecs::farbfeld::FarbfeldDecoder;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    Ok(by_image::header(open(bytes)?, Format::Farbfeld, bytes.len(), limits))
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded> {
    by_image::decode(open(bytes)?, header)
}

fn open(bytes: &[u8]) -> Result<FarbfeldDecoder<&[u8]>> {
    FarbfeldDecoder::new(bytes).map_err(|error| explain(Format::Farbfeld, error))
}
