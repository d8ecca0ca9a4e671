//! Owns what every op brings, and the memory that ops keep between pictures.
//! Does not own: the list of ops.

use super::OpError;
use super::args::Args;
use super::help::OpHelp;
use crate::convert::tone::Tables;
use crate::{Image, Result, Shape};
use std::fmt;

/// What every op brings.
pub(crate) trait Operation: Sized {
    /// What it says of itself.
    const HELP: OpHelp;

    /// Whether turning the picture before or after it gives the same: each pixel depends on the pixel in its place, and on
    /// the others at most through what does not know places, such as a histogram.
    const COMMUTES_WITH_TURNING: bool;

    /// Its parameters from the words behind its name.
    fn parse(args: &mut Args<'_>) -> Result<Self, OpError>;

    /// Writes it as it is parsed.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// The shape of what it makes; the same error as [`apply`](Operation::apply) where it cannot be applied.
    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(before)
    }

    /// Most bytes that it needs besides its input and output.
    fn scratch_bytes(&self, _before: Shape) -> u64 {
        0
    }

    /// Applies it. Metadata that stays true stays.
    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image>;
}

/// What ops keep between pictures, one per worker.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    pub(super) resizer: fast_image_resize::Resizer,
    /// Tables of tone curves.
    pub(crate) curves: Tables,
}
