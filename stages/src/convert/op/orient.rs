//! Owns `auto-orient` as an op.
//! Does not own: turning (see `../orient.rs`).

use super::args::{Args, OpError};
use super::{OpHelp, Operation, Scratch};
use crate::convert::orient;
use crate::{Image, Result};
use std::fmt;

/// Turns a picture upright by the orientation in its metadata, and says there that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AutoOrient;

impl Operation for AutoOrient {
    const HELP: OpHelp = OpHelp {
        name: "auto-orient",
        usage: "auto-orient",
        summary: "Turns the picture upright by its EXIF orientation and resets that. This is done by itself before the first \
                  op that needs it, unless --auto-orient is off; the op says where.",
        options: &[],
        formula: "one of the eight symmetries of a rectangle; no sample changes",
        source: "EXIF 2.32, 4.6.4, tag 274",
        examples: &[("auto-orient", "turn here")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(_: &mut Args<'_>) -> Result<AutoOrient, OpError> {
        Ok(AutoOrient)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HELP.name)
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        orient::upright(image)
    }
}
