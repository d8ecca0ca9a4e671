//! Owns what the formats have in common that the `image` crate decodes.
//! Does not own: any of them (each has a file of its own, which says what is particular about it).

use super::{Decoded, Header};
use crate::metadata::exif_orientation;
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};
use image::error::UnsupportedErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError};
use std::io;

/// What a decoder of the `image` crate says of a picture.
pub(super) fn header(
    mut decoder: impl ImageDecoder,
    format: Format,
    file_bytes: usize,
    limits: &Limits,
) -> Header {
    let (width, height) = decoder.dimensions();
    let (color, bit_depth) = layout(decoder.color_type());
    let mut warnings = Vec::new();
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
    let orientation = exif.as_deref().and_then(exif_orientation).unwrap_or(1);
    let metadata = Metadata { orientation, exif, icc, xmp, jpeg: None };
    let pixels = u64::from(width) * u64::from(height);
    Header {
        format,
        width,
        height,
        color,
        bit_depth,
        orientation,
        jpeg: None,
        warnings,
        metadata,
        file_bytes,
        // A second copy, and four bytes a sample on the way; measured in `tests/memory.rs`.
        scratch: pixels.saturating_mul(4 * u64::from(bit_depth / 8)).saturating_mul(5),
    }
}

/// All pixels, and what the header said of them.
pub(super) fn decode(decoder: impl ImageDecoder, header: &Header) -> Result<Decoded> {
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| explain(header.format, error))?;
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
        _ => {
            let what = "floating-point samples".to_owned();
            return Err(Error::Unsupported { format: header.format.name(), what });
        }
    };
    let image = Image::new(width, height, color, samples)?.with_metadata(header.metadata.clone());
    Ok(Decoded { image, warnings: Vec::new(), degraded: false })
}

/// What one picture may ask for, in the `image` crate's words.
pub(super) fn allowed(limits: &Limits) -> image::Limits {
    let mut allowed = image::Limits::default();
    allowed.max_image_width = Some(limits.max_width);
    allowed.max_image_height = Some(limits.max_height);
    // Some decoders hold a second copy.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(32).saturating_add(64 << 20));
    allowed
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

pub(super) fn explain(format: Format, error: ImageError) -> Error {
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
    use image::ExtendedColorType;
    use image::error::{ImageFormatHint, UnsupportedError};

    #[test]
    fn what_is_not_handled_is_told_without_repeating_the_format() {
        let told = |kind| {
            let hint = ImageFormatHint::Exact(image::ImageFormat::Tga);
            let error = ImageError::Unsupported(UnsupportedError::from_format_and_kind(hint, kind));
            explain(Format::Tga, error).to_string()
        };
        let feature = UnsupportedErrorKind::GenericFeature("Indices larger than pixel values.".into());
        assert_eq!(told(feature), "unsupported: TGA, Indices larger than pixel values");
        let color = UnsupportedErrorKind::Color(ExtendedColorType::Unknown(9));
        assert_eq!(told(color), "unsupported: TGA, color type Unknown(9)");
    }
}
