//! Owns the sink's thread: every claim ends here. Delivers items in the order asked for, hands failures to whoever
//! listens, closes inputs whose last claim has ended.

use super::clock::Nanos;
use super::control::Command;
use super::error::{Failure, StepError};
use super::flow::Intake;
use super::item::{Body, ChildPath, Claim, Done, Ending, Message, Ticket};
use super::meter::{Activity, Meter};
use super::order::{Order, Ring};
use super::policy::guard;
use super::run::Run;
use super::sync::{Arc, lock};
use super::trail::History;

/// Takes what arrives; an error fails the item.
pub(super) type Deliver<'env, T> = Box<dyn FnMut(Done<T>) -> Result<(), StepError> + Send + 'env>;
/// Hears of every failure.
pub(super) type OnFailed<'env> = Box<dyn FnMut(&Failure) + Send + 'env>;
/// Hears of every input that ended.
pub(super) type OnFinished<'env> = Box<dyn FnMut(&History<'_>) + Send + 'env>;
/// Bytes that an item parked for its turn holds.
pub(super) type Holds<'env, T> = Box<dyn Fn(&T) -> u64 + Send + 'env>;

pub(super) struct Sink<'env, T> {
    pub(super) run: Arc<Run<'env>>,
    pub(super) name: Arc<str>,
    pub(super) is_first: bool,
    pub(super) order: Order,
    pub(super) deliver: Deliver<'env, T>,
    pub(super) on_failed: Option<OnFailed<'env>>,
    pub(super) on_finished: Option<OnFinished<'env>>,
    pub(super) holds: Option<Holds<'env, T>>,
    pub(super) meter: Arc<Meter>,
}

/// Whoever takes the items of an iterator or a channel went away: the run is aborted, the item interrupted.
#[derive(Debug, thiserror::Error)]
#[error("nobody takes the items any more")]
pub(super) struct ConsumerGone;

/// All that arrived of one input; closed when its last claim has ended.
struct Slot<T> {
    ticket: Arc<Ticket>,
    arrived: Vec<(ChildPath, T)>,
    closed: bool,
}

impl<'env, T> Sink<'env, T> {
    /// Works until the queue in front is closed and empty, then tells the owner of the run.
    pub(super) fn work(mut self, intake: Intake<'env, T>) {
        let clock = self.run.control.clock;
        let mut ring = Ring::new();
        let mut now = clock.now();
        self.meter.begin(now);
        while let Ok((message, taken)) = intake.take(&clock, &self.meter, now) {
            self.meter.message_in(taken.since(message.sent));
            now = match self.order {
                Order::Completion => self.end(message, taken),
                Order::Input => self.park(&mut ring, message, taken),
            };
            if self.is_first {
                self.run.control.admission.leave_first_stage();
            }
            self.meter.tick(now);
        }
        drop(intake);
        now = clock.now();
        self.meter.enter(Activity::Parked, now);
        self.meter.read_cpu(now);
        self.run.control.complete(clock.now());
        // The owner is there as long as the run is; if not, nobody wants to know.
        let _ = self.run.control.commands.send(Command::Finished);
    }

    /// A claim ends as it arrives.
    fn end(&mut self, message: Message<T>, now: Nanos) -> Nanos {
        let Message { claim, body, .. } = message;
        let now = match body {
            Body::Ended(ending) => self.note(&claim.ticket, ending, now),
            Body::Item(value) => self.hand_over(&claim, value, now),
        };
        if claim.ticket.end_claim() {
            self.close(&claim.ticket, now);
        }
        now
    }

    /// A claim is kept until all inputs admitted before have ended.
    fn park(&mut self, ring: &mut Ring<Slot<T>>, message: Message<T>, mut now: Nanos) -> Nanos {
        let Message { claim: Claim { ticket, path }, body, .. } = message;
        let slot = ring.slot(ticket.seq);
        let slot = slot.get_or_insert_with(|| Slot {
            ticket: Arc::clone(&ticket),
            arrived: Vec::new(),
            closed: false,
        });
        match body {
            Body::Item(value) => slot.arrived.push((path, value)),
            Body::Ended(ending) => now = self.note(&ticket, ending, now),
        }
        if ticket.end_claim() {
            let slot = ring.slot(ticket.seq);
            if let Some(slot) = slot {
                slot.closed = true;
                self.shrink(slot);
            }
        }
        while ring.front().is_some_and(|slot| slot.closed) {
            let Some(slot) = ring.pop() else { break };
            now = self.leave(slot, now);
        }
        now
    }

    fn leave(&mut self, mut slot: Slot<T>, mut now: Nanos) -> Nanos {
        slot.arrived.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, value) in slot.arrived {
            now = self.hand_over(&Claim { ticket: Arc::clone(&slot.ticket), path }, value, now);
        }
        self.close(&slot.ticket, now);
        now
    }

    fn close(&mut self, ticket: &Ticket, now: Nanos) {
        self.run.control.close(ticket, now);
        if let Some(on_finished) = &mut self.on_finished
            && let Some(history) = History::of(ticket, now)
        {
            // Whoever listens may not bring the run down.
            let _ = guard(|| on_finished(&history));
        }
    }

    /// What is parked holds no more than its own bytes.
    fn shrink(&self, slot: &Slot<T>) {
        if let Some(holds) = &self.holds {
            let bytes = guard(|| slot.arrived.iter().map(|(_, value)| holds(value)).sum());
            self.run.control.shrink(&slot.ticket, bytes.unwrap_or(u64::MAX));
        }
    }

    fn hand_over(&mut self, claim: &Claim, value: T, began: Nanos) -> Nanos {
        let control = &self.run.control;
        if control.aborting() {
            let _ = guard(|| drop(value));
            claim.ticket.note_interrupted();
            return began;
        }
        self.meter.item_in(began);
        let done = Done {
            seq: claim.ticket.seq,
            label: claim.ticket.label.clone(),
            path: claim.path.clone(),
            value,
        };
        let result = guard(|| (self.deliver)(done)).unwrap_or_else(|panic| Err(panic.into()));
        let now = control.clock.now();
        self.meter.enter(Activity::Parked, now);
        self.meter.stepped(now.since(began));
        match result {
            Ok(()) => {
                claim.ticket.note_done();
                now
            }
            Err(error) if error.is::<ConsumerGone>() => self.note(&claim.ticket, Ending::Interrupted, now),
            Err(error) => {
                self.meter.failed();
                let failure = self.run.policy.fail(control, claim, &self.name, error);
                self.note(&claim.ticket, Ending::Failed(failure), now)
            }
        }
    }

    fn note(&mut self, ticket: &Ticket, ending: Ending, now: Nanos) -> Nanos {
        match ending {
            Ending::Skipped => now,
            Ending::Interrupted => {
                ticket.note_interrupted();
                now
            }
            Ending::Failed(failure) => {
                ticket.note_failed();
                if let Some(on_failed) = &mut self.on_failed {
                    // Whoever listens may not bring the run down; the item has failed already.
                    let _ = guard(|| on_failed(&failure));
                }
                if failure.ends_run {
                    *lock(&self.run.control.stopped_by) = Some(failure);
                }
                self.run.control.clock.now()
            }
        }
    }
}
