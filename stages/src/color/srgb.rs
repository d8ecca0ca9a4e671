//! Owns moving a picture into sRGB, saying what its colors mean, and the profile of a picture whose color was taken away.
//! Does not own: CMYK, which is settled while decoding (`cmyk.rs`).

use super::profile::{self, Profile, encode, gray_with, is_srgb};
use super::transform;
use crate::metadata::exif;
use crate::{Image, Metadata, Result};
use moxcms::{ColorProfile, DataColorSpace};

/// The picture in sRGB, by its color profile, with relative colorimetric intent and no black point compensation; gray in
/// gray with sRGB's tone curve. 8 bits stay 8 and 16 stay 16; alpha is copied.
///
/// - A picture that had a profile has that of sRGB afterwards; one that is sRGB already keeps its own, and its samples.
/// - A picture without a profile is taken for sRGB and stays as it is, unless its EXIF block says Adobe RGB as cameras
///   do (interoperability index `R03`); then it is converted, and has no profile afterwards either.
/// - A profile for another kind of picture (RGB on gray, CMYK on RGB) describes nothing and is removed.
///
/// ```
/// use pipeline_stages::color::{Profile, assign, to_srgb};
/// use pipeline_stages::{Color, Image, Samples};
///
/// let image = Image::new(1, 1, Color::Rgb, Samples::U8(vec![0, 255, 0]))?;
/// let green = to_srgb(assign(image, Profile::DisplayP3)?)?;
/// assert_eq!(green.samples(), &Samples::U8(vec![0, 255, 0]), "outside of sRGB, and clipped");
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
///
/// # Errors
/// [`Damaged`](crate::Error::Damaged) or [`Unsupported`](crate::Error::Unsupported) when the profile cannot be used.
pub fn to_srgb(mut image: Image) -> Result<Image> {
    let gray = image.color().is_gray();
    let target = if gray { Profile::Srgb.gray() } else { Profile::Srgb.rgb() };
    let (source, icc) = match image.metadata.icc.as_deref() {
        Some(icc) => (transform::parse(icc)?, Some(encode(&target)?)),
        None if !gray && says_adobe_rgb(&image.metadata) => (Profile::AdobeRgb.rgb(), None),
        None => return Ok(image),
    };
    if !transform::describes(&source, image.color()) {
        image.metadata.icc = None;
        return Ok(image);
    }
    if is_srgb(&source) {
        return Ok(image);
    }
    let samples = transform::convert(image.samples(), image.color(), &source, &target)?;
    let mut metadata = std::mem::take(&mut image.metadata);
    metadata.set_srgb(icc);
    Ok(Image::new(image.width(), image.height(), image.color(), samples)?.with_metadata(metadata))
}

/// The same samples, meaning other colors: the picture's profile is replaced by one that is known by name (for gray: one
/// with its tone curve).
///
/// ```
/// use pipeline_stages::color::{Profile, assign};
/// use pipeline_stages::{Color, Image, Samples};
///
/// let image = Image::new(1, 1, Color::Rgb, Samples::U8(vec![1, 2, 3]))?;
/// let same = assign(image, Profile::AdobeRgb)?;
/// assert_eq!(same.samples(), &Samples::U8(vec![1, 2, 3]));
/// assert!(same.metadata.icc.is_some());
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
///
/// # Errors
/// None with the profiles there are; kept for those that cannot be written.
pub fn assign(mut image: Image, profile: Profile) -> Result<Image> {
    let profile = if image.color().is_gray() { profile.gray() } else { profile.rgb() };
    image.metadata.icc = Some(encode(&profile)?);
    Ok(image)
}

fn says_adobe_rgb(metadata: &Metadata) -> bool {
    metadata.exif.as_deref().is_some_and(exif::is_adobe_rgb)
}

/// The profile for a gray picture that was made from one with this RGB profile: gray with the same tone curve. `None` where
/// the picture needs none, because the curve is that of sRGB, and where there is no one curve.
pub(crate) fn gray_profile(icc: &[u8]) -> Option<Vec<u8>> {
    let profile = transform::parse(icc).ok()?;
    let curve = profile.red_trc.clone().filter(profile::valid)?;
    let one_curve = profile.green_trc.as_ref() == Some(&curve) && profile.blue_trc.as_ref() == Some(&curve);
    if profile.color_space != DataColorSpace::Rgb || !one_curve || has_tables(&profile) {
        return None;
    }
    let gray = gray_with(Some(curve));
    if is_srgb(&gray) { None } else { encode(&gray).ok() }
}

fn has_tables(profile: &ColorProfile) -> bool {
    profile.lut_a_to_b_colorimetric.is_some() || profile.lut_a_to_b_perceptual.is_some()
}

/// Whether a picture looks different once this profile is taken away from it.
pub(crate) fn changes_colors(icc: &[u8]) -> bool {
    transform::parse(icc).is_ok_and(|profile| !is_srgb(&profile))
}

#[cfg(test)]
#[path = "srgb_tests.rs"]
mod tests;
