//! The sweep over system calls: each call for files of a small run fails once, for each reason there is. Whatever happens, it
//! ends as it should for what was hit, says why, its journal is true, no result is half, and `--resume` completes.
//!
//! Needs `strace`. The n-th call of each thread fails, which is more than one call; the trace tells which. What a call was for
//! (`Hit`) and the error decide how the run has to end. `PIPELINE_TEST_SWEEP=full` tries all calls for pictures and records of
//! all kinds of runs, and some of the others; without it every twentieth or so, by `PIPELINE_TEST_SEED`.
#![cfg(all(target_os = "linux", feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;
#[path = "syscalls/hit.rs"]
mod hit;
#[path = "common/random.rs"]
mod random;

use command::{Ran, Scratch};
use hit::Hit;
use random::{Random, number};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const CALLS: &str = "openat,read,pread64,write,pwrite64,lseek,statx,newfstatat,fstat,getdents64,mkdir,mkdirat,rename,renameat,\
                     renameat2,unlink,unlinkat,access,fsync,fdatasync,ftruncate,fchmod,flock,utimensat,fcntl,close";
const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EACCES", "EINTR", "EMFILE"];
const ARGS: [&str; 11] = [
    "in",
    "-o",
    "out",
    "--keep-mtime",
    "--readers=1",
    "--writers=1",
    "--decoders=1",
    "--converters=1",
    "--encoders=1",
    "--quiet",
    "--report=report.json",
];
/// Kinds of runs: which arguments they have besides, and whether half of the work was done by a run before.
const WAYS: [(&[&str], bool); 3] = [(&["--durable"], false), (&[], false), (&["--resume"], true)];

fn has_strace() -> bool {
    let tried =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

fn strace(scratch: &Scratch, options: &[&str], way: &[&str]) -> Ran {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-qq", "-o", "trace"]).args(options);
    command.arg(env!("CARGO_BIN_EXE_pipeline")).args(ARGS).args(way);
    command.current_dir(scratch.path()).stdin(Stdio::null()).output().unwrap().into()
}

/// The calls of the last trace, each with its thread. One during which another thread's was told is in two lines.
fn trace(scratch: &Scratch) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(&fs::read(scratch.path().join("trace")).unwrap()).into_owned();
    let split = |line: &str| {
        let (thread, call) = line.trim_start().split_once(' ')?;
        Some((thread.to_owned(), call.trim_start().to_owned()))
    };
    let mut begun: BTreeMap<String, String> = BTreeMap::new();
    let mut calls = Vec::new();
    for (thread, call) in text.lines().filter_map(split) {
        if let Some(begin) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, begin.to_owned());
        } else if let Some((_, end)) = call.split_once(" resumed>").filter(|_| call.starts_with("<... ")) {
            let begin = begun.remove(&thread).unwrap_or_default();
            calls.push((thread, begin + end));
        } else {
            calls.push((thread, call));
        }
    }
    calls
}

/// What is said of inputs.
fn named(ran: &Ran) -> Vec<&str> {
    [ran.lines("in/"), ran.lines("in: ")].concat()
}

/// What the journal says of the last run: its inputs, each with how it ended, and the counts at its end.
fn journal(scratch: &Scratch) -> (Vec<Value>, Option<Value>) {
    let text = fs::read_to_string(scratch.path().join("out/.pipeline/journal")).unwrap_or_default();
    let lines: Vec<Value> =
        text.lines().filter_map(|line| serde_json::from_str(line.get(9..)?).ok()).collect();
    let begin = lines.iter().rposition(|line| line.get("run").is_some());
    let last = begin.map_or(&[][..], |begin| &lines[begin..]);
    let items = last.iter().filter_map(|line| line.get("item").cloned());
    (items.collect(), last.iter().find_map(|line| line.get("end").cloned()))
}

/// A kind of run, what it has to come to, and what came of it so far.
struct Sweep {
    way: &'static [&'static str],
    half: bool,
    scratch: Scratch,
    expected: BTreeMap<String, Vec<u8>>,
    ends: BTreeMap<(Hit, &'static str, i32), u32>,
    wrong: Vec<String>,
}

