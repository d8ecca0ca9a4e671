//! `pipeline tune`: what it writes is what a run can use, and it leaves nothing else behind.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "a panic here is a failed test")]

#[path = "common/command.rs"]
mod command;

use command::{Ran, Scratch};
use std::fs;
use std::io::Write;
use std::process::Stdio;

fn pictures() -> Scratch {
    let scratch = Scratch::new();
    (0..12).for_each(|n| drop(scratch.sized(&format!("in/{n:02}.jpg"), n, 200, 150)));
    scratch
}

/// All names in the scratch directory, files and directories.
fn left(scratch: &Scratch) -> Vec<String> {
    let entries = fs::read_dir(scratch.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_file_says_how_many_workers_and_why_and_a_run_can_use_it() {
    let scratch = pictures();
    let tune = ["tune", "in", "-o", "pipeline.toml", "--output", "gray", "--format", "png", "--seconds", "2"];
    let ran = scratch.run(&tune);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    assert_eq!(left(&scratch), ["in", "pipeline.toml"], "results of measuring are gone");
    let text = fs::read_to_string(scratch.path().join("pipeline.toml")).unwrap();
    assert!(text.contains("input = [\"in\"]\noutput = \"gray\"\n"), "{text}");
    assert!(text.contains("format = \"png\"\n") && text.contains("pictures/s with these numbers"), "{text}");
    for section in ["read", "decode", "convert", "encode", "write"] {
        let below = text.split_once(&format!("[{section}]\n")).unwrap().1;
        let lines: Vec<&str> = below.lines().take_while(|line| !line.starts_with('[')).collect();
        assert!(lines.iter().any(|line| line.starts_with("# busy ")), "{section}: {text}");
        let workers = lines.iter().find_map(|line| line.strip_prefix("workers = ")).unwrap();
        assert!(workers.parse::<usize>().unwrap() >= 1, "{text}");
    }
    let ran = scratch.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("gray").len(), 12);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}

#[test]
fn without_a_file_it_goes_to_stdout_and_what_was_given_stays_as_it_was() {
    let scratch = pictures();
    let ran = scratch.run(&["tune", "in", "--readers", "3", "--seconds", "2", "-q"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("[read]\nworkers = 3\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("[write]\n# busy "), "{}", ran.stdout);
    assert_eq!(left(&scratch), ["in"]);
}

#[test]
fn a_file_in_another_directory_names_where_the_paths_are() {
    let scratch = pictures();
    fs::create_dir(scratch.path().join("settings")).unwrap();
    let ran = scratch.run(&["tune", "in", "-o", "settings/gray.toml", "--seconds", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = scratch.run(&["-c", "settings/gray.toml"]);
    assert_eq!((ran.code, scratch.names("pipeline-out").len()), (Some(0), 12), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_measured_is_told_before_anything_is_made() {
    let scratch = pictures();
    scratch.file("mine.toml", b"# mine\n");
    let refused = |args: &[&str], message: &str| {
        let ran = scratch.run(args);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert_eq!(left(&scratch), ["in", "mine.toml"]);
    };
    refused(&["tune", "in", "-o", "mine.toml"], "mine.toml exists and was left alone");
    refused(&["tune"], "nothing to measure; name INPUT");
    refused(&["tune", "nowhere"], "nowhere");
    refused(&["tune", "in", "--seconds", "0"], "--seconds");
    let all = ["--readers", "--decoders", "--converters", "--encoders", "--writers"];
    let fixed: Vec<&str> =
        ["tune", "in"].into_iter().chain(all.iter().flat_map(|flag| [*flag, "1"])).collect();
    refused(&fixed, "every stage has a fixed number");
    assert_eq!(fs::read(scratch.path().join("mine.toml")).unwrap(), b"# mine\n");
}

#[test]
fn a_list_on_stdin_can_be_read_only_once_and_is_refused() {
    let scratch = pictures();
    let mut running =
        scratch.command(&["tune", "-", "--seconds", "2"]).stdin(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"in/00.jpg\n").unwrap();
    let ran: Ran = running.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--files-from"), "{}", ran.stderr);
}

#[test]
fn where_every_picture_fails_nothing_is_said_about_workers() {
    let scratch = Scratch::new();
    scratch.file("in/a.jpg", b"\xff\xd8\xff\xe0 nonsense");
    let ran = scratch.run(&["tune", "in", "--seconds", "2"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("every picture failed"), "{}", ran.stderr);
    assert_eq!(left(&scratch), ["in"]);
}

#[test]
fn the_report_lists_what_the_engine_decided() {
    let scratch = pictures();
    let ran = scratch.run(&["in", "-o", "out", "--report", "r.json", "--elastic", "off"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = fs::read_to_string(scratch.path().join("r.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["decisions"], serde_json::json!([]));
}
