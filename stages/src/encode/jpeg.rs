//! Owns writing JPEG, by `jpeg-encoder`: gray and RGB, 8 bits, baseline and progressive.
//! Does not own: what JPEG holds (see `rules.rs`), quality as people write it (see `options.rs`).

use super::segments::{self, Segment};
use super::{Effort, Page, Quality, Subsampling};
use crate::{Color, Error, JpegTables, Result};
use jpeg_encoder::{
    ChromaSubsamplingMethod, ColorType, Encoder, EncodingError, QuantizationTableType, SamplingFactor,
};

/// Quality of a picture that came from no JPEG.
const DEFAULT_QUALITY: u8 = 90;

pub(super) fn encode(page: &Page<'_>, warnings: &mut Vec<String>) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let side =
        |pixels: u32| u16::try_from(pixels).map_err(|_| page.rules.failed("a side is longer than 65535"));
    let (width, height) = (side(fitted.width)?, side(fitted.height)?);
    let (pixels, gray) = (fitted.samples.eight(), fitted.color == Color::Gray);
    // Half a byte a pixel is more than most photographs take; the vector grows for the others.
    let mut bytes = Vec::with_capacity(pixels.len() / 4 + 4096);
    let mut encoder = Encoder::new(&mut bytes, DEFAULT_QUALITY);
    set_quality(&mut encoder, page);
    // As libjpeg makes smaller planes of color: the mean, not the pixel that comes first.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_progressive(page.options.progressive);
    // A code made for the picture needs a scan of its own for each component. Decoders then hold all planes at once, which
    // costs nothing for gray and is usual for progressive.
    let time = matches!(page.options.effort, Effort::Balanced | Effort::Best);
    encoder.set_optimized_huffman_tables(page.options.progressive || gray && time);
    for Segment { app, body } in segments::of(&page.blocks, warnings) {
        encoder.add_app_segment(app, body).map_err(|error| failed(page, &error))?;
    }
    let color = if gray { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(pixels, width, height, color).map_err(|error| failed(page, &error))?;
    Ok(bytes)
}

fn failed(page: &Page<'_>, error: &EncodingError) -> Error {
    page.rules.failed(error.to_string())
}

fn set_quality(encoder: &mut Encoder<&mut Vec<u8>>, page: &Page<'_>) {
    match (page.options.quality, &page.image.metadata.jpeg) {
        (Quality::Keep, Some(tables)) => keep_tables(encoder, tables),
        (Quality::Keep, None) => {}
        (Quality::Percent(percent), _) => {
            encoder.set_quality(percent);
            let half = if percent < 90 { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 };
            encoder.set_sampling_factor(half);
        }
    }
    match page.options.subsampling {
        Subsampling::Auto => {}
        Subsampling::None => encoder.set_sampling_factor(SamplingFactor::F_1_1),
        Subsampling::Horizontal => encoder.set_sampling_factor(SamplingFactor::F_2_1),
        Subsampling::Both => encoder.set_sampling_factor(SamplingFactor::F_2_2),
    }
}

/// Writes with the tables and the color sampling that the picture was read with.
fn keep_tables(encoder: &mut Encoder<&mut Vec<u8>>, tables: &JpegTables) {
    // A baseline file holds 8-bit tables.
    let custom =
        |table: &[u16; 64]| QuantizationTableType::Custom(Box::new(table.map(|value| value.clamp(1, 255))));
    let luma = custom(&tables.luma);
    let chroma = tables.chroma.as_ref().map_or_else(|| luma.clone(), custom);
    encoder.set_quantization_tables(luma, chroma);
    let (horizontal, vertical) = tables.sampling;
    let sampling = SamplingFactor::from_factors(horizontal, vertical).unwrap_or(SamplingFactor::F_1_1);
    encoder.set_sampling_factor(sampling);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DecodeMode, Decoder, EncodeOptions, Encoder, Format, Image, Limits, Metadata, Samples, probe,
    };

    fn usual() -> EncodeOptions {
        EncodeOptions::new(Format::Jpeg)
    }

    fn encode(image: &Image, options: &EncodeOptions) -> Vec<u8> {
        Encoder::new().encode(image, options).unwrap().bytes
    }

    fn gradient(color: Color) -> Image {
        let (width, height) = (40u32, 24u32);
        let samples = (0..width * height * color.channels() as u32).map(|at| (at / 5) as u8).collect();
        Image::new(width, height, color, Samples::U8(samples)).unwrap()
    }

    fn again(bytes: &[u8]) -> (crate::Header, Image) {
        let header = probe(bytes, &Limits::default()).unwrap();
        let decoded = Decoder::new(Limits::default()).decode(bytes, &header, DecodeMode::Full).unwrap();
        assert_eq!(decoded.warnings, [""; 0]);
        (header, decoded.image)
    }

    fn worst(one: &Image, other: &Image) -> u8 {
        let (Samples::U8(one), Samples::U8(other)) = (one.samples(), other.samples()) else { unreachable!() };
        one.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    #[test]
    fn gray_stays_gray_and_close() {
        let image = gradient(Color::Gray);
        let encoded = encode(&image, &usual());
        let (_, back) = again(&encoded);
        assert_eq!(back.color(), Color::Gray);
        assert!(worst(&image, &back) <= 24);
    }

    #[test]
    fn quality_keep_writes_the_tables_that_were_read() {
        let luma = std::array::from_fn(|at| at as u16 + 3);
        let chroma = Some(std::array::from_fn(|at| at as u16 + 90));
        let jpeg = Some(JpegTables { luma, chroma, sampling: (2, 1) });
        let image =
            gradient(Color::Rgb).with_metadata(Metadata { jpeg: jpeg.clone(), ..Metadata::default() });
        let encoded = encode(&image, &usual());
        assert_eq!(again(&encoded).1.metadata.jpeg, jpeg);
    }

    #[test]
    fn metadata_survives() {
        let mut icc = vec![7; 70_000];
        icc[16..20].copy_from_slice(b"RGB ");
        icc[36..40].copy_from_slice(b"acsp");
        icc[128..132].fill(0);
        let exif = b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        let metadata =
            Metadata { exif: Some(exif), icc: Some(icc), xmp: Some(b"<x/>".to_vec()), ..Metadata::default() };
        let image = gradient(Color::Rgb).with_metadata(metadata.clone());
        let encoded = encode(&image, &usual());
        let back = again(&encoded).1.metadata;
        assert_eq!((back.exif, back.icc, back.xmp), (metadata.exif, metadata.icc, metadata.xmp));
    }

    #[test]
    fn wider_than_65535_is_an_error_that_says_so() {
        let image = Image::new(65536, 1, Color::Gray, Samples::U8(vec![0; 65536])).unwrap();
        let error = Encoder::new().encode(&image, &usual()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write as JPEG: it holds at most 65535 pixels of width, this has 65536"
        );
    }

    #[test]
    fn alpha_is_put_on_the_background() {
        let image = Image::new(8, 8, Color::GrayAlpha, Samples::U16(vec![0; 128])).unwrap();
        let encoded = encode(&image, &usual());
        let (_, back) = again(&encoded);
        assert_eq!(back.samples(), &Samples::U8(vec![255; 64]));
    }

    #[test]
    fn subsampling_is_written_as_asked_whatever_the_quality() {
        for (subsampling, factors) in [
            (Subsampling::Auto, (1, 1)),
            (Subsampling::None, (1, 1)),
            (Subsampling::Horizontal, (2, 1)),
            (Subsampling::Both, (2, 2)),
        ] {
            let encoded = encode(&gradient(Color::Rgb), &EncodeOptions { subsampling, ..usual() });
            assert_eq!(again(&encoded).0.jpeg.unwrap().sampling[0], factors, "{subsampling}");
        }
    }

    #[test]
    fn progressive_is_the_same_picture_and_says_that_it_is_progressive() {
        for color in [Color::Gray, Color::Rgb] {
            for subsampling in [Subsampling::None, Subsampling::Horizontal, Subsampling::Both] {
                let baseline = encode(&gradient(color), &EncodeOptions { subsampling, ..usual() });
                let options = EncodeOptions { subsampling, progressive: true, ..usual() };
                let (header, image) = again(&encode(&gradient(color), &options));
                assert!(header.jpeg.unwrap().progressive);
                // Two decoders may round differently.
                assert!(worst(&image, &again(&baseline).1) <= 3, "{color:?} {subsampling}");
            }
        }
    }

    #[test]
    fn a_code_made_for_the_picture_changes_no_pixel_and_is_smaller() {
        let image = gradient(Color::Gray);
        let (usual, own) =
            (encode(&image, &usual()), encode(&image, &EncodeOptions { effort: Effort::Best, ..usual() }));
        assert!(own.len() < usual.len());
        assert!(worst(&again(&own).1, &again(&usual).1) <= 1);
    }
}
