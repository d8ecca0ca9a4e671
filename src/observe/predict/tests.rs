//! The model against what is known: laws that hold for every schedule, and queues whose throughput can be written down.

use super::super::view::{Totals, View};
use super::model::{Budget, Model, Station};
use super::{Change, ChangeError, Limit};
use crate::engine::{Report, StageReport};
use proptest::prelude::*;
use std::time::Duration;

fn station(name: &str, workers: usize, cpu: f64, wait: f64) -> Station {
    Station {
        name: name.to_owned(),
        workers,
        queue: 16,
        visits: 1.0,
        cpu,
        wait,
        missing: 0.0,
        variation: 0.0,
    }
}

/// Its recorded throughput is what the model gives.
fn model(cores: f64, inner: Vec<Station>) -> Model {
    let mut stations = vec![station("list", 1, 1e-6, 0.0)];
    stations.extend(inner);
    stations.push(station("done", 1, 1e-6, 0.0));
    let window = stations.iter().skip(1).map(|station| station.workers + station.queue).sum();
    let mut model = Model {
        stations,
        budgets: Vec::new(),
        cores,
        beside: 0.0,
        window,
        window_follows: true,
        pictures: 5_000,
        done: 1.0,
        measured: 0.0,
        modelled: 0.0,
        cores_measured: cores,
        load_measured: 1.0,
        base_memory: 0,
    };
    model.modelled = model.flow().per_second;
    model.measured = model.modelled;
    model
}

#[track_caller]
fn about(x: f64, wanted: f64) {
    assert!((x / wanted - 1.0).abs() < 0.03, "{x} is not about {wanted}");
}

#[test]
fn one_slow_stage_gives_its_rate_and_more_workers_a_multiple() {
    let model = model(4.0, vec![station("read", 1, 0.0, 0.010), station("decode", 2, 0.001, 0.0)]);
    let prediction = model.predict();
    about(prediction.per_second, 100.0);
    assert_eq!(prediction.limit, Limit::Stage("read".to_owned()));
    let four = model.with(&Change::default().workers("read", 4)).unwrap().predict();
    about(four.per_second, 400.0);
}

#[test]
fn cores_limit_however_many_workers_there_are() {
    let model = model(2.0, vec![station("decode", 8, 0.004, 0.0), station("encode", 8, 0.006, 0.0)]);
    let prediction = model.predict();
    about(prediction.per_second, 200.0);
    assert_eq!(prediction.limit, Limit::Cores);
    about(model.with(&Change::default().workers("encode", 64)).unwrap().predict().per_second, 200.0);
    // Half the cores, and a little more than half, for one has its caches for itself.
    let one = model.with(&Change::default().cores(1.0)).unwrap().predict().per_second;
    assert!((100.0..110.0).contains(&one), "{one}");
}

#[test]
fn a_window_of_one_is_the_sum_of_all_stages() {
    let model = model(4.0, vec![station("read", 2, 0.0, 0.003), station("write", 2, 0.0, 0.007)]);
    let one = model.with(&Change::default().window(1)).unwrap().predict();
    about(one.per_second, 100.0);
    assert_eq!(one.limit, Limit::Window);
}

#[test]
fn a_budget_for_one_picture_lets_one_through_at_a_time() {
    let mut model = model(8.0, vec![station("decode", 4, 0.0, 0.005), station("write", 4, 0.0, 0.005)]);
    model.budgets.push(Budget { before: 1, until: 3, capacity: 100.0, mean: 60.0, variation: 0.0 });
    let prediction = model.predict();
    about(prediction.per_second, 100.0);
    assert_eq!(prediction.limit, Limit::Memory);
    about(model.with(&Change::default().memory(1_000)).unwrap().predict().per_second, 800.0);
}

#[test]
fn a_slower_device_is_the_latency_given() {
    let model = model(2.0, vec![station("read", 4, 0.0001, 0.0001), station("decode", 2, 0.001, 0.0)]);
    let slow = model.with(&Change::default().latency("read", Duration::from_millis(50))).unwrap();
    about(slow.predict().per_second, 4.0 / 0.0501);
}

#[test]
fn a_change_that_does_not_fit_is_refused() {
    let model = model(2.0, vec![station("read", 1, 0.0, 0.01)]);
    let refused = |change: &Change| model.with(change).unwrap_err();
    assert!(matches!(refused(&Change::default().workers("red", 2)), ChangeError::UnknownStage { .. }));
    assert!(matches!(refused(&Change::default().workers("list", 2)), ChangeError::OneThread { .. }));
    assert!(matches!(refused(&Change::default().workers("read", 0)), ChangeError::OutOfRange { .. }));
    assert!(matches!(refused(&Change::default().cores(f64::NAN)), ChangeError::OutOfRange { .. }));
    assert!(matches!(refused(&Change::default().window(0)), ChangeError::OutOfRange { .. }));
    assert_eq!(refused(&Change::default().memory(5)), ChangeError::NoBudget);
}

