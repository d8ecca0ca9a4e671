//! Owns `depth` as an op.
//! Does not own: how samples are rounded (see `../depth.rs`).

use super::args::{Args, OpError, one_of};
use super::{OpHelp, Operation, Scratch};
use crate::convert::depth::{all_to_8_bits, all_to_16_bits};
use crate::{Image, Result, Shape};
use std::fmt;

/// Bits of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// 8 bits.
    Eight,
    /// 16 bits.
    Sixteen,
}

impl Operation for Depth {
    const HELP: OpHelp = OpHelp {
        name: "depth",
        usage: "depth 8|16",
        summary: "Makes samples of 8 or of 16 bits, alpha included. What has that depth already stays.",
        options: &[
            ("8", "rounded to the nearest level"),
            ("16", "without loss; 8 gives the same again. Room for the ops behind it, too"),
        ],
        formula: "8 to 16: v' = 257 v; 16 to 8: v' = (v + 128) / 257, rounded down, which is v / 257 to the nearest",
        source: "PNG, third edition, 13.12: sample depth scaling",
        examples: &[("depth 8", "half the bytes"), ("depth 16", "several curves without banding")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(args: &mut Args<'_>) -> Result<Depth, OpError> {
        let depths = [("8", Depth::Eight), ("16", Depth::Sixteen)];
        args.needed("a depth: 8 or 16", |text| one_of("depth", text, &depths))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "depth {}", self.bits())
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        Ok(Shape { bits: self.bits(), ..before })
    }

    fn apply(&self, image: Image, _: &mut Scratch) -> Result<Image> {
        let color = image.color();
        image.relaid(
            color,
            match self {
                Depth::Eight => all_to_8_bits,
                Depth::Sixteen => all_to_16_bits,
            },
        )
    }
}

impl Depth {
    fn bits(self) -> u8 {
        match self {
            Depth::Eight => 8,
            Depth::Sixteen => 16,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Samples;
    use crate::convert::op::testing::{column, converted, pictures};
    use proptest::prelude::*;

    #[test]
    fn errors_point_at_the_depth() {
        assert_eq!((column("depth"), column("depth 12"), column("depth 8 16")), (6, 7, 9));
    }

    proptest! {
        #[test]
        fn eight_bits_come_back(image in pictures()) {
            let narrow = converted("depth 8", image);
            let wide = converted("depth 16", narrow.clone());
            prop_assert!(matches!(wide.samples(), Samples::U16(_)));
            prop_assert_eq!(converted("depth 8", wide), narrow);
        }
    }
}
