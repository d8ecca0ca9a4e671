//! What a later run makes of what an earlier one recorded: `--resume`, `--retry-failed`, `--redo`, the lock, the journal.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;

use command::Scratch;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

/// When each result was last replaced: a result that is written again is another file.
fn files(scratch: &Scratch) -> Vec<(String, u64, i64)> {
    let names = scratch.names("out");
    let seen = |name: String| {
        let found = fs::metadata(scratch.path().join("out").join(&name)).unwrap();
        (name, found.ino(), found.mtime_nsec())
    };
    names.into_iter().map(seen).collect()
}

/// Names of the results that differ between two looks.
fn replaced(before: &[(String, u64, i64)], now: &[(String, u64, i64)]) -> Vec<String> {
    now.iter().filter(|file| !before.contains(file)).map(|(name, ..)| name.clone()).collect()
}

/// The journal's lines, as JSON.
fn journal(scratch: &Scratch) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(scratch.path().join("out/.pipeline/journal")).unwrap();
    text.lines().map(|line| serde_json::from_str(&line[9..]).unwrap()).collect()
}

fn items(scratch: &Scratch) -> Vec<serde_json::Value> {
    journal(scratch).into_iter().filter_map(|line| line.get("item").cloned()).collect()
}

/// Moves the time of a file, as an editor would that keeps its size.
fn touch(path: &Path) {
    let later = fs::metadata(path).unwrap().modified().unwrap() + Duration::from_millis(20);
    fs::File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
}

fn some(count: u32) -> Scratch {
    let scratch = Scratch::new();
    (0..count).for_each(|n| drop(scratch.picture(&format!("in/{n}.png"), n)));
    scratch
}

#[test]
fn a_resumed_run_does_what_is_missing_or_changed_and_nothing_else() {
    let scratch = some(6);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    let before = files(&scratch);
    fs::remove_file(scratch.path().join("out/1.png")).unwrap();
    touch(&scratch.path().join("in/2.png"));
    scratch.sized("in/3.png", 9, 30, 20);
    fs::write(scratch.path().join("out/4.png"), "somebody else's").unwrap();
    scratch.picture("in/new.png", 7);
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 pictures done before and unchanged since"), "{}", ran.stderr);
    assert_eq!(replaced(&before, &files(&scratch)), ["1.png", "2.png", "3.png", "4.png", "new.png"]);
    let before = files(&scratch);
    assert_eq!(scratch.run(&["in/", "-o", "./out", "--resume"]).code, Some(0));
    assert_eq!(files(&scratch), before, "nothing was left to do, however the inputs are named");
    let clean = some(6);
    clean.sized("in/3.png", 9, 30, 20);
    clean.picture("in/new.png", 7);
    assert_eq!(clean.run(&["in", "-o", "out"]).code, Some(0));
    assert_eq!(scratch.tree("out"), clean.tree("out"));
}

#[test]
fn without_resume_everything_is_done_again() {
    let scratch = some(3);
    for _ in 0..2 {
        assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    }
    assert_eq!(items(&scratch).len(), 6);
    assert!(items(&scratch).iter().all(|item| item["is"] == "done"));
}

#[test]
fn a_record_says_what_happened_to_an_input() {
    let scratch = some(1);
    scratch.file("in/bad\n.jpg", b"\xff\xd8\xff\xe0 no picture");
    scratch.file("in/notes.txt", b"nothing says that this is a picture");
    assert_eq!(scratch.run(&["in", "-o", "out", "--journal-hash"]).code, Some(1));
    let mut found = items(&scratch);
    found.sort_by_key(|item| item["in"].to_string());
    let [done, failed, skipped] = &found[..] else { panic!("{found:?}") };
    assert!(done["in"].as_str().unwrap().ends_with("/in/0.png"), "an absolute path: {done}");
    assert_eq!((&done["is"], &done["out"]), (&"done".into(), &"0.png".into()));
    let size = fs::metadata(scratch.path().join("out/0.png")).unwrap().len();
    assert_eq!(done["out_is"]["size"], size);
    assert_eq!(done["out_is"]["sha256"].as_str().unwrap().len(), 64);
    assert!(done["input_is"]["sha256"].is_string() && done["ms"].is_u64() && done["at"].is_string());
    assert!(failed["in"].as_str().unwrap().ends_with("bad\\n.jpg"), "{failed}");
    assert_eq!(failed["is"], "failed");
    assert!(!failed["reason"].as_str().unwrap().is_empty() && failed["stage"].is_string());
    assert_eq!((&skipped["is"], &skipped["reason"]), (&"skipped".into(), &"not a picture".into()));
    let lines = journal(&scratch);
    assert!(lines[0]["run"]["settings"]["convert.ops"].is_string(), "{}", lines[0]);
    assert_eq!(lines.last().unwrap()["end"]["clean"], true);
}

