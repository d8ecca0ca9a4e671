//! Owns what flows: one admitted input's [`Ticket`], the [`Claim`] that each of its descendants holds on it, and the
//! [`Message`] that carries a payload, or the news that it ended early, to the sink.
//!
//! Every claim reaches the sink exactly once, as an item or as an [`Ending`], so nothing that was admitted can be lost
//! without the accounting noticing: `admitted = done + failed + skipped + interrupted`.

use super::clock::Nanos;
use super::error::Failure;
use super::sync::Arc;
use super::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use super::trail::Trail;
use std::fmt;

/// The most budgets one pipeline can have.
pub(super) const MAX_BUDGETS: usize = 4;

const DONE: u8 = 1;
const FAILED: u8 = 2;
const INTERRUPTED: u8 = 4;

/// One admitted input: shared by all that descends from it.
pub(super) struct Ticket {
    pub(super) seq: u64,
    pub(super) label: std::sync::Arc<str>,
    pub(super) admitted: Nanos,
    /// Claims that have not reached the sink yet.
    outstanding: AtomicU32,
    fate: AtomicU8,
    /// Bytes held in each budget.
    pub(super) reserved: [AtomicU64; MAX_BUDGETS],
    /// Where it has been, if somebody asked.
    pub(super) trail: Option<Trail>,
}

/// What became of an input, decided when its last descendant has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Every item of it reached the sink.
    Done,
    /// An item of it failed.
    Failed,
    /// A stage emitted nothing for it.
    Skipped,
    /// The run was aborted while it was under way.
    Interrupted,
}

impl Ticket {
    /// With a trail over so many stages; none for 0.
    pub(super) fn new(seq: u64, label: std::sync::Arc<str>, admitted: Nanos, stages: usize) -> Arc<Self> {
        Arc::new(Self {
            seq,
            label,
            admitted,
            outstanding: AtomicU32::new(1),
            fate: AtomicU8::new(0),
            reserved: Default::default(),
            trail: Trail::new(stages),
        })
    }

    /// One more descendant is on its way.
    pub(super) fn add_claim(&self) {
        self.outstanding.fetch_add(1, Relaxed);
    }

    /// A claim reached the sink; true if it was the last. Only the sink's thread calls this, so that all the fates
    /// noted before are visible to it.
    pub(super) fn end_claim(&self) -> bool {
        self.outstanding.fetch_sub(1, Relaxed) == 1
    }

    pub(super) fn note_done(&self) {
        self.fate.fetch_or(DONE, Relaxed);
    }

    pub(super) fn note_failed(&self) {
        self.fate.fetch_or(FAILED, Relaxed);
    }

    pub(super) fn note_interrupted(&self) {
        self.fate.fetch_or(INTERRUPTED, Relaxed);
    }

    /// One failed child makes the input failed; one interrupted, interrupted; with none at all it is skipped.
    pub(super) fn fate(&self) -> Fate {
        match self.fate.load(Relaxed) {
            bits if bits & FAILED != 0 => Fate::Failed,
            bits if bits & INTERRUPTED != 0 => Fate::Interrupted,
            bits if bits & DONE != 0 => Fate::Done,
            _ => Fate::Skipped,
        }
    }
}

/// Where a descendant stands among its siblings: one index per fan-out it went through, compared from the first.
///
/// Items that went through no fan-out have the empty path.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChildPath(Option<Box<[u32]>>);

impl ChildPath {
    /// The index at each fan-out, the earliest first.
    ///
    /// ```
    /// assert!(pipeline_images::engine::ChildPath::default().indexes().is_empty());
    /// ```
    pub fn indexes(&self) -> &[u32] {
        self.0.as_deref().unwrap_or(&[])
    }

    pub(super) fn child(&self, index: u32) -> Self {
        Self(Some(self.indexes().iter().copied().chain([index]).collect()))
    }
}

impl fmt::Display for ChildPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.indexes().iter().try_for_each(|index| write!(f, "/{index}"))
    }
}

/// One descendant's hold on its ticket.
pub(super) struct Claim {
    pub(super) ticket: Arc<Ticket>,
    pub(super) path: ChildPath,
}

impl Claim {
    /// The same hold once more; whoever sends it has added it to the ticket.
    pub(super) fn share(&self) -> Self {
        Self { ticket: Arc::clone(&self.ticket), path: self.path.clone() }
    }
}

/// How a claim ended before the sink.
pub(super) enum Ending {
    /// A stage emitted nothing for it.
    Skipped,
    /// The run was aborted before its next step.
    Interrupted,
    /// A step failed.
    Failed(Box<Failure>),
}

/// A payload, or how it ended.
pub(super) enum Body<T> {
    Item(T),
    Ended(Ending),
}

/// What queues carry.
pub(super) struct Message<T> {
    pub(super) claim: Claim,
    /// When its sender first tried to send it.
    pub(super) sent: Nanos,
    pub(super) body: Body<T>,
}

/// An item that arrived: what the sink of [`Pipeline::sink_items`](super::Pipeline::sink_items) and the ends of
/// [`spawn_iter`](super::Pipeline::spawn_iter) and [`spawn_channel`](super::Pipeline::spawn_channel) get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<T> {
    /// Number of the input it comes from, in order of admission, from 0.
    pub seq: u64,
    /// Name of that input for people.
    pub label: std::sync::Arc<str>,
    /// Which of that input's descendants it is.
    pub path: ChildPath,
    /// What the last stage emitted.
    pub value: T,
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn one_failed_child_makes_the_input_failed() {
        let ticket = Ticket::new(0, "".into(), Nanos::default(), 0);
        assert_eq!(ticket.fate(), Fate::Skipped);
        ticket.note_done();
        assert_eq!(ticket.fate(), Fate::Done);
        ticket.note_interrupted();
        assert_eq!(ticket.fate(), Fate::Interrupted);
        ticket.note_failed();
        assert_eq!(ticket.fate(), Fate::Failed);
    }

    #[test]
    fn child_paths_sort_by_the_earliest_fan_out_first() {
        let root = ChildPath::default();
        let mut paths = [root.child(1).child(0), root.child(0).child(5), root.child(0).child(2)];
        paths.sort();
        assert_eq!(paths.map(|path| path.to_string()), ["/0/2", "/0/5", "/1/0"]);
    }
}
