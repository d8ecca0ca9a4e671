//! Owns the choice of instructions at run time: all of decoding once more for processors with AVX2 and BMI2.
//! Does not own what is done: without those instructions the same safe code runs as it is.
//!
//! Loops over rows and blocks become vectors of twice the width, and the shifts that Huffman codes are read with take any
//! register. The environment variable `PIPELINE_JPEG_PLAIN` makes every processor a plain one, for tests.
#![allow(unsafe_code)]

use crate::Error;
use crate::output::Conversion;
use crate::picture;
use crate::progressive;
use crate::scan::Reader;
use crate::scans::Scans;
use crate::strips::Buffers;
use alloc::vec::Vec;

/// As [`picture::pixels`]. With `plain` no more than every processor has is used.
pub(crate) fn pixels(
    plain: bool,
    readers: Vec<Reader<'_>>,
    scans: &Scans<'_>,
    conversion: Conversion,
    buffers: &mut Buffers,
    out: &mut [u8],
) -> Result<Option<usize>, Error> {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if !plain && is_wide() {
        // SAFETY: the processor has all that the function was compiled for.
        return unsafe { pixels_wide(readers, scans, conversion, buffers, out) };
    }
    let _ = plain;
    picture::pixels(readers, scans, conversion, buffers, out)
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn pixels_wide(
    readers: Vec<Reader<'_>>,
    scans: &Scans<'_>,
    conversion: Conversion,
    buffers: &mut Buffers,
    out: &mut [u8],
) -> Result<Option<usize>, Error> {
    picture::pixels(readers, scans, conversion, buffers, out)
}

/// As [`picture::progressive`].
pub(crate) fn progressive(
    plain: bool,
    reader: progressive::Reader<'_>,
    scans: &Scans<'_>,
    conversion: Conversion,
    scratch: (&mut progressive::Scratch, &mut Buffers),
    out: &mut [u8],
) -> Result<(), Error> {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if !plain && is_wide() {
        // SAFETY: the processor has all that the function was compiled for.
        return unsafe { progressive_wide(reader, scans, conversion, scratch, out) };
    }
    let _ = plain;
    picture::progressive(reader, scans, conversion, scratch, out)
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn progressive_wide(
    reader: progressive::Reader<'_>,
    scans: &Scans<'_>,
    conversion: Conversion,
    scratch: (&mut progressive::Scratch, &mut Buffers),
    out: &mut [u8],
) -> Result<(), Error> {
    picture::progressive(reader, scans, conversion, scratch, out)
}

/// Whether the processor has what the wide functions were compiled for.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
fn is_wide() -> bool {
    use std::sync::LazyLock;
    static WIDE: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("movbe")
            && is_x86_feature_detected!("popcnt")
            && std::env::var_os("PIPELINE_JPEG_PLAIN").is_none()
    });
    *WIDE
}

#[cfg(test)]
mod tests {
    use crate::picture::State;
    use crate::{Limits, Output};
    use alloc::vec::Vec;
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_processor_gives_the_same_pixels(
            samples in prop::collection::vec(any::<u8>(), 3 * 50 * 40), width in 1usize..50, height in 1usize..40, gray: bool,
            progressive: bool,
            sampling in prop::sample::select(&[
                SamplingFactor::F_1_1, SamplingFactor::F_1_2, SamplingFactor::F_2_1, SamplingFactor::F_2_2, SamplingFactor::F_4_1,
            ][..]),
        ) {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 90);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            let pixels = &samples[..3 * width * height];
            encoder.encode(pixels, width as u16, height as u16, ColorType::Rgb).unwrap();
            let output = if gray { Output::Gray } else { Output::Rgb };
            let decode = |plain| {
                let (mut state, mut out) = (State::default(), Vec::new());
                state.plain = plain;
                state.decode(Limits::default(), &file, output, &mut out).map(|_| out)
            };
            let plain = decode(true);
            prop_assert!(plain.is_ok());
            prop_assert_eq!(plain, decode(false));
        }
    }
}
