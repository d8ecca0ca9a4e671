//! Owns `blur` as an op.
//! Does not own: the arithmetic (see `../tone/gaussian.rs`).

use super::args::{Args, OpError};
use super::values::number;
use super::{OpHelp, Operation, Scratch};
use crate::convert::tone::{Gaussian, Sample};
use crate::{Color, Image, Result, Samples, Shape};
use std::fmt;

/// Blurs by a Gaussian. Made from its text: `blur 2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blur(f32);

impl Operation for Blur {
    const HELP: OpHelp = OpHelp {
        name: "blur",
        usage: "blur SIGMA",
        summary: "Blurs by a Gaussian. Alpha is blurred too, and colors count by their alpha, so that those of transparent \
                  pixels do not bleed.",
        options: &[("SIGMA", "the standard deviation in pixels: 0 to 100; 0 changes nothing")],
        formula: "v' = sum of w(i) w(j) v(x + i, y + j), rounded once; w(i) = e^(-i^2 / (2 SIGMA^2)) for -r to r, their sum made 1; \
                  r is about 3 SIGMA at 8 bits and 4 SIGMA at 16; beyond an edge the picture is mirrored on its outermost pixel; \
                  with alpha: (alpha v)' / alpha'",
        source: "OpenCV's GaussianBlur with ksize (0, 0) and BORDER_REFLECT_101: equal but for rounding, within 1 level, to the one for \
                 floating point; within 2 levels to the one for 8 bits, whose weights are multiples of 1/256",
        examples: &[("blur 2", "take noise away before looking for edges"), ("blur 0.5", "hardly visible")],
    };

    // Sums along x and then along y, in single precision, may round otherwise than along y and then along x.
    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Blur, OpError> {
        args.needed("a number of pixels, such as `blur 2`", number("sigma", 0.0..=100.0)).map(Blur)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blur {}", self.0)
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        Gaussian::new(self.0, before.bits).scratch_bytes(before)
    }

    fn apply(&self, mut image: Image, _: &mut Scratch) -> Result<Image> {
        let (width, color) = (image.width() as usize, image.color());
        let gaussian = Gaussian::new(self.0, image.shape().bits);
        match image.samples_mut() {
            Samples::U8(samples) => blur(&gaussian, (width, color), samples),
            Samples::U16(samples) => blur(&gaussian, (width, color), samples),
        }
        Ok(image)
    }
}

fn blur<S: Sample>(gaussian: &Gaussian, layout: (usize, Color), samples: &mut [S]) {
    gaussian.rows(layout, samples, |row, blurred| {
        for (sample, &blurred) in row.iter_mut().zip(blurred) {
            *sample = S::nearest_of_f32(blurred);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::convert::op::testing::{changed, changed_wide, column, converted, pictures, row};
    use crate::{Color, Samples};
    use proptest::prelude::*;

    #[test]
    fn light_spreads_evenly_to_both_sides() {
        // e^(-1/2), e^(-2) and e^(-9/2), over their sum with 1.
        assert_eq!(changed("blur 1", &[0, 0, 0, 0, 255, 0, 0, 0, 0]), [0, 1, 14, 62, 102, 62, 14, 1, 0]);
    }

    #[test]
    fn beyond_an_edge_is_the_mirror_image() {
        // By hand: 0.3994 · 255, then twice 0.2420 · 255 where the light and its mirror image meet.
        let blurred = changed("blur 1", &[0, 255, 0, 0, 0, 0, 0, 0]);
        assert_eq!(blurred[..2], [123, 116]);
    }

    #[test]
    fn colors_of_transparent_pixels_do_not_bleed() {
        let samples = [200, 255, 200, 255, 0, 0, 0, 0];
        let Samples::U8(blurred) = row("blur 1", Color::GrayAlpha, Samples::U8(samples.to_vec())) else {
            unreachable!()
        };
        for pixel in blurred.chunks(2).filter(|pixel| pixel[1] > 0) {
            assert_eq!(pixel[0], 200);
        }
        assert!(blurred[3] < 255 && blurred[5] > 0);
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        for sigma in ["blur 0.3", "blur 3", "blur 100"] {
            assert_eq!(changed(sigma, &[255; 50]), [255; 50]);
            assert_eq!(changed_wide(sigma, &[65535; 50]), [65535; 50]);
            assert_eq!(changed_wide(sigma, &[12345; 7]), [12345; 7]);
        }
    }

    #[test]
    fn errors_point_at_sigma() {
        assert_eq!((column("blur"), column("blur -1"), column("blur 2 2")), (5, 6, 8));
    }

    proptest! {
        #[test]
        fn a_sigma_of_zero_changes_nothing_that_can_be_seen(image in pictures()) {
            prop_assert_eq!(converted("blur 0", image.clone()), image);
        }

        #[test]
        fn nothing_becomes_lighter_or_darker_than_all_was(image in pictures(), sigma in 0.1f32..30.0) {
            let ends = |samples: &Samples| match samples {
                Samples::U8(samples) => samples.iter().map(|&v| u32::from(v)).fold((u32::MAX, 0), reach),
                Samples::U16(samples) => samples.iter().map(|&v| u32::from(v)).fold((u32::MAX, 0), reach),
            };
            let (low, high) = ends(image.samples());
            let blurred = converted(&format!("blur {sigma}"), image);
            let (low_then, high_then) = ends(blurred.samples());
            prop_assert!(low <= low_then && high_then <= high);
        }
    }

    fn reach((low, high): (u32, u32), v: u32) -> (u32, u32) {
        (low.min(v), high.max(v))
    }
}
