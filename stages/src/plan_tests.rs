//! Owns tests of which path a plan takes.
//! Does not own: what comes out, which each path's file tests, and byte counts (see `tests/memory.rs`).

use super::*;
use crate::{DecodeMode, Decoder, Effort, Encoder, KeepMetadata, Samples, Subsampling, probe};

/// A color JPEG, and how it was encoded.
fn file(edit: impl FnOnce(&mut EncodeOptions)) -> Vec<u8> {
    let samples = (0..40 * 24 * 3u32).map(|at| (at.wrapping_mul(at) >> 6) as u8).collect();
    let image = Image::new(40, 24, Color::Rgb, Samples::U8(samples)).unwrap();
    let mut options = EncodeOptions::new(Format::Jpeg);
    edit(&mut options);
    Encoder::new().encode(&image, &options).unwrap().bytes
}

/// The file with an EXIF block of nothing but this orientation.
fn turned(file: &[u8], orientation: u8) -> Vec<u8> {
    let tiff =
        [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
    let body = [&b"Exif\0\0"[..], &tiff].concat();
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&file[..2], &[0xff, 0xe1], &length, &body, &file[2..]].concat()
}

fn header(file: &[u8]) -> Header {
    probe(file, &Limits::default()).unwrap()
}

fn plan(file: &[u8], ops: &[&str], edit: impl FnOnce(&mut PlanOptions)) -> Plan {
    let mut options = PlanOptions::new(ops.iter().map(|op| op.parse().unwrap()).collect());
    edit(&mut options);
    Plan::new(&header(file), &options).unwrap()
}

#[test]
fn gray_of_a_jpeg_to_jpeg_is_lossless_and_says_so() {
    let color = file(|_| {});
    let plan = plan(&color, &["gray"], |_| {});
    assert_eq!((plan.path(), plan.to_string()), (DecodePath::Lossless, "JPEG luma, lossless → jpg".into()));
    assert_eq!(plan.decode_mode(), DecodeMode::Luma, "what is left if that fails");
    for edit in [(|o| o.subsampling = Subsampling::Both) as fn(&mut EncodeOptions), |o| o.progressive = true]
    {
        assert_eq!(super::tests::plan(&file(edit), &["gray"], |_| {}).path(), DecodePath::Lossless);
    }
}

#[test]
fn whatever_else_is_asked_for_is_not_lossless() {
    let color = file(|_| {});
    let path = |ops: &[&str], edit: fn(&mut PlanOptions)| plan(&color, ops, edit).path();
    assert_eq!(path(&["gray"], |options| options.format = Some(Format::Png)), DecodePath::Luma);
    assert_eq!(path(&["gray", "resize 20x20"], |_| {}), DecodePath::Luma);
    assert_eq!(path(&["gray mode=opencv"], |_| {}), DecodePath::Full);
    assert_eq!(path(&[], |_| {}), DecodePath::Full);
    let asked = |edit: fn(&mut EncodeOptions)| {
        let mut options = EncodeOptions::new(Format::Jpeg);
        edit(&mut options);
        plan(&color, &["gray"], |_| {}).encoded_with(&options).path()
    };
    assert_eq!(asked(|options| options.quality = Quality::Percent(80)), DecodePath::Luma);
    assert_eq!(asked(|options| options.progressive = true), DecodePath::Luma);
    assert_eq!(asked(|options| options.bits = Bits::One), DecodePath::Luma);
    assert_eq!(asked(|options| options.effort = Effort::Best), DecodePath::Lossless);
    assert_eq!(asked(|options| options.metadata = KeepMetadata::NONE), DecodePath::Lossless);
}

#[test]
fn a_picture_that_has_to_be_turned_is_lossless_only_if_it_stays_as_it_is() {
    let file = turned(&file(|_| {}), 6);
    assert_eq!(header(&file).orientation, 6);
    assert_eq!(plan(&file, &["gray"], |_| {}).path(), DecodePath::Luma);
    let plan = plan(&file, &["gray"], |options| options.auto_orient = false);
    assert_eq!(plan.path(), DecodePath::Lossless);
    let gray =
        Decoder::new(Limits::default()).gray_jpeg(&file, &header(&file), &EncodeOptions::new(Format::Jpeg));
    assert_eq!(header(&gray.unwrap().bytes).orientation, 6, "the tag stays");
}

#[test]
fn luma_that_is_smaller_than_the_picture_is_not_lossless() {
    let mut file = file(|_| {});
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    assert_eq!((file[frame + 11], file[frame + 14]), (0x11, 0x11));
    file[frame + 14] = 0x21;
    assert_eq!(plan(&file, &["gray"], |_| {}).path(), DecodePath::Luma);
    let error = Decoder::new(Limits::default())
        .gray_jpeg(&file, &header(&file), &EncodeOptions::new(Format::Jpeg))
        .unwrap_err();
    assert!(matches!(error, crate::Error::Unsupported { .. }), "{error}");
}
