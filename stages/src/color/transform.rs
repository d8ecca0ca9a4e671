//! Owns every call that parses a profile or moves samples from one profile to another, by `moxcms`.
//! Does not own: what a profile is chosen for.
//!
//! The intent is relative colorimetric without black point compensation: what both profiles can show stays what it is
//! (ICC.1:2022, 6.2.3).

use crate::{Color, Error, Result, Samples};
use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions,
};

/// Samples of one call of the library.
const BATCH_PIXELS: usize = 1 << 14;

/// Whether a profile is all there: its signature, its table of tags, and what they point at (ICC.1:2022, 7.2 and 7.3).
pub(crate) fn is_whole(icc: &[u8]) -> bool {
    const HEADER: usize = 128;
    let u32_at = |at: usize| {
        let four = icc.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(four)).ok()
    };
    let inside = |tag: usize| {
        let end = u32_at(tag + 4).zip(u32_at(tag + 8)).and_then(|(place, size)| place.checked_add(size));
        end.is_some_and(|end| end <= icc.len())
    };
    icc.get(36..40) == Some(b"acsp")
        && u32_at(HEADER).is_some_and(|tags| {
            tags <= icc.len() / 12 && (0..tags).all(|index| inside(HEADER + 4 + index * 12))
        })
}

/// Whether a profile says that it is for RGB (ICC.1:2022, 7.2.6).
pub(crate) fn is_for_rgb(icc: &[u8]) -> bool {
    icc.get(16..20) == Some(b"RGB ")
}

/// A profile that can be read.
///
/// # Errors
/// [`Error::Damaged`] or [`Error::Unsupported`], both with `color profile` for the format.
pub(super) fn parse(icc: &[u8]) -> Result<ColorProfile> {
    ColorProfile::new_from_slice(icc).map_err(explain)
}

pub(super) fn explain(error: CmsError) -> Error {
    const FORMAT: &str = "color profile";
    match error {
        CmsError::UnsupportedProfileConnection | CmsError::UnsupportedLutRenderingIntent(_) => {
            Error::Unsupported { format: FORMAT, what: "a kind that cannot be converted from".into() }
        }
        other => Error::Damaged { format: FORMAT, reason: other.to_string() },
    }
}

/// Whether a profile is for pictures of this color.
pub(super) fn describes(profile: &ColorProfile, color: Color) -> bool {
    profile.color_space == if color.is_gray() { DataColorSpace::Gray } else { DataColorSpace::Rgb }
}

fn options() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        // Fixed point is off by up to 2 of 255 in the shadows.
        prefer_fixed_point: false,
        ..TransformOptions::default()
    }
}

fn layout(color: Color) -> Layout {
    match color {
        Color::Gray => Layout::Gray,
        Color::GrayAlpha => Layout::GrayAlpha,
        Color::Rgb => Layout::Rgb,
        Color::Rgba => Layout::Rgba,
    }
}

/// Samples of the same layout and depth in the colors of another profile. Alpha is copied.
pub(super) fn convert(
    samples: &Samples,
    color: Color,
    from: &ColorProfile,
    to: &ColorProfile,
) -> Result<Samples> {
    let (layout, channels) = (layout(color), color.channels());
    Ok(match samples {
        Samples::U8(samples) => {
            let transform = from.create_transform_8bit(layout, to, layout, options()).map_err(explain)?;
            Samples::U8(run(&*transform, samples, channels, channels)?)
        }
        Samples::U16(samples) => {
            let transform = from.create_transform_16bit(layout, to, layout, options()).map_err(explain)?;
            Samples::U16(run(&*transform, samples, channels, channels)?)
        }
    })
}

/// CMYK samples (255 is full ink) as RGB of another profile.
pub(super) fn cmyk8_to(samples: &[u8], from: &ColorProfile, to: &ColorProfile) -> Result<Vec<u8>> {
    // The library calls any four samples of a pixel by the name of RGBA.
    let transform = from.create_transform_8bit(Layout::Rgba, to, Layout::Rgb, options()).map_err(explain)?;
    run(&*transform, samples, 4, 3)
}

/// The same for 16 bits (65535 is full ink).
pub(super) fn cmyk16_to(samples: &[u16], from: &ColorProfile, to: &ColorProfile) -> Result<Vec<u16>> {
    let transform = from.create_transform_16bit(Layout::Rgba, to, Layout::Rgb, options()).map_err(explain)?;
    run(&*transform, samples, 4, 3)
}

fn run<S: Copy + Default>(
    transform: &dyn TransformExecutor<S>,
    samples: &[S],
    from: usize,
    to: usize,
) -> Result<Vec<S>> {
    let mut out = vec![S::default(); samples.len() / from * to];
    let batches = samples.chunks(BATCH_PIXELS * from).zip(out.chunks_mut(BATCH_PIXELS * to));
    for (samples, out) in batches {
        transform.transform(samples, out).map_err(explain)?;
    }
    Ok(out)
}
