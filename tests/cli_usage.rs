//! The command line, from the outside: what is an input, what a command; exit codes; streams that are closed.
#![cfg(feature = "cli")]
// Helpers of tests are not seen as tests by clippy.toml; a panic in one is a failed test all the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use pipeline_images::cli::{Command, Surroundings, UsageError, parse};
use pipeline_images::config::{Config, FilesFrom, QueueCapacity, Verbosity};

fn call(args: &[&str]) -> Result<Command, UsageError> {
    let args = std::iter::once("pipeline").chain(args.iter().copied()).map(OsString::from).collect();
    let dir = Path::new("/nonexistent-directory");
    parse(Surroundings { args, variables: Vec::new(), dir }, &|_| Ok(()))
}

fn convert(args: &[&str]) -> Config {
    match call(args) {
        Ok(Command::Convert(loaded)) => loaded.config,
        other => panic!("{args:?}: {other:?}"),
    }
}

fn refused(args: &[&str]) -> String {
    call(args).expect_err("must be refused").to_string()
}

fn help(args: &[&str]) -> String {
    match call(args) {
        Ok(Command::Help(text)) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

fn program(dir: &Path) -> std::process::Command {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_pipeline"));
    program.current_dir(dir).stdin(Stdio::null());
    program
}

fn run(dir: &Path, args: &[&str]) -> Output {
    program(dir).args(args).output().unwrap()
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn inputs_and_flags_mix_in_any_order() {
    let config = convert(&[
        "photos/",
        "-o",
        "gray/",
        "--readers",
        "2",
        "more.png",
        "--converters=8",
        "--writers",
        "2",
    ]);
    assert_eq!(config.input, paths(&["photos/", "more.png"]));
    assert_eq!(config.output, PathBuf::from("gray/"));
    assert_eq!(config.convert.workers.to_string(), "8");
}

#[test]
fn a_command_comes_first_and_anything_else_names_a_file() {
    assert!(matches!(call(&["config", "show"]), Ok(Command::ConfigShow(_))));
    assert!(matches!(call(&["config", "schema"]), Ok(Command::ConfigSchema)));
    assert!(matches!(call(&["config", "init"]), Ok(Command::ConfigInit(None))));
    assert!(matches!(call(&["man"]), Ok(Command::Man)));
    assert!(matches!(call(&["ops"]), Ok(Command::Ops { name: None, json: false })));
    assert!(matches!(call(&["ops", "crop", "--json"]), Ok(Command::Ops { name: Some(_), json: true })));
    assert_eq!(convert(&["./ops"]).input, paths(&["./ops"]));
    assert_eq!(convert(&["./config"]).input, paths(&["./config"]));
    assert_eq!(convert(&["--", "config"]).input, paths(&["config"]));
    assert_eq!(convert(&["--", "tune", "-x"]).input, paths(&["tune", "-x"]));
    assert_eq!(convert(&["photos", "config"]).input, paths(&["photos", "config"]));
    assert_eq!(convert(&["--readers", "2", "man"]).input, paths(&["man"]));
}

#[test]
fn a_directory_called_config_does_not_change_what_the_command_means() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("config")).unwrap();
    let output = run(dir.path(), &["config"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("pipeline config"));
}

#[test]
fn a_name_that_is_not_unicode_is_an_input() {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        let name = OsString::from_vec(b"a\xff\n.jpg".to_vec());
        let args = vec!["pipeline".into(), name.clone()];
        let dir = Path::new("/nonexistent-directory");
        let Ok(Command::Convert(loaded)) =
            parse(Surroundings { args, variables: Vec::new(), dir }, &|_| Ok(()))
        else {
            panic!()
        };
        assert_eq!(loaded.config.input, [PathBuf::from(name)]);
    }
}

#[test]
fn queues_are_set_one_by_one() {
    let config = convert(&["--queue", "read=5", "--queue", "decode=0", "--queue=read=6"]);
    assert_eq!((config.read.queue, config.decode.queue), (QueueCapacity(6), QueueCapacity(0)));
    assert_eq!(config.write.queue, Config::default().write.queue);
    let text = refused(&["--queue", "read", "--queue", "red=1", "--queue", "write=-1"]);
    assert!(text.contains("--queue: \"read\" has no =; write STAGE=N"), "{text}");
    assert!(text.contains("--queue: unknown stage \"red\"; the stages are: read, decode, convert"), "{text}");
    assert!(text.contains("--queue write: the capacity of a queue must be at least 0; found -1"), "{text}");
}

/// Scenarios 63 and 64.
#[test]
fn every_wrong_value_of_a_flag_is_reported_at_once() {
    let text = refused(&["--readers", "0", "--decoders", "-1", "--writers", "100000", "--quality", "101"]);
    for flag in ["--readers: ", "--decoders: ", "--writers: ", "--quality: "] {
        assert!(text.lines().any(|line| line.starts_with(flag)), "{flag} is not in\n{text}");
    }
    assert!(text.contains("at most 1024 (the cap); found 100000"), "{text}");
}

#[test]
fn an_unknown_flag_is_refused_with_a_suggestion() {
    assert!(refused(&["--reader", "2"]).contains("--readers"));
}

#[test]
fn the_last_of_a_repeated_flag_counts() {
    assert_eq!(convert(&["--readers", "2", "--readers", "3"]).read.workers.to_string(), "3");
    assert!(!convert(&["--durable", "--durable=false"]).write.durable);
    assert_eq!(convert(&["--op", "a", "--op", "b"]).convert.ops, ["a", "b"]);
}

#[test]
fn a_switch_does_not_swallow_the_next_input() {
    let config = convert(&["--durable", "photos", "--lenient", "more"]);
    assert!(config.write.durable && config.lenient);
    assert_eq!(config.input, paths(&["photos", "more"]));
}

#[test]
fn what_belongs_to_the_call_is_kept_apart() {
    let args = ["--files-from", "list", "-0", "--dry-run", "--explain-plan", "--report", "r.JSON", "-q"];
    let invocation = convert(&args).invocation;
    assert_eq!(invocation.files_from, Some(FilesFrom::File("list".into())));
    assert!(invocation.null_separated && invocation.dry_run && invocation.explain_plan);
    assert_eq!(invocation.report, Some("r.JSON".into()));
    assert_eq!(invocation.verbosity, Verbosity::Quiet);
    assert_eq!(convert(&["--files-from=-"]).invocation.files_from, Some(FilesFrom::Stdin));
    assert!(convert(&["-0", "-"]).invocation.null_separated);
}

#[test]
fn what_cannot_be_together_is_refused() {
    assert!(refused(&["-q", "-v"]).contains("cannot be used with"));
    assert!(refused(&["-0", "a"]).contains("-0: only a list of paths has separators"));
    assert!(refused(&["-", "--files-from", "-"]).contains("stdin can be read once"));
    assert!(refused(&["--report", "r"]).contains("name a file that ends in .html or .json"));
    assert!(refused(&["--trace", "t.html"]).contains("a trace is JSON; name a file that ends in .json"));
    assert!(refused(&["--metrics", "example.org:80"]).contains("an address and a port"));
}

#[test]
fn help_teaches() {
    let (short, long) = (help(&["-h"]), help(&["--help"]));
    for part in [
        "Examples:",
        "Exit codes:",
        "130/143",
        "Settings and environment:",
        "PIPELINE_READERS",
        "Workers and queues:",
    ] {
        assert!(long.contains(part), "{part}");
    }
    assert!(short.lines().count() * 2 < long.lines().count());
    let unwrapped = short.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains("[default: ./pipeline-out]"), "{short}");
    assert!(help(&["--version"]).starts_with("pipeline "));
}

