//! What every failed picture is promised, checked in one place; and the means of other tests.

use crate::command::{Ran, Scratch};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why}\n");
}

/// Whether a program is there and may do this.
pub fn can(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What the journal says became of the inputs of the last run.
pub fn items(scratch: &Scratch) -> Vec<Value> {
    let text = fs::read_to_string(scratch.path().join("out/.pipeline/journal")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(&line[9..]).unwrap()).collect();
    let last = lines.iter().rposition(|line| line.get("run").is_some()).unwrap_or(0);
    lines[last..].iter().filter_map(|line| line.get("item").cloned()).collect()
}

pub fn report(scratch: &Scratch) -> Value {
    serde_json::from_slice(&fs::read(scratch.path().join("report.json")).unwrap()).unwrap()
}

/// Runs `in` to `out` with a report, and checks what holds however it ends: every input is accounted for, in the report and
/// in the journal, there is a file for each that is done, and nothing else.
pub fn run(scratch: &Scratch, args: &[&str]) -> Ran {
    accounted(scratch, scratch.run(&[&["in", "-o", "out", "--report", "report.json"], args].concat()))
}

/// The checks of [`run`].
pub fn accounted(scratch: &Scratch, ran: Ran) -> Ran {
    let counts = report(scratch)["counts"].clone();
    let count = |way: &str| counts[way].as_u64().unwrap();
    let ended: u64 = ["done", "failed", "skipped", "interrupted"].map(count).iter().sum();
    assert_eq!(count("admitted"), ended, "{counts}");
    let names = scratch.names("out");
    assert!(!names.iter().any(|name| name.ends_with(".tmp")), "a temporary is left: {names:?}");
    assert_eq!(names.len() as u64, count("done"), "{names:?}\n{}", ran.stderr);
    // Those that another run may do better are `undone`.
    let failed = |item: &&Value| item["is"] == "failed" || item["is"] == "undone";
    let journaled = items(scratch).iter().filter(failed).count() as u64;
    assert_eq!(journaled, count("failed"), "{}", ran.stderr);
    ran
}

/// Runs, and checks that exactly these pictures fail, each with one line `in/NAME: STAGE: REASON…` and a record that says so.
pub fn fails(scratch: &Scratch, args: &[&str], failures: &[(&str, &str)]) -> Ran {
    let others = scratch.names("in").len() - failures.len();
    let ran = run(scratch, args);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let counts = &report(scratch)["counts"];
    assert_eq!(counts["failed"], failures.len(), "{}", ran.stderr);
    assert_eq!(counts["done"].as_u64().unwrap() + counts["skipped"].as_u64().unwrap(), others as u64);
    let records = items(scratch);
    for (name, reason) in failures {
        let line = format!("in/{name}: {reason}");
        assert_eq!(ran.lines(&line).len(), 1, "{line}\n{}", ran.stderr);
        let end = format!("/in/{name}");
        let record = records.iter().find(|item| item["in"].as_str().unwrap().ends_with(&end)).unwrap();
        let said = format!("{}: {}", record["stage"].as_str().unwrap(), record["reason"].as_str().unwrap());
        assert!(said.starts_with(reason), "{said}");
    }
    ran
}

/// Most bytes that were resident in the last run with a report.
pub fn peak(scratch: &Scratch) -> u64 {
    report(scratch)["os"]["peak_memory"].as_u64().unwrap()
}

/// Seconds of computing that the last run with a report took, however busy the machine was.
pub fn computed(scratch: &Scratch) -> f64 {
    let os = &report(scratch)["os"];
    os["cpu_user_seconds"].as_f64().unwrap() + os["cpu_system_seconds"].as_f64().unwrap()
}

/// More than any run here computes, on however slow a machine and without optimisation, and less than what must not be done.
pub const HANGS: f64 = 60.0;

/// The bytes of a picture's samples.
pub fn samples(file: &[u8]) -> Vec<u8> {
    use pipeline_stages::{DecodeMode, Decoder, Limits, Samples, probe};
    let header = probe(file, &Limits::default()).unwrap();
    let decoded = Decoder::new(Limits::default()).decode(file, &header, DecodeMode::Full).unwrap();
    match decoded.image.samples() {
        Samples::U8(samples) => samples.clone(),
        Samples::U16(samples) => samples.iter().flat_map(|sample| sample.to_be_bytes()).collect(),
    }
}

pub const MIB: u64 = 1 << 20;

/// Bytes of a good picture in the format of this extension.
pub fn good(extension: &str) -> Vec<u8> {
    let scratch = Scratch::new();
    fs::read(scratch.sized(&format!("good.{extension}"), 3, 40, 30)).unwrap()
}

/// Inputs with a few good pictures, for failures that must not touch them.
pub fn with_good() -> Scratch {
    let scratch = Scratch::new();
    (0..4).for_each(|n| drop(scratch.picture(&format!("in/good{n}.jpg"), n)));
    scratch
}

/// A run that finishes what is missing, and then the same tree as a run that nothing befell.
pub fn assert_resumes(scratch: &Scratch, args: &[&str]) {
    let ran = scratch.run(&[&["in", "-o", "out", "--resume"], args].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let clean = scratch.run(&[&["in", "-o", "clean"], args].concat());
    assert_eq!(clean.code, Some(0), "{}", clean.stderr);
    assert!(scratch.tree("out") == scratch.tree("clean"), "the trees differ");
}

/// The command below another program, in the scratch directory.
pub fn below(scratch: &Scratch, program: &[&str], args: &[&str]) -> Ran {
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).arg(env!("CARGO_BIN_EXE_pipeline")).args(args);
    command.current_dir(scratch.path()).stdin(Stdio::null()).output().unwrap().into()
}

/// A file system in memory, gone when this is dropped; nothing, loudly, if it cannot be had.
pub struct Mounted(std::path::PathBuf);

impl Mounted {
    pub fn new(scratch: &Scratch, place: &str, options: &str) -> Option<Self> {
        let path = scratch.path().join(place);
        fs::create_dir_all(&path).unwrap();
        let at = path.to_str().unwrap();
        if can("mount", &["-t", "tmpfs", "-o", options, "tmpfs", at]) {
            return Some(Self(path));
        }
        skipped("a file system can only be mounted by root; run this test as root");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
