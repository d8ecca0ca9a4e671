//! What ends a run from outside: signals, a full disk, too few descriptors. Each is real; those that need root or another
//! program say so when they are skipped.
#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;

use command::{Ran, Scratch};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits for a run to have written something.
fn until_something_is_written(scratch: &Scratch) {
    let began = Instant::now();
    // A result, and not a file that is not finished.
    while !scratch.names("out").iter().any(|name| name.ends_with(".png")) {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing was ever written");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Many pictures of which each takes a while.
fn much(count: u32, args: &[&'static str]) -> (Scratch, Vec<&'static str>) {
    let scratch = Scratch::new();
    (0..count).for_each(|n| drop(scratch.sized(&format!("in/{n}.png"), n, 200, 150)));
    (scratch, [&["in", "-o", "out"], args].concat())
}

/// Resumes, and compares with a run that nothing interrupted.
fn assert_resumes(scratch: &Scratch, args: &[&'static str]) {
    let ran = scratch.run(&[args, &["--resume"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let done = scratch.tree("out");
    assert_eq!(scratch.run(&[args, &["-o", "clean"]].concat()).code, Some(0));
    assert!(done == scratch.tree("clean"), "the trees differ");
}

#[test]
fn scenario_52_and_53_what_a_signal_interrupted_is_resumed() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let (scratch, args) = much(400, &["--effort", "balanced"]);
        let child = scratch.command(&args).spawn().unwrap();
        until_something_is_written(&scratch);
        signal(&child, name);
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert_eq!(ran.lines("pipeline: finishing ").len(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains(" left: give the same command with --resume"), "{}", ran.stderr);
        assert!(scratch.names("out").len() < 400, "it was interrupted");
        assert_resumes(&scratch, &args);
    }
}

/// How many those of [`slow`] are.
const SLOW: usize = 40;

/// A picture that is done at once, and others of which all together take longer than any grace time here.
fn slow() -> (Scratch, Vec<&'static str>) {
    let scratch = Scratch::new();
    scratch.picture("in/0.png", 1);
    let large = std::fs::read(scratch.sized("in/1.png", 1, 2600, 2600)).unwrap();
    (2..SLOW).for_each(|n| drop(scratch.file(&format!("in/{n}.png"), &large)));
    (scratch, vec!["in", "-o", "out", "--effort", "best", "--encoders", "4", "--progress", "none"])
}

#[test]
fn scenario_53_a_drain_ends_with_the_grace_time_however_long_steps_take() {
    let (scratch, mut args) = slow();
    args.extend(["--grace", "1"]);
    let child = scratch.command(&args).spawn().unwrap();
    until_something_is_written(&scratch);
    signal(&child, "-TERM");
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(143), "{}", ran.stderr);
    // Said only while steps run that would have been waited for otherwise.
    assert!(ran.stderr.contains("the grace time is over"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--resume"), "{}", ran.stderr);
    let names = scratch.names("out");
    assert!(names.len() < SLOW && names.iter().all(|name| name.ends_with(".png")), "{names:?}");
    // With less effort the same pictures are done at once; the settings differ, so they are all made anew.
    let ran = scratch.run(&["in", "-o", "out", "--resume", "--redo"]);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), SLOW), "{}", ran.stderr);
}

#[test]
fn scenario_52_a_second_signal_stops_at_once() {
    let (scratch, args) = slow();
    // Longer than any test is waited for, so that it is the second signal that ends it.
    let args = [&args[..], &["--grace", "86400"]].concat();
    let mut child = scratch.command(&args).spawn().unwrap();
    until_something_is_written(&scratch);
    signal(&child, "-INT");
    // Signals that come at once are one.
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    while !first.contains("pipeline: finishing ") {
        assert!(said.read_line(&mut first).unwrap() > 0, "it does not say that it drains: {first}");
    }
    signal(&child, "-INT");
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{first}{rest}");
    assert!(rest.contains("pipeline: stopping after the steps that run now"), "{first}{rest}");
    assert!(!rest.contains("the grace time is over"), "{first}{rest}");
    let names = scratch.names("out");
    assert!(names.len() < SLOW && names.iter().all(|name| name.ends_with(".png")), "{names:?}");
}

/// A file system of a given size in memory, gone when this is dropped.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(scratch: &Scratch, options: &str) -> Option<Self> {
        let path = scratch.path().join("out");
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(path));
        }
        let skipped = "SKIPPED: a small file system can only be mounted by root; run this test as root";
        let _ = writeln!(std::io::stderr(), "{skipped}");
        None
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn scenario_44_a_full_disk_ends_the_run_says_what_to_do_and_is_resumed() {
    for (full, room) in [("size=200k", "size=40m"), ("size=40m,nr_inodes=40", "size=40m,nr_inodes=4000")] {
        let (scratch, args) = much(120, &[]);
        let Some(out) = Small::mount(&scratch, full) else { return };
        let ran = scratch.run(&args);
        assert_eq!(ran.code, Some(3), "{full}: {}", ran.stderr);
        assert!(ran.stderr.contains("free some space"), "{}", ran.stderr);
        assert!(ran.stderr.contains("give the same command with --resume"), "{}", ran.stderr);
        let names = scratch.names("out");
        assert!(!names.is_empty() && names.len() < 120, "{}", names.len());
        assert!(names.iter().all(|name| name.ends_with(".png")), "{names:?}");
        out.remount(room);
        assert_resumes(&scratch, &args);
    }
}

#[test]
fn scenario_45_a_read_only_output_ends_it_before_the_work() {
    let (scratch, args) = much(3, &[]);
    let Some(out) = Small::mount(&scratch, "size=4m") else { return };
    out.remount("ro");
    let ran = scratch.run(&args);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("output out: cannot "), "{}", ran.stderr);
    out.remount("rw");
    assert_resumes(&scratch, &args);
}

#[test]
fn scenario_45_an_output_that_goes_away_ends_the_run_and_says_what_to_do() {
    let (scratch, args) = much(400, &["--effort", "balanced"]);
    let child = scratch.command(&args).spawn().unwrap();
    until_something_is_written(&scratch);
    // Until nothing new is in it.
    let began = Instant::now();
    while fs::remove_dir_all(scratch.path().join("out")).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "it cannot be removed");
    }
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains(": the output directory cannot be used any more: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("see that the output directory is there"), "{}", ran.stderr);
    assert_resumes(&scratch, &args);
}

