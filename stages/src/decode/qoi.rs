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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, Error, Samples};

    fn file(channels: u8, pixel: &[u8]) -> Vec<u8> {
        [b"qoif\0\0\0\x01\0\0\0\x01".as_slice(), &[channels, 0], pixel, &[0, 0, 0, 0, 0, 0, 0, 1]].concat()
    }

    #[test]
    fn the_header_says_whether_there_is_alpha() {
        for (bytes, color, samples) in [
            (file(3, &[0xfe, 1, 2, 3]), Color::Rgb, vec![1, 2, 3]),
            (file(4, &[0xff, 1, 2, 3, 4]), Color::Rgba, vec![1, 2, 3, 4]),
        ] {
            let header = probe(&bytes, &Limits::default()).unwrap();
            let image = decode(&bytes, &header).unwrap().image;
            assert_eq!((image.color(), image.samples()), (color, &Samples::U8(samples)));
        }
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let bytes = file(3, &[0xfe, 1, 2, 3]);
        let header = probe(&bytes, &Limits::default()).unwrap();
        let error = decode(&bytes[..15], &header).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. } | Error::Truncated { .. }), "{error}");
    }
}
