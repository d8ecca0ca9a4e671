//! Broken and lying files: each costs itself and nothing else.

use crate::command::Scratch;
use crate::png::{Head, chunk};
use crate::support::{HANGS, MIB, computed, fails, good, items, peak, report, run, samples, with_good};
use crate::{jpeg, png};
use std::fs;

#[test]
fn scenario_1_a_file_without_bytes_fails_as_empty() {
    let scratch = with_good();
    scratch.file("in/empty.jpg", b"");
    fails(&scratch, &[], &[("empty.jpg", "read: empty file")]);
}

#[test]
fn scenario_3_what_claims_to_be_no_picture_is_passed_over_and_what_claims_fails() {
    let scratch = with_good();
    scratch.file("in/notes.txt", b"buy milk");
    scratch.file("in/film.mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2");
    scratch.file("in/phone", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    scratch.file("in/header.png", b"\x89PNG\r\n\x1a\nnonsense");
    scratch.file("in/text.jpg", b"404 not found");
    let failures = [
        ("phone", "read: unsupported: HEIC"),
        ("header.png", "read: truncated PNG"),
        ("text.jpg", "read: not a picture in any known format"),
    ];
    fails(&scratch, &[], &failures);
    assert_eq!(report(&scratch)["counts"]["skipped"], 2);
    let ran = scratch.run(&["in/notes.txt", "-o", "named"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.lines("in/notes.txt: read: not a picture in any known format").len(), 1, "{}", ran.stderr);
}

#[test]
fn scenario_4_a_truncated_jpeg_fails_or_is_kept_as_degraded_if_asked() {
    let scratch = with_good();
    let whole = fs::read(scratch.sized("whole.jpg", 7, 200, 150)).unwrap();
    scratch.file("in/half.jpg", &whole[..whole.len() / 2]);
    fails(&scratch, &[], &[("half.jpg", "decode: truncated JPEG")]);
    let ran = run(&scratch, &["--lenient"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let degraded: Vec<_> = items(&scratch).into_iter().filter(|item| item["degraded"] == true).collect();
    assert_eq!(degraded.len(), 1, "{degraded:?}");
    assert!(degraded[0]["in"].as_str().unwrap().ends_with("/in/half.jpg"));
    assert_eq!(report(&scratch)["totals"]["degraded"], 1);
}

#[test]
fn scenario_5_a_truncated_png_or_a_wrong_checksum_fails() {
    let scratch = with_good();
    let whole = good("png");
    scratch.file("in/half.png", &whole[..whole.len() / 2]);
    scratch.file("in/no-end.png", &whole[..whole.len() - 12]);
    let mut changed = whole;
    let at = changed.len() - 20;
    changed[at] ^= 1;
    scratch.file("in/changed.png", &changed);
    let failures = [
        ("half.png", "decode: truncated PNG"),
        ("no-end.png", "decode: truncated PNG"),
        ("changed.png", "decode: damaged PNG: CRC error"),
    ];
    fails(&scratch, &[], &failures);
}

#[test]
fn scenario_7_a_header_that_lies_about_its_size_is_refused_before_anything_is_allocated() {
    let scratch = with_good();
    scratch.file("in/large.jpg", &jpeg::sized(good("jpg"), 65535, 65535));
    let side = (1 << 31) - 1;
    scratch.file("in/huge.png", &png::file(&Head(side, side, 16, 6), &[], &png::zeros(100)));
    scratch.file("in/wide.png", &png::file(&Head(side, 1, 8, 0), &[], &png::zeros(100)));
    let failures = [
        ("large.jpg", "read: limit: number of pixels is 4294836225, at most 268000000 allowed"),
        ("huge.png", "read: limit: width in pixels is 2147483647, at most 1000000 allowed"),
        ("wide.png", "read: limit: width in pixels is 2147483647"),
    ];
    fails(&scratch, &[], &failures);
    assert!(peak(&scratch) < 100 * MIB, "{}", peak(&scratch));
}

#[test]
fn scenario_8_pixels_that_go_on_for_ever_cost_no_memory() {
    let scratch = with_good();
    scratch.file("in/bomb.png", &png::file(&Head(10, 10, 8, 2), &[], &png::zeros(2000 * MIB)));
    let ran = run(&scratch, &[]);
    assert!(peak(&scratch) < 100 * MIB, "{}", peak(&scratch));
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines("in/bomb.png: read: damaged PNG: it has ").len(), 1, "{}", ran.stderr);
}

#[test]
fn scenario_9_metadata_that_goes_on_for_ever_is_dropped_with_a_warning() {
    let bomb = png::zeros(500 * MIB);
    let packed = |name: &[u8; 4], head: &[u8]| chunk(name, &[head, &bomb].concat());
    let bombs = [
        packed(b"zTXt", b"Raw profile type exif\0\0"),
        packed(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0"),
        packed(b"iCCP", b"icc\0\0"),
    ];
    let scratch = with_good();
    for (number, bomb) in bombs.iter().enumerate() {
        let file = png::file(&Head(2, 1, 8, 0), std::slice::from_ref(bomb), &png::rows(&[&[1, 2]]));
        scratch.file(&format!("in/bomb{number}.png"), &file);
    }
    let ran = run(&scratch, &["--op", "none"]);
    assert!(peak(&scratch) < 100 * MIB, "{}", peak(&scratch));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("dropped"), "{}", ran.stderr);
    assert!(scratch.tree("out").iter().all(|(_, bytes)| bytes.len() < 10_000));
}

#[test]
fn scenario_10_a_hundred_thousand_chunks_or_markers_take_no_time() {
    let scratch = with_good();
    let texts = chunk(b"tEXt", b"Comment\0x").repeat(100_000);
    let words =
        chunk(b"zTXt", &[b"XML:com.adobe.xmp\0\0".as_slice(), &png::zeros(100)].concat()).repeat(100_000);
    for (name, chunks) in [("texts", texts), ("packed", words)] {
        let file = png::file(&Head(2, 1, 8, 0), &[chunks], &png::rows(&[&[1, 2]]));
        scratch.file(&format!("in/{name}.png"), &file);
    }
    for (name, marker) in [("application", 0xe5), ("profiles", 0xe2), ("comments", 0xfe)] {
        let body: &[u8] = if marker == 0xe2 { b"ICC_PROFILE\0\x01\xff" } else { b"" };
        let file = jpeg::with(&good("jpg"), &jpeg::segment(marker, body).repeat(100_000));
        scratch.file(&format!("in/{name}.jpg"), &file);
    }
    let ran = run(&scratch, &[]);
    assert!(computed(&scratch) < HANGS, "{} s", computed(&scratch));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 4 + 5);
}

#[test]
fn scenario_11_more_than_100_scans_are_refused_and_100_are_not() {
    let scratch = with_good();
    scratch.file("in/all.jpg", &jpeg::of_scans(128, 8));
    scratch.file("in/most.jpg", &jpeg::of_scans(100, 8));
    scratch.file("in/more.jpg", &jpeg::of_scans(101, 8));
    let reason = "decode: limit: number of scans is 101, at most 100 allowed; --max-scans raises it";
    fails(&scratch, &[], &[("all.jpg", reason), ("more.jpg", reason)]);
    assert_eq!(run(&scratch, &["--max-scans", "128"]).code, Some(0));
}

#[test]
fn scenario_18_a_palette_index_out_of_range_never_panics() {
    let scratch = with_good();
    let palette = chunk(b"PLTE", &[255, 0, 0]);
    scratch.file("in/index.png", &png::file(&Head(2, 1, 8, 3), &[palette], &png::rows(&[&[0, 200]])));
    let ran = run(&scratch, &["--op", "none"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.lines("in/index.png").is_empty(), "{}", ran.stderr);
    let png = &scratch.tree("out")["index.png"];
    assert_eq!(
        samples(png),
        [[255, 0, 0], [0, 0, 0]].concat(),
        "the color of an index that there is not is black"
    );
}

#[test]
fn scenario_20_kinds_of_jpeg_that_are_not_decoded_are_named() {
    let scratch = with_good();
    let good = good("jpg");
    let frame = jpeg::find(&good, 0xc0);
    let changed = |place: usize, value: u8| {
        let mut file = good.clone();
        file[place] = value;
        file
    };
    scratch.file("in/twelve.jpg", &changed(frame, 12));
    scratch.file("in/arithmetic.jpg", &changed(frame - 3, 0xc9));
    scratch.file("in/lossless.jpg", &changed(frame - 3, 0xc3));
    let failures = [
        ("twelve.jpg", "read: unsupported: JPEG, 12 bits per sample"),
        ("arithmetic.jpg", "read: unsupported: JPEG, arithmetic coding"),
        ("lossless.jpg", "read: unsupported: JPEG, lossless"),
    ];
    fails(&scratch, &[], &failures);
}

#[test]
fn scenario_21_a_height_of_0_fails_unless_it_is_given_behind_the_picture() {
    let scratch = with_good();
    let good = good("jpg");
    let unknown = jpeg::sized(good.clone(), 40, 0);
    scratch.file("in/unknown.jpg", &unknown);
    let (picture, end) = unknown.split_at(unknown.len() - 2);
    scratch.file("in/behind.jpg", &[picture, &jpeg::segment(0xdc, &[0, 30]), end].concat());
    fails(&scratch, &[], &[("unknown.jpg", "read: damaged JPEG: neither its header nor a DNL marker")]);
    let expected = Scratch::new();
    expected.file("in/good.jpg", &good);
    run(&expected, &[]);
    let size = |bytes: &[u8]| crate::command::decoded(bytes);
    assert_eq!(size(&scratch.tree("out")["behind.jpg"]), size(&expected.tree("out")["good.jpg"]));
}

#[test]
fn scenario_25_too_wide_for_a_jpeg_fails_when_it_is_written() {
    let scratch = with_good();
    scratch.file("in/wide.png", &png::file(&Head(65536, 1, 8, 0), &[], &png::zeros(65537)));
    fails(&scratch, &["--format", "jpeg"], &[("wide.png", "encode: cannot write as JPEG")]);
}

#[test]
fn scenario_66_and_67_a_tar_is_not_looked_into() {
    let scratch = with_good();
    let mut tar = b"../../escaped.jpg".to_vec();
    tar.resize(257, 0);
    tar.extend(b"ustar\x0000");
    tar.resize(1024, 0);
    scratch.file("in/shard.tar", &tar);
    assert_eq!(run(&scratch, &[]).code, Some(0));
    assert_eq!(report(&scratch)["counts"]["skipped"], 1);
    let ran = scratch.run(&["in/shard.tar", "-o", "named"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.lines("in/shard.tar: read: not a picture in any known format").len(), 1, "{}", ran.stderr);
}

#[test]
fn scenario_68_where_everything_is_corrupt_the_report_is_complete() {
    let scratch = Scratch::new();
    let picture = good("jpg");
    (0..250).for_each(|n| drop(scratch.file(&format!("in/{n:03}.jpg"), &picture[..picture.len() - 3 - n])));
    let ran = run(&scratch, &["--order", "input"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let report = report(&scratch);
    assert_eq!((&report["counts"]["failed"], &report["failures"]["total"]), (&250.into(), &250.into()));
    let kinds = report["failures"]["kinds"].as_array().unwrap();
    assert_eq!(kinds.iter().map(|kind| kind["count"].as_u64().unwrap()).sum::<u64>(), 250);
    assert_eq!(items(&scratch).len(), 250);
    assert_eq!(ran.lines("in/").len(), 250, "{}", ran.stderr);
}
