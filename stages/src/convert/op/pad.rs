//! Owns `pad` as an op: how large the canvas is and what color it has.
//! Does not own: putting the picture there (see `../frame.rs`).

use super::args::{Args, OpError};
use super::{OpHelp, Operation, Scratch, values};
use crate::convert::frame;
use crate::convert::gravity::Gravity;
use crate::convert::scale::rounded;
use crate::{Color, Error, Image, Result, Shape};
use std::fmt;

/// Puts a picture on a larger canvas. Made from text: `"pad 1:1 color=white".parse::<Op>()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pad {
    to: To,
    canvas: Canvas,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum To {
    Size(u32, u32),
    Aspect(u32, u32),
}

/// Where on the canvas, and its color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Canvas {
    pub(super) gravity: Gravity,
    pub(super) color: [u8; 4],
}

const BLACK: [u8; 4] = [0, 0, 0, 255];

impl Operation for Pad {
    const HELP: OpHelp = OpHelp {
        name: "pad",
        usage: "pad WxH [gravity=PLACE] [color=COLOR] | pad W:H [gravity=PLACE] [color=COLOR]",
        summary: "Puts the picture on a larger canvas. A picture that does not fit there is an error for that picture: \
                  letterbox makes it fit. On a color that a picture cannot hold it gets color or alpha.",
        options: &[
            ("WxH", "width and height of the canvas in pixels"),
            (
                "W:H",
                "the smallest canvas of this aspect; the side that grows is rounded to the nearest pixel, half up",
            ),
            (
                "gravity=PLACE",
                "where the picture lies: center (default), north, south, east, west, northwest, northeast, southwest or \
                 southeast",
            ),
            (
                "color=COLOR",
                "black (default), white, gray, transparent, #rgb, #rrggbb or #rrggbbaa, in the picture's own encoding",
            ),
        ],
        formula: "out(x+X, y+Y) = in(x, y), COLOR around it; by gravity center X = floor((W-width)/2), \
                  Y = floor((H-height)/2); at 16 bits COLOR is 257 times its 8 bits",
        source: "ImageMagick -extent and -gravity, without its cutting off; Pillow ImageOps.pad",
        examples: &[
            ("pad 40x30", "black around it"),
            ("pad 1:1 color=white", "a square, as shops want it"),
            ("pad 64x64 gravity=northwest color=transparent", "tiles of one size; the picture gets alpha"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Pad, OpError> {
        let to = args.needed("a size: WxH or W:H", |text| match values::aspect(text) {
            Some(aspect) => aspect.map(|(w, h)| To::Aspect(w, h)),
            None => values::size(text).map(|(w, h)| To::Size(w, h)),
        })?;
        Ok(Pad { to, canvas: Canvas::parse(args)? })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            To::Size(width, height) => write!(f, "pad {width}x{height}")?,
            To::Aspect(width, height) => write!(f, "pad {width}:{height}")?,
        }
        self.canvas.write(f)
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        let (width, height) = match self.to {
            To::Size(w, h) => (w, h),
            To::Aspect(w, h) => smallest(before, w, h),
        };
        if width < before.width || height < before.height {
            let reason = format!(
                "the picture is {}x{} and does not fit into {width}x{height}; resize or crop it first, or use letterbox",
                before.width, before.height
            );
            return Err(Error::Convert { op: Self::HELP.name, reason });
        }
        Ok(self.canvas.shape(before, width, height))
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        let canvas = self.shape(image.shape())?;
        self.canvas.put(image, canvas)
    }
}

impl Canvas {
    pub(super) fn parse(args: &mut Args<'_>) -> Result<Canvas, OpError> {
        let gravity = args.choice("gravity", Gravity::NAMES)?.unwrap_or_default();
        let color = args.option("color", values::color)?.unwrap_or(BLACK);
        Ok(Canvas { gravity, color })
    }

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.gravity != Gravity::default() {
            write!(f, " gravity={}", self.gravity.name())?;
        }
        if self.color != BLACK {
            write!(f, " color={}", values::show_color(self.color))?;
        }
        Ok(())
    }

    /// A canvas of this size can hold the picture and its color.
    pub(super) fn shape(&self, before: Shape, width: u32, height: u32) -> Shape {
        if (width, height) == (before.width, before.height) {
            return before;
        }
        let [r, g, b, a] = self.color;
        let gray = before.color.is_gray() && r == g && g == b;
        let alpha = before.color.has_alpha() || a != u8::MAX;
        let color = match (gray, alpha) {
            (true, false) => Color::Gray,
            (true, true) => Color::GrayAlpha,
            (false, false) => Color::Rgb,
            (false, true) => Color::Rgba,
        };
        Shape { width, height, color, ..before }
    }

    pub(super) fn put(&self, image: Image, canvas: Shape) -> Result<Image> {
        let free = |canvas: u32, side: u32| u64::from(canvas.saturating_sub(side));
        let (x, y) =
            self.gravity.place(free(canvas.width, image.width()), free(canvas.height, image.height()));
        // Both are less than a side, which is a u32.
        frame::put(image, canvas, (x as u32, y as u32), self.color)
    }
}

/// The smallest size of this aspect around a picture.
fn smallest(Shape { width, height, .. }: Shape, w: u32, h: u32) -> (u32, u32) {
    if u64::from(width) * u64::from(h) >= u64::from(height) * u64::from(w) {
        (width, rounded(width, h, w).max(height))
    } else {
        (rounded(height, w, h).max(width), height)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{pictures, problem, run};
    use crate::{Color, Image, Metadata, Samples};
    use proptest::prelude::*;

    fn pair(color: Color, samples: Samples) -> Image {
        Image::new(2, 1, color, samples).unwrap()
    }

    #[test]
    fn the_picture_lies_where_gravity_says_and_the_color_around_it() {
        let image = pair(Color::Gray, Samples::U8(vec![1, 2]));
        let padded = |op: &str| run(&image, op).unwrap().into_samples();
        assert_eq!(padded("pad 3x2"), Samples::U8(vec![1, 2, 0, 0, 0, 0]));
        assert_eq!(
            padded("pad 3x2 gravity=southeast color=white"),
            Samples::U8(vec![255, 255, 255, 255, 1, 2])
        );
        assert_eq!(padded("pad 1:1 color=#070707"), Samples::U8(vec![1, 2, 7, 7]));
        assert_eq!(padded("pad 5:1 gravity=east"), Samples::U8(vec![0, 0, 0, 1, 2]));
    }

    #[test]
    fn a_color_that_the_picture_cannot_hold_widens_it() {
        let gray = pair(Color::Gray, Samples::U16(vec![1, 2]))
            .with_metadata(Metadata { icc: Some(vec![0]), ..Metadata::default() });
        let red = run(&gray, "pad 3x1 gravity=west color=#f01").unwrap();
        assert_eq!((red.color(), &red.metadata.icc), (Color::Rgb, &None));
        assert_eq!(red.samples(), &Samples::U16(vec![1, 1, 1, 2, 2, 2, 65535, 0, 17 * 257]));
        let clear = run(&gray, "pad 3x1 gravity=west color=transparent").unwrap();
        assert_eq!((clear.color(), clear.metadata.icc.is_some()), (Color::GrayAlpha, true));
        assert_eq!(clear.samples(), &Samples::U16(vec![1, 65535, 2, 65535, 0, 0]));
        let rgb = pair(Color::Rgb, Samples::U8(vec![1, 2, 3, 4, 5, 6]));
        let clear = run(&rgb, "pad 3x1 gravity=east color=#10203040").unwrap();
        assert_eq!(clear.samples(), &Samples::U8(vec![16, 32, 48, 64, 1, 2, 3, 255, 4, 5, 6, 255]));
    }

    #[test]
    fn a_picture_that_does_not_fit_is_refused() {
        let image = pair(Color::Gray, Samples::U8(vec![1, 2]));
        assert_eq!(
            run(&image, "pad 1x5").unwrap_err().to_string(),
            "cannot pad: the picture is 2x1 and does not fit into 1x5; resize or crop it first, or use letterbox"
        );
        let vast = run(&image, "pad 4294967295x4294967295 color=#f00").unwrap_err().to_string();
        assert_eq!(vast, "cannot pad: there is no memory for 4294967295x4294967295 pixels; ask for fewer");
    }

    #[test]
    fn mistakes_are_pointed_at() {
        assert_eq!(problem("pad"), "column 4: `pad` needs a size: WxH or W:H");
        assert_eq!(problem("pad 4x4 gravity=up").split(';').next(), Some("column 17: no gravity `up`"));
        assert_eq!(problem("pad 4x4 color=#12").split(';').next(), Some("column 15: no color `#12`"));
    }

    proptest! {
        #[test]
        fn cutting_the_picture_out_again_gives_it_back(image in pictures(), right in 0u32..20, below in 0u32..20) {
            let (width, height) = (image.width(), image.height());
            let padded = run(&image, &format!("pad {}x{}", width + right, height + below)).unwrap();
            let cut = format!("crop {width}x{height}+{}+{}", right / 2, below / 2);
            prop_assert_eq!(run(&padded, &cut).unwrap(), image);
        }

        #[test]
        fn an_aspect_always_holds_the_picture(image in pictures(), w in 1u32..100, h in 1u32..100) {
            let padded = run(&image, &format!("pad {w}:{h}")).unwrap();
            prop_assert!(padded.width() == image.width() || padded.height() == image.height());
            prop_assert!(padded.width() >= image.width() && padded.height() >= image.height());
        }
    }
}
