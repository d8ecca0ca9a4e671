//! Owns which runs are made and which run each is predicted from.

use pipeline_images::observe::Change;
use std::time::Duration;

/// The stages, in order.
pub(crate) const STAGES: [&str; 5] = ["read", "decode", "convert", "encode", "write"];

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) cores: usize,
    /// Workers of [`STAGES`].
    pub(crate) workers: [usize; 5],
    /// Milliseconds that each read and each write sleeps before its work, as a slow device would.
    pub(crate) slow: [u64; 2],
    pub(crate) window: Option<usize>,
    /// Bytes for pictures in flight.
    pub(crate) memory: u64,
    pub(crate) pictures: usize,
}

const LARGE: u64 = 512 << 20;

impl Case {
    fn new(cores: usize, workers: [usize; 5], pictures: usize) -> Self {
        let numbers = workers.map(|n| n.to_string()).join("·");
        let name = format!("{cores} core{}, workers {numbers}", if cores == 1 { "" } else { "s" });
        Self { name, cores, workers, slow: [0, 0], window: None, memory: LARGE, pictures }
    }

    fn slow_read(mut self, millis: u64) -> Self {
        self.slow[0] = millis;
        self.name += &format!(", reads {millis} ms");
        self
    }

    fn slow_write(mut self, millis: u64) -> Self {
        self.slow[1] = millis;
        self.name += &format!(", writes {millis} ms");
        self
    }

    fn window(mut self, pictures: usize) -> Self {
        self.window = Some(pictures);
        self.name += &format!(", window {pictures}");
        self
    }

    fn memory(mut self, mib: u64) -> Self {
        self.memory = mib << 20;
        self.name += &format!(", memory {mib} MiB");
        self
    }

    /// What is different from the run that it is predicted from.
    pub(crate) fn change_from(&self, base: &Self) -> Change {
        let mut change = Change::default().cores(self.cores as f64).pictures(self.pictures as u64);
        for (at, stage) in STAGES.iter().enumerate() {
            if self.workers[at] != base.workers[at] {
                change = change.workers(*stage, self.workers[at]);
            }
        }
        for (slow, stage) in ["read", "write"].into_iter().enumerate() {
            if self.slow[slow] != base.slow[slow] {
                change = change.latency(stage, Duration::from_millis(self.slow[slow]));
            }
        }
        if let Some(window) = self.window.filter(|_| self.window != base.window) {
            change = change.window(window);
        }
        if self.memory != base.memory { change.memory(self.memory) } else { change }
    }
}

/// A run before all others.
pub(crate) fn warm() -> Case {
    Case::new(2, [2; 5], 2_000)
}

/// Each run that is predicted from, with the runs that are.
pub(crate) fn all(quick: bool) -> Vec<(Case, Vec<Case>)> {
    if quick {
        let base = Case::new(1, [1; 5], 60).slow_read(2);
        return vec![(base.clone(), vec![Case::new(1, [4, 1, 1, 1, 1], 60).slow_read(2)])];
    }
    vec![
        cpu(),
        one_core(),
        slow_source(),
        slow_source_one_core(),
        slow_sink(),
        small_window(),
        small_budget(),
    ]
}

fn cpu() -> (Case, Vec<Case>) {
    let two = |workers| Case::new(2, workers, 3_000);
    let one = |workers| Case::new(1, workers, 2_000);
    let cases = [
        two([1; 5]),
        two([2, 1, 2, 2, 2]),
        two([2, 2, 2, 1, 2]),
        two([4; 5]),
        two([16; 5]),
        two([1, 8, 8, 8, 1]),
        one([2; 5]),
        one([1; 5]),
        one([8; 5]),
    ];
    (two([2; 5]), cases.to_vec())
}

fn one_core() -> (Case, Vec<Case>) {
    let cases = [
        Case::new(2, [2; 5], 3_000),
        Case::new(2, [1; 5], 3_000),
        Case::new(2, [1, 2, 1, 1, 1], 3_000),
        Case::new(2, [8; 5], 3_000),
    ];
    (Case::new(1, [1; 5], 2_000), cases.to_vec())
}

fn slow_source() -> (Case, Vec<Case>) {
    let read = |cores, readers, millis, pictures| {
        Case::new(cores, [readers, 2, 2, 2, 2], pictures).slow_read(millis)
    };
    let cases = [
        read(2, 1, 10, 300),
        read(2, 4, 10, 1_200),
        read(2, 8, 10, 2_000),
        read(2, 16, 10, 3_000),
        read(2, 2, 2, 1_500),
        read(2, 8, 2, 3_000),
        read(2, 2, 50, 120),
        read(2, 16, 50, 900),
        read(1, 8, 10, 1_500),
        read(1, 16, 50, 900),
    ];
    (read(2, 2, 10, 600), cases.to_vec())
}

fn slow_source_one_core() -> (Case, Vec<Case>) {
    let read = |cores, readers, millis, pictures| {
        Case::new(cores, [readers, 1, 1, 1, 1], pictures).slow_read(millis)
    };
    (
        read(1, 4, 50, 240),
        vec![read(1, 1, 50, 60), read(1, 16, 50, 900), read(1, 4, 2, 1_500), read(2, 8, 10, 1_500)],
    )
}

fn slow_sink() -> (Case, Vec<Case>) {
    let write = |cores, writers, millis, pictures| {
        Case::new(cores, [2, 2, 2, 2, writers], pictures).slow_write(millis)
    };
    let cases = [
        write(2, 1, 50, 60),
        write(2, 8, 50, 450),
        write(2, 16, 50, 900),
        write(2, 4, 2, 2_500),
        write(1, 8, 10, 1_500),
    ];
    (write(2, 4, 50, 240), cases.to_vec())
}

fn small_window() -> (Case, Vec<Case>) {
    let read = |window| Case::new(2, [4, 2, 2, 2, 2], 900).slow_read(10).window(window);
    (read(32), vec![read(1), read(2), read(4), read(8)])
}

fn small_budget() -> (Case, Vec<Case>) {
    let write = |mib| Case::new(2, [2, 2, 2, 2, 16], 600).slow_write(10).memory(mib);
    (write(512), vec![write(4), write(8), write(16), write(32)])
}
