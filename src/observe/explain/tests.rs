//! One test for each bottleneck, on made-up reports with exact sentences.

use super::super::os::OsUse;
use super::super::view::{Totals, View};
use super::explain;
use crate::engine::{BudgetReport, Report, StageReport};
use std::time::Duration;

const SECONDS: u64 = 10;

fn millis(n: f64) -> Duration {
    Duration::from_secs_f64(n / 1e3)
}

/// A stage of a run of ten seconds: parts of its workers' time, and how much of `busy` was CPU.
fn stage(name: &str, workers: usize, busy: f64, starved: f64, blocked: f64, computing: f64) -> StageReport {
    let had = SECONDS as f64 * 1e3 * workers as f64;
    StageReport {
        name: name.to_owned(),
        workers,
        queue: 16,
        busy: millis(had * busy),
        starved: millis(had * starved),
        blocked: millis(had * blocked),
        cpu: millis(had * busy * computing),
        ..StageReport::default()
    }
}

/// A run of ten seconds and 1000 pictures.
fn run(stages: Vec<StageReport>) -> Report {
    Report {
        wall: Duration::from_secs(SECONDS),
        admitted: 1000,
        done: 1000,
        window: 100,
        peak_unfinished: 60,
        stages,
        ..Report::default()
    }
}

/// The stages of the job; each with its workers, busy, starved, blocked, and computing.
fn job(stages: [(usize, f64, f64, f64, f64); 5]) -> Report {
    let names = ["read", "decode", "convert", "encode", "write"];
    let mut all = vec![stage("list", 1, 0.01, 0.0, 0.9, 1.0)];
    all.extend(names.iter().zip(stages).map(|(name, (n, b, s, k, c))| stage(name, n, b, s, k, c)));
    all.push(stage("done", 1, 0.01, 0.99, 0.0, 1.0));
    run(all)
}

#[track_caller]
fn says(report: &Report, cores: f64, sentence: &str) {
    let totals = Totals::default();
    let said = explain(&View { report, totals: &totals, expected: None, cores, os: None });
    assert_eq!(said, sentence);
    assert!(said.ends_with('.') && !said.contains(". "), "not one sentence: {said}");
}

fn cpu_bound() -> Report {
    job([
        (2, 0.05, 0.05, 0.85, 0.5),
        (2, 0.60, 0.05, 0.30, 0.5),
        (8, 0.05, 0.90, 0.05, 0.5),
        (2, 0.95, 0.05, 0.0, 0.553),
        (2, 0.08, 0.90, 0.0, 0.5),
    ])
}

#[test]
fn busy_cores_are_the_bottleneck_whatever_the_stages_say() {
    says(
        &cpu_bound(),
        2.0,
        "CPU: both cores are busy 100 % of the time, mostly in encode (53 %); more workers will not help, a \
         faster setting (for PNG `--effort fastest`) or more cores would.",
    );
    says(
        &cpu_bound(),
        2.2,
        "CPU: the 2.20 cores that may be used are busy 91 % of the time, mostly in encode (53 %); beyond what is \
         left of them a faster setting (for PNG `--effort fastest`) or more cores would help.",
    );
    let mut report = cpu_bound();
    report.stages[3].cpu = Duration::from_secs(20);
    says(
        &report,
        1.0,
        "CPU: the one core is busy 100 % of the time, mostly in convert (53 %); more workers will not help, fewer \
         or cheaper conversions (`--op`) or more cores would.",
    );
    report.stages[2].cpu = Duration::from_secs(21);
    says(
        &report,
        4.0,
        "CPU: all 4 cores are busy 100 % of the time, most of it in decode (40 %); more workers will not help, only \
         more cores would.",
    );
}

