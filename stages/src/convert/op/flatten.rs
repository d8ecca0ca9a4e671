//! Owns `flatten` as an op, and its arithmetic.
//! Does not own: what encoders do with alpha that their format cannot hold (see `encode/layout.rs`).

use super::args::{Args, OpError, Problem};
use super::values::{color, show_color};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Sample;
use crate::{Color, Image, Result, Samples, Shape};
use std::fmt;

/// Puts a picture with alpha on a color. Made from its text: `flatten white`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flatten([u8; 3]);

impl Operation for Flatten {
    const HELP: OpHelp = OpHelp {
        name: "flatten",
        usage: "flatten COLOR",
        summary: "Puts a picture with alpha on a color, which shows where it is transparent, and takes alpha off. A gray \
                  picture becomes RGB if the color is not gray. A picture without alpha stays.",
        options: &[("COLOR", "white, black, gray, #rgb or #rrggbb")],
        formula: "v' = (v A + c (max - A)) / max, rounded, on encoded values; c the color",
        source: "source-over of T. Porter and T. Duff, Compositing Digital Images (1984), as in W3C Compositing 1",
        examples: &[("flatten white", "icons for print"), ("flatten #1e90ff", "on a color of your own")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Flatten, OpError> {
        args.needed("a color, such as `flatten white`", opaque).map(Flatten)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "flatten {}", show_color([r, g, b, 255]))
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(Shape { color: self.color(before.color), ..before })
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let (before, after) = (image.color(), self.color(image.color()));
        if before == after {
            return Ok(image);
        }
        if before.is_gray() != after.is_gray() {
            // A profile of gray does not describe colors.
            image.metadata.icc = None;
        }
        image.relaid(after, |samples| match samples {
            Samples::U8(samples) => Samples::U8(self.flattened(&samples, before, after)),
            Samples::U16(samples) => Samples::U16(self.flattened(&samples, before, after)),
        })
    }
}

impl Flatten {
    fn color(&self, before: Color) -> Color {
        let [r, g, b] = self.0;
        match before {
            Color::GrayAlpha if r == g && g == b => Color::Gray,
            Color::GrayAlpha | Color::Rgba => Color::Rgb,
            opaque => opaque,
        }
    }

    fn flattened<S: Sample>(&self, samples: &[S], before: Color, after: Color) -> Vec<S> {
        let behind = self.0.map(|level| u32::from(level) * (S::WHITE / 255));
        match (before, after) {
            (Color::GrayAlpha, Color::Gray) => mixed::<S, 2, 1>(samples, behind),
            (Color::GrayAlpha, _) => mixed::<S, 2, 3>(samples, behind),
            _ => mixed::<S, 4, 3>(samples, behind),
        }
    }
}

fn mixed<S: Sample, const FROM: usize, const TO: usize>(samples: &[S], behind: [u32; 3]) -> Vec<S> {
    let mut out = vec![S::default(); samples.len() / FROM * TO];
    for (to, from) in out.as_chunks_mut::<TO>().0.iter_mut().zip(samples.as_chunks::<FROM>().0) {
        let alpha = from[FROM - 1].level();
        for channel in 0..TO {
            // Gray is all three colors.
            let sample = from[channel.min(FROM - 2)].level();
            // At most max · max + max / 2, which 32 bits hold.
            let sum = sample * alpha + behind[channel] * (S::WHITE - alpha);
            to[channel] = S::from_level((sum + S::WHITE / 2) / S::WHITE);
        }
    }
    out
}

fn opaque(text: &str) -> Result<[u8; 3], Problem> {
    match color(text)? {
        [r, g, b, 255] => Ok([r, g, b]),
        _ => Err(format!("`{text}` is not opaque, and nothing would be behind it; such as white or #rrggbb")
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{column, converted, pictures, row};
    use crate::{Color, Image, Metadata, Samples};
    use proptest::prelude::*;

    #[test]
    fn the_color_shows_where_the_picture_is_transparent() {
        let rgba = Samples::U8(vec![10, 20, 30, 0, 10, 20, 30, 255, 0, 0, 0, 128]);
        let flat = Samples::U8(vec![255, 200, 100, 10, 20, 30, 127, 100, 50]);
        assert_eq!(row("flatten #ffc864", Color::Rgba, rgba), flat);
        let wide = Samples::U16(vec![0, 0, 9, 65535, 65535, 65534]);
        assert_eq!(row("flatten white", Color::GrayAlpha, wide), Samples::U16(vec![65535, 9, 65535]));
    }

    #[test]
    fn gray_stays_gray_on_gray_and_becomes_rgb_on_a_color() {
        let gray = Samples::U8(vec![80, 255, 80, 0]);
        assert_eq!(row("flatten gray", Color::GrayAlpha, gray.clone()), Samples::U8(vec![80, 128]));
        let colored = Samples::U8(vec![80, 80, 80, 255, 0, 0]);
        assert_eq!(row("flatten #f00", Color::GrayAlpha, gray), colored);
    }

    #[test]
    fn a_profile_of_gray_does_not_go_to_colors() {
        let kept = |text: &str| {
            let image = Image::new(1, 1, Color::GrayAlpha, Samples::U8(vec![0; 2])).unwrap();
            let metadata = Metadata { icc: Some(vec![1]), ..Metadata::default() };
            converted(text, image.with_metadata(metadata)).metadata.icc.is_some()
        };
        assert!(kept("flatten white") && !kept("flatten #f00"));
    }

    #[test]
    fn errors_point_at_the_color() {
        assert_eq!((column("flatten"), column("flatten pink!"), column("flatten transparent")), (8, 9, 9));
        assert_eq!(column("flatten #ffffff80"), 9);
    }

    proptest! {
        #[test]
        fn twice_is_once_and_opaque_pictures_stay(image in pictures()) {
            let flat = converted("flatten #102030", image.clone());
            prop_assert_eq!(&converted("flatten white", flat.clone()), &flat);
            let opaque = converted("alpha drop", image);
            let again = converted("flatten white", converted("alpha add", opaque.clone()));
            prop_assert_eq!(again, opaque);
        }
    }
}
