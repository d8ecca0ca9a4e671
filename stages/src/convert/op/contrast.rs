//! Owns `contrast` as an op.
//! Does not own: the curve (see `../tone/curve.rs`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Curve;
use crate::{Image, Result};
use std::fmt;

/// Raises or lowers contrast around mid gray. Made from its text: `contrast 1.5`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast(f32);

impl Operation for Contrast {
    const HELP: OpHelp = OpHelp {
        name: "contrast",
        usage: "contrast N",
        summary: "More or less contrast around mid gray. Alpha stays.",
        options: &[("N", "0 to 100: 1 changes nothing, 0 gives mid gray")],
        formula: "v' = (v - max / 2) N + max / 2, rounded, between 0 and max",
        source: "contrast() of W3C Filter Effects 1. The same for every picture; Pillow's ImageEnhance.Contrast turns around each picture's own mean",
        examples: &[("contrast 1.5", "half as much contrast again"), ("contrast 0.7", "softer")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Contrast, OpError> {
        args.needed("a number, such as `contrast 1.5`", number("factor", 0.0..=100.0)).map(Contrast)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contrast {}", self.0)
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        Ok(Curve::Contrast(self.0).apply(image, &mut scratch.curves))
    }
}
