//! Owns `auto-contrast` as an op.
//! Does not own: the tables (see `../tone/stretch.rs`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::gray::without_color;
use crate::convert::tone::{Sample, histogram_bytes, histograms, look_up, stretched};
use crate::{Color, GrayMode, Image, Result, Samples, Shape};
use std::fmt;

/// Makes the darkest level black and the lightest white. Made from its text: `auto-contrast cutoff=1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AutoContrast {
    /// Percent of the pixels at either end.
    cutoff: f32,
    by: By,
}

/// What the levels are those of.
#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Channel,
    Gray,
}

impl Operation for AutoContrast {
    const HELP: OpHelp = OpHelp {
        name: "auto-contrast",
        usage: "auto-contrast [cutoff=PERCENT] [by=channel|gray]",
        summary: "Makes the darkest level of a picture black and its lightest white. Alpha stays; pixels that are wholly \
                  transparent do not count.",
        options: &[
            ("cutoff=PERCENT", "0 to 49: so many of the pixels are left out at either end; 0 when not given"),
            ("by=channel", "each channel by its own levels, which may shift colors; the default"),
            ("by=gray", "all channels by the levels of the picture in gray, which keeps colors in tone"),
        ],
        formula: "v' = max (v - lo) / (hi - lo), rounded down, between 0 and max; lo and hi the darkest and the lightest level \
                  that are left; nothing changes where they are the same. At 8 bits v (255 / (hi - lo)) - lo (255 / (hi - lo)) in \
                  double precision, as in Pillow, so hi may become 254",
        source: "Pillow's ImageOps.autocontrast, equal bit for bit at 8 bits; by=gray is its preserve_tone",
        examples: &[
            ("auto-contrast", "use the whole scale"),
            ("auto-contrast cutoff=1", "the same, without regard to dust and glints"),
            ("auto-contrast by=gray", "and colors stay in tone"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<AutoContrast, OpError> {
        let cutoff = args.option("cutoff", number("percentage", 0.0..=49.0))?.unwrap_or(0.0);
        let by = args.choice("by", &[("channel", By::Channel), ("gray", By::Gray)])?.unwrap_or(By::Channel);
        Ok(AutoContrast { cutoff, by })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HELP.name)?;
        if self.cutoff != 0.0 {
            write!(f, " cutoff={}", self.cutoff)?;
        }
        if self.by == By::Gray {
            f.write_str(" by=gray")?;
        }
        Ok(())
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        let gray = Shape { color: before.color.to_gray(), ..before };
        let copied = self.by == By::Gray && !before.color.is_gray();
        histogram_bytes(before.bits) + if copied { gray.byte_len() } else { 0 }
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let color = image.color();
        let gray = (self.by == By::Gray && !color.is_gray())
            .then(|| without_color(color, image.samples(), GrayMode::Pillow));
        match (image.samples_mut(), gray) {
            (Samples::U8(samples), Some(Samples::U8(gray))) => self.stretch(color, samples, Some(&gray)),
            (Samples::U16(samples), Some(Samples::U16(gray))) => self.stretch(color, samples, Some(&gray)),
            (Samples::U8(samples), _) => self.stretch(color, samples, None),
            (Samples::U16(samples), _) => self.stretch(color, samples, None),
        }
        Ok(image)
    }
}

impl AutoContrast {
    /// By the levels of `gray`, or by its own.
    fn stretch<S: Sample>(&self, color: Color, samples: &mut [S], gray: Option<&[S]>) {
        let histograms = match gray {
            Some(gray) => histograms(color.to_gray(), gray),
            None => histograms(color, samples),
        };
        let table = |histogram| stretched(histogram, self.cutoff);
        look_up(color, samples, &histograms.into_iter().map(table).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use crate::Samples;
    use crate::convert::op::testing::{changed, changed_rgb, column, converted, pictures};
    use proptest::prelude::*;

    #[test]
    fn the_whole_scale_is_used() {
        assert_eq!(changed("auto-contrast", &[50, 100, 150]), [0, 127, 255]);
        assert_eq!(changed("auto-contrast", &[9, 9]), [9, 9]);
    }

    #[test]
    fn by_gray_all_channels_take_the_same_curve() {
        let colors = [[60, 50, 40], [120, 101, 80]];
        // Each channel by itself is stretched to its own ends, and color is gone.
        assert_eq!(changed_rgb("auto-contrast", &colors), [[0; 3], [255; 3]]);
        // Gray is 52 and 104: v' = 255 (v - 52) / 52.
        assert_eq!(changed_rgb("auto-contrast by=gray", &colors), [[39, 0, 0], [255, 240, 137]]);
    }

    #[test]
    fn errors_point_at_their_value() {
        assert_eq!(column("auto-contrast cutoff=50"), 22);
        assert_eq!(column("auto-contrast by=hue"), 18);
        assert_eq!(column("auto-contrast 2"), 15);
    }

    proptest! {
        /// There is nothing left to stretch the second time; at 8 bits but for Pillow's roundings.
        #[test]
        fn twice_is_once(image in pictures()) {
            let once = converted("auto-contrast", image);
            let twice = converted("auto-contrast", once.clone());
            match (once.samples(), twice.samples()) {
                (Samples::U8(once), Samples::U8(twice)) => {
                    prop_assert!(once.iter().zip(twice).all(|(once, twice)| twice - once <= 1));
                }
                (once, twice) => prop_assert_eq!(once, twice),
            }
        }
    }
}