#[test]
fn a_stage_that_waits_for_storage_wants_more_workers() {
    let mut report = job([
        (2, 0.05, 0.05, 0.85, 0.5),
        (2, 0.30, 0.05, 0.60, 1.0),
        (2, 0.05, 0.35, 0.60, 1.0),
        (2, 0.20, 0.25, 0.55, 1.0),
        (2, 0.97, 0.03, 0.0, 0.08),
    ]);
    says(
        &report,
        2.0,
        "`--writers 4` would help: both writers are busy 97 % of the time, mostly waiting for storage (CPU 8 %); at \
         best 1.51 times as fast.",
    );
    report.stages[5] = stage("write", 40, 0.97, 0.03, 0.0, 0.0);
    says(
        &report,
        2.0,
        "Storage: all 40 writers are busy 97 % of the time, mostly waiting for storage; so many at once cannot be \
         the limit, faster storage would help most.",
    );
}

#[test]
fn slow_reads_want_more_readers() {
    let report = job([
        (1, 0.99, 0.01, 0.0, 0.02),
        (2, 0.20, 0.80, 0.0, 1.0),
        (2, 0.01, 0.99, 0.0, 1.0),
        (2, 0.30, 0.70, 0.0, 1.0),
        (2, 0.05, 0.95, 0.0, 0.5),
    ]);
    says(
        &report,
        2.0,
        "`--readers 2` would help: the one reader is busy 99 % of the time, mostly waiting for storage (CPU 2 %); \
         at best 1.80 times as fast.",
    );
}

#[test]
fn a_stage_that_computes_wants_workers_only_while_there_are_idle_cores() {
    let report = job([
        (2, 0.02, 0.03, 0.95, 0.5),
        (2, 0.20, 0.10, 0.70, 1.0),
        (2, 0.05, 0.25, 0.70, 1.0),
        (1, 0.98, 0.02, 0.0, 1.0),
        (2, 0.05, 0.95, 0.0, 0.5),
    ]);
    says(
        &report,
        8.0,
        "`--encoders 2` would help: the one encoder is busy 98 % of the time, mostly computing (CPU 100 %), while \
         6.43 of 8 cores are idle; at best 2.04 times as fast.",
    );
    says(
        &report,
        2.0,
        "`--encoders 2` would help: the one encoder is busy 98 % of the time, mostly computing (CPU 100 %), while \
         0.430 of 2 cores are idle; at best 1.27 times as fast.",
    );
}

#[test]
fn a_stage_that_computes_all_the_time_beside_a_core_that_does_not_wants_workers() {
    let report = job([
        (2, 0.02, 0.03, 0.95, 0.5),
        (1, 0.98, 0.02, 0.0, 0.98),
        (2, 0.05, 0.95, 0.0, 1.0),
        (2, 0.30, 0.70, 0.0, 1.0),
        (2, 0.05, 0.95, 0.0, 0.5),
    ]);
    let totals = Totals::default();
    let said = explain(&View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None });
    assert!(said.starts_with("`--decoders 2` would help: the one decoder is busy 98 %"), "{said}");
}

#[test]
fn stages_that_are_equally_busy_are_raised_together() {
    let report = job([
        (2, 0.95, 0.05, 0.0, 0.02),
        (2, 0.20, 0.80, 0.0, 1.0),
        (2, 0.01, 0.99, 0.0, 1.0),
        (2, 0.30, 0.70, 0.0, 1.0),
        (1, 0.93, 0.07, 0.0, 0.02),
    ]);
    says(
        &report,
        4.0,
        "`--readers 4` and `--writers 2` would help: both readers are busy 95 % of the time, mostly waiting for \
         storage (CPU 2 %); at best 2.11 times as fast.",
    );
}

#[test]
fn a_stage_of_somebody_elses_is_named() {
    let report = run(vec![
        stage("numbers", 1, 0.0, 0.0, 0.99, 1.0),
        stage("mine", 3, 0.9, 0.1, 0.0, 0.01),
        stage("sink", 1, 0.0, 1.0, 0.0, 1.0),
    ]);
    says(
        &report,
        2.0,
        "6 workers of `mine` would help: all 3 workers of `mine` are busy 90 % of the time, mostly waiting rather \
         than computing (CPU 1 %); at best 2.22 times as fast.",
    );
}

