//! Owns what is left of damaged files, by `zune-jpeg`.
//! Does not own: files that are whole (see `jpeg.rs`).

use super::jpeg::decoded;
use super::{Decoded, Header, JpegColorModel, JpegInfo};
use crate::{Error, Limits, Result};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

/// What can be shown of a file that was refused for this reason.
pub(super) fn salvage(
    bytes: &[u8],
    header: &Header,
    info: &JpegInfo,
    luma: bool,
    limits: &Limits,
    reason: Error,
) -> Result<Decoded> {
    if is_decoded_wrong(header, info) {
        return Err(reason);
    }
    let warnings = vec![reason.to_string()];
    let Some(samples) = pixels(bytes, header, info, luma, limits) else { return Err(reason) };
    let color = if luma { header.color.to_gray() } else { header.color };
    decoded(samples, header, color, warnings, true)
}

/// Whether it is of a kind that `zune-jpeg` 0.5 decodes to wrong pixels even where nothing is damaged.
fn is_decoded_wrong(header: &Header, info: &JpegInfo) -> bool {
    let subsampled = info.max_sampling() != (1, 1);
    // Its count of blocks is computed in 16 bits for this kind only.
    let wide_gray = info.components == 1 && subsampled && header.width.max(header.height) > 65528;
    let scan_by_component = !info.progressive && info.first_scan_components < info.components && subsampled;
    let higher_only = info.progressive && info.max_sampling() == (1, 2);
    wide_gray || scan_by_component || higher_only
}

fn pixels(bytes: &[u8], header: &Header, info: &JpegInfo, luma: bool, limits: &Limits) -> Option<Vec<u8>> {
    let stored = stored_as(info);
    let out = match info.color_model {
        JpegColorModel::Gray => ColorSpace::Luma,
        _ if luma && has_plain_luma(info) => ColorSpace::Luma,
        _ if luma => ColorSpace::YCbCr,
        _ => ColorSpace::RGB,
    };
    let decoded = run(bytes, out, stored, limits).ok()?;
    let pixels = match (out, decoded) {
        (ColorSpace::YCbCr, Planes::Asked(samples) | Planes::Raw(samples)) => first_of_three(&samples),
        (ColorSpace::Luma, Planes::Raw(samples)) => first_of_three(&samples),
        (_, Planes::Asked(samples)) => samples,
        (_, Planes::Raw(samples)) if info.color_model == JpegColorModel::Rgb => samples,
        (_, Planes::Raw(samples)) => ycbcr_to_rgb(samples),
    };
    let channels = if luma { 1 } else { header.color.channels() };
    let expected = u64::from(header.width) * u64::from(header.height) * channels as u64;
    (pixels.len() as u64 == expected).then_some(pixels)
}

/// What `zune-jpeg` gave: what was asked for, or the stored samples because it took the color model for another.
enum Planes {
    Asked(Vec<u8>),
    Raw(Vec<u8>),
}

fn run(bytes: &[u8], out: ColorSpace, stored: ColorSpace, limits: &Limits) -> Result<Planes, DecodeErrors> {
    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(false)
        .jpeg_set_max_scans(limits.max_scans)
        .jpeg_set_out_colorspace(out);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers()?;
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
    let samples = decoder.decode()?;
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
