//! Owns the tests of walking over JPEG markers.
//! Does not own: comparisons with other decoders, which need pictures (see `tests/corpus.rs`).

use super::*;

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker], (body.len() as u16 + 2).to_be_bytes().as_slice(), body].concat()
}

fn gray_frame(marker: u8, precision: u8, height: u8) -> Vec<u8> {
    segment(marker, &[precision, 0, height, 0, 9, 1, 1, 0x11, 0])
}

fn of(segments: &[Vec<u8>]) -> Result<Header> {
    let scan = segment(0xda, &[1, 1, 0, 0, 63, 0]);
    probe(&[&[0xff, 0xd8], segments.concat().as_slice(), &scan].concat(), &Limits::default())
}

#[test]
fn what_cannot_be_decoded_is_refused_by_name() {
    let why =
        |marker, precision, height| of(&[gray_frame(marker, precision, height)]).unwrap_err().to_string();
    assert_eq!(why(0xc1, 12, 4), "unsupported: JPEG, 12 bits per sample");
    assert_eq!(why(0xc9, 8, 4), "unsupported: JPEG, arithmetic coding");
    assert_eq!(why(0xc3, 8, 4), "unsupported: JPEG, lossless");
    assert_eq!(why(0xc5, 8, 4), "unsupported: JPEG, hierarchical");
    assert_eq!(why(0xf7, 8, 4), "unsupported: JPEG, JPEG-LS");
    assert!(why(0xc0, 8, 0).contains("DNL"));
}

#[test]
fn a_hundred_thousand_markers_are_walked_over_once() {
    let mut segments = vec![segment(0xe1, b"Exif\0\0x"); 100_000];
    segments.push(gray_frame(0xc0, 8, 4));
    let header = of(&segments).unwrap();
    assert_eq!((header.width, header.height), (9, 4));
    assert_eq!(header.metadata.exif.as_deref(), Some(b"x".as_slice()));
}

#[test]
fn no_more_metadata_is_kept_than_allowed() {
    let part = [ICC, &[1, 90], &[0; 60_000]].concat();
    let mut segments = vec![segment(0xe2, &part); 90];
    segments.push(gray_frame(0xc0, 8, 4));
    let header = of(&segments).unwrap();
    assert_eq!(header.metadata.icc, None);
    assert!(header.warnings.iter().any(|warning| warning.contains("2097152")), "{:?}", header.warnings);
}

#[test]
fn a_color_profile_in_parts_is_put_together() {
    let part = |number, content: &[u8]| segment(0xe2, &[ICC, &[number, 2], content].concat());
    let header = of(&[part(2, b"cd"), part(1, b"ab"), gray_frame(0xc0, 8, 4)]).unwrap();
    assert_eq!(header.metadata.icc.as_deref(), Some(b"abcd".as_slice()));
}
