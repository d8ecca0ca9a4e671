//! The whole command on real files: what lands where, what is said, how it ends.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]

#[path = "common/command.rs"]
mod command;

use command::{Scratch, decoded};
use std::fs;
use std::io::Write;
use std::process::Stdio;

#[test]
fn a_directory_is_mirrored_and_every_result_is_gray() {
    let scratch = Scratch::new();
    for (seed, name) in ["in/a.jpg", "in/b/c.png", "in/b/d.JPEG", "in/b/e/f.bmp"].iter().enumerate() {
        scratch.sized(name, seed as u32, 40 + seed as u32, 30);
    }
    let ran = scratch.run(&["--readers", "2", "--converters", "8", "--writers", "2", "in", "-o", "out"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("out"), ["a.jpg", "b/c.png", "b/d.JPEG", "b/e/f.bmp"]);
    for (seed, (name, bytes)) in scratch.tree("out").iter().enumerate() {
        // A gray BMP is one with a palette of grays, which decodes as colours.
        assert_eq!(decoded(bytes), (40 + seed as u32, 30, !name.ends_with(".bmp")));
    }
    assert_eq!(ran.stdout, "", "nothing but results on stdout");
    assert!(ran.stderr.contains("4 pictures"), "{}", ran.stderr);
}

#[test]
fn a_bad_picture_never_ends_the_run_and_is_named() {
    let scratch = Scratch::new();
    (0..20).for_each(|n| drop(scratch.picture(&format!("in/{n:02}.jpg"), n)));
    scratch.file("in/05b.jpg", b"");
    scratch.file("in/06b.png", b"\x89PNG\r\n\x1a\nnonsense");
    let half = fs::read(scratch.sized("whole.jpg", 7, 200, 150)).unwrap();
    scratch.file("in/07b.jpg", &half[..half.len() / 2]);
    scratch.file("in/notes.txt", b"not a picture, and nothing says it is one");
    let ran = scratch.run(&["in", "-o", "out"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.lines("in/05b.jpg: read: empty file").len(), 1, "{}", ran.stderr);
    assert_eq!(ran.lines("in/06b.png: read: ").len(), 1, "{}", ran.stderr);
    assert_eq!(ran.lines("in/07b.jpg: decode: ").len(), 1, "{}", ran.stderr);
    assert_eq!(ran.lines("in/notes.txt").len(), 0, "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 20, "no file under its final name, no temporary");
}

#[test]
fn what_does_not_exist_is_told_at_once_and_nothing_is_written() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    let ran = scratch.run(&["in", "nowhere", "neither", "-o", "out"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("nowhere: ") && ran.stderr.contains("neither: "), "{}", ran.stderr);
    assert!(!scratch.path().join("out").exists());
}

#[test]
fn a_pattern_without_a_match_and_a_list_that_is_a_directory_are_told_before_anything_is_written() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    let ran = scratch.run(&["in", "in/*.tiff", "-o", "out"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("in/*.tiff: no file matches this pattern"), "{}", ran.stderr);
    let ran = scratch.run(&["in", "--files-from", "in", "-o", "out"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot read the list in: is a directory"), "{}", ran.stderr);
    assert!(!scratch.path().join("out").exists());
    assert_eq!(scratch.run(&["in/*.jpg", "-o", "out"]).code, Some(0));
}

#[test]
fn in_place_a_path_may_go_through_the_directory_above() {
    let scratch = Scratch::new();
    scratch.picture("z.png", 1);
    scratch.picture("ip/1.png", 2);
    let mut command = scratch.command(&["--in-place", "../z.png", "../ip/../ip/1.png"]);
    let ran: command::Ran = command.current_dir(scratch.path().join("ip")).output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names(""), ["ip/1.png", "z.png"]);
    assert!(scratch.tree("").values().all(|bytes| decoded(bytes).2));
}

#[test]
fn of_two_inputs_with_one_output_the_first_has_it_and_the_other_fails_by_name() {
    let scratch = Scratch::new();
    let first = scratch.picture("in/a.jpg", 1);
    scratch.picture("in/a.png", 2);
    scratch.picture("in/b.jpg", 3);
    scratch.run(&[first.to_str().unwrap(), "-o", "alone", "--format", "png", "--base", "in"]);
    let expected = scratch.tree("alone")["a.png"].clone();
    for attempt in 0..5 {
        let out = format!("out{attempt}");
        let ran = scratch.run(&["in", "-o", &out, "--format", "png", "--readers", "4"]);
        assert_eq!(ran.code, Some(1));
        let line = ran.lines("in/a.png: decode: its output a.png is also that of in/a.jpg");
        assert_eq!(line.len(), 1, "{}", ran.stderr);
        assert_eq!(scratch.names(&out), ["a.png", "b.png"]);
        assert_eq!(scratch.tree(&out)["a.png"], expected);
    }
}

#[test]
fn an_input_that_was_given_twice_is_told_as_that() {
    let scratch = Scratch::new();
    scratch.picture("a.jpg", 1);
    let ran = scratch.run(&["a.jpg", "./a.jpg", "-o", "out"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.lines("./a.jpg: decode: given twice; it is converted once, to a.jpg").len(),
        1,
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.names("out"), ["a.jpg"]);
}

#[test]
fn an_existing_file_is_replaced_only_where_an_earlier_run_made_the_directory() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    scratch.file("mine/a.jpg", b"precious");
    for _ in 0..2 {
        let ran = scratch.run(&["in", "-o", "mine"]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("output a.jpg exists"), "{}", ran.stderr);
        assert_eq!(scratch.tree("mine")["a.jpg"], b"precious");
    }
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    scratch.file("out/a.jpg", b"old");
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    assert_ne!(scratch.tree("out")["a.jpg"], b"old");
}

#[test]
fn existing_files_are_skipped_or_overwritten_when_asked() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    scratch.picture("in/b.jpg", 1);
    scratch.file("out/a.jpg", b"old");
    let ran = scratch.run(&["in", "-o", "out", "--existing", "skip"]);
    assert_eq!((ran.code, &*scratch.tree("out")["a.jpg"]), (Some(0), &b"old"[..]));
    assert!(ran.stderr.contains("1 skipped"), "{}", ran.stderr);
    assert_eq!(scratch.run(&["in", "-o", "out", "--existing", "overwrite"]).code, Some(0));
    assert_ne!(scratch.tree("out")["a.jpg"], b"old");
}

#[test]
fn the_input_directory_is_no_output_unless_in_place() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    let before = scratch.tree("in");
    let ran = scratch.run(&["in", "-o", "in/../in"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--in-place"), "{}", ran.stderr);
    assert_eq!(scratch.tree("in"), before);
    assert_eq!(scratch.run(&["in", "--in-place"]).code, Some(0));
    assert!(decoded(&scratch.tree("in")["a.png"]).2);
}

#[test]
fn an_output_inside_the_input_is_not_walked() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    for _ in 0..3 {
        assert_eq!(scratch.run(&["in", "-o", "in/out"]).code, Some(0));
    }
    assert_eq!(scratch.names("in"), ["a.png", "out/a.png"]);
}

#[test]
fn a_dry_run_lists_what_would_be_done_in_order_and_writes_nothing() {
    let scratch = Scratch::new();
    (0..10).for_each(|n| drop(scratch.picture(&format!("in/{n}.jpg"), n)));
    let ran = scratch.run(&["in", "-o", "out", "--dry-run", "--format", "png"]);
    let expected: String = (0..10).map(|n| format!("in/{n}.jpg -> out/{n}.png\n")).collect();
    assert_eq!((ran.code, ran.stdout), (Some(0), expected));
    assert!(!scratch.path().join("out").exists());
    let ran = scratch.run(&["in/0.jpg", "-o", "out", "--dry-run", "--explain-plan", "--gray", "opencv"]);
    assert_eq!(ran.stdout, "in/0.jpg -> out/in/0.jpg  [decode jpg → gray mode=opencv → jpg]\n");
}

#[test]
fn lists_come_from_stdin_and_files_separated_by_newlines_or_nul() {
    let scratch = Scratch::new();
    for name in ["a.jpg", "b/c d.jpg"] {
        scratch.picture(name, 1);
    }
    let mut child = scratch.command(&["-", "-0", "-o", "out"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a.jpg\0b/c d.jpg\0").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(scratch.names("out"), ["a.jpg", "b/c d.jpg"]);
    scratch.file("list.txt", b"./b/c d.jpg\nmissing.jpg\n");
    let ran = scratch.run(&["--files-from", "list.txt", "-o", "out2"]);
    assert_eq!((ran.code, scratch.names("out2")), (Some(1), vec!["b/c d.jpg".to_owned()]));
    assert_eq!(ran.lines("missing.jpg: read: ").len(), 1, "{}", ran.stderr);
}

#[test]
fn stopping_at_an_error_stops_and_says_so() {
    let scratch = Scratch::new();
    scratch.file("in/0.jpg", b"");
    (1..300).for_each(|n| drop(scratch.picture(&format!("in/{n:03}.jpg"), n)));
    let ran = scratch.run(&["in", "-o", "out", "--on-error", "stop", "--readers", "1"]);
    assert_eq!(ran.code, Some(1));
    assert!(scratch.names("out").len() < 299);
    let ran = scratch.run(&["in", "-o", "out2", "--max-failures", "1"]);
    assert_eq!((ran.code, scratch.names("out2").len()), (Some(1), 299));
}

#[test]
fn a_budget_smaller_than_any_picture_still_gets_all_done() {
    let scratch = Scratch::new();
    (0..30).for_each(|n| drop(scratch.picture(&format!("in/{n}.png"), n)));
    for order in ["input", "completion"] {
        let ran = scratch.run(&["in", "-o", order, "--memory", "1000", "--order", order]);
        assert_eq!((ran.code, scratch.names(order).len()), (Some(0), 30), "{}", ran.stderr);
    }
}

#[test]
fn without_input_and_config_the_sample_set_is_converted_and_that_is_said() {
    let scratch = Scratch::new();
    let ran = scratch.run(&["--readers", "2", "--converters", "8", "--writers", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("built-in sample pictures"), "{}", ran.stderr);
    let (sample, out) = (scratch.names("pipeline-sample"), scratch.names("pipeline-out"));
    assert_eq!((sample.len(), sample), (36, out));
}

#[test]
fn the_sample_set_is_not_written_into_what_somebody_else_made() {
    let scratch = Scratch::new();
    scratch.file("pipeline-sample/mine.txt", b"precious");
    let ran = scratch.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("pipeline-sample is a directory that this program did not make"),
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.names(""), ["pipeline-sample/mine.txt"]);
}

#[test]
fn settings_come_from_the_config_file_and_its_paths_are_relative_to_it() {
    let scratch = Scratch::new();
    scratch.picture("project/photos/a.jpg", 1);
    let config = "input = [\"photos/\"]\noutput = \"gray/\"\n[encode]\nformat = \"png\"\n";
    scratch.file("project/pipeline.toml", config.as_bytes());
    let ran = scratch.run(&["-c", "project/pipeline.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("project/gray"), ["a.png"]);
}

#[test]
fn progress_and_report_as_json_are_json() {
    let scratch = Scratch::new();
    (0..5).for_each(|n| drop(scratch.picture(&format!("in/{n}.jpg"), n)));
    scratch.file("in/x.jpg", b"");
    let ran = scratch.run(&["in", "-o", "out", "--progress", "json", "--report", "report.json"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!lines.is_empty(), "{}", ran.stderr);
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let text = fs::read_to_string(scratch.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(text.contains("\"decode\""), "{report}");
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_work() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    let ran = scratch.run(&["in", "-o", "out", "--report", "nowhere/r.json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot write the report nowhere/r.json: "), "{}", ran.stderr);
    assert!(!scratch.path().join("out").exists());
    assert_eq!(scratch.run(&["in", "-o", "out", "--report", "out/r.json"]).code, Some(0));
    assert_eq!(scratch.names("out"), ["a.jpg", "r.json"]);
}

#[test]
fn a_report_that_was_lost_on_the_way_is_worse_than_a_failed_picture() {
    let scratch = Scratch::new();
    scratch.file("in/a.jpg", b"");
    // The output is at first no directory to check; then the report's name is taken by one that a picture needs.
    scratch.picture("in/r.json/b.jpg", 1);
    let ran = scratch.run(&["in", "-o", "out", "--report", "out/r.json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(scratch.names("out"), ["r.json/b.jpg"]);
}

#[test]
fn a_dry_run_that_cannot_be_shown_says_why() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: there is no /dev/full here");
        return;
    };
    let mut command = scratch.command(&["in", "-o", "out", "--dry-run"]);
    let ran: command::Ran = command.stdout(full).output().unwrap().into();
    assert_eq!(ran.code, Some(3));
    assert_eq!(ran.lines("pipeline: cannot write to stdout: ").len(), 1, "{}", ran.stderr);
}

#[test]
fn closed_streams_neither_panic_nor_change_the_exit_code() {
    let scratch = Scratch::new();
    (0..30).for_each(|n| drop(scratch.picture(&format!("in/{n}.jpg"), n)));
    scratch.file("in/bad.jpg", b"");
    let mut child = scratch.command(&["in", "-o", "out", "-v"]).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(scratch.names("out").len(), 30);
}

#[test]
fn odd_names_are_kept_on_disk_and_escaped_in_messages() {
    let scratch = Scratch::new();
    scratch.picture("in/good.jpg", 1);
    let source = scratch.path().join("in/good.jpg");
    fs::copy(&source, scratch.path().join("in/new\nline\u{1b}[31m.jpg")).unwrap();
    scratch.file("in/bad\u{1b}[31m.jpg", b"");
    let ran = scratch.run(&["in", "-o", "out"]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(scratch.names("out"), ["good.jpg", "new\nline\u{1b}[31m.jpg"]);
    assert!(!ran.stderr.contains('\u{1b}') && ran.stderr.contains("bad\\"), "{}", ran.stderr);
}

#[test]
fn an_empty_directory_is_no_error() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path().join("in")).unwrap();
    let ran = scratch.run(&["in", "-o", "out"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("0 pictures"), "{}", ran.stderr);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::process::Command;
    use std::time::Duration;

    fn signal(child: &std::process::Child, name: &str) {
        assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
    }

    #[test]
    fn ctrl_c_drains_prints_the_summary_and_leaves_only_whole_files() {
        for (name, code) in [("-INT", 130), ("-TERM", 143)] {
            let scratch = Scratch::new();
            let picture = fs::read(scratch.sized("one.png", 1, 500, 400)).unwrap();
            (0..2000).for_each(|n| drop(scratch.file(&format!("in/{n}.png"), &picture)));
            let child = scratch.command(&["in", "-o", "out", "--effort", "balanced"]).spawn().unwrap();
            while scratch.names("out").is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
            signal(&child, name);
            let ran: command::Ran = child.wait_with_output().unwrap().into();
            assert_eq!(ran.code, Some(code), "{}", ran.stderr);
            assert!(ran.stderr.contains("finishing") && ran.stderr.contains("encode"), "{}", ran.stderr);
            let out = scratch.tree("out");
            assert!(out.len() < 2000, "it was interrupted");
            assert!(out.iter().all(|(name, bytes)| name.ends_with(".png") && decoded(bytes).2));
        }
    }

    #[test]
    fn a_full_disk_stops_the_run_with_3_and_leaves_only_whole_files() {
        let scratch = Scratch::new();
        let out = scratch.path().join("out");
        fs::create_dir(&out).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(&out)
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: a file system that fills up can only be mounted by root"
            );
            return;
        }
        let picture = fs::read(scratch.sized("one.png", 1, 300, 200)).unwrap();
        (0..200).for_each(|n| drop(scratch.file(&format!("in/{n}.png"), &picture)));
        let ran = scratch.run(&["in", "-o", "out"]);
        let files = scratch.tree("out");
        assert!(Command::new("umount").arg(&out).status().unwrap().success());
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(!files.is_empty() && files.len() < 200, "{}", files.len());
        assert!(files.iter().all(|(name, bytes)| name.ends_with(".png") && decoded(bytes).2));
    }
}

/// `y.jpg` becomes `y.png`, which is an input too: whichever is read first, it must not be lost.
#[test]
fn in_place_replaces_no_other_input_whatever_is_asked_for() {
    for existing in ["auto", "overwrite", "skip", "fail"] {
        let scratch = Scratch::new();
        scratch.sized("in/y.jpg", 1, 30, 20);
        scratch.sized("in/y.png", 2, 50, 40);
        let ran = scratch.run(&["--in-place", "--existing", existing, "--format", "png", "in"]);
        assert_eq!(decoded(&scratch.tree("in")["y.png"]).0, 50, "{existing}: {}", ran.stderr);
        assert_eq!(scratch.names("in"), ["y.jpg", "y.png"]);
    }
}

#[test]
fn a_result_says_when_its_input_was_modified_only_if_asked() {
    let scratch = Scratch::new();
    let input = scratch.picture("in/a.png", 1);
    let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&input).unwrap().set_modified(then).unwrap();
    for (args, kept) in [(&["in", "-o", "out"][..], false), (&["in", "-o", "dated", "--keep-mtime"], true)] {
        assert_eq!(scratch.run(args).code, Some(0));
        let output = scratch.path().join(args[2]).join("a.png");
        assert_eq!(fs::metadata(output).unwrap().modified().unwrap() == then, kept, "{args:?}");
    }
    assert_eq!(scratch.run(&["in", "--in-place", "--keep-mtime"]).code, Some(0));
    assert_eq!(fs::metadata(input).unwrap().modified().unwrap(), then);
}

#[test]
fn only_the_metadata_that_is_asked_for_goes_along() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    assert_eq!(scratch.run(&["in", "-o", "wide", "--op", "color assign=adobe-rgb"]).code, Some(0));
    let has_profile = |directory: &str| {
        let bytes = fs::read(scratch.path().join(directory).join("a.png")).unwrap();
        bytes.windows(4).any(|name| name == b"iCCP")
    };
    for (metadata, kept) in [("keep", true), ("icc", true), ("exif,xmp", false), ("strip", false)] {
        let ran = scratch.run(&["wide", "-o", metadata, "--op", "none", "--metadata", metadata]);
        assert_eq!((ran.code, has_profile(metadata)), (Some(0), kept), "{metadata}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("its colors are not those of sRGB"), !kept, "{}", ran.stderr);
    }
    let ran = scratch.run(&["wide", "-o", "srgb", "--op", "color srgb", "--metadata", "strip"]);
    assert!(ran.code == Some(0) && !ran.stderr.contains("not those of sRGB"), "{}", ran.stderr);
    let ran = scratch.run(&["wide", "-o", "x", "--metadata", "icc,gps"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("\"gps\""), "{}", ran.stderr);
}

#[test]
fn jpegs_become_gray_jpegs_without_loss_and_the_report_counts_every_path() {
    use pipeline_stages::{DecodeMode, Decoder, Limits, probe};
    let luma = |bytes: &[u8]| {
        let header = probe(bytes, &Limits::default()).unwrap();
        let decoded = Decoder::new(Limits::default()).decode(bytes, &header, DecodeMode::Luma).unwrap();
        (header.color, decoded.image.samples().clone())
    };
    let scratch = Scratch::new();
    (0..3).for_each(|n| drop(scratch.picture(&format!("in/{n}.jpg"), n)));
    scratch.picture("in/a.png", 4);
    let ran = scratch.run(&["in", "-o", "out", "--report", "report.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.lines("paths: 3 luma lossless, 1 full decode").len(), 1, "{}", ran.stderr);
    let text = fs::read_to_string(scratch.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let paths = serde_json::json!({ "luma_lossless": 3, "luma_plane": 0, "full_decode": 1 });
    assert_eq!(report["totals"]["paths"], paths);
    let (before, after) = (scratch.tree("in"), scratch.tree("out"));
    for n in 0..3 {
        let name = format!("{n}.jpg");
        let (color, samples) = luma(&after[&name]);
        assert_eq!((color.is_gray(), samples), (true, luma(&before[&name]).1));
    }
    let ran = scratch.run(&["in/0.jpg", "-o", "other", "--quality", "80", "--dry-run", "--explain-plan"]);
    assert!(ran.stdout.ends_with("[decode luma plane → jpg]\n"), "{}", ran.stdout);
}
