//! The config file and its layers, from the outside: places of errors, precedence, origins, paths.
#![cfg(feature = "cli")]
// Helpers of tests are not seen as tests by clippy.toml; a panic in one is a failed test all the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use pipeline_images::cli::{Command, Surroundings, UsageError, parse};
use pipeline_images::config::{
    Bits, Config, FormatChoice, Loaded, Memory, Origin, QueueCapacity, Subsampling, Workers, show, starter,
};
use tempfile::TempDir;

const DESIGN_SAMPLE: &str = r#"# pipeline.toml
input = ["photos/"]
output = "gray/"
[read]
workers = 2
queue = 64
[decode]
workers = "auto"
[convert]
workers = 8
ops = ["gray"]
[encode]
format = "png"
[write]
workers = 2
[limits]
memory = "1GiB"
"#;

fn ops(op: &str) -> Result<(), String> {
    if ["gray", "none", "flip"].contains(&op) { Ok(()) } else { Err(format!("unknown op {op:?}")) }
}

fn call(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Result<Command, UsageError> {
    let args = std::iter::once("pipeline").chain(args.iter().copied()).map(OsString::from).collect();
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    parse(Surroundings { args, variables, dir }, &ops)
}

fn directory(toml: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pipeline.toml"), toml).unwrap();
    dir
}

fn load(toml: &str, args: &[&str], variables: &[(&str, &str)]) -> (Loaded, TempDir) {
    let dir = directory(toml);
    match call(dir.path(), args, variables) {
        Ok(Command::Convert(loaded) | Command::ConfigShow(loaded)) => (*loaded, dir),
        other => panic!("{other:?}"),
    }
}

fn errors(toml: &str, args: &[&str], variables: &[(&str, &str)]) -> String {
    let dir = directory(toml);
    call(dir.path(), args, variables).expect_err("must be refused").to_string()
}

fn fixed(count: usize) -> Workers {
    Workers::Fixed(count.try_into().unwrap())
}

#[test]
fn the_sample_of_the_design_is_valid() {
    let (loaded, dir) = load(DESIGN_SAMPLE, &[], &[]);
    let config = loaded.config;
    assert_eq!(config.input, [dir.path().join("photos/")]);
    assert_eq!(config.output, dir.path().join("gray/"));
    assert_eq!((config.read.workers, config.read.queue), (fixed(2), QueueCapacity(64)));
    assert_eq!((config.decode.workers, config.convert.workers), (Workers::Auto, fixed(8)));
    assert_eq!(config.convert.ops, ["gray"]);
    assert_eq!(config.encode.format, FormatChoice::Png);
    assert_eq!(config.limits.memory, Memory::Fixed("1GiB".parse().unwrap()));
    assert_eq!(config.file, Some(PathBuf::from("pipeline.toml")));
    assert!(loaded.warnings.is_empty());
}

/// Scenarios 62, 63, 64: all errors at once, each with line and column.
#[test]
fn every_error_of_a_file_is_reported_at_once_with_its_place() {
    let toml = "\
output = 5
colour = true
[read]
workers = 0
queue = -1
[convert]
wrokers = 2
ops = [\"gray\", \"grey\", 7]
[encode]
workers = 100000
format = \"pgn\"
[limits]
memory = \"much\"
window = \"12\"
";
    let dir = directory(toml);
    let error = call(dir.path(), &[], &[]).expect_err("must be refused");
    let places: Vec<_> = error.problems().iter().map(|p| (p.line().unwrap(), p.column().unwrap())).collect();
    assert_eq!(
        places,
        [(1, 10), (2, 1), (4, 11), (5, 9), (7, 1), (8, 16), (8, 24), (10, 11), (11, 10), (13, 10), (14, 10)]
    );
    let text = error.to_string();
    for expected in [
        "pipeline.toml:1:10: output: expected a path in quotes, found the number 5\n    1 | output = 5\n      |          ^\n",
        "pipeline.toml:2:1: unknown key colour at the top level",
        "pipeline.toml:4:11: read.workers: the number of workers of a stage must be at least 1; found 0",
        "pipeline.toml:5:9: read.queue: the capacity of a queue must be at least 0; found -1",
        "pipeline.toml:7:1: unknown key wrokers in [convert]; did you mean workers?",
        "pipeline.toml:8:16: convert.ops: unknown op \"grey\"",
        "pipeline.toml:8:24: convert.ops: expected an op in quotes, found the number 7",
        "pipeline.toml:10:11: encode.workers: the number of workers of a stage must be at most 1024 (the cap)",
        "pipeline.toml:11:10: encode.format: unknown value \"pgn\"; use one of: same, png, jpeg, webp, tiff, bmp, pnm, qoi, tga, farbfeld, avif; did you mean png?",
        "pipeline.toml:13:10: limits.memory: expected a number of bytes",
        "pipeline.toml:14:10: limits.window: expected a whole number or \"auto\"; remove the quotes from \"12\"",
        "pipeline: 11 errors in the settings; nothing was written",
    ] {
        assert!(text.contains(expected), "{expected}\n--- is not in ---\n{text}");
    }
}

#[test]
fn a_syntax_error_does_not_hide_the_other_errors() {
    let text = errors("output = \n[read]\nworkers = 0\n[reed]\n", &[], &[]);
    for place in ["pipeline.toml:1:", "pipeline.toml:3:11:", "pipeline.toml:4:2:"] {
        assert!(text.contains(place), "{place} is not in\n{text}");
    }
    assert!(!text.contains("must not be empty"), "a broken line is reported once:\n{text}");
}

#[test]
fn a_key_given_twice_is_refused() {
    let text = errors("input = [\"a\"]\n[read]\nworkers = 1\nworkers = 2\n", &[], &[]);
    assert!(text.contains("pipeline.toml:4:1: duplicate key"), "{text}");
}

#[test]
fn errors_of_all_layers_come_together() {
    let text = errors("[read]\nworkers = 0\n", &["--gray", "grey", "a"], &[("PIPELINE_MEMORY", "-4")]);
    assert!(text.contains("pipeline.toml:2:11: "), "{text}");
    assert!(text.contains("\n--gray: unknown value \"grey\""), "{text}");
    assert!(text.contains("\nPIPELINE_MEMORY: expected a number of bytes"), "{text}");
    assert!(text.ends_with("3 errors in the settings; nothing was written"), "{text}");
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults() {
    let toml = "input = [\"a\"]\n[read]\nworkers = 2\n[decode]\nworkers = 2\n[encode]\nworkers = 2\n";
    let variables = [("PIPELINE_READERS", "3"), ("PIPELINE_DECODERS", "3")];
    let (loaded, _dir) = load(toml, &["--readers", "4"], &variables);
    let (config, origins) = (&loaded.config, &loaded.origins);
    assert_eq!(
        (config.read.workers, origins.of("read.workers")),
        (fixed(4), Origin::Flag("--readers".into()))
    );
    assert_eq!(
        (config.decode.workers, origins.of("decode.workers")),
        (fixed(3), Origin::Environment("PIPELINE_DECODERS".into()))
    );
    assert_eq!(
        (config.encode.workers, origins.of("encode.workers")),
        (fixed(2), Origin::File { name: "pipeline.toml".into(), line: 7 })
    );
    assert_eq!((config.write.workers, origins.of("write.workers")), (Workers::Auto, Origin::Default));
}

#[test]
fn an_op_on_the_command_line_replaces_the_ops_of_the_file() {
    let toml = "input = [\"a\"]\n[convert]\nops = [\"gray\", \"flip\"]\n";
    let (loaded, _dir) = load(toml, &["--op", "flip", "--op", "flip"], &[]);
    assert_eq!(loaded.config.convert.ops, ["flip", "flip"]);
    let (loaded, _dir) = load(toml, &["--op", "none"], &[]);
    assert_eq!(loaded.config.convert.ops, ["none"]);
}

#[test]
fn none_stands_alone_and_no_op_at_all_is_refused() {
    assert!(errors("", &["--op", "none", "--op", "gray", "a"], &[]).contains("--op: \"none\" only recodes"));
    assert!(errors("[convert]\nops = []\n", &["a"], &[]).contains("2:7: convert.ops: no op is given"));
}

#[test]
fn paths_of_a_file_start_from_it_and_paths_of_flags_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("conf");
    fs::create_dir(&folder).unwrap();
    let toml = "input = [\"photos/\", \"/abs/x.png\", \"-\"]\noutput = \"gray\"\nbase = \"..\"\n";
    fs::write(folder.join("own.toml"), toml).unwrap();
    let load = |args: &[&str], variables: &[(&str, &str)]| match call(dir.path(), args, variables) {
        Ok(Command::Convert(loaded)) => loaded.config,
        other => panic!("{other:?}"),
    };
    let config = load(&["-c", "conf/own.toml"], &[]);
    assert_eq!(config.input, [folder.join("photos/"), PathBuf::from("/abs/x.png"), PathBuf::from("-")]);
    assert_eq!(config.output, folder.join("gray"));
    assert_eq!(config.base, Some(folder.join("..")));
    assert_eq!(config.file, Some(PathBuf::from("conf/own.toml")));

    let config = load(&["-c", "conf/own.toml", "mine/", "-o", "out"], &[("PIPELINE_BASE", "here")]);
    assert_eq!(config.input, [PathBuf::from("mine/")]);
    assert_eq!((config.output, config.base), (PathBuf::from("out"), Some(PathBuf::from("here"))));
}

#[test]
fn a_named_file_that_cannot_be_read_is_an_error_and_a_missing_default_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let text = call(dir.path(), &["-c", "gone.toml", "a"], &[]).expect_err("must be refused").to_string();
    assert!(text.starts_with("gone.toml: cannot read this config file"), "{text}");
    let Ok(Command::Convert(loaded)) = call(dir.path(), &[], &[]) else { panic!() };
    assert!(loaded.config.wants_sample());
    assert_eq!(loaded.config, Config::default());
}

#[test]
fn a_file_that_is_no_text_or_no_config_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(dir.path().join("pipeline.toml"), bytes).unwrap();
        call(dir.path(), &["a"], &[]).expect_err("must be refused").to_string()
    };
    assert!(refused(b"input = []\n\xff").contains("line 2 is not UTF-8"));
    assert!(refused(&vec![b'#'; (1 << 20) + 1]).contains("larger than 1 MiB"));
}

