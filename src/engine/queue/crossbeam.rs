//! Owns the queue between threads as it is shipped: crossbeam's bounded channel.

use super::{Disconnected, TryRecv, TrySend};
use crossbeam_channel as cb;

/// The end that puts items in. Cloned once per worker; the queue closes when the last clone is gone.
pub(in crate::engine) struct Sender<T>(cb::Sender<T>);

/// The end that takes items out. Cloned once per worker.
pub(in crate::engine) struct Receiver<T>(cb::Receiver<T>);

/// A queue of `capacity` items; with 0 an item is handed over only when a taker is there (rendezvous).
pub(in crate::engine) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = cb::bounded(capacity);
    (Sender(tx), Receiver(rx))
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Sender<T> {
    pub(in crate::engine) fn try_send(&self, item: T) -> Result<(), TrySend<T>> {
        self.0.try_send(item).map_err(|error| match error {
            cb::TrySendError::Full(item) => TrySend::Full(item),
            cb::TrySendError::Disconnected(item) => TrySend::Disconnected(item),
        })
    }

    pub(in crate::engine) fn send(&self, item: T) -> Result<(), Disconnected> {
        self.0.send(item).map_err(|_| Disconnected)
    }
}

impl<T> Receiver<T> {
    pub(in crate::engine) fn try_recv(&self) -> Result<T, TryRecv> {
        self.0.try_recv().map_err(|error| match error {
            cb::TryRecvError::Empty => TryRecv::Empty,
            cb::TryRecvError::Disconnected => TryRecv::Disconnected,
        })
    }

    pub(in crate::engine) fn recv(&self) -> Result<T, Disconnected> {
        self.0.recv().map_err(|_| Disconnected)
    }
}
