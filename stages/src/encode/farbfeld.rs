//! Owns writing farbfeld: RGBA, 16 bits, the high byte first.
//! Does not own: what farbfeld holds (see `rules.rs`).
//!
//! Source: <https://tools.suckless.org/farbfeld/>.

use super::Page;

pub(super) fn encode(page: &Page<'_>) -> Vec<u8> {
    let samples = page.fitted.samples.big_endian();
    let mut bytes = Vec::with_capacity(16 + samples.len());
    bytes.extend(b"farbfeld");
    bytes.extend(page.fitted.width.to_be_bytes());
    bytes.extend(page.fitted.height.to_be_bytes());
    bytes.extend(samples.iter());
    bytes
}

#[cfg(test)]
mod tests {
    use crate::{Color, EncodeOptions, Encoder, Format, Image, Samples};

    #[test]
    fn gray_becomes_opaque_rgba_of_16_bits() {
        let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![0x12])).unwrap();
        let encoded = Encoder::new().encode(&image, &EncodeOptions::new(Format::Farbfeld)).unwrap();
        assert_eq!(encoded.bytes, b"farbfeld\0\0\0\x01\0\0\0\x01\x12\x12\x12\x12\x12\x12\xff\xff");
        assert_eq!(encoded.warnings, [""; 0]);
    }
}
