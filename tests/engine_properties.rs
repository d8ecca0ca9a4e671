//! Rule 8: parallel equals sequential. Random chains of stages, with failures and panics, run by random schedules
//! (workers, queues, windows, budgets, order, steering while they run), are compared with an interpreter that knows of no
//! thread. A run that hangs fails as well, and names its case.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]
#![allow(unreachable_pub, reason = "a test program has no public face")]

#[path = "engine_properties/case.rs"]
mod case;
#[path = "engine_properties/run.rs"]
mod run;
#[path = "engine_properties/sequential.rs"]
mod sequential;

use case::{Case, Steering, case};
use pipeline_images::engine::{Ended, OnError, Order};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use run::{Outcome, run_watched};
use sequential::{Expected, Failed};
use std::collections::BTreeSet;

/// `PROPTEST_CASES` asks for more, or fewer.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..default
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn rule_8_parallel_equals_sequential(case in case(Just(Vec::new()))) {
        let Some(outcome) = run_watched(&case) else { return Ok(()) };
        check(&case, &outcome);
    }

    #[test]
    fn rule_8_steering_at_any_moment_ends_with_all_accounted_for(case in case(Steering::any())) {
        let Some(outcome) = run_watched(&case) else { return Ok(()) };
        check(&case, &outcome);
    }
}

fn check(case: &Case, outcome: &Outcome) {
    let report = &outcome.report;
    assert_eq!(report.admitted, report.done + report.failed + report.skipped + report.interrupted);
    assert_eq!(report.unfinished, 0);
    for (gate, budget) in case.gates.iter().zip(&report.budgets) {
        assert_eq!(budget.used, 0, "all was given back");
        assert!(budget.peak <= gate.size.max(case::MAX_COST), "{budget:?}");
    }
    if let Some(window) = case.window {
        assert!(report.peak_unfinished <= window);
    }
    let expected = Expected::of(case, report.admitted, &outcome.failures);
    match report.ended {
        Ended::Aborted | Ended::Failures => check_part(outcome, &expected),
        _ => check_whole(case, outcome, &expected),
    }
    check_order(case, outcome);
    check_end(case, outcome);
}

/// A run that was worked off equals the sequential one in count, content, order and accounts.
fn check_whole(case: &Case, outcome: &Outcome, expected: &Expected) {
    let report = &outcome.report;
    let mut delivered = outcome.delivered.clone();
    delivered.sort();
    assert_eq!(delivered, expected.delivered);
    assert_eq!(sorted(&outcome.failures), expected.failures);
    assert_eq!(report.failed, expected.failed.len() as u64);
    assert_eq!(report.done, expected.done.len() as u64);
    assert_eq!(report.interrupted, 0);
    for ((stage, spec), tally) in report.stages[1..].iter().zip(&case.stages).zip(&expected.stages) {
        assert_eq!(
            (stage.items_in, stage.items_out, stage.failed),
            (tally.begun, tally.emitted, tally.failed)
        );
        assert_eq!(tally.unbuilt, tally.begun.min(spec.bad_states), "states that could not be built");
    }
    if report.ended == Ended::Complete {
        assert_eq!(report.admitted, case.inputs);
    }
}

/// A run that was cut short did nothing that the sequential one does not.
fn check_part(outcome: &Outcome, expected: &Expected) {
    let delivered: BTreeSet<_> = outcome.delivered.iter().collect();
    assert_eq!(delivered.len(), outcome.delivered.len(), "nothing came twice");
    assert!(delivered.is_subset(&expected.delivered.iter().collect()));
    let failures = sorted(&outcome.failures);
    let unique: BTreeSet<_> = failures.iter().collect();
    assert_eq!(unique.len(), failures.len(), "nothing failed twice");
    assert!(unique.is_subset(&expected.failures.iter().collect()));
    let failed: BTreeSet<u64> = failures.iter().map(|failure| failure.seq).collect();
    assert_eq!(outcome.report.failed, failed.len() as u64);
    let intact = outcome.delivered.iter().map(|item| item.0).filter(|seq| !failed.contains(seq));
    assert!(outcome.report.done <= intact.collect::<BTreeSet<_>>().len() as u64);
}

fn check_order(case: &Case, outcome: &Outcome) {
    if case.order == Order::Input {
        assert!(outcome.delivered.is_sorted(), "{:?}", outcome.delivered);
    }
}

/// The run was ended by failures exactly if there were too many.
fn check_end(case: &Case, outcome: &Outcome) {
    let failures = outcome.failures.len() as u64;
    let too_many = match case.on_error {
        OnError::Stop => failures > 0,
        OnError::Skip { at_most } => failures > at_most,
    };
    let by_failures = outcome.report.ended == Ended::Failures;
    assert_eq!(outcome.stopped, by_failures);
    // Once aborted for another reason, failures do not change that.
    assert!(by_failures == too_many || outcome.report.ended == Ended::Aborted, "{:?}", outcome.report);
}

fn sorted(failures: &[Failed]) -> Vec<Failed> {
    let mut failures = failures.to_vec();
    failures.sort();
    failures
}
