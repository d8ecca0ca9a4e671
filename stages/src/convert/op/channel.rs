//! Owns `channel` as an op.
//! Does not own: gray made of all channels (see `gray.rs`).

use super::args::{Args, OpError, one_of};
use super::{OpHelp, Operation, Scratch};
use crate::{Color, Error, Image, Result, Samples, Shape};
use std::fmt;

/// Picks one channel as a gray picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Red; of a gray picture the gray, as its red would be.
    Red,
    /// Green; as red where there is no color.
    Green,
    /// Blue; as red where there is no color.
    Blue,
    /// Alpha.
    Alpha,
}

const NAMES: [(&str, Channel); 4] =
    [("r", Channel::Red), ("g", Channel::Green), ("b", Channel::Blue), ("a", Channel::Alpha)];

impl Operation for Channel {
    const HELP: OpHelp = OpHelp {
        name: "channel",
        usage: "channel r|g|b|a",
        summary: "Picks one channel as a gray picture without alpha. Of a gray picture r, g and b are its gray. A picture \
                  without alpha fails where a is asked for.",
        options: &[
            ("r, g, b", "red, green or blue"),
            ("a", "alpha: white where the picture hides all behind it"),
        ],
        formula: "v' = R, G, B or A",
        source: "",
        examples: &[("channel g", "the least noisy channel of a camera"), ("channel a", "a mask")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Channel, OpError> {
        args.needed("a channel: r, g, b or a", |text| one_of("channel", text, &NAMES))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channel {}", NAMES[*self as usize].0)
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        self.place(before.color)?;
        Ok(Shape { color: Color::Gray, ..before })
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let color = image.color();
        let place = self.place(color)?;
        if color == Color::Gray {
            return Ok(image);
        }
        // A profile of colors says nothing of one of them, and one of gray nothing of alpha.
        if !color.is_gray() || *self == Channel::Alpha {
            image.metadata.icc = None;
        }
        let step = color.channels();
        image.relaid(Color::Gray, |samples| match samples {
            Samples::U8(samples) => Samples::U8(samples.into_iter().skip(place).step_by(step).collect()),
            Samples::U16(samples) => Samples::U16(samples.into_iter().skip(place).step_by(step).collect()),
        })
    }
}

impl Channel {
    /// Which sample of a pixel it is.
    fn place(self, color: Color) -> Result<usize> {
        match self {
            Channel::Alpha if color.has_alpha() => Ok(color.channels() - 1),
            Channel::Alpha => Err(Error::Convert {
                op: "channel",
                reason: "the picture has no alpha; put `alpha add` before it if it is to count as opaque"
                    .into(),
            }),
            _ if color.is_gray() => Ok(0),
            color => Ok(color as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{column, row};
    use crate::{Color, Converter, Image, Metadata, Samples};

    #[test]
    fn each_channel_is_its_sample() {
        let pixels = Samples::U8(vec![1, 2, 3, 4, 5, 6, 7, 8]);
        for (text, samples) in
            [("channel r", [1, 5]), ("channel g", [2, 6]), ("channel b", [3, 7]), ("channel a", [4, 8])]
        {
            assert_eq!(row(text, Color::Rgba, pixels.clone()), Samples::U8(samples.to_vec()));
        }
        let gray = Samples::U16(vec![500, 65535]);
        assert_eq!(row("channel b", Color::GrayAlpha, gray.clone()), Samples::U16(vec![500]));
        assert_eq!(row("channel a", Color::GrayAlpha, gray.clone()), Samples::U16(vec![65535]));
        assert_eq!(row("channel r", Color::Gray, gray.clone()), gray);
    }

    #[test]
    fn there_is_no_alpha_where_there_is_none() {
        let image = Image::new(1, 1, Color::Rgb, Samples::U8(vec![1, 2, 3])).unwrap();
        let error = Converter::new().apply(image, &"channel a".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("no alpha; put `alpha add`"), "{error}");
    }

    #[test]
    fn a_profile_stays_only_where_it_still_describes_the_samples() {
        let kept = |text: &str, color: Color| {
            let image = Image::new(1, 1, color, Samples::U8(vec![0; color.channels()])).unwrap();
            let metadata = Metadata { icc: Some(vec![1]), ..Metadata::default() };
            let made = Converter::new().apply(image.with_metadata(metadata), &text.parse().unwrap()).unwrap();
            made.metadata.icc.is_some()
        };
        assert!(!kept("channel r", Color::Rgb) && !kept("channel a", Color::GrayAlpha));
        assert!(kept("channel g", Color::GrayAlpha) && kept("channel g", Color::Gray));
    }

    #[test]
    fn errors_point_at_the_channel() {
        assert_eq!((column("channel"), column("channel x"), column("channel r g")), (8, 9, 11));
    }
}
