//! Owns writing WebP with loss, by libwebp.
//! Does not own: metadata around it (see `container.rs`).

use super::container;
use crate::encode::{Effort, Page};
use crate::{Color, Result};
use webp::{Encoder, WebPConfig};

pub(super) fn encode(page: &Page<'_>, percent: u8) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let (samples, width, height) = (fitted.samples.eight(), fitted.width, fitted.height);
    let mut config =
        WebPConfig::new().map_err(|()| page.rules.failed("libwebp is of another version than expected"))?;
    config.quality = f32::from(percent);
    // libwebp's own scale of time against size, 0 to 6.
    config.method = match page.options.effort {
        Effort::Fastest => 0,
        Effort::Fast => 2,
        Effort::Balanced => 4,
        Effort::Best => 6,
    };
    let has_alpha = fitted.color == Color::Rgba;
    let encoder = match has_alpha {
        true => Encoder::from_rgba(samples, width, height),
        false => Encoder::from_rgb(samples, width, height),
    };
    let encoded = encoder
        .encode_advanced(&config)
        .map_err(|error| page.rules.failed(format!("libwebp reports {error:?}")))?;
    Ok(container::with_blocks(&encoded, width, height, has_alpha, &page.blocks))
}
