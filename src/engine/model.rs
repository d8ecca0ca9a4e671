//! The model check: small pipelines under many schedules (rule 8). The checker runs every thread step by step and finds
//! deadlocks by itself; each check says what must hold at the end. `queue/model.rs` stands in for the shipped channel
//! (both pass `queue/contract.rs`); everything else is the shipped code.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test --target-dir target/shuttle --no-default-features --lib engine`; the variable
//! `MODEL_ITERATIONS` sets how many schedules each check tries with each scheduler.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

use super::permits::Permits;
use super::{ByteSize, Done, Ended, Handle, OnError, Order, Panicked, Pipeline, Report, RunError, Stage};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Tries random schedules, and those with few, well-placed switches (probabilistic concurrency testing).
fn explore(check: impl Fn() + Send + Sync + 'static) {
    let iterations = std::env::var("MODEL_ITERATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
    let check = Arc::new(check);
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        let check = Arc::clone(&check);
        let mut config = shuttle::Config::new();
        config.stack_size = 1 << 18;
        config.silence_warnings = true;
        shuttle::Runner::new(scheduler, config).run(move || check());
    };
    run(Box::new(RandomScheduler::new(iterations)));
    run(Box::new(PctScheduler::new(3, iterations)));
}

fn ok<T>(value: T) -> Result<T, Infallible> {
    Ok(value)
}

fn numbers<'a>(count: u32) -> Pipeline<'a, u32> {
    Pipeline::source("numbers", 0..count, |_| "")
}

/// What must hold of every run that has ended.
fn settled(report: &Report) {
    assert_eq!(report.admitted, report.finished(), "{report:?}");
    assert_eq!(report.unfinished, 0);
    assert!(report.peak_unfinished <= report.window);
    report.budgets.iter().for_each(|budget| assert_eq!(budget.used, 0, "all was given back"));
}

fn all_done(report: &Report, count: u64) {
    settled(report);
    assert_eq!((report.admitted, report.done, report.ended), (count, count, Ended::Complete));
}

