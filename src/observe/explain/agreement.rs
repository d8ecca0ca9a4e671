//! The verdict and the advice below it say the same: on made-up reports, for those bottlenecks where they could differ.

use super::super::os::OsUse;
use super::super::predict::Model;
use super::super::view::{Totals, View};
use super::{Diagnosis, diagnose};
use crate::engine::{Report, StageReport};
use proptest::prelude::*;
use std::time::Duration;

const WALL: f64 = 10.0;
const PICTURES: u64 = 10_000;

/// A stage by its workers, the seconds that a step takes, and the part of that which is computing.
type Made = (usize, f64, f64);

fn stage(name: &str, (workers, step, computing): Made) -> StageReport {
    let busy = (step * PICTURES as f64).min(WALL * workers as f64);
    let time = Duration::from_secs_f64;
    StageReport {
        name: name.to_owned(),
        workers,
        queue: 16,
        items_in: PICTURES,
        items_out: PICTURES,
        busy: time(busy),
        starved: time(WALL * workers as f64 - busy),
        cpu: time(busy * computing),
        ..StageReport::default()
    }
}

fn job(stages: [Made; 5]) -> Report {
    let names = ["read", "decode", "convert", "encode", "write"];
    let mut all = vec![stage("list", (1, 1e-5, 1.0))];
    all.extend(names.into_iter().zip(stages).map(|(name, made)| stage(name, made)));
    all.push(stage("done", (1, 1e-5, 1.0)));
    let window = all.iter().skip(1).map(|stage| stage.workers + stage.queue).sum();
    Report {
        wall: Duration::from_secs_f64(WALL),
        admitted: PICTURES,
        done: PICTURES,
        window,
        peak_unfinished: window,
        stages: all,
        ..Report::default()
    }
}

fn diagnosed(report: &Report, cores: f64, os: Option<&OsUse>) -> Diagnosis {
    let totals = Totals::default();
    diagnose(&View { report, totals: &totals, expected: None, cores, os })
}

/// Cores that are busy 95 % of the time, with one decoder that never rests.
fn nearly_used_up() -> Report {
    job([(1, 3e-4, 0.2), (1, 9.9e-4, 0.98), (2, 1e-4, 1.0), (2, 6.8e-4, 1.0), (2, 2e-4, 0.3)])
}

#[test]
fn advice_gains_no_more_than_what_is_left_of_the_cores_and_the_verdict_leaves_room_for_it() {
    let diagnosis = diagnosed(&nearly_used_up(), 2.0, None);
    assert_eq!(diagnosis.kind, "cores");
    assert!(diagnosis.verdict.contains("busy 95 %"), "{diagnosis}");
    assert!(!diagnosis.verdict.contains("will not help"), "{diagnosis}");
    for change in &diagnosis.changes {
        assert!(change.gain < 0.09, "{diagnosis}");
    }
}

/// Another program has half of the machine.
fn crowd() -> OsUse {
    OsUse {
        wall: Duration::from_secs_f64(WALL),
        others_cpu: Some(Duration::from_secs_f64(WALL)),
        ..OsUse::default()
    }
}

#[test]
fn where_other_programs_have_the_cores_neither_settings_nor_cores_are_proposed() {
    let report = job([(2, 1e-5, 1.0), (2, 1.3e-3, 0.38), (2, 1e-5, 1.0), (2, 9e-4, 0.4), (2, 1e-5, 1.0)]);
    let diagnosis = diagnosed(&report, 2.0, Some(&crowd()));
    assert_eq!(diagnosis.kind, "other-programs", "{diagnosis}");
    assert!(diagnosis.changes.is_empty(), "{diagnosis}");
    let outlook = diagnosis.outlook.as_deref().unwrap_or_default();
    assert!(outlook.starts_with("nothing would help until other programs leave more"), "{diagnosis}");
}

#[test]
fn storage_that_has_enough_at_once_is_not_given_more() {
    let report = job([(40, 3.9e-2, 0.01), (2, 3e-4, 1.0), (2, 1e-5, 1.0), (2, 1e-4, 1.0), (2, 1e-5, 1.0)]);
    let diagnosis = diagnosed(&report, 2.0, None);
    assert_eq!(diagnosis.kind, "storage", "{diagnosis}");
    assert!(diagnosis.changes.iter().all(|change| !change.flags.contains("--readers")), "{diagnosis}");
}

#[test]
fn a_change_is_told_with_its_line_of_a_config_file_and_what_its_range_means() {
    let report = job([(1, 9.8e-4, 0.02), (2, 1e-4, 1.0), (2, 1e-5, 1.0), (2, 1e-4, 1.0), (2, 1e-5, 1.0)]);
    let said = diagnosed(&report, 2.0, None).to_string();
    assert!(said.contains("What would help:\n  `--readers "), "{said}");
    assert!(said.contains("(`read.workers = ") && said.contains("(nine in ten: "), "{said}");
}

/// The factor in "4 cores would give 1.9×".
fn times(outlook: &str) -> Option<f64> {
    outlook.split_once("would give ")?.1.strip_suffix('×')?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_advice_contradicts_its_verdict_or_exceeds_what_is_possible(
        stages in proptest::collection::vec((1usize..5, 1e-5f64..2e-3, 0.0f64..1.0), 5),
        cores in 1.0f64..4.0,
        crowded in any::<bool>(),
    ) {
        let report = job([stages[0], stages[1], stages[2], stages[3], stages[4]]);
        let os = crowd();
        let os = crowded.then_some(&os);
        let diagnosis = diagnosed(&report, cores, os);
        if diagnosis.verdict.contains("will not help") {
            prop_assert!(diagnosis.changes.is_empty(), "{}", diagnosis);
        }
        if diagnosis.kind != "cores" {
            prop_assert_eq!(diagnosis.outlook.as_deref().and_then(times), None, "{}", diagnosis);
        }
        if let Some(times) = diagnosis.outlook.as_deref().and_then(times) {
            prop_assert!(times <= (2.0 * cores).round().max(2.0) / cores + 0.05, "{}", diagnosis);
        }
        let totals = Totals::default();
        let view = View { report: &report, totals: &totals, expected: None, cores, os };
        let used: f64 = report.stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum::<f64>() / WALL;
        // More than all cores cannot have been used.
        if used <= cores && Model::of(&view).is_ok() {
            // By the utilisation law, and what steps may be cheaper on busy cores.
            let most = cores / used * 1.3 * 1.2;
            for change in &diagnosis.changes {
                prop_assert!(change.per_second <= most * PICTURES as f64 / WALL, "{}", diagnosis);
            }
        }
    }
}
