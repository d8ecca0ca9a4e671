//! Owns `gray` as an op.
//! Does not own: the formulas (see `../gray/`).

use super::args::{Args, OpError};
use super::{OpHelp, Operation, Scratch};
use crate::convert::gray;
use crate::{GrayMode, Image, Result, Shape};
use std::fmt;

impl Operation for GrayMode {
    const HELP: OpHelp = OpHelp {
        name: "gray",
        usage: "gray [mode=luma|opencv|pillow|rec709|linear]",
        summary: "Takes color away. Alpha stays; a picture that is gray already stays as it is.",
        options: &[
            (
                "mode=luma",
                "the Y plane of a JPEG as it is stored, opencv's formula for all else; the default, set by --gray",
            ),
            ("mode=opencv", "what cv2.cvtColor(…, COLOR_BGR2GRAY) gives, bit for bit"),
            ("mode=pillow", "what Pillow's convert(\"L\") gives, bit for bit"),
            ("mode=rec709", "the weights of Rec. 709 on encoded values"),
            ("mode=linear", "luminance in linear light, encoded again: physically right"),
        ],
        formula: "opencv: (9798 R + 19235 G + 3735 B + 16384) >> 15; pillow: (19595 R + 38470 G + 7471 B + 32768) >> 16; \
                  rec709: (2126 R + 7152 G + 722 B + 5000) / 10000; linear: E(0.2126 D(R) + 0.7152 D(G) + 0.0722 D(B)), \
                  D and E the sRGB curve and its inverse",
        source: "Rec. ITU-R BT.601-7 and BT.709-6; IEC 61966-2-1; OpenCV color_rgb; Pillow Convert.c",
        examples: &[
            ("gray", "the fastest: a JPEG's colors are not even decoded"),
            ("gray mode=opencv", "what an OpenCV script gives"),
            ("gray mode=linear", "for measuring light"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<GrayMode, OpError> {
        Ok(args.option("mode", str::parse::<GrayMode>)?.unwrap_or(args.gray))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GrayMode::Luma => f.write_str("gray"),
            mode => write!(f, "gray mode={mode}"),
        }
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(Shape { color: before.color.to_gray(), ..before })
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        gray::apply(image, *self)
    }
}
