//! Owns writing PNG: its container and metadata by `png`, its compression by effort.
//! Does not own: the fast compressor itself (see `fast/`).
//!
//! | file | what |
//! |---|---|
//! | `form.rs` | how samples are stored: as they are, in fewer bits, with a palette |
//! | `best.rs` | the search for the smallest file |
//! | `fast/` | our own deflate |

mod best;
pub mod fast;
mod form;

pub(super) use best::PERFECTED;

use super::{Bits, Effort, Page, layout};
use crate::{Error, Result};
use form::Form;
use png::chunk::IDAT;
use png::text_metadata::ITXtChunk;
use png::{BitDepth, Compression, Filter, Info};

pub(super) fn encode(
    page: &Page<'_>,
    fast_png: &mut fast::Scratch,
    warnings: &mut Vec<String>,
) -> Result<Vec<u8>> {
    let info = info(page, warnings);
    let effort = page.options.effort;
    let searched = matches!(effort, Effort::Balanced | Effort::Best);
    // 16 bits stay 16 bits unless one is asked for.
    let narrow = page.fitted.samples.bits() == 8;
    if page.options.bits == Bits::One || searched && narrow && layout::is_bilevel(page.image) {
        let form = Form::bilevel(page.image);
        return match effort {
            Effort::Fastest => by_library(&info, &form, Compression::Fastest, Filter::NoFilter),
            // Black and white lives from matches, and ours finds none.
            Effort::Fast | Effort::Balanced => {
                by_library(&info, &form, Compression::Balanced, Filter::NoFilter)
            }
            Effort::Best => best::encode(&info, &[form], fast_png),
        };
    }
    let form = Form::as_it_is(&page.fitted);
    match effort {
        Effort::Fastest => by_library(&info, &form, Compression::Fastest, Filter::Up),
        Effort::Fast => by_us(&info, &form, fast_png),
        Effort::Balanced => {
            // Ours finds no matches, the library's codes photographs worse: which is smaller depends on the picture.
            let ours = by_us(&info, &form, fast_png)?;
            let library = by_library(&info, &form, Compression::Balanced, Filter::Adaptive)?;
            Ok(if library.len() < ours.len() { library } else { ours })
        }
        Effort::Best => {
            let mut forms = vec![form];
            forms.extend(Form::reduced(page.image));
            best::encode(&info, &forms, fast_png)
        }
    }
}

fn failed(error: png::EncodingError) -> Error {
    Error::Encode { format: "PNG", reason: error.to_string() }
}

/// The header but for how samples are stored.
fn info(page: &Page<'_>, warnings: &mut Vec<String>) -> Info<'static> {
    let mut info = Info::with_size(page.fitted.width, page.fitted.height);
    info.exif_metadata = page.blocks.exif.map(|exif| exif.to_vec().into());
    info.icc_profile = page.blocks.icc.map(|icc| icc.to_vec().into());
    info.utf8_text.extend(page.blocks.xmp.and_then(|packet| xmp(packet, warnings)));
    info
}

/// With the compression that `png` has.
fn by_library(
    info: &Info<'static>,
    form: &Form<'_>,
    compression: Compression,
    filter: Filter,
) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut bytes, form.describe(info)).map_err(failed)?;
    encoder.set_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&form.rows).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// With the compression of `fast/`.
fn by_us(info: &Info<'static>, form: &Form<'_>, scratch: &mut fast::Scratch) -> Result<Vec<u8>> {
    let height = info.height as usize;
    let width_bytes = form.rows.len() / height.max(1);
    let bytes_per_pixel = form.color.samples() * if form.depth == BitDepth::Sixteen { 2 } else { 1 };
    let rows = fast::Rows { width_bytes, bytes_per_pixel, height, samples: &form.rows };
    around(info, form, fast::compress(scratch, rows)?)
}

/// A file around a zlib stream of filtered rows.
fn around(info: &Info<'static>, form: &Form<'_>, stream: &[u8]) -> Result<Vec<u8>> {
    // The stream, and room for the chunks around it, so that it is copied once.
    let mut bytes = Vec::with_capacity(stream.len() + 1024);
    let mut writer = png::Encoder::with_info(&mut bytes, form.describe(info))
        .and_then(png::Encoder::write_header)
        .map_err(failed)?;
    // A chunk holds less than 2^31 bytes.
    stream.chunks(1 << 30).try_for_each(|part| writer.write_chunk(IDAT, part)).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
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
    use crate::{
        Color, DecodeMode, Decoder, EncodeOptions, Encoder, Format, Image, Limits, Metadata, Samples, probe,
    };
    use proptest::prelude::*;

    fn round_trip(image: &Image, effort: Effort) -> Image {
        let options = EncodeOptions { effort, ..EncodeOptions::new(Format::Png) };
        let encoded = Encoder::new().encode(image, &options).unwrap();
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

    fn ihdr(bytes: &[u8]) -> (u8, u8) {
        (bytes[24], bytes[25])
    }

    fn at(image: &Image, effort: Effort, bits: Bits) -> Vec<u8> {
        let options = EncodeOptions { effort, bits, ..EncodeOptions::new(Format::Png) };
        Encoder::new().encode(image, &options).unwrap().bytes
    }

    #[test]
    fn black_and_white_takes_one_bit_when_there_is_time_or_it_is_asked_for() {
        let samples = (0..60 * 9).map(|at| if at % 7 < 3 { 255 } else { 0 }).collect();
        let image = Image::new(60, 9, Color::Gray, Samples::U8(samples)).unwrap();
        for (effort, bits, depth) in [
            (Effort::Fastest, Bits::Auto, 8),
            (Effort::Fast, Bits::Auto, 8),
            (Effort::Balanced, Bits::Auto, 1),
            (Effort::Best, Bits::Auto, 1),
            (Effort::Fastest, Bits::One, 1),
            (Effort::Fast, Bits::One, 1),
        ] {
            assert_eq!(ihdr(&at(&image, effort, bits)), (depth, 0), "{effort} {bits}");
            assert_eq!(round_trip(&image, effort), image);
        }
    }

    #[test]
    fn best_takes_fewer_bits_or_a_palette_where_that_is_exact() {
        let png = |color: Color, levels: &[u8]| {
            let count = 64 * 64 * color.channels();
            let samples = (0..count).map(|at| levels[at * 31 % 97 % levels.len()]).collect();
            let image = Image::new(64, 64, color, Samples::U8(samples)).unwrap();
            assert_eq!(round_trip(&image, Effort::Best), image);
            ihdr(&at(&image, Effort::Best, Bits::Auto))
        };
        assert_eq!(png(Color::Gray, &[0, 85, 170]), (2, 0));
        assert_eq!(png(Color::Gray, &[0, 17, 34]), (4, 0));
        assert_eq!(png(Color::Gray, &[0, 18]), (8, 0), "gray stays gray");
        assert_eq!(png(Color::Rgb, &[0, 18]).1, 3);
        assert_eq!(png(Color::Rgba, &[0, 255]).1, 3);
        assert_eq!(png(Color::Rgba, &[255]).1, 3, "and keeps its alpha");
    }
}
