//! Owns decoding the pixels of a JPEG, by `zune-jpeg`.
//! Does not own: its markers (see `jpeg_header.rs`).

use super::jpeg_header::damaged;
use super::{DecodeMode, Decoded, Header, JpegColorModel, JpegInfo};
use crate::{Color, Error, Image, Limits, Result, Samples};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

pub(super) fn decode(
    bytes: &[u8],
    header: &Header,
    mode: DecodeMode,
    limits: &Limits,
    lenient: bool,
) -> Result<Decoded> {
    let Some(info) = &header.jpeg else { return Err(damaged("its header was not read as that of a JPEG")) };
    refuse_what_is_not_decoded_right(header, info)?;
    let luma = mode == DecodeMode::Luma && info.has_luma_plane();
    let mut warnings = Vec::new();
    let end = end_of_image(bytes);
    let strict = match end {
        End::Missing => Err(Error::Truncated { format: "JPEG" }),
        _ => pixels(bytes, header, info, luma, limits, true),
    };
    let (pixels, degraded) = match strict {
        Ok(pixels) => (pixels, false),
        Err(error @ (Error::Damaged { .. } | Error::Truncated { .. })) if lenient => {
            warnings.push(error.to_string());
            (self::pixels(bytes, header, info, luma, limits, false)?, true)
        }
        Err(error) => return Err(error),
    };
    if let End::Before(garbage) = end {
        warnings.push(format!("{garbage} bytes after the end of the picture were ignored"));
    }
    let color = if luma { Color::Gray } else { header.color };
    let image = Image::new(header.width, header.height, color, Samples::U8(pixels))?;
    Ok(Decoded { image: image.with_metadata(header.metadata.clone()), warnings, degraded })
}

/// Classes of files that `zune-jpeg` 0.5 decodes to wrong pixels without an error.
fn refuse_what_is_not_decoded_right(header: &Header, info: &JpegInfo) -> Result<()> {
    let refuse = |what: &str| Err(Error::Unsupported { format: "JPEG", what: what.to_owned() });
    let subsampled_gray = info.components == 1 && info.max_sampling() != (1, 1);
    if subsampled_gray && header.width.max(header.height) > 65528 {
        // Its count of blocks is computed in 16 bits for this kind only.
        return refuse("gray with sampling factors and a side above 65528");
    }
    Ok(())
}

/// Where the last end-of-image marker is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    AtEnd,
    /// So many bytes come after it.
    Before(usize),
    Missing,
}

/// Almost always the last two bytes, so this looks from the end.
fn end_of_image(bytes: &[u8]) -> End {
    match bytes.windows(2).rposition(|pair| pair == [0xff, 0xd9]) {
        Some(at) if at + 2 == bytes.len() => End::AtEnd,
        Some(at) => End::Before(bytes.len() - at - 2),
        None => End::Missing,
    }
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
        _ => damaged(text.trim_matches('"')),
    }
}
