//! Owns writing PNG: its container and metadata by `png`, its compression by effort.
//! Does not own: the fast compressor itself (see `fast/`).

pub mod fast;

use super::{Effort, EncodeOptions, Encoded, Encoder};
use crate::{Color, Error, Image, Result, Samples};
use png::chunk::IDAT;
use png::text_metadata::ITXtChunk;
use png::{BitDepth, ColorType, Compression, Filter, Info};

pub(super) fn encode(image: &Image, options: &EncodeOptions, encoder: &mut Encoder) -> Result<Encoded> {
    let Encoder { scratch, fast_png } = encoder;
    let rows: &[u8] = match image.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(samples) => {
            scratch.clear();
            scratch.reserve(samples.len() * 2);
            scratch.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
            scratch
        }
    };
    let mut warnings = Vec::new();
    let info = info(image, options, &mut warnings);
    let bytes = match options.effort {
        Effort::Fastest => by_library(info, rows, Compression::Fastest, Filter::Up),
        Effort::Fast => by_us(info, rows, fast_png),
        Effort::Balanced => smaller(info, rows, Compression::Balanced, fast_png),
        Effort::Best => smaller(info, rows, Compression::High, fast_png),
    }?;
    Ok(Encoded { bytes, warnings })
}

fn failed(error: png::EncodingError) -> Error {
    Error::Encode { format: "PNG", reason: error.to_string() }
}

fn info(image: &Image, options: &EncodeOptions, warnings: &mut Vec<String>) -> Info<'static> {
    let (color, depth) = layout(image);
    let mut info = Info::with_size(image.width(), image.height());
    (info.color_type, info.bit_depth) = (color, depth);
    let kept = options.metadata.of(&image.metadata);
    info.exif_metadata = kept.exif.map(|exif| exif.to_vec().into());
    info.icc_profile = super::profile(image, options).map(|icc| icc.to_vec().into());
    info.utf8_text.extend(kept.xmp.and_then(|packet| xmp(packet, warnings)));
    info
}

/// With the compression that `png` has.
fn by_library(info: Info<'_>, rows: &[u8], compression: Compression, filter: Filter) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, info).map_err(failed)?;
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(rows).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// With the compression of `fast/`.
fn by_us(info: Info<'_>, rows: &[u8], scratch: &mut fast::Scratch) -> Result<Vec<u8>> {
    let height = info.height as usize;
    let (width_bytes, bytes_per_pixel) = (rows.len() / height.max(1), info.bytes_per_pixel());
    let stream = fast::compress(scratch, fast::Rows { width_bytes, bytes_per_pixel, height, samples: rows })?;
    // The stream, and room for the chunks around it, so that it is copied once.
    let mut bytes = Vec::with_capacity(stream.len() + 1024);
    let mut writer =
        png::Encoder::with_info(&mut bytes, info).and_then(png::Encoder::write_header).map_err(failed)?;
    // A chunk holds less than 2^31 bytes.
    stream.chunks(1 << 30).try_for_each(|part| writer.write_chunk(IDAT, part)).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Ours finds no matches, the library's codes photographs worse: which is smaller depends on the picture.
fn smaller(
    info: Info<'_>,
    rows: &[u8],
    compression: Compression,
    scratch: &mut fast::Scratch,
) -> Result<Vec<u8>> {
    let ours = by_us(info.clone(), rows, scratch)?;
    let library = by_library(info, rows, compression, Filter::Adaptive)?;
    Ok(if library.len() < ours.len() { library } else { ours })
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
fn xmp(packet: &[u8], warnings: &mut Vec<String>) -> Option<ITXtChunk> {
    match std::str::from_utf8(packet) {
        Ok(text) => Some(ITXtChunk::new("XML:com.adobe.xmp", text)),
        Err(_) => {
            warnings.push("its XMP packet is not UTF-8 and was left out".into());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeMode, Decoder, Format, Limits, Metadata, probe};
    use proptest::prelude::*;

    fn round_trip(image: &Image, effort: Effort) -> Image {
        let options = EncodeOptions { effort, ..EncodeOptions::new(Format::Png) };
        let encoded = encode(image, &options, &mut Encoder::new()).unwrap();
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
        icc[36..40].copy_from_slice(b"acsp");
        icc[128..132].fill(0);
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
