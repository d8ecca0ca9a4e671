//! Owns writing PNG: its container and metadata by `png`, its compression by effort.
//! Does not own: the fast compressor itself (see `fast/`).

use super::{Effort, EncodeOptions, Encoded, KeepMetadata};
use crate::{Color, Error, Image, Result, Samples};
use png::chunk::IDAT;
use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, Compression, Filter, Info, Writer};

pub(super) fn encode(image: &Image, options: &EncodeOptions, scratch: &mut Vec<u8>) -> Result<Encoded> {
    let rows: &[u8] = match image.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(samples) => {
            scratch.clear();
            scratch.reserve(samples.len() * 2);
            scratch.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
            scratch
        }
    };
    let mut bytes = Vec::new();
    let mut warnings = Vec::new();
    write(image, options, rows, &mut bytes, &mut warnings).map_err(failed)?;
    Ok(Encoded { bytes, warnings })
}

fn failed(error: png::EncodingError) -> Error {
    Error::Encode { format: "PNG", reason: error.to_string() }
}

fn write(
    image: &Image,
    options: &EncodeOptions,
    rows: &[u8],
    bytes: &mut Vec<u8>,
    warnings: &mut Vec<String>,
) -> Result<(), png::EncodingError> {
    let (color, depth) = layout(image);
    let mut info = Info::with_size(image.width(), image.height());
    (info.color_type, info.bit_depth) = (color, depth);
    if options.metadata == KeepMetadata::Keep {
        info.exif_metadata = image.metadata.exif.as_deref().map(Into::into);
        info.icc_profile = super::profile(image, options).map(Into::into);
        info.utf8_text.extend(xmp(image, warnings));
    }
    let mut encoder = png::Encoder::with_info(&mut *bytes, info)?;
    match options.effort {
        Effort::Fastest => {
            encoder.set_compression(Compression::Fastest);
            encoder.set_filter(Filter::Up);
        }
        Effort::Fast => {}
        Effort::Balanced => {
            encoder.set_compression(Compression::Balanced);
            encoder.set_filter(Filter::Adaptive);
        }
        Effort::Best => {
            encoder.set_compression(Compression::High);
            encoder.set_filter(Filter::Adaptive);
        }
    }
    if options.effort == Effort::Fast {
        let stream = compress_fast(image, color, depth, rows)?;
        let mut writer = encoder.write_header()?;
        write_data(&mut writer, &stream)?;
        return writer.finish();
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()
}

fn layout(image: &Image) -> (ColorType, BitDepth) {
    let color = match image.color() {
        Color::Gray => ColorType::Grayscale,
        Color::GrayAlpha => ColorType::GrayscaleAlpha,
        Color::Rgb => ColorType::Rgb,
        Color::Rgba => ColorType::Rgba,
    };
    let depth = if image.samples().bits() == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
    (color, depth)
}

/// XMP is an international text under a fixed keyword (XMP specification part 3, 1.1.5), so it has to be text.
fn xmp(image: &Image, warnings: &mut Vec<String>) -> Option<ITXtChunk> {
    let packet = image.metadata.xmp.as_ref()?;
    match std::str::from_utf8(packet) {
        Ok(text) => Some(ITXtChunk::new("XML:com.adobe.xmp", text)),
        Err(_) => {
            warnings.push("its XMP packet is not UTF-8 and was left out".into());
            None
        }
    }
}

/// A chunk holds less than 2^31 bytes.
fn write_data(writer: &mut Writer<&mut Vec<u8>>, stream: &[u8]) -> Result<(), png::EncodingError> {
    stream.chunks(1 << 30).try_for_each(|part| writer.write_chunk(IDAT, part))
}

/// The zlib stream of a picture at [`Effort::Fast`].
fn compress_fast(
    image: &Image,
    color: ColorType,
    depth: BitDepth,
    rows: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(data_of(&bytes))
}

/// The contents of the data chunks of a PNG that `png` has just written.
fn data_of(mut file: &[u8]) -> Vec<u8> {
    file = file.get(8..).unwrap_or_default();
    let mut data = Vec::new();
    while let Some((&[l0, l1, l2, l3, n0, n1, n2, n3], rest)) = file.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        if [n0, n1, n2, n3] == IDAT.0 {
            data.extend_from_slice(rest.get(..length).unwrap_or_default());
        }
        file = rest.get(length.saturating_add(4)..).unwrap_or_default();
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeMode, Decoder, Format, Limits, Metadata, probe};
    use proptest::prelude::*;

    fn round_trip(image: &Image, effort: Effort) -> Image {
        let options = EncodeOptions { effort, ..EncodeOptions::new(Format::Png) };
        let encoded = encode(image, &options, &mut Vec::new()).unwrap();
        let header = probe(&encoded.bytes, &Limits::default()).unwrap();
        assert_eq!((header.color, header.bit_depth), (image.color(), image.samples().bits()));
        let decoded =
            Decoder::new(Limits::default()).decode(&encoded.bytes, &header, DecodeMode::Full).unwrap();
        assert_eq!(decoded.warnings, [""; 0]);
        decoded.image
    }

    #[test]
    fn metadata_survives() {
        let mut icc = vec![7; 3000];
        icc[16..20].copy_from_slice(b"GRAY");
        let metadata = Metadata {
            exif: Some(b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec()),
            icc: Some(icc),
            xmp: Some("<x>ü</x>".as_bytes().to_vec()),
            ..Metadata::default()
        };
        let image = Image::new(3, 2, Color::Gray, Samples::U8(vec![9; 6])).unwrap().with_metadata(metadata);
        assert_eq!(round_trip(&image, Effort::Fast), image);
    }

    #[test]
    fn a_color_profile_is_never_attached_to_gray() {
        let mut icc = vec![0; 128];
        icc[16..20].copy_from_slice(b"RGB ");
        let metadata = Metadata { icc: Some(icc), ..Metadata::default() };
        let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![9])).unwrap().with_metadata(metadata);
        assert_eq!(round_trip(&image, Effort::Best).metadata.icc, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_layout_comes_back_the_same_at_every_effort(
            width in 1u32..40, height in 1u32..40, channels in 0usize..4, wide in any::<bool>(), effort in 0usize..4,
            seed in any::<u32>(),
        ) {
            let color = [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba][channels];
            let effort = [Effort::Fastest, Effort::Fast, Effort::Balanced, Effort::Best][effort];
            let count = width * height * color.channels() as u32;
            let sample = |at: u32| (at.wrapping_mul(2_654_435_761) ^ seed) >> (at % 17);
            let samples = if wide {
                Samples::U16((0..count).map(|at| sample(at) as u16).collect())
            } else {
                Samples::U8((0..count).map(|at| sample(at) as u8).collect())
            };
            let image = Image::new(width, height, color, samples).unwrap();
            prop_assert_eq!(round_trip(&image, effort), image);
        }
    }
}
