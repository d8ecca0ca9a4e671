//! The rules of the engine (`src/engine/README.md`), one test or more for each, named after it.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

mod common;

use common::{Valve, linger, until};
use pipeline_images::engine::{
    BuildError, ByteSize, Ended, OnError, Order, Panicked, Pipeline, RunError, Stage, StepError,
};
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn ok<T>(value: T) -> Result<T, Infallible> {
    Ok(value)
}

fn numbers<'a>(count: u32) -> Pipeline<'a, u32> {
    Pipeline::source("numbers", 0..count, |n| n.to_string())
}

// Rule 1

/// Fills a pipeline whose last stage is held, and returns how many inputs were admitted then.
fn admitted_when_full(window: Option<usize>, queues: [usize; 2], workers: [usize; 2]) -> u64 {
    let valve = Arc::new(Valve::default());
    let held = Arc::clone(&valve);
    let polled = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polled);
    let inputs = (0..10_000u32).inspect(move |_| {
        counter.fetch_add(1, SeqCst);
    });
    let mut pipeline = Pipeline::source("numbers", inputs, |n| n.to_string())
        .stage(Stage::map("first", ok).workers(workers[0]).queue(queues[0]))
        .stage(
            Stage::map("second", move |n: u32| {
                held.pass();
                ok(n)
            })
            .workers(workers[1])
            .queue(queues[1]),
        );
    if let Some(window) = window {
        pipeline = pipeline.window(window);
    }
    let handle = pipeline.sink("sink", drop).spawn().unwrap();
    let seats = (queues[0] + queues[1] + workers[0] + workers[1]) as u64;
    let expected = seats.min(window.unwrap_or(usize::MAX) as u64);
    until("the pipeline is full", || handle.snapshot().admitted >= expected);
    linger();
    let admitted = handle.snapshot().admitted;
    assert_eq!(polled.load(SeqCst) as u64, admitted, "the source was asked for an input that has no place");
    valve.open();
    let report = handle.drain().unwrap();
    assert_eq!(report.done, report.admitted);
    admitted
}

#[test]
fn rule_1_with_every_queue_full_the_source_is_not_polled() {
    assert_eq!(admitted_when_full(None, [2, 3], [1, 1]), 2 + 3 + 1 + 1);
    assert_eq!(admitted_when_full(None, [4, 0], [2, 3]), 4 + 2 + 3);
    assert_eq!(admitted_when_full(Some(100), [2, 3], [1, 2]), 2 + 3 + 1 + 2);
    assert_eq!(admitted_when_full(Some(100), [0, 0], [1, 1]), 2);
}

#[test]
fn rule_1_the_window_bounds_what_is_admitted() {
    assert_eq!(admitted_when_full(Some(3), [8, 8], [2, 2]), 3);
    assert_eq!(admitted_when_full(Some(1), [8, 8], [2, 2]), 1);
}

// Rule 2

#[test]
fn rule_2_a_worker_never_outlives_run() {
    struct Alive<'a>(&'a AtomicUsize);
    impl Drop for Alive<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }
    let alive = AtomicUsize::new(0);
    let report = numbers(100)
        .stage(
            Stage::with(
                "work",
                || {
                    alive.fetch_add(1, SeqCst);
                    Alive(&alive)
                },
                |_, n| ok(n),
            )
            .workers(4),
        )
        .sink("sink", drop)
        .run()
        .unwrap();
    assert_eq!((report.done, report.ended), (100, Ended::Complete));
    assert_eq!(alive.load(SeqCst), 0, "a worker's state was still there when run returned");
}

#[test]
fn rule_2_an_empty_source_ends_the_run() {
    let report = numbers(0).stage(Stage::map("work", ok).workers(8)).sink("sink", drop).run().unwrap();
    assert_eq!((report.admitted, report.ended), (0, Ended::Complete));
}

// Rule 3

