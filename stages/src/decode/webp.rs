//! Owns reading WebP: with and without loss, alpha, the first frame of an animation.
//! Does not own: decoding the pixels, which the `image` crate does.
//!
//! Source: RFC 9649, section 2.7 (extended file format).

use super::by_image::{self, allowed, explain};
use super::header::ANIMATED;
use super::{Decoded, Header};
use crate::{Error, Format, Limits, Result};
use image::ImageDecoder;
use image::codecs::webp::WebPDecoder;
use std::io::Cursor;

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let mut header = by_image::header(open(bytes, limits)?, Format::WebP, bytes.len(), limits);
    if is_animated(bytes) {
        limits.check_frames(frames(bytes))?;
        header.warnings.insert(0, ANIMATED.to_owned());
    }
    Ok(header)
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    by_image::decode(open(bytes, limits)?, header)
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<WebPDecoder<Cursor<&'a [u8]>>> {
    check_chunks(bytes)?;
    let explain = |error| explain(Format::WebP, error);
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    decoder.set_limits(allowed(limits)).map_err(explain)?;
    Ok(decoder)
}

/// Every chunk up to that of the picture has to be all there: the library decodes what there is of it without a word.
fn check_chunks(bytes: &[u8]) -> Result<()> {
    let length_at = |at: usize| -> Option<usize> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    const TRUNCATED: Error = Error::Truncated { format: "WebP" };
    let file = length_at(4).and_then(|length| length.checked_add(8)).ok_or(TRUNCATED)?;
    let mut at = 12;
    loop {
        let body = at + 8;
        let end = length_at(at + 4).and_then(|length| body.checked_add(length)).ok_or(TRUNCATED)?;
        if end > bytes.len() {
            return Err(TRUNCATED);
        }
        if end > file {
            let reason = "a chunk is longer than the file says to be".to_owned();
            return Err(Error::Damaged { format: "WebP", reason });
        }
        if matches!(&bytes[at..at + 4], b"VP8 " | b"VP8L" | b"ANMF") {
            return Ok(());
        }
        // Chunks begin at even places.
        at = end.saturating_add(end % 2);
    }
}

/// Chunks that are frames, as far as chunks can be followed.
fn frames(bytes: &[u8]) -> u64 {
    let (mut frames, mut at) = (0, 12usize);
    while let Some(&[a, b, c, d, l0, l1, l2, l3]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        frames += u64::from([a, b, c, d] == *b"ANMF");
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        at = usize::try_from(length + length % 2).unwrap_or(usize::MAX).saturating_add(at + 8);
    }
    frames
}

/// The flags follow the header of the first chunk.
fn is_animated(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0x02 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_is_not_all_there_is_refused() {
        let file = |says: u8, length: u8, data: usize| {
            let head =
                [b"RIFF".as_slice(), &[says, 0, 0, 0], b"WEBPEXIF\x01\0\0\0x\0VP8L", &[length, 0, 0, 0]];
            [head.concat(), vec![0; data]].concat()
        };
        assert!(check_chunks(&file(42, 20, 20)).is_ok());
        assert!(check_chunks(&file(42, 20, 25)).is_ok(), "what comes after the picture does not matter");
        assert!(matches!(check_chunks(&file(42, 20, 19)), Err(Error::Truncated { .. })));
        assert!(matches!(check_chunks(&file(41, 20, 20)), Err(Error::Damaged { .. })));
        assert!(matches!(check_chunks(b"RIFF\xff\xff\xff\xffWEBPVP8 "), Err(Error::Truncated { .. })));
    }

    #[test]
    fn frames_are_counted_up_to_the_end() {
        let file = [b"RIFF\0\0\0\0WEBP".as_slice(), &b"ANMF\x01\0\0\0x\0".repeat(3), b"ANMF\xff"].concat();
        assert_eq!(frames(&file), 3);
    }

    #[test]
    fn a_webp_is_animated_if_its_header_says_so() {
        let file = |flags: u8| [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".as_slice(), &[flags, 0, 0, 0]].concat();
        assert!(is_animated(&file(0x02)));
        assert!(!is_animated(&file(0x10)));
    }
}
