//! Owns the formats that the `image` crate reads: BMP, farbfeld, GIF, HDR, ICO, PNM, QOI, TGA, TIFF, WebP.
//! Does not own: JPEG and PNG, which have files of their own.

use super::animation::{ANIMATED, is_animated};
use super::{Decoded, Header};
use crate::metadata::exif_orientation;
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};
use image::error::UnsupportedErrorKind;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};
use std::io::{self, Cursor};

pub(super) fn probe(bytes: &[u8], format: Format, limits: &Limits) -> Result<Header> {
    let mut decoder = open(bytes, format, limits)?;
    let (width, height) = decoder.dimensions();
    let (color, bit_depth) = layout(decoder.color_type());
    let mut warnings = Vec::new();
    if is_animated(bytes, format) {
        warnings.push(ANIMATED.to_owned());
    }
    if matches!(decoder.original_color_type(), ExtendedColorType::Rgb32F | ExtendedColorType::Rgba32F) {
        warnings.push("floating-point samples were cut to 0…1 and kept in 16 bits".to_owned());
    }
    let mut keep = |what: &str, block: Result<Option<Vec<u8>>, ImageError>| match block {
        Ok(Some(block)) if block.len() > limits.max_metadata_bytes => {
            warnings.push(format!(
                "its {what} is larger than {} bytes and was dropped",
                limits.max_metadata_bytes
            ));
            None
        }
        Ok(block) => block.filter(|block| !block.is_empty()),
        Err(_) => {
            warnings.push(format!("its {what} is damaged and was dropped"));
            None
        }
    };
    let exif = keep("EXIF block", decoder.exif_metadata());
    let icc = keep("color profile", decoder.icc_profile());
    let xmp = keep("XMP packet", decoder.xmp_metadata());
    let in_file = decoder.orientation().map_or(1, image::metadata::Orientation::to_exif);
    let orientation = exif.as_deref().and_then(exif_orientation).unwrap_or(in_file);
    let metadata = Metadata { orientation, exif, icc, xmp, jpeg: None };
    Ok(Header {
        format,
        width,
        height,
        color,
        bit_depth,
        orientation,
        jpeg: None,
        warnings,
        metadata,
        file_bytes: bytes.len(),
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let format = header.format;
    let decoder = open(bytes, format, limits)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| explain(format, error))?;
    let (width, height) = (decoded.width(), decoded.height());
    let (color, samples) = match decoded {
        DynamicImage::ImageLuma8(pixels) => (Color::Gray, Samples::U8(pixels.into_raw())),
        DynamicImage::ImageLumaA8(pixels) => (Color::GrayAlpha, Samples::U8(pixels.into_raw())),
        DynamicImage::ImageRgb8(pixels) => (Color::Rgb, Samples::U8(pixels.into_raw())),
        DynamicImage::ImageRgba8(pixels) => (Color::Rgba, Samples::U8(pixels.into_raw())),
        DynamicImage::ImageLuma16(pixels) => (Color::Gray, Samples::U16(pixels.into_raw())),
        DynamicImage::ImageLumaA16(pixels) => (Color::GrayAlpha, Samples::U16(pixels.into_raw())),
        DynamicImage::ImageRgb16(pixels) => (Color::Rgb, Samples::U16(pixels.into_raw())),
        DynamicImage::ImageRgba16(pixels) => (Color::Rgba, Samples::U16(pixels.into_raw())),
        deeper if deeper.color().has_alpha() => (Color::Rgba, Samples::U16(deeper.into_rgba16().into_raw())),
        deeper => (Color::Rgb, Samples::U16(deeper.into_rgb16().into_raw())),
    };
    let image = Image::new(width, height, color, samples)?.with_metadata(header.metadata.clone());
    Ok(Decoded { image, warnings: Vec::new(), degraded: false })
}

fn open<'a>(bytes: &'a [u8], format: Format, limits: &Limits) -> Result<impl ImageDecoder + 'a> {
    let which =
        image_format(format).ok_or(Error::Unsupported { format: format.name(), what: String::new() })?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), which);
    let mut allowed = image::Limits::default();
    allowed.max_image_width = Some(limits.max_side);
    allowed.max_image_height = Some(limits.max_side);
    // Float samples take 16 bytes a pixel, and some decoders hold a second copy.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(32).saturating_add(64 << 20));
    reader.limits(allowed);
    reader.into_decoder().map_err(|error| explain(format, error))
}

/// The `image` crate's name for a format; `None` for those that do not go through it.
pub(crate) fn image_format(format: Format) -> Option<ImageFormat> {
    Some(match format {
        Format::Jpeg | Format::Png | Format::Avif => return None,
        Format::WebP => ImageFormat::WebP,
        Format::Tiff => ImageFormat::Tiff,
        Format::Bmp => ImageFormat::Bmp,
        Format::Gif => ImageFormat::Gif,
        Format::Pnm => ImageFormat::Pnm,
        Format::Qoi => ImageFormat::Qoi,
        Format::Tga => ImageFormat::Tga,
        Format::Ico => ImageFormat::Ico,
        Format::Hdr => ImageFormat::Hdr,
        Format::Farbfeld => ImageFormat::Farbfeld,
    })
}

fn layout(color: image::ColorType) -> (Color, u8) {
    let bits = if color.bits_per_pixel() > 8 * u16::from(color.channel_count()) { 16 } else { 8 };
    let color = match (color.has_color(), color.has_alpha()) {
        (false, false) => Color::Gray,
        (false, true) => Color::GrayAlpha,
        (true, false) => Color::Rgb,
        (true, true) => Color::Rgba,
    };
    (color, bits)
}

/// What is not handled, without the name of the format, which stands before it already.
fn unsupported(kind: UnsupportedErrorKind) -> String {
    match kind {
        UnsupportedErrorKind::Color(color) => format!("color type {color:?}"),
        UnsupportedErrorKind::GenericFeature(what) => what.trim_end_matches('.').to_owned(),
        UnsupportedErrorKind::Format(_) => String::new(),
        other => format!("{other:?}"),
    }
}

fn explain(format: Format, error: ImageError) -> Error {
    let name = format.name();
    match error {
        ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::Truncated { format: name }
        }
        ImageError::Unsupported(what) => Error::Unsupported { format: name, what: unsupported(what.kind()) },
        // Its own words without the name of the format, which stands before them already.
        ImageError::Decoding(what) => {
            let text = what.to_string();
            let reason = text.split_once(": ").map_or(text.as_str(), |(_, reason)| reason);
            Error::Damaged { format: name, reason: reason.trim_end_matches('.').to_owned() }
        }
        other => Error::Damaged { format: name, reason: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::error::{ImageFormatHint, UnsupportedError};

    #[test]
    fn what_is_not_handled_is_told_without_repeating_the_format() {
        let told = |kind| {
            let hint = ImageFormatHint::Exact(ImageFormat::Tiff);
            let error = ImageError::Unsupported(UnsupportedError::from_format_and_kind(hint, kind));
            explain(Format::Tiff, error).to_string()
        };
        let feature = UnsupportedErrorKind::GenericFeature("Compression method CCITT.".into());
        assert_eq!(told(feature), "unsupported: TIFF, Compression method CCITT");
        let color = UnsupportedErrorKind::Color(ExtendedColorType::Cmyk16);
        assert_eq!(told(color), "unsupported: TIFF, color type Cmyk16");
    }
}
