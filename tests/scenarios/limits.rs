//! Every limit: what exceeds it fails by its name, with its value and the flag that raises it, at no cost.

use crate::command::Scratch;
use crate::png::{Head, chunk};
use crate::support::{HANGS, MIB, computed, fails, good, peak, run, with_good};
use crate::{jpeg, png};

#[test]
fn every_limit_names_itself_its_value_and_its_flag() {
    let scratch = Scratch::new();
    scratch.file("in/a.jpg", &good("jpg"));
    scratch.file("in/b.png", &good("png"));
    let bytes = good("jpg").len();
    let cases = [
        ("--max-pixels", "1199", "limit: number of pixels is 1200, at most 1199 allowed".to_owned()),
        ("--max-width", "39", "limit: width in pixels is 40, at most 39 allowed".to_owned()),
        ("--max-height", "29", "limit: height in pixels is 30, at most 29 allowed".to_owned()),
        ("--max-decoded", "3599", "limit: decoded picture in bytes is 3600, at most 3599 allowed".to_owned()),
        (
            "--max-work",
            "1199",
            "limit: decoding work in pixels × scans is 1200, at most 1199 allowed".to_owned(),
        ),
        ("--max-file", "100", format!("limit: file size in bytes is {bytes}, at most 100 allowed")),
    ];
    for (flag, most, reason) in cases {
        let ran = run(&scratch, &[flag, most]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let line = format!("in/a.jpg: read: {reason}; {flag} raises it");
        assert_eq!(ran.lines(&line).len(), 1, "{line}\n{}", ran.stderr);
        assert_eq!(ran.lines("in/b.png: read: limit: ").len(), 1, "{}", ran.stderr);
    }
    assert_eq!(run(&scratch, &[]).code, Some(0));
}

#[test]
fn what_an_op_makes_is_limited_too() {
    let scratch = with_good();
    let ran = run(&scratch, &["--op", "resize 900000x900000 fit=fill"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("limit: number of pixels is 810000000000").count(), 4, "{}", ran.stderr);
}

#[test]
fn frames_and_metadata_have_limits() {
    let scratch = with_good();
    let frames = [chunk(b"acTL", &[0; 8]), chunk(b"fcTL", &[0; 26]).repeat(3)];
    scratch.file("in/frames.png", &png::file(&Head(2, 1, 8, 0), &frames, &png::rows(&[&[7, 9]])));
    let reason = "read: limit: number of frames is 3, at most 2 allowed; --max-frames raises it";
    fails(&scratch, &["--max-frames", "2"], &[("frames.png", reason)]);
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), &[b' '; 3000]].concat();
    scratch.file("in/xmp.jpg", &jpeg::with(&good("jpg"), &jpeg::segment(0xe1, &xmp)));
    let ran = run(&scratch, &["--max-metadata", "1000"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("in/xmp.jpg: warning: metadata beyond 1000 bytes was dropped"),
        "{}",
        ran.stderr
    );
}

#[test]
fn scenario_28_many_scans_over_many_pixels_are_refused_at_once() {
    let scratch = with_good();
    // A quarter of a gigapixel, sixty times over: minutes, for half a megabyte.
    scratch.file("in/slow.jpg", &jpeg::of_scans(60, 16_000));
    let reason = "decode: limit: decoding work in pixels × scans is 4096000000, at most 4000000000 allowed";
    fails(&scratch, &[], &[("slow.jpg", reason)]);
    assert!(computed(&scratch) < HANGS, "{} s", computed(&scratch));
    assert!(peak(&scratch) < 100 * MIB, "{}", peak(&scratch));
    let small = Scratch::new();
    small.file("in/scans.jpg", &jpeg::of_scans(60, 8));
    let reason = "decode: limit: decoding work in pixels × scans is 3840, at most 3839 allowed";
    fails(&small, &["--max-work", "3839"], &[("scans.jpg", reason)]);
    assert_eq!(run(&small, &["--max-work", "3840"]).code, Some(0), "8×8 pixels, 60 scans");
}

#[test]
fn formats_that_are_not_allowed_are_refused_by_content_and_by_name() {
    let scratch = with_good();
    scratch.file("in/named.jpg", &good("png"));
    scratch.file("in/good.bmp", &good("bmp"));
    scratch.file("in/really.png", &good("jpg"));
    let end = "is not among the formats that are allowed (jpg, webp); --allow takes a list of them";
    let (png, bmp) = (format!("read: refused: PNG {end}"), format!("read: refused: BMP {end}"));
    let failures = [("named.jpg", png.as_str()), ("good.bmp", bmp.as_str())];
    fails(&scratch, &["--allow", "webp,jpeg"], &failures);
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(0), "a refusal by limits is tried again: {}", ran.stderr);
    assert_eq!(scratch.run(&["in", "-o", "out", "--allow", "heic"]).code, Some(2));
}

#[test]
fn the_policy_can_be_printed() {
    let scratch = Scratch::new();
    let ran = scratch.run(&["config", "show"]);
    let table = ran.stdout.split("[limits]").nth(1).unwrap().split("\n[").next().unwrap();
    let keys = ["memory", "allow", "max-pixels", "max-width", "max-height", "max-file", "max-decoded"];
    for key in keys.iter().chain(&["max-metadata", "max-scans", "max-frames", "max-work", "max-failures"]) {
        assert!(table.contains(&format!("\n{key} = ")), "{key}\n{table}");
    }
}
