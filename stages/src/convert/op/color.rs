//! Owns `color` as an op.
//! Does not own: profiles and transforms (see [`crate::color`]).

use super::args::{Args, OpError, one_of};
use super::{OpHelp, Operation, Scratch};
use crate::color::{Profile, assign, to_srgb};
use crate::{Image, Result, Shape};
use std::fmt;

/// What is done about the meaning of a picture's colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColorOp {
    /// Nothing: samples and profile stay as they are, which is also what happens without this op.
    Keep,
    /// Samples are moved into sRGB by the picture's profile.
    Srgb,
    /// Samples stay, and mean the colors of this profile from here on.
    Assign(Profile),
}

/// Tables and grids of the transform, measured at below 3 MiB for profiles with curves as for those with tables.
const TRANSFORM_BYTES: u64 = 8 << 20;

impl Operation for ColorOp {
    const HELP: OpHelp = OpHelp {
        name: "color",
        usage: "color srgb | color assign=PROFILE | color keep",
        summary: "Says or changes what colors mean. Without it a picture keeps its samples and its color profile, wherever \
                  the output format has a place for one.",
        options: &[
            (
                "srgb",
                "move the samples into sRGB by the picture's profile; what has no profile is taken for sRGB, unless a \
                 camera's EXIF says Adobe RGB",
            ),
            (
                "assign=PROFILE",
                "leave the samples and replace the profile: srgb, display-p3, adobe-rgb, prophoto or rec2020",
            ),
            ("keep", "leave both"),
        ],
        formula: "srgb: relative colorimetric intent, no black point compensation; v' = curve⁻¹(M · curve(v)), or the \
                  profile's tables; gray by its curve alone; alpha stays",
        source: "ICC.1:2022, 6.2 and F.3",
        examples: &[
            ("color srgb", "the same colors for programs that ignore profiles"),
            ("color assign=display-p3", "say what a picture is that lost its profile"),
            ("color keep", "what happens anyway"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<ColorOp, OpError> {
        if let Some(profile) = args.option("assign", str::parse::<Profile>)? {
            return Ok(ColorOp::Assign(profile));
        }
        let words = [("srgb", ColorOp::Srgb), ("keep", ColorOp::Keep)];
        args.needed("srgb, keep or assign=PROFILE", |text| one_of("color choice", text, &words))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColorOp::Keep => f.write_str("color keep"),
            ColorOp::Srgb => f.write_str("color srgb"),
            ColorOp::Assign(profile) => write!(f, "color assign={profile}"),
        }
    }

    fn scratch_bytes(&self, _: Shape) -> u64 {
        if *self == ColorOp::Srgb { TRANSFORM_BYTES } else { 0 }
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        match self {
            ColorOp::Keep => Ok(image),
            ColorOp::Srgb => to_srgb(image),
            ColorOp::Assign(profile) => assign(image, *profile),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Op;

    #[test]
    fn errors_say_what_there_is() {
        let at = |text: &str| {
            let error = text.parse::<Op>().unwrap_err();
            (error.column, error.message)
        };
        assert_eq!(at("color"), (6, "`color` needs srgb, keep or assign=PROFILE".into()));
        assert_eq!(at("color cmyk"), (7, "no color choice `cmyk`; one of srgb, keep".into()));
        assert_eq!(at("color assign=p3").0, 14);
        assert_eq!(at("color srgb assign=srgb").0, 7);
    }
}
