//! Owns the profiles that are known by name, and making profiles from few numbers.
//! Does not own: profiles that come with pictures.
//!
//! Sources: IEC 61966-2-1 (sRGB), Adobe RGB (1998) 4.3, SMPTE EG 432-1 with sRGB's curve (Display P3), ROMM RGB
//! (ISO 22028-2), ITU-R BT.2020.

use crate::{Error, Result};
use moxcms::{
    Chromaticity, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, MatrixCoefficients,
    ToneReprCurve,
};
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
        const D65: [f32; 2] = [0.3127, 0.329];
        let (mut profile, [red, green, blue, white]) = match self {
            Profile::Srgb => (ColorProfile::new_srgb(), SRGB),
            Profile::DisplayP3 => {
                (ColorProfile::new_display_p3(), [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65])
            }
            Profile::AdobeRgb => {
                (ColorProfile::new_adobe_rgb(), [[0.64, 0.33], [0.21, 0.71], [0.15, 0.06], D65])
            }
            Profile::ProPhoto => (
                ColorProfile::new_pro_photo_rgb(),
                [[0.7347, 0.2653], [0.1596, 0.8404], [0.0366, 0.0001], [0.3457, 0.3585]],
            ),
            Profile::Rec2020 => {
                (ColorProfile::new_bt2020(), [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65])
            }
        };
        // The library's own are for a white that is computed from its temperature, which is off in the fourth digit.
        let point = |[x, y]: [f32; 2]| Chromaticity::new(x, y);
        let primaries = ColorPrimaries { red: point(red), green: point(green), blue: point(blue) };
        profile.update_rgb_colorimetry(point(white).to_xyyb(), primaries);
        plain(profile)
    }

    /// The profile for gray pictures with the same tone curve.
    pub(super) fn gray(self) -> ColorProfile {
        gray_with(self.rgb().red_trc)
    }
}

/// A gray profile with this tone curve.
pub(super) fn gray_with(curve: Option<ToneReprCurve>) -> ColorProfile {
    let mut profile = plain(ColorProfile::new_gray_with_gamma(1.0));
    profile.gray_trc = curve;
    profile
}

/// Without a code for video, which some readers believe more than the curves.
fn plain(mut profile: ColorProfile) -> ColorProfile {
    profile.cicp = None;
    profile
}

/// Where red, green, blue and white are: x and y of each.
pub(crate) type Primaries = [[f32; 2]; 4];

const SRGB: Primaries = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], [0.3127, 0.329]];

/// The profile, as it stands in files, of samples whose encoding is this power of light: for color with these primaries
/// (sRGB's by default), for gray with `gray`. `None` where that is sRGB, near enough, or nothing real.
///
/// "Near enough" is 5 % of gamma, as libpng has it (`PNG_GAMMA_THRESHOLD`), and 0.005 of a coordinate.
pub(crate) fn profile_of_gamma(exponent: f32, primaries: Option<Primaries>, gray: bool) -> Option<Vec<u8>> {
    let primaries = primaries.filter(|found| {
        !gray && found.as_flattened().iter().zip(SRGB.as_flattened()).any(|(a, b)| (a - b).abs() > 0.005)
    });
    let plain_gamma = (exponent / 2.2 - 1.0).abs() < 0.05;
    if !(0.1..=10.0).contains(&exponent) || (plain_gamma && primaries.is_none()) {
        return None;
    }
    let srgb_curve = Profile::Srgb.rgb().red_trc;
    let curve = if plain_gamma { srgb_curve } else { Some(ToneReprCurve::Parametric(vec![exponent])) };
    if gray {
        return encode(&gray_with(curve)).ok();
    }
    let mut profile = Profile::Srgb.rgb();
    profile.description = None;
    if let Some([red, green, blue, white]) = primaries {
        let point = |[x, y]: [f32; 2]| Chromaticity::new(x, y);
        let colors = ColorPrimaries { red: point(red), green: point(green), blue: point(blue) };
        profile.update_rgb_colorimetry(point(white).to_xyyb(), colors);
        let rows = profile.colorant_matrix().v;
        let real = rows.as_flattened().iter().all(|value| value.is_finite() && value.abs() < 2.0);
        let luminance: f64 = rows[1].iter().sum();
        if !real || (luminance - 1.0).abs() > 0.1 {
            return None;
        }
    }
    for slot in [&mut profile.red_trc, &mut profile.green_trc, &mut profile.blue_trc] {
        slot.clone_from(&curve);
    }
    encode(&profile).ok()
}

