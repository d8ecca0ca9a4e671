//! Owns decoding the pixels of a JPEG by `pipeline-jpeg`.
//! Does not own: its markers (see `jpeg_header.rs`), CMYK to RGB (see `color/`).

use super::jpeg_header::damaged;
use super::{DecodeMode, Decoded, Header, JpegColorModel};
use crate::limits::{PIXELS, SCANS};
use crate::{Color, Error, Image, Result, Samples, color};
use pipeline_jpeg::{Error as Own, Info, Output, Salvaged};

pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    mode: DecodeMode,
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
        Ok(found) => {
            let mut warnings = Vec::new();
            note_scans(&found, &mut warnings);
            warnings.extend(trailing(found.trailing));
            finish(samples, output, header, warnings)
        }
        Err(why @ (Own::Damaged { .. } | Own::Truncated { .. })) if lenient => {
            salvage(bytes, header, output, why, decoder)
        }
        Err(error) => Err(explain_own(error)),
    }
}

fn note_scans(info: &Info, warnings: &mut Vec<String>) {
    if info.incomplete {
        warnings.push("not all of its scans are there; the detail they would have added is estimated".into());
    }
}

/// What is left of a file that was refused for this reason.
fn salvage(
    bytes: &[u8],
    header: &Header,
    output: Output,
    why: Own,
    decoder: &mut pipeline_jpeg::Decoder,
) -> Result<Decoded> {
    let mut samples = Vec::new();
    let found = decoder.salvage(bytes, output, &mut samples).map_err(explain_own)?;
    let size = (found.info.header.width, found.info.header.height);
    if size != (header.width, header.height) {
        // What is damaged is the header, of which two sizes can be read. Nothing was reserved for this one.
        return Err(explain_own(why));
    }
    let mut warnings = vec![why.to_string()];
    warnings.extend(extent(&found));
    note_scans(&found.info, &mut warnings);
    let decoded = finish(samples, output, header, warnings)?;
    Ok(Decoded { degraded: true, ..decoded })
}

/// How much of a picture is damaged, as far as it is known.
fn extent(found: &Salvaged) -> Option<String> {
    match (found.noticed, found.missing) {
        (Some(row), 0) => Some(format!("damage was noticed from row {row} on")),
        (Some(row), percent) => {
            Some(format!("damage was noticed from row {row} on; {percent} % of the picture is missing"))
        }
        (None, 0) => None,
        (None, percent) => Some(format!("{percent} % of the picture is missing")),
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
        return decoded(samples, header, color, warnings);
    }
    // Stored inverted, as Adobe's programs do it and all others after them.
    samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
    let (rgb, warning) = color::cmyk_to_rgb(&samples, header.metadata.icc.as_deref());
    warnings.extend(warning);
    let mut decoded = decoded(rgb, header, Color::Rgb, warnings)?;
    let mut metadata = header.metadata.clone();
    // A profile for CMYK does not describe RGB.
    metadata.set_srgb(None);
    decoded.image = decoded.image.with_metadata(metadata);
    Ok(decoded)
}

fn decoded(pixels: Vec<u8>, header: &Header, color: Color, warnings: Vec<String>) -> Result<Decoded> {
    let image = Image::new(header.width, header.height, color, Samples::U8(pixels))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings, degraded: false })
}

/// What is said of bytes after the end of the picture.
pub(super) fn trailing(bytes: usize) -> Option<String> {
    (bytes > 0).then(|| format!("{bytes} bytes after the end of the picture were ignored"))
}

pub(super) fn explain_own(error: Own) -> Error {
    match error {
        Own::Truncated { .. } => Error::Truncated { format: "JPEG" },
        Own::TooLarge { pixels, limit } => Error::Limit { what: PIXELS, value: pixels, limit },
        Own::TooManyScans { limit } => {
            Error::Limit { what: SCANS, value: limit as u64 + 1, limit: limit as u64 }
        }
        Own::Unsupported(what) => Error::Unsupported { format: "JPEG", what: what.to_string() },
        Own::Damaged { at, expected } => damaged(format!("at byte {at} should be {expected}")),
        other => damaged(other.to_string()),
    }
}

#[cfg(test)]
#[path = "jpeg_tests.rs"]
mod tests;
