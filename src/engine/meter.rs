//! Owns the counters: one [`Meter`] per worker, written by that worker alone, once per item, and read by whoever wants.
//!
//! Single-writer counters need no read-modify-write: a relaxed load and store is as cheap as a plain one.

use super::clock::{Clock, Nanos, thread_core_wait, thread_cpu_time};
use super::histogram::Histogram;
// Not from `sync`: nothing is decided by a counter, so the model checker need not try out their interleavings.
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Activity {
    /// Its permit was taken away, it has not begun, or it has ended.
    Parked,
    /// In its step.
    Busy,
    /// Without input.
    Starved,
    /// Without room downstream.
    Blocked,
    /// For budget.
    Waiting,
}

/// CPU time is read at most this often.
const CPU_PERIOD: u64 = 100_000_000;
/// How long a worker is in steps before another one is asked for how long it had no core. Asking takes some microseconds.
const CORE_WAIT_PERIOD: u64 = 10_000_000;

#[derive(Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed) + n, Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// For how long steps had no core, from a few of them: the system tells it of threads, and much of a thread's comes after it
/// was woken for an item, which is no part of a step.
#[derive(Default)]
struct CoreWait {
    /// In steps that were asked.
    waited: Counter,
    /// How long these took.
    asked: Counter,
    /// How long steps took since then.
    unasked: AtomicU64,
    /// Of the step under way, if it is asked: the thread's so far, plus 1.
    before: AtomicU64,
}

impl CoreWait {
    fn step_begins(&self) {
        let due = self.unasked.load(Relaxed) >= CORE_WAIT_PERIOD || self.asked.get() == 0;
        let before = if due { thread_core_wait().map_or(0, |waited| waited + 1) } else { 0 };
        self.before.store(before, Relaxed);
    }

    fn stepped(&self, busy: u64) {
        let Some(before) = self.before.load(Relaxed).checked_sub(1) else {
            self.unasked.store(self.unasked.load(Relaxed) + busy, Relaxed);
            return;
        };
        let waited = thread_core_wait().map_or(0, |now| now.saturating_sub(before));
        self.waited.add(waited.min(busy));
        self.asked.add(busy);
        self.unasked.store(0, Relaxed);
        self.before.store(0, Relaxed);
    }

    /// Of steps that took so long together.
    fn of(&self, busy: u64) -> u64 {
        (busy as f64 * (self.waited.get() as f64 / self.asked.get().max(1) as f64)) as u64
    }
}

/// One worker's counters. Aligned so that two workers never write the same cache line.
#[repr(align(128))]
pub(super) struct Meter {
    items_in: Counter,
    items_out: Counter,
    messages_in: Counter,
    messages_out: Counter,
    door: Counter,
    failed: Counter,
    bytes: Counter,
    busy: Counter,
    starved: Counter,
    blocked: Counter,
    waiting: Counter,
    queued: Counter,
    /// Without a permit.
    parked: Counter,
    cpu: AtomicU64,
    core_wait: CoreWait,
    /// When the worker began, plus 1.
    began: AtomicU64,
    cpu_read: AtomicU64,
    activity: AtomicU8,
    since: AtomicU64,
    pub(super) steps: Histogram,
}

/// What a worker measures for one item that neither starves nor is blocked, so many times; returns how long that took.
/// For `benches/engine.rs`: the cost of the telemetry by itself.
#[doc(hidden)]
pub fn telemetry_per_item(items: u64) -> Duration {
    let (clock, meter) = (Clock::start(), Meter::new());
    let mut now = clock.now();
    let began = now;
    for _ in 0..items {
        meter.message_in(now.since(began));
        meter.item_in(now);
        let after = clock.now();
        meter.enter(Activity::Parked, after);
        meter.stepped(after.since(std::mem::replace(&mut now, after)));
        meter.emitted(1, 0);
        meter.message_out();
        meter.tick(now);
        std::hint::black_box(&meter);
    }
    Duration::from_nanos(now.since(began))
}

/// Totals over a stage's workers, times in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) items_in: u64,
    pub(super) items_out: u64,
    /// Items and endings.
    pub(super) messages_in: u64,
    pub(super) messages_out: u64,
    /// Of the source: until it might admit.
    pub(super) door: u64,
    pub(super) failed: u64,
    pub(super) bytes: u64,
    pub(super) busy: u64,
    pub(super) starved: u64,
    pub(super) blocked: u64,
    pub(super) waiting: u64,
    pub(super) queued: u64,
    pub(super) parked: u64,
    /// Of workers: from their beginning to what they did last.
    pub(super) alive: u64,
    pub(super) cpu: u64,
    /// Ready to run without a core, in steps.
    pub(super) core_wait: u64,
    pub(super) busy_now: usize,
}

