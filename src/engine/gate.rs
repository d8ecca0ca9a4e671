//! Owns the gate in front of a stage: items pass in order of admission, each when its bytes are reserved.
//!
//! There is no thread for it. The stage's workers take turns: the one that holds the turn takes messages from the
//! queue, puts those that came too early into a ring, and leaves with the next in order once its bytes are granted; the
//! others queue up for the turn. Because grants go by admission, the oldest unfinished item never waits for a younger
//! one, so a budget smaller than two items cannot deadlock.

use super::clock::Nanos;
use super::control::Control;
use super::held::Held;
use super::item::{Body, Ending, Message};
use super::meter::{Activity, Meter};
use super::order::Ring;
use super::policy::guard;
use super::queue::{Disconnected, Receiver};
use super::run::Run;
use super::sync::atomic::{AtomicU64, Ordering::Relaxed};
use super::sync::{Arc, Mutex, lock};

/// The bytes that an item will need, from what is known of it at the gate.
pub(super) type Cost<'env, T> = Box<dyn Fn(&T) -> u64 + Send + Sync + 'env>;

pub(super) struct Gate<'env, T> {
    turn: Mutex<Ring<Message<T>>>,
    queue: Receiver<Message<T>>,
    /// Which of the run's budgets.
    slot: usize,
    cost: Cost<'env, T>,
    stage: Arc<str>,
    run: Arc<Run<'env>>,
    /// Time spent waiting for bytes so far, and since when somebody is (0: nobody).
    waited: AtomicU64,
    waiting_since: AtomicU64,
    /// Items here: no longer in the queue, and in no step yet.
    held: Arc<Held>,
}

impl<'env, T> Gate<'env, T> {
    pub(super) fn new(
        queue: Receiver<Message<T>>,
        slot: usize,
        cost: Cost<'env, T>,
        stage: Arc<str>,
        run: Arc<Run<'env>>,
        held: Arc<Held>,
    ) -> Self {
        Self {
            turn: Mutex::new(Ring::new()),
            queue,
            slot,
            cost,
            stage,
            run,
            waited: AtomicU64::new(0),
            waiting_since: AtomicU64::new(0),
            held,
        }
    }

    /// The next item in order of admission, its bytes reserved.
    pub(super) fn recv(&self, meter: &Meter) -> Result<Message<T>, Disconnected> {
        let mut ring = lock(&self.turn);
        let clock = &self.run.control.clock;
        loop {
            if let Some(message) = ring.pop() {
                let message = self.admit(message, meter);
                self.held.left(clock.now());
                return Ok(message);
            }
            let message = self.queue.recv()?;
            self.held.came(clock.now());
            let slot = ring.slot(message.claim.ticket.seq);
            *slot = Some(message);
        }
    }

    /// How long somebody has been waiting for bytes, up to `now`.
    pub(super) fn waited(&self, now: Nanos) -> u64 {
        let under_way = match self.waiting_since.load(Relaxed) {
            0 => 0,
            since => now.since(Nanos(since)),
        };
        self.waited.load(Relaxed) + under_way
    }

    fn admit(&self, mut message: Message<T>, meter: &Meter) -> Message<T> {
        let control: &Control = &self.run.control;
        if control.aborting() {
            return message;
        }
        let Body::Item(item) = &message.body else { return message };
        match guard(|| (self.cost)(item)) {
            Ok(bytes) => {
                self.reserve(control, bytes, meter);
                message.claim.ticket.reserved[self.slot].store(bytes, Relaxed);
            }
            Err(panic) => {
                let failure = self.run.policy.fail(control, &message.claim, &self.stage, panic.into());
                meter.failed();
                message.body = Body::Ended(Ending::Failed(failure));
            }
        }
        message
    }

    fn reserve(&self, control: &Control, bytes: u64, meter: &Meter) {
        let ledger = &control.ledgers[self.slot];
        if ledger.try_reserve(bytes) {
            return;
        }
        let began = control.clock.now();
        meter.enter(Activity::Waiting, began);
        self.waiting_since.store(began.0.max(1), Relaxed);
        ledger.reserve(bytes);
        let now = control.clock.now();
        self.waited.store(self.waited.load(Relaxed) + now.since(began), Relaxed);
        self.waiting_since.store(0, Relaxed);
        meter.enter(Activity::Starved, now);
    }
}
