//! Owns the profiles that are known by name, and making profiles from few numbers.
//! Does not own: profiles that come with pictures.
//!
//! Sources: IEC 61966-2-1 (sRGB), Adobe RGB (1998) 4.3, SMPTE EG 432-1 with sRGB's curve (Display P3), ROMM RGB
//! (ISO 22028-2), ITU-R BT.2020.

use crate::{Error, Result};
use moxcms::{ColorDateTime, ColorProfile, DataColorSpace, ToneReprCurve};
use std::fmt;
use std::str::FromStr;

/// A color space that is known by name.
///
/// ```
/// use pipeline_stages::color::Profile;
///
/// assert_eq!("display-p3".parse(), Ok(Profile::DisplayP3));
/// assert_eq!(Profile::AdobeRgb.to_string(), "adobe-rgb");
/// assert!("p3".parse::<Profile>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// What a picture without a profile is taken for.
    Srgb,
    /// The wider color space of many phones and displays.
    DisplayP3,
    /// Adobe RGB (1998), of cameras and print.
    AdobeRgb,
    /// ProPhoto, also called ROMM RGB.
    ProPhoto,
    /// BT.2020 with the curve of ordinary television (not HDR).
    Rec2020,
}

const NAMES: [(Profile, &str); 5] = [
    (Profile::Srgb, "srgb"),
    (Profile::DisplayP3, "display-p3"),
    (Profile::AdobeRgb, "adobe-rgb"),
    (Profile::ProPhoto, "prophoto"),
    (Profile::Rec2020, "rec2020"),
];

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NAMES[*self as usize].1)
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Profile, String> {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(profile, _)| *profile).ok_or_else(|| {
            let names = NAMES.map(|(_, name)| name).join(", ");
            format!("no color profile `{text}`; one of {names}")
        })
    }
}

impl Profile {
    pub(super) fn rgb(self) -> ColorProfile {
        plain(match self {
            Profile::Srgb => ColorProfile::new_srgb(),
            Profile::DisplayP3 => ColorProfile::new_display_p3(),
            Profile::AdobeRgb => ColorProfile::new_adobe_rgb(),
            Profile::ProPhoto => ColorProfile::new_pro_photo_rgb(),
            Profile::Rec2020 => ColorProfile::new_bt2020(),
        })
    }

    /// The profile for gray pictures with the same tone curve.
    pub(super) fn gray(self) -> ColorProfile {
        gray_with(self.rgb().red_trc)
    }
}

/// A gray profile with this tone curve.
pub(super) fn gray_with(curve: Option<ToneReprCurve>) -> ColorProfile {
    ColorProfile { gray_trc: curve, ..plain(ColorProfile::new_gray_with_gamma(1.0)) }
}

/// Without the time of day, so that equal pictures give equal files, and without a code for video, which some readers
/// believe more than the curves.
fn plain(profile: ColorProfile) -> ColorProfile {
    let creation_date_time =
        ColorDateTime { year: 2000, month: 1, day_of_the_month: 1, hours: 0, minutes: 0, seconds: 0 };
    ColorProfile { creation_date_time, cicp: None, ..profile }
}

/// A profile of curves without tables: tone curve and, for color, primaries (x and y of red, green, blue) and white.
pub(crate) fn from_numbers(curve: ToneReprCurve, colors: Option<([[f32; 2]; 3], [f32; 2])>) -> ColorProfile {
    let Some(([red, green, blue], white)) = colors else {
        return gray_with(Some(curve));
    };
    let point = |[x, y]: [f32; 2]| moxcms::Chromaticity::new(x, y);
    let mut profile = plain(ColorProfile::new_srgb());
    let primaries = moxcms::ColorPrimaries { red: point(red), green: point(green), blue: point(blue) };
    profile.update_rgb_colorimetry(point(white).to_xyyb(), primaries);
    profile.description = None;
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    profile
}

/// The profile as it stands in files.
pub(crate) fn encode(profile: &ColorProfile) -> Result<Vec<u8>> {
    profile.encode().map_err(|error| Error::Encode { format: "color profile", reason: error.to_string() })
}