#[test]
fn rule_3_a_panic_in_a_step_fails_that_item_only_and_the_state_is_rebuilt() {
    let built = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let report = numbers(10)
        .stage(Stage::with(
            "work",
            || {
                built.fetch_add(1, SeqCst);
                0
            },
            |seen, n| {
                assert!(n % 5 != 3, "number {n} after {seen} good ones");
                *seen += 1;
                ok(n)
            },
        ))
        .on_failed(|failure| {
            assert!(failure.error.is::<Panicked>());
            failures.lock().unwrap().push(failure.to_string());
        })
        .sink("sink", drop)
        .run()
        .unwrap();
    assert_eq!((report.done, report.failed), (8, 2));
    assert_eq!(built.load(SeqCst), 3, "built at first and anew after each panic");
    let expected =
        ["3: work: panic: number 3 after 3 good ones", "8: work: panic: number 8 after 4 good ones"];
    assert_eq!(*failures.lock().unwrap(), expected);
}

#[test]
fn rule_3_a_panic_in_building_or_dropping_a_state_is_contained() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let attempts = AtomicUsize::new(0);
    let make = || {
        assert!(attempts.fetch_add(1, SeqCst) != 0, "not the first time");
        Bomb
    };
    let report = numbers(5).stage(Stage::with("work", make, |_, n| ok(n))).sink("sink", drop).run().unwrap();
    assert_eq!((report.done, report.failed), (4, 1));
}

#[test]
fn rule_3_panics_in_the_sink_the_cost_and_the_source_are_contained() {
    let report = numbers(10)
        .budget(ByteSize::kib(1), |n| if *n == 2 { panic!("cost") } else { 1 })
        .stage(Stage::map("work", ok))
        .sink("sink", |n| assert!(n != 7))
        .run()
        .unwrap();
    assert_eq!((report.done, report.failed, report.unfinished), (8, 2, 0));

    let broken = (0..10u32).inspect(|n| assert!(*n < 4, "no more"));
    let ended = Pipeline::source("broken", broken, |n| n.to_string()).sink("sink", drop).run();
    let Err(RunError::Source { panic, report }) = ended else { panic!("{ended:?}") };
    assert_eq!((panic.message.as_str(), report.admitted, report.done), ("no more", 4, 4));
}

// Rule 4

#[test]
fn rule_4_ordered_output_equals_the_order_of_input_and_gaps_do_not_stall_it() {
    let seen = Mutex::new(Vec::new());
    let report = numbers(500)
        .stage(
            Stage::filter_map("work", |n: u32| {
                // The first of each ten is slow, so that the others overtake it.
                if n.is_multiple_of(10) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                if n % 7 == 3 { Err("seven") } else { Ok((n % 5 != 1).then_some(n)) }
            })
            .workers(8)
            .queue(4),
        )
        .order(Order::Input)
        .window(24)
        .sink("sink", |n| seen.lock().unwrap().push(n))
        .run()
        .unwrap();
    let expected: Vec<u32> = (0..500).filter(|n| n % 7 != 3 && n % 5 != 1).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(report.failed, 71);
    assert_eq!(report.skipped, 500 - 71 - expected.len() as u64);
    assert!(report.peak_unfinished <= 24);
}

#[test]
fn rule_4_the_children_of_an_input_stay_together_in_the_order_they_were_emitted() {
    let seen = Mutex::new(Vec::new());
    numbers(60)
        .stage(
            Stage::flat_map("fan", |n: u32, emit| {
                (0..n % 4).for_each(|child| emit.item(n * 10 + child));
                Ok::<_, Infallible>(())
            })
            .workers(3),
        )
        .stage(Stage::map("mix", ok).workers(4))
        .stage(
            Stage::flat_map("twice", |n: u32, emit| {
                emit.item((n, 'a'));
                emit.item((n, 'b'));
                Ok::<_, Infallible>(())
            })
            .workers(3),
        )
        .order(Order::Input)
        .sink_items("sink", |done| {
            assert_eq!(done.path.indexes().len(), 2);
            seen.lock().unwrap().push(done.value);
            ok(())
        })
        .run()
        .unwrap();
    let expected: Vec<(u32, char)> = (0..60)
        .flat_map(|n| (0..n % 4).map(move |child| n * 10 + child))
        .flat_map(|n| [(n, 'a'), (n, 'b')])
        .collect();
    assert_eq!(*seen.lock().unwrap(), expected);
}

// Rule 5

