//! Owns putting things back into order: a ring that starts at the next sequence number to leave.
//!
//! A slot of the ring is at `seq % window`: at most `window` inputs are unfinished, so no two share one. It is kept as a
//! deque whose front is the next number, which is the same ring, but grows only as far as it is used.

use std::collections::VecDeque;

/// In which order the sink sees items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// In the order in which inputs were admitted; the children of one input in the order they were emitted.
    Input,
    /// As they are ready.
    #[default]
    Completion,
}

/// Slots by sequence number, taken out from the lowest on.
pub(super) struct Ring<T> {
    slots: VecDeque<Option<T>>,
    head: u64,
}

impl<T> Ring<T> {
    pub(super) fn new() -> Self {
        Self { slots: VecDeque::new(), head: 0 }
    }

    /// The slot of `seq`, which must not have left yet.
    pub(super) fn slot(&mut self, seq: u64) -> &mut Option<T> {
        debug_assert!(seq >= self.head, "{seq} left the ring already");
        let index = usize::try_from(seq.saturating_sub(self.head)).unwrap_or(usize::MAX);
        while self.slots.len() <= index {
            self.slots.push_back(None);
        }
        &mut self.slots[index]
    }

    /// What stands at the head, if it is there.
    pub(super) fn front(&self) -> Option<&T> {
        self.slots.front()?.as_ref()
    }

    /// Takes the head out, if it is there, and moves on to the next number.
    pub(super) fn pop(&mut self) -> Option<T> {
        let item = self.slots.front_mut()?.take()?;
        self.slots.pop_front();
        self.head += 1;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_before_the_head_is_there() {
        let mut ring = Ring::new();
        *ring.slot(2) = Some("c");
        *ring.slot(1) = Some("b");
        assert_eq!(ring.pop(), None);
        *ring.slot(0) = Some("a");
        assert_eq!([ring.pop(), ring.pop(), ring.pop(), ring.pop()], [Some("a"), Some("b"), Some("c"), None]);
    }
}
