//! Owns `gamma` as an op.
//! Does not own: the curve (see `../tone/curve.rs`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Curve;
use crate::{Image, Result};
use std::fmt;

/// Changes the middle of the scale and leaves black and white. Made from its text: `gamma 2.2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma(f32);

impl Operation for Gamma {
    const HELP: OpHelp = OpHelp {
        name: "gamma",
        usage: "gamma N",
        summary: "Lightens or darkens the middle of the scale; black and white stay. Alpha stays.",
        options: &[("N", "0.01 to 100: 1 changes nothing, above 1 lightens")],
        formula: "v' = max (v / max)^(1 / N), rounded",
        source: "ImageMagick's -gamma; skimage's adjust_gamma takes 1 / N",
        examples: &[("gamma 2.2", "encode linear light, roughly"), ("gamma 0.45", "the way back")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Gamma, OpError> {
        args.needed("a number, such as `gamma 2.2`", number("gamma", 0.01..=100.0)).map(Gamma)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gamma {}", self.0)
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        Ok(Curve::Gamma(self.0).apply(image, &mut scratch.curves))
    }
}
