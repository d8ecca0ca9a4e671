//! Owns writing WebP: without loss by `image-webp`, with loss by libwebp (feature `webp-lossy`).
//! Does not own: what WebP holds (see `rules.rs`).
//!
//! | file | what |
//! |---|---|
//! | `lossy.rs` | with loss |
//! | `container.rs` | metadata around what libwebp gives |

#[cfg(feature = "webp-lossy")]
mod container;
#[cfg(feature = "webp-lossy")]
mod lossy;

use super::{Page, Quality};
use crate::{Color, Result};
use image_webp::{ColorType, WebPEncoder};

pub(super) fn encode(page: &Page<'_>, warnings: &mut Vec<String>) -> Result<Vec<u8>> {
    if let Quality::Percent(percent) = page.options.quality {
        #[cfg(feature = "webp-lossy")]
        return lossy::encode(page, percent);
        #[cfg(not(feature = "webp-lossy"))]
        warnings.push(format!(
            "it was written without loss instead of with quality {percent}: this program was built without the feature \
             webp-lossy"
        ));
    }
    #[cfg(feature = "webp-lossy")]
    let _ = warnings;
    lossless(page)
}

fn lossless(page: &Page<'_>) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let color = if fitted.color == Color::Rgba { ColorType::Rgba8 } else { ColorType::Rgb8 };
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new(&mut bytes);
    let owned = |block: Option<&[u8]>| block.unwrap_or_default().to_vec();
    encoder.set_icc_profile(owned(page.blocks.icc));
    encoder.set_exif_metadata(owned(page.blocks.exif));
    encoder.set_xmp_metadata(owned(page.blocks.xmp));
    encoder
        .encode(fitted.samples.eight(), fitted.width, fitted.height, color)
        .map_err(|error| page.rules.failed(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use crate::{Color, EncodeOptions, Encoder, Format, Image, Quality, Samples};

    #[test]
    fn wider_than_16383_is_an_error_that_says_so() {
        let image = Image::new(16384, 1, Color::Gray, Samples::U8(vec![0; 16384])).unwrap();
        let error = Encoder::new().encode(&image, &EncodeOptions::new(Format::WebP)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write as WebP: it holds at most 16383 pixels of width, this has 16384"
        );
    }

    #[test]
    fn a_quality_is_with_loss_or_told_to_be_without() {
        let samples = (0..48 * 48 * 3).map(|at| (at * 37 % 251) as u8).collect();
        let image = Image::new(48, 48, Color::Rgb, Samples::U8(samples)).unwrap();
        let options = EncodeOptions { quality: Quality::Percent(50), ..EncodeOptions::new(Format::WebP) };
        let encoded = Encoder::new().encode(&image, &options).unwrap();
        let lossless = encoded.bytes.windows(4).any(|name| name == b"VP8L");
        assert_eq!(lossless, !encoded.warnings.is_empty());
        assert_eq!(lossless, !cfg!(feature = "webp-lossy"));
    }
}
