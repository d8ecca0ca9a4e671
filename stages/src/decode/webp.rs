//! Owns reading WebP: with and without loss, alpha, the first frame of an animation.
//! Does not own: decoding the pixels, which the `image` crate does.
//!
//! Source: RFC 9649, section 2.7 (extended file format).

use super::by_image::{self, allowed, explain};
use super::header::ANIMATED;
use super::{Decoded, Header};
use crate::{Format, Limits, Result};
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use std::io::Cursor;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut header = by_image::header(open(bytes, limits)?, Format::WebP, bytes.len(), limits);
    if is_animated(bytes) {
        header.warnings.insert(0, ANIMATED.to_owned());
    }
    Ok(header)
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    by_image::decode(open(bytes, limits)?, header)
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<WebPDecoder<Cursor<&'a [u8]>>> {
    let explain = |error| explain(Format::WebP, error);
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    decoder.set_limits(allowed(limits)).map_err(explain)?;
    Ok(decoder)
}

/// The flags follow the header of the first chunk.
fn is_animated(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0x02 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webp_is_animated_if_its_header_says_so() {
        let file = |flags: u8| [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".as_slice(), &[flags, 0, 0, 0]].concat();
        assert!(is_animated(&file(0x02)));
        assert!(!is_animated(&file(0x10)));
    }
}
