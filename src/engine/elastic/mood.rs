//! Owns whether the policy climbs or is settled: when nothing promises more it looks on, tries little, and climbs again when
//! the workload has become another one. Does not own: what is tried.

use super::watch::Rate;

/// Once settled, a change that failed is followed by none for so long, in seconds; the next one for twice as long.
const REST: f64 = 60.0;
/// After climbing for nothing it does not hear of another workload for twice this, then twice as long, in seconds.
const DEAF: f64 = 5.0;
/// A throughput that has changed by this part, or what an input costs, is another workload.
const ANOTHER: f64 = 0.25;
/// With fewer cores in use, what an input costs is too little to be compared.
const COMPUTES: f64 = 0.2;

#[derive(Default)]
pub(super) struct Mood {
    /// While it climbs, `None`.
    settled: Option<Settled>,
    /// Not before this another workload makes it climb again.
    deaf_until: f64,
    /// Times in a row that it climbed for nothing.
    false_alarms: u32,
    /// Changes tried since it began to climb, and those of them that were kept.
    tried: u32,
    kept: u32,
}

/// What it was like when nothing promised more.
struct Settled {
    rate: Rate,
    /// CPU time of an input, in seconds.
    cost: f64,
    /// Spans in a row in which these were others.
    strange: u32,
    /// Spans in a row in which a change promised more.
    promising: u32,
    rest_until: f64,
    /// Changes in a row that failed.
    failures: u32,
}

pub(super) enum Wake {
    /// The workload is another one: it climbs.
    Another,
    Try,
    Sleep,
}

impl Mood {
    pub(super) fn is_settled(&self) -> bool {
        self.settled.is_some()
    }

    /// Whether something may be tried after a span in which a change promised more, or not; while it climbs, always.
    pub(super) fn wake(&mut self, rate: Rate, cores_used: f64, promising: bool, now: f64) -> Wake {
        let Some(settled) = &mut self.settled else { return Wake::Try };
        settled.strange = if settled.is_another(rate, cores_used) { settled.strange + 1 } else { 0 };
        settled.promising = if promising { settled.promising + 1 } else { 0 };
        if settled.strange >= 2 && now >= self.deaf_until {
            self.settled = None;
            (self.tried, self.kept) = (0, 0);
            return Wake::Another;
        }
        let calm = settled.strange == 0 && now >= settled.rest_until;
        if settled.promising >= 2 && calm { Wake::Try } else { Wake::Sleep }
    }

    /// Nothing promises more.
    pub(super) fn settle(&mut self, rate: Rate, cores_used: f64, now: f64) {
        let in_vain = self.tried > 0 && self.kept == 0;
        self.false_alarms = if in_vain { self.false_alarms + 1 } else { 0 };
        self.deaf_until =
            now + if in_vain { DEAF * f64::from(1u32 << self.false_alarms.min(6)) } else { 0.0 };
        let cost = cores_used / rate.mean.max(f64::MIN_POSITIVE);
        self.settled = Some(Settled { rate, cost, strange: 0, promising: 0, rest_until: now, failures: 0 });
    }

    /// A change is tried.
    pub(super) fn tries(&mut self) {
        self.tried += 1;
    }

    /// A change was kept: a settled run climbs on only if it brought so much that the workload must be another one. Says
    /// whether that is so.
    pub(super) fn kept(&mut self, before: Rate, after: Rate, now: f64) -> bool {
        self.kept += 1;
        let Some(settled) = &mut self.settled else { return false };
        if after.mean - before.mean > before.noise(after, 3.0, 0.0) + ANOTHER * before.mean {
            self.settled = None;
            (self.tried, self.kept) = (1, 1);
            return true;
        }
        (settled.rate, settled.rest_until, settled.failures) = (after, now + REST, 0);
        (settled.strange, settled.promising) = (0, 0);
        false
    }

    /// A change was taken back.
    pub(super) fn failed(&mut self, now: f64) {
        let Some(settled) = &mut self.settled else { return };
        settled.rest_until = now + REST * f64::from(1u32 << settled.failures.min(4));
        settled.failures += 1;
        (settled.strange, settled.promising) = (0, 0);
    }
}

impl Settled {
    fn is_another(&self, rate: Rate, cores_used: f64) -> bool {
        let noise = self.rate.noise(rate, 3.0, ANOTHER);
        let computes = cores_used.max(self.cost * rate.mean) > COMPUTES;
        // The throughput of then, at what inputs cost by now.
        let by_cost = self.cost * rate.mean / cores_used.max(f64::MIN_POSITIVE) * self.rate.mean;
        let differs = |mean: f64| (mean - self.rate.mean).abs() > noise;
        differs(rate.mean) || (computes && differs(by_cost))
    }
}
