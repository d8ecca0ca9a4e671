//! Which system calls are made when, and what becomes of a failing one, under `strace`.

use crate::command::{Ran, Scratch};
use crate::support::{assert_resumes, below, can, items, skipped};
use std::fs;

fn traced(scratch: &Scratch, options: &[&str], args: &[&str]) -> Option<Ran> {
    if !can("strace", &["-qq", "-o", "/dev/null", "true"]) {
        skipped("install strace to watch system calls");
        return None;
    }
    let strace = [&["strace", "-f", "-y", "-qq", "-o", "trace"], options].concat();
    Some(below(scratch, &strace, args))
}

fn calls(scratch: &Scratch) -> Vec<String> {
    let trace = String::from_utf8_lossy(&fs::read(scratch.path().join("trace")).unwrap()).into_owned();
    trace
        .lines()
        .map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').to_owned())
        .collect()
}

const CALLS: &str = "trace=fsync,fdatasync,rename,renameat,renameat2,write,pwrite64,writev";

#[test]
fn scenario_55_what_is_journaled_was_synced_before_with_its_directory() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    let args = ["in", "-o", "out", "--durable", "--readers", "1", "--writers", "1"];
    let Some(ran) = traced(&scratch, &["-e", CALLS], &args) else { return };
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let calls = calls(&scratch);
    let place = |what: &str, is: &dyn Fn(&str) -> bool| {
        calls.iter().position(|call| is(call)).unwrap_or_else(|| panic!("{what}:\n{}", calls.join("\n")))
    };
    let sync = |call: &str| call.starts_with("fsync(") || call.starts_with("fdatasync(");
    let file = place("the file is synced", &|call| sync(call) && call.contains(".tmp>"));
    let renamed = place("it is renamed", &|call| call.starts_with("rename") && call.contains("a.png"));
    let behind = calls[renamed..].iter().position(|call| sync(call) && call.contains("/out>"));
    let directory = renamed + behind.expect("its directory is synced");
    let writes = |call: &str| call.contains("write") && call.contains("/journal>");
    let record = place("it is journaled", &|call| writes(call) && call.contains("{\\\"item\\\""));
    let journal = calls.iter().rposition(|call| sync(call) && call.contains("/journal>"));
    let places = [file, renamed, directory, record];
    assert!(places.is_sorted(), "{places:?}\n{}", calls.join("\n"));
    assert!(journal.is_some_and(|journal| journal > record), "{}", calls.join("\n"));
}

#[test]
fn scenario_47_what_could_not_be_synced_is_not_done_and_not_tried_again() {
    let scratch = Scratch::new();
    (0..4).for_each(|n| drop(scratch.picture(&format!("in/{n}.png"), n)));
    let args = ["in", "-o", "out", "--durable", "--readers", "1", "--writers", "1", "--decoders", "1"];
    // Of each thread the second: the writer's second is that of the first result's directory, or of the second result.
    for when in ["1", "2", "3"] {
        let _ = fs::remove_dir_all(scratch.path().join("out"));
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={when}");
        let Some(ran) = traced(&scratch, &["-e", CALLS, "-e", &inject], &args) else { return };
        assert_eq!(ran.code, Some(3), "{when}: {}", ran.stderr);
        let calls = calls(&scratch);
        let failed: Vec<_> = calls.iter().filter(|call| call.contains("EIO")).collect();
        assert!(!failed.is_empty(), "{when}");
        for call in failed {
            // A temporary's name is its own, so that the same text again is the same file again.
            let what = call.split(')').next().unwrap();
            let again =
                calls.iter().filter(|other| other.split(')').next() == Some(what) && what.contains(".tmp>"));
            assert!(again.count() <= 1, "{what} was tried again");
        }
        let done = scratch.path().join("out/.pipeline/journal").exists();
        let done = if done { items(&scratch) } else { Vec::new() };
        let done = done.iter().filter(|item| item["is"] == "done").count();
        assert!(done < 4, "{when}: not all can be done");
        assert!(
            !scratch.names("out").iter().any(|name| name.ends_with(".tmp")),
            "{:?}",
            scratch.names("out")
        );
        assert_resumes(&scratch, &["--durable"]);
        let _ = fs::remove_dir_all(scratch.path().join("clean"));
    }
}

