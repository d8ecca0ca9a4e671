//! A directory with very many files: the first result comes at once, and names cost little more than themselves.
//! `PIPELINE_TEST_MILLION=1` makes it a million; by default it is 20,000.

use crate::command::Scratch;
use crate::support::report;
use std::fs;
use std::io::Write;

#[test]
fn scenario_42_the_first_result_does_not_wait_for_the_listing() {
    let count: u64 = if std::env::var_os("PIPELINE_TEST_MILLION").is_some() { 1_000_000 } else { 20_000 };
    let scratch = Scratch::new();
    let first = scratch.picture("in/000000000.png", 1);
    let text = scratch.file("in/000000001.txt", b"nothing");
    // Names of few files cost no space. One in a thousand is a picture; the others are looked at and passed over.
    let mut targets = [text, first];
    for number in 2..count {
        let (kind, end) = if number % 1000 == 0 { (1, "png") } else { (0, "txt") };
        let name = scratch.path().join(format!("in/{number:09}.{end}"));
        // A file has at most some ten thousand names; then the next ones are of another.
        if fs::hard_link(&targets[kind], &name).is_err() {
            fs::copy(&targets[kind], &name).unwrap();
            targets[kind] = name;
        }
    }
    let ran = scratch.run(&["in", "-o", "out", "--report", "report.json", "--progress", "none"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report = report(&scratch);
    assert_eq!(report["counts"]["admitted"], count);
    assert_eq!(report["counts"]["done"], count / 1000);
    let seconds = report["first_finished_seconds"].as_f64().unwrap();
    // What is promised holds of the product; a debug build on a busy machine shows only that it does not wait for all.
    let whole = report["os"]["wall_seconds"].as_f64().unwrap();
    let most = if cfg!(debug_assertions) { whole / 2.0 } else { 3.0 };
    assert!(seconds < most, "of {whole} s, the first came after {seconds} s");
    // A name and 64 bytes an entry, and half as much while the list grows, above what any run takes.
    let peak = report["os"]["peak_memory"].as_u64().unwrap();
    let allowed = (32 << 20) + count * (13 + 64) * 3 / 2;
    assert!(peak <= allowed, "{peak} bytes were resident, {allowed} allowed");
    let figures = format!("{count} files: first after {seconds:.3} s, {peak} bytes resident");
    let _ = writeln!(std::io::stderr(), "{figures}");
}