#[test]
fn a_file_without_input_needs_one_on_the_command_line() {
    let text = errors("[read]\nworkers = 2\n", &[], &[]);
    assert!(text.starts_with("pipeline.toml: nothing to convert"), "{text}");
    let (loaded, _dir) = load("[read]\nworkers = 2\n", &["photos/"], &[]);
    assert_eq!(loaded.config.input, [PathBuf::from("photos/")]);
    let (loaded, _dir) = load("[read]\nworkers = 2\n", &["config", "show"], &[]);
    assert!(loaded.config.input.is_empty());
}

#[test]
fn in_place_and_an_output_directory_exclude_each_other() {
    let text = errors("output = \"gray\"\n", &["--in-place", "a"], &[]);
    assert!(text.contains("--in-place: in-place replaces the inputs"), "{text}");
    assert!(text.contains("set by pipeline.toml:1"), "{text}");
    let (loaded, _dir) = load("input = [\"a\"]\n[write]\nin-place = true\n", &["--in-place=false"], &[]);
    assert!(!loaded.config.write.in_place);
}

#[test]
fn an_unknown_variable_warns_and_a_bad_one_is_an_error() {
    let (loaded, _dir) = load("", &["a"], &[("PIPELINE_READER", "2")]);
    assert_eq!(loaded.warnings.len(), 1);
    assert!(loaded.warnings[0].contains("did you mean PIPELINE_READERS?"));
    let text = errors("", &["a"], &[("PIPELINE_DURABLE", "maybe")]);
    assert!(text.starts_with("PIPELINE_DURABLE: expected true or false, found \"maybe\""), "{text}");
}

