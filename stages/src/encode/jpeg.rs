//! Owns writing JPEG, by `jpeg-encoder`: gray and RGB, 8 bits, baseline.
//! Does not own: quality as people write it (see `options.rs`).

use super::{EncodeOptions, Encoded, Quality, layout};
use crate::{Color, Error, Image, JpegTables, Result};
use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};

/// Quality of a picture that came from no JPEG.
const DEFAULT_QUALITY: u8 = 90;
/// What fits into one marker segment, less its length and the EXIF signature.
const MAX_EXIF: usize = 65533 - 6;
const XMP_SIGNATURE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

pub(super) fn encode(image: &Image, options: &EncodeOptions, scratch: &mut Vec<u8>) -> Result<Encoded> {
    let side = |pixels: u32, what: &str| {
        u16::try_from(pixels)
            .map_err(|_| failed(format!("it holds at most 65535 pixels of {what}, this has {pixels}")))
    };
    let (width, height) = (side(image.width(), "width")?, side(image.height(), "height")?);
    let samples = layout::samples8(image);
    let (pixels, color): (&[u8], _) = match image.color() {
        Color::Gray => (&samples, ColorType::Luma),
        Color::Rgb => (&samples, ColorType::Rgb),
        Color::GrayAlpha => {
            layout::flatten::<2>(&samples, [layout::gray_of(options.background); 3], scratch);
            (scratch, ColorType::Luma)
        }
        Color::Rgba => {
            layout::flatten::<4>(&samples, options.background, scratch);
            (scratch, ColorType::Rgb)
        }
    };
    // Half a byte a pixel is more than most photographs take; the vector grows for the others.
    let mut bytes = Vec::with_capacity(pixels.len() / 4 + 4096);
    let mut encoder = Encoder::new(&mut bytes, DEFAULT_QUALITY);
    match (options.quality, &image.metadata.jpeg) {
        (Quality::Keep, Some(tables)) => keep_tables(&mut encoder, tables),
        (Quality::Keep, None) => {}
        (Quality::Percent(percent), _) => {
            encoder.set_quality(percent);
            let half = if percent < 90 { SamplingFactor::F_2_2 } else { SamplingFactor::F_1_1 };
            encoder.set_sampling_factor(half);
        }
    }
    let mut warnings = Vec::new();
    attach(&mut encoder, image, options, &mut warnings)?;
    encoder.encode(pixels, width, height, color).map_err(|error| failed(error.to_string()))?;
    Ok(Encoded { bytes, warnings })
}

fn failed(reason: String) -> Error {
    Error::Encode { format: "JPEG", reason }
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

fn attach(
    encoder: &mut Encoder<&mut Vec<u8>>,
    image: &Image,
    options: &EncodeOptions,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let too_large = |what: &str| format!("its {what} is too large for a JPEG and was left out");
    let kept = options.metadata.of(&image.metadata);
    match kept.exif {
        Some(exif) if exif.len() > MAX_EXIF => warnings.push(too_large("EXIF block")),
        Some(exif) => encoder.add_exif_metadata(exif).map_err(|error| failed(error.to_string()))?,
        None => {}
    }
    if let Some(xmp) = kept.xmp {
        let segment = [XMP_SIGNATURE, xmp].concat();
        if encoder.add_app_segment(1, segment).is_err() {
            warnings.push(too_large("XMP packet"));
        }
    }
    if let Some(icc) = super::profile(image, options)
        && encoder.add_icc_profile(icc).is_err()
    {
        warnings.push(too_large("color profile"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeMode, Decoder, Format, Limits, Metadata, Samples, probe};

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

    #[test]
    fn gray_stays_gray_and_close() {
        let image = gradient(Color::Gray);
        let encoded = encode(&image, &EncodeOptions::new(Format::Jpeg), &mut Vec::new()).unwrap();
        let (_, back) = again(&encoded.bytes);
        assert_eq!(back.color(), Color::Gray);
        let (Samples::U8(before), Samples::U8(after)) = (image.samples(), back.samples()) else {
            unreachable!()
        };
        let worst = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(24), "{worst:?}");
    }

    #[test]
    fn quality_keep_writes_the_tables_that_were_read() {
        let luma = std::array::from_fn(|at| at as u16 + 3);
        let chroma = Some(std::array::from_fn(|at| at as u16 + 90));
        let jpeg = Some(JpegTables { luma, chroma, sampling: (2, 1) });
        let image =
            gradient(Color::Rgb).with_metadata(Metadata { jpeg: jpeg.clone(), ..Metadata::default() });
        let encoded = encode(&image, &EncodeOptions::new(Format::Jpeg), &mut Vec::new()).unwrap();
        assert_eq!(again(&encoded.bytes).1.metadata.jpeg, jpeg);
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
        let encoded = encode(&image, &EncodeOptions::new(Format::Jpeg), &mut Vec::new()).unwrap();
        let back = again(&encoded.bytes).1.metadata;
        assert_eq!((back.exif, back.icc, back.xmp), (metadata.exif, metadata.icc, metadata.xmp));
    }

    #[test]
    fn wider_than_65535_is_an_error_that_says_so() {
        let image = Image::new(65536, 1, Color::Gray, Samples::U8(vec![0; 65536])).unwrap();
        let error = encode(&image, &EncodeOptions::new(Format::Jpeg), &mut Vec::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write as JPEG: it holds at most 65535 pixels of width, this has 65536"
        );
    }

    #[test]
    fn alpha_is_put_on_the_background() {
        let image = Image::new(8, 8, Color::GrayAlpha, Samples::U16(vec![0; 128])).unwrap();
        let encoded = encode(&image, &EncodeOptions::new(Format::Jpeg), &mut Vec::new()).unwrap();
        let (_, back) = again(&encoded.bytes);
        assert_eq!(back.samples(), &Samples::U8(vec![255; 64]));
    }
}