impl Sweep {
    fn new((way, half): (&'static [&'static str], bool)) -> Self {
        let scratch = Scratch::new();
        let pictures = ["a.png", "b.jpg", "x/c.png", "x/y/d.png"];
        for (seed, name) in pictures.iter().enumerate() {
            if half && seed == 2 {
                assert_eq!(scratch.run(&ARGS).code, Some(0));
                fs::rename(scratch.path().join("out"), scratch.path().join("half")).unwrap();
            }
            scratch.picture(&format!("in/{name}"), seed as u32);
        }
        let (expected, ends, wrong) = Default::default();
        let mut sweep = Self { way, half, scratch, expected, ends, wrong };
        sweep.begin();
        assert_eq!(sweep.scratch.run(&[&ARGS[..], way].concat()).code, Some(0));
        sweep.expected = sweep.scratch.tree("out");
        assert_eq!(sweep.expected.len(), pictures.len());
        sweep
    }

    /// Everything as it is before a run.
    fn begin(&self) {
        for name in ["out", "report.json"] {
            let path = self.scratch.path().join(name);
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
        }
        if self.half {
            let mut copy = Command::new("cp");
            copy.args(["-a", "half", "out"]).current_dir(self.scratch.path());
            assert!(copy.status().unwrap().success());
        }
    }

    /// Every call and number that some thread comes to, and whether any of them is for pictures or records.
    fn places(&self) -> BTreeMap<(String, u64), bool> {
        self.begin();
        let ran = strace(&self.scratch, &["-e", &format!("trace={CALLS}")], self.way);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut by_thread: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (thread, line) in trace(&self.scratch) {
            let Some((call, _)) = line.split_once('(') else { continue };
            let count = by_thread.entry((call.to_owned(), thread)).or_default();
            *count += 1;
            *places.entry((call.to_owned(), *count)).or_default() |= Hit::of(&line) != Hit::System;
        }
        places
    }

    fn one(&mut self, call: &str, error: &'static str, when: u64) {
        self.begin();
        let inject = format!("inject={call}:error={error}:when={when}");
        let ran = strace(&self.scratch, &["-e", &format!("trace={call}"), "-e", &inject], self.way);
        let code = ran.code.unwrap_or(-1);
        let trace = trace(&self.scratch);
        let failed: Vec<&String> =
            trace.iter().map(|(_, line)| line).filter(|line| line.ends_with("(INJECTED)")).collect();
        let hits: BTreeSet<Hit> = failed.iter().map(|line| Hit::of(line)).collect();
        for hit in &hits {
            *self.ends.entry((*hit, error, code)).or_default() += 1;
        }
        let mut wrong = Vec::new();
        // With several that failed, each may be what ended it.
        let may: Vec<i32> =
            failed.iter().flat_map(|line| Hit::of(line).codes(line, call, error)).copied().collect();
        if !may.is_empty() && !may.contains(&code) {
            wrong.push(format!("ended with {code} and not {may:?}"));
        }
        self.check_words(&ran, code, error, &mut wrong);
        self.check_journal(code, &ran, &mut wrong);
        self.check_tree(code == 0, false, &mut wrong);
        let resumed = self.scratch.run(&[&ARGS[..], self.way, &["--resume"]].concat());
        if resumed.code != Some(0) {
            wrong.push(format!("resuming ended with {:?}: {}", resumed.code, resumed.stderr));
        }
        self.check_tree(true, true, &mut wrong);
        if !wrong.is_empty() {
            let failed: Vec<_> = failed.iter().map(|line| format!("\n  {line}")).collect();
            let said = ran.stderr.replace('\n', "\n    ");
            let way = self.way;
            let _ = writeln!(std::io::stderr(), "{:?} {inject}: {wrong:?}: {failed:?}", self.way);
            self.wrong.push(format!("{way:?} {inject}: {}{}\n    {said}", wrong.join("; "), failed.concat()));
        }
    }

    /// What is wrong is said, with the system's reason; where the machine is at fault also what to do.
    fn check_words(&self, ran: &Ran, code: i32, error: &str, wrong: &mut Vec<String>) {
        let reason = match error {
            "ENOSPC" => "No space left on device",
            "EIO" => "Input/output error",
            "EACCES" => "Permission denied",
            "EINTR" => "Interrupted system call",
            _ => "Too many open files",
        };
        // The loader of the system has words of its own.
        if code != 0 && code != 127 && !ran.stderr.contains(reason) {
            wrong.push(format!("nothing says {reason:?}"));
        }
        if code == 1 && named(ran).is_empty() {
            wrong.push("no picture is named".to_owned());
        }
    }

    /// Each input has one record that says how it ended, and the counts are those of the records and of the disk.
    fn check_journal(&self, code: i32, ran: &Ran, wrong: &mut Vec<String>) {
        let (items, end) = journal(&self.scratch);
        let of = |is: &'static str| items.iter().filter(move |item| item["is"] == is);
        for item in of("done") {
            let name = item["out"].as_str().unwrap();
            let size = fs::metadata(self.scratch.path().join("out").join(name)).map_or(0, |file| file.len());
            if item["out_is"]["size"] != size {
                wrong.push(format!("the journal has {item}, and there are {size} bytes"));
            }
        }
        let names: BTreeSet<&str> = items.iter().map(|item| item["in"].as_str().unwrap()).collect();
        if names.len() != items.len() {
            wrong.push(format!("an input has two records: {items:?}"));
        }
        match end {
            Some(end) => {
                let count = |of: &str| end[of].as_u64().unwrap();
                let ended: u64 = ["done", "failed", "skipped", "interrupted"].map(count).iter().sum();
                let failed = of("failed").count() + of("undone").count();
                let before = if self.half { 2 } else { 0 };
                let told = of("done").count() as u64;
                // Those done before are counted as skipped, and have their records from then.
                if count("admitted") != ended || count("done") != told || count("failed") < failed as u64 {
                    wrong.push(format!("counts are {end}, records {items:?}"));
                }
                // One that could not be compared with its record is done again.
                if code == 0 && told + before < self.expected.len() as u64 {
                    wrong.push(format!("{told} records of what is done"));
                }
                if code == 1 && (failed == 0) != named(ran).is_empty() {
                    wrong.push(format!("{failed} records of failures"));
                }
            }
            None if code == 0 || code == 1 => wrong.push("the run has no end".to_owned()),
            None => {}
        }
    }

    fn check_tree(&self, complete: bool, clean: bool, wrong: &mut Vec<String>) {
        let tree = self.scratch.tree("out");
        for (name, bytes) in &tree {
            let is_temporary = name.ends_with(".tmp");
            if is_temporary && clean {
                wrong.push(format!("{name} was left behind"));
            } else if !is_temporary && self.expected.get(name) != Some(bytes) {
                wrong.push(format!("{name} is not what it should be"));
            }
        }
        let names: BTreeSet<&String> = tree.keys().collect();
        let missing: Vec<&String> = self.expected.keys().filter(|name| !names.contains(name)).collect();
        if complete && !missing.is_empty() {
            wrong.push(format!("missing: {missing:?}"));
        }
    }
}

