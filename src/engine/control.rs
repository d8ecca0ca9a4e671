//! Owns the state that all threads of a run share: whether it goes on, the door, the budgets, the accounts.
//! Does not own: who acts on it.

use super::admission::Admission;
use super::budget::Ledger;
use super::clock::{Clock, Nanos};
use super::elastic::Decision;
use super::error::{Failure, Panicked};
use super::histogram::Histogram;
use super::item::{Fate, Ticket};
use super::queue::{Sender, StopReceiver, StopSender, stop_signal};
use super::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use super::sync::{Condvar, Mutex, lock};
// Not from `sync`: nothing is decided by it.
use std::sync::atomic::AtomicU64 as Untracked;

/// How a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "images",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum Ended {
    /// It has not.
    #[default]
    Running,
    /// The source gave its last item and all were worked off.
    Complete,
    /// The source was not asked any more, on request; what was admitted was worked off.
    Drained,
    /// No step was started any more, on request.
    Aborted,
    /// Too many items failed ([`OnError`](super::OnError)).
    Failures,
    /// An item failed for a reason that would meet the others too ([`fatal_if`](super::Pipeline::fatal_if)).
    Fatal,
}

/// What the handle tells the thread that owns the run.
pub(super) enum Command {
    /// A stage may have more workers than threads.
    Grow(usize),
    /// The sink has seen the last message.
    Finished,
}

const RUN: u8 = 0;
const DRAIN: u8 = 1;
const ABORT: u8 = 2;

pub(super) struct Control {
    pub(super) clock: Clock,
    pub(super) admission: Admission,
    /// The window follows the number of workers.
    pub(super) window_follows: bool,
    pub(super) ledgers: Vec<Ledger>,
    pub(super) commands: Sender<Command>,
    mode: AtomicU8,
    ended: Mutex<Ended>,
    /// Rings when the sink has seen the last message.
    finished: Condvar,
    stop_source: Mutex<Option<StopSender>>,
    stop_sink: Mutex<Option<StopSender>>,
    #[cfg_attr(shuttle, allow(dead_code, reason = "no async ends under the model checker"))]
    pub(super) source_stop: StopReceiver,
    #[cfg_attr(shuttle, allow(dead_code, reason = "no async ends under the model checker"))]
    pub(super) sink_stop: StopReceiver,
    pub(super) accounts: Accounts,
    /// Workers of each stage that could not be started.
    pub(super) missing_workers: Mutex<Vec<String>>,
    pub(super) stopped_by: Mutex<Option<Box<Failure>>>,
    pub(super) source_panic: Mutex<Option<Panicked>>,
    pub(super) finished_at: AtomicU64,
    /// When the first input was finished; 0: none has been.
    first_finished: Untracked,
    /// What was decided about elastic stages.
    pub(super) decisions: Mutex<Vec<Decision>>,
    source_ended: AtomicBool,
}

/// Every admitted input ends in one of four.
#[derive(Default)]
pub(super) struct Accounts {
    pub(super) admitted: AtomicU64,
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) skipped: AtomicU64,
    pub(super) interrupted: AtomicU64,
    pub(super) latency: Option<Histogram>,
}

impl Control {
    pub(super) fn new(
        admission: Admission,
        window_follows: bool,
        ledgers: Vec<Ledger>,
        commands: Sender<Command>,
    ) -> Self {
        let (stop_source, source_stop) = stop_signal();
        let (stop_sink, sink_stop) = stop_signal();
        Self {
            clock: Clock::start(),
            admission,
            window_follows,
            ledgers,
            commands,
            mode: AtomicU8::new(RUN),
            ended: Mutex::new(Ended::Running),
            finished: Condvar::new(),
            stop_source: Mutex::new(Some(stop_source)),
            stop_sink: Mutex::new(Some(stop_sink)),
            source_stop,
            sink_stop,
            accounts: Accounts { latency: Some(Histogram::new()), ..Accounts::default() },
            missing_workers: Mutex::new(Vec::new()),
            stopped_by: Mutex::new(None),
            source_panic: Mutex::new(None),
            finished_at: AtomicU64::new(0),
            first_finished: Untracked::new(0),
            decisions: Mutex::new(Vec::new()),
            source_ended: AtomicBool::new(false),
        }
    }

    /// Whether steps are not started any more.
    pub(super) fn aborting(&self) -> bool {
        self.mode.load(Relaxed) == ABORT
    }

    /// Shuts the door; true if this is now the reason why the run ends.
    pub(super) fn drain(&self, why: Ended) -> bool {
        let first = self.end(why);
        self.mode.fetch_max(DRAIN, Relaxed);
        self.admission.shut();
        drop(lock(&self.stop_source).take());
        first
    }