#[test]
fn show_is_a_valid_file_that_says_where_each_value_came_from() {
    let args = ["config", "show", "--readers", "5", "--base", "/b", "/a \"b\".jpg"];
    let (loaded, _dir) = load(DESIGN_SAMPLE, &args, &[("PIPELINE_WINDOW", "70")]);
    let text = show(&loaded);
    for (assignment, origin) in [
        ("workers = 5", "--readers"),
        ("window = 70", "PIPELINE_WINDOW"),
        ("memory = \"1GiB\"", "pipeline.toml:17"),
        ("format = \"png\"", "pipeline.toml:13"),
        ("order = \"completion\"", "default"),
    ] {
        let line = text.lines().find(|line| line.starts_with(assignment)).expect(assignment);
        assert_eq!(line.split_once('#').unwrap().1.trim(), origin);
    }
    let (again, _dir) = load(&text, &[], &[]);
    assert_eq!(again.config, loaded.config);
}

#[test]
fn show_can_be_read_back_whatever_is_in_a_name() {
    let name = "/a\nb\t'\"\\ # \u{1b}[31m \u{e4}.jpg";
    let (loaded, _dir) = load("", &["config", "show", name, "-o", "/'''\"\"\""], &[]);
    let text = show(&loaded);
    assert!(!text.contains('\u{1b}'), "{text}");
    let (again, _dir) = load(&text, &[], &[]);
    assert_eq!(again.config, loaded.config);
}

