//! Owns decoding the pixels of a JPEG by `pipeline-jpeg`.
//! Does not own: its markers (see `jpeg_header.rs`), what is left of damaged files (see `jpeg_zune.rs`), CMYK to RGB (see `color/`).

use super::jpeg_header::damaged;
use super::jpeg_zune::salvage;
use super::{DecodeMode, Decoded, Header, JpegColorModel};
use crate::{Color, Error, Image, Limits, Result, Samples, color};
use pipeline_jpeg::Output;

pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    mode: DecodeMode,
    limits: &Limits,
    lenient: bool,
    decoder: &mut pipeline_jpeg::Decoder,
) -> Result<Decoded> {
    let Some(info) = &header.jpeg else { return Err(damaged("its header was not read as that of a JPEG")) };
    let luma = mode == DecodeMode::Luma && info.has_luma_plane();
    let output = match info.color_model {
        JpegColorModel::Gray => Output::Gray,
        JpegColorModel::Cmyk | JpegColorModel::Ycck => Output::Cmyk,
        _ if luma => Output::Gray,
        _ => Output::Rgb,
    };
    let mut samples = Vec::new();
    match decoder.decode(bytes, output, &mut samples) {
        Ok(found) => finish(samples, output, header, trailing(found.trailing).into_iter().collect()),
        Err(error) => match (explain_own(error), lenient) {
            (error @ (Error::Damaged { .. } | Error::Truncated { .. }), true) => {
                salvage(bytes, header, info, luma, limits, error)
            }
            (error, _) => Err(error),
        },
    }
}

fn finish(
    mut samples: Vec<u8>,
    output: Output,
    header: &Header,
    mut warnings: Vec<String>,
) -> Result<Decoded> {
    if output != Output::Cmyk {
        let color = if output == Output::Gray { Color::Gray } else { Color::Rgb };
        return decoded(samples, header, color, warnings, false);
    }
    // Stored inverted, as Adobe's programs do it and all others after them.
    samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
    let (rgb, warning) = color::cmyk_to_rgb(&samples, header.metadata.icc.as_deref());
    warnings.extend(warning);
    let mut decoded = decoded(rgb, header, Color::Rgb, warnings, false)?;
    let mut metadata = header.metadata.clone();
    // A profile for CMYK does not describe RGB.
    metadata.set_srgb(None);
    decoded.image = decoded.image.with_metadata(metadata);
    Ok(decoded)
}

pub(super) fn decoded(
    pixels: Vec<u8>,
    header: &Header,
    color: Color,
    warnings: Vec<String>,
    degraded: bool,
) -> Result<Decoded> {
    let image = Image::new(header.width, header.height, color, Samples::U8(pixels))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings, degraded })
}

/// What is said of bytes after the end of the picture.
pub(super) fn trailing(bytes: usize) -> Option<String> {
    (bytes > 0).then(|| format!("{bytes} bytes after the end of the picture were ignored"))
}

pub(super) fn explain_own(error: pipeline_jpeg::Error) -> Error {
    use pipeline_jpeg::Error as Own;
    match error {
        Own::Truncated { .. } => Error::Truncated { format: "JPEG" },
        Own::TooLarge { pixels, limit } => Error::Limit { what: "pixels", value: pixels, limit },
        Own::TooManyScans { limit } => {
            Error::Limit { what: "number of scans", value: limit as u64 + 1, limit: limit as u64 }
        }
        Own::Unsupported(what) => Error::Unsupported { format: "JPEG", what: what.to_string() },
        Own::Damaged { at, expected } => damaged(format!("at byte {at} should be {expected}")),
        other => damaged(other.to_string()),
    }
}

#[cfg(test)]
#[path = "jpeg_tests.rs"]
mod tests;
