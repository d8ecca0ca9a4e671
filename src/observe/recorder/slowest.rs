//! Owns the pictures whose steps took longest, with where their time went.

use super::super::json::seconds;
use super::name_of;
use crate::engine::{Fate, History, Visit};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const MOST: usize = 20;

/// The longest first.
#[derive(Debug, Default)]
pub(super) struct Slowest(Vec<Slow>);

#[derive(Debug)]
struct Slow {
    took: Duration,
    seq: u64,
    label: Arc<str>,
    failed: bool,
    latency: Duration,
    visits: Vec<Visit>,
}

impl Slowest {
    pub(super) fn note(&mut self, history: &History<'_>) {
        let took = history.visits.iter().map(|visit| visit.took).sum();
        if self.0.len() >= MOST && self.0.last().is_some_and(|last| took <= last.took) {
            return;
        }
        let place = self.0.partition_point(|slow| slow.took >= took);
        self.0.truncate(MOST - 1);
        let slow = Slow {
            took,
            seq: history.seq,
            label: Arc::clone(history.label),
            failed: history.fate == Fate::Failed,
            latency: history.ended.saturating_sub(history.admitted),
            visits: history.visits.clone(),
        };
        self.0.insert(place, slow);
    }

    pub(super) fn to_json(&self, names: &[String]) -> Value {
        let stage = |visit: &Visit| {
            json!({
                "name": name_of(names, visit.stage),
                "worker": visit.worker,
                "began": seconds(visit.began),
                "seconds": seconds(visit.took),
            })
        };
        let picture = |slow: &Slow| {
            json!({
                "picture": *slow.label,
                "seq": slow.seq,
                "failed": slow.failed,
                "seconds": seconds(slow.took),
                "latency_seconds": seconds(slow.latency),
                "stages": slow.visits.iter().map(stage).collect::<Vec<_>>(),
            })
        };
        self.0.iter().map(picture).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recorder;
    use super::*;
    use crate::engine::{Pipeline, Stage};
    use std::convert::Infallible;

    #[test]
    fn the_slowest_of_all_are_kept_the_longest_first() {
        let recorder = Recorder::new();
        let sleep = |n: u64| {
            std::thread::sleep(Duration::from_millis(if n % 10 == 3 { 5 + n / 10 } else { 0 }));
            Ok::<_, Infallible>(n)
        };
        Pipeline::source("numbers", 0u64..40, |n| n.to_string())
            .stage(Stage::map("sleep", sleep).workers(4))
            .on_finished(|history| recorder.finished(history))
            .sink("done", |_| ())
            .run()
            .unwrap();
        let mut json = json!({ "stages": [{ "name": "numbers" }, { "name": "sleep" }, { "name": "done" }] });
        recorder.describe(&mut json);
        let slowest = json["slowest"].as_array().unwrap();
        assert_eq!(slowest.len(), MOST);
        let took: Vec<_> = slowest.iter().map(|slow| slow["seconds"].as_f64().unwrap()).collect();
        assert!(took.is_sorted_by(|a, b| a >= b), "{took:?}");
        for slow in &slowest[..4] {
            assert_eq!(slow["seq"].as_u64().unwrap() % 10, 3, "{slowest:?}");
            assert_eq!(slow["stages"][0]["name"], "sleep");
        }
    }
}
