//! Owns the ops: one list from which their text, their help and their application are made.
//! Does not own: what any of them does (each has its file), nor which are run for a picture (see [`crate::Plan`]).
//!
//! | file | what |
//! |---|---|
//! | `operation.rs` | what every op brings |
//! | `args.rs` | the grammar of ops as text, with errors that point at the column |
//! | `values.rs` | sizes, colors and numbers as text |
//! | `help.rs` | what an op says of itself |
//! | one file per op | its parameters, and how it changes a picture |

mod alpha;
mod args;
mod auto_contrast;
mod blur;
mod brightness;
mod channel;
mod color;
mod contrast;
mod crop;
mod depth;
mod equalize;
mod flatten;
mod gamma;
mod gray;
mod help;
mod invert;
mod letterbox;
mod levels;
mod operation;
mod orient;
mod pad;
mod resize;
mod saturation;
mod sharpen;
#[cfg(test)]
pub(super) mod testing;
mod threshold;
mod turn;
mod values;

pub use alpha::Alpha;
pub use args::OpError;
pub use auto_contrast::AutoContrast;
pub use blur::Blur;
pub use brightness::Brightness;
pub use channel::Channel;
pub use color::ColorOp;
pub use contrast::Contrast;
pub use crop::Crop;
pub use depth::Depth;
pub use equalize::Equalize;
pub use flatten::Flatten;
pub use gamma::Gamma;
pub use help::OpHelp;
pub use invert::Invert;
pub use letterbox::Letterbox;
pub use levels::Levels;
pub(crate) use operation::{Operation, Scratch};
pub use orient::AutoOrient;
pub use pad::Pad;
pub use resize::Resize;
pub use saturation::Saturation;
pub use sharpen::Sharpen;
pub use threshold::Threshold;
pub use turn::{Flip, Flop, Rotate, Transpose};

use super::GrayMode;
use crate::{Image, Result, Shape};
use args::Args;
use std::fmt;
use std::str::FromStr;

/// Makes the enum of all ops and everything that is the same for each. The order is that of `pipeline ops`.
macro_rules! ops {
    ($($(#[doc = $doc:literal])+ $name:ident($kind:ty),)+) => {
        /// One conversion. Ops compose: each gets what the one before made.
        ///
        /// ```
        /// use pipeline_stages::{GrayMode, Op};
        ///
        /// assert_eq!("gray".parse(), Ok(Op::Gray(GrayMode::Luma)));
        /// assert_eq!("gray mode=linear".parse::<Op>().unwrap().to_string(), "gray mode=linear");
        ///
        /// let error = "gray mod=linear".parse::<Op>().unwrap_err();
        /// assert_eq!(error.to_string(), "column 6: `gray` has no option `mod`; it has mode");
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Op {
            /// Nothing; the picture is only encoded anew.
            None,
            $($(#[doc = $doc])+ $name($kind),)+
        }

        const HELP: &[OpHelp] = &[NONE, $(<$kind as Operation>::HELP),+];

        impl Op {
            fn parse(name: &str, args: &mut Args<'_>) -> Option<Result<Op, OpError>> {
                if name == NONE.name {
                    return Some(Ok(Op::None));
                }
                $(if name == <$kind as Operation>::HELP.name {
                    return Some(<$kind as Operation>::parse(args).map(Op::$name));
                })+
                None
            }

            /// What it says of itself.
            pub fn help(&self) -> &'static OpHelp {
                match self {
                    Op::None => &const { NONE },
                    $(Op::$name(_) => &const { <$kind as Operation>::HELP },)+
                }
            }

            /// Whether turning the picture before or after it gives the same.
            pub(crate) fn commutes_with_turning(&self) -> bool {
                match self {
                    Op::None => true,
                    $(Op::$name(_) => <$kind as Operation>::COMMUTES_WITH_TURNING,)+
                }
            }

            /// What it makes of a picture of this shape.
            ///
            /// # Errors
            /// When it cannot be applied to such a picture.
            pub(crate) fn shape(&self, before: Shape) -> Result<Shape> {
                match self {
                    Op::None => Ok(before),
                    $(Op::$name(op) => op.shape(before),)+
                }
            }

            /// Most bytes that it needs besides its input and output, for a picture of this shape.
            pub(crate) fn scratch_bytes(&self, before: Shape) -> u64 {
                match self {
                    Op::None => 0,
                    $(Op::$name(op) => op.scratch_bytes(before),)+
                }
            }

            pub(crate) fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
                match self {
                    Op::None => Ok(image),
                    $(Op::$name(op) => op.apply(image, scratch),)+
                }
            }
        }

        impl fmt::Display for Op {
            /// As it is parsed; what is left at its default is not written.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Op::None => f.write_str(NONE.name),
                    $(Op::$name(op) => op.write(f),)+
                }
            }
        }
    };
}

ops! {
    /// Takes color away.
    Gray(GrayMode),
    /// Says or changes what colors mean.
    Color(ColorOp),
    /// Turns the picture upright by its EXIF orientation, here and not before the first op that needs it upright.
    AutoOrient(AutoOrient),
    /// Makes the picture smaller or larger.
    Resize(Resize),
    /// Cuts out a rectangle.
    Crop(Crop),
    /// Puts the picture on a larger canvas.
    Pad(Pad),
    /// Makes the picture fit into a size, with bars at the sides.
    Letterbox(Letterbox),
    /// Turns by quarters.
    Rotate(Rotate),
    /// Mirrors top and bottom.
    Flip(Flip),
    /// Mirrors left and right.
    Flop(Flop),
    /// Makes rows columns.
    Transpose(Transpose),
    /// Puts a picture with alpha on a color.
    Flatten(Flatten),
    /// Takes the alpha channel off or adds one.
    Alpha(Alpha),
    /// Makes a negative.
    Invert(Invert),
    /// Brighter or darker by a factor.
    Brightness(Brightness),
    /// More or less contrast around mid gray.
    Contrast(Contrast),
    /// Lightens or darkens the middle of the scale.
    Gamma(Gamma),
    /// Makes one level black and another white.
    Levels(Levels),
    /// Makes the darkest level black and the lightest white.
    AutoContrast(AutoContrast),
    /// Spreads the levels so that each occurs about as often.
    Equalize(Equalize),
    /// Makes a picture black and white.
    Threshold(Threshold),
    /// Stronger or weaker colors.
    Saturation(Saturation),
    /// Blurs by a Gaussian.
    Blur(Blur),
    /// Sharpens by an unsharp mask.
    Sharpen(Sharpen),
    /// Picks one channel as a gray picture.
    Channel(Channel),
    /// Makes samples of 8 or of 16 bits.
    Depth(Depth),
}