/// The profile of colors by their code for video (ITU-T H.273): primaries and transfer. `None` where that is sRGB, and where
/// there is no curve or no primaries by that code.
pub(crate) fn profile_of_code(primaries: u8, transfer: u8, gray: bool) -> Option<Vec<u8>> {
    let code = CicpProfile {
        color_primaries: primaries.try_into().ok()?,
        transfer_characteristics: transfer.try_into().ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    };
    let made = ColorProfile::new_from_cicp(code);
    let curve = made.red_trc.clone().filter(valid)?;
    if gray {
        let gray = gray_with(Some(curve));
        return if is_srgb(&gray) { None } else { encode(&gray).ok() };
    }
    if is_srgb(&made) {
        return None;
    }
    // The code stays: what reads it knows more of HDR than curves can say.
    let mut profile = plain(made);
    profile.cicp = Some(code);
    encode(&profile).ok()
}

/// The profile as it stands in files. Its date is always the same, so that equal pictures give equal files.
pub(super) fn encode(profile: &ColorProfile) -> Result<Vec<u8>> {
    let icc = profile
        .encode()
        .map_err(|error| Error::Encode { format: "color profile", reason: error.to_string() })?;
    Ok(by_the_book(&icc).unwrap_or(icc))
}

/// The same profile with what the library leaves out of the format, of which libpng warns: the white of its connection space
/// in the header (ICC.1:2022, 7.2.16), and tags that begin at multiples of 4 (7.3.1).
fn by_the_book(icc: &[u8]) -> Option<Vec<u8>> {
    // 7.2.8: year, month, day, hour, minute, second.
    const DATE: [u8; 12] = [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    const D50: [u8; 12] = [0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d];
    let u32_at = |at: usize| Some(u32::from_be_bytes(icc.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = u32_at(128)?;
    let mut out = icc.get(..132 + count.checked_mul(12)?)?.to_vec();
    out[24..36].copy_from_slice(&DATE);
    out[68..80].copy_from_slice(&D50);
    for entry in (0..count).map(|index| 132 + index * 12) {
        let (from, length) = (u32_at(entry + 4)?, u32_at(entry + 8)?);
        let place = u32::try_from(out.len()).ok()?;
        out[entry + 4..entry + 8].copy_from_slice(&place.to_be_bytes());
        out.extend_from_slice(icc.get(from..from.checked_add(length)?)?);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let length = u32::try_from(out.len()).ok()?;
    out[..4].copy_from_slice(&length.to_be_bytes());
    Some(out)
}

/// Whether colors mean what they mean in sRGB: its matrix to three digits, and curves that are nowhere further away than
/// half of an 8-bit step. Profiles with tables are none.
pub(super) fn is_srgb(profile: &ColorProfile) -> bool {
    let srgb = Profile::Srgb.rgb();
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

    const ALL: [Profile; 5] =
        [Profile::Srgb, Profile::DisplayP3, Profile::AdobeRgb, Profile::ProPhoto, Profile::Rec2020];

    #[test]
    fn a_profile_that_is_written_follows_its_format() {
        let gray = Profile::AdobeRgb.gray();
        for profile in ALL.map(Profile::rgb).iter().chain([&gray]) {
            let icc = encode(profile).unwrap();
            let u32_at = |at: usize| u32::from_be_bytes(icc[at..at + 4].try_into().unwrap()) as usize;
            assert_eq!((u32_at(0), u32_at(68), u32_at(72)), (icc.len(), 0xf6d6, 0x10000));
            for entry in (0..u32_at(128)).map(|index| 132 + index * 12) {
                assert_eq!(u32_at(entry + 4) % 4, 0);
            }
            let read = super::super::transform::parse(&icc).unwrap();
            assert_eq!(read.color_space, profile.color_space);
        }
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        for profile in ALL {
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
    }

    #[test]
    fn the_same_profile_is_the_same_bytes_at_any_time() {
        for profile in ALL {
            for icc in [encode(&profile.rgb()).unwrap(), encode(&profile.gray()).unwrap()] {
                assert_eq!(icc[24..36], [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
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
        let matrix = Profile::Srgb.rgb().colorant_matrix();
        for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
            let (found, expected): (f64, f64) = (matrix.v[row][column], published[row][column]);
            assert!((found - expected).abs() < 0.0003, "{row} {column}: {found} and {expected}");
        }
    }
}
