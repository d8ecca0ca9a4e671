//! Owns `letterbox` as an op: `resize fit=inside` and then `pad`.
//! Does not own: either of them.

use super::args::{Args, OpError, one_of};
use super::pad::Canvas;
use super::resize::{self, Resize};
use super::{OpHelp, Operation, Scratch, values};
use crate::convert::resample::Sampling;
use crate::convert::scale::Only;
use crate::{Image, Result, Shape};
use std::fmt;

/// Makes a picture fit into a size, with bars at the sides. Made from text: `"letterbox 640x640".parse::<Op>()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Letterbox {
    size: (u32, u32),
    only: Option<Only>,
    sampling: Sampling,
    canvas: Canvas,
}

impl Operation for Letterbox {
    const HELP: OpHelp = OpHelp {
        name: "letterbox",
        usage: "letterbox WxH [gravity=PLACE] [color=COLOR] [only=shrink] [filter=…] [light=linear]",
        summary: "Makes the picture fit into a size, the aspect kept, with bars at the sides: the same as \
                  `resize WxH fit=inside` and then `pad WxH`.",
        options: &[
            ("WxH", "width and height of the result in pixels"),
            ("gravity=PLACE", "where the picture lies, as for pad"),
            ("color=COLOR", "the color of the bars, as for pad; black by default"),
            ("only=shrink", "never make larger: a small picture stays as it is, in the middle of its bars"),
            ("filter=…, light=…", "as for resize"),
        ],
        formula: "pad(resize(in))",
        source: "Pillow ImageOps.pad; sharp fit contain",
        examples: &[
            ("letterbox 64x64", "for models that want squares and see all of the picture"),
            ("letterbox 160x90 color=#202020 only=shrink", "frames of a slide show"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Letterbox, OpError> {
        let size = args.needed("a size: WxH", values::size)?;
        let canvas = Canvas::parse(args)?;
        let only = args.option("only", |text| match text {
            "enlarge" => Err("a picture that is too large would not fit; only=shrink is possible".to_owned()),
            _ => one_of("only", text, &[("shrink", Only::Shrink)]),
        })?;
        Ok(Letterbox { size, only, sampling: resize::sampling(args)?, canvas })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "letterbox {}x{}", self.size.0, self.size.1)?;
        self.canvas.write(f)?;
        if self.only.is_some() {
            f.write_str(" only=shrink")?;
        }
        resize::write_sampling(f, self.sampling)
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        let inside = self.resize().shape(before)?;
        Ok(self.canvas.shape(inside, self.size.0, self.size.1))
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        let between = self.resize().shape(before).map_or(0, Shape::byte_len);
        self.resize().scratch_bytes(before).saturating_add(between)
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        let inside = self.resize().apply(image, scratch)?;
        let canvas = self.canvas.shape(inside.shape(), self.size.0, self.size.1);
        self.canvas.put(inside, canvas)
    }
}

impl Letterbox {
    fn resize(&self) -> Resize {
        Resize::inside(self.size, self.only, self.sampling)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{pictures, problem, run};
    use proptest::prelude::*;

    #[test]
    fn mistakes_are_pointed_at() {
        assert_eq!(problem("letterbox 5"), "column 11: no size `5`; write WxH, such as 640x480");
        assert!(problem("letterbox 5x5 only=enlarge").starts_with("column 20: a picture that is too large"));
    }

    proptest! {
        #[test]
        fn it_is_a_resize_and_then_a_pad(image in pictures(), width in 1u32..30, height in 1u32..30) {
            let size = format!("{width}x{height}");
            let boxed = run(&image, &format!("letterbox {size} color=#123 gravity=east")).unwrap();
            let inside = run(&image, &format!("resize {size} fit=inside")).unwrap();
            prop_assert_eq!(boxed, run(&inside, &format!("pad {size} gravity=east color=#123")).unwrap());
        }
    }
}
