//! Owns every channel of the engine; the only file that names a channel crate.
//!
//! Between threads: crossbeam-channel, behind [`Sender`] and [`Receiver`]. Where one end is async: flume, behind
//! [`ChannelSender`] and [`ChannelReceiver`]. Under `cfg(shuttle)` the same [`Sender`] and [`Receiver`] are a channel of a
//! mutex and condition variables (`queue/model.rs`) that passes the same contract tests.
//!
//! Does not own: what flows, or who closes when.

#[cfg(not(shuttle))]
mod crossbeam;
#[cfg(not(shuttle))]
mod ends;
#[cfg(shuttle)]
mod model;

#[cfg(not(shuttle))]
pub(super) use self::crossbeam::{Receiver, Sender, bounded};
#[cfg(not(shuttle))]
pub use ends::{ChannelReceiver, ChannelSender};
#[cfg(not(shuttle))]
pub(super) use ends::{StopReceiver, StopSender, recv_or_stop, send_or_stop, stop_signal};
#[cfg(shuttle)]
pub(super) use model::{Receiver, Sender, StopReceiver, StopSender, bounded, stop_signal};

/// The other end is gone: nothing will ever come, or nobody will ever take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disconnected;

/// Why there was nothing at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TryRecv {
    /// Nothing now.
    Empty,
    /// Nothing ever.
    Disconnected,
}

/// Why an item could not be handed over at once; gives it back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TrySend<T> {
    /// No room now.
    Full(T),
    /// Nobody will ever take it.
    Disconnected(T),
}

#[cfg(test)]
mod contract;
