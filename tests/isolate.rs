//! Decoding in processes of its own: the same results, and what ends such a process costs one picture.
//!
//! Pictures that misbehave exist in debug builds only, where the end of a file says what its decoder does; see
//! `src/job/isolate/faults.rs`. With `cargo test --release` their tests are skipped.
#![cfg(all(target_os = "linux", feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]
#![allow(dead_code, reason = "the tests of the command share more than this one uses")]

#[path = "common/command.rs"]
mod command;

use command::{Ran, Scratch};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether pictures can misbehave in this build.
fn faults() -> bool {
    if !cfg!(debug_assertions) {
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: pictures misbehave in debug builds only; run cargo test");
    }
    cfg!(debug_assertions)
}

/// A picture whose decoder does this.
fn culprit(scratch: &Scratch, name: &str, fault: &str) {
    let file = [b"P5 2 1 255 \x00\xff".as_slice(), b"FAULT ", fault.as_bytes()].concat();
    scratch.file(name, &file);
}

fn innocents(scratch: &Scratch, count: u32) {
    for n in 0..count {
        let extension = ["png", "jpg", "bmp", "tiff", "qoi"][n as usize % 5];
        scratch.picture(&format!("in/{n}.{extension}"), n);
    }
}

fn run_with(scratch: &Scratch, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = scratch.command(args);
    command.env("PIPELINE_TEST_FAULTS", "1").envs(variables.iter().copied());
    command.output().unwrap().into()
}

fn report(scratch: &Scratch) -> Value {
    serde_json::from_str(&fs::read_to_string(scratch.path().join("run.json")).unwrap()).unwrap()
}

/// What was said of an input.
fn said<'r>(ran: &'r Ran, name: &str) -> &'r str {
    let lines = ran.lines(&format!("in/{name}: "));
    assert_eq!(lines.len(), 1, "{name}: {}", ran.stderr);
    lines[0]
}

#[test]
fn what_ends_its_process_costs_one_picture() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    innocents(&scratch, 20);
    let ends = [
        ("abort", "decode: ended its process: abort"),
        ("overflow", "decode: ended its process: stack overflow"),
        ("allocate", "bytes of memory wanted"),
        ("spin", "decode: ended its process: more than 5 s of computing"),
        ("exit", "decode: ended its process: exit code 7"),
        ("open", "decode: ended its process: a forbidden system call"),
        ("connect", "decode: ended its process: a forbidden system call"),
        ("start", "decode: ended its process: a forbidden system call"),
        ("babble", "decode: ended its process: an answer that cannot be"),
    ];
    ends.iter().for_each(|(fault, _)| culprit(&scratch, &format!("in/{fault}.pgm"), fault));
    let args = ["in", "-o", "out", "--isolate", "--format", "png", "--report", "run.json", "--decoders", "3"];
    let ran = run_with(&scratch, &args, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for (fault, end) in ends {
        let line = said(&ran, &format!("{fault}.pgm"));
        assert!(line.contains(end), "{line}");
    }
    assert_eq!(scratch.names("out").len(), 20);
    let report = report(&scratch);
    assert_eq!(report["totals"]["processes_lost"], 9);
    assert_eq!((&report["counts"]["admitted"], &report["counts"]["done"]), (&29.into(), &20.into()));
    assert_eq!((&report["counts"]["failed"], &report["counts"]["interrupted"]), (&9.into(), &0.into()));
    // They lie in the pictures: they are not tried again.
    let again = run_with(&scratch, &[&args[..], &["--resume"]].concat(), &[]);
    assert_eq!(again.code, Some(1), "{}", again.stderr);
    assert!(
        said(&again, "overflow.pgm").contains("failed before (decode: ended its process: stack overflow)")
    );
}

