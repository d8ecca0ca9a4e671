//! Owns `threshold` as an op.
//! Does not own: finding Otsu's level (see `../tone/otsu.rs`).

use super::args::{Args, OpError, Problem};
use super::values::level;
use super::{OpHelp, Operation, Scratch};
use crate::convert::gray;
use crate::convert::tone::{Sample, change_colors, histogram_bytes, histograms, otsu};
use crate::{Color, GrayMode, Image, Result, Samples, Shape};
use std::fmt;

/// Makes a picture black and white. Made from its text: `threshold 128` or `threshold otsu`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold(At);

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// White is 255 at any depth.
    Level(f32),
    Otsu,
}

impl Operation for Threshold {
    const HELP: OpHelp = OpHelp {
        name: "threshold",
        usage: "threshold N|N%|otsu",
        summary: "Makes what is lighter than a level white and all else black. A picture in color is made gray first, as by \
                  `gray mode=opencv`. Alpha stays.",
        options: &[
            ("N", "0 to 255, whatever the depth, or percent of white"),
            (
                "otsu",
                "the level that splits each picture best; pixels that are wholly transparent do not count",
            ),
        ],
        formula: "v' = max if v > T, else 0; otsu: the T for which n m (a - b)^2 is greatest, n pixels of mean a at most T, \
                  m of mean b above",
        source: "OpenCV's threshold with THRESH_BINARY and THRESH_OTSU, equal bit for bit; N. Otsu, IEEE Trans. SMC 9 (1979) 62-66",
        examples: &[
            ("threshold otsu", "scanned text, each page by its own light"),
            ("threshold 127", "the upper half of the scale is white"),
            ("threshold 50%", "the same"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Threshold, OpError> {
        args.needed("a level or `otsu`", threshold).map(Threshold)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            At::Level(level) => write!(f, "threshold {level}"),
            At::Otsu => f.write_str("threshold otsu"),
        }
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(Shape { color: before.color.to_gray(), ..before })
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        histogram_bytes(before.bits)
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        let mut image = gray::apply(image, GrayMode::Opencv)?;
        let color = image.color();
        match image.samples_mut() {
            Samples::U8(samples) => self.split(color, samples),
            Samples::U16(samples) => self.split(color, samples),
        }
        Ok(image)
    }
}

impl Threshold {
    fn split<S: Sample>(&self, color: Color, samples: &mut [S]) {
        let most_black = match self.0 {
            At::Level(level) => S::from_level((f64::from(level) * f64::from(S::WHITE / 255)) as u32),
            At::Otsu => S::from_level(histograms(color, samples).first().map_or(0, otsu)),
        };
        let (black, white) = (S::default(), S::from_level(S::WHITE));
        change_colors(color, samples, |_, sample| if sample > most_black { white } else { black });
    }
}

fn threshold(text: &str) -> Result<At, Problem> {
    if text == "otsu" {
        return Ok(At::Otsu);
    }
    let or_otsu = |problem: Problem| Problem { message: format!("{}, or otsu", problem.message), ..problem };
    level(text).map(At::Level).map_err(or_otsu)
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed, changed_wide, column, pictures};
    use crate::{Color, Converter, Image, Op, Samples};
    use proptest::prelude::*;

    #[test]
    fn the_level_itself_is_black() {
        assert_eq!(changed("threshold 127", &[0, 127, 128, 255]), [0, 0, 255, 255]);
        assert_eq!(changed("threshold 127.5", &[127, 128]), [0, 255]);
        assert_eq!(changed("threshold 50%", &[127, 128]), [0, 255]);
        assert_eq!(changed("threshold 100%", &[255]), [0]);
        assert_eq!(changed_wide("threshold 127", &[32639, 32640, 65535]), [0, 65535, 65535]);
    }

    #[test]
    fn otsu_tells_text_from_paper() {
        assert_eq!(changed("threshold otsu", &[200, 210, 30, 205, 40]), [255, 255, 0, 255, 0]);
    }

    #[test]
    fn what_cannot_be_seen_does_not_move_the_split() {
        let image = |hidden: u8| {
            Image::new(3, 1, Color::GrayAlpha, Samples::U8(vec![10, 255, 60, 255, hidden, 0])).unwrap()
        };
        let split = |hidden| {
            let made = Converter::new().apply(image(hidden), &"threshold otsu".parse().unwrap()).unwrap();
            let Samples::U8(samples) = made.into_samples() else { unreachable!() };
            samples[..4].to_vec()
        };
        assert_eq!(split(255), [0, 255, 255, 255]);
        assert_eq!(split(255), split(0));
    }

    #[test]
    fn errors_point_at_the_level() {
        assert_eq!(column("threshold"), 10);
        assert_eq!(column("threshold 256"), 11);
        assert_eq!(column("threshold nan"), 11);
        assert_eq!(column("threshold otsu 3"), 16);
    }

    proptest! {
        #[test]
        fn black_and_white_stay(image in pictures(), text in prop::sample::select(vec!["threshold otsu", "threshold 99"])) {
            let (op, mut converter) = (text.parse::<Op>().unwrap(), Converter::new());
            let once = converter.apply(image, &op).unwrap();
            prop_assert_eq!(converter.apply(once.clone(), &op).unwrap(), once);
        }
    }
}
