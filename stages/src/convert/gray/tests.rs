//! Owns the tests of the gray kernels: the formulas, and that every instruction set gives the same bytes.
//! Does not own: the comparison with other programs' results, which needs pictures (see `tests/`).

use super::*;
use proptest::prelude::*;

#[test]
fn white_and_black_stay_white_and_black() {
    for mode in GrayMode::ALL {
        let mut gray = [1; 2];
        rgb8_to_gray(mode, &[0, 0, 0, 255, 255, 255], &mut gray);
        assert_eq!(gray, [0, 255], "{mode}");
        let mut gray = [1; 2];
        rgb16_to_gray(mode, &[0, 0, 0, 65535, 65535, 65535], &mut gray);
        assert_eq!(gray, [0, 65535], "{mode}");
    }
}

#[test]
fn formulas_are_as_written() {
    let of = |mode, rgb: [u8; 3]| {
        let mut gray = [0];
        rgb8_to_gray(mode, &rgb, &mut gray);
        gray[0]
    };
    let (r, g, b) = (200u32, 30, 77);
    let rgb = [200, 30, 77];
    assert_eq!(u32::from(of(GrayMode::Opencv, rgb)), (9798 * r + 19235 * g + 3735 * b + 16384) >> 15);
    assert_eq!(u32::from(of(GrayMode::Pillow, rgb)), (19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
    assert_eq!(of(GrayMode::Rec709, rgb), (0.2126f64 * 200.0 + 0.7152 * 30.0 + 0.0722 * 77.0).round() as u8);
    assert_eq!(of(GrayMode::Luma, rgb), of(GrayMode::Opencv, rgb));
    // Half of white's light is 188, not 128: sRGB of 0.2126 + 0.7152 · 0 + … as computed from the standard by hand.
    assert_eq!(of(GrayMode::Linear, [0, 255, 0]), 220);
}

#[test]
fn rec709_rounds_half_up() {
    let mut gray = [0];
    // 0.7152 · 5 + 0.0722 · 2 + 0.2126 · 0 = 3.7204; and 2126 · 250 + 722 · 0 + 7152 · 0 = 53.15.
    rgb8_to_gray(GrayMode::Rec709, &[0, 5, 2], &mut gray);
    assert_eq!(gray, [4]);
    rgb8_to_gray(GrayMode::Rec709, &[250, 0, 0], &mut gray);
    assert_eq!(gray, [53]);
}

#[test]
fn alpha_survives_and_a_color_profile_does_not() {
    let image = Image::new(1, 1, Color::Rgba, Samples::U8(vec![10, 20, 30, 77])).unwrap();
    let metadata = crate::Metadata { icc: Some(vec![1]), xmp: Some(vec![2]), ..Default::default() };
    let gray = apply(image.with_metadata(metadata), GrayMode::Opencv).unwrap();
    assert_eq!(gray.color(), Color::GrayAlpha);
    assert_eq!(gray.samples(), &Samples::U8(vec![18, 77]));
    assert_eq!((gray.metadata.icc, gray.metadata.xmp), (None, Some(vec![2])));
}

#[test]
fn gray_of_gray_is_the_same_samples() {
    let image = Image::new(3, 1, Color::Gray, Samples::U16(vec![1, 500, 65535])).unwrap();
    assert_eq!(apply(image.clone(), GrayMode::Linear).unwrap(), image);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn every_sum_divides_by_10000_the_same_on_avx2() {
    // Every value of each channel against several of the others, long enough for the vector loop.
    let rgb: Vec<u8> = (0..256u32)
        .flat_map(|r| (0..256u32).flat_map(move |g| [r as u8, g as u8, (r * 7 + g * 13) as u8]))
        .collect();
    same_bytes(|level, to| rgb8_at(level, GrayMode::Rec709, &rgb, to), rgb.len() / 3);
}

fn same_bytes<S: Copy + Default + PartialEq + std::fmt::Debug>(
    run: impl Fn(Level, &mut [S]),
    samples: usize,
) {
    let [mut reference, mut vector] = [(); 2].map(|()| vec![S::default(); samples]);
    run(Level::Scalar, &mut reference);
    run(Level::widest(), &mut vector);
    assert!(reference == vector, "the vector kernel differs from the reference");
}

proptest! {
    #[test]
    fn every_instruction_set_gives_the_same_bytes(
        samples in prop::collection::vec(any::<u16>(), 0..1200), mode in 0..GrayMode::ALL.len(),
    ) {
        let mode = GrayMode::ALL[mode];
        let bytes: Vec<u8> = samples.iter().map(|sample| (sample >> 8) as u8).collect();
        same_bytes(|level, to| rgb8_at(level, mode, &bytes, to), bytes.len() / 3);
        same_bytes(|level, to| rgba8_at(level, mode, &bytes, to), bytes.len() / 4 * 2);
        same_bytes(|level, to| rgb16_at(level, mode, &samples, to), samples.len() / 3);
        same_bytes(|level, to| rgba16_at(level, mode, &samples, to), samples.len() / 4 * 2);
    }
}