#[test]
fn a_slow_source_or_sink_is_no_matter_of_workers() {
    let idle = (2, 0.05, 0.95, 0.0, 1.0);
    let mut report = job([idle; 5]);
    report.stages[0] = stage("list", 1, 0.97, 0.0, 0.0, 0.1);
    says(
        &report,
        2.0,
        "Listing: `list` is busy 97 % of the time and everything behind it starves; faster storage for the input or \
         a ready-made list (`--files-from`) would help most.",
    );
    let mut report = job([idle; 5]);
    report.stages[6] = stage("done", 1, 0.97, 0.0, 0.0, 0.1);
    says(
        &report,
        2.0,
        "Results: `done` takes them one by one and is busy 97 % of the time; less work in it would help \
         most.",
    );
}

#[test]
fn waiting_for_budget_wants_memory_unless_a_saturated_stage_holds_it() {
    let mut report = job([
        (2, 0.05, 0.05, 0.85, 0.5),
        (2, 0.30, 0.05, 0.0, 1.0),
        (2, 0.05, 0.95, 0.0, 1.0),
        (2, 0.40, 0.60, 0.0, 1.0),
        (2, 0.05, 0.95, 0.0, 0.08),
    ]);
    report.stages[2].waiting = millis(13_000.0);
    report.budgets = vec![
        BudgetReport { capacity: 64 << 20, peak: 1 << 20, ..BudgetReport::default() },
        BudgetReport { capacity: 256 << 20, peak: 256 << 20, ..BudgetReport::default() },
    ];
    says(
        &report,
        8.0,
        "Memory: `decode` waits 65 % of the time for room in the budget of 256 MiB; a larger `--memory` would help.",
    );
    report.stages[5] = stage("write", 2, 0.98, 0.0, 0.0, 0.05);
    says(
        &report,
        8.0,
        "`--writers 4` would help: both writers are busy 98 % of the time, mostly waiting for storage (CPU 5 %); at \
         best 2.04 times as fast.",
    );
}

#[test]
fn a_full_window_with_an_empty_pipeline_wants_a_wider_one() {
    let mut report = job([(2, 0.20, 0.80, 0.0, 0.5); 5]);
    report.window = 2;
    report.peak_unfinished = 2;
    says(
        &report,
        4.0,
        "`--window 10` would help: 2 pictures are the most allowed inside at once, and the source is held up by that \
         90 % of the time.",
    );
    (report.window, report.peak_unfinished) = (1, 1);
    says(
        &report,
        4.0,
        "`--window 10` would help: 1 picture is the most allowed inside at once, and the source is held up by that \
         90 % of the time.",
    );
}

#[test]
fn neighbours_held_up_by_turns_want_a_larger_queue() {
    let report = job([
        (2, 0.10, 0.10, 0.80, 0.5),
        (2, 0.60, 0.05, 0.35, 0.5),
        (2, 0.05, 0.80, 0.10, 0.5),
        (2, 0.60, 0.40, 0.0, 0.5),
        (2, 0.05, 0.95, 0.0, 0.5),
    ]);
    says(
        &report,
        8.0,
        "`--queue convert=32` would help: `decode` is blocked 35 % of the time and `convert` behind it starved 80 %, \
         by turns.",
    );
}

#[test]
fn cores_that_others_use_are_told_from_a_lack_of_workers() {
    let report = job([
        (2, 0.02, 0.03, 0.95, 0.5),
        (1, 0.90, 0.05, 0.05, 0.55),
        (1, 0.05, 0.95, 0.0, 0.5),
        (1, 0.95, 0.05, 0.0, 0.55),
        (2, 0.05, 0.95, 0.0, 0.5),
    ]);
    says(
        &report,
        2.0,
        "CPU: there was work for both cores, but only 1.13 could be had on average; another program is using the \
         machine, and more workers will not help until it ends.",
    );
}