/// Counts bytes in flight between two stages.
#[derive(Default)]
struct InFlight {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl InFlight {
    fn add(&self, bytes: usize) {
        let now = self.now.fetch_add(bytes, SeqCst) + bytes;
        self.peak.fetch_max(now, SeqCst);
    }

    fn sub(&self, bytes: usize) {
        self.now.fetch_sub(bytes, SeqCst);
    }
}

fn peak_under_budget(order: Order, budget: u64, cost: impl Fn(u32) -> u64 + Copy + Send + Sync) -> usize {
    let in_flight = InFlight::default();
    let report = numbers(200)
        .stage(Stage::map("read", ok).workers(3))
        .budget(ByteSize::new(budget), move |n| cost(*n))
        .stage(
            Stage::map("decode", |n: u32| {
                in_flight.add(cost(n) as usize);
                std::thread::yield_now();
                ok(n)
            })
            .workers(4),
        )
        .stage(Stage::map("encode", ok).workers(4))
        .order(order)
        .sink("sink", |n| in_flight.sub(cost(n) as usize))
        .run()
        .unwrap();
    assert_eq!(report.done, 200);
    assert_eq!(report.budgets[0].used, 0, "all was given back");
    in_flight.peak.into_inner()
}

#[test]
fn rule_5_the_bytes_in_flight_never_exceed_the_budget() {
    for order in [Order::Input, Order::Completion] {
        for budget in [40, 15, 10] {
            let peak = peak_under_budget(order, budget, |n| u64::from(n % 11));
            assert!(peak as u64 <= budget, "{peak} of {budget} in {order:?}");
            assert!(peak as u64 > budget / 3, "{peak} of {budget}: the budget is hardly used");
        }
    }
}

#[test]
fn rule_5_an_item_larger_than_the_whole_budget_runs_alone() {
    for order in [Order::Input, Order::Completion] {
        let peak = peak_under_budget(order, 10, |n| if n % 20 == 7 { 1000 } else { 3 });
        assert_eq!(peak, 1000, "nothing else was in flight beside it");
    }
}

#[test]
fn rule_5_bytes_are_granted_in_order_of_admission() {
    let granted = Mutex::new(Vec::new());
    numbers(100)
        .stage(
            Stage::map("read", |n: u32| {
                std::thread::sleep(Duration::from_micros(u64::from(n * 37 % 11) * 50));
                ok(n)
            })
            .workers(6),
        )
        .budget(ByteSize::new(3), |n| {
            granted.lock().unwrap().push(*n);
            1
        })
        .stage(Stage::map("decode", ok).workers(3))
        .sink("sink", drop)
        .run()
        .unwrap();
    assert_eq!(*granted.lock().unwrap(), (0..100).collect::<Vec<_>>());
}

#[test]
fn rule_5_bytes_can_be_given_back_after_a_stage_and_a_parked_item_shrinks() {
    let valve = Valve::default();
    // Input 0 is held, so that all others end up parked. Only if they shrink, all of them can get there.
    let passed = AtomicUsize::new(0);
    let report = numbers(8)
        .budget_until("decode", ByteSize::new(2), |_| 1)
        .stage(Stage::map("read", ok).workers(2).queue(8))
        .budget(ByteSize::new(107), |_| 50)
        .stage(
            Stage::map("decode", |n: u32| {
                if n == 0 {
                    valve.pass();
                } else if passed.fetch_add(1, SeqCst) == 6 {
                    valve.open();
                }
                ok(n)
            })
            .workers(2)
            .queue(8),
        )
        .order(Order::Input)
        .holds(|_| 1)
        .sink("sink", drop)
        .run()
        .unwrap();
    assert_eq!((report.done, report.budgets[0].peak), (8, 2));
    assert!(report.budgets[1].peak <= 107);
}

#[test]
fn rule_5_a_budget_that_could_not_be_granted_in_order_is_refused() {
    let fan = || {
        Stage::flat_map("fan", |n: u32, emit| {
            emit.item(n);
            Ok::<_, Infallible>(())
        })
    };
    let refused = numbers(1)
        .stage(fan())
        .budget(ByteSize::gib(1), |_| 1)
        .stage(Stage::map("work", ok))
        .sink("sink", drop)
        .run();
    assert!(matches!(refused, Err(RunError::Build(BuildError::MisplacedBudget { .. }))), "{refused:?}");
    let refused = numbers(1)
        .budget_until("decoed", ByteSize::gib(1), |_| 1)
        .stage(Stage::map("decode", ok))
        .sink("sink", drop)
        .run();
    let message = refused.unwrap_err().to_string();
    assert_eq!(message, "there is no stage `decoed` from `decode` on");
}

// Rule 6

#[test]
fn rule_6_every_admitted_input_is_accounted_for() {
    let report = numbers(1000)
        .stage(
            Stage::flat_map("fan", |n: u32, emit| {
                (0..n % 3).for_each(|child| emit.item((n, child)));
                if n % 10 == 9 { Err("nine") } else { Ok(()) }
            })
            .workers(3),
        )
        .stage(
            Stage::filter_map("filter", |(n, child): (u32, u32)| match (n % 7, child) {
                (4, 1) => Err("one child"),
                (5, _) => Ok(None),
                _ => Ok(Some(n)),
            })
            .workers(3),
        )
        .sink("sink", drop)
        .run()
        .unwrap();
    let failed = |n: &u32| n % 10 == 9 || (n % 7 == 4 && n % 3 == 2);
    let skipped = |n: &u32| !failed(n) && (n.is_multiple_of(3) || n % 7 == 5);
    assert_eq!(report.failed, (0..1000).filter(failed).count() as u64);
    assert_eq!(report.skipped, (0..1000).filter(skipped).count() as u64);
    assert_eq!(report.done, 1000 - report.failed - report.skipped);
    assert_eq!((report.admitted, report.interrupted, report.unfinished), (1000, 0, 0));
}

#[test]
fn rule_6_stopping_at_an_error_interrupts_the_rest_and_says_so() {
    for (on_error, least) in [(OnError::Stop, 1), (OnError::Skip { at_most: 4 }, 5)] {
        let ended = numbers(10_000)
            .stage(Stage::map("work", |n: u32| if n % 10 == 3 { Err("three") } else { Ok(n) }).workers(2))
            .on_error(on_error)
            .sink("sink", drop)
            .run();
        let Err(RunError::Stopped { failure, report }) = ended else { panic!("{ended:?}") };
        assert_eq!(failure.error.to_string(), "three");
        assert_eq!(report.ended, Ended::Failures);
        assert!(report.failed >= least && report.failed <= least + 1, "{}", report.failed);
        assert!(report.admitted < 10_000);
        assert_eq!(report.admitted, report.done + report.failed + report.skipped + report.interrupted);
    }
}

#[test]
fn rule_6_a_fatal_failure_stops_admission_and_finishes_what_was_admitted() {
    let ended = numbers(10_000)
        .stage(Stage::map("write", |n: u32| if n == 50 { Err("disk full") } else { Ok(n) }).workers(2))
        .fatal_if(|failure| failure.error.to_string() == "disk full")
        .sink("sink", drop)
        .run();
    let Err(RunError::Stopped { failure, report }) = ended else { panic!("{ended:?}") };
    assert_eq!((failure.to_string().as_str(), report.ended), ("50: write: disk full", Ended::Fatal));
    assert!(report.admitted < 10_000);
    assert_eq!((report.failed, report.interrupted, report.done), (1, 0, report.admitted - 1));
}

// Rule 8 is tests/engine_properties.rs and the model check; rule 7 is benches/engine.rs.

// Rule 9

#[test]
fn rule_9_workers_follow_set_workers_and_parked_ones_hold_no_item() {
    let valve = Arc::new(Valve::default());
    let (busy, names) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(HashSet::new())));
    let step = {
        let (valve, busy, names) = (Arc::clone(&valve), Arc::clone(&busy), Arc::clone(&names));
        move |n: u32| {
            busy.fetch_add(1, SeqCst);
            names.lock().unwrap().insert(std::thread::current().name().unwrap().to_owned());
            valve.pass();
            busy.fetch_sub(1, SeqCst);
            ok(n)
        }
    };
    let handle = Pipeline::source("numbers", 0..200u32, |n| n.to_string())
        .stage(Stage::map("work", step).workers(2).queue(4))
        .sink("sink", drop)
        .spawn()
        .unwrap();
    let at_work = |n: usize| until(&format!("{n} at work"), || busy.load(SeqCst) == n);
    at_work(2);
    handle.set_workers("work", 5).unwrap();
    at_work(5);
    linger();
    assert_eq!(busy.load(SeqCst), 5);
    assert_eq!(handle.snapshot().stage("work").unwrap().workers, 5);
    handle.set_workers("work", 1).unwrap();
    valve.open();
    let report = handle.wait().unwrap();
    assert_eq!((report.done, report.unfinished), (200, 0), "no item was left with a parked worker");
    let mut names: Vec<String> = names.lock().unwrap().drain().collect();
    names.sort();
    assert_eq!(names, ["work-1", "work-2", "work-3", "work-4", "work-5"]);
}

