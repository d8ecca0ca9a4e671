//! Owns the comparison with another decoder that needs nothing installed, `zune-jpeg`.
//! Does not own: equality to the bit, for which `djpeg` is asked (see `libjpeg.rs` and `lenient.rs`).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use pipeline_jpeg::{Decoder, Limits, Output};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

/// Slopes and edges.
fn pixels(width: usize, height: usize) -> Vec<u8> {
    (0..width * height * 3)
        .map(|at| (at / 3 % width * 3 + at % 3 * 40 + at / (width * 30) % 2 * 60) as u8 / 2)
        .collect()
}

#[test]
fn another_decoder_sees_nearly_the_same() {
    for (progressive, quality) in [(false, 60), (false, 95), (true, 60), (true, 95)] {
        let (width, height) = (83, 61);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, quality);
        encoder.set_progressive(progressive);
        // Without color to be widened, for which there are as many ways as decoders.
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        encoder.encode(&pixels(width, height), width as u16, height as u16, ColorType::Rgb).unwrap();
        let theirs = JpegDecoder::new(ZCursor::new(&file)).decode().unwrap();
        let (mut strict, mut lenient) = (Vec::new(), Vec::new());
        let mut decoder = Decoder::new(Limits::default());
        decoder.decode(&file, Output::Rgb, &mut strict).unwrap();
        let found = decoder.salvage(&file, Output::Rgb, &mut lenient).unwrap();
        assert_eq!((found.damage, found.places, found.noticed, found.missing), (None, 0, None, 0));
        assert!(strict == lenient && theirs.len() == strict.len());
        let worst = theirs.iter().zip(&strict).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(4), "{worst:?}");
    }
}
