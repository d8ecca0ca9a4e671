//! Owns `sharpen` as an op.
//! Does not own: blurring (see `../tone/gaussian.rs`).

use super::args::{Args, OpError};
use super::values::{level, number};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::{Gaussian, Sample};
use crate::{Color, Image, Result, Samples, Shape};
use std::fmt;

/// Sharpens by an unsharp mask. Made from its text: `sharpen amount=1.5`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sharpen {
    sigma: f32,
    amount: f32,
    /// White is 255 at any depth.
    threshold: f32,
}

const DEFAULT: Sharpen = Sharpen { sigma: 1.0, amount: 1.0, threshold: 0.0 };

impl Operation for Sharpen {
    const HELP: OpHelp = OpHelp {
        name: "sharpen",
        usage: "sharpen [sigma=N] [amount=N] [threshold=N]",
        summary: "Sharpens by an unsharp mask: takes the picture further away from its blurred copy. Alpha stays.",
        options: &[
            ("sigma=N", "the blur in pixels, as in `blur`: 0 to 100; 1 when not given"),
            ("amount=N", "how much further: 0 to 100; 0 changes nothing; 1 when not given"),
            (
                "threshold=N",
                "differences up to this stay as they are: 0 to 255 whatever the depth, or percent; 0 when not given",
            ),
        ],
        formula: "v' = v + amount (v - b) where |v - b| > threshold, rounded, between 0 and max; b as `blur` gives it, not rounded",
        source: "the unsharp mask of Pillow's ImageFilter.UnsharpMask, with an exact Gaussian",
        examples: &[
            ("sharpen", "after making a picture smaller"),
            ("sharpen sigma=2 amount=1.5 threshold=3", "Pillow's defaults"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Sharpen, OpError> {
        let sigma = args.option("sigma", number("sigma", 0.0..=100.0))?.unwrap_or(DEFAULT.sigma);
        let amount = args.option("amount", number("amount", 0.0..=100.0))?.unwrap_or(DEFAULT.amount);
        let threshold = args.option("threshold", level)?.unwrap_or(DEFAULT.threshold);
        Ok(Sharpen { sigma, amount, threshold })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HELP.name)?;
        let options = [
            ("sigma", self.sigma, DEFAULT.sigma),
            ("amount", self.amount, DEFAULT.amount),
            ("threshold", self.threshold, DEFAULT.threshold),
        ];
        for (key, value, _) in options.iter().filter(|(_, value, default)| value != default) {
            write!(f, " {key}={value}")?;
        }
        Ok(())
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        Gaussian::new(self.sigma, before.bits).scratch_bytes(before)
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let (width, color) = (image.width() as usize, image.color());
        let gaussian = Gaussian::new(self.sigma, image.shape().bits);
        match image.samples_mut() {
            Samples::U8(samples) => self.sharpen(&gaussian, (width, color), samples),
            Samples::U16(samples) => self.sharpen(&gaussian, (width, color), samples),
        }
        Ok(image)
    }
}

impl Sharpen {
    fn sharpen<S: Sample>(&self, gaussian: &Gaussian, layout: (usize, Color), samples: &mut [S]) {
        let threshold = self.threshold * (S::WHITE / 255) as f32;
        let sharpened = |sample: &mut S, blurred: f32| {
            let own = sample.level() as f32;
            let away = own - blurred;
            let further = if away.abs() > threshold { self.amount * away } else { 0.0 };
            *sample = S::nearest_of_f32(own + further);
        };
        let (channels, has_alpha) = (layout.1.channels(), layout.1.has_alpha());
        gaussian.rows(layout, samples, |row, blurred| {
            if !has_alpha {
                row.iter_mut().zip(blurred).for_each(|(sample, &blurred)| sharpened(sample, blurred));
                return;
            }
            for (pixel, blurred) in row.chunks_exact_mut(channels).zip(blurred.chunks_exact(channels)) {
                let colors = pixel.iter_mut().zip(blurred).take(channels - 1);
                colors.for_each(|(sample, &blurred)| sharpened(sample, blurred));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed, column, converted, pictures};
    use crate::{Color, Samples};
    use proptest::prelude::*;

    #[test]
    fn an_edge_gets_a_dark_and_a_light_rim() {
        let sharp = changed("sharpen", &[100, 100, 100, 100, 150, 150, 150, 150]);
        assert!(sharp[3] < 100 && sharp[4] > 150);
        assert_eq!((sharp[0], sharp[7]), (100, 150));
    }

    #[test]
    fn small_differences_stay_below_the_threshold() {
        let samples = [100, 103, 100, 103, 100, 103];
        assert_eq!(changed("sharpen threshold=3", &samples), samples);
        assert_ne!(changed("sharpen threshold=0.1", &samples), samples);
    }

    #[test]
    fn errors_point_at_their_value() {
        assert_eq!(column("sharpen amount=much"), 16);
        assert_eq!(column("sharpen 2"), 9);
        assert_eq!(column("sharpen threshold=300"), 19);
    }

    proptest! {
        #[test]
        fn an_amount_or_a_sigma_of_zero_changes_nothing(image in pictures()) {
            prop_assert_eq!(&converted("sharpen amount=0", image.clone()), &image);
            prop_assert_eq!(&converted("sharpen sigma=0", image.clone()), &image);
        }

        #[test]
        fn alpha_stays(image in pictures().prop_filter("alpha", |image| image.color() == Color::Rgba)) {
            let sharp = converted("sharpen amount=3", image.clone());
            let alpha = |samples: &Samples| match samples {
                Samples::U8(samples) => samples.iter().skip(3).step_by(4).map(|&v| u16::from(v)).collect::<Vec<_>>(),
                Samples::U16(samples) => samples.iter().skip(3).step_by(4).copied().collect(),
            };
            prop_assert_eq!(alpha(sharp.samples()), alpha(image.samples()));
        }
    }
}
