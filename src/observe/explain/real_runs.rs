//! Bottlenecks made on purpose in real runs of the engine. What depends on other programs on the machine is not
//! asserted.
#![cfg(not(shuttle))]

use super::super::view::{Totals, View};
use super::{Diagnosis, diagnose, explain};
use crate::engine::{ByteSize, Pipeline, Runnable, Stage};
use std::convert::Infallible;
use std::thread::sleep;
use std::time::{Duration, Instant};

type Step = fn(u32) -> Result<u32, Infallible>;

const NOTHING: Step = Ok;
const SLEEP: Step = |n| {
    sleep(Duration::from_millis(10));
    Ok(n)
};
const SPIN: Step = |n| {
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(5) {
        std::hint::spin_loop();
    }
    Ok(n)
};

fn list<'a>() -> Pipeline<'a, u32> {
    Pipeline::source("list", 0..60u32, |n| n.to_string())
}

/// Cores: as many as were used, and so many idle ones.
fn explained(pipeline: Runnable<'_>, idle: f64) -> String {
    let report = pipeline.run().unwrap();
    let used: f64 = report.stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
    let (totals, cores) = (Totals::default(), used / report.wall.as_secs_f64() + idle);
    explain(&View { report: &report, totals: &totals, expected: None, cores, os: None })
}

fn read_encode_write<'a>(read: Step, encode: Step, write: Step) -> Runnable<'a> {
    list()
        .stage(Stage::map("read", read).workers(1).queue(4))
        .stage(Stage::map("encode", encode).workers(1).queue(4))
        .stage(Stage::map("write", write).workers(2).queue(4))
        .sink("done", drop)
}

#[test]
fn sleeping_writers_want_more_of_them() {
    let said = explained(read_encode_write(NOTHING, NOTHING, SLEEP), 2.0);
    assert!(said.starts_with("`--writers 4` would help: both writers are busy"), "{said}");
    assert!(said.contains("mostly waiting for storage"), "{said}");
}

#[test]
fn a_sleeping_reader_wants_another() {
    let said = explained(read_encode_write(SLEEP, NOTHING, NOTHING), 2.0);
    assert!(said.starts_with("`--readers 2` would help: the one reader is busy"), "{said}");
}

#[test]
fn a_spinning_encoder_wants_another_where_there_are_idle_cores() {
    let said = explained(read_encode_write(NOTHING, SPIN, NOTHING), 4.0);
    assert!(said.starts_with("`--encoders 2` would help: the one encoder is busy"), "{said}");
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn a_spinning_encoder_is_a_cpu_bottleneck_where_there_are_none() {
    let said = explained(read_encode_write(NOTHING, SPIN, NOTHING), 0.0);
    assert!(said.starts_with("CPU: ") && said.contains("mostly in encode"), "{said}");
}

#[test]
fn a_sleeping_source_is_named() {
    let slow = (0..60u32).inspect(|_| sleep(Duration::from_millis(5)));
    let pipeline = Pipeline::source("list", slow, |n| n.to_string())
        .stage(Stage::map("read", NOTHING).workers(2))
        .sink("done", drop);
    let said = explained(pipeline, 2.0);
    assert!(said.starts_with("Listing: `list` is busy"), "{said}");
}

#[test]
fn a_budget_for_one_picture_wants_memory() {
    let pipeline = list()
        .stage(Stage::map("read", NOTHING).workers(1))
        .budget(ByteSize::mib(1), |_| 1 << 20)
        .stage(Stage::map("decode", SLEEP).workers(4))
        .stage(Stage::map("write", SLEEP).workers(4))
        .sink("done", drop);
    let said = explained(pipeline, 2.0);
    assert!(said.starts_with("Memory: `decode` waits"), "{said}");
}

#[test]
fn a_window_of_one_wants_a_wider_one() {
    let pipeline = list()
        .stage(Stage::map("read", SLEEP).workers(2))
        .stage(Stage::map("write", SLEEP).workers(2))
        .window(1)
        .sink("done", drop);
    let said = explained(pipeline, 2.0);
    assert!(said.starts_with("`--window 4` would help: 1 picture"), "{said}");
}

/// What would help, on so many cores.
fn diagnosed(pipeline: Runnable<'_>, cores: f64) -> Diagnosis {
    let report = pipeline.run().unwrap();
    let totals = Totals::default();
    diagnose(&View { report: &report, totals: &totals, expected: None, cores, os: None })
}

#[test]
fn more_readers_are_proposed_for_a_sleeping_reader_with_what_they_give() {
    let diagnosis = diagnosed(read_encode_write(SLEEP, NOTHING, NOTHING), 2.0);
    assert_eq!(diagnosis.kind, "stage");
    assert!(diagnosis.verdict.starts_with("`read` limits: the one reader is busy"), "{diagnosis}");
    let best = &diagnosis.changes[0];
    assert!(best.flags.starts_with("--readers ") && best.gain > 2.0, "{diagnosis}");
    assert!(best.config[0].starts_with("read.workers = "), "{diagnosis}");
    assert!(best.range.0 < best.per_second && best.per_second < best.range.1, "{diagnosis}");
    assert!(diagnosis.changes.iter().all(|change| !change.flags.contains("--encoders")), "{diagnosis}");
}

#[test]
fn two_slow_stages_are_raised_together() {
    let diagnosis = diagnosed(read_encode_write(SLEEP, NOTHING, |n| SLEEP(n).and_then(SLEEP)), 2.0);
    let best = &diagnosis.changes[0].flags;
    assert!(best.contains("--readers ") && best.contains("--writers "), "{diagnosis}");
}

#[test]
fn a_small_budget_and_a_small_window_are_proposed_to_grow() {
    let pipeline = list()
        .stage(Stage::map("read", NOTHING).workers(1))
        .budget(ByteSize::mib(1), |_| 1 << 20)
        .stage(Stage::map("write", SLEEP).workers(4))
        .sink("done", drop);
    let diagnosis = diagnosed(pipeline, 2.0);
    assert_eq!(diagnosis.kind, "memory");
    assert!(diagnosis.changes[0].flags.contains("--memory "), "{diagnosis}");
    let pipeline = list()
        .stage(Stage::map("read", SLEEP).workers(2))
        .stage(Stage::map("write", SLEEP).workers(2))
        .window(1)
        .sink("done", drop);
    let diagnosis = diagnosed(pipeline, 2.0);
    assert_eq!(diagnosis.kind, "window");
    assert!(diagnosis.changes[0].flags.contains("--window "), "{diagnosis}");
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn where_the_cores_are_busy_nothing_helps_but_more_of_them() {
    let report = read_encode_write(NOTHING, SPIN, NOTHING).run().unwrap();
    let used: f64 = report.stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
    let (totals, cores) = (Totals::default(), used / report.wall.as_secs_f64());
    let diagnosis = diagnose(&View { report: &report, totals: &totals, expected: None, cores, os: None });
    assert_eq!(diagnosis.kind, "cores");
    assert!(diagnosis.changes.is_empty(), "{diagnosis}");
    assert!(
        diagnosis.outlook.as_deref().unwrap_or_default().starts_with("nothing would help: "),
        "{diagnosis}"
    );
    assert!(diagnosis.no_use.iter().any(|tried| tried.flags == "--encoders 2"), "{diagnosis}");
}