#[test]
fn a_deeply_nested_file_is_an_error_and_no_stack_overflow() {
    let text = errors(&format!("input = {}", "[".repeat(200_000)), &[], &[]);
    assert!(text.contains("pipeline.toml:1:"), "{text}");
}

#[test]
fn the_starter_file_parses_to_the_defaults() {
    let (loaded, _dir) = load(&starter(), &["config", "show"], &[]);
    assert_eq!(Config { file: None, ..loaded.config }, Config::default());
}

#[test]
fn every_line_of_the_starter_file_may_be_uncommented() {
    let is_assignment = |line: &str| {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '-')
    };
    let uncomment = |line: &str| match line.strip_prefix("# ") {
        Some(inner) if is_assignment(inner) => inner.to_owned(),
        _ => line.to_owned(),
    };
    let text: Vec<String> = starter().lines().map(uncomment).collect();
    let (loaded, dir) = load(&text.join("\n"), &[], &[]);
    let expected = Config {
        input: vec![dir.path().join("photos/")],
        output: dir.path().join("./pipeline-out"),
        base: Some(dir.path().join("photos/")),
        file: Some(PathBuf::from("pipeline.toml")),
        ..Config::default()
    };
    assert_eq!(loaded.config, expected);
    assert_eq!(loaded.origins.of("run.progress").to_string().split(':').next(), Some("pipeline.toml"));
}

#[test]
fn what_a_format_cannot_be_is_refused_before_anything_is_written() {
    let text = errors("[encode]\nformat = \"tiff\"\nbits = 1\n", &["a"], &[]);
    assert!(text.contains("one bit a pixel is written as png or pnm only"), "{text}");
    if cfg!(not(feature = "avif")) {
        let text = errors("", &["a", "--format", "avif"], &[]);
        assert!(text.starts_with("--format: this program was built without AVIF"), "{text}");
    }
    if cfg!(not(feature = "webp-lossy")) {
        let text = errors("[encode]\nformat = \"webp\"\n", &["a", "--quality", "80"], &[]);
        assert!(text.starts_with("--quality: this program was built without lossy WebP"), "{text}");
        let (loaded, _dir) = load("", &["a", "--format", "webp"], &[]);
        assert_eq!(loaded.config.encode.format, FormatChoice::Webp);
    }
}

#[test]
fn choices_of_encoding_are_read_from_flags_and_from_a_file() {
    let toml = "input = [\"a\"]\n[encode]\nsubsampling = \"4:2:0\"\nprogressive = true\nbits = \"auto\"\n";
    let (loaded, _dir) = load(toml, &["--subsampling", "4:4:4", "--bits", "1"], &[]);
    let encode = loaded.config.encode;
    assert_eq!((encode.subsampling, encode.progressive, encode.bits), (Subsampling::None, true, Bits::One));
    let text = errors("[encode]\nbits = 8\nsubsampling = \"4:1:1\"\n", &["a"], &[]);
    assert!(text.contains("2:8: encode.bits: bits must be 1 or \"auto\"; found 8"), "{text}");
    assert!(text.contains("use one of: auto, 4:4:4, 4:2:2, 4:2:0"), "{text}");
}