const NONE: OpHelp = OpHelp {
    name: "none",
    usage: "none",
    summary: "Nothing: the picture is only decoded and encoded anew.",
    options: &[],
    formula: "v' = v",
    source: "",
    examples: &[("none", "recode, for example to another format")],
};

impl Op {
    /// What every op says of itself.
    pub fn all() -> &'static [OpHelp] {
        HELP
    }

    /// As [`str::parse`], with this formula for a `gray` that names none.
    ///
    /// # Errors
    /// What is wrong with the text, and at which column.
    ///
    /// ```
    /// use pipeline_stages::{GrayMode, Op};
    ///
    /// assert_eq!(Op::parse_with("gray", GrayMode::Pillow), Ok(Op::Gray(GrayMode::Pillow)));
    /// assert_eq!(Op::parse_with("gray mode=luma", GrayMode::Pillow), Ok(Op::Gray(GrayMode::Luma)));
    /// ```
    pub fn parse_with(text: &str, gray: GrayMode) -> Result<Op, OpError> {
        let mut args = Args::new(text, gray);
        let names = || HELP.iter().map(|op| op.name).collect::<Vec<_>>().join(", ");
        let Some((column, name)) = args.name() else {
            return Err(OpError { column: 1, message: format!("an op is missing; one of {}", names()) });
        };
        let unknown = || OpError { column, message: format!("no op `{name}`; one of {}", names()) };
        let op = Op::parse(name, &mut args).ok_or_else(unknown)??;
        args.finish()?;
        Ok(op)
    }
}

impl FromStr for Op {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Op, OpError> {
        Op::parse_with(text, GrayMode::default())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::pictures;
    use super::*;
    use crate::Converter;
    use proptest::prelude::*;

    fn examples() -> impl Iterator<Item = Op> {
        Op::all().iter().flat_map(|op| op.examples).map(|(text, _)| text.parse().expect(text))
    }

    #[test]
    fn an_error_points_at_its_column() {
        let at = |text: &str| {
            let error = text.parse::<Op>().unwrap_err();
            (error.column, error.message)
        };
        let names = Op::all().iter().map(|op| op.name).collect::<Vec<_>>().join(", ");
        assert_eq!(at("  grey"), (3, format!("no op `grey`; one of {names}")));
        assert_eq!(at(""), (1, format!("an op is missing; one of {names}")));
        assert_eq!(at("none x"), (6, "`none` has no options".into()));
        assert_eq!(at("gray mode=vivid").0, 11);
        assert_eq!(at("gray mode=luma mode=luma").0, 16);
    }

    #[test]
    fn every_op_explains_itself_and_its_examples_are_its_own() {
        for help in Op::all() {
            assert!(!help.summary.is_empty() && !help.examples.is_empty(), "{}", help.name);
            assert!(help.usage.starts_with(help.name));
            for (text, _) in help.examples {
                assert_eq!(text.parse::<Op>().expect(text).help().name, help.name);
            }
        }
    }

    #[test]
    fn text_and_back_is_the_same_op() {
        for op in examples() {
            assert_eq!(op.to_string().parse(), Ok(op.clone()), "{op}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_is_an_op_or_an_error(text in ".{0,40}") {
            let _ = text.parse::<Op>().map_err(|error| assert!(error.column >= 1));
        }

        /// The shape is what the memory budget and the limits go by.
        #[test]
        fn every_op_makes_the_shape_that_it_says_or_says_why_not(image in pictures()) {
            let mut converter = Converter::new();
            for op in examples() {
                let said = op.shape(image.shape());
                let turned = image.metadata.orientation >= 5;
                match (said, converter.apply(image.clone(), &op)) {
                    // What a shape does not know: whether the picture is to be turned.
                    (_, Ok(made)) if matches!(op, Op::AutoOrient(_)) => {
                        prop_assert_eq!(made.width(), if turned { image.height() } else { image.width() });
                    }
                    (Ok(said), Ok(made)) => prop_assert_eq!(said, made.shape(), "{}", op),
                    (Err(said), Err(made)) => prop_assert_eq!(said.to_string(), made.to_string(), "{}", op),
                    (said, made) => prop_assert!(false, "{op}: {said:?}, but {:?}", made.map(|made| made.shape())),
                }
            }
        }

        /// The plan delays turning past such ops, because it is cheaper on fewer pixels.
        #[test]
        fn ops_that_commute_with_turning_do(image in pictures()) {
            let mut converter = Converter::new();
            for op in examples().filter(Op::commutes_with_turning) {
                let mut both = |first: &Op, then: &Op| {
                    converter.apply(image.clone(), first).and_then(|image| converter.apply(image, then))
                };
                let upright = Op::AutoOrient(AutoOrient);
                prop_assert_eq!(both(&op, &upright).ok(), both(&upright, &op).ok(), "{}", op);
            }
        }
    }
}
