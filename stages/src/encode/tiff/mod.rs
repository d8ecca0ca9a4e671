//! Owns writing TIFF: one page in strips, deflate with horizontal differences, by the `tiff` crate.
//! Does not own: what TIFF holds (see `rules.rs`).
//!
//! | file | what |
//! |---|---|
//! | `layouts.rs` | gray with alpha, which the crate does not write by itself |
//! | `exif.rs` | taking an EXIF block apart, since TIFF keeps its parts in directories of its own |

mod exif;
mod layouts;

use super::rules::FittedSamples;
use super::{Effort, Page};
use crate::{Color, Result};
use layouts::{GrayAlpha8, GrayAlpha16};
use std::io::Cursor;
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, RGB8, RGB16, RGBA8, RGBA16};
use tiff::encoder::{
    Compression, DeflateLevel, DirectoryEncoder, Predictor, TiffEncoder, TiffKindStandard, TiffValue,
};
use tiff::tags::{Tag, Type};
use tiff::{Directory, TiffResult};

/// Alpha that colors are not multiplied with (TIFF 6.0, section 18).
const UNASSOCIATED_ALPHA: u16 = 2;
/// Adobe's tag for an XMP packet (XMP specification part 3, 3.3).
const XMP: Tag = Tag::Unknown(700);
/// Offsets have 32 bits; this leaves room for what is not pixels.
const MOST_BYTES: usize = 0xf000_0000;
/// Deflate gains nothing from longer strips, and readers hold one at a time.
const STRIP_BYTES: usize = 1 << 20;

type Out<'a> = Cursor<&'a mut Vec<u8>>;

pub(super) fn encode(page: &Page<'_>, warnings: &mut Vec<String>) -> Result<Vec<u8>> {
    let exif = page.blocks.exif.and_then(exif::parse);
    if page.blocks.exif.is_some() && exif.is_none() {
        warnings.push("its EXIF block is damaged and was left out".to_owned());
    }
    let exif = exif.unwrap_or_default();
    let mut bytes = Vec::new();
    let color = page.fitted.color;
    match &page.fitted.samples {
        FittedSamples::U8(samples) => match color {
            Color::Gray => write::<Gray8>(page, samples, &exif, &mut bytes),
            Color::GrayAlpha => write::<GrayAlpha8>(page, samples, &exif, &mut bytes),
            Color::Rgb => write::<RGB8>(page, samples, &exif, &mut bytes),
            Color::Rgba => write::<RGBA8>(page, samples, &exif, &mut bytes),
        },
        FittedSamples::U16(samples) => match color {
            Color::Gray => write::<Gray16>(page, samples, &exif, &mut bytes),
            Color::GrayAlpha => write::<GrayAlpha16>(page, samples, &exif, &mut bytes),
            Color::Rgb => write::<RGB16>(page, samples, &exif, &mut bytes),
            Color::Rgba => write::<RGBA16>(page, samples, &exif, &mut bytes),
        },
    }
    .map_err(|error| page.rules.failed(error.to_string()))?;
    Ok(bytes)
}

fn write<C: ColorType>(
    page: &Page<'_>,
    samples: &[C::Inner],
    exif: &exif::Parts,
    bytes: &mut Vec<u8>,
) -> TiffResult<()>
where
    [C::Inner]: TiffValue,
{
    if size_of_val(samples) > MOST_BYTES {
        return Err(tiff::TiffError::LimitsExceeded);
    }
    let (compression, predictor) = compression(page.options.effort);
    let mut encoder =
        TiffEncoder::new(Cursor::new(bytes))?.with_compression(compression).with_predictor(predictor);
    let details = directory(&mut encoder, &exif.details)?;
    let place = directory(&mut encoder, &exif.place)?;
    let mut image = encoder.new_image::<C>(page.fitted.width, page.fitted.height)?;
    // A strip that claims more rows than there are looks like a bomb to some readers.
    let row_bytes = (size_of_val(samples) / page.fitted.height.max(1) as usize).max(1);
    let rows = u32::try_from(STRIP_BYTES / row_bytes).unwrap_or(u32::MAX);
    image.rows_per_strip(rows.clamp(1, page.fitted.height))?;
    let tags = image.encoder();
    copy(tags, &exif.main)?;
    if page.fitted.color.has_alpha() {
        tags.write_tag(Tag::ExtraSamples, UNASSOCIATED_ALPHA)?;
    }
    for (tag, offset) in [(Tag::ExifDirectory, details), (Tag::GpsDirectory, place)] {
        if let Some(offset) = offset {
            tags.write_tag(tag, offset)?;
        }
    }
    for (tag, block) in [(Tag::IccProfile, page.blocks.icc), (XMP, page.blocks.xmp)] {
        if let Some(block) = block {
            let entry = tags.write_entry_bytes(Type::UNDEFINED, block)?;
            let mut one = Directory::empty();
            one.extend([(tag, entry)]);
            tags.extend_from(&one);
        }
    }
    image.write_data(samples)
}

