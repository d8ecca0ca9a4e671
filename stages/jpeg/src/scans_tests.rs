//! Owns the tests of walking over scans.
//! Does not own: entropy-coded data; that of these files is not looked at.

use super::*;
use alloc::vec::Vec;

const START: &[u8] = &[255, 0xd8];
const STEPS: [&[u8]; 2] = [&[255, 0xdb, 0, 132, 0], &[1]];

/// Two quantisation tables: all 2, all 3.
fn steps() -> Vec<u8> {
    [STEPS[0], &[2; 64], STEPS[1], &[3; 64]].concat()
}

/// The frame header of three components with these sampling factors, 30 × 9 pixels.
fn frame(factors: [u8; 3]) -> Vec<u8> {
    let mut frame = alloc::vec![255, 0xc0, 0, 17, 8, 0, 9, 0, 30, 3];
    frame.extend([1, factors[0], 0, 2, factors[1], 1, 3, factors[2], 1]);
    frame
}

/// A scan header and a byte of data.
fn scan(ids: &[u8]) -> Vec<u8> {
    let mut scan = alloc::vec![255, 0xda, 0, 6 + 2 * ids.len() as u8, ids.len() as u8];
    scan.extend(ids.iter().flat_map(|&id| [id, if id == 1 { 0x00 } else { 0x11 }]));
    scan.extend([0, 63, 0, 0x55]);
    scan
}

/// The first scan of a file with `extra` segments, `edit` applied to the bytes of its frame and scan.
fn first(extra: &[u8], edit: impl FnOnce(&mut [u8], &mut [u8])) -> Result<(Scan, ColorModel), Error> {
    let (mut frame, mut scan) = (frame([0x22, 0x11, 0x11]), scan(&[1, 2, 3]));
    edit(&mut frame, &mut scan);
    let file = [START, &steps(), extra, &frame, &scan].concat();
    let mut scans = Scans::open(&file)?;
    Ok((scans.next()?.unwrap(), scans.color()))
}

fn unsupported<T>(result: Result<T, Error>) -> Unsupported {
    match result {
        Err(Error::Unsupported(what)) => what,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is supported"),
    }
}

#[test]
fn a_scan_names_components_tables_and_place() {
    let (scan, color) = first(b"\xff\xdd\x00\x04\x01\x02", |_, _| {}).unwrap();
    assert_eq!((scan.restart_interval, scan.data), (258, 2 + 134 + 6 + 19 + 14));
    assert_eq!((scan.band, scan.bits, color), ((0, 63), (0, 0), ColorModel::Ycbcr));
    assert_eq!(scan.members()[2], Member { component: 2, dc: 1, ac: 1 });
}

#[test]
fn tables_are_those_that_are_current_at_each_scan() {
    let more = [&[255, 0xdb, 0, 67, 0][..], &[7; 64], &[255, 0xdb, 0, 67, 1], &[9; 64]].concat();
    let interval = b"\xff\xdd\x00\x04\x00\x05";
    let frame = frame([0x22, 0x11, 0x11]);
    let (luma, color) = (scan(&[1]), scan(&[2, 3]));
    let file = [START, &steps(), &frame, &luma, &more, interval, &color, b"\xff\xd9x"].concat();
    let mut scans = Scans::open(&file).unwrap();
    let one = scans.next().unwrap().unwrap();
    assert_eq!((one.members().len(), one.restart_interval, one.mcus(scans.frame())), (1, 0, (4, 2)));
    scans.pass_over(&one).unwrap();
    let two = scans.next().unwrap().unwrap();
    assert_eq!((two.members()[1].component, two.restart_interval, two.mcus(scans.frame())), (2, 5, (2, 1)));
    assert_eq!([0, 1, 2].map(|c| scans.steps(c).unwrap()[0]), [2, 9, 9]);
    scans.pass_over(&two).unwrap();
    assert_eq!(scans.next(), Ok(None));
    assert_eq!(scans.position(), file.len() - 1);
}

#[test]
fn a_height_may_stand_behind_the_first_scan() {
    let late = |dnl: &[u8]| {
        let mut frame = frame([0x11; 3]);
        frame[6] = 0;
        let file = [START, &steps(), &frame, &scan(&[1, 2, 3]), b"\xff\xd0\x01", dnl, b"\xff\xd9"].concat();
        Scans::open(&file).map(|scans| scans.frame().height)
    };
    assert_eq!(late(b"\xff\xdc\x00\x04\x01\x02"), Ok(258));
    assert!(matches!(late(b"\xff\xdc\x00\x04\x00\x00"), Err(Error::Damaged { .. })));
    assert!(matches!(late(b""), Err(Error::Damaged { .. })));
}

#[test]
fn other_codings_are_told_by_their_marker() {
    let coded = |marker| unsupported(first(b"", |frame, _| frame[1] = marker));
    assert_eq!(
        [0xc3, 0xc9, 0xc5, 0xcc, 0xf7].map(coded),
        [
            Unsupported::Lossless,
            Unsupported::Arithmetic,
            Unsupported::Hierarchical,
            Unsupported::Arithmetic,
            Unsupported::JpegLs,
        ]
    );
    assert_eq!(unsupported(first(b"", |frame, _| frame[4] = 12)), Unsupported::Precision(12));
    assert_eq!(unsupported(first(b"", |frame, _| frame[9] = 2)), Unsupported::Components(2));
}

#[test]
fn jfif_comes_before_adobe_and_adobe_before_names() {
    let (jfif, rgb) =
        (b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\0");
    let ycc = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\x01";
    let name = |frame: &mut [u8], scan: &mut [u8]| {
        (frame[10], frame[13], frame[16]) = (b'R', b'G', b'B');
        (scan[5], scan[7], scan[9]) = (b'R', b'G', b'B');
    };
    assert_eq!(first(rgb, |_, _| {}).unwrap().1, ColorModel::Rgb);
    assert_eq!(first(b"", name).unwrap().1, ColorModel::Rgb);
    assert_eq!(first(ycc, name).unwrap().1, ColorModel::Ycbcr);
    assert_eq!(first(&[&jfif[..], rgb].concat(), name).unwrap().1, ColorModel::Ycbcr);
    let undefined = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\x07";
    assert_eq!(unsupported(first(undefined, |_, _| {})), Unsupported::ColorTransform);
}

#[test]
fn a_header_that_breaks_the_format_is_damaged() {
    let damaged = |result| matches!(result, Err(Error::Damaged { .. }));
    assert!(damaged(first(b"", |frame, _| frame[11] = 0x44)), "18 blocks");
    assert!(damaged(first(b"\xff\xdd\x00\x03\x01", |_, _| {})), "a short interval");
    assert!(damaged(first(b"", |_, scan| scan[7] = 9)), "a component that is not in the frame");
    assert!(damaged(first(b"", |_, scan| scan[7] = 1)), "a component twice");
    assert!(damaged(first(b"", |_, scan| scan[12] = 62)), "not all coefficients");
    assert!(damaged(first(b"", |_, scan| scan[4] = 4)), "more components than are named");
    assert!(damaged(first(b"", |frame, _| frame[12] = 3)), "quantisation that is not defined");
    assert!(damaged(first(b"\xff\xd0\x00\x02", |_, _| {})), "a restart before any scan");
}