#[test]
fn rule_9_a_parked_worker_takes_nothing() {
    let per_worker: Arc<Mutex<HashSet<String>>> = Arc::default();
    let (send, inputs) = flume::unbounded();
    let seen = Arc::clone(&per_worker);
    let handle = Pipeline::source_channel("inputs", inputs, |n: &u32| n.to_string())
        .stage(
            Stage::map("work", move |n: u32| {
                seen.lock().unwrap().insert(std::thread::current().name().unwrap().to_owned());
                ok(n)
            })
            .workers(4)
            .queue(0),
        )
        .sink("sink", drop)
        .spawn()
        .unwrap();
    handle.set_workers("work", 1).unwrap();
    // Workers that were waiting for input when they lost their permits take one item each at most.
    (0..4).for_each(|n| send.send(n).unwrap());
    until("those are through", || handle.snapshot().done == 4);
    per_worker.lock().unwrap().clear();
    (0..100).for_each(|n| send.send(n).unwrap());
    drop(send);
    handle.wait().unwrap();
    assert!(per_worker.lock().unwrap().len() <= 4);
    assert!(per_worker.lock().unwrap().contains("work-1"));
}

#[test]
fn rule_9_sizes_that_cannot_be_are_refused_with_the_cap() {
    let run = |workers| {
        let ended = numbers(1).stage(Stage::map("work", ok).workers(workers)).sink("sink", drop).run();
        ended.unwrap_err().to_string()
    };
    assert_eq!(run(0), "stage `work` has 0 workers; it needs at least 1");
    assert_eq!(run(100_000), "stage `work` has 100000 workers; at most 1024 are allowed");
    let handle = numbers(1).stage(Stage::map("work", ok)).sink("sink", drop).spawn().unwrap();
    assert!(matches!(handle.set_workers("wrk", 1), Err(BuildError::UnknownStage { .. })));
    assert!(matches!(handle.set_workers("work", 0), Err(BuildError::NoWorkers { .. })));
}

