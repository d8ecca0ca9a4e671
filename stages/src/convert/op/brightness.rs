//! Owns `brightness` as an op.
//! Does not own: the curve (see `../tone/curve.rs`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Curve;
use crate::{Image, Result};
use std::fmt;

/// Makes a picture brighter or darker by a factor. Made from its text: `brightness 1.2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brightness(f32);

impl Operation for Brightness {
    const HELP: OpHelp = OpHelp {
        name: "brightness",
        usage: "brightness N",
        summary: "Brighter or darker by a factor. Alpha stays.",
        options: &[("N", "0 to 100: 1 changes nothing, 0 gives black, 2 twice the values")],
        formula: "v' = N v, rounded, at most max",
        source: "brightness() of W3C Filter Effects 1; the same line as Pillow's ImageEnhance.Brightness, which rounds down",
        examples: &[("brightness 1.2", "a fifth brighter"), ("brightness 0.5", "half as bright")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Brightness, OpError> {
        args.needed("a number, such as `brightness 1.2`", number("factor", 0.0..=100.0)).map(Brightness)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "brightness {}", self.0)
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        Ok(Curve::Brightness(self.0).apply(image, &mut scratch.curves))
    }
}