/// Whether colors mean what they mean in sRGB: its matrix to three digits, and curves that are nowhere further away than
/// half of an 8-bit step. Profiles with tables are none.
pub(super) fn is_srgb(profile: &ColorProfile) -> bool {
    let srgb = ColorProfile::new_srgb();
    match profile.color_space {
        DataColorSpace::Gray => profile.gray_trc.as_ref().is_some_and(is_srgb_curve),
        DataColorSpace::Rgb => {
            let has_tables =
                profile.lut_a_to_b_colorimetric.is_some() || profile.lut_a_to_b_perceptual.is_some();
            let curves = [&profile.red_trc, &profile.green_trc, &profile.blue_trc];
            let (matrix, wanted) = (profile.colorant_matrix(), srgb.colorant_matrix());
            let near =
                |row: usize, column: usize| (matrix.v[row][column] - wanted.v[row][column]).abs() < 0.0015;
            !has_tables
                && (0..9).all(|at| near(at / 3, at % 3))
                && curves.iter().all(|curve| curve.as_ref().is_some_and(is_srgb_curve))
        }
        _ => false,
    }
}

fn is_srgb_curve(curve: &ToneReprCurve) -> bool {
    const HALF_STEP: f32 = 0.5 / 255.0;
    let srgb = |encoded: f32| {
        let encoded = encoded.clamp(0.0, 1.0);
        if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
    };
    let Some(curve) = valid(curve).then(|| curve.make_linear_evaluator().ok()).flatten() else {
        return false;
    };
    (0..=255u8).all(|at| {
        let encoded = f32::from(at) / 255.0;
        let linear = curve.evaluate_value(encoded);
        (srgb(encoded - HALF_STEP) - 1e-6..=srgb(encoded + HALF_STEP) + 1e-6).contains(&linear)
    })
}

/// Whether the library can evaluate a curve: it counts on parameters.
pub(super) fn valid(curve: &ToneReprCurve) -> bool {
    match curve {
        ToneReprCurve::Lut(_) => true,
        ToneReprCurve::Parametric(parameters) => {
            !parameters.is_empty() && parameters.iter().all(|parameter| parameter.is_finite())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Profile; 5] = NAMES_ONLY;
    const NAMES_ONLY: [Profile; 5] =
        [Profile::Srgb, Profile::DisplayP3, Profile::AdobeRgb, Profile::ProPhoto, Profile::Rec2020];

    #[test]
    fn names_are_written_as_they_are_read() {
        for profile in ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
    }

    #[test]
    fn the_same_profile_is_the_same_bytes_at_any_time() {
        let date = |icc: &[u8]| icc[24..36].to_vec();
        for profile in ALL {
            for icc in [encode(&profile.rgb()).unwrap(), encode(&profile.gray()).unwrap()] {
                assert_eq!(date(&icc), [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
                assert!(ColorProfile::new_from_slice(&icc).is_ok());
            }
        }
    }

    #[test]
    fn only_srgb_is_srgb_also_after_it_was_written_and_read() {
        for profile in ALL {
            let again =
                |profile: &ColorProfile| ColorProfile::new_from_slice(&encode(profile).unwrap()).unwrap();
            assert_eq!(is_srgb(&again(&profile.rgb())), profile == Profile::Srgb, "{profile}");
            let same_curve = matches!(profile, Profile::Srgb | Profile::DisplayP3);
            assert_eq!(is_srgb(&again(&profile.gray())), same_curve, "{profile}");
        }
    }

    #[test]
    fn the_matrix_is_that_of_the_published_profile() {
        // Of the profile that the ICC publishes as sRGB2014.icc: X, Y and Z of red, green and blue.
        let published =
            [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]];
        let matrix = ColorProfile::new_srgb().colorant_matrix();
        for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
            let (found, expected): (f64, f64) = (matrix.v[row][column], published[row][column]);
            assert!((found - expected).abs() < 0.0006, "{row} {column}: {found} and {expected}");
        }
    }
}
