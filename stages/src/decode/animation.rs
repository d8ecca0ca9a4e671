//! Owns telling whether a GIF or WebP file holds more than the one picture that is converted.
//! Does not own: decoding; APNG, which `png_header.rs` sees while it walks the chunks.

use crate::Format;

/// Said of a file of which only the first frame is converted.
pub(super) const ANIMATED: &str = "animated: only the first frame is converted";

/// Whether there is a second frame. What is damaged counts as none: its decoder will say so.
pub(super) fn is_animated(bytes: &[u8], format: Format) -> bool {
    match format {
        // RIFF container specification of WebP, "Extended File Format": the flags follow the chunk's header.
        Format::WebP => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0x02 != 0)
        }
        Format::Gif => gif_images(bytes) >= 2,
        _ => false,
    }
}

/// Image blocks of a GIF (GIF89a specification, sections 18 to 27), no more than two. Every block is longer than nothing, so
/// this ends.
fn gif_images(bytes: &[u8]) -> u32 {
    let mut images = 0;
    let mut at = 13 + color_table(bytes.get(10));
    while images < 2 {
        at = match bytes.get(at) {
            Some(0x21) => after_sub_blocks(bytes, at + 2),
            Some(0x2c) => {
                images += 1;
                after_sub_blocks(bytes, at + 10 + color_table(bytes.get(at + 9)) + 1)
            }
            _ => break,
        };
    }
    images
}

/// Bytes of the color table that these flags announce.
fn color_table(flags: Option<&u8>) -> usize {
    flags.filter(|flags| **flags & 0x80 != 0).map_or(0, |flags| 3 << ((flags & 7) + 1))
}

fn after_sub_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(length) = bytes.get(at) {
        at += 1 + usize::from(*length);
        if *length == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &[u8] = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0";

    #[test]
    fn a_gif_is_animated_from_its_second_image_on() {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let control = b"\x21\xf9\x04\0\0\0\0\0";
        let one = [head.as_slice(), control, IMAGE, b";"].concat();
        let two = [head.as_slice(), control, IMAGE, control, IMAGE, b";"].concat();
        assert!(!is_animated(&one, Format::Gif));
        assert!(is_animated(&two, Format::Gif));
        for end in 0..two.len() {
            let _ = is_animated(&two[..end], Format::Gif);
        }
    }

    #[test]
    fn a_webp_is_animated_if_its_header_says_so() {
        let file = |flags: u8| [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0".as_slice(), &[flags, 0, 0, 0]].concat();
        assert!(is_animated(&file(0x02), Format::WebP));
        assert!(!is_animated(&file(0x10), Format::WebP));
    }
}
