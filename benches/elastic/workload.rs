//! Owns a made-up workload: three stages that sleep and compute for given times, which may change while it runs.
//! Does not own: which workloads are measured.

use crate::measure::Result;
use pipeline_images::engine::{Handle, Pipeline, Stage};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub(crate) const STAGES: [&str; 3] = ["read", "work", "write"];

/// The most workers that a stage may be given.
const MOST: usize = 64;

/// What a step takes, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    pub(crate) sleep_ms: f64,
    pub(crate) spin_ms: f64,
}

/// What the steps of each stage take now, in microseconds of sleep and rounds of computing.
pub(crate) struct Workload(Arc<[[AtomicU64; 2]; 3]>);

impl Workload {
    pub(crate) fn new(shapes: [Shape; 3]) -> Self {
        let workload = Self(Arc::default());
        workload.change(shapes);
        workload
    }

    pub(crate) fn change(&self, shapes: [Shape; 3]) {
        for ([sleep, spin], shape) in self.0.iter().zip(shapes) {
            sleep.store((1e3 * shape.sleep_ms) as u64, Relaxed);
            spin.store((shape.spin_ms * rounds_per_ms()) as u64, Relaxed);
        }
    }

    /// Runs without an end, until it is aborted.
    pub(crate) fn spawn(&self, workers: [usize; 3], elastic: bool) -> Result<Handle> {
        let stage = |place: usize| {
            let times = Arc::clone(&self.0);
            let step = move |n: u64| {
                let [pause, rounds] = &times[place];
                match pause.load(Relaxed) {
                    0 => {}
                    micros => sleep(Duration::from_micros(micros)),
                }
                spin(rounds.load(Relaxed));
                Ok::<_, Infallible>(n)
            };
            let stage = Stage::map(STAGES[place], step).workers(workers[place]);
            if elastic { stage.elastic(MOST) } else { stage }
        };
        let pipeline = Pipeline::source("source", 0u64.., |_| "");
        Ok(pipeline.stage(stage(0)).stage(stage(1)).stage(stage(2)).sink("sink", drop).spawn()?)
    }
}

/// Inputs finished per second in the time that follows.
pub(crate) fn rate_over(handle: &Handle, time: Duration) -> f64 {
    let before = handle.snapshot();
    sleep(time);
    let after = handle.snapshot();
    (after.finished() - before.finished()) as f64 / (after.wall - before.wall).as_secs_f64()
}

fn spin(rounds: u64) {
    black_box(
        (0..rounds).fold(1u64, |x, n| black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n))),
    );
}

/// How much a core computes in a millisecond; measured once, so that all runs do the same work.
fn rounds_per_ms() -> f64 {
    static ROUNDS: OnceLock<f64> = OnceLock::new();
    *ROUNDS.get_or_init(|| {
        const ROUNDS: u64 = 2_000_000;
        let fastest = (0..20).map(|_| {
            let began = Instant::now();
            spin(ROUNDS);
            began.elapsed().as_secs_f64()
        });
        ROUNDS as f64 / (1e3 * fastest.fold(f64::INFINITY, f64::min))
    })
}
