//! Elastic stages in real runs: they get the workers that help, nothing else is touched, and a caller has the last word.
//! What is decided when is tested on a simulated pipeline, beside the policy.
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod common;

use common::until;
use pipeline_images::engine::{Handle, Outcome, Pipeline, Report, Stage};
use std::convert::Infallible;
use std::thread::sleep;
use std::time::Duration;

fn slow(n: u64) -> Result<u64, Infallible> {
    sleep(Duration::from_millis(20));
    Ok(n)
}

/// Two stages that wait, of which one is elastic, without an end.
fn spawned() -> Handle {
    Pipeline::source("numbers", 0u64.., |_| "")
        .stage(Stage::map("elastic", slow).elastic(8))
        .stage(Stage::map("fixed", slow).workers(16))
        .sink("sink", drop)
        .spawn()
        .unwrap()
}

fn workers(report: &Report, stage: &str) -> usize {
    report.stage(stage).unwrap().workers
}

#[test]
fn the_stage_that_limits_gets_more_workers_and_a_fixed_one_never() {
    let handle = spawned();
    until("more workers were kept", || {
        handle.snapshot().decisions.iter().any(|decision| decision.outcome == Outcome::Kept)
    });
    let report = handle.drain().unwrap();
    assert_eq!(report.admitted, report.done);
    assert!((2..=8).contains(&workers(&report, "elastic")), "{:?}", report.decisions);
    assert_eq!(workers(&report, "fixed"), 16);
    for decision in &report.decisions {
        assert_eq!(decision.stage, "elastic");
        assert!(decision.reason.contains("busy"), "{decision}");
        assert!(decision.outcome != Outcome::Trying, "the run has ended: {decision}");
    }
}

#[test]
fn what_a_caller_sets_is_the_callers() {
    let handle = spawned();
    handle.set_workers("elastic", 1).unwrap();
    until("it would have been raised by now", || handle.snapshot().wall > Duration::from_secs(3));
    let report = handle.drain().unwrap();
    assert_eq!((workers(&report, "elastic"), report.decisions.len()), (1, 0), "{:?}", report.decisions);
}

#[test]
fn the_time_that_workers_had_follows_their_number() {
    let handle = spawned();
    until("it ran for a while", || handle.snapshot().wall > Duration::from_millis(200));
    handle.set_workers("elastic", 8).unwrap();
    let before = handle.snapshot();
    until("and for a while more", || handle.snapshot().wall > before.wall + Duration::from_millis(200));
    let report = handle.drain().unwrap();
    let (wall, had) = (report.wall, report.stage("elastic").unwrap().worker_time);
    // One worker until it was set, eight from then on.
    assert!(had > wall && had < 8 * wall, "{had:?} in {wall:?}");
    assert!(had >= 8 * (wall - before.wall), "{had:?} in {wall:?}");
    assert_eq!(report.stage("fixed").unwrap().worker_time, 16 * wall);
}

#[test]
fn a_run_that_borrows_is_elastic_too_and_its_last_trial_is_left_open() {
    let mut sum = 0;
    let report = Pipeline::source("numbers", 0..80u64, |_| "")
        .stage(Stage::map("elastic", slow).elastic(64))
        .sink("sink", |n| sum += n)
        .run()
        .unwrap();
    assert_eq!((report.done, sum), (80, 80 * 79 / 2));
    assert!(
        report.decisions.iter().all(|decision| decision.outcome != Outcome::Trying),
        "{:?}",
        report.decisions
    );
}
