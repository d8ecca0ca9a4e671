//! Owns `levels` as an op.
//! Does not own: the curve (see `../tone/curve.rs`).

use super::args::{Args, OpError, Problem};
use super::values::{number, two_levels};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Curve;
use crate::{Image, Result};
use std::fmt;

/// Stretches a range of levels to another. Made from its text: `levels 16,235`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    input: [f32; 2],
    gamma: f32,
    output: [f32; 2],
}

const ALL: [f32; 2] = [0.0, 255.0];

impl Operation for Levels {
    const HELP: OpHelp = OpHelp {
        name: "levels",
        usage: "levels BLACK,WHITE [gamma=N] [out=BLACK,WHITE]",
        summary: "Makes one level black and another white, and all between by a curve. Alpha stays.",
        options: &[
            (
                "BLACK,WHITE",
                "what becomes black and what white: 0 to 255 whatever the depth, or percent; BLACK below WHITE",
            ),
            ("gamma=N", "0.01 to 100, above 1 lightens the middle; 1 when not given"),
            ("out=BLACK,WHITE", "what they become instead of 0,255; reversed for a negative"),
        ],
        formula: "v' = o0 + (o1 - o0) t^(1 / gamma), rounded; t = (v - i0) / (i1 - i0), between 0 and 1; \
                  i0,i1 the levels that are given, o0,o1 those of out",
        source: "ImageMagick's -level and, for out, +level; the Levels dialogs of GIMP and Photoshop",
        examples: &[
            ("levels 16,235", "video range to full range"),
            ("levels 5%,95% gamma=1.2", "clip both ends and lighten"),
            ("levels 0,255 out=16,235", "full range to video range"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Levels, OpError> {
        let input = args.needed("two levels, such as `levels 16,235`", rising_levels)?;
        let gamma = args.option("gamma", number("gamma", 0.01..=100.0))?.unwrap_or(1.0);
        let output = args.option("out", two_levels)?.unwrap_or(ALL);
        Ok(Levels { input, gamma, output })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "levels {},{}", self.input[0], self.input[1])?;
        if self.gamma != 1.0 {
            write!(f, " gamma={}", self.gamma)?;
        }
        if self.output != ALL {
            write!(f, " out={},{}", self.output[0], self.output[1])?;
        }
        Ok(())
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        let &Levels { input, gamma, output } = self;
        Ok(Curve::Levels { input, gamma, output }.apply(image, &mut scratch.curves))
    }
}

fn rising_levels(text: &str) -> Result<[f32; 2], Problem> {
    let [black, white] = two_levels(text)?;
    if black < white {
        return Ok([black, white]);
    }
    Err(format!("black {black} is not below white {white}; for a negative write `out=255,0`").into())
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed, column};

    #[test]
    fn ends_become_black_and_white_and_all_beyond_is_cut_off() {
        assert_eq!(changed("levels 50,150", &[0, 50, 100, 150, 255]), [0, 0, 128, 255, 255]);
        assert_eq!(changed("levels 0,100% out=255,0", &[0, 1, 255]), [255, 254, 0]);
        assert_eq!(changed("levels 0,255 gamma=2", &[0, 64, 255]), [0, 128, 255]);
    }

    #[test]
    fn errors_point_at_their_level() {
        assert_eq!(column("levels"), 7);
        assert_eq!(column("levels 16"), 8);
        assert_eq!(column("levels 16,256"), 11);
        assert_eq!(column("levels 20,20"), 8);
        assert_eq!(column("levels 16,235 out=0,101%"), 21);
        assert_eq!(column("levels 16,235 gamma=0"), 21);
        assert_eq!(column("levels 16,235 1.2"), 15);
    }
}