#[test]
fn steps_are_cheaper_on_cores_that_are_busy() {
    let slow = model(2.0, vec![station("read", 1, 0.0, 0.010), station("decode", 2, 0.004, 0.0)]);
    let mut recorded = slow.clone();
    recorded.load_measured = 0.2;
    let busy =
        |model: &Model| model.with(&Change::default().workers("read", 32)).unwrap().predict().per_second;
    assert!(busy(&recorded) > 1.1 * busy(&slow), "measured on idle cores, 4 ms are less on busy ones");
}

#[test]
fn the_recorded_schedule_is_predicted_as_it_was_measured() {
    let mut model = model(2.0, vec![station("decode", 2, 0.004, 0.0)]);
    model.measured = 321.0;
    about(model.predict().per_second, 321.0);
}

/// One reader for the first half of ten seconds, four for the second; a picture takes it 10 ms.
fn grown() -> Report {
    let stage = |name: &str, workers, busy| StageReport {
        name: name.to_owned(),
        workers,
        queue: 16,
        items_in: 2500,
        items_out: 2500,
        busy,
        ..StageReport::default()
    };
    let read = StageReport {
        worker_time: Duration::from_secs(5 + 4 * 5),
        cpu: Duration::from_millis(10),
        ..stage("read", 4, Duration::from_secs(25))
    };
    let (list, done) =
        (stage("list", 1, Duration::from_millis(3)), stage("done", 1, Duration::from_millis(3)));
    Report {
        wall: Duration::from_secs(10),
        admitted: 2500,
        done: 2500,
        window: 4 + 16 + 1 + 16,
        stages: vec![list, read, done],
        ..Report::default()
    }
}

#[test]
fn a_run_whose_workers_were_changed_is_modelled_by_those_that_made_its_throughput() {
    let (report, totals) = (grown(), Totals::default());
    let view = View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None };
    let model = Model::of(&view).unwrap();
    about(model.predict().per_second, 250.0);
    about(model.modelled, 250.0);
    let with = |n| model.with(&Change::default().workers("read", n)).unwrap().predict();
    about(with(4).per_second, 400.0);
    about(with(8).per_second, 800.0);
    about(with(1).per_second, 100.0);
    assert!(model.predict().at_most.iter().all(|(_, most)| *most >= 249.0), "2.5 workers on average");
    let read = &model.predict().stations[1];
    assert!(read.busy > 0.95 && read.busy <= 1.0, "{read:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the schedule, and whatever the model missed of the recorded run: every picture comes out, and no bound is
    /// exceeded.
    #[test]
    fn no_schedule_exceeds_the_bounds_of_the_operational_laws(
        stages in proptest::collection::vec((1usize..6, 0usize..4, 0.0f64..0.01, 0.0f64..0.01, 0.5f64..1.0), 1..5),
        cores in 0.3f64..5.0,
        window in 1usize..20,
        budget in (10.0f64..200.0, 0usize..5, 0usize..5),
        pictures in 50u64..300,
        missed in 0.3f64..3.0,
        load in 0.0f64..1.0,
        more_cores in 0.5f64..4.0,
    ) {
        let inner: Vec<Station> = stages.iter().enumerate().map(|(at, (workers, queue, cpu, wait, visits))| Station {
            queue: *queue,
            visits: *visits,
            ..station(&format!("s{at}"), *workers, *cpu, *wait)
        }).collect();
        let mut model = model(cores, inner);
        model.pictures = pictures;
        let last = model.stations.len() - 1;
        let before = 1 + budget.1 % last;
        let until = before + budget.2 % (last - before + 1);
        model.budgets.push(Budget { before, until, capacity: budget.0, mean: 40.0, variation: 0.0 });
        model.window = window;
        let flow = model.flow();
        prop_assert_eq!(flow.ended(), pictures as usize);
        for (limit, most) in model.predict().at_most {
            // Which pictures visit a stage comes of rounding: of 25 visits and more, one may be missing.
            prop_assert!(flow.per_second <= most * 1.06, "{limit:?}: {} > {most}", flow.per_second);
        }
        (model.measured, model.load_measured) = (model.modelled * missed, load);
        model.cores *= more_cores;
        let prediction = model.predict();
        for (limit, most) in &prediction.at_most {
            let highest = prediction.high.max(prediction.per_second);
            prop_assert!(highest <= *most, "{limit:?}: {highest} > {most}");
        }
        prop_assert!(prediction.low <= prediction.per_second && prediction.per_second <= prediction.high);
    }
}
