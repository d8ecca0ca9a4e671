//! Watching and holding a run from outside: pausing, and the history of each input. One test per rule.
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod common;

use common::{Valve, linger, until};
use pipeline_images::engine::{ByteSize, Fate, Pipeline, Stage};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, mpsc};

#[test]
fn a_paused_run_admits_nothing_finishes_what_is_inside_and_goes_on_when_resumed() {
    let seen = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&seen);
    let (tx, inputs) = mpsc::channel::<u32>();
    let handle = Pipeline::source("numbers", inputs, |n| n.to_string())
        .stage(Stage::map("same", Ok::<_, std::io::Error>).workers(2))
        .sink("count", move |_| {
            counted.fetch_add(1, Relaxed);
        })
        .spawn()
        .unwrap();
    tx.send(1).unwrap();
    until("the first is done", || seen.load(Relaxed) == 1);
    handle.controller().pause();
    // The source was waiting for an input already; that one is still taken.
    (2..=20).for_each(|n| tx.send(n).unwrap());
    until("what was inside is done", || handle.snapshot().unfinished == 0 && seen.load(Relaxed) == 2);
    linger();
    let paused = handle.snapshot();
    assert_eq!((paused.admitted, paused.paused, seen.load(Relaxed)), (2, true, 2));
    handle.controller().resume();
    drop(tx);
    let report = handle.wait().unwrap();
    assert_eq!((report.admitted, report.done, report.paused), (20, 20, false));
}

#[test]
fn a_paused_run_can_be_drained() {
    let handle = Pipeline::source("numbers", 0u32.., |n| n.to_string()).sink("none", |_| ()).spawn().unwrap();
    handle.controller().pause();
    let report = handle.drain().unwrap();
    assert_eq!(report.admitted, report.done);
}

#[test]
fn every_input_has_a_history_that_says_where_it_was_and_what_became_of_it() {
    let histories = Mutex::new(Vec::new());
    let odd = |n: u32| if n % 4 == 3 { Err(format!("{n}")) } else { Ok(n) };
    let report = Pipeline::source("numbers", 0u32..40, |n| format!("n{n}"))
        .stage(Stage::map("odd", odd).workers(3))
        .stage(Stage::filter_map("third", |n| Ok::<_, String>((n % 4 != 2).then_some(n))))
        .stage(Stage::map("last", Ok::<_, String>).workers(2))
        .on_finished(|history| {
            let visits: Vec<_> = history.visits.iter().map(|visit| (visit.stage, visit.worker)).collect();
            assert!(history.admitted <= history.ended);
            let order = history.visits.windows(2).all(|pair| pair[0].began + pair[0].took <= pair[1].began);
            histories.lock().unwrap().push((
                history.seq,
                history.label.to_string(),
                history.fate,
                visits,
                order,
            ));
        })
        .sink("done", |_| ())
        .run()
        .unwrap();
    let mut histories = histories.into_inner().unwrap();
    histories.sort();
    assert_eq!(histories.len() as u64, report.finished());
    for (n, (seq, label, fate, visits, in_order)) in (0..).zip(&histories) {
        assert_eq!((*seq, label.as_str()), (n, format!("n{n}").as_str()));
        let stages: Vec<_> = visits.iter().map(|(stage, _)| *stage).collect();
        let expected: (Fate, &[usize]) = match n % 4 {
            3 => (Fate::Failed, &[1]),
            2 => (Fate::Skipped, &[1, 2]),
            _ => (Fate::Done, &[1, 2, 3]),
        };
        assert_eq!((*fate, stages.as_slice()), expected, "{label}");
        assert!(*in_order, "{label} was in two stages at once");
        assert!(visits.iter().zip([3, 1, 2]).all(|((_, worker), workers)| *worker < workers));
    }
    let counted: u64 = report.stages[1].step_counts.iter().map(|bucket| bucket.count).sum();
    assert_eq!(counted, report.stages[1].items_in);
}

#[test]
fn what_waits_at_a_gate_is_not_taken_for_queued() {
    let valve = Arc::new(Valve::default());
    let held = Arc::clone(&valve);
    let handle = Pipeline::source("numbers", 0..8u32, |n| n.to_string())
        .stage(
            Stage::map("read", move |n: u32| {
                if n == 0 {
                    held.pass();
                }
                Ok::<_, std::io::Error>(n)
            })
            .workers(8),
        )
        .budget(ByteSize::kib(1), |_| 1)
        .stage(Stage::map("decode", Ok::<_, std::io::Error>).queue(2))
        .window(8)
        .sink("done", drop)
        .spawn()
        .unwrap();
    until("all others wait for the first", || handle.snapshot().stages[2].gate_depth == 7);
    let decode = &handle.snapshot().stages[2];
    assert_eq!((decode.queue_depth, decode.gate_depth), (0, 7));
    linger();
    valve.open();
    let report = handle.wait().unwrap();
    let decode = &report.stages[2];
    assert_eq!((decode.queue_depth, decode.gate_depth), (0, 0));
    assert!(decode.gate_mean_depth > decode.queue_mean_depth, "{decode:?}");
    assert!(report.stages.iter().all(|stage| stage.queue_mean_depth <= stage.queue as f64), "{report:?}");
}
