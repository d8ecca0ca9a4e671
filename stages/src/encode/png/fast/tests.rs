//! Owns the tests of the whole compressor: every stream is read back by the `png` crate.

use super::{Rows, Scratch, compress};
use crate::Error;
use png::{BitDepth, ColorType};
use proptest::prelude::*;
use std::io::Write as _;

const KINDS: [(ColorType, BitDepth); 15] = [
    (ColorType::Grayscale, BitDepth::One),
    (ColorType::Grayscale, BitDepth::Two),
    (ColorType::Grayscale, BitDepth::Four),
    (ColorType::Grayscale, BitDepth::Eight),
    (ColorType::Grayscale, BitDepth::Sixteen),
    (ColorType::Rgb, BitDepth::Eight),
    (ColorType::Rgb, BitDepth::Sixteen),
    (ColorType::Indexed, BitDepth::One),
    (ColorType::Indexed, BitDepth::Two),
    (ColorType::Indexed, BitDepth::Four),
    (ColorType::Indexed, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Eight),
    (ColorType::GrayscaleAlpha, BitDepth::Sixteen),
    (ColorType::Rgba, BitDepth::Eight),
    (ColorType::Rgba, BitDepth::Sixteen),
];

fn width_bytes((color, depth): (ColorType, BitDepth), width: usize) -> usize {
    (width * color.samples() * depth as usize).div_ceil(8)
}

/// Compresses, decodes, compares; returns the length of the stream.
fn round_trip(scratch: &mut Scratch, kind: (ColorType, BitDepth), width: usize, samples: &[u8]) -> usize {
    let width_bytes = width_bytes(kind, width);
    let height = samples.len() / width_bytes;
    let bytes_per_pixel = (kind.0.samples() * kind.1 as usize).div_ceil(8);
    let stream = compress(scratch, Rows { width_bytes, bytes_per_pixel, height, samples }).unwrap();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(kind.0);
    encoder.set_depth(kind.1);
    if kind.0 == ColorType::Indexed {
        encoder.set_palette(vec![0; 3 * 256]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, stream).unwrap();
    writer.finish().unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&file));
    decoder.ignore_checksums(false);
    let mut reader = decoder.read_info().unwrap();
    let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut decoded).unwrap();
    reader.finish().unwrap();
    assert!(decoded == samples, "a picture came back changed");
    stream.len()
}

fn noise(seed: u32) -> impl Iterator<Item = u8> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
}

proptest! {
    #[test]
    fn any_picture_of_any_kind_comes_back(
        kind in 0..KINDS.len(), width in 1_usize..150, height in 1_usize..150,
        seed in any::<u32>(), mask in any::<u8>(), slope in 0_usize..4, flat in 0_usize..40,
    ) {
        let kind = KINDS[kind];
        let row = width_bytes(kind, width);
        let samples: Vec<u8> = noise(seed)
            .take(row * height)
            .enumerate()
            .map(|(i, n)| if i % 64 < flat { 0 } else { (n & mask).wrapping_add((i * slope) as u8) })
            .collect();
        round_trip(&mut Scratch::default(), kind, width, &samples);
    }
}

#[test]
fn one_scratch_serves_pictures_of_all_sizes() {
    let mut scratch = Scratch::default();
    for (width, height) in [(300, 200), (1, 1), (65_500, 1), (1, 65_500), (300_000, 3), (7, 9)] {
        let samples: Vec<u8> = noise(5).take(width * height).map(|n| n & 31).collect();
        round_trip(&mut scratch, (ColorType::Grayscale, BitDepth::Eight), width, &samples);
    }
}

#[test]
fn noise_is_stored() {
    let samples: Vec<u8> = noise(3).take(1000 * 700).collect();
    let len = round_trip(&mut Scratch::default(), (ColorType::Grayscale, BitDepth::Eight), 1000, &samples);
    assert!(len <= 1001 * 700 + 1001 * 700 / (16 * 1024) * 5 + 12, "{len}");
}

#[test]
fn flat_pictures_and_even_gradients_stay_small() {
    for kind in KINDS {
        let row = width_bytes(kind, 1024);
        let flat = vec![0x33; row * 1024];
        let len = round_trip(&mut Scratch::default(), kind, 1024, &flat);
        assert!(len < 1024 * 2 + flat.len() / 200, "{kind:?}: {len} of {}", flat.len());
    }
    let gradient: Vec<u8> = (0..1024 * 3 * 1024_usize).map(|i| (i / 3 % 1024 * 2) as u8).collect();
    let len = round_trip(&mut Scratch::default(), (ColorType::Rgb, BitDepth::Eight), 1024, &gradient);
    assert!(len < gradient.len() / 100, "{len}");
}

#[test]
fn sizes_that_do_not_fit_are_an_error() {
    let samples = [0; 12];
    let good = Rows { width_bytes: 4, bytes_per_pixel: 1, height: 3, samples: &samples };
    let bad = [
        Rows { width_bytes: 5, ..good },
        Rows { height: usize::MAX, ..good },
        Rows { width_bytes: 0, height: 0, samples: &[], ..good },
        Rows { bytes_per_pixel: 0, ..good },
        Rows { bytes_per_pixel: 9, ..good },
    ];
    for rows in bad {
        assert!(matches!(compress(&mut Scratch::default(), rows), Err(Error::Encode { .. })), "{rows:?}");
    }
    assert!(compress(&mut Scratch::default(), good).is_ok());
}

#[test]
fn photographs_get_smaller_than_by_the_librarys_fast_mode() {
    let Some(corpus) = std::env::var_os("TEST_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: set TEST_CORPUS to the directory of test pictures");
        return;
    };
    let mut scratch = Scratch::default();
    for entry in std::fs::read_dir(std::path::Path::new(&corpus).join("kodak")).unwrap() {
        let file = std::fs::File::open(entry.unwrap().path()).unwrap();
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
        let mut samples = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut samples).unwrap();
        let ours =
            round_trip(&mut scratch, (frame.color_type, frame.bit_depth), frame.width as usize, &samples);
        let mut theirs = Vec::new();
        let mut encoder = png::Encoder::new(&mut theirs, frame.width, frame.height);
        encoder.set_color(frame.color_type);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header().unwrap().write_image_data(&samples).unwrap();
        assert!(ours < theirs.len(), "{ours} against {}", theirs.len());
    }
}
