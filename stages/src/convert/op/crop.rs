//! Owns `crop` as an op: which rectangle is cut out.
//! Does not own: cutting it out (see `../frame.rs`).

use super::args::{Args, OpError, Problem};
use super::{OpHelp, Operation, Scratch, values};
use crate::convert::frame::{self, Rectangle};
use crate::convert::gravity::Gravity;
use crate::convert::scale::rounded;
use crate::{Error, Image, Result, Shape};
use std::fmt;

/// Cuts a rectangle out of a picture. Made from text: `"crop 16:9".parse::<Op>()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crop {
    what: What,
    gravity: Gravity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    /// Width, height, x, y.
    Rectangle(u32, u32, u32, u32),
    Size(u32, u32),
    Aspect(u32, u32),
}

impl Operation for Crop {
    const HELP: OpHelp = OpHelp {
        name: "crop",
        usage: "crop WxH+X+Y | crop WxH [gravity=PLACE] | crop W:H [gravity=PLACE]",
        summary: "Cuts out a rectangle. One that does not lie wholly inside a picture is an error for that picture, never \
                  cut smaller in silence.",
        options: &[
            ("WxH+X+Y", "width, height and top left corner in pixels; 0,0 is the picture's top left corner"),
            ("WxH", "width and height in pixels, placed by gravity"),
            (
                "W:H",
                "the largest rectangle of this aspect; the shorter side is rounded to the nearest pixel, half up",
            ),
            (
                "gravity=PLACE",
                "center (default), north, south, east, west, northwest, northeast, southwest or southeast",
            ),
        ],
        formula: "out(x, y) = in(x+X, y+Y); by gravity center X = floor((width-W)/2), Y = floor((height-H)/2)",
        source: "ImageMagick -crop and -gravity, without its cutting down to what is inside",
        examples: &[
            ("crop 4x3+1+2", "a rectangle by its corner"),
            ("crop 8x8 gravity=center", "the middle"),
            ("crop 16:9", "the largest part that is 16 to 9, from the middle"),
            ("crop 1:1 gravity=north", "a square from the top"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Crop, OpError> {
        let what = args.needed("a rectangle: WxH+X+Y, WxH or W:H", what)?;
        let gravity = args.option("gravity", |text| match what {
            What::Rectangle(..) => Err("a rectangle with +X+Y has its place already".to_owned()),
            _ => super::args::one_of("gravity", text, Gravity::NAMES),
        })?;
        Ok(Crop { what, gravity: gravity.unwrap_or_default() })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Rectangle(width, height, x, y) => write!(f, "crop {width}x{height}+{x}+{y}")?,
            What::Size(width, height) => write!(f, "crop {width}x{height}")?,
            What::Aspect(width, height) => write!(f, "crop {width}:{height}")?,
        }
        if self.gravity != Gravity::default() {
            write!(f, " gravity={}", self.gravity.name())?;
        }
        Ok(())
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        let Rectangle { width, height, .. } = self.rectangle(before)?;
        Ok(Shape { width, height, ..before })
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        let rectangle = self.rectangle(image.shape())?;
        frame::cut(image, rectangle)
    }
}

impl Crop {
    fn rectangle(&self, Shape { width, height, .. }: Shape) -> Result<Rectangle> {
        let (w, h) = match self.what {
            What::Rectangle(w, h, x, y) => {
                let inside =
                    |at: u32, side: u32, all: u32| at.checked_add(side).is_some_and(|end| end <= all);
                if inside(x, w, width) && inside(y, h, height) {
                    return Ok(Rectangle { x, y, width: w, height: h });
                }
                return Err(outside(format!(
                    "{w}x{h}+{x}+{y} reaches outside the picture, which is {width}x{height}"
                )));
            }
            What::Size(w, h) if w > width || h > height => {
                return Err(outside(format!(
                    "{w}x{h} is larger than the picture, which is {width}x{height}"
                )));
            }
            What::Size(w, h) => (w, h),
            What::Aspect(w, h) => largest(width, height, w, h),
        };
        let (x, y) = self.gravity.place(u64::from(width - w), u64::from(height - h));
        // Both are less than a side, which is a u32.
        Ok(Rectangle { x: x as u32, y: y as u32, width: w, height: h })
    }
}

fn outside(what: String) -> Error {
    let reason = format!("{what}; crop less, by an aspect such as 1:1, or resize or pad it first");
    Error::Convert { op: Crop::HELP.name, reason }
}

/// The largest size of this aspect inside a picture.
fn largest(width: u32, height: u32, w: u32, h: u32) -> (u32, u32) {
    if u64::from(width) * u64::from(h) >= u64::from(height) * u64::from(w) {
        (rounded(height, w, h), height)
    } else {
        (width, rounded(width, h, w))
    }
}

fn what(text: &str) -> Result<What, Problem> {
    if let Some(aspect) = values::aspect(text) {
        return aspect.map(|(w, h)| What::Aspect(w, h));
    }
    let (size, place) = match text.split_once('+') {
        None => (text, None),
        Some((size, place)) => (size, Some(place)),
    };
    let (w, h) = values::size(size)?;
    let Some(place) = place else { return Ok(What::Size(w, h)) };
    let behind = size.chars().count() + 1;
    let offset = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| digits).ok_or_else(|| {
            Problem::from(format!("no offset `{text}`; a number of pixels from 0 to {}", u32::MAX))
        })
    };
    let missing = || Err(Problem::from("one offset is missing; write WxH+X+Y"));
    let (x, y) = values::pair(place, '+', offset)
        .unwrap_or_else(missing)
        .map_err(|problem| Problem { at: problem.at + behind, ..problem })?;
    Ok(What::Rectangle(w, h, x, y))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{pictures, problem, run};
    use crate::{Color, Image, Samples};
    use proptest::prelude::*;