// Rule 10

#[test]
fn rule_10_cpu_time_is_told_per_stage_and_work_costs_more_of_it_than_waiting() {
    let spin = |n: u32| {
        let began = std::time::Instant::now();
        let mut sum = u64::from(n);
        while began.elapsed() < Duration::from_millis(2) {
            sum = std::hint::black_box(sum.wrapping_mul(31));
        }
        ok(n)
    };
    let sleep = |n: u32| {
        std::thread::sleep(Duration::from_millis(2));
        ok(n)
    };
    let report = numbers(40)
        .stage(Stage::map("spin", spin))
        .stage(Stage::map("sleep", sleep))
        .sink("sink", drop)
        .run()
        .unwrap();
    let (spin, sleep) = (report.stage("spin").unwrap(), report.stage("sleep").unwrap());
    assert!(spin.busy >= Duration::from_millis(80) && sleep.busy >= Duration::from_millis(80));
    assert!(spin.cpu > sleep.cpu * 3, "spin {:?}, sleep {:?}", spin.cpu, sleep.cpu);
}

/// More workers that compute than there can be cores: what their steps took longer than they computed, they waited for a core.
#[cfg(target_os = "linux")]
#[test]
fn rule_10_waiting_for_a_core_is_told_apart_from_sleeping() {
    if !std::path::Path::new("/proc/self/schedstat").exists() {
        println!("SKIPPED: this system does not tell how long a thread waits for a core");
        return;
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let spin = |n: u32| {
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        ok(n)
    };
    let sleep = |n: u32| {
        std::thread::sleep(Duration::from_millis(5));
        ok(n)
    };
    let workers = (4 * cores).min(256);
    let report = numbers(workers as u32 * 4)
        .stage(Stage::map("spin", spin).workers(workers))
        .stage(Stage::map("sleep", sleep).workers(4))
        .sink("sink", drop)
        .run()
        .unwrap();
    let (spin, sleep) = (report.stage("spin").unwrap(), report.stage("sleep").unwrap());
    let waited = spin.busy.saturating_sub(spin.cpu);
    assert!(spin.core_wait >= waited / 2, "{:?} of {waited:?}", spin.core_wait);
    assert!(
        sleep.core_wait + sleep.cpu < sleep.busy,
        "it slept too: {:?} of {:?}",
        sleep.core_wait,
        sleep.busy
    );
}

// The report

#[test]
fn a_report_accounts_for_the_time_of_the_workers_and_for_what_was_reserved() {
    let step = |n: u32| {
        std::thread::sleep(Duration::from_millis(1));
        ok(n)
    };
    let report = numbers(30)
        .stage(Stage::map("first", step).workers(2))
        .budget_until("second", ByteSize::new(100), |n| if n % 2 == 0 { 10 } else { 30 })
        .stage(Stage::map("second", step).workers(2))
        .sink("sink", drop)
        .run()
        .unwrap();
    for stage in &report.stages {
        let parts = stage.busy + stage.starved + stage.blocked + stage.waiting + stage.hand_over;
        let had = report.wall * stage.workers as u32;
        assert!(parts <= had + Duration::from_millis(5), "{}: {parts:?} of {had:?}", stage.name);
    }
    let first = report.first_finished.unwrap();
    assert!(first >= Duration::from_millis(2) && first <= report.wall, "{first:?}");
    let budget = report.budgets[0];
    assert_eq!((budget.grants, budget.granted, budget.deviation), (30, 600, 10));
    assert_eq!((budget.before, budget.until), (2, Some(2)), "its place among the stages, after the source");
}

#[test]
fn the_report_says_what_each_stage_did() {
    let report = numbers(100)
        .stage(Stage::map("fast", ok).queue(4))
        .stage(
            Stage::map("slow", |n: u32| {
                std::thread::sleep(Duration::from_millis(1));
                if n == 5 { Err("five") } else { Ok(n) }
            })
            .queue(4)
            .measure(|_| 10),
        )
        .sink("sink", drop)
        .run()
        .unwrap();
    let names: Vec<&str> = report.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["numbers", "fast", "slow", "sink"]);
    let (fast, slow) = (report.stage("fast").unwrap(), report.stage("slow").unwrap());
    assert_eq!((slow.items_in, slow.items_out, slow.failed, slow.bytes), (100, 99, 1, 990));
    assert!(fast.blocked > slow.busy / 2, "{fast:?}");
    assert!(report.stage("sink").unwrap().starved > slow.busy / 2);
    assert!(slow.queue_mean_depth > 3.0 && slow.queue_mean_depth < 4.5, "{}", slow.queue_mean_depth);
    assert!(slow.step.p50 >= Duration::from_millis(1) && slow.step.max >= slow.step.p99);
    let lived = slow.busy + slow.starved + slow.blocked + slow.waiting;
    assert!(lived <= report.wall && lived > report.wall * 3 / 4, "{lived:?} of {:?}", report.wall);
}

