//! Disks, files, memory and threads that run out or are limited.

use crate::command::{Ran, Scratch};
use crate::support::{Mounted, accounted, assert_resumes, below, can, run, skipped, with_good};
use std::fs;

/// Some pictures of which no result is smaller than a few KiB.
fn some(count: u32) -> Scratch {
    let scratch = Scratch::new();
    (0..count).for_each(|n| drop(scratch.sized(&format!("in/{n:02}.png"), n, 160, 120)));
    scratch
}

/// The command in a shell that has limited itself.
fn limited(scratch: &Scratch, limit: &str, args: &[&str]) -> Ran {
    let script = format!("{limit}; exec \"$@\"");
    below(scratch, &["sh", "-c", &script, "sh"], args)
}

#[test]
fn scenario_46_a_temporary_is_on_the_file_system_of_its_result() {
    let scratch = some(2);
    scratch.sized("in/below/a.png", 9, 40, 30);
    fs::create_dir(scratch.path().join("out")).unwrap();
    let Some(mounted) = Mounted::new(&scratch, "out/below", "size=4m") else { return };
    let ran = scratch.run(&["in", "-o", "out", "--existing", "overwrite", "--durable"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(scratch.names("out"), ["00.png", "01.png", "below/a.png"]);
    drop(mounted);
    assert_eq!(scratch.names("out").len(), 2, "it was on the other file system");
}

#[test]
fn scenario_48_a_limit_on_the_size_of_files_fails_what_is_larger_and_nothing_else() {
    let scratch = some(3);
    scratch.sized("in/large.png", 4, 2400, 1800);
    // In blocks of 512 bytes, as POSIX has it.
    let ran = limited(&scratch, "ulimit -f 100", &["in", "-o", "out", "--report", "report.json"]);
    let ran = accounted(&scratch, ran);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(
        ran.lines("in/large.png: write: cannot write the output: File too large").len(),
        1,
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.names("out").len(), 3);
    assert_resumes(&scratch, &[]);
}

#[test]
fn scenario_59_too_little_memory_loses_nothing() {
    let scratch = some(12);
    assert_eq!(scratch.run(&["in", "-o", "clean"]).code, Some(0));
    let expected = scratch.tree("clean");
    let mut ends = Vec::new();
    for mebibytes in [40, 120, 200, 400, 1000, 4000] {
        let limit = format!("ulimit -v {}; ulimit -c 0", mebibytes * 1024);
        let ran = limited(
            &scratch,
            &limit,
            &[
                "in",
                "-o",
                "out",
                "--resume",
                "--readers",
                "2",
                "--decoders",
                "2",
                "--converters",
                "2",
                "--encoders",
                "2",
            ],
        );
        let tree = scratch.tree("out");
        for (name, bytes) in tree.iter().filter(|(name, _)| !name.ends_with(".tmp")) {
            assert!(expected.get(name) == Some(bytes), "{mebibytes} MiB: {name}");
        }
        let said = |words: &[&str]| words.iter().any(|word| ran.stderr.contains(word));
        match ran.code {
            Some(0) => assert!(tree == expected, "{mebibytes} MiB: it says that all is done"),
            // The program or one of its threads could not begin.
            Some(127) => assert!(said(&["cannot allocate", "failed to map"]), "{}", ran.stderr),
            Some(3) => assert!(said(&["thread", "memory"]), "{mebibytes} MiB: {}", ran.stderr),
            Some(1) => assert!(said(&["limit: memory for this picture"]), "{mebibytes} MiB: {}", ran.stderr),
            // Rust's library, or the loader's, ends what cannot have memory.
            None => assert!(said(&["memory", "allocat"]), "{mebibytes} MiB: {}", ran.stderr),
            code => panic!("{mebibytes} MiB: {code:?}: {}", ran.stderr),
        }
        ends.push((mebibytes, ran.code));
    }
    assert_ne!(ends[0].1, Some(0), "40 MiB are not enough for anything: {ends:?}");
    assert_eq!(ends[4..], [(1000, Some(0)), (4000, Some(0))], "these are enough");
    let _ = fs::remove_dir_all(scratch.path().join("clean"));
    assert_resumes(&scratch, &["--readers", "2"]);
}

#[test]
fn scenario_60_the_budget_holds_however_slow_the_disk_is() {
    let scratch = some(40);
    if !can("strace", &["-qq", "-o", "/dev/null", "true"]) {
        return skipped("install strace to make writing slow");
    }
    let delay = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat,renameat2,rename"];
    let slow =
        [&["strace"], &delay[..], &["-e", "inject=renameat,renameat2,rename:delay_enter=20000"]].concat();
    let args = ["in", "-o", "out", "--memory", "4MiB", "--writers", "1", "--report", "report.json"];
    let ran = accounted(&scratch, below(&scratch, &slow, &args));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = crate::support::report(&scratch);
    let budget = &report["budgets"].as_array().unwrap()[1];
    assert!(budget["peak"].as_u64().unwrap() <= budget["capacity"].as_u64().unwrap(), "{budget}");
    let window = report["window"].as_u64().unwrap();
    assert!(report["counts"]["peak_unfinished"].as_u64().unwrap() <= window, "{}", report["counts"]);
    // What waits for the disk is what slows everything down: nobody runs ahead of it.
    let write = report["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == "write").unwrap();
    assert!(write["finished"].as_u64().is_none_or(|finished| finished == 40), "{write}");
    let resident = crate::support::peak(&scratch);
    assert!(resident <= (4 + 64) * crate::support::MIB, "{resident} bytes were resident");
}

#[test]
fn scenario_64_without_threads_it_says_so_and_has_lost_nothing() {
    // Enough that it is not over before so many threads have been asked for.
    let scratch = some(60);
    let ran = scratch.run(&["in", "-o", "out", "--readers", "100000"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("at most 1024 (the cap)"), "{}", ran.stderr);
    assert!(!scratch.path().join("out").exists());
    // A user that no other test is, for the limit is one on all threads of a user.
    let as_nobody = ["setpriv", "--reuid", "65529", "--regid", "65529", "--clear-groups", "--inh-caps=-all"];
    if !can("setpriv", &[&as_nobody[1..], &["true"]].concat()) {
        return skipped(
            "the number of threads is not limited for root, and rights cannot be dropped; run this test as root",
        );
    }
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let at_most = |threads: &str, args: &[&str]| {
        let limit = format!("--nproc={threads}:{threads}");
        below(&scratch, &[&["prlimit", limit.as_str()], &as_nobody[..]].concat(), args)
    };
    let ran = at_most("40", &["in", "-o", "few", "--readers", "500"]);
    assert_eq!((ran.code, scratch.names("few").len()), (Some(0), 60), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("of 500 workers, no more threads could be started"),
        "it says so: {}",
        ran.stderr
    );
    let ran = at_most("3", &["in", "-o", "out"]);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(3), 0), "{}", ran.stderr);
    assert!(ran.stderr.contains("thread"), "it says so: {}", ran.stderr);
    let ran = below(&scratch, &as_nobody, &["in", "-o", "out", "--resume"]);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), 60), "{}", ran.stderr);
}

#[test]
fn scenario_65_only_what_is_told_and_compared_with_files_is_by_the_wall_clock() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for below in ["src", "stages/src", "stages/jpeg/src"] {
        sources(&root.join(below), &mut found);
    }
    found.sort();
    let by_wall_clock: Vec<_> = found
        .iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("SystemTime::now"))
        .map(|path| path.strip_prefix(root).unwrap().to_str().unwrap())
        .collect();
    assert_eq!(by_wall_clock, WALL_CLOCK, "durations are measured by monotonic clocks");
    let scratch = with_good();
    assert_eq!(run(&scratch, &[]).code, Some(0));
}

/// The beginning of a run in its report, and the times of records.
const WALL_CLOCK: [&str; 2] = ["src/cli/settings_json.rs", "src/job/journal/stamp.rs"];

fn sources(directory: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}