#[test]
fn every_call_may_fail_and_the_run_is_resumed() {
    if !has_strace() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: install strace to let system calls fail");
        return;
    }
    let full = std::env::var("PIPELINE_TEST_SWEEP").is_ok_and(|sweep| sweep == "full");
    let mut random = Random::new(number("PIPELINE_TEST_SEED", 1));
    let (mut runs, mut all_wrong) = (0, Vec::new());
    for way in WAYS {
        let mut sweep = Sweep::new(way);
        for ((call, when), ours) in sweep.places() {
            for error in ERRORS {
                // What the loader and the system's information do is the same however often it is tried.
                let one_in = if full { 1 } else { 20 } * if ours { 1 } else { 20 };
                if random.below(one_in) == 0 {
                    sweep.one(&call, error, when);
                    runs += 1;
                }
            }
        }
        let _ = writeln!(std::io::stderr(), "{:?}: {:?}", way.0, sweep.ends);
        all_wrong.append(&mut sweep.wrong);
    }
    let _ = writeln!(std::io::stderr(), "{runs} faults");
    assert!(all_wrong.is_empty(), "{} of {runs}:\n{}", all_wrong.len(), all_wrong.join("\n"));
    assert!(runs > 20, "hardly anything was tried");
}

/// On network file systems it is the sync that tells: `fsync(2)`, EDQUOT.
#[test]
fn an_exhausted_quota_ends_the_run_says_what_to_do_and_is_resumed() {
    if !has_strace() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: install strace to let system calls fail");
        return;
    }
    let scratch = Scratch::new();
    for seed in 0..20 {
        scratch.picture(&format!("in/{seed}.png"), seed);
    }
    let quota = "inject=fsync,fdatasync:error=EDQUOT:when=9+";
    let ran = strace(&scratch, &["-e", "trace=fsync,fdatasync", "-e", quota], &["--durable"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("free some of your quota on the disk of the output"), "{}", ran.stderr);
    let resumed = scratch.run(&[&ARGS[..], &["--durable", "--resume"]].concat());
    assert_eq!((resumed.code, scratch.tree("out").len()), (Some(0), 20), "{}", resumed.stderr);
}
