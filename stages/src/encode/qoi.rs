//! Owns writing QOI, by the `image` crate.
//! Does not own: what QOI holds (see `rules.rs`).

use super::Page;
use crate::{Color, Result};
use image::codecs::qoi::QoiEncoder;
use image::{ExtendedColorType, ImageEncoder};

pub(super) fn encode(page: &Page<'_>) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let color = if fitted.color == Color::Rgba { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    let mut bytes = Vec::new();
    QoiEncoder::new(&mut bytes)
        .write_image(fitted.samples.eight(), fitted.width, fitted.height, color)
        .map_err(|error| page.rules.failed(error.to_string()))?;
    Ok(bytes)
}
