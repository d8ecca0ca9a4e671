//! Owns elastic groups: how many workers of a stage may take items. A worker takes its permit before it receives, so a
//! parked worker never holds an item. Also for how long there were how many, so that a part of the time that workers had can
//! be told of a group whose size was changed.

use super::clock::Nanos;
use super::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use super::sync::{Condvar, Mutex, lock, wait};

pub(super) struct Permits {
    /// Copy of `State::allowed` for the fast path.
    allowed: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    allowed: usize,
    closed: bool,
    /// Since when there are so many, and what all had before: nanoseconds × permits.
    since: Nanos,
    had: u64,
}

impl State {
    fn had(&self, now: Nanos) -> u64 {
        let since = now.since(self.since).saturating_mul(self.allowed as u64);
        self.had.saturating_add(since)
    }
}

impl Permits {
    pub(super) fn new(allowed: usize) -> Self {
        let state = State { allowed, closed: false, since: Nanos(0), had: 0 };
        Self { allowed: AtomicUsize::new(allowed), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Whether the worker with this index may receive now.
    pub(super) fn has(&self, index: usize) -> bool {
        index < self.allowed.load(Relaxed)
    }

    /// Parks the worker until it may receive; false when the stage ends instead.
    pub(super) fn park(&self, index: usize) -> bool {
        let mut state = lock(&self.state);
        while !state.closed && index >= state.allowed {
            state = wait(&self.changed, state);
        }
        !state.closed
    }

    pub(super) fn set(&self, allowed: usize, now: Nanos) -> usize {
        let mut state = lock(&self.state);
        state.had = state.had(now);
        state.since = now.max(state.since);
        let before = std::mem::replace(&mut state.allowed, allowed);
        self.allowed.store(allowed, Relaxed);
        self.changed.notify_all();
        before
    }

    /// Nanoseconds that permits were there, over all of them and from the start of the run to `now`.
    pub(super) fn had(&self, now: Nanos) -> u64 {
        lock(&self.state).had(now)
    }

    pub(super) fn allowed(&self) -> usize {
        self.allowed.load(Relaxed)
    }

    /// The stage has seen its last item: parked workers may go home.
    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn what_permits_had_follows_their_number() {
        let permits = Permits::new(1);
        assert_eq!(permits.had(Nanos(100)), 100);
        permits.set(4, Nanos(100));
        permits.set(2, Nanos(150));
        assert_eq!(permits.had(Nanos(200)), 100 + 4 * 50 + 2 * 50);
        assert_eq!(permits.had(Nanos(140)), 100 + 4 * 50, "time does not run backwards");
    }
}
