//! Owns what can be done to a decoded picture: ops ([`Op`]) and turning it upright ([`Converter::orient`]).
//! Does not own: which ops are run for a picture, and in which order (see [`crate::Plan`]).
//!
//! | file | what |
//! |---|---|
//! | `op.rs` | ops as text |
//! | `orient.rs` | EXIF orientation |
//! | `gray/` | the gray formulas |

pub mod gray;
mod op;
mod orient;

pub use gray::GrayMode;
pub use op::{Op, OpError};

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
    // No op needs scratch yet; resizing will.
    _private: (),
}

impl Converter {
    /// A converter without scratch memory.
    pub fn new() -> Converter {
        Converter::default()
    }

    /// Applies one op. Alpha survives every op: gray of RGBA is gray with alpha.
    ///
    /// # Errors
    /// None of the present ops fails; later ones may.
    pub fn apply(&mut self, image: Image, op: &Op) -> Result<Image> {
        match op {
            Op::None => Ok(image),
            Op::Gray(mode) => gray::apply(image, *mode),
        }
    }

    /// Turns a picture upright by the orientation in its metadata, and says there that it is.
    ///
    /// # Errors
    /// None today; kept for pictures that do not fit the machine.
    pub fn orient(&mut self, image: Image) -> Result<Image> {
        orient::upright(image)
    }
}
