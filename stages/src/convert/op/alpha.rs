//! Owns `alpha` as an op: whether a picture has an alpha channel.
//! Does not own: what shows through (see `flatten.rs`).

use super::args::{Args, OpError, one_of};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::Sample;
use crate::{Color, Image, Result, Samples, Shape};
use std::fmt;

/// What happens to the alpha channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alpha {
    /// It is taken off; colors stay as they are stored.
    Drop,
    /// It stays.
    Keep,
    /// There is one: opaque where there was none.
    Add,
}

const NAMES: [(&str, Alpha); 3] = [("drop", Alpha::Drop), ("keep", Alpha::Keep), ("add", Alpha::Add)];

impl Operation for Alpha {
    const HELP: OpHelp = OpHelp {
        name: "alpha",
        usage: "alpha drop|keep|add",
        summary: "Takes the alpha channel off or adds one.",
        options: &[
            (
                "drop",
                "takes it off; colors stay as they are stored, also those that could not be seen. `flatten` shows what was seen",
            ),
            ("keep", "leaves it as it is"),
            ("add", "adds an opaque one where there is none"),
        ],
        formula: "colors: v' = v; add: A = max",
        source: "",
        examples: &[
            ("alpha drop", "colors without their mask"),
            ("alpha add", "RGBA for a program that wants it"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Alpha, OpError> {
        args.needed("drop, keep or add", |text| one_of("choice", text, &NAMES))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alpha {}", NAMES[*self as usize].0)
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(Shape { color: self.color(before.color), ..before })
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        let (before, after) = (image.color(), self.color(image.color()));
        if before == after {
            return Ok(image);
        }
        image.relaid(after, |samples| match samples {
            Samples::U8(samples) => Samples::U8(relaid(&samples, before, after)),
            Samples::U16(samples) => Samples::U16(relaid(&samples, before, after)),
        })
    }
}

impl Alpha {
    fn color(self, before: Color) -> Color {
        match (self, before) {
            (Alpha::Drop, Color::GrayAlpha) => Color::Gray,
            (Alpha::Drop, Color::Rgba) => Color::Rgb,
            (Alpha::Add, Color::Gray) => Color::GrayAlpha,
            (Alpha::Add, Color::Rgb) => Color::Rgba,
            _ => before,
        }
    }
}

/// Pixels of as many samples as `after` has: less the last, or one more, opaque.
fn relaid<S: Sample>(samples: &[S], before: Color, after: Color) -> Vec<S> {
    let (from, to) = (before.channels(), after.channels());
    let mut out = vec![S::from_level(S::WHITE); samples.len() / from * to];
    for (to, from) in out.chunks_exact_mut(to).zip(samples.chunks_exact(from)) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{column, converted, pictures, row};
    use crate::{Color, Samples};
    use proptest::prelude::*;

    #[test]
    fn what_is_added_is_opaque() {
        assert_eq!(row("alpha add", Color::Gray, Samples::U8(vec![1, 2])), Samples::U8(vec![1, 255, 2, 255]));
        let rgb = Samples::U16(vec![1, 2, 3]);
        assert_eq!(row("alpha add", Color::Rgb, rgb), Samples::U16(vec![1, 2, 3, 65535]));
        let rgba = Samples::U8(vec![1, 2, 3, 4]);
        assert_eq!(row("alpha add", Color::Rgba, rgba.clone()), rgba);
    }

    #[test]
    fn dropping_it_leaves_colors_as_they_are_stored() {
        assert_eq!(row("alpha drop", Color::Rgba, Samples::U8(vec![1, 2, 3, 0])), Samples::U8(vec![1, 2, 3]));
        assert_eq!(row("alpha drop", Color::GrayAlpha, Samples::U16(vec![9, 0])), Samples::U16(vec![9]));
    }

    #[test]
    fn errors_point_at_the_choice() {
        assert_eq!((column("alpha"), column("alpha off")), (6, 7));
    }

    proptest! {
        #[test]
        fn adding_and_dropping_gives_the_colors_back(image in pictures()) {
            let dropped = converted("alpha drop", image.clone());
            prop_assert_eq!(&converted("alpha drop", converted("alpha add", dropped.clone())), &dropped);
            prop_assert_eq!(&converted("alpha keep", image.clone()), &image);
        }
    }
}