#[test]
fn rendezvous_queues_hand_over_every_item() {
    explore(|| {
        let seen = Mutex::new(Vec::new());
        let report = numbers(3)
            .stage(Stage::map("first", ok).workers(2).queue(0))
            .stage(Stage::map("second", ok).queue(0))
            .sink_queue(0)
            .sink("sink", |n| seen.lock().unwrap().push(n))
            .run()
            .unwrap();
        all_done(&report, 3);
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn ordered_output_is_the_order_of_input() {
    explore(|| {
        let seen = Mutex::new(Vec::new());
        let report = numbers(4)
            .stage(Stage::map("first", ok).workers(2).queue(1))
            .stage(Stage::map("second", ok).workers(2).queue(1))
            .order(Order::Input)
            .window(3)
            .sink("sink", |n| seen.lock().unwrap().push(n))
            .run()
            .unwrap();
        all_done(&report, 4);
        assert_eq!(seen.into_inner().unwrap(), [0, 1, 2, 3]);
    });
}

#[test]
fn a_window_of_one_and_no_stage_at_all_still_flow() {
    explore(|| {
        let report = numbers(3).window(1).sink_queue(0).sink("sink", drop).run().unwrap();
        all_done(&report, 3);
        assert_eq!(report.peak_unfinished, 1);
    });
}

/// A budget that holds one item and a half, in front of two workers that get their items in any order.
fn under_a_tight_budget(order: Order, cost: fn(u32) -> u64) {
    let (in_flight, peak) = (AtomicU64::new(0), AtomicU64::new(0));
    let granted = Mutex::new(Vec::new());
    let report = numbers(4)
        .stage(Stage::map("read", ok).workers(2).queue(1))
        .budget(ByteSize::new(3), |n| {
            granted.lock().unwrap().push(*n);
            cost(*n)
        })
        .stage(
            Stage::map("decode", |n| {
                let now = in_flight.fetch_add(cost(n), SeqCst) + cost(n);
                peak.fetch_max(now, SeqCst);
                ok(n)
            })
            .workers(2)
            .queue(1),
        )
        .stage(Stage::map("encode", ok).workers(2).queue(0))
        .order(order)
        .sink("sink", |n| {
            in_flight.fetch_sub(cost(n), SeqCst);
        })
        .run()
        .unwrap();
    all_done(&report, 4);
    let largest = (0..4).map(cost).max().unwrap_or(0);
    assert!(peak.into_inner() <= largest.max(3), "more in flight than the budget");
    assert_eq!(granted.into_inner().unwrap(), [0, 1, 2, 3], "granted in order of admission");
}

#[test]
fn a_budget_smaller_than_two_items_neither_deadlocks_nor_overflows() {
    explore(|| under_a_tight_budget(Order::Completion, |_| 2));
}

#[test]
fn a_budget_smaller_than_two_items_neither_deadlocks_nor_overflows_in_order() {
    explore(|| under_a_tight_budget(Order::Input, |n| if n == 1 { 9 } else { 2 }));
}

#[test]
fn two_budgets_one_given_back_early_and_shrinking_give_all_back() {
    explore(|| {
        let report = numbers(3)
            .budget_until("read", ByteSize::new(2), |_| 2)
            .stage(Stage::map("read", ok).workers(2).queue(1))
            .budget_until("decode", ByteSize::new(3), |_| 2)
            .stage(Stage::map("decode", ok).workers(2).queue(0))
            .order(Order::Input)
            .holds(|_| 1)
            .sink("sink", drop)
            .run()
            .unwrap();
        all_done(&report, 3);
        assert!(report.budgets[0].peak <= 2 && report.budgets[1].peak <= 3, "{:?}", report.budgets);
    });
}

#[test]
fn failures_and_panics_leave_gaps_that_stall_nothing() {
    explore(|| {
        let seen = Mutex::new(Vec::new());
        let built = AtomicUsize::new(0);
        let make = || {
            if built.fetch_add(1, SeqCst) == 0 {
                resume_unwind(Box::new("the first state"));
            }
        };
        let step = |(): &mut (), n: u32| match n {
            1 => Err("one"),
            2 => resume_unwind(Box::new("two")),
            _ => Ok(n),
        };
        let failures = AtomicU64::new(0);
        let report = numbers(5)
            .stage(Stage::map("first", ok).workers(2).queue(1))
            .budget(ByteSize::new(1), |n| if *n == 3 { resume_unwind(Box::new("cost")) } else { 1 })
            .stage(Stage::with("second", make, step).workers(2).queue(1))
            .order(Order::Input)
            .on_failed(|failure| {
                failures.fetch_add(1, SeqCst);
                assert!(failure.error.is::<Panicked>() || failure.seq == 1);
            })
            .sink("sink", |n| seen.lock().unwrap().push(n))
            .run()
            .unwrap();
        settled(&report);
        // 1, 2 and 3, and whichever met the first state: it may be one of these.
        assert_eq!(report.failed, failures.into_inner());
        assert!((3..=4).contains(&report.failed) && report.done == 5 - report.failed, "{report:?}");
        assert!(seen.into_inner().unwrap().is_sorted());
    });
}

#[test]
fn children_stay_together_and_a_failed_one_fails_the_input() {
    explore(|| {
        let seen = Mutex::new(Vec::new());
        let report = numbers(3)
            .stage(
                Stage::flat_map("fan", |n: u32, emit| {
                    (0..n).for_each(|child| emit.item((n, child)));
                    Ok::<_, Infallible>(())
                })
                .workers(2)
                .queue(1),
            )
            .stage(
                Stage::map("mix", |pair| if pair == (2, 0) { Err("first") } else { Ok(pair) })
                    .workers(2)
                    .queue(0),
            )
            .order(Order::Input)
            .sink("sink", |pair| seen.lock().unwrap().push(pair))
            .run()
            .unwrap();
        settled(&report);
        assert_eq!((report.skipped, report.done, report.failed), (1, 1, 1));
        assert_eq!(seen.into_inner().unwrap(), [(1, 0), (2, 1)]);
    });
}

#[test]
fn stopping_at_an_error_ends_the_run_with_all_accounted_for() {
    explore(|| {
        for (on_error, fatal) in [(OnError::Stop, false), (OnError::default(), true)] {
            let ended = numbers(5)
                .stage(Stage::map("first", ok).workers(2).queue(0))
                .budget(ByteSize::new(1), |_| 1)
                .stage(Stage::map("second", |n| if n == 1 { Err("one") } else { Ok(n) }).workers(2).queue(1))
                .order(Order::Input)
                .on_error(on_error)
                .fatal_if(move |_| fatal)
                .sink("sink", drop)
                .run();
            let Err(RunError::Stopped { failure, report }) = ended else { panic!("{ended:?}") };
            settled(&report);
            assert_eq!((failure.seq, report.failed), (1, 1));
            assert_eq!(report.ended, if fatal { Ended::Fatal } else { Ended::Failures });
        }
    });
}

fn spawned(count: u32) -> Handle {
    numbers(count)
        .stage(Stage::map("first", ok).workers(2).queue(1))
        .budget(ByteSize::new(1), |_| 1)
        .stage(Stage::map("second", ok).queue(0))
        .order(Order::Input)
        .sink("sink", drop)
        .spawn()
        .unwrap()
}

#[test]
fn set_workers_at_any_moment_loses_nothing() {
    explore(|| {
        let handle = spawned(4);
        let controller = handle.controller();
        let other = shuttle::thread::spawn(move || controller.set_workers("second", 2).unwrap());
        handle.set_workers("first", 1).unwrap();
        handle.set_workers("second", 1).unwrap();
        handle.set_workers("first", 3).unwrap();
        other.join().unwrap();
        let report = handle.wait().unwrap();
        all_done(&report, 4);
    });
}

#[test]
fn a_parked_worker_is_woken_by_its_permit_and_by_the_end() {
    explore(|| {
        let permits = Arc::new(Permits::new(1));
        let workers = [1, 2].map(|index| {
            let permits = Arc::clone(&permits);
            shuttle::thread::spawn(move || permits.park(index))
        });
        permits.set(2, super::clock::Nanos(0));
        let [second, third] = workers;
        assert!(second.join().unwrap(), "it may receive");
        permits.close();
        assert!(!third.join().unwrap(), "it goes home");
    });
}

#[test]
fn drain_and_abort_at_any_moment_end_the_run_with_all_accounted_for() {
    explore(|| {
        let report = spawned(5).drain().unwrap();
        settled(&report);
        assert_eq!(report.done, report.admitted);

        let handle = spawned(5);
        let controller = handle.controller();
        let other = shuttle::thread::spawn(move || controller.drain());
        let report = handle.abort().unwrap();
        other.join().unwrap();
        settled(&report);
        assert_eq!(report.done + report.interrupted, report.admitted);
    });
}

#[test]
fn an_iterator_dropped_early_ends_the_run() {
    explore(|| {
        let mut items = numbers(u32::MAX)
            .stage(Stage::map("work", ok).workers(2).queue(0))
            .order(Order::Input)
            .spawn_iter("items")
            .unwrap();
        assert_eq!(items.next().map(|Done { seq, value, .. }| (seq, value)), Some((0, 0)));
        let controller = items.controller().unwrap();
        drop(items);
        let report = controller.snapshot();
        settled(&report);
        assert_eq!((report.ended, report.failed), (Ended::Aborted, 0));
    });
}
