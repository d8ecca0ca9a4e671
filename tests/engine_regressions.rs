//! What once went wrong in the engine, one test for each.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test")]

mod common;

use common::{Valve, linger, until};
use pipeline_images::engine::{BuildError, ByteSize, Ended, OnError, Order, Pipeline, RunError, Stage};
use std::convert::Infallible;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

fn ok<T>(value: T) -> Result<T, Infallible> {
    Ok(value)
}

fn numbers<'a>(count: u32) -> Pipeline<'a, u32> {
    Pipeline::source("numbers", 0..count, |n| n.to_string())
}

/// Panics when it is dropped, unless it has been defused.
struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.0, "dropped");
    }
}

#[test]
fn a_panic_in_fatal_if_ends_the_run_and_loses_nothing() {
    let ended = numbers(1000)
        .stage(Stage::map("work", |n: u32| if n == 7 { Err("seven") } else { Ok(n) }).workers(2))
        .fatal_if(|_| panic!("cannot tell"))
        .sink("sink", drop)
        .run();
    let Err(RunError::Stopped { failure, report }) = ended else { panic!("{ended:?}") };
    assert_eq!((failure.to_string().as_str(), report.ended), ("7: work: seven", Ended::Fatal));
    assert_eq!((report.failed, report.done), (1, report.admitted - 1));
}

#[test]
fn an_item_that_panics_when_it_is_dropped_does_not_stall_an_abort() {
    for order in [Order::Completion, Order::Input] {
        let valve = Arc::new(Valve::default());
        let held = Arc::clone(&valve);
        let handle = Pipeline::source("bombs", (0..).map(|_| Bomb(true)), |_| "bomb")
            .stage(
                Stage::map("work", move |mut bomb: Bomb| {
                    held.pass();
                    bomb.0 = false;
                    ok(bomb)
                })
                .workers(2)
                .queue(4),
            )
            .order(order)
            .sink("sink", drop)
            .spawn()
            .unwrap();
        until("the queue is full", || handle.snapshot().admitted == 6);
        handle.controller().abort();
        valve.open();
        let report = handle.wait().unwrap();
        assert_eq!((report.interrupted, report.unfinished), (6, 0));
    }
}

#[test]
fn a_panic_that_nothing_contains_ends_the_run_instead_of_stalling_it() {
    struct Error(#[allow(dead_code, reason = "it goes off when it is dropped")] Bomb);
    impl fmt::Debug for Error {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Error")
        }
    }
    impl fmt::Display for Error {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a bomb")
        }
    }
    impl std::error::Error for Error {}
    let run = || {
        Pipeline::source("numbers", 0u32.., |n| n.to_string())
            .stage(Stage::map("work", |n: u32| if n == 40 { Err(Error(Bomb(true))) } else { Ok(n) }))
            .sink("sink", drop)
            .run()
    };
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
}

#[test]
fn with_no_stage_at_all_the_source_is_not_polled_without_a_place() {
    for order in [Order::Completion, Order::Input] {
        for queue in [0, 3] {
            let valve = Arc::new(Valve::default());
            let held = Arc::clone(&valve);
            let polled = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&polled);
            let inputs = (0..100u32).inspect(move |_| {
                counter.fetch_add(1, SeqCst);
            });
            let handle = Pipeline::source("numbers", inputs, |n| n.to_string())
                .order(order)
                .window(50)
                .sink_queue(queue)
                .sink("sink", move |_| held.pass())
                .spawn()
                .unwrap();
            until("it is full", || polled.load(SeqCst) > queue);
            linger();
            assert_eq!(polled.load(SeqCst), queue + 1, "{order:?}");
            valve.open();
            assert_eq!(handle.wait().unwrap().done, 100);
        }
    }
}

#[test]
fn a_failure_after_drain_is_the_reason_why_the_run_ends() {
    let valve = Arc::new(Valve::default());
    let held = Arc::clone(&valve);
    let step = move |n: u32| {
        held.pass();
        if n == 0 { Err("zero") } else { Ok(n) }
    };
    let handle = numbers(1000)
        .stage(Stage::map("work", step).queue(8))
        .on_error(OnError::Stop)
        .sink("sink", drop)
        .spawn()
        .unwrap();
    until("the queue is full", || handle.snapshot().admitted == 9);
    handle.controller().drain();
    valve.open();
    let ended = handle.wait();
    let Err(RunError::Stopped { report, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((report.ended, report.failed, report.interrupted), (Ended::Failures, 1, 8));
}

#[test]
fn bytes_that_only_the_last_child_could_give_back_are_refused() {
    let fan = |name| {
        Stage::flat_map(name, |n: u32, emit| {
            (0..n).for_each(|c| emit.item(c));
            Ok::<_, Infallible>(())
        })
    };
    let until = |stage| {
        numbers(3)
            .budget_until(stage, ByteSize::kib(1), |_| 1)
            .stage(Stage::map("first", ok))
            .stage(fan("fan"))
            .stage(Stage::map("last", ok))
            .sink("sink", drop)
            .run()
    };
    assert!(matches!(until("last"), Err(RunError::Build(BuildError::MisplacedBudget { .. }))));
    assert_eq!(until("fan").unwrap().budgets[0].used, 0);
    assert_eq!(until("first").unwrap().budgets[0].used, 0);
}

#[test]
fn a_queue_that_no_memory_could_hold_is_refused() {
    let longest = numbers(1).stage(Stage::map("work", ok).queue(usize::MAX)).sink("sink", drop).run();
    let message = longest.unwrap_err().to_string();
    assert_eq!(
        message,
        format!("the queue of `work` has {} places; at most 1048576 are allowed", usize::MAX)
    );
    let longest = numbers(1).sink_queue(usize::MAX).sink("sink", drop).run();
    assert!(matches!(longest, Err(RunError::Build(BuildError::QueueTooLong { .. }))));
    assert_eq!(numbers(1).window(usize::MAX).sink("sink", drop).run().unwrap().done, 1);
}

#[test]
fn a_parked_item_shrinks_while_its_stage_gives_the_same_bytes_back() {
    // The worker of the last stage and the sink release the bytes of one budget at the same time.
    for _ in 0..20 {
        let report = numbers(2000)
            .budget_until("work", ByteSize::new(64), |_| 8)
            .stage(Stage::map("work", ok).workers(2))
            .order(Order::Input)
            .holds(|_| 1)
            .sink("sink", drop)
            .run()
            .unwrap();
        assert_eq!((report.done, report.budgets[0].used), (2000, 0));
    }
}
