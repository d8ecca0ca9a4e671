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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, Error, Samples};

    const FILE: &[u8] = b"farbfeld\0\0\0\x01\0\0\0\x01\x12\x34\x00\x01\xff\xff\x80\x00";

    #[test]
    fn samples_have_their_high_byte_first() {
        let header = probe(FILE, &Limits::default()).unwrap();
        let image = decode(FILE, &header).unwrap().image;
        assert_eq!(
            (image.color(), image.samples()),
            (Color::Rgba, &Samples::U16(vec![0x1234, 1, 0xffff, 0x8000]))
        );
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let header = probe(FILE, &Limits::default()).unwrap();
        assert!(matches!(decode(&FILE[..20], &header), Err(Error::Truncated { .. })));
    }
}
