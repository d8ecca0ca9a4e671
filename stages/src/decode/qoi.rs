//! Owns reading the Quite OK Image format: red, green, blue, with or without alpha.
//! Does not own: decoding the pixels, which the `image` crate does.

use super::by_image::{self, explain};
use super::{Decoded, Header};
use crate::{Format, Limits, Result};
use image::codecs::qoi::QoiDecoder;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    Ok(by_image::header(open(bytes)?, Format::Qoi, bytes.len(), limits))
}

pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded> {
    by_image::decode(open(bytes)?, header)
}

fn open(bytes: &[u8]) -> Result<QoiDecoder<&[u8]>> {
    QoiDecoder::new(bytes).map_err(|error| explain(Format::Qoi, error))
}