#[test]
fn a_gate_tells_time_waited_for_budget_apart_from_starving() {
    let report = numbers(30)
        .budget(ByteSize::new(1), |_| 1)
        .stage(Stage::map("decode", ok).workers(2))
        .stage(Stage::map("slow", |n: u32| {
            std::thread::sleep(Duration::from_millis(2));
            ok(n)
        }))
        .sink("sink", drop)
        .run()
        .unwrap();
    let decode = report.stage("decode").unwrap();
    assert!(decode.waiting > decode.starved * 2, "{decode:?}");
}

// Ends

#[test]
fn drain_finishes_what_was_admitted_and_abort_starts_no_step_any_more() {
    let endless = || Pipeline::source("numbers", 0u32.., |n| n.to_string());
    let handle = endless().stage(Stage::map("work", ok).workers(2)).sink("sink", drop).spawn().unwrap();
    until("some are done", || handle.snapshot().done > 10);
    let report = handle.drain().unwrap();
    assert_eq!((report.ended, report.done), (Ended::Drained, report.admitted));

    let valve = Arc::new(Valve::default());
    let begun = Arc::new(AtomicUsize::new(0));
    let (held, count) = (Arc::clone(&valve), Arc::clone(&begun));
    let step = move |n: u32| {
        count.fetch_add(1, SeqCst);
        held.pass();
        ok(n)
    };
    let handle =
        endless().stage(Stage::map("work", step).workers(2).queue(8)).sink("sink", drop).spawn().unwrap();
    until("two steps run", || begun.load(SeqCst) == 2);
    until("the queue is full", || handle.snapshot().admitted == 10);
    handle.controller().abort();
    valve.open();
    let report = handle.abort().unwrap();
    assert_eq!(begun.load(SeqCst), 2);
    assert_eq!((report.ended, report.interrupted, report.admitted), (Ended::Aborted, 10, 10));
}

