//! Owns `invert` as an op.
//! Does not own: which samples are alpha (see `../tone/colors.rs`).

use super::args::{Args, OpError};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::change_colors;
use crate::{Image, Result, Samples};
use std::fmt;

/// Makes a negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Invert;

impl Operation for Invert {
    const HELP: OpHelp = OpHelp {
        name: "invert",
        usage: "invert",
        summary: "Makes a negative. Alpha stays.",
        options: &[],
        formula: "v' = max - v",
        source: "Pillow's ImageOps.invert; OpenCV's bitwise_not",
        examples: &[("invert", "a positive from a scanned negative, dark drawings on white")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(_: &mut Args<'_>) -> Result<Invert, OpError> {
        Ok(Invert)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HELP.name)
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let color = image.color();
        match image.samples_mut() {
            Samples::U8(samples) => change_colors(color, samples, |_, sample| !sample),
            Samples::U16(samples) => change_colors(color, samples, |_, sample| !sample),
        }
        Ok(image)
    }
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed, pictures};
    use crate::{Converter, Op};
    use proptest::prelude::*;

    #[test]
    fn black_becomes_white() {
        assert_eq!(changed("invert", &[0, 1, 255]), [255, 254, 0]);
    }

    proptest! {
        #[test]
        fn a_negative_of_a_negative_is_the_picture(image in pictures()) {
            let (op, mut converter) = ("invert".parse::<Op>().unwrap(), Converter::new());
            let once = converter.apply(image.clone(), &op).unwrap();
            prop_assert_eq!(converter.apply(once, &op).unwrap(), image);
        }
    }
}
