//! Round trips: what every lossless writer writes is read back the same, for every depth, layout and odd size.

use super::*;
use crate::convert::{to_8_bits, to_16_bits};
use crate::{Color, DecodeMode, Decoder, Limits, Samples, probe};
use proptest::prelude::*;

const COLORS: [Color; 4] = [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba];
const EFFORTS: [Effort; 4] = [Effort::Fastest, Effort::Fast, Effort::Balanced, Effort::Best];

fn lossless() -> impl Iterator<Item = Format> {
    Format::ALL
        .into_iter()
        .filter(|format| rules::rules(*format).is_some() && !matches!(format, Format::Jpeg | Format::Avif))
}

/// As 16-bit RGBA, so that layouts compare.
fn canonical(image: &Image) -> Vec<u16> {
    let wide: Vec<u16> = match image.samples() {
        Samples::U8(samples) => samples.iter().map(|&sample| to_16_bits(sample)).collect(),
        Samples::U16(samples) => samples.clone(),
    };
    layout::recolor(wide.into(), image.color(), Color::Rgba, u16::MAX).into_owned()
}

fn reduced(image: &Image) -> Image {
    let samples = Samples::U8(layout::samples8(image).into_owned());
    Image::new(image.width(), image.height(), image.color(), samples).unwrap()
}

fn read_back(bytes: &[u8], format: Format) -> Image {
    let header = probe(bytes, &Limits::default()).unwrap();
    assert_eq!(header.format, format);
    let decoded = Decoder::new(Limits::default()).decode(bytes, &header, DecodeMode::Full).unwrap();
    assert_eq!(decoded.warnings, [""; 0], "{format}");
    decoded.image
}

/// Noise, few levels, or smooth: what encoders treat differently.
fn picture(width: u32, height: u32, color: Color, wide: bool, kind: u8, seed: u32) -> Image {
    let count = width * height * color.channels() as u32;
    let value = |at: u32| -> u16 {
        let noise = (at ^ seed).wrapping_mul(2_654_435_761) >> 11;
        match kind {
            0 => noise as u16,
            1 => [0, u16::MAX][noise as usize % 2],
            2 => [0, 21845, 43690, u16::MAX][noise as usize % 4],
            _ => (at * 97 + seed % 1000) as u16,
        }
    };
    let samples = if wide {
        Samples::U16((0..count).map(value).collect())
    } else {
        Samples::U8((0..count).map(|at| to_8_bits(value(at))).collect())
    };
    Image::new(width, height, color, samples).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn every_lossless_format_gives_back_what_it_was_given(
        width in 1u32..70, height in 1u32..20, color in 0usize..4, wide in any::<bool>(), kind in 0u8..4,
        effort in 0usize..4, seed in any::<u32>(),
    ) {
        let image = picture(width, height, COLORS[color], wide, kind, seed);
        for format in lossless() {
            let options = EncodeOptions { effort: EFFORTS[effort], ..EncodeOptions::new(format) };
            let encoded = Encoder::new().encode(&image, &options).unwrap();
            let back = read_back(&encoded.bytes, format);
            // What was reduced to 8 bits was told, and nothing else was lost.
            if encoded.warnings.is_empty() {
                prop_assert_eq!(canonical(&back), canonical(&image), "{}", format);
            } else {
                prop_assert!(wide && encoded.warnings[0].contains("from 16 bits to 8"), "{:?}", encoded.warnings);
                prop_assert_eq!(canonical(&back), canonical(&reduced(&image)), "{}", format);
            }
        }
    }

    #[test]
    fn layouts_and_depths_themselves_come_back_where_the_format_has_them(
        width in 1u32..40, height in 1u32..9, color in 0usize..4, wide in any::<bool>(), seed in any::<u32>(),
    ) {
        let image = picture(width, height, COLORS[color], wide, 0, seed);
        for format in [Format::Png, Format::Tiff, Format::Pnm] {
            let encoded = Encoder::new().encode(&image, &EncodeOptions::new(format)).unwrap();
            prop_assert_eq!(read_back(&encoded.bytes, format), image.clone(), "{}", format);
        }
    }

    #[test]
    fn one_bit_comes_back_as_black_and_white(width in 1u32..70, height in 1u32..9, seed in any::<u32>()) {
        let image = picture(width, height, Color::Gray, false, 1, seed);
        for format in [Format::Png, Format::Pnm] {
            let options = EncodeOptions { bits: Bits::One, ..EncodeOptions::new(format) };
            let encoded = Encoder::new().encode(&image, &options).unwrap();
            prop_assert_eq!(read_back(&encoded.bytes, format), image.clone(), "{}", format);
        }
    }
}

#[test]
fn formats_that_are_only_read_say_so() {
    let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![0])).unwrap();
    let error = Encoder::new().encode(&image, &EncodeOptions::new(Format::Gif)).unwrap_err();
    assert_eq!(error.to_string(), "cannot write as GIF: this format is only read");
}
