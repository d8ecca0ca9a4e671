//! Owns the tests of decoding JPEG pixels.
//! Does not own: comparisons with other decoders, which need pictures (see `tests/corpus.rs`).

use super::*;
use crate::{EncodeOptions, Encoder, Format, Limits, probe};
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
    let [why, extent] = &kept.warnings[..] else { panic!("{:?}", kept.warnings) };
    let ends = format!("truncated at byte {}: expected ", cut.len());
    assert!(why.starts_with(&ends), "{why}");
    assert!(
        extent.starts_with("damage was noticed from row ")
            && extent.ends_with(" % of the picture is missing")
    );
    let (Samples::U8(left), Samples::U8(all)) =
        (kept.image.into_samples(), read(&whole, DecodeMode::Full, false).unwrap().image.into_samples())
    else {
        unreachable!()
    };
    // Eight rows of MCUs of 8×8 pixels, of which the first half is there for certain, and the last is not.
    assert_eq!(left[..64 * 3 * 24], all[..64 * 3 * 24]);
    assert!(left[left.len() - 64 * 3..].iter().all(|&sample| sample == 128));
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
    assert!(kept.degraded && kept.image == read(&whole, DecodeMode::Full, false).unwrap().image);
    let at = odd.len() - 4;
    assert_eq!(kept.warnings, [format!("damaged at byte {at}: expected a marker")]);
}

#[test]
fn a_progression_that_breaks_off_between_two_scans_is_whole_with_a_warning() {
    let image = {
        let samples = (0..64 * 48u32).map(|at| (at.wrapping_mul(at) >> 5) as u8).collect();
        Image::new(64, 48, Color::Gray, Samples::U8(samples)).unwrap()
    };
    let options = EncodeOptions { progressive: true, ..EncodeOptions::new(Format::Jpeg) };
    let whole = Encoder::new().encode(&image, &options).unwrap().bytes;
    let last = whole.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let unfinished = [&whole[..last], b"\xff\xd9"].concat();
    let decoded = read(&unfinished, DecodeMode::Full, false).unwrap();
    assert!(!decoded.degraded);
    let warning = "not all of its scans are there; the detail they would have added is estimated";
    assert_eq!(decoded.warnings, [warning]);
    assert!(
        read(&unfinished[..last], DecodeMode::Full, false).is_err(),
        "without an end marker it is truncated"
    );
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