    /// Samples 0…19 in rows of 5.
    fn counted() -> Image {
        Image::new(5, 4, Color::Gray, Samples::U8((0..20).collect())).unwrap()
    }

    fn cut(op: &str) -> (u32, u32, Vec<u8>) {
        let made = run(&counted(), op).unwrap();
        let size = (made.width(), made.height());
        let Samples::U8(samples) = made.into_samples() else { unreachable!() };
        (size.0, size.1, samples)
    }

    #[test]
    fn a_rectangle_is_cut_out_where_it_is_asked_for() {
        assert_eq!(cut("crop 2x2+1+1"), (2, 2, vec![6, 7, 11, 12]));
        assert_eq!(cut("crop 2x2 gravity=southeast"), (2, 2, vec![13, 14, 18, 19]));
        assert_eq!(cut("crop 2x1"), (2, 1, vec![6, 7]));
        assert_eq!(cut("crop 1:2 gravity=west"), (2, 4, vec![0, 1, 5, 6, 10, 11, 15, 16]));
        assert_eq!(cut("crop 5:1 gravity=north"), (5, 1, vec![0, 1, 2, 3, 4]));
        assert_eq!(cut("crop 1:1000 gravity=east").0, 1);
    }

    #[test]
    fn what_lies_outside_is_refused_with_both_sizes() {
        let refused = |op: &str| run(&counted(), op).unwrap_err().to_string();
        assert_eq!(
            refused("crop 2x2+4+0"),
            "cannot crop: 2x2+4+0 reaches outside the picture, which is 5x4; crop less, by an aspect such as 1:1, or resize \
             or pad it first"
        );
        assert!(
            refused("crop 6x1").starts_with("cannot crop: 6x1 is larger than the picture, which is 5x4; ")
        );
        assert!(refused("crop 4294967295x1+4294967295+0").contains("reaches outside"));
    }

    #[test]
    fn mistakes_are_pointed_at() {
        assert_eq!(problem("crop"), "column 5: `crop` needs a rectangle: WxH+X+Y, WxH or W:H");
        assert_eq!(problem("crop 5"), "column 6: no size `5`; write WxH, such as 640x480");
        assert_eq!(problem("crop 5x0"), "column 8: no number of pixels `0`; one from 1 to 4294967295");
        assert_eq!(problem("crop 5x5+1"), "column 10: one offset is missing; write WxH+X+Y");
        assert_eq!(
            problem("crop 5x5+1+-2"),
            "column 12: no offset `-2`; a number of pixels from 0 to 4294967295"
        );
        assert_eq!(problem("crop 16:x"), "column 9: no number `x`; an aspect is like 16:9");
        assert_eq!(
            problem("crop 5x5+1+2 gravity=west"),
            "column 22: a rectangle with +X+Y has its place already"
        );
    }

    proptest! {
        #[test]
        fn an_aspect_always_fits_and_touches_two_sides(image in pictures(), w in 1u32.., h in 1u32..) {
            let made = run(&image, &format!("crop {w}:{h} gravity=south")).unwrap();
            prop_assert!(made.width() <= image.width() && made.height() <= image.height());
            prop_assert!(made.width() == image.width() || made.height() == image.height());
            let square = run(&image, "crop 1:1").unwrap();
            prop_assert_eq!(run(&square, "crop 1:1").unwrap(), square);
        }

        #[test]
        fn a_crop_of_its_own_size_changes_nothing(image in pictures()) {
            let op = format!("crop {}x{}+0+0", image.width(), image.height());
            prop_assert_eq!(run(&image, &op).unwrap(), image);
        }
    }
}
