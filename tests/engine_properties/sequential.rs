//! Owns the sequential run: one input after the other, one stage after the other, no thread, no queue.

use crate::case::{Case, End, sink_fails};
use std::collections::BTreeSet;

/// An item at the sink: input, child path, value.
pub type Delivered = (u64, Vec<u32>, u64);

/// The message of a panic in building a state: the one thing that depends on the schedule, so it is taken as observed.
pub const UNBUILT: &str = "panic: state";

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failed {
    pub seq: u64,
    pub path: Vec<u32>,
    pub stage: String,
    pub reason: String,
}

/// What one stage does in all.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub begun: u64,
    pub emitted: u64,
    pub failed: u64,
    pub unbuilt: u64,
}

#[derive(Debug, Default)]
pub struct Expected {
    pub delivered: Vec<Delivered>,
    pub failures: Vec<Failed>,
    pub failed: BTreeSet<u64>,
    pub done: BTreeSet<u64>,
    pub stages: Vec<Tally>,
}

impl Expected {
    /// Of the first `admitted` inputs, given which items met a state that could not be built.
    pub fn of(case: &Case, admitted: u64, observed: &[Failed]) -> Self {
        let mut expected = Self { stages: vec![Tally::default(); case.stages.len()], ..Self::default() };
        let unbuilt: BTreeSet<&Failed> = observed.iter().filter(|failed| failed.reason == UNBUILT).collect();
        (0..admitted).for_each(|seq| expected.item(case, &unbuilt, 0, (seq, Vec::new(), seq)));
        let failed = expected.failures.iter().map(|failed| failed.seq).collect();
        expected.done.retain(|seq| !BTreeSet::contains(&failed, seq));
        expected.failed = failed;
        expected.delivered.sort();
        expected.failures.sort();
        expected
    }

    /// One item from the queue in front of a stage on.
    fn item(&mut self, case: &Case, unbuilt: &BTreeSet<&Failed>, index: usize, item: Delivered) {
        let (seq, path, value) = &item;
        let failed = |reason: &str| Failed {
            seq: *seq,
            path: path.clone(),
            stage: case.stages.get(index).map_or("sink".to_owned(), |_| index.to_string()),
            reason: reason.to_owned(),
        };
        let gate = case.gates.iter().find(|gate| gate.before == index);
        let no_cost = gate.is_some_and(|gate| gate.cost(*value).is_none());
        if no_cost {
            self.failures.push(failed("panic: cost"));
            if let Some(tally) = self.stages.get_mut(index) {
                tally.failed += 1;
            }
            return;
        }
        let (Some(stage), Some(tally)) = (case.stages.get(index), self.stages.get_mut(index)) else {
            if case.sink_fails && sink_fails(*value) {
                self.failures.push(failed("sink"));
            }
            self.done.insert(*seq);
            return self.delivered.push(item);
        };
        tally.begun += 1;
        if unbuilt.contains(&failed(UNBUILT)) {
            tally.unbuilt += 1;
            tally.failed += 1;
            return self.failures.push(failed(UNBUILT));
        }
        let (emitted, end) = stage.step(*value);
        tally.emitted += emitted.len() as u64;
        if end != End::Well {
            tally.failed += 1;
            self.failures.push(failed(if end == End::Failed { "failed" } else { "panic: step" }));
        }
        for (child, value) in (0..).zip(emitted) {
            let mut path = path.clone();
            if stage.kind == crate::case::Kind::FlatMap {
                path.push(child);
            }
            self.item(case, unbuilt, index + 1, (*seq, path, value));
        }
    }
}
