//! Owns writing BMP, by the `image` crate: gray with a palette of 256 grays, RGB, RGBA (with a header of version 4).
//! Does not own: what BMP holds (see `rules.rs`).

use super::Page;
use crate::{Color, Result};
use image::ExtendedColorType;
use image::codecs::bmp::BmpEncoder;

pub(super) fn encode(page: &Page<'_>) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let color = match fitted.color {
        Color::Gray => ExtendedColorType::L8,
        Color::Rgb => ExtendedColorType::Rgb8,
        Color::GrayAlpha | Color::Rgba => ExtendedColorType::Rgba8,
    };
    let mut bytes = Vec::with_capacity(fitted.samples.eight().len() + 2048);
    BmpEncoder::new(&mut bytes)
        .encode(fitted.samples.eight(), fitted.width, fitted.height, color)
        .map_err(|error| page.rules.failed(error.to_string()))?;
    Ok(bytes)
}
