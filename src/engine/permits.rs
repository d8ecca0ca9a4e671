//! Owns elastic groups: how many workers of a stage may take items. A worker takes its permit before it receives, so a
//! parked worker never holds an item.

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
}

impl Permits {
    pub(super) fn new(allowed: usize) -> Self {
        let state = State { allowed, closed: false };
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

    pub(super) fn set(&self, allowed: usize) -> usize {
        let mut state = lock(&self.state);
        let before = std::mem::replace(&mut state.allowed, allowed);
        self.allowed.store(allowed, Relaxed);
        self.changed.notify_all();
        before
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
