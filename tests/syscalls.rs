//! The sweep over system calls: each call for files of a small run fails once, for each reason there is. Whatever happens, no
//! result is half, and `--resume` completes.
//!
//! Needs `strace`. The n-th call of each thread fails, which is more than one call. `PIPELINE_TEST_SWEEP=full` tries all
//! calls, otherwise every tenth or so, by `PIPELINE_TEST_SEED`.
#![cfg(all(target_os = "linux", feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;
#[path = "common/random.rs"]
mod random;

use command::{Ran, Scratch};
use random::{Random, number};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const CALLS: &str = "openat,read,write,pwrite64,lseek,statx,newfstatat,fstat,getdents64,mkdir,mkdirat,rename,renameat,\
                     renameat2,unlinkat,fsync,fdatasync,ftruncate,fchmod,flock,utimensat,fcntl";
const ERRORS: [&str; 5] = ["ENOSPC", "EIO", "EACCES", "EINTR", "EMFILE"];
const ARGS: [&str; 13] = [
    "in",
    "-o",
    "out",
    "--durable",
    "--keep-mtime",
    "--readers",
    "1",
    "--writers",
    "1",
    "--decoders",
    "1",
    "--quiet",
    "--report=report.json",
];

fn has_strace() -> bool {
    let tried =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

fn strace(scratch: &Scratch, options: &[&str]) -> Ran {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg(env!("CARGO_BIN_EXE_pipeline")).args(ARGS);
    command.current_dir(scratch.path()).stdin(Stdio::null()).output().unwrap().into()
}

/// How often each call is made in the thread that makes it most.
fn counts(scratch: &Scratch) -> BTreeMap<String, u64> {
    let ran = strace(scratch, &["-o", "trace", "-e", &format!("trace={CALLS}")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let text = String::from_utf8_lossy(&fs::read(scratch.path().join("trace")).unwrap()).into_owned();
    let mut by_thread: BTreeMap<(String, String), u64> = BTreeMap::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.trim_start().split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        *by_thread.entry((call.to_owned(), thread.to_owned())).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((call, _), count) in by_thread {
        let so_far: &mut u64 = most.entry(call).or_default();
        *so_far = count.max(*so_far);
    }
    most
}

struct Sweep {
    scratch: Scratch,
    expected: BTreeMap<String, Vec<u8>>,
    codes: BTreeMap<(&'static str, i32), u32>,
    wrong: Vec<String>,
}

impl Sweep {
    fn one(&mut self, call: &str, error: &'static str, when: u64) {
        for name in ["out", "report.json"] {
            let path = self.scratch.path().join(name);
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
        }
        let inject = format!("inject={call}:error={error}:when={when}");
        let ran = strace(&self.scratch, &["-o", "/dev/null", "-e", &inject]);
        let code = ran.code.unwrap_or(-1);
        *self.codes.entry((error, code)).or_default() += 1;
        let mut wrong = Vec::new();
        // 127 and 1 before the program begins are those of the loader.
        if ![0, 1, 2, 3, 127].contains(&code) {
            wrong.push(format!("ended with {code}"));
        }
        self.check_tree(code == 0, false, &mut wrong);
        let resumed = self.scratch.run(&[&ARGS[..], &["--resume"]].concat());
        if resumed.code != Some(0) {
            wrong.push(format!("resuming ended with {:?}: {}", resumed.code, resumed.stderr));
        }
        self.check_tree(true, true, &mut wrong);
        if !wrong.is_empty() {
            self.wrong.push(format!("{inject}: {}\n  first: {}", wrong.join("; "), ran.stderr));
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
    let scratch = Scratch::new();
    for (seed, name) in ["a.png", "b.jpg", "x/c.png", "x/y/d.png"].iter().enumerate() {
        scratch.picture(&format!("in/{name}"), seed as u32);
    }
    let counts = counts(&scratch);
    let expected = scratch.tree("out");
    assert_eq!(expected.len(), 4);
    let full = std::env::var("PIPELINE_TEST_SWEEP").is_ok_and(|sweep| sweep == "full");
    let mut random = Random::new(number("PIPELINE_TEST_SEED", 1));
    let mut sweep = Sweep { scratch, expected, codes: BTreeMap::new(), wrong: Vec::new() };
    for (call, most) in &counts {
        for when in 1..=*most {
            for error in ERRORS {
                if full || random.below(10) == 0 {
                    sweep.one(call, error, when);
                }
            }
        }
    }
    let runs: u32 = sweep.codes.values().sum();
    let _ = writeln!(std::io::stderr(), "{runs} faults; ended with: {:?}", sweep.codes);
    assert!(sweep.wrong.is_empty(), "{} of {runs}:\n{}", sweep.wrong.len(), sweep.wrong.join("\n"));
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
    let ran = strace(&scratch, &["-o", "/dev/null", "-e", "inject=fsync,fdatasync:error=EDQUOT:when=9+"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("free some of your quota on the disk of the output"), "{}", ran.stderr);
    let resumed = scratch.run(&[&ARGS[..], &["--resume"]].concat());
    assert_eq!((resumed.code, scratch.tree("out").len()), (Some(0), 20), "{}", resumed.stderr);
}