#[test]
fn scenario_26_a_panic_in_a_codec_costs_one_picture_here_and_apart() {
    if !faults() {
        return;
    }
    for way in [&["--decoders", "1"][..], &["--decoders", "1", "--isolate"]] {
        let scratch = Scratch::new();
        innocents(&scratch, 20);
        // One comes first, one last, and the same worker goes on between them.
        ["00.pgm", "9x.pgm"].iter().for_each(|name| culprit(&scratch, &format!("in/{name}"), "panic"));
        let args = [&["in", "-o", "out", "--format", "png", "--report", "run.json"], way].concat();
        let ran = run_with(&scratch, &args, &[]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        for name in ["00.pgm", "9x.pgm"] {
            assert_eq!(said(&ran, name), format!("in/{name}: decode: panic: a codec gave up"));
        }
        assert_eq!(scratch.names("out").len(), 20);
        let report = report(&scratch);
        assert_eq!((&report["counts"]["admitted"], &report["counts"]["done"]), (&22.into(), &20.into()));
        assert_eq!((&report["counts"]["failed"], &report["counts"]["interrupted"]), (&2.into(), &0.into()));
        assert_eq!(report["totals"]["processes_lost"], 0, "a panic is an answer");
        let journal = fs::read_to_string(scratch.path().join("out/.pipeline/journal")).unwrap();
        let records = journal.lines().filter(|line| line.contains("\"reason\":\"panic: a codec gave up\""));
        assert_eq!(records.filter(|line| line.contains("\"is\":\"failed\"")).count(), 2, "{journal}");
        // It lies in the pictures: they are not tried again.
        let again = run_with(&scratch, &[&args[..], &["--resume"]].concat(), &[]);
        assert_eq!(again.code, Some(1), "{}", again.stderr);
        assert!(said(&again, "00.pgm").contains("failed before (decode: panic: a codec gave up)"));
    }
}

#[test]
fn a_decoder_has_no_descriptor_but_its_three_pipes() {
    let scratch = Scratch::new();
    (0..400).for_each(|n| drop(scratch.sized(&format!("in/{n}.png"), n, 200, 150)));
    let mut command = Command::new("sh");
    // As a careless program that starts this one leaves its files open.
    command.args(["-c", "exec 9</etc/passwd; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_pipeline")]);
    command.args(["in", "-o", "out", "--isolate", "--effort", "balanced"]).current_dir(scratch.path());
    let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
    let open = |pid: u32| -> BTreeSet<String> {
        let listed = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        listed.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    let only_pipes: BTreeSet<String> = ["0", "1", "2"].map(str::to_owned).into();
    until("all decoders have closed what they inherited", || {
        let decoders = children(child.id());
        !decoders.is_empty() && decoders.iter().all(|pid| open(*pid) == only_pipes)
    });
    assert!(open(child.id()).contains("9"), "the run itself has it");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_waits_for_ever_is_not_waited_for() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    innocents(&scratch, 5);
    culprit(&scratch, "in/wait.pgm", "wait");
    let ran = run_with(&scratch, &["in", "-o", "out", "--isolate"], &[("PIPELINE_TEST_PATIENCE", "1")]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(said(&ran, "wait.pgm").ends_with("decode: ended its process: no answer within 1 s"));
    assert_eq!(scratch.names("out").len(), 5);
}

#[test]
fn without_the_filter_of_system_calls_there_are_still_no_files_and_no_network() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    for fault in ["open", "connect", "start"] {
        culprit(&scratch, &format!("in/{fault}.pgm"), fault);
    }
    let args = ["in", "-o", "out", "--isolate", "--format", "png"];
    let ran = run_with(&scratch, &args, &[("PIPELINE_TEST_NO_FILTER", "1")]);
    // Where one succeeds, the process ends with code 99.
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 3);
    let said = ran.lines("pipeline: pictures are decoded in processes of their own");
    assert!(said[0].contains("not on this system: only system calls of decoding (seccomp)"), "{said:?}");
}

#[test]
fn scenario_27_a_picture_that_ended_a_run_is_named_by_the_next_and_tried_no_more() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    innocents(&scratch, 30);
    culprit(&scratch, "in/5x.pgm", "overflow");
    let args = ["in", "-o", "out", "--format", "png"];
    let died = run_with(&scratch, &args, &[]);
    assert_eq!(died.code, None, "a signal ended it: {}", died.stderr);
    let resume = [&args[..], &["--resume"]].concat();
    let ran = run_with(&scratch, &resume, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("the run before did not come to its end"), "{}", ran.stderr);
    assert!(said(&ran, "5x.pgm").ends_with("decode: ended its process: stack overflow"), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 30);
    let ran = run_with(&scratch, &resume, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(said(&ran, "5x.pgm").contains("failed before"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("processes of their own"), "{}", ran.stderr);
    let args = [&args[..], &["-o", "clean", "--isolate"]].concat();
    assert_eq!(run_with(&scratch, &args, &[]).code, Some(1));
    assert!(scratch.tree("out") == scratch.tree("clean"), "the trees differ");
}

#[test]
fn after_a_death_it_is_said_if_nothing_can_be_isolated() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    innocents(&scratch, 5);
    culprit(&scratch, "in/5x.pgm", "abort");
    let args = ["in", "-o", "out", "--format", "png"];
    assert_eq!(run_with(&scratch, &args, &[]).code, None);
    let resume = [&args[..], &["--resume", "--report", "run.json"]].concat();
    // The fault is not committed again, and no process can be had.
    let mut command = scratch.command(&resume);
    let ran: Ran = command.env("PIPELINE_TEST_NO_PROCESS", "1").output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let why = "the run before did not come to its end; if a picture ended it, it can end this one too";
    assert_eq!(ran.lines(&format!("pipeline: {why}")).len(), 1, "{}", ran.stderr);
    let told = &report(&scratch)["isolation"];
    assert!(told["missing"].as_str().unwrap().starts_with(why), "{told}");
    assert_eq!(told["holding"], serde_json::json!([]));
}

