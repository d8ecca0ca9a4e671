//! Owns the two ends at which a pipeline meets async code (flume), and the signal that ends a wait there.
//!
//! A thread that waits at such an end waits for somebody outside the pipeline, who may never come. So it waits for
//! either the channel or the stop signal, which is itself a channel: it fires by being disconnected.

use super::Disconnected;

/// A channel into a pipeline; its other end may be async. From the `flume` crate.
pub type ChannelReceiver<T> = flume::Receiver<T>;

/// A channel out of a pipeline; its other end may be async. From the `flume` crate.
pub type ChannelSender<T> = flume::Sender<T>;

/// Held while the run may go on; dropping it fires the signal.
pub(in crate::engine) struct StopSender(
    #[allow(dead_code, reason = "dropping it is the signal")] flume::Sender<Never>,
);

/// Waits for the signal.
#[derive(Clone)]
pub(in crate::engine) struct StopReceiver(flume::Receiver<Never>);

enum Never {}

pub(in crate::engine) fn stop_signal() -> (StopSender, StopReceiver) {
    let (tx, rx) = flume::bounded(0);
    (StopSender(tx), StopReceiver(rx))
}

/// The next item, or `Disconnected` when all senders are gone or the signal fired.
pub(in crate::engine) fn recv_or_stop<T>(
    channel: &ChannelReceiver<T>,
    stop: &StopReceiver,
) -> Result<T, Disconnected> {
    flume::Selector::new()
        .recv(channel, |got| got.map_err(|_| Disconnected))
        .recv(&stop.0, |_| Err(Disconnected))
        .wait()
}

/// Hands an item out, or gives up when all receivers are gone or the signal fired.
pub(in crate::engine) fn send_or_stop<T>(
    channel: &ChannelSender<T>,
    item: T,
    stop: &StopReceiver,
) -> Result<(), Disconnected> {
    match channel.try_send(item) {
        Ok(()) => Ok(()),
        Err(flume::TrySendError::Disconnected(_)) => Err(Disconnected),
        Err(flume::TrySendError::Full(item)) => flume::Selector::new()
            .send(channel, item, |sent| sent.map_err(|_| Disconnected))
            .recv(&stop.0, |_| Err(Disconnected))
            .wait(),
    }
}
