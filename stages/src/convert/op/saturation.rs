//! Owns `saturation` as an op, and its arithmetic.
//! Does not own: gray alone (see `../gray/`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Sample;
use crate::{Color, Image, Result, Samples};
use std::fmt;

/// Makes colors stronger or weaker by a factor. Made from its text: `saturation 1.3`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saturation(f32);

impl Operation for Saturation {
    const HELP: OpHelp = OpHelp {
        name: "saturation",
        usage: "saturation N",
        summary: "Stronger or weaker colors by a factor. Gray and alpha stay.",
        options: &[(
            "N",
            "0 to 100: 1 changes nothing, 0 gives the levels of `gray mode=rec709` in all three channels",
        )],
        formula: "v' = Y + N (v - Y), rounded, between 0 and max; Y = 0.2126 R + 0.7152 G + 0.0722 B on encoded values",
        source: "saturate() of W3C Filter Effects 1, with all four digits of the weights of Rec. ITU-R BT.709-6",
        examples: &[("saturation 1.3", "livelier"), ("saturation 0", "gray that is still stored as RGB")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Saturation, OpError> {
        args.needed("a number, such as `saturation 1.3`", number("factor", 0.0..=100.0)).map(Saturation)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "saturation {}", self.0)
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let (color, factor) = (image.color(), f64::from(self.0));
        match (color, image.samples_mut()) {
            (Color::Rgb, Samples::U8(samples)) => saturate::<_, 3>(samples, factor),
            (Color::Rgba, Samples::U8(samples)) => saturate::<_, 4>(samples, factor),
            (Color::Rgb, Samples::U16(samples)) => saturate::<_, 3>(samples, factor),
            (Color::Rgba, Samples::U16(samples)) => saturate::<_, 4>(samples, factor),
            (Color::Gray | Color::GrayAlpha, _) => {}
        }
        Ok(image)
    }
}

/// In ten thousandths of a level, where Y is a whole number and nothing is rounded before the end.
fn saturate<S: Sample, const CHANNELS: usize>(samples: &mut [S], factor: f64) {
    for pixel in samples.as_chunks_mut::<CHANNELS>().0 {
        let [r, g, b] = [0, 1, 2].map(|channel| f64::from(pixel[channel].level()));
        let gray = 2126.0 * r + 7152.0 * g + 722.0 * b;
        for (sample, v) in pixel.iter_mut().zip([r, g, b]) {
            *sample = S::nearest((gray + factor * (v * 10000.0 - gray)) / 10000.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed_rgb, column, converted, pictures};
    use crate::{Color, Samples};
    use proptest::prelude::*;

    #[test]
    fn colors_move_away_from_gray() {
        // Y of (200, 100, 50) is 0.2126 · 200 + 71.52 + 3.61 = 117.65.
        assert_eq!(changed_rgb("saturation 2", &[[200, 100, 50]]), [[255, 82, 0]]);
        assert_eq!(changed_rgb("saturation 0.5", &[[200, 100, 50]]), [[159, 109, 84]]);
        assert_eq!(changed_rgb("saturation 7", &[[90; 3]]), [[90; 3]]);
    }

    #[test]
    fn errors_point_at_the_number() {
        assert_eq!((column("saturation"), column("saturation -1"), column("saturation x")), (11, 12, 12));
    }

    proptest! {
        #[test]
        fn a_factor_of_one_changes_nothing(image in pictures()) {
            prop_assert_eq!(converted("saturation 1", image.clone()), image);
        }

        #[test]
        fn a_factor_of_zero_gives_gray(image in pictures().prop_filter("color", |image| image.color() == Color::Rgb)) {
            let gray = converted("gray mode=rec709", image.clone());
            let weak = converted("saturation 0", image);
            match (weak.samples(), gray.samples()) {
                (Samples::U8(weak), Samples::U8(gray)) => {
                    prop_assert!(weak.iter().eq(gray.iter().flat_map(|gray| [gray; 3])));
                }
                (Samples::U16(weak), Samples::U16(gray)) => {
                    prop_assert!(weak.iter().eq(gray.iter().flat_map(|gray| [gray; 3])));
                }
                _ => unreachable!(),
            }
        }
    }
}
