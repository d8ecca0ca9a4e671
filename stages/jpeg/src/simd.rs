//! Owns the choice of instructions at run time: all of decoding once more for processors with AVX2 and BMI2.
//! Does not own what is done: without those instructions the same safe code runs as it is.
//!
//! Loops over rows and blocks become vectors of twice the width, and the shifts that Huffman codes are read with take any
//! register. The environment variable `PIPELINE_SIMD=scalar` makes every processor a plain one, for tests.
#![allow(unsafe_code)]

use crate::Error;
use crate::bits::Bits;
use crate::output::Conversion;
use crate::picture;
use crate::progressive;
use crate::scan::{self, Flaw, Part, Reader, Sink};
use crate::scans::Scans;
use crate::strips::Buffers;
use alloc::vec::Vec;
use core::ops::Range;

/// That the processor has AVX2, BMI1, BMI2, LZCNT, MOVBE and POPCNT. There is none of these elsewhere.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(dead_code, reason = "nothing makes one"))]
pub(crate) struct Wide(());

impl Wide {
    /// Asks the processor.
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    pub(crate) fn detect() -> Option<Wide> {
        use std::sync::LazyLock;
        static WIDE: LazyLock<bool> = LazyLock::new(|| {
            is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("movbe")
                && is_x86_feature_detected!("popcnt")
                && std::env::var_os("PIPELINE_SIMD").is_none_or(|level| level != "scalar")
        });
        WIDE.then_some(Wide(()))
    }

    /// There is no asking.
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    pub(crate) fn detect() -> Option<Wide> {
        None
    }
}

/// Work that is compiled once more for processors that have more. Its `run` is always inlined.
pub(crate) trait Work {
    /// What it gives.
    type Out;

    fn run(self) -> Self::Out;
}

/// Does the work.
pub(crate) fn run<W: Work>(wide: Option<Wide>, work: W) -> W::Out {
    #[cfg(target_arch = "x86_64")]
    if let Some(Wide(())) = wide {
        // SAFETY: who has a `Wide` has asked the processor for all of it.
        return unsafe { run_wide(work) };
    }
    let _ = wide;
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn run_wide<W: Work>(work: W) -> W::Out {
    work.run()
}

/// Does the work in a function of its own, so that the processor's registers are free for its loops.
#[inline(always)]
pub(crate) fn run_alone<W: Work>(wide: Option<Wide>, work: W) -> W::Out {
    #[cfg(target_arch = "x86_64")]
    if wide.is_some() {
        // SAFETY: who has a `Wide` has asked the processor for all of it.
        return unsafe { run_alone_wide(work) };
    }
    let _ = wide;
    run_alone_plain(work)
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn run_alone_wide<W: Work>(work: W) -> W::Out {
    work.run()
}

#[inline(never)]
fn run_alone_plain<W: Work>(work: W) -> W::Out {
    work.run()
}

/// As [`picture::pixels`].
pub(crate) fn pixels(
    wide: Option<Wide>,
    readers: Vec<Reader<'_>>,
    scans: &Scans<'_>,
    conversion: Conversion,
    buffers: &mut Buffers,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Error> {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide {
        // SAFETY: who has a `Wide` has asked the processor for all of it.
        return unsafe { pixels_wide(wide, readers, scans, conversion, buffers, out) };
    }
    picture::pixels(wide, readers, scans, conversion, buffers, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn pixels_wide(
    wide: Wide,
    readers: Vec<Reader<'_>>,
    scans: &Scans<'_>,
    conversion: Conversion,
    buffers: &mut Buffers,
    out: &mut Vec<u8>,
) -> Result<Option<usize>, Error> {
    picture::pixels(Some(wide), readers, scans, conversion, buffers, out)
}

/// As [`scan::mcus`]. A function of its own, so that the processor's registers are free for its loops.
#[inline(always)]
pub(crate) fn mcus<S: Sink>(
    wide: Option<Wide>,
    mcus: Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    sink: &mut S,
    bits: &mut Bits<'_>,
) -> Result<(), Flaw> {
    #[cfg(target_arch = "x86_64")]
    if wide.is_some() {
        // SAFETY: who has a `Wide` has asked the processor for all of it.
        return unsafe { mcus_wide(mcus, across, parts, sink, bits) };
    }
    let _ = wide;
    scan::mcus(mcus, across, parts, sink, bits)
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn mcus_wide<S: Sink>(
    mcus: Range<u32>,
    across: u32,
    parts: &mut [Part<'_>],
    sink: &mut S,
    bits: &mut Bits<'_>,
) -> Result<(), Flaw> {
    scan::mcus(mcus, across, parts, sink, bits)
}

/// As [`picture::progressive`].
pub(crate) fn progressive(
    wide: Option<Wide>,
    reader: progressive::Reader<'_>,
    scans: &Scans<'_>,
    conversion: Conversion,
    scratch: (&mut progressive::Scratch, &mut Buffers),
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide {
        // SAFETY: who has a `Wide` has asked the processor for all of it.
        return unsafe { progressive_wide(wide, reader, scans, conversion, scratch, out) };
    }
    picture::progressive(wide, reader, scans, conversion, scratch, out)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
fn progressive_wide(
    wide: Wide,
    reader: progressive::Reader<'_>,
    scans: &Scans<'_>,
    conversion: Conversion,
    scratch: (&mut progressive::Scratch, &mut Buffers),
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    picture::progressive(Some(wide), reader, scans, conversion, scratch, out)
}

#[cfg(test)]
mod tests {
    use crate::picture::State;
    use crate::{Limits, Output, Scale};
    use alloc::vec::Vec;
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_processor_gives_the_same_pixels(
            samples in prop::collection::vec(any::<u8>(), 3 * 50 * 40), width in 1usize..50, height in 1usize..40, gray: bool,
            progressive: bool, scale in 0usize..4,
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
            let scale = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth][scale];
            let output = if gray { Output::Gray } else { Output::Rgb };
            let decode = |plain| {
                let (mut state, mut out) = (State::default(), Vec::new());
                state.plain = plain;
                state.decode(Limits::default(), &file, (output, scale), &mut out).map(|_| out)
            };
            let plain = decode(true);
            prop_assert!(plain.is_ok());
            prop_assert_eq!(plain, decode(false));
        }
    }
}
