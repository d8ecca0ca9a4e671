//! Owns writing PNM: PBM (P4) where one bit a pixel is asked for, PGM (P5), PPM (P6), and PAM (P7) for pictures with alpha.
//! Does not own: what PNM holds (see `rules.rs`).
//!
//! Source: <https://netpbm.sourceforge.net/doc/>, `pbm.html`, `pgm.html`, `ppm.html` and `pam.html`. Samples of 16 bits have
//! their high byte first; a bit of a PBM is 1 for black.

use super::{Bits, Page, layout};
use crate::Color;

pub(super) fn encode(page: &Page<'_>) -> Vec<u8> {
    let fitted = &page.fitted;
    let (width, height) = (fitted.width, fitted.height);
    if page.options.bits == Bits::One {
        let mut bytes = format!("P4\n{width} {height}\n").into_bytes();
        bytes.extend(black_is_one(layout::pack_bits(page.image), width as usize));
        return bytes;
    }
    let most = if fitted.samples.bits() == 16 { 65535 } else { 255 };
    let pam = |depth: u8, kind: &str| {
        format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {most}\nTUPLTYPE {kind}\nENDHDR\n")
    };
    let header = match fitted.color {
        Color::Gray => format!("P5\n{width} {height}\n{most}\n"),
        Color::Rgb => format!("P6\n{width} {height}\n{most}\n"),
        Color::GrayAlpha => pam(2, "GRAYSCALE_ALPHA"),
        Color::Rgba => pam(4, "RGB_ALPHA"),
    };
    let samples = fitted.samples.big_endian();
    let mut bytes = Vec::with_capacity(header.len() + samples.len());
    bytes.extend(header.as_bytes());
    bytes.extend(samples.iter());
    bytes
}

/// Bits the other way round, without those that fill up a row.
fn black_is_one(mut packed: Vec<u8>, width: usize) -> Vec<u8> {
    let row = width.div_ceil(8);
    let last = 0xff_u8 << (row * 8 - width);
    for (at, byte) in packed.iter_mut().enumerate() {
        *byte = !*byte & if at % row == row - 1 { last } else { 0xff };
    }
    packed
}

#[cfg(test)]
mod tests {
    use crate::{Bits, Color, EncodeOptions, Encoder, Format, Image, Samples};

    fn pnm(width: u32, color: Color, samples: Samples, bits: Bits) -> Vec<u8> {
        let image = Image::new(width, 1, color, samples).unwrap();
        let options = EncodeOptions { bits, ..EncodeOptions::new(Format::Pnm) };
        Encoder::new().encode(&image, &options).unwrap().bytes
    }

    #[test]
    fn pnm_is_pgm_or_ppm_and_only_with_alpha_pam() {
        let auto = |color, samples| pnm(1, color, samples, Bits::Auto);
        assert_eq!(auto(Color::Gray, Samples::U8(vec![7])), b"P5\n1 1\n255\n\x07");
        assert_eq!(auto(Color::Gray, Samples::U16(vec![0x1234])), b"P5\n1 1\n65535\n\x12\x34");
        assert_eq!(auto(Color::Rgb, Samples::U8(vec![1, 2, 3])), b"P6\n1 1\n255\n\x01\x02\x03");
        let wide = auto(Color::Rgb, Samples::U16(vec![1, 256, 2]));
        assert_eq!(wide, b"P6\n1 1\n65535\n\x00\x01\x01\x00\x00\x02");
        assert!(auto(Color::Rgba, Samples::U8(vec![1, 2, 3, 4])).starts_with(b"P7\n"));
        let gray_alpha = auto(Color::GrayAlpha, Samples::U16(vec![1, 2]));
        assert_eq!(
            gray_alpha,
            b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 65535\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\0\x01\0\x02"
        );
    }

    #[test]
    fn one_bit_is_pbm_where_black_is_one() {
        let samples = [255, 0, 255, 255, 255, 255, 255, 255, 255].to_vec();
        assert_eq!(pnm(9, Color::Gray, Samples::U8(samples), Bits::One), b"P4\n9 1\n\x40\x00");
    }
}
