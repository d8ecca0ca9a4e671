//! Owns `equalize` as an op.
//! Does not own: the table (see `../tone/stretch.rs`).

use super::args::{Args, OpError};
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::{Sample, equalized, histogram_bytes, histograms, look_up};
use crate::{Color, Image, Result, Samples, Shape};
use std::fmt;

/// Spreads the levels so that each occurs about as often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Equalize;

impl Operation for Equalize {
    const HELP: OpHelp = OpHelp {
        name: "equalize",
        usage: "equalize",
        summary: "Spreads the levels of each channel so that each range of them occurs about as often. Alpha stays; pixels \
                  that are wholly transparent do not count.",
        options: &[],
        formula: "8 bits: v' = (c + s / 2) / s, s = (N - n) / 255, all rounded down, at most 255; 16 bits: v' = (max c + D / 2) / D, \
                  D = N - n; c of N pixels are darker than v, n are at the lightest level; nothing changes where s or D is 0",
        source: "Pillow's ImageOps.equalize, equal bit for bit at 8 bits; OpenCV's equalizeHist counts v itself as darker",
        examples: &[("equalize", "detail in shadows and in lights")],
    };

    const COMMUTES_WITH_TURNING: bool = true;

    fn parse(_: &mut Args<'_>) -> Result<Equalize, OpError> {
        Ok(Equalize)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HELP.name)
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        histogram_bytes(before.bits)
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let color = image.color();
        match image.samples_mut() {
            Samples::U8(samples) => equalize(color, samples),
            Samples::U16(samples) => equalize(color, samples),
        }
        Ok(image)
    }
}

fn equalize<S: Sample>(color: Color, samples: &mut [S]) {
    let tables: Vec<Vec<S>> = histograms(color, samples).iter().map(equalized).collect();
    look_up(color, samples, &tables);
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::changed;

    #[test]
    fn levels_become_shares_of_pixels() {
        let samples: Vec<u8> = (0..1024u32).map(|at| 100 + (at / 256) as u8).collect();
        let spread = changed("equalize", &samples);
        assert_eq!([spread[0], spread[256], spread[512], spread[768]], [0, 85, 171, 255]);
    }

    #[test]
    fn a_flat_picture_stays() {
        assert_eq!(changed("equalize", &[77; 600]), [77; 600]);
    }
}
