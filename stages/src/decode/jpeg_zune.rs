//! Owns running `zune-jpeg`: for kinds that `pipeline-jpeg` does not read, and for what is left of damaged files.
//! Does not own: choosing between the two (see `jpeg.rs`).

use super::jpeg::{decoded, warn_of_trailing};
use super::jpeg_header::damaged;
use super::{Decoded, Header, JpegColorModel, JpegInfo};
use crate::{Error, Limits, Result};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// How `zune-jpeg` says that no marker follows the first scan.
const MARKER_MISSING: &str = "Marker missing where expected";

/// What can be shown of a file that was refused for this reason.
pub(super) fn salvage(
    bytes: &[u8],
    header: &Header,
    info: &JpegInfo,
    luma: bool,
    limits: &Limits,
    reason: Error,
) -> Result<Decoded> {
    if refuse_what_is_not_decoded_right(header, info).is_err() {
        return Err(reason);
    }
    let warnings = vec![reason.to_string()];
    let Ok(samples) = pixels(bytes, header, info, luma, limits, false) else { return Err(reason) };
    let color = if luma { header.color.to_gray() } else { header.color };
    decoded(samples, header, color, warnings, true)
}

pub(super) fn by_zune(
    bytes: &[u8],
    header: &Header,
    info: &JpegInfo,
    luma: bool,
    limits: &Limits,
    lenient: bool,
) -> Result<Decoded> {
    refuse_what_is_not_decoded_right(header, info)?;
    let end = end_of_image(bytes, info.first_scan);
    let strict = match end {
        End::Missing => Err(Error::Truncated { format: "JPEG" }),
        End::At(at) => {
            pixels(&guarded(bytes, at), header, info, luma, limits, true).or_else(|error| match error {
                // `zune-jpeg` wants a marker right after the first scan of a progressive file, which the guard hides if it is
                // the only one.
                Error::Damaged { reason, .. } if reason == MARKER_MISSING => {
                    pixels(bytes, header, info, luma, limits, true)
                }
                other => Err(other),
            })
        }
    };
    let mut warnings = Vec::new();
    if let End::At(at) = end {
        warn_of_trailing(bytes.len() - at - 2, &mut warnings);
    }
    let color = if luma { header.color.to_gray() } else { header.color };
    match strict {
        Ok(samples) => decoded(samples, header, color, warnings, false),
        Err(error @ (Error::Damaged { .. } | Error::Truncated { .. })) if lenient => {
            salvage(bytes, header, info, luma, limits, error)
        }
        Err(error) => Err(error),
    }
}

/// Classes of files that `zune-jpeg` 0.5 decodes to wrong pixels without an error.
fn refuse_what_is_not_decoded_right(header: &Header, info: &JpegInfo) -> Result<()> {
    let refuse = |what: &str| Err(Error::Unsupported { format: "JPEG", what: what.to_owned() });
    let subsampled_gray = info.components == 1 && info.max_sampling() != (1, 1);
    if subsampled_gray && header.width.max(header.height) > 65528 {
        // Its count of blocks is computed in 16 bits for this kind only.
        return refuse("gray with sampling factors and a side above 65528");
    }
    let scan_by_component = !info.progressive && info.first_scan_components < info.components;
    if scan_by_component && info.max_sampling() != (1, 1) {
        return refuse("subsampled color in one scan per component");
    }
    Ok(())
}

/// Where the end-of-image marker is.
enum End {
    /// So many bytes from the start.
    At(usize),
    Missing,
}

/// Looks for the marker that ends the picture. Inside entropy-coded data 0xFF is always followed by 0 or a restart marker
/// (T.81, B.1.1.5), so a file that ends with this marker is taken by its word, and any other is walked over.
fn end_of_image(bytes: &[u8], first_scan: usize) -> End {
    if bytes.ends_with(&[0xff, 0xd9]) {
        return End::At(bytes.len() - 2);
    }
    let mut at = first_scan;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xff)) {
        at += found + 1;
        match bytes.get(at) {
            Some(0xff) => {}
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(0xd9) => return End::At(at - 1),
            Some(_) => {
                let length = bytes
                    .get(at + 1..at + 3)
                    .map_or(0, |pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])));
                at += 1 + length;
            }
            None => break,
        }
    }
    End::Missing
}

/// The file with its end marker pushed back by bits that are all ones. No Huffman code is all ones (T.81, C.2), so a decoder
/// that wants more than the file has meets an error; `zune-jpeg` by itself fills the rest of the picture without a word.
fn guarded(bytes: &[u8], end: usize) -> Vec<u8> {
    let guard = [[0xff, 0x00]; 16];
    let mut guarded = Vec::with_capacity(end + 2 * guard.len() + 2);
    guarded.extend_from_slice(&bytes[..end]);
    guarded.extend_from_slice(guard.as_flattened());
    guarded.extend([0xff, 0xd9]);
    guarded
}

