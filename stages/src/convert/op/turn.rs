//! Owns `rotate`, `flip`, `flop` and `transpose` as ops.
//! Does not own: moving the pixels (see `../orient.rs`).

use super::args::{Args, OpError, one_of};
use super::{OpHelp, Operation, Scratch};
use crate::convert::orient;
use crate::{Image, Result, Shape};
use std::fmt;

/// Turns a picture to the right by quarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rotate {
    /// By 90°: what was on the left is on top.
    Right,
    /// By 180°: upside down.
    Half,
    /// By 270°, which is 90° to the left: what was on the right is on top.
    Left,
}

impl Operation for Rotate {
    const HELP: OpHelp = OpHelp {
        name: "rotate",
        usage: "rotate 90|180|270",
        summary: "Turns the picture to the right, by degrees. No sample changes. (ImageMagick's -rotate turns to the right \
                  too, Pillow's rotate to the left.)",
        options: &[("90|180|270", "degrees to the right")],
        formula: "90: out(x, y) = in(y, height-1-x); 180: out(x, y) = in(width-1-x, height-1-y); \
                  270: out(x, y) = in(width-1-y, x)",
        source: "ImageMagick -rotate; Pillow Image.transpose(ROTATE_270, ROTATE_180, ROTATE_90)",
        examples: &[("rotate 90", "what was on the left is on top"), ("rotate 180", "upside down")],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Rotate, OpError> {
        let names = [("90", Rotate::Right), ("180", Rotate::Half), ("270", Rotate::Left)];
        args.needed("degrees: 90, 180 or 270", |text| one_of("turn by", text, &names))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degrees = match self {
            Rotate::Right => 90,
            Rotate::Half => 180,
            Rotate::Left => 270,
        };
        write!(f, "rotate {degrees}")
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(if *self == Rotate::Half { before } else { across(before) })
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        orient::turn(
            image,
            match self {
                Rotate::Right => 6,
                Rotate::Half => 3,
                Rotate::Left => 8,
            },
        )
    }
}

/// The shape of a picture whose rows have become columns.
fn across(before: Shape) -> Shape {
    Shape { width: before.height, height: before.width, ..before }
}

/// A mirror as an op: without parameters, told apart by the EXIF orientation that it undoes.
macro_rules! mirror {
    (
        $(#[doc = $doc:literal])+ $name:ident, orientation $orientation:literal, shape $shape:expr,
        $text:literal, $summary:literal, $formula:literal, $source:literal, $example:literal
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name;

        impl Operation for $name {
            const HELP: OpHelp = OpHelp {
                name: $text,
                usage: $text,
                summary: $summary,
                options: &[],
                formula: $formula,
                source: $source,
                examples: &[($text, $example)],
            };

            const COMMUTES_WITH_TURNING: bool = false;

            fn parse(_: &mut Args<'_>) -> Result<$name, OpError> {
                Ok($name)
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::HELP.name)
            }

            fn shape(&self, before: Shape) -> Result<Shape> {
                Ok($shape(before))
            }

            fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
                orient::turn(image, $orientation)
            }
        }
    };
}

mirror! {
    /// Mirrors a picture: top becomes bottom.
    Flip, orientation 4, shape |before| before,
    "flip", "Mirrors the picture: top becomes bottom. No sample changes.",
    "out(x, y) = in(x, height-1-y)", "ImageMagick -flip; Pillow ImageOps.flip", "as seen in water"
}

mirror! {
    /// Mirrors a picture: left becomes right.
    Flop, orientation 2, shape |before| before,
    "flop", "Mirrors the picture: left becomes right. No sample changes.",
    "out(x, y) = in(width-1-x, y)", "ImageMagick -flop; Pillow ImageOps.mirror", "as seen in a mirror"
}

mirror! {
    /// Makes rows columns: a mirror at the diagonal from top left.
    Transpose, orientation 5, shape across,
    "transpose", "Makes rows columns: a mirror at the diagonal that begins at the top left. No sample changes.",
    "out(x, y) = in(y, x)", "ImageMagick -transpose; Pillow Image.transpose(TRANSPOSE); numpy swapaxes(0, 1)",
    "for arrays that were written the other way round"
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::pictures;
    use crate::{Color, Converter, Image, Op, Samples};
    use proptest::prelude::*;

    fn run(image: &Image, ops: &str) -> Image {
        let mut converter = Converter::new();
        ops.split(';')
            .map(|op| op.parse::<Op>().unwrap())
            .fold(image.clone(), |image, op| converter.apply(image, &op).unwrap())
    }

    #[test]
    fn each_turn_moves_pixels_as_its_formula_says() {
        let image = Image::new(3, 2, Color::Gray, Samples::U8(vec![1, 2, 3, 4, 5, 6])).unwrap();
        for (op, width, samples) in [
            ("rotate 90", 2, [4, 1, 5, 2, 6, 3]),
            ("rotate 180", 3, [6, 5, 4, 3, 2, 1]),
            ("rotate 270", 2, [3, 6, 2, 5, 1, 4]),
            ("flip", 3, [4, 5, 6, 1, 2, 3]),
            ("flop", 3, [3, 2, 1, 6, 5, 4]),
            ("transpose", 2, [1, 4, 2, 5, 3, 6]),
        ] {
            let made = run(&image, op);
            assert_eq!((made.width(), made.samples()), (width, &Samples::U8(samples.to_vec())), "{op}");
        }
    }

    #[test]
    fn the_orientation_of_a_picture_that_is_turned_as_it_lies_stays() {
        let mut image = Image::new(1, 1, Color::Gray, Samples::U8(vec![1])).unwrap();
        image.metadata.orientation = 6;
        assert_eq!(run(&image, "rotate 90").metadata.orientation, 6);
    }

    proptest! {
        #[test]
        fn turns_that_come_round_give_the_picture_back(image in pictures()) {
            for ops in [
                "rotate 90;rotate 90;rotate 90;rotate 90", "rotate 90;rotate 270", "rotate 180;rotate 180",
                "flip;flip", "flop;flop", "transpose;transpose", "flip;flop;rotate 180", "transpose;flop;rotate 270",
            ] {
                prop_assert_eq!(&run(&image, ops), &image, "{}", ops);
            }
        }
    }
}
