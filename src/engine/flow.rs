//! Owns a worker's two ends: the [`Intake`] it takes messages from and the [`Outlet`] it sends them to, with the time
//! spent at each. An outlet has one edge today; tee and route attach here.

use super::clock::{Clock, Nanos};
use super::gate::Gate;
use super::item::Message;
use super::meter::{Activity, Meter};
use super::queue::{Disconnected, Receiver, Sender, TryRecv, TrySend};
use super::sync::Arc;

/// Where a stage's messages come from.
pub(super) enum Intake<'env, T> {
    Queue(Receiver<Message<T>>),
    Gate(Arc<Gate<'env, T>>),
}

impl<T> Clone for Intake<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Self::Queue(queue) => Self::Queue(queue.clone()),
            Self::Gate(gate) => Self::Gate(Arc::clone(gate)),
        }
    }
}

impl<T> Intake<'_, T> {
    /// Takes a message; also returns the time after that. `now` is the time before.
    pub(super) fn take(
        &self,
        clock: &Clock,
        meter: &Meter,
        now: Nanos,
    ) -> Result<(Message<T>, Nanos), Disconnected> {
        match self {
            Self::Queue(queue) => match queue.try_recv() {
                // What is there at once costs no look at the clock. It may have been sent since `now`, if this thread
                // had no core in between.
                Ok(message) => {
                    let taken = now.max(message.sent);
                    Ok((message, taken))
                }
                Err(TryRecv::Disconnected) => Err(Disconnected),
                Err(TryRecv::Empty) => {
                    meter.enter(Activity::Starved, now);
                    let got = queue.recv();
                    let after = clock.now();
                    meter.enter(Activity::Parked, after);
                    meter.starved(after.since(now));
                    got.map(|message| (message, after))
                }
            },
            Self::Gate(gate) => {
                meter.enter(Activity::Starved, now);
                let waited = gate.waited(now);
                let got = gate.recv(meter);
                let after = clock.now();
                meter.enter(Activity::Parked, after);
                let passed = after.since(now);
                let waited = gate.waited(after).saturating_sub(waited).min(passed);
                meter.waiting(waited);
                meter.starved(passed - waited);
                got.map(|message| (message, after))
            }
        }
    }
}

/// Where a stage's messages go.
pub(super) struct Outlet<T>(Sender<Message<T>>);

impl<T> Clone for Outlet<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Outlet<T> {
    pub(super) fn new(queue: Sender<Message<T>>) -> Self {
        Self(queue)
    }

    /// Sends a message; returns the time after that. `message.sent` is the time before.
    pub(super) fn send(&self, clock: &Clock, meter: &Meter, message: Message<T>) -> Nanos {
        let now = message.sent;
        let after = match self.0.try_send(message) {
            Ok(()) => now,
            Err(TrySend::Full(message)) => {
                meter.enter(Activity::Blocked, now);
                let sent = self.0.send(message);
                debug_assert!(sent.is_ok(), "a stage ended before the one in front of it");
                let after = clock.now();
                meter.enter(Activity::Parked, after);
                meter.blocked(after.since(now));
                after
            }
            Err(TrySend::Disconnected(_)) => {
                debug_assert!(false, "a stage ended before the one in front of it");
                now
            }
        };
        meter.message_out();
        after
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::super::item::{Body, ChildPath, Claim, Ending, Ticket};
    use super::super::queue;
    use super::*;

    fn sent_at(sent: Nanos) -> Message<()> {
        let ticket = Ticket::new(0, "input".into(), Nanos(0), 0);
        Message {
            claim: Claim { ticket, path: ChildPath::default() },
            sent,
            body: Body::Ended(Ending::Skipped),
        }
    }

    #[test]
    fn nothing_is_taken_before_it_was_sent() {
        let (clock, meter) = (Clock::start(), Meter::new());
        let (tx, rx) = queue::bounded(2);
        let (outlet, intake) = (Outlet::new(tx), Intake::Queue(rx));
        for sent in [Nanos(10), Nanos(30)] {
            outlet.send(&clock, &meter, sent_at(sent));
        }
        let taken = [(), ()].map(|()| intake.take(&clock, &meter, Nanos(20)).map(|(_, taken)| taken));
        assert_eq!(taken, [Ok(Nanos(20)), Ok(Nanos(30))]);
    }
}