#[test]
fn wrong_usage_is_exit_2_on_stderr() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["--readers", "0"][..], &["--nonsense"], &["-c", "gone.toml"], &["config", "nonsense"]] {
        let output = run(dir.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{args:?}");
        assert!(!output.stderr.contains(&0x1b), "colours belong on a terminal only: {args:?}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn results_go_to_stdout_and_which_file_is_used_to_stderr() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pipeline.toml"), "input = [\"a\"]\n").unwrap();
    let output = run(dir.path(), &["config", "show"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("input = [\"a\"] "));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "pipeline: settings from pipeline.toml\n");
    assert!(run(dir.path(), &["config", "show", "-q"]).stderr.is_empty());
}

#[test]
fn init_never_overwrites() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pipeline.toml");
    assert_eq!(run(dir.path(), &["config", "init", "pipeline.toml"]).status.code(), Some(0));
    let printed = run(dir.path(), &["config", "init"]).stdout;
    assert_eq!(fs::read(&file).unwrap(), printed);
    fs::write(&file, "mine").unwrap();
    let output = run(dir.path(), &["config", "init", "pipeline.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("exists and was left alone"));
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    assert_eq!(run(dir.path(), &["config", "init", "gone/pipeline.toml"]).status.code(), Some(3));
}

#[test]
fn completions_and_the_manual_know_every_flag() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let output = run(dir.path(), args);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap().replace("\\-", "-");
        for flag in ["readers", "queue", "max-failures", "files-from", "in-place"] {
            assert!(text.contains(flag), "{args:?} does not know {flag}");
        }
        assert!(!text.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn ops_are_told_on_stdout_and_an_unknown_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let output = run(dir.path(), &["ops"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("--op 'gray mode=opencv'") && !text.contains('\u{1b}'), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 110 || line.contains('[')), "{text}");
    let json: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["ops", "--json"]).stdout).unwrap();
    assert!(json.as_array().unwrap().iter().any(|op| op["name"] == "resize"));
    let text = refused(&["ops", "reszie"]);
    assert!(text.contains("reszie") && text.contains("resize"), "{text}");
}

#[test]
fn formats_are_told_on_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let text = String::from_utf8(run(dir.path(), &["formats"]).stdout).unwrap();
    assert!(text.starts_with("Format ") && text.contains("\nJPEG ") && !text.contains('\u{1b}'), "{text}");
    let json: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["formats", "--json"]).stdout).unwrap();
    assert!(
        json.as_array().unwrap().iter().any(|format| format["name"] == "PNG" && format["writes"] == true)
    );
}

#[test]
fn the_schema_is_json() {
    let dir = tempfile::tempdir().unwrap();
    let schema: serde_json::Value =
        serde_json::from_slice(&run(dir.path(), &["config", "schema"]).stdout).unwrap();
    assert_eq!(schema["title"], "pipeline.toml");
}

/// Scenario 61.
#[test]
#[cfg(unix)]
fn a_closed_stream_is_no_panic_and_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    for args in
        [&["--help"][..], &["config", "schema"], &["config", "show"], &["ops"], &["formats"], &["man"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program(dir.path()).args(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = program(dir.path()).arg("--nonsense").stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn results_that_cannot_be_written_are_exit_3() {
    let dir = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(
        program(dir.path()).arg("man").stdout(full).stderr(Stdio::null()).status().unwrap().code(),
        Some(3)
    );
}
