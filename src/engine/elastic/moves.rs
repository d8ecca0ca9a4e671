//! Owns which change is worth trying next. Does not own: when it is tried, and whether it is kept.

use super::laws::{Laws, Limit, SMALLEST_STEP};
use super::memory::Memory;

/// Another number of workers for one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Change {
    pub(in crate::engine) stage: usize,
    pub(in crate::engine) from: usize,
    pub(in crate::engine) to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several stages are raised at once: where two limit equally, raising one alone shows nothing.
    Together,
    /// The stage that limits is raised.
    Up,
    /// The stage that limits is lowered: more workers were only in each other's way.
    Down,
}

/// Changes that are tried together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) kind: Kind,
    pub(super) changes: Vec<Change>,
}

/// The move that promises most and has not failed lately; `None` where nothing would help. If asked for, only a move of a
/// single stage.
pub(super) fn next(laws: &Laws<'_>, memory: &Memory, single: bool, now: f64) -> Option<Move> {
    let Limit::Stage(limiting) = laws.limit() else { return None };
    let change = |stage: usize, to| Change { stage, from: laws.span.stages[stage].workers, to };
    let wanted = laws.wanted();
    let changes: Vec<Change> = wanted
        .iter()
        .map(|(stage, to)| change(*stage, *to))
        .filter_map(|change| below_what_failed(change, memory, now))
        .collect();
    let raised = changes.iter().find(|change| change.stage == limiting).copied();
    match raised {
        Some(_) if changes.len() > 1 && !single && memory.together.get(now).is_none() => {
            Some(Move { kind: Kind::Together, changes })
        }
        Some(change) => Some(Move { kind: Kind::Up, changes: vec![change] }),
        None => lowered(laws, memory, limiting, now)
            .map(|to| Move { kind: Kind::Down, changes: vec![change(limiting, to)] }),
    }
}

/// Goes half of the way, in proportion, to a number that was no good.
fn below_what_failed(change: Change, memory: &Memory, now: f64) -> Option<Change> {
    let Change { stage, from, to } = change;
    let Some(bad) = memory.stages[stage].too_many.get(now).filter(|bad| to >= *bad) else {
        return Some(change);
    };
    let between = (from as f64 * bad as f64).sqrt().floor() as usize;
    let enough = between >= from + (from / SMALLEST_STEP).max(1) && between < bad;
    enough.then_some(Change { stage, from, to: between })
}

fn lowered(laws: &Laws<'_>, memory: &Memory, stage: usize, now: f64) -> Option<usize> {
    let (workers, memory) = (laws.span.stages[stage].workers, &memory.stages[stage]);
    let to = workers.checked_sub((workers / 4).max(1)).filter(|to| *to > 0)?;
    let too_few = memory.too_few.get(now).is_some_and(|bad| to <= bad);
    (memory.crowded.get(now).is_some() && !too_few).then_some(to)
}