/// Deflate is read wherever LZW is, and is smaller and faster.
fn compression(effort: Effort) -> (Compression, Predictor) {
    match effort {
        // Without compression the crate writes a field that other programs then warn of.
        Effort::Fastest | Effort::Fast => (Compression::Deflate(DeflateLevel::Fast), Predictor::Horizontal),
        Effort::Balanced => (Compression::Deflate(DeflateLevel::Balanced), Predictor::Horizontal),
        Effort::Best => (Compression::Deflate(DeflateLevel::Best), Predictor::Horizontal),
    }
}

/// Writes a directory that is no page; where it stands, if there is anything in it.
fn directory(encoder: &mut TiffEncoder<Out<'_>>, fields: &[exif::Field]) -> TiffResult<Option<u32>> {
    if fields.is_empty() {
        return Ok(None);
    }
    let mut directory = encoder.extra_directory()?;
    copy(&mut directory, fields)?;
    Ok(Some(directory.finish_with_offsets()?.offset))
}

fn copy(
    directory: &mut DirectoryEncoder<'_, Out<'_>, TiffKindStandard>,
    fields: &[exif::Field],
) -> TiffResult<()> {
    let mut copied = Directory::empty();
    for field in fields {
        let entry = directory.write_entry_bytes(field.kind, &field.data)?;
        copied.extend([(Tag::from_u16_exhaustive(field.tag), entry)]);
    }
    directory.extend_from(&copied);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{
        Color, DecodeMode, Decoder, Effort, EncodeOptions, Encoder, Format, Image, Limits, Metadata, Samples,
        probe,
    };

    fn written(image: &Image, effort: Effort) -> Vec<u8> {
        let options = EncodeOptions { effort, ..EncodeOptions::new(Format::Tiff) };
        let encoded = Encoder::new().encode(image, &options).unwrap();
        assert_eq!(encoded.warnings, [""; 0]);
        encoded.bytes
    }

    #[test]
    fn profile_and_xmp_survive_and_exif_stands_in_its_own_directory() {
        let mut icc = vec![7; 300];
        icc[16..20].copy_from_slice(b"GRAY");
        let metadata = Metadata {
            exif: Some(super::exif::sample()),
            icc: Some(icc),
            xmp: Some(b"<x/>".to_vec()),
            ..Metadata::default()
        };
        let image =
            Image::new(2, 2, Color::Gray, Samples::U8(vec![9; 4])).unwrap().with_metadata(metadata.clone());
        let bytes = written(&image, Effort::Fast);
        let header = probe(&bytes, &Limits::default()).unwrap();
        let back = Decoder::new(Limits::default()).decode(&bytes, &header, DecodeMode::Full).unwrap().image;
        assert_eq!(back.metadata.xmp, metadata.xmp);
        let mut reader = tiff::decoder::Decoder::new(std::io::Cursor::new(&bytes)).unwrap();
        assert_eq!(reader.get_tag_u8_vec(tiff::tags::Tag::IccProfile).unwrap(), metadata.icc.unwrap());
        assert_eq!(reader.get_tag_ascii_string(tiff::tags::Tag::Make).unwrap(), "Camera");
        let details = reader.get_tag_u32(tiff::tags::Tag::ExifDirectory).unwrap() as usize;
        // One field: exposure time, a fraction.
        assert_eq!(u16::from_ne_bytes(bytes[details..details + 2].try_into().unwrap()), 1);
        assert_eq!(u16::from_ne_bytes(bytes[details + 2..details + 4].try_into().unwrap()), 0x829a);
    }

    #[test]
    fn a_picture_that_is_not_upright_says_so() {
        let metadata = Metadata { orientation: 6, ..Metadata::default() };
        let image = Image::new(2, 1, Color::Gray, Samples::U8(vec![9; 2])).unwrap().with_metadata(metadata);
        let header = probe(&written(&image, Effort::Fast), &Limits::default()).unwrap();
        assert_eq!(header.orientation, 6);
    }

    #[test]
    fn more_effort_is_smaller() {
        let samples = (0..200 * 200).map(|at: u32| (at % 200 / 2 + at / 200 / 3) as u8).collect();
        let image = Image::new(200, 200, Color::Gray, Samples::U8(samples)).unwrap();
        let length = |effort| written(&image, effort).len();
        assert!(length(Effort::Fast) < 200 * 200 / 4);
        assert!(length(Effort::Best) < length(Effort::Fast));
    }
}