#[test]
fn scenario_54_a_run_killed_while_it_tries_out_its_output_leaves_nothing_behind() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    assert_eq!(scratch.run(&["in", "-o", "out"]).code, Some(0));
    let resume = ["in", "-o", "out", "--resume"];
    // The first file that a run removes is the one by which it tries out that files can be made.
    let Some(_) = traced(&scratch, &["-e", "inject=unlinkat:signal=KILL:when=1"], &resume) else { return };
    let killed = calls(&scratch).iter().any(|call| call.contains("killed by SIGKILL"));
    assert!(killed && scratch.names("out").len() == 2, "{:?}", scratch.names("out"));
    let ran = scratch.run(&resume);
    assert_eq!((ran.code, scratch.names("out")), (Some(0), vec!["a.png".to_owned()]), "{}", ran.stderr);
}

#[test]
fn scenario_55_the_names_of_the_output_and_of_its_parents_are_synced() {
    let scratch = Scratch::new();
    scratch.picture("in/a.png", 1);
    let args = ["in", "-o", "new/deep/out", "--durable"];
    let Some(ran) = traced(&scratch, &["-e", "trace=fsync,mkdir,mkdirat"], &args) else { return };
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let calls = calls(&scratch);
    let root = scratch.path().canonicalize().unwrap();
    for (made, parent) in [("new", ""), ("new/deep", "/new"), ("new/deep/out", "/new/deep")] {
        let made =
            calls.iter().rposition(|call| call.starts_with("mkdir") && call.contains(&format!("\"{made}\"")));
        let made = made.unwrap_or_else(|| panic!("it was not made:\n{}", calls.join("\n")));
        let synced = |call: &String| {
            call.starts_with("fsync(") && call.contains(&format!("<{}{parent}>", root.display()))
        };
        assert!(calls[made..].iter().any(synced), "{parent} was not synced:\n{}", calls.join("\n"));
    }
}

/// Network file systems tell of an exhausted quota when a file is closed: `close(2)`.
#[test]
fn scenario_44_what_a_file_system_tells_only_when_a_file_is_closed_is_heard() {
    let scratch = Scratch::new();
    (0..6).for_each(|n| drop(scratch.picture(&format!("in/{n}.png"), n)));
    let args = ["in", "-o", "out", "--readers", "1", "--writers", "1", "--decoders", "1"];
    let mut heard = 0;
    // The first of the main thread are the loader's, which does without none.
    for when in 6..=18 {
        let _ = fs::remove_dir_all(scratch.path().join("out"));
        let inject = format!("inject=close:error=EDQUOT:when={when}");
        let Some(ran) = traced(&scratch, &["-e", "trace=close", "-e", &inject], &args) else { return };
        // Of each thread one, of which the writer's may be that of the result.
        let result = |call: &String| call.contains("EDQUOT") && call.contains(".tmp>");
        let trial = |call: &String| call.contains("-00000000.tmp>");
        if calls(&scratch).iter().any(|call| result(call) && !trial(call)) {
            heard += 1;
            assert_eq!(ran.code, Some(3), "{when}: {}", ran.stderr);
            assert!(ran.stderr.contains("write: cannot finish writing the output: "), "{}", ran.stderr);
            assert!(ran.stderr.contains("free some of your quota"), "{}", ran.stderr);
            let left = scratch.names("out");
            assert!(left.len() < 6 && left.iter().all(|name| name.ends_with(".png")), "{left:?}");
        }
    }
    assert!(heard > 0, "the result is never closed");
    assert_resumes(&scratch, &[]);
}