/// The command without the rights of root; nothing, loudly, if they cannot be dropped.
fn as_nobody(scratch: &Scratch, args: &[&str]) -> Option<Command> {
    const NOBODY: [&str; 6] = ["--reuid", "65531", "--regid", "65531", "--clear-groups", "--inh-caps=-all"];
    let mut can = Command::new("setpriv");
    can.args(NOBODY).args([env!("CARGO_BIN_EXE_pipeline"), "--version"]);
    if !can.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: run this test as root, which can drop its rights, in a folder that others may enter"
        );
        return None;
    }
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(NOBODY).arg(env!("CARGO_BIN_EXE_pipeline")).args(args).current_dir(scratch.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(command)
}

#[test]
fn scenario_45_rights_lost_to_all_of_the_output_end_the_run_and_to_one_name_fail_that() {
    let (scratch, args) = much(400, &["--effort", "balanced"]);
    (0..3).for_each(|n| drop(scratch.picture(&format!("in/closed/{n}.png"), n)));
    let out = scratch.path().join("out");
    let rights = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let Some(mut command) = as_nobody(&scratch, &args) else { return };
    let child = command.spawn().unwrap();
    until_something_is_written(&scratch);
    rights(&out, 0o555).unwrap();
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("let this user write to the output directory"), "{}", ran.stderr);
    let again: Ran = as_nobody(&scratch, &args).unwrap().output().unwrap().into();
    assert_eq!(again.code, Some(3), "it is found out before the work: {}", again.stderr);
    rights(&out, 0o777).unwrap();
    fs::create_dir_all(out.join("closed")).unwrap();
    rights(&out.join("closed"), 0o555).unwrap();
    let resume = [&args[..], &["--resume"]].concat();
    let ran: Ran = as_nobody(&scratch, &resume).unwrap().output().unwrap().into();
    assert_eq!((ran.code, ran.lines("in/closed/").len()), (Some(1), 3), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 400);
    rights(&out.join("closed"), 0o777).unwrap();
    let ran: Ran = as_nobody(&scratch, &resume).unwrap().output().unwrap().into();
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), 403), "{}", ran.stderr);
}

#[test]
fn scenario_49_with_too_few_descriptors_nothing_is_lost() {
    let (scratch, args) = much(60, &["--readers", "8", "--writers", "8"]);
    let mut refused = 0;
    for limit in [8, 12, 16, 20, 24, 32] {
        let limited = format!("ulimit -n {limit}; exec \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_pipeline")]).args(&args);
        let ran: Ran = command.current_dir(scratch.path()).output().unwrap().into();
        match ran.code {
            Some(0) => assert_eq!(scratch.names("out").len(), 60),
            // Where not even the program's libraries can be opened, the loader says so.
            Some(127) => refused += 1,
            Some(3) => {
                refused += 1;
                let said =
                    ran.stderr.contains("allow more open files") || ran.stderr.contains("Too many open");
                assert!(said, "{limit}: {}", ran.stderr);
            }
            code => panic!("{limit}: {code:?}: {}", ran.stderr),
        }
    }
    assert!(refused > 0, "no limit was too low");
    assert_resumes(&scratch, &args);
}