#[test]
fn cores_that_others_had_are_told_even_where_every_stage_starved() {
    let mut by_turns = job([
        (2, 0.02, 0.03, 0.95, 1.0),
        (2, 0.06, 0.55, 0.39, 1.0),
        (2, 0.02, 0.82, 0.16, 1.0),
        (2, 0.02, 0.88, 0.10, 1.0),
        (2, 0.06, 0.82, 0.10, 1.0),
    ]);
    by_turns.stages[2].queue = 16;
    let os = OsUse {
        wall: Duration::from_secs(SECONDS),
        others_cpu: Some(Duration::from_millis(17_500)),
        ..OsUse::default()
    };
    let totals = Totals::default();
    let said = |os| explain(&View { report: &by_turns, totals: &totals, expected: None, cores: 2.0, os });
    assert_eq!(
        said(Some(&os)),
        "CPU: there was work for both cores, but only 0.380 could be had on average; another program is using the \
         machine, and more workers will not help until it ends."
    );
    assert!(said(None).contains("by turns"), "{}", said(None));
}

#[test]
fn nothing_to_do_and_nothing_done_are_no_bottleneck() {
    says(&Report::default(), 2.0, "There was nothing to do: no picture was found in the input.");
    let mut report = job([(2, 0.1, 0.9, 0.0, 1.0); 5]);
    (report.done, report.failed, report.skipped) = (0, 999, 1);
    says(&report, 2.0, "No picture was converted: 999 pictures failed, 1 picture was skipped.");
}

#[test]
fn a_run_of_a_moment_is_start_up() {
    let mut report = job([(2, 0.9, 0.1, 0.0, 1.0); 5]);
    report.wall = Duration::from_millis(12);
    says(
        &report,
        2.0,
        "Start-up: the run took only 12.0 ms, too short to tell where the time goes; give it more pictures at once.",
    );
}

#[test]
fn a_run_whose_first_picture_came_late_is_start_up_unless_a_stage_was_always_at_it() {
    let mut report = job([(2, 0.5, 0.4, 0.0, 0.5); 5]);
    report.first_finished = Some(Duration::from_secs(4));
    let start_up = "Start-up: the first picture was finished after 4.00 s, 40 % of the run; more pictures at once \
                    would make less of it.";
    says(&report, 8.0, start_up);
    report.stages[5] = stage("write", 2, 0.98, 0.0, 0.0, 0.05);
    let totals = Totals::default();
    let said = explain(&View { report: &report, totals: &totals, expected: None, cores: 8.0, os: None });
    assert!(said.starts_with("`--writers 4` would help"), "{said}");
}

#[test]
fn fewer_pictures_than_workers_are_too_few() {
    let mut report = job([(2, 0.3, 0.1, 0.0, 0.5); 5]);
    (report.admitted, report.done) = (3, 3);
    says(
        &report,
        8.0,
        "Too few pictures: 3 pictures for 10 workers, so filling and emptying the pipeline took much of the 10.0 s; \
         more pictures at once would use it better.",
    );
}

#[test]
fn what_cannot_be_told_is_not_made_up() {
    let report = job([(2, 0.5, 0.5, 0.0, 0.5); 5]);
    says(
        &report,
        8.0,
        "No single bottleneck: the busiest stage is `write` at 50 % of its workers' time and the CPU is used to 32 %; \
         more pictures at once would show one.",
    );
}

/// Whatever the figures are, there is one sentence and no panic.
#[test]
fn every_report_gives_one_sentence() {
    use proptest::prelude::*;
    let part = || (0usize..9, 0f64..1.5, 0f64..1.0, 0f64..1.0, 0f64..1.2);
    let stages = [part(), part(), part(), part(), part()];
    proptest!(|(stages in stages, wall in 0u64..20, window in 0usize..4, cores in 0f64..9.0, done in 0u64..9)| {
        let mut report = job(stages);
        (report.wall, report.window, report.done) = (Duration::from_secs(wall), window, done);
        let totals = Totals::default();
        let said = explain(&View { report: &report, totals: &totals, expected: None, cores, os: None });
        prop_assert!(said.ends_with('.') && !said.contains(". "), "{}", said);
        prop_assert!(!said.contains("NaN") && !said.contains("inf"), "{}", said);
    });
}