#[test]
fn scenario_57_other_settings_are_refused_by_name_or_redone() {
    let scratch = some(3);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    let before = files(&scratch);
    let ran = scratch.run(&["in", "-o", "out", "--resume", "--gray", "pillow", "--readers", "3"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("convert.ops was `gray`, is `gray mode=pillow`"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("readers"), "{}", ran.stderr);
    assert_eq!(files(&scratch), before);
    let ran = scratch.run(&["in", "-o", "out", "--resume", "--redo", "--gray", "pillow"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(replaced(&before, &files(&scratch)).len(), 3);
    let before = files(&scratch);
    assert_eq!(scratch.run(&["in", "-o", "out", "--resume", "--gray", "pillow"]).code, Some(0));
    assert_eq!(files(&scratch), before);
}

#[test]
fn what_failed_is_named_again_and_tried_again_only_when_asked_or_changed() {
    let scratch = some(2);
    let bad = scratch.file("in/bad.png", b"\x89PNG\r\n\x1a\nnonsense");
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(1));
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let line = ran.lines("in/bad.png: read: failed before (read: ");
    assert!(line.len() == 1 && line[0].contains("--retry-failed"), "{}", ran.stderr);
    let ran = scratch.run(&["in", "-o", "out", "--retry-failed"]);
    assert_eq!(
        (ran.code, ran.lines("in/bad.png: read: failed before").len()),
        (Some(1), 0),
        "{}",
        ran.stderr
    );
    fs::copy(scratch.path().join("in/0.png"), bad).unwrap();
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 3);
}

#[test]
fn the_first_of_two_inputs_keeps_its_result_when_resumed() {
    let scratch = Scratch::new();
    scratch.picture("in/a.jpg", 1);
    scratch.picture("in/a.png", 2);
    let args = ["in", "-o", "out", "--format", "png"];
    assert_eq!(scratch.run(&args).code, Some(1));
    let expected = scratch.tree("out");
    let ran = scratch.run(&["in", "-o", "out", "--format", "png", "--resume"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines("in/a.png: decode: its output a.png is also that of in/a.jpg").len(), 1);
    assert_eq!(scratch.tree("out"), expected);
}

#[test]
fn in_a_directory_of_somebody_else_only_our_own_results_are_replaced() {
    let scratch = some(3);
    scratch.file("out/theirs.txt", b"precious");
    scratch.file("out/2.png", b"precious too");
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(1));
    scratch.sized("in/0.png", 9, 30, 20);
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines("in/2.png: decode: output 2.png exists").len(), 1, "{}", ran.stderr);
    let tree = scratch.tree("out");
    assert_eq!((&*tree["2.png"], &*tree["theirs.txt"]), (&b"precious too"[..], &b"precious"[..]));
    assert_eq!(command::decoded(&tree["0.png"]).0, 30);
}

#[test]
fn with_hashes_a_new_time_changes_nothing_and_a_new_byte_does() {
    let scratch = some(3);
    let args = ["in", "-o", "out", "--resume", "--journal-hash"];
    let ran = scratch.run(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing to resume"), "{}", ran.stderr);
    for name in ["in/0.png", "out/0.png"] {
        touch(&scratch.path().join(name));
    }
    let result = scratch.path().join("out/1.png");
    let mut bytes = fs::read(&result).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&result, bytes).unwrap();
    let before = files(&scratch);
    assert_eq!(scratch.run(&args).code, Some(0));
    assert_eq!(replaced(&before, &files(&scratch)), ["1.png"]);
}

#[test]
fn scenario_58_the_second_run_into_one_output_is_refused() {
    let scratch = some(1);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    let before = files(&scratch);
    let lock = fs::File::options().write(true).open(scratch.path().join("out/.pipeline/lock")).unwrap();
    lock.lock().unwrap();
    let ran = scratch.run(&["in", "-o", "out"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("output out: process ") && ran.stderr.contains(" since 2"), "{}", ran.stderr);
    assert_eq!(files(&scratch), before);
    drop(lock);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
}

#[test]
fn scenario_56_a_torn_journal_is_cut_and_the_run_goes_on() {
    let scratch = some(5);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    let path = scratch.path().join("out/.pipeline/journal");
    let mut bytes = fs::read(&path).unwrap();
    let tail = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(2).unwrap().0 + 20;
    bytes.truncate(tail);
    fs::write(&path, bytes).unwrap();
    fs::write(scratch.path().join("out/.pipeline-0123abcd.tmp"), "half").unwrap();
    let before = files(&scratch);
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("bytes of the journal were not whole"), "{}", ran.stderr);
    assert!(ran.stderr.contains("removed 1 unfinished file"), "{}", ran.stderr);
    assert_eq!(replaced(&before, &files(&scratch)).len(), 3, "two of five were recorded whole");
    assert_eq!(scratch.names("out").len(), 5);
}

#[test]
fn a_dry_run_says_what_a_resumed_run_would_do() {
    let scratch = some(3);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    fs::remove_file(scratch.path().join("out/1.png")).unwrap();
    let ran = scratch.run(&["in", "-o", "out", "--resume", "--dry-run"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "in/1.png -> out/1.png\n"), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 2);
}

#[test]
fn in_place_there_is_nothing_to_resume() {
    let scratch = some(1);
    let ran = scratch.run(&["--in-place", "in", "--resume"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("in place nothing is journaled"), "{}", ran.stderr);
    assert_eq!(scratch.run(&["--in-place", "in"]).code, Some(0));
    assert_eq!(scratch.names("in"), ["0.png"]);
    assert!(!scratch.path().join("in/.pipeline").exists());
}

#[test]
fn in_place_what_a_killed_run_left_unfinished_is_removed_by_the_next() {
    let scratch = some(2);
    fs::write(scratch.path().join("in/.pipeline-beside-0123abcd.tmp"), "half").unwrap();
    assert_eq!(scratch.run(&["--in-place", "in"]).code, Some(0));
    assert_eq!(scratch.names("in"), ["0.png", "1.png"]);
}