fn pixels(
    bytes: &[u8],
    header: &Header,
    info: &JpegInfo,
    luma: bool,
    limits: &Limits,
    strict: bool,
) -> Result<Vec<u8>> {
    let stored = stored_as(info);
    let out = match info.color_model {
        JpegColorModel::Gray => ColorSpace::Luma,
        _ if luma && has_plain_luma(info) => ColorSpace::Luma,
        _ if luma => ColorSpace::YCbCr,
        _ => ColorSpace::RGB,
    };
    let decoded = run(bytes, out, stored, limits, strict)?;
    let pixels = match (out, decoded) {
        (ColorSpace::YCbCr, Planes::Asked(samples) | Planes::Raw(samples)) => first_of_three(&samples),
        (ColorSpace::Luma, Planes::Raw(samples)) => first_of_three(&samples),
        (_, Planes::Asked(samples)) => samples,
        (_, Planes::Raw(samples)) if info.color_model == JpegColorModel::Rgb => samples,
        (_, Planes::Raw(samples)) => ycbcr_to_rgb(samples),
    };
    let channels = if luma { 1 } else { header.color.channels() };
    let expected = u64::from(header.width) * u64::from(header.height) * channels as u64;
    if pixels.len() as u64 != expected {
        return Err(damaged("its frame header and its scans disagree"));
    }
    Ok(pixels)
}

/// What `zune-jpeg` gave: what was asked for, or the stored samples because it took the color model for another.
enum Planes {
    Asked(Vec<u8>),
    Raw(Vec<u8>),
}

fn run(bytes: &[u8], out: ColorSpace, stored: ColorSpace, limits: &Limits, strict: bool) -> Result<Planes> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(strict)
        .jpeg_set_max_scans(limits.max_scans)
        .jpeg_set_out_colorspace(out);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| explain(error, limits))?;
    // It settles only while decoding that three components with an Adobe marker are RGB.
    let taken = match decoder.input_colorspace() {
        Some(ColorSpace::CMYK) if decoder.info().is_some_and(|info| info.components == 3) => ColorSpace::RGB,
        Some(other) => other,
        None => stored,
    };
    let differs = taken != stored && taken.num_components() == 3 && stored.num_components() == 3;
    if differs {
        // Asking for what it takes the file to be gives the stored samples untouched.
        decoder.set_options(options.jpeg_set_out_colorspace(taken));
    }
    let samples = decoder.decode().map_err(|error| explain(error, limits))?;
    Ok(if differs { Planes::Raw(samples) } else { Planes::Asked(samples) })
}

fn stored_as(info: &JpegInfo) -> ColorSpace {
    match info.color_model {
        JpegColorModel::Gray => ColorSpace::Luma,
        JpegColorModel::Ycbcr => ColorSpace::YCbCr,
        JpegColorModel::Rgb => ColorSpace::RGB,
        JpegColorModel::Cmyk => ColorSpace::CMYK,
        JpegColorModel::Ycck => ColorSpace::YCCK,
    }
}

/// Whether `zune-jpeg` gives the Y plane by itself: one scan, Y at full size, color at full size or half.
fn has_plain_luma(info: &JpegInfo) -> bool {
    let whole = info.progressive || info.first_scan_components == info.components;
    let halves = matches!(info.sampling[0], (1 | 2, 1 | 2))
        && info.sampling[1..3].iter().all(|&factors| factors == (1, 1));
    whole && halves
}

fn first_of_three(samples: &[u8]) -> Vec<u8> {
    samples.as_chunks::<3>().0.iter().map(|pixel| pixel[0]).collect()
}

/// T.871, 7: full-range BT.601.
fn ycbcr_to_rgb(mut samples: Vec<u8>) -> Vec<u8> {
    for [y, cb, cr] in samples.as_chunks_mut::<3>().0 {
        let (luma, blue, red) = (f32::from(*y), f32::from(*cb) - 128.0, f32::from(*cr) - 128.0);
        // A float cast saturates, which is the clamp that the formula asks for.
        *y = (luma + 1.402 * red).round() as u8;
        *cb = (luma - 0.344_136 * blue - 0.714_136 * red).round() as u8;
        *cr = (luma + 1.772 * blue).round() as u8;
    }
    samples
}

fn explain(error: DecodeErrors, limits: &Limits) -> Error {
    let text = error.to_string();
    if text.contains("Too many scans") {
        let limit = limits.max_scans as u64;
        return Error::Limit { what: "number of scans", value: limit + 1, limit };
    }
    match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => Error::Truncated { format: "JPEG" },
        DecodeErrors::FormatStatic("Premature end of buffer") => Error::Truncated { format: "JPEG" },
        _ if text.contains("Code 0xFFFF") => damaged("its data ends before the picture does, or is corrupt"),
        _ => damaged(text.trim_matches('"').trim_start_matches("[strict-mode]: ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ycbcr_becomes_rgb_as_jfif_says() {
        assert_eq!(
            ycbcr_to_rgb(vec![76, 85, 255, 255, 128, 128, 0, 128, 128]),
            [254, 0, 0, 255, 255, 255, 0, 0, 0]
        );
    }
}
