//! State that each worker builds for itself and keeps from item to item: no lock, and it need not be `Send`.
//!
//! Two workers count letters, each into a buffer of its own that is allocated once; the report says what each stage did.
//!
//! ```text
//! cargo run --example worker_state --no-default-features
//! ```

use pipeline_images::engine::{Pipeline, RunError, Stage};
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

static BUILT: AtomicUsize = AtomicUsize::new(0);

/// A worker's own; the `Rc` shows that it never leaves its thread.
struct Counter {
    alphabet: Rc<str>,
    counts: Vec<usize>,
}

impl Counter {
    /// Runs in the worker's thread when its first item comes, and again if a step panics.
    fn new() -> Self {
        BUILT.fetch_add(1, Ordering::Relaxed);
        let alphabet: Rc<str> = "abcdefghijklmnopqrstuvwxyz".into();
        let counts = vec![0; alphabet.len()];
        Self { alphabet, counts }
    }

    /// The letter that occurs most, and how often.
    fn commonest(&mut self, text: String) -> Result<(char, usize), Infallible> {
        self.counts.fill(0);
        for letter in text.chars() {
            if let Some(place) = self.alphabet.find(letter) {
                self.counts[place] += 1;
            }
        }
        Ok(self.alphabet.chars().zip(self.counts.iter().copied()).max_by_key(|(_, n)| *n).unwrap_or_default())
    }
}

fn main() -> Result<(), RunError> {
    let texts = (0..1000).map(|n| format!("{} queues and {n} bees", "e".repeat(n % 50)));
    let mut most = ('-', 0);
    let report = Pipeline::source("texts", texts, |text| text.clone())
        .stage(Stage::with("count", Counter::new, Counter::commonest).workers(2))
        .sink("most", |found: (char, usize)| most = if found.1 > most.1 { found } else { most })
        .run()?;
    println!("`{}` occurs {} times in one of {} texts", most.0, most.1, report.done);
    println!("{} counters were built", BUILT.load(Ordering::Relaxed));
    for stage in &report.stages {
        println!(
            "{:>6}: {:4} in, {:4} out, busy {:?}",
            stage.name, stage.items_in, stage.items_out, stage.busy
        );
    }
    Ok(())
}
