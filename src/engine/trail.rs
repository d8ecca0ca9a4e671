//! Owns what is remembered of an input's way through the stages, where somebody asked for it
//! ([`on_finished`](super::Pipeline::on_finished)). Does not own: what is made of it.

use super::clock::Nanos;
use super::item::{Fate, Ticket};
// Not from `sync`, as the counters of `meter.rs`: nothing is decided by them, and the channels order them before the sink.
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What one stage did for one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Visit {
    /// Which stage: its place in [`Report::stages`](super::Report::stages).
    pub stage: usize,
    /// Which of its workers, from 0.
    pub worker: usize,
    /// When its step began, from the start of the run; of several descendants of the input, the first.
    pub began: Duration,
    /// How long its step took; of several descendants, all of them together.
    pub took: Duration,
}

/// One input from its admission to its end.
#[derive(Debug)]
#[non_exhaustive]
pub struct History<'a> {
    /// Its number in order of admission, from 0.
    pub seq: u64,
    /// Its name for people.
    pub label: &'a std::sync::Arc<str>,
    /// What became of it.
    pub fate: Fate,
    /// When it was admitted, from the start of the run.
    pub admitted: Duration,
    /// When it ended.
    pub ended: Duration,
    /// The stages that it came to, in the order of flow; not the source and the sink.
    pub visits: Vec<Visit>,
}

impl<'a> History<'a> {
    pub(super) fn of(ticket: &'a Ticket, now: Nanos) -> Option<Self> {
        let visits = ticket.trail.as_ref()?.visits();
        Some(Self {
            seq: ticket.seq,
            label: &ticket.label,
            fate: ticket.fate(),
            admitted: Duration::from_nanos(ticket.admitted.0),
            ended: Duration::from_nanos(now.0),
            visits,
        })
    }
}

/// What the workers leave, a stop for each stage.
pub(super) struct Trail(Box<[Stop]>);

#[derive(Default)]
struct Stop {
    /// From 1; 0 where no step was begun.
    worker: AtomicU32,
    began: AtomicU64,
    took: AtomicU64,
}

impl Trail {
    /// Nothing for no stages: nobody asked.
    pub(super) fn new(stages: usize) -> Option<Self> {
        (stages > 0).then(|| Self((0..stages).map(|_| Stop::default()).collect()))
    }

    pub(super) fn note(&self, stage: usize, worker: usize, began: Nanos, took: u64) {
        let Some(stop) = self.0.get(stage) else { return };
        if stop.worker.load(Relaxed) == 0 {
            stop.began.store(began.0, Relaxed);
            stop.worker.store(u32::try_from(worker).unwrap_or(u32::MAX).saturating_add(1), Relaxed);
        }
        stop.took.fetch_add(took, Relaxed);
    }

    fn visits(&self) -> Vec<Visit> {
        let stops = self.0.iter().enumerate();
        let visit = |(index, stop): (usize, &Stop)| {
            let worker = stop.worker.load(Relaxed).checked_sub(1)?;
            Some(Visit {
                // The source is the first in reports.
                stage: index + 1,
                worker: worker as usize,
                began: Duration::from_nanos(stop.began.load(Relaxed)),
                took: Duration::from_nanos(stop.took.load(Relaxed)),
            })
        };
        stops.filter_map(visit).collect()
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_was_not_reached_is_no_visit_and_descendants_add_up() {
        let trail = Trail::new(3).unwrap();
        trail.note(2, 4, Nanos(100), 10);
        trail.note(2, 5, Nanos(200), 30);
        let visits = trail.visits();
        let expected =
            Visit { stage: 3, worker: 4, began: Duration::from_nanos(100), took: Duration::from_nanos(40) };
        assert_eq!(visits, [expected]);
        assert!(Trail::new(0).is_none(), "nobody asked");
    }
}
