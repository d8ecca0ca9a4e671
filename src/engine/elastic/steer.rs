//! Owns the thread beside the run that takes readings, asks the policy, and moves permits. Does not own: the decisions.
//! It waits with a clock, and is no part of the data path.

use super::policy::Policy;
use super::reading::{Reading, StageReading};
use crate::engine::clock::process_cpu_time;
use crate::engine::handle::Controller;
use crate::engine::sync::atomic::Ordering::Relaxed;
use crate::engine::sync::{Condvar, Mutex, lock};
use crate::engine::usable_cores;
use std::time::Duration;

/// How often a reading is taken.
const TICK: Duration = Duration::from_millis(100);

/// Ends the steering; rung when it is dropped.
pub(in crate::engine) struct Bell<'a>(&'a Rung);

/// Whether the bell has rung.
#[derive(Default)]
pub(in crate::engine) struct Rung {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl<'a> Bell<'a> {
    pub(in crate::engine) fn new(rung: &'a Rung) -> Self {
        Self(rung)
    }
}

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        *lock(&self.0.rung) = true;
        self.0.changed.notify_all();
    }
}

impl Rung {
    /// Waits for a tick; true if the bell rings instead.
    fn wait(&self) -> bool {
        let waited = self.changed.wait_timeout_while(lock(&self.rung), TICK, |rung| !*rung);
        waited.map_or(true, |(rung, _)| *rung)
    }
}

/// Steers the elastic stages of a run until the bell rings.
pub(in crate::engine) fn steer(controller: &Controller, rung: &Rung) {
    let names = controller.gauges.0.iter().map(|gauge| gauge.name.clone()).collect();
    let mut policy = Policy::new(usable_cores(), names);
    while !rung.wait() {
        let before = policy.decisions().last().map(|last| (last.at, last.outcome));
        for change in policy.look(&read(controller)) {
            controller.resize(change.stage, change.to);
        }
        if policy.decisions().last().map(|last| (last.at, last.outcome)) != before {
            publish(controller, &policy);
        }
    }
    policy.end();
    publish(controller, &policy);
}

fn publish(controller: &Controller, policy: &Policy) {
    *lock(&controller.control.decisions) = policy.decisions().to_vec();
}

fn read(controller: &Controller) -> Reading {
    let (control, gauges) = (&controller.control, &controller.gauges.0);
    let now = control.clock.now();
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let stages: Vec<StageReading> = gauges
        .iter()
        .map(|gauge| {
            let totals = gauge.totals(now);
            StageReading {
                workers: gauge.permits.allowed(),
                most: gauge.elastic(),
                items: totals.items_in,
                busy: seconds(totals.busy),
                cpu: seconds(totals.cpu),
            }
        })
        .collect();
    let accounts = &control.accounts;
    let ended = [&accounts.done, &accounts.failed, &accounts.skipped, &accounts.interrupted];
    Reading {
        at: seconds(now.0),
        finished: ended.iter().map(|account| account.load(Relaxed)).sum(),
        cpu: process_cpu_time().map_or_else(|| stages.iter().map(|s| s.cpu).sum(), |time| time.as_secs_f64()),
        ending: control.source_ended(),
        stages,
    }
}
