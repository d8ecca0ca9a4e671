//! Owns the worker loop: permit, take, step, send; and [`Emit`], through which a step gives its items.

use super::clock::Nanos;
use super::error::Panicked;
use super::flow::{Intake, Outlet};
use super::group::Group;
use super::item::{Body, Claim, Ending, Message, Ticket};
use super::meter::{Activity, Meter};
use super::policy::guard;
use super::run::Run;
use super::stage::{Factory, Measure, StepFn};
use super::sync::Arc;

/// What a worker of one stage needs besides its index; cloned for each.
pub(super) struct Post<'env, I, O> {
    pub(super) run: Arc<Run<'env>>,
    pub(super) group: Arc<Group<'env>>,
    /// Which worker of the group, from 0.
    pub(super) worker: usize,
    pub(super) intake: Intake<'env, I>,
    pub(super) outlet: Outlet<O>,
    pub(super) factory: Factory<'env, I, O>,
    pub(super) measure: Option<Measure<'env, O>>,
}

/// Takes what a step emits.
pub struct Emit<'a, O> {
    way: &'a Way<'a, O>,
    claim: &'a Claim,
    /// The latest item, not sent yet: the last one of all inherits the parent's claim.
    held: Option<O>,
    emitted: u32,
    bytes: u64,
    /// Nanoseconds spent sending, which were not spent in the step.
    sending: u64,
}

/// How a worker sends.
struct Way<'a, O> {
    run: &'a Run<'a>,
    outlet: &'a Outlet<O>,
    meter: &'a Meter,
    measure: Option<&'a (dyn Fn(&O) -> u64 + Send + Sync + 'a)>,
    fans_out: bool,
}

impl<O> Emit<'_, O> {
    /// Emits one item. Waits if there is no room downstream.
    pub fn item(&mut self, item: O) {
        if let Some(measure) = self.way.measure {
            self.bytes += measure(&item);
        }
        if let Some(previous) = self.held.replace(item) {
            self.claim.ticket.add_claim();
            let clock = self.way.run.control.clock;
            let began = clock.now();
            let after = self.way.send(self.claim.share(), previous, self.emitted - 1, began);
            self.way.meter.enter(Activity::Busy, after);
            self.sending += after.since(began);
        }
        self.emitted += 1;
    }
}

impl<O> Way<'_, O> {
    /// Sends an item with a claim derived from its parent's. Moved, not shared, where it can be: the ticket's count is
    /// written by every core that a clone passes.
    fn send(&self, claim: Claim, item: O, index: u32, sent: Nanos) -> Nanos {
        let Claim { ticket, path } = claim;
        let path = if self.fans_out { path.child(index) } else { path };
        let message = Message { claim: Claim { ticket, path }, sent, body: Body::Item(item) };
        self.outlet.send(&self.run.control.clock, self.meter, message)
    }
}

impl<'env, I, O> Post<'env, I, O> {
    /// Works until the queue in front is closed and empty.
    pub(super) fn work(self, meter: &Meter) {
        let index = self.worker;
        let clock = self.run.control.clock;
        let mut step = None;
        let mut now = clock.now();
        meter.begin(now);
        loop {
            if !self.group.permits.has(index) {
                meter.enter(Activity::Parked, now);
                let permitted = self.group.permits.park(index);
                let after = clock.now();
                meter.parked(after.since(std::mem::replace(&mut now, after)));
                if !permitted {
                    break;
                }
            }
            let Ok((message, taken)) = self.intake.take(&clock, meter, now) else { break };
            meter.message_in(taken.since(message.sent));
            now = self.handle(message, taken, meter, &mut step);
            if self.group.is_first {
                self.run.control.admission.leave_first_stage();
            }
            meter.tick(now);
        }
        // A state may panic when it is dropped; there is no item to blame any more.
        let _ = guard(move || drop(step));
        let now = clock.now();
        meter.enter(Activity::Parked, now);
        meter.read_cpu(now);
        self.group.retire();
    }

    fn handle(
        &self,
        message: Message<I>,
        now: Nanos,
        meter: &Meter,
        step: &mut Option<StepFn<'env, I, O>>,
    ) -> Nanos {
        let Message { claim, body, .. } = message;
        let holds_bytes = (!self.group.frees.is_empty()).then(|| Arc::clone(&claim.ticket));
        let now = match body {
            Body::Ended(ending) => self.end(claim, ending, now, meter),
            Body::Item(item) if self.run.control.aborting() => {
                let _ = guard(|| drop(item));
                self.end(claim, Ending::Interrupted, now, meter)
            }
            Body::Item(item) => self.step(item, claim, now, meter, step),
        };
        if let Some(ticket) = holds_bytes {
            self.free(&ticket);
        }
        now
    }

    /// Sends on how a claim ended.
    fn end(&self, claim: Claim, ending: Ending, sent: Nanos, meter: &Meter) -> Nanos {
        let message = Message { claim, sent, body: Body::Ended(ending) };
        self.outlet.send(&self.run.control.clock, meter, message)
    }

    /// Runs the step, and sends on what came of it.
    fn step(
        &self,
        item: I,
        claim: Claim,
        began: Nanos,
        meter: &Meter,
        step: &mut Option<StepFn<'env, I, O>>,
    ) -> Nanos {
        let way = Way {
            run: &self.run,
            outlet: &self.outlet,
            meter,
            measure: self.measure.as_deref(),
            fans_out: self.group.fans_out,
        };
        let mut emit = Emit { way: &way, claim: &claim, held: None, emitted: 0, bytes: 0, sending: 0 };
        meter.item_in(began);
        let result = guard(|| step.get_or_insert_with(|| (self.factory)())(item, &mut emit));
        let Emit { held: last, emitted, bytes, sending, .. } = emit;
        let error = match result {
            Ok(result) => result.err(),
            Err(panic) => {
                self.rebuild(step);
                Some(panic.into())
            }
        };
        let now = self.run.control.clock.now();
        meter.enter(Activity::Parked, now);
        let busy = now.since(began).saturating_sub(sending);
        meter.stepped(busy);
        if let Some(trail) = &claim.ticket.trail {
            trail.note(self.group.index, self.worker, began, busy);
        }
        meter.emitted(u64::from(emitted), bytes);
        let ending = error.map(|error| {
            meter.failed();
            Ending::Failed(self.run.policy.fail(&self.run.control, &claim, &self.group.name, error))
        });
        match (last, ending) {
            (Some(last), None) => way.send(claim, last, emitted - 1, now),
            (None, ending) => self.end(claim, ending.unwrap_or(Ending::Skipped), now, meter),
            (Some(last), Some(ending)) => {
                // The failure takes the parent's claim, so the last item needs one of its own.
                claim.ticket.add_claim();
                let now = way.send(claim.share(), last, emitted - 1, now);
                self.end(claim, ending, now, meter)
            }
        }
    }

    /// Gives back the bytes that were reserved until the end of this stage.
    fn free(&self, ticket: &Ticket) {
        for slot in &self.group.frees {
            self.run.control.release(ticket, *slot);
        }
    }

    /// After a panic the state cannot be trusted: it is dropped, and built anew for the next item.
    fn rebuild(&self, step: &mut Option<StepFn<'env, I, O>>) {
        let dropped: Result<(), Panicked> = guard(|| *step = None);
        if dropped.is_err() {
            *step = None;
        }
    }
}
