//! Owns the tests of decoding JPEG pixels.
//! Does not own: comparisons with other decoders, which need pictures (see `tests/corpus.rs`).

use super::*;
use crate::{EncodeOptions, Encoder, Format, probe};
use proptest::prelude::*;

fn file(color: Color) -> Vec<u8> {
    let samples = (0..64 * 48 * color.channels() as u32).map(|at| (at.wrapping_mul(at) >> 5) as u8).collect();
    let image = Image::new(64, 48, color, Samples::U8(samples)).unwrap();
    Encoder::new().encode(&image, &EncodeOptions::new(Format::Jpeg)).unwrap().bytes
}

fn read(bytes: &[u8], mode: DecodeMode, lenient: bool) -> Result<Decoded> {
    let limits = Limits::default();
    crate::Decoder::new(limits.clone()).lenient(lenient).decode(bytes, &probe(bytes, &limits)?, mode)
}

#[test]
fn luma_is_the_y_plane_of_color_and_all_of_gray() {
    let gray = read(&file(Color::Gray), DecodeMode::Luma, false).unwrap().image;
    assert_eq!(gray, read(&file(Color::Gray), DecodeMode::Full, false).unwrap().image);
    let luma = read(&file(Color::Rgb), DecodeMode::Luma, false).unwrap().image;
    assert_eq!((luma.width(), luma.height(), luma.color()), (64, 48, Color::Gray));
}

#[test]
fn a_truncated_file_is_an_error_unless_lenient() {
    let whole = file(Color::Rgb);
    let cut = &whole[..whole.len() * 2 / 3];
    let error = read(cut, DecodeMode::Full, false).unwrap_err();
    assert!(matches!(error, Error::Truncated { .. }), "{error}");
    let kept = read(cut, DecodeMode::Full, true).unwrap();
    assert!(kept.degraded);
    assert_eq!(kept.warnings, ["truncated JPEG: the file ends before the picture does"]);
}

#[test]
fn an_end_marker_does_not_hide_that_data_is_missing() {
    let whole = file(Color::Gray);
    for missing in [3, 40, whole.len() / 3] {
        let cut = [&whole[..whole.len() - 2 - missing], &[0xff, 0xd9]].concat();
        assert!(read(&cut, DecodeMode::Full, false).is_err(), "{missing} bytes are missing");
    }
}

#[test]
fn garbage_after_the_end_is_ignored_with_a_warning() {
    let mut bytes = file(Color::Rgb);
    let clean = read(&bytes, DecodeMode::Full, false).unwrap();
    bytes.extend(b"garbage");
    let decoded = read(&bytes, DecodeMode::Full, false).unwrap();
    assert_eq!(decoded.image, clean.image);
    assert_eq!(decoded.warnings, ["7 bytes after the end of the picture were ignored"]);
}

#[test]
fn what_is_left_of_a_damaged_file_is_marked() {
    let whole = file(Color::Rgb);
    let odd = [&whole[..whole.len() - 2], &[0x12, 0x34, 0xff, 0xd9]].concat();
    let error = read(&odd, DecodeMode::Full, false).unwrap_err().to_string();
    assert!(error.starts_with("damaged JPEG: at byte ") && error.ends_with(" should be a marker"), "{error}");
    let kept = read(&odd, DecodeMode::Full, true).unwrap();
    assert_eq!((kept.degraded, kept.warnings), (true, vec![error]));
}

#[test]
fn a_height_that_comes_after_the_picture_is_found() {
    let clean = file(Color::Rgb);
    let mut late = clean.clone();
    let frame = late.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    late[frame + 5..frame + 7].fill(0);
    late.truncate(late.len() - 2);
    late.extend(b"\xff\xdc\x00\x04\x00\x30\xff\xd9");
    for mode in [DecodeMode::Full, DecodeMode::Luma] {
        assert_eq!(
            read(&late, mode, false).unwrap().image.samples(),
            read(&clean, mode, false).unwrap().image.samples()
        );
    }
}

#[test]
fn an_adobe_marker_after_jfif_does_not_change_the_colors() {
    // JFIF means YCbCr, whatever Adobe's marker says.
    let clean = file(Color::Rgb);
    let adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00";
    let odd = [&clean[..20], adobe.as_slice(), &clean[20..]].concat();
    let (clean_image, odd_image) =
        (read(&clean, DecodeMode::Full, false), read(&odd, DecodeMode::Full, false));
    let (Samples::U8(a), Samples::U8(b)) =
        (clean_image.unwrap().image.into_samples(), odd_image.unwrap().image.into_samples())
    else {
        unreachable!()
    };
    let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(2), "{worst:?}");
    assert_eq!(
        read(&odd, DecodeMode::Luma, false).unwrap().image.samples(),
        read(&clean, DecodeMode::Luma, false).unwrap().image.samples()
    );
}

proptest! {
    #[test]
    fn a_changed_byte_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>(), lenient in any::<bool>()) {
        let mut bytes = file(Color::Rgb);
        let at = at.index(bytes.len());
        bytes[at] = value;
        let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
        if let Ok(header) = probe(&bytes, &limits) {
            let _ = crate::Decoder::new(limits).lenient(lenient).decode(&bytes, &header, DecodeMode::Luma);
        }
    }
}
