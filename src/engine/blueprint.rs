//! Owns what a pipeline was described as, without its types, and the refusal of what could not run as described.
//! Does not own: how it is described (`pipeline.rs`).

use super::budget::{ByteSize, Span};
use super::error::BuildError;
use super::item::MAX_BUDGETS;
use super::order::Order;
use super::policy::{FatalIf, OnError};
use super::sink::{OnFailed, OnFinished};
use super::stage::{MAX_QUEUE, MAX_WORKERS};
use std::collections::HashSet;

/// All that is known before wiring.
pub(super) struct Blueprint<'env> {
    pub(super) source: String,
    pub(super) stages: Vec<Shape>,
    pub(super) budgets: Vec<Budget>,
    pub(super) window: Option<usize>,
    pub(super) order: Order,
    pub(super) on_error: OnError,
    pub(super) fatal_if: Option<FatalIf<'env>>,
    pub(super) on_failed: Option<OnFailed<'env>>,
    pub(super) on_finished: Option<OnFinished<'env>>,
    pub(super) sink_queue: usize,
}

/// A stage without its types.
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) workers: usize,
    pub(super) queue: usize,
    pub(super) fans_out: bool,
}

pub(super) struct Budget {
    pub(super) size: ByteSize,
    /// Index of the stage behind the gate.
    pub(super) before: usize,
    /// Name of the stage after which the bytes are given back; else at the end.
    pub(super) until: Option<String>,
}

impl Blueprint<'_> {
    pub(super) fn check(&self, sink: &str) -> Result<(), BuildError> {
        let mut names: HashSet<&str> = HashSet::from([self.source.as_str()]);
        for name in self.stages.iter().map(|stage| stage.name.as_str()).chain([sink]) {
            if !names.insert(name) {
                return Err(BuildError::DuplicateName { stage: name.to_owned() });
            }
        }
        for Shape { name, workers, .. } in &self.stages {
            match *workers {
                0 => return Err(BuildError::NoWorkers { stage: name.clone() }),
                wanted if wanted > MAX_WORKERS => {
                    return Err(BuildError::TooManyWorkers { stage: name.clone(), wanted, cap: MAX_WORKERS });
                }
                _ => {}
            }
        }
        let queues = self.stages.iter().map(|stage| (stage.name.as_str(), stage.queue));
        for (name, wanted) in queues.chain([(sink, self.sink_queue)]) {
            if wanted > MAX_QUEUE {
                return Err(BuildError::QueueTooLong { stage: name.to_owned(), wanted, cap: MAX_QUEUE });
            }
        }
        if self.window == Some(0) {
            return Err(BuildError::NoWindow);
        }
        Ok(())
    }

    /// The budgets, and where each begins and ends.
    pub(super) fn spans(&self) -> impl Iterator<Item = (ByteSize, Span)> {
        // Stages of a report begin with the source.
        let place = |name: &String| self.stages.iter().position(|stage| stage.name == *name).map(|at| at + 1);
        self.budgets.iter().map(move |Budget { size, before, until }| {
            (*size, Span { before: before + 1, until: until.as_ref().and_then(place) })
        })
    }

    /// By stage, the budgets to give back after it; refuses budgets that could not be granted in order.
    pub(super) fn frees(&self) -> Result<Vec<Vec<usize>>, BuildError> {
        let mut frees = vec![Vec::new(); self.stages.len()];
        for (slot, Budget { before, until, .. }) in self.budgets.iter().enumerate() {
            let misplaced = |why| {
                let stage = self.stages.get(*before).map_or("the sink", |stage| &stage.name).to_owned();
                Err(BuildError::MisplacedBudget { stage, why })
            };
            if slot >= MAX_BUDGETS {
                return misplaced("is the fifth; at most four are allowed");
            }
            if slot > 0 && self.budgets[slot - 1].before == *before {
                return misplaced("is the second there; one gate is the most in front of a stage");
            }
            if self.stages[..*before].iter().any(|stage| stage.fans_out) {
                return misplaced(
                    "stands behind a stage that emits many; put it in front, children share it",
                );
            }
            let Some(until) = until else { continue };
            let from = &self.stages[*before..];
            match from.iter().position(|stage| stage.name == *until) {
                Some(offset) if from[..offset].iter().any(|stage| stage.fans_out) => {
                    return misplaced(
                        "cannot be given back behind a stage that emits many; children share it",
                    );
                }
                Some(offset) => frees[before + offset].push(slot),
                None => {
                    let after = from.first().map(|stage| stage.name.clone());
                    return Err(BuildError::UnknownStage { stage: until.clone(), after });
                }
            }
        }
        Ok(frees)
    }
}
