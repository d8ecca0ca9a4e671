//! Owns what can be done to a decoded picture: ops ([`Op`]).
//! Does not own: which ops are run for a picture, and in which order (see [`crate::Plan`]).
//!
//! | file | what |
//! |---|---|
//! | `op/` | the list of ops, their text, help and application |
//! | `orient.rs` | turning and mirroring, EXIF orientation |
//! | `gray/` | the gray formulas |
//! | `scale.rs`, `resample/` | how large a resized picture is, and its pixels |
//! | `frame.rs`, `gravity.rs` | cutting out, putting on a canvas, and where |
//! | `tone/` | curves, histograms and blurring: what changes values and leaves places |
//! | `depth.rs` | 8 bits to 16 and back |

mod depth;
mod frame;
mod gravity;
pub mod gray;
pub mod op;
mod orient;
mod resample;
mod scale;
mod tone;

pub(crate) use depth::{to_8_bits, to_16_bits};
pub use gray::GrayMode;
pub use op::{Op, OpError, OpHelp};

use crate::{Image, Result};

/// Applies ops. One per worker: it may keep scratch memory between pictures.
///
/// ```
/// use pipeline_stages::{Color, Converter, Image, Op, Samples};
///
/// let red = Image::new(1, 1, Color::Rgb, Samples::U8(vec![255, 0, 0]))?;
/// let gray = Converter::new().apply(red, &"gray mode=opencv".parse::<Op>().unwrap())?;
/// assert_eq!(gray.samples(), &Samples::U8(vec![76]));
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Converter {
    scratch: op::Scratch,
}

impl Converter {
    /// A converter without scratch memory.
    pub fn new() -> Converter {
        Converter::default()
    }

    /// Applies one op.
    ///
    /// # Errors
    /// [`Error::Convert`](crate::Error::Convert) when the op cannot be applied to a picture of this size or layout.
    pub fn apply(&mut self, image: Image, op: &Op) -> Result<Image> {
        op.apply(image, &mut self.scratch)
    }
}