impl Totals {
    /// What workers were neither in steps nor waiting.
    pub(super) fn hand_over(&self) -> u64 {
        let known = [self.busy, self.starved, self.blocked, self.door, self.waiting, self.parked];
        self.alive.saturating_sub(known.iter().sum())
    }
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            items_in: Counter::default(),
            items_out: Counter::default(),
            messages_in: Counter::default(),
            messages_out: Counter::default(),
            door: Counter::default(),
            failed: Counter::default(),
            bytes: Counter::default(),
            busy: Counter::default(),
            starved: Counter::default(),
            blocked: Counter::default(),
            waiting: Counter::default(),
            queued: Counter::default(),
            parked: Counter::default(),
            cpu: AtomicU64::new(0),
            core_wait: CoreWait::default(),
            began: AtomicU64::new(0),
            cpu_read: AtomicU64::new(0),
            activity: AtomicU8::new(Activity::Parked as u8),
            since: AtomicU64::new(0),
            steps: Histogram::new(),
        }
    }

    /// From now on the worker does this. Read by snapshots only, so that what is under way shows too.
    pub(super) fn enter(&self, activity: Activity, now: Nanos) {
        self.since.store(now.0, Relaxed);
        self.activity.store(activity as u8, Relaxed);
    }

    /// The worker is there from now on.
    pub(super) fn begin(&self, now: Nanos) {
        self.began.store(now.0 + 1, Relaxed);
    }

    pub(super) fn starved(&self, nanos: u64) {
        self.starved.add(nanos);
    }

    pub(super) fn blocked(&self, nanos: u64) {
        self.blocked.add(nanos);
    }

    /// The worker had no permit.
    pub(super) fn parked(&self, nanos: u64) {
        self.parked.add(nanos);
    }

    pub(super) fn waiting(&self, nanos: u64) {
        self.waiting.add(nanos);
    }

    /// The source waited for the window or for a seat in the first stage.
    pub(super) fn at_door(&self, nanos: u64) {
        self.door.add(nanos);
    }

    /// A message was taken from the queue in which it had been for `queued` nanoseconds.
    pub(super) fn message_in(&self, queued: u64) {
        self.messages_in.add(1);
        self.queued.add(queued);
    }

    /// A message was sent.
    pub(super) fn message_out(&self) {
        self.messages_out.add(1);
    }

    /// A step is about to begin, with an item.
    pub(super) fn item_in(&self, now: Nanos) {
        self.items_in.add(1);
        self.step_begins(now);
    }

    /// A step is about to begin.
    pub(super) fn step_begins(&self, now: Nanos) {
        self.enter(Activity::Busy, now);
        self.core_wait.step_begins();
    }

    /// A step ended after `busy` nanoseconds.
    pub(super) fn stepped(&self, busy: u64) {
        self.core_wait.stepped(busy);
        self.busy.add(busy);
        self.steps.add(busy);
    }

    pub(super) fn emitted(&self, items: u64, bytes: u64) {
        self.items_out.add(items);
        if bytes > 0 {
            self.bytes.add(bytes);
        }
    }

    pub(super) fn failed(&self) {
        self.failed.add(1);
    }

    /// Reads the CPU time now and then.
    pub(super) fn tick(&self, now: Nanos) {
        if now.0 >= self.cpu_read.load(Relaxed) + CPU_PERIOD {
            self.read_cpu(now);
        }
    }

    pub(super) fn read_cpu(&self, now: Nanos) {
        self.cpu_read.store(now.0, Relaxed);
        if let Some(time) = thread_cpu_time() {
            self.cpu.store(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        }
    }

    /// Ready to run without a core, in steps.
    fn core_wait_in_steps(&self) -> u64 {
        let busy = self.busy.get();
        self.core_wait.of(busy).min(busy.saturating_sub(self.cpu.load(Relaxed)))
    }

    /// Adds this worker's counters, with what is under way.
    pub(super) fn add_to(&self, totals: &mut Totals, now: Nanos) {
        totals.items_in += self.items_in.get();
        totals.items_out += self.items_out.get();
        totals.messages_in += self.messages_in.get();
        totals.messages_out += self.messages_out.get();
        totals.door += self.door.get();
        totals.failed += self.failed.get();
        totals.bytes += self.bytes.get();
        totals.busy += self.busy.get();
        totals.starved += self.starved.get();
        totals.blocked += self.blocked.get();
        totals.waiting += self.waiting.get();
        totals.queued += self.queued.get();
        totals.parked += self.parked.get();
        totals.cpu += self.cpu.load(Relaxed);
        totals.core_wait += self.core_wait_in_steps();
        let since = self.since.load(Relaxed);
        let under_way = now.since(Nanos(since));
        let activity = self.activity.load(Relaxed);
        if let Some(began) = self.began.load(Relaxed).checked_sub(1) {
            let going_on = if activity == Activity::Parked as u8 { 0 } else { under_way };
            totals.alive += since.saturating_sub(began) + going_on;
        }
        match activity {
            a if a == Activity::Busy as u8 => {
                totals.busy += under_way;
                totals.busy_now += 1;
            }
            a if a == Activity::Starved as u8 => totals.starved += under_way,
            a if a == Activity::Blocked as u8 => totals.blocked += under_way,
            a if a == Activity::Waiting as u8 => totals.waiting += under_way,
            _ => {}
        }
    }
}