#[test]
fn dropping_an_iterator_ends_the_run() {
    let mut items = Pipeline::source("numbers", 0u32.., |n| n.to_string())
        .stage(Stage::map("work", ok).workers(2))
        .order(Order::Input)
        .spawn_iter("items")
        .unwrap();
    assert_eq!(items.next().map(|done| (done.seq, &*done.label == "0", done.value)), Some((0, true, 0)));
    assert_eq!(items.nth(9).map(|done| done.value), Some(10));
    let controller = items.controller().unwrap();
    drop(items);
    assert_eq!(controller.snapshot().ended, Ended::Aborted);
    assert_eq!(controller.snapshot().failed, 0);
}

#[test]
fn a_channel_at_either_end_waits_for_nobody_after_drain_or_abort() {
    let (send, inputs) = flume::bounded::<u32>(1);
    let (outputs, receive) = flume::bounded(1);
    let handle = Pipeline::source_channel("inputs", inputs, |n| n.to_string())
        .stage(Stage::map("work", ok))
        .spawn_channel("outputs", outputs)
        .unwrap();
    send.send(1).unwrap();
    assert_eq!(receive.recv().unwrap().value, 1);
    // Nobody sends, nobody closes: drain ends the wait at the source.
    assert_eq!(handle.drain().unwrap().done, 1);
    assert!(receive.recv().is_err());

    let (send, inputs) = flume::unbounded::<u32>();
    let (outputs, receive) = flume::bounded(1);
    let handle = Pipeline::source_channel("inputs", inputs, |n| n.to_string())
        .spawn_channel("outputs", outputs)
        .unwrap();
    (0..10).for_each(|n| send.send(n).unwrap());
    until("the output is full", || handle.snapshot().done == 1);
    // Nobody receives: abort ends the wait at the sink.
    let report = handle.abort().unwrap();
    assert_eq!((report.done, report.done + report.interrupted), (1, report.admitted));
    drop(receive);
}

#[test]
fn two_stages_of_one_name_are_refused() {
    let pipeline = numbers(1).stage(Stage::map("work", ok)).stage(Stage::map("work", ok));
    let message = pipeline.sink("sink", drop).run().unwrap_err().to_string();
    assert_eq!(message, "two stages are named `work`");
}

#[test]
fn a_step_may_fail_with_any_error() {
    let io = |_: u32| Err::<u32, _>(std::io::Error::other("io"));
    let boxed = |_: u32| Err::<u32, StepError>("boxed".into());
    for stage in [Stage::map("work", io), Stage::map("work", boxed)] {
        assert_eq!(numbers(2).stage(stage).sink("sink", drop).run().unwrap().failed, 2);
    }
}