    /// Shuts the door and starts no step any more; true if this is now the reason why the run ends.
    pub(super) fn abort(&self, why: Ended) -> bool {
        let first = self.end(why);
        // In this order, or inputs could be admitted only to be interrupted for as long as this thread is held up here.
        self.admission.shut();
        self.mode.store(ABORT, Relaxed);
        drop(lock(&self.stop_source).take());
        drop(lock(&self.stop_sink).take());
        first
    }

    /// The source gives nothing more: what is measured from now on is the end of the run.
    pub(super) fn end_source(&self) {
        self.source_ended.store(true, Relaxed);
    }

    #[cfg(not(shuttle))]
    pub(super) fn source_ended(&self) -> bool {
        self.source_ended.load(Relaxed) || self.mode.load(Relaxed) != RUN
    }

    fn end(&self, why: Ended) -> bool {
        let mut ended = lock(&self.ended);
        // Asked to drain, and then aborted or ended by a failure, it is the latter; a failure that ended the run stays
        // the reason.
        let first = *ended == Ended::Running || (*ended == Ended::Drained && why != Ended::Complete);
        if first {
            *ended = why;
        }
        first
    }

    pub(super) fn complete(&self, now: Nanos) {
        self.end(Ended::Complete);
        let _held = lock(&self.ended);
        self.finished_at.store(now.0.max(1), Relaxed);
        self.finished.notify_all();
    }

    /// All threads are gone. Where the sink's never was there, or was lost, nobody has told of the end yet.
    pub(super) fn leave(&self) {
        if self.finished_at.load(Relaxed) == 0 {
            self.complete(self.clock.now());
        }
    }

    /// Waits for the end, but not longer than `most`; true once it has come.
    #[cfg(not(shuttle))]
    pub(super) fn wait_finished(&self, most: std::time::Duration) -> bool {
        let running = |_: &mut Ended| self.finished_at.load(Relaxed) == 0;
        let waited = self.finished.wait_timeout_while(lock(&self.ended), most, running);
        waited.map_or(true, |(_, timeout)| !timeout.timed_out())
    }

    pub(super) fn ended(&self) -> Ended {
        match (*lock(&self.ended), self.finished_at.load(Relaxed)) {
            // Asked to end, but items are still under way.
            (_, 0) => Ended::Running,
            (ended, _) => ended,
        }
    }

    /// A stage has more workers now, or fewer: the first one's seats follow, and the window, unless it was given.
    pub(super) fn resize(&self, workers: isize, is_first: bool) {
        let window = if self.window_follows { workers } else { 0 };
        self.admission.resize(window, if is_first { workers } else { 0 });
    }

    /// The last claim of an input has ended: frees all it held and books it.
    pub(super) fn close(&self, ticket: &Ticket, now: Nanos) {
        self.release_all(ticket);
        let accounts = &self.accounts;
        let account = match ticket.fate() {
            Fate::Done => &accounts.done,
            Fate::Failed => &accounts.failed,
            Fate::Skipped => &accounts.skipped,
            Fate::Interrupted => &accounts.interrupted,
        };
        account.fetch_add(1, Relaxed);
        // Only the sink's thread writes it.
        if self.first_finished.load(Relaxed) == 0 {
            self.first_finished.store(now.0.max(1), Relaxed);
        }
        if let Some(latency) = &accounts.latency {
            latency.add(now.since(ticket.admitted));
        }
        self.admission.finish();
    }

    pub(super) fn first_finished(&self) -> Option<std::time::Duration> {
        let nanos = self.first_finished.load(Relaxed);
        (nanos > 0).then(|| std::time::Duration::from_nanos(nanos))
    }

    /// Frees what a ticket holds in one budget.
    pub(super) fn release(&self, ticket: &Ticket, slot: usize) {
        let bytes = ticket.reserved[slot].swap(0, Relaxed);
        if let Some(ledger) = self.ledgers.get(slot) {
            ledger.release(bytes);
        }
    }

    fn release_all(&self, ticket: &Ticket) {
        (0..self.ledgers.len()).for_each(|slot| self.release(ticket, slot));
    }

    /// Shrinks what a ticket holds to `bytes`, kept in the last budget.
    pub(super) fn shrink(&self, ticket: &Ticket, bytes: u64) {
        let Some(last) = self.ledgers.len().checked_sub(1) else { return };
        (0..last).for_each(|slot| self.release(ticket, slot));
        // In one step: the worker that sent the last claim may be about to release the same bytes.
        let held = ticket.reserved[last].fetch_min(bytes, Relaxed);
        self.ledgers[last].release(held.saturating_sub(bytes));
    }
}
