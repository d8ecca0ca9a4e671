//! Owns running a case on the engine, under a watchdog.

use crate::case::{Action, Case, End, GateCase, Kind, StageCase, sink_fails};
use crate::sequential::{Delivered, Failed};
use pipeline_images::engine::{
    ByteSize, ChildPath, Emit, Ended, Failure, Handle, OnError, Pipeline, Report, RunError, Runnable, Stage,
    StepError,
};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// What a run did.
pub struct Outcome {
    pub delivered: Vec<Delivered>,
    pub failures: Vec<Failed>,
    pub report: Report,
    pub stopped: bool,
}

/// Runs a case. One that has not ended after half a minute is a failed test; `None` from then on, so that the hung case is
/// the one that is told, not one of many hung attempts to make it smaller.
pub fn run_watched(case: &Case) -> Option<Outcome> {
    static HUNG: AtomicBool = AtomicBool::new(false);
    if HUNG.load(SeqCst) {
        return None;
    }
    let (done, outcome) = mpsc::channel();
    let copy = case.clone();
    std::thread::spawn(move || {
        // After the watchdog gave up nobody takes it.
        let _ = done.send(run(&copy));
    });
    match outcome.recv_timeout(Duration::from_secs(30)) {
        Ok(outcome) => Some(outcome),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            HUNG.store(true, SeqCst);
            panic!("it hangs: {case:?}")
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("the engine panicked: {case:?}"),
    }
}

#[derive(Default)]
struct Seen {
    delivered: Mutex<Vec<Delivered>>,
    failures: Mutex<Vec<Failed>>,
    count: AtomicUsize,
}

fn run(case: &Case) -> Outcome {
    let seen = Arc::new(Seen::default());
    let handle = build(case, &seen).spawn().unwrap();
    steer(case, &handle, &seen);
    let ended = handle.wait();
    let stopped = matches!(ended, Err(RunError::Stopped { .. }));
    let report = match ended {
        Ok(report) => report,
        Err(RunError::Stopped { report, .. }) => *report,
        Err(other) => panic!("{other}"),
    };
    let (delivered, failures) =
        (seen.delivered.lock().unwrap().clone(), seen.failures.lock().unwrap().clone());
    Outcome { delivered, failures, report, stopped }
}

fn steer(case: &Case, handle: &Handle, seen: &Seen) {
    for steering in &case.steering {
        while seen.count.load(SeqCst) < steering.after && handle.snapshot().ended == Ended::Running {
            std::thread::yield_now();
        }
        let controller = handle.controller();
        match steering.action {
            Action::Drain => controller.drain(),
            Action::Abort => controller.abort(),
            // There may be no such stage: then nothing happens.
            Action::SetWorkers { stage, workers } => {
                let _ = controller.set_workers(&stage.to_string(), workers);
            }
        }
    }
}

fn build(case: &Case, seen: &Arc<Seen>) -> Runnable<'static> {
    let mut pipeline = Pipeline::source("source", 0..case.inputs, |n| n.to_string());
    for (index, stage) in case.stages.iter().enumerate() {
        pipeline = gated(pipeline, case, index).stage(built(index, stage.clone()));
    }
    pipeline = gated(pipeline, case, case.stages.len()).order(case.order).sink_queue(case.sink_queue);
    if case.on_error != OnError::default() {
        pipeline = pipeline.on_error(case.on_error);
    }
    if let Some(window) = case.window {
        pipeline = pipeline.window(window);
    }
    if case.holds {
        pipeline = pipeline.holds(|value| value % 3);
    }
    let (failed, arrived, fails) = (Arc::clone(seen), Arc::clone(seen), case.sink_fails);
    pipeline.on_failed(move |failure| failed.failures.lock().unwrap().push(told(failure))).sink_items(
        "sink",
        move |done| {
            arrived.delivered.lock().unwrap().push((done.seq, indexes(&done.path), done.value));
            arrived.count.fetch_add(1, SeqCst);
            if fails && sink_fails(done.value) { Err("sink") } else { Ok(()) }
        },
    )
}

fn gated(pipeline: Pipeline<'static, u64>, case: &Case, before: usize) -> Pipeline<'static, u64> {
    let Some(gate) = case.gates.iter().find(|gate| gate.before == before).cloned() else { return pipeline };
    let GateCase { size, until, .. } = gate;
    let cost = move |value: &u64| gate.cost(*value).unwrap_or_else(|| unwind("cost"));
    match until {
        Some(stage) => pipeline.budget_until(stage.to_string(), ByteSize::new(size), cost),
        None => pipeline.budget(ByteSize::new(size), cost),
    }
}

fn built(index: usize, case: StageCase) -> Stage<'static, u64, u64> {
    let (name, workers, queue) = (index.to_string(), case.workers, case.queue);
    let (attempts, bad) = (AtomicU64::new(0), case.bad_states);
    let make = move || {
        if attempts.fetch_add(1, SeqCst) < bad {
            unwind("state");
        }
    };
    let stage = match case.kind {
        Kind::Map => Stage::with(name, make, move |(), value| Ok::<_, StepError>(ended(&case, value)?[0])),
        Kind::FilterMap => Stage::filter_map_with(name, make, move |(), value| {
            ended(&case, value).map(|all| all.first().copied())
        }),
        Kind::FlatMap => Stage::flat_map_with(name, make, move |(), value, emit: &mut Emit<'_, u64>| {
            case.step(value).0.into_iter().for_each(|child| emit.item(child));
            ended(&case, value).map(drop)
        }),
    };
    stage.workers(workers).queue(queue)
}

/// What the step emits, if it ends well.
fn ended(case: &StageCase, value: u64) -> Result<Vec<u64>, StepError> {
    // Slow for some values, so that others overtake them.
    if value.is_multiple_of(8) {
        std::thread::yield_now();
    }
    match case.step(value) {
        (emitted, End::Well) => Ok(emitted),
        (_, End::Failed) => Err("failed".into()),
        (_, End::Panicked) => unwind("step"),
    }
}

/// A panic without the noise.
fn unwind(message: &'static str) -> ! {
    resume_unwind(Box::new(message))
}

fn indexes(path: &ChildPath) -> Vec<u32> {
    path.indexes().to_vec()
}

fn told(failure: &Failure) -> Failed {
    Failed {
        seq: failure.seq,
        path: indexes(&failure.path),
        stage: failure.stage.to_string(),
        reason: failure.error.to_string(),
    }
}
