//! Owns the queue under the model checker: a bounded channel of one mutex and two condition variables, with the same
//! contract as the shipped one. Written to be obviously right, not fast.

use super::{Disconnected, TryRecv, TrySend};
use crate::engine::sync::{Arc, Condvar, Mutex, lock, wait};
use std::collections::VecDeque;

struct Channel<T> {
    state: Mutex<State<T>>,
    /// Something came, was taken, or an end closed. One variable for all: clarity before speed.
    changed: Condvar,
    capacity: usize,
}

struct State<T> {
    items: VecDeque<T>,
    senders: usize,
    receivers: usize,
    /// Receivers waiting in `recv`; for a rendezvous they are the only room there is.
    takers: usize,
}

impl<T> Channel<T> {
    fn has_room(&self, state: &State<T>) -> bool {
        if self.capacity == 0 { state.items.len() < state.takers } else { state.items.len() < self.capacity }
    }
}

pub(in crate::engine) struct Sender<T>(Arc<Channel<T>>);

pub(in crate::engine) struct Receiver<T>(Arc<Channel<T>>);

pub(in crate::engine) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let state = State { items: VecDeque::new(), senders: 1, receivers: 1, takers: 0 };
    let channel = Arc::new(Channel { state: Mutex::new(state), changed: Condvar::new(), capacity });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        lock(&self.0.state).senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        lock(&self.0.state).receivers += 1;
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        lock(&self.0.state).senders -= 1;
        self.0.changed.notify_all();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        lock(&self.0.state).receivers -= 1;
        self.0.changed.notify_all();
    }
}

impl<T> Sender<T> {
    pub(in crate::engine) fn try_send(&self, item: T) -> Result<(), TrySend<T>> {
        let mut state = lock(&self.0.state);
        if state.receivers == 0 {
            return Err(TrySend::Disconnected(item));
        }
        if !self.0.has_room(&state) {
            return Err(TrySend::Full(item));
        }
        state.items.push_back(item);
        self.0.changed.notify_all();
        Ok(())
    }

    pub(in crate::engine) fn send(&self, item: T) -> Result<(), Disconnected> {
        let mut state = lock(&self.0.state);
        loop {
            if state.receivers == 0 {
                return Err(Disconnected);
            }
            if self.0.has_room(&state) {
                state.items.push_back(item);
                self.0.changed.notify_all();
                return Ok(());
            }
            state = wait(&self.0.changed, state);
        }
    }
}

impl<T> Receiver<T> {
    pub(in crate::engine) fn try_recv(&self) -> Result<T, TryRecv> {
        let mut state = lock(&self.0.state);
        match state.items.pop_front() {
            Some(item) => {
                self.0.changed.notify_all();
                Ok(item)
            }
            None if state.senders == 0 => Err(TryRecv::Disconnected),
            None => Err(TryRecv::Empty),
        }
    }

    pub(in crate::engine) fn recv(&self) -> Result<T, Disconnected> {
        let mut state = lock(&self.0.state);
        state.takers += 1;
        self.0.changed.notify_all();
        let got = loop {
            if let Some(item) = state.items.pop_front() {
                break Ok(item);
            }
            if state.senders == 0 {
                break Err(Disconnected);
            }
            state = wait(&self.0.changed, state);
        };
        state.takers -= 1;
        self.0.changed.notify_all();
        got
    }
}

/// The stop signal has no async end to interrupt here.
pub(in crate::engine) struct StopSender(
    #[allow(dead_code, reason = "only there to be dropped")] std::sync::Arc<()>,
);

#[derive(Clone)]
pub(in crate::engine) struct StopReceiver;

pub(in crate::engine) fn stop_signal() -> (StopSender, StopReceiver) {
    (StopSender(std::sync::Arc::default()), StopReceiver)
}
