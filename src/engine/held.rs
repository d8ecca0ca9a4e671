//! Owns the count of items that a gate holds: taken from the queue, and waiting for their turn or their bytes. So a report can
//! tell them from those in the queue.

use super::clock::Nanos;
// Not from `sync`: nothing is decided by it.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Written by the worker that has the gate's turn, read by whoever wants a report.
#[derive(Debug, Default)]
pub(super) struct Held {
    items: AtomicU64,
    /// Since when there are so many, and the time that all had before: nanoseconds × items.
    since: AtomicU64,
    nanos: AtomicU64,
}

impl Held {
    pub(super) fn came(&self, now: Nanos) {
        self.becomes(self.items() + 1, now);
    }

    pub(super) fn left(&self, now: Nanos) {
        self.becomes(self.items().saturating_sub(1), now);
    }

    fn becomes(&self, items: u64, now: Nanos) {
        self.nanos.store(self.nanos(now), Relaxed);
        self.since.store(now.0, Relaxed);
        self.items.store(items, Relaxed);
    }

    pub(super) fn items(&self) -> u64 {
        self.items.load(Relaxed)
    }

    /// How long items were here until now, all together.
    pub(super) fn nanos(&self, now: Nanos) -> u64 {
        let passed = now.since(Nanos(self.since.load(Relaxed)));
        self.nanos.load(Relaxed).saturating_add(passed.saturating_mul(self.items()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_counts_for_as_long_as_it_was_held() {
        let held = Held::default();
        held.came(Nanos(10));
        held.came(Nanos(20));
        held.left(Nanos(50));
        assert_eq!((held.items(), held.nanos(Nanos(60))), (1, 10 + 2 * 30 + 10));
        held.left(Nanos(60));
        assert_eq!((held.items(), held.nanos(Nanos(1000))), (0, 80));
    }
}