#[test]
fn after_a_death_only_what_may_have_been_under_way_is_decoded_apart() {
    if !faults() {
        return;
    }
    let scratch = Scratch::new();
    // Refused by a limit, so that they are tried again by each run, and before the culprit.
    (0..40).for_each(|n| drop(scratch.sized(&format!("in/0{n:02}.png"), n, 50, 40)));
    innocents(&scratch, 5);
    culprit(&scratch, "in/5x.pgm", "abort");
    let args = ["in", "-o", "out", "--format", "png", "--max-width", "30", "--window", "3"];
    assert_eq!(run_with(&scratch, &args, &[]).code, None);
    let ran = run_with(&scratch, &[&args[..], &["--resume"]].concat(), &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(said(&ran, "5x.pgm"), "in/5x.pgm: decode: ended its process: abort");
    assert_eq!(scratch.names("out").len(), 5);
}

/// Everything in the corpus that is small, and what is broken in every way.
fn all_of(corpus: &Path) -> Vec<String> {
    let all = ["hostile", "pngsuite", "jpegsuite", "orientation", "kodak", "photos"];
    all.iter().map(|part| corpus.join(part).to_str().unwrap().to_owned()).collect()
}

/// Failures and warnings, each with its picture.
fn remarks(ran: &Ran) -> BTreeSet<&str> {
    ran.stderr.lines().filter(|line| !line.starts_with("pipeline: ") && !line.starts_with('{')).collect()
}

/// Compares a run here with one in other processes: files, messages, exit code.
fn compare(scratch: &Scratch, inputs: &[String], way: &[&str]) {
    let run = |out: &str, more: &[&str]| {
        let _ = fs::remove_dir_all(scratch.path().join(out));
        let inputs = inputs.iter().map(String::as_str).collect::<Vec<_>>();
        // Without a summary, whose times differ.
        scratch.run(&[&inputs, way, &["-o", out, "--progress", "json"], more].concat())
    };
    let (here, there) = (run("here", &[]), run("there", &["--isolate"]));
    assert_eq!(here.code, there.code, "{}", there.stderr);
    let differing: Vec<_> = remarks(&here).symmetric_difference(&remarks(&there)).copied().take(6).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(scratch.tree("here") == scratch.tree("there"), "the trees differ");
    assert!(scratch.names("here").len() >= 40);
}

#[test]
fn results_and_messages_are_those_of_decoding_here() {
    let scratch = Scratch::new();
    innocents(&scratch, 40);
    scratch.file("in/odd.png", b"\x89PNG\r\n\x1a\nnothing");
    let mut inputs = vec!["in".to_owned()];
    match std::env::var("TEST_CORPUS") {
        Ok(corpus) => inputs.extend(all_of(Path::new(&corpus))),
        Err(_) => {
            let skipped = "SKIPPED: set TEST_CORPUS to compare broken pictures too";
            let _ = writeln!(std::io::stderr(), "{skipped}");
        }
    }
    compare(&scratch, &inputs, &["--op", "gray", "--format", "same"]);
    let all = std::env::var_os("PIPELINE_TEST_ISOLATE").is_some_and(|how| how == "full");
    let inputs = if all { &inputs } else { &inputs[..1] };
    compare(&scratch, inputs, &["--op", "none", "--format", "png", "--effort", "fastest", "--lenient"]);
}

/// Processes whose parent this is, and the first argument of each.
fn children(parent: u32) -> Vec<u32> {
    let of = |entry: fs::DirEntry| -> Option<u32> {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let after_name: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        (after_name[1] == parent.to_string()).then_some(pid)
    };
    fs::read_dir("/proc").unwrap().filter_map(|entry| of(entry.ok()?)).collect()
}

/// Whether a process runs, rather than waits for somebody to take note of its end.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

fn until(what: &str, mut happens: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happens() {
        assert!(began.elapsed() < Duration::from_secs(60), "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A run with enough to do that it can be disturbed, and its processes.
fn long_run(scratch: &Scratch) -> (Child, Vec<u32>) {
    (0..400).for_each(|n| drop(scratch.sized(&format!("in/{n}.png"), n, 200, 150)));
    let mut command = scratch.command(&["in", "-o", "out", "--isolate", "--effort", "balanced"]);
    let child = command.process_group(0).spawn().unwrap();
    until("something is written", || scratch.names("out").iter().any(|name| name.ends_with(".png")));
    let decoders = children(child.id());
    assert!(!decoders.is_empty(), "nothing decodes");
    (child, decoders)
}

#[test]
fn no_process_outlives_the_run_even_if_that_is_killed() {
    let scratch = Scratch::new();
    let (mut child, decoders) = long_run(&scratch);
    child.kill().unwrap();
    child.wait().unwrap();
    until("all processes end", || !decoders.iter().any(|pid| runs(*pid)));
}

#[test]
fn a_process_that_somebody_kills_costs_at_most_its_picture_and_another_takes_its_place() {
    let scratch = Scratch::new();
    let (child, decoders) = long_run(&scratch);
    for pid in &decoders {
        let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    }
    let ran: Ran = child.wait_with_output().unwrap().into();
    let lost = ran.lines("in/").len();
    assert!(lost <= decoders.len(), "{}", ran.stderr);
    assert_eq!(scratch.names("out").len() + lost, 400, "{}", ran.stderr);
    assert_eq!(ran.code, Some(i32::from(lost > 0)), "{}", ran.stderr);
    let args = ["in", "-o", "out", "--isolate", "--effort", "balanced", "--resume"];
    let ran = scratch.run(&args);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), 400), "{}", ran.stderr);
}

/// Whether a decoder has said that it waits; it says so once.
fn says_that_it_waits(pid: u32) -> bool {
    // Another end of the pipe that it writes its last words to.
    let mut options = fs::OpenOptions::new();
    options.read(true).custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let mut said = [0; 64];
    let read = options.open(format!("/proc/{pid}/fd/2")).and_then(|mut pipe| pipe.read(&mut said));
    read.is_ok_and(|length| said[..length].ends_with(b"waiting"))
}

/// One picture whose decoder only waits, and so many seconds of patience with it. Processes are killed once they wait, at most
/// so many times.
fn waiting_and_killed(patience: &str, most: usize) -> Ran {
    let scratch = Scratch::new();
    culprit(&scratch, "in/a.pgm", "wait");
    let mut command = scratch.command(&["in", "-o", "out", "--isolate"]);
    command.envs([("PIPELINE_TEST_FAULTS", "1"), ("PIPELINE_TEST_PATIENCE", patience)]);
    let mut child = command.spawn().unwrap();
    let mut killed = 0;
    until("the run ends, or enough are killed", || {
        for pid in children(child.id()).into_iter().filter(|pid| says_that_it_waits(*pid)) {
            let kill = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
            killed += usize::from(kill.unwrap().success());
        }
        killed == most || child.try_wait().unwrap().is_some()
    });
    assert!(killed >= most.min(2), "it was asked once more only {killed} times");
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_picture_whose_process_somebody_killed_is_tried_once_more() {
    if !faults() {
        return;
    }
    let ran = waiting_and_killed("10", 1);
    assert!(said(&ran, "a.pgm").contains("no answer within 10 s"), "{}", ran.stderr);
    let ran = waiting_and_killed("300", usize::MAX);
    assert!(
        said(&ran, "a.pgm").contains("was killed from outside, or for want of memory, twice"),
        "{}",
        ran.stderr
    );
}

#[test]
fn ctrl_c_in_a_terminal_drains_and_ends_no_decoder() {
    let scratch = Scratch::new();
    let (child, _) = long_run(&scratch);
    // As a terminal does it: to the whole group.
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert!(ran.lines("in/").is_empty(), "{}", ran.stderr);
    assert!(scratch.names("out").len() < 400, "it was interrupted");
}

#[test]
fn where_no_process_can_be_had_nothing_is_decoded() {
    let scratch = Scratch::new();
    innocents(&scratch, 5);
    let mut command = Command::new("sh");
    // Enough for the program, and not for the pipes of another.
    command.args(["-c", "ulimit -n 9; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_pipeline")]);
    command.args(["in", "-o", "out", "--isolate"]).current_dir(scratch.path());
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(scratch.names("out").is_empty());
}

#[test]
fn the_word_that_starts_a_decoder_is_harmless_by_hand() {
    let scratch = Scratch::new();
    let ran = scratch.run(&["--decode-for-parent"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(!scratch.run(&["--help"]).stdout.contains("decode-for-parent"));
}
