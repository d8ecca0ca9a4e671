//! Owns when a change is tried, kept or taken back: hill climbing, led by what limits the run. A function of the readings
//! it is shown, in their order; knows no thread and no clock. Does not own: which change is worth trying (`moves`).
//!
//! It climbs until nothing promises more, then it is *settled*: it looks on, tries at most one change a minute, and climbs
//! again when the throughput has become another one.

use super::decision::{Decision, Outcome};
use super::laws::Laws;
use super::memory::Memory;
use super::moves::{Change, Kind, Move, next};
use super::reading::{Reading, Span};
use super::watch::{Rate, Watch};
use std::sync::Arc;
use std::time::Duration;

/// No earlier than this, in seconds, and not before an input was finished: a start is not like what comes after.
const WARM_UP: f64 = 0.5;
/// Once settled, a change that failed is followed by none for so long, in seconds; the next one for twice as long.
const REST: f64 = 60.0;
/// After climbing for nothing it does not hear of another throughput for twice this, then twice as long, in seconds.
const DEAF: f64 = 5.0;
/// The most decisions that are kept; the oldest go first.
const MOST_DECISIONS: usize = 1000;
/// More workers, and each step takes so many times as long: they are in each other's way.
const CROWDED: f64 = 1.1;
/// A throughput that has changed by this part is another workload.
const ANOTHER: f64 = 0.25;

pub(super) struct Policy {
    cores: f64,
    names: Vec<Arc<str>>,
    memory: Memory,
    phase: Phase,
    /// Workers as they were set; where they are others, somebody else has set them.
    sizes: Vec<usize>,
    settled: Option<Settled>,
    /// Not before this a throughput that has changed makes it climb again.
    deaf_until: f64,
    /// Times in a row that it climbed for nothing.
    false_alarms: u32,
    /// Changes tried since it began to climb, and those of them that were kept.
    tried: u32,
    kept: u32,
    decisions: Vec<Decision>,
}

enum Phase {
    Warming,
    /// What was changed must first come into effect.
    Skipping {
        until: f64,
        trial: Option<Trial>,
    },
    Watching(Watch),
    Trying {
        trial: Trial,
        watch: Watch,
    },
    Over,
}

struct Trial {
    tried: Move,
    before: Rate,
    span: Span,
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

impl Policy {
    pub(super) fn new(cores: f64, names: Vec<Arc<str>>) -> Self {
        let memory = Memory::new(names.len());
        Self {
            cores,
            names,
            memory,
            phase: Phase::Warming,
            sizes: Vec::new(),
            settled: None,
            deaf_until: 0.0,
            false_alarms: 0,
            tried: 0,
            kept: 0,
            decisions: Vec::new(),
        }
    }

    /// All that was decided so far, oldest first.
    pub(super) fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// There will be no further reading.
    pub(super) fn end(&mut self) {
        let phase = std::mem::replace(&mut self.phase, Phase::Over);
        self.give_up(phase);
    }

    /// Looks at a reading; returns the changes that are to be made now.
    pub(super) fn look(&mut self, reading: &Reading) -> Vec<Change> {
        let phase = std::mem::replace(&mut self.phase, Phase::Over);
        let sizes: Vec<usize> = reading.stages.iter().map(|stage| stage.workers).collect();
        let meddled = !self.sizes.is_empty() && self.sizes != sizes;
        if reading.ending || matches!(phase, Phase::Over) {
            self.give_up(phase);
            return Vec::new();
        }
        if meddled {
            self.meddled_with(phase, reading, sizes);
            return Vec::new();
        }
        self.sizes = sizes;
        match phase {
            Phase::Warming if reading.finished > 0 && reading.at >= WARM_UP => self.skip(reading, 0.1, None),
            Phase::Skipping { until, trial } if reading.at >= until => {
                let watch = Watch::start(reading);
                self.phase = match trial {
                    Some(trial) => Phase::Trying { trial, watch },
                    None => Phase::Watching(watch),
                };
            }
            Phase::Watching(mut watch) => {
                watch.add(reading);
                return self.consider(watch, reading);
            }
            Phase::Trying { trial, mut watch } => {
                watch.add(reading);
                return self.judge(trial, watch, reading);
            }
            same => self.phase = same,
        }
        Vec::new()
    }

    /// Tries what promises more, once enough was seen to say so.
    fn consider(&mut self, watch: Watch, reading: &Reading) -> Vec<Change> {
        let pace = pace(watch.rate());
        let needed = if self.settled.is_some() { 2.5 * pace } else { pace };
        if watch.seconds() < needed {
            self.phase = Phase::Watching(watch);
            return Vec::new();
        }
        let (span, rate) = (watch.span(), watch.rate());
        let laws = Laws { span: &span, cores: self.cores };
        let blurred = 6.0 * rate.error > (laws.room() - 1.0) * rate.mean;
        if blurred && watch.seconds() < 2.5 * pace {
            self.phase = Phase::Watching(watch);
            return Vec::new();
        }
        let promising = next(&laws, &self.memory, self.settled.is_some(), reading.at);
        let promising = match self.wake(rate, span.cores_used, promising.is_some(), reading.at) {
            // What failed before may help now.
            Wake::Another => next(&laws, &self.memory, false, reading.at),
            Wake::Try => promising,
            Wake::Sleep => {
                self.phase = Phase::Watching(Watch::start(reading));
                return Vec::new();
            }
        };
        match promising {
            Some(tried) => self.begin(Trial { tried, before: rate, span }, reading),
            None if watch.seconds() < 2.5 * pace => {
                self.phase = Phase::Watching(watch);
                Vec::new()
            }
            None => {
                self.settle(rate, span.cores_used, reading.at);
                self.phase = Phase::Watching(Watch::start(reading));
                Vec::new()
            }
        }
    }

    /// Whether it should go on climbing; while it climbs, always.
    fn wake(&mut self, rate: Rate, cores_used: f64, promising: bool, now: f64) -> Wake {
        let Some(settled) = &mut self.settled else { return Wake::Try };
        let noise = settled.rate.noise(rate, 3.0, ANOTHER);
        // What inputs cost by now, at the throughput of then.
        let by_cost = settled.cost * rate.mean / cores_used.max(f64::MIN_POSITIVE) * settled.rate.mean;
        let strange = [rate.mean, by_cost].iter().any(|mean| (mean - settled.rate.mean).abs() > noise);
        settled.strange = if strange { settled.strange + 1 } else { 0 };
        settled.promising = if promising { settled.promising + 1 } else { 0 };
        if settled.strange >= 2 && now >= self.deaf_until {
            self.memory.forget();
            self.settled = None;
            (self.tried, self.kept) = (0, 0);
            return Wake::Another;
        }
        if settled.promising >= 2 && settled.strange == 0 && now >= settled.rest_until {
            Wake::Try
        } else {
            Wake::Sleep
        }
    }

    fn settle(&mut self, rate: Rate, cores_used: f64, now: f64) {
        if self.settled.is_none() {
            let in_vain = self.tried > 0 && self.kept == 0;
            self.false_alarms = if in_vain { self.false_alarms + 1 } else { 0 };
            self.deaf_until =
                now + if in_vain { DEAF * f64::from(1u32 << self.false_alarms.min(6)) } else { 0.0 };
        }
        let cost = cores_used / rate.mean.max(f64::MIN_POSITIVE);
        self.settled = Some(Settled { rate, cost, strange: 0, promising: 0, rest_until: now, failures: 0 });
    }

    /// After a change that was kept: a settled run climbs on only if it brought so much that the workload must be another one.
    fn climb_on(&mut self, before: Rate, after: Rate, now: f64) {
        let Some(settled) = &mut self.settled else { return };
        if after.mean - before.mean > before.noise(after, 3.0, 0.0) + ANOTHER * before.mean {
            self.settled = None;
            (self.tried, self.kept) = (1, 1);
        } else {
            (settled.rate, settled.rest_until, settled.failures) = (after, now + REST, 0);
            (settled.strange, settled.promising) = (0, 0);
        }
    }

    fn begin(&mut self, trial: Trial, reading: &Reading) -> Vec<Change> {
        let reason = self.reason(&trial);
        self.tried += 1;
        for change in &trial.tried.changes {
            self.decisions.push(Decision {
                at: Duration::from_secs_f64(reading.at.max(0.0)),
                stage: self.names.get(change.stage).map(|name| name.to_string()).unwrap_or_default(),
                from: change.from,
                to: change.to,
                reason: reason.clone(),
                outcome: Outcome::Trying,
                rate_before: trial.before.mean,
                rate_after: 0.0,
            });
        }
        let surplus = self.decisions.len().saturating_sub(MOST_DECISIONS);
        self.decisions.drain(..surplus);
        let changes = trial.tried.changes.clone();
        self.make(&changes);
        self.skip(reading, settling_time(&trial.span), Some(trial));
        changes
    }

    /// Decides on a trial as soon as its effect is clear.
    fn judge(&mut self, trial: Trial, watch: Watch, reading: &Reading) -> Vec<Change> {
        let after = watch.rate();
        let Some(better) = verdict(trial.before, after, watch.seconds(), self.settled.is_some()) else {
            self.phase = Phase::Trying { trial, watch };
            return Vec::new();
        };
        self.close(&trial, if better { Outcome::Kept } else { Outcome::Reverted }, after.mean);
        if better {
            self.remember_success(&trial, reading.at);
            self.kept += 1;
            self.climb_on(trial.before, after, reading.at);
            return self.consider(watch, reading);
        }
        self.remember_failure(&trial, &watch.span(), reading.at);
        if let Some(settled) = &mut self.settled {
            settled.rest_until = reading.at + REST * f64::from(1u32 << settled.failures.min(4));
            settled.failures += 1;
            (settled.strange, settled.promising) = (0, 0);
        }
        let is_elastic = |change: &Change| reading.stages.get(change.stage).is_some_and(|s| s.most.is_some());
        let back = trial.tried.changes.iter().filter(|change| is_elastic(change));
        let back: Vec<Change> = back.map(|c| Change { stage: c.stage, from: c.to, to: c.from }).collect();
        self.make(&back);
        self.skip(reading, settling_time(&trial.span), None);
        back
    }

    fn remember_success(&mut self, trial: &Trial, now: f64) {
        for change in &trial.tried.changes {
            let memory = &mut self.memory.stages[change.stage];
            let mark = if change.to > change.from { &mut memory.too_few } else { &mut memory.too_many };
            mark.set(change.from, now);
        }
    }

    fn remember_failure(&mut self, trial: &Trial, after: &Span, now: f64) {
        for change in &trial.tried.changes {
            let memory = &mut self.memory.stages[change.stage];
            let [before, after] = [&trial.span, after].map(|span| span.stages[change.stage].step);
            if change.to > change.from && after > CROWDED * before {
                memory.crowded.set(change.to, now);
            }
            match trial.tried.kind {
                Kind::Together => {}
                Kind::Up => memory.too_many.set(change.to, now),
                Kind::Down => memory.too_few.set(change.to, now),
            }
        }
        if trial.tried.kind == Kind::Together {
            self.memory.together.set(0, now);
        }
    }

    /// Somebody else has set a stage's workers, or threads could not be had: what was measured is of no use.
    fn meddled_with(&mut self, phase: Phase, reading: &Reading, sizes: Vec<usize>) {
        for (stage, (was, is)) in self.sizes.iter().zip(&sizes).enumerate() {
            if is < was && reading.stages[stage].most.is_some() {
                self.memory.stages[stage].too_many.set(*was, reading.at);
            }
        }
        self.give_up(phase);
        self.sizes = sizes;
        self.skip(reading, 0.1, None);
    }

    fn give_up(&mut self, phase: Phase) {
        if let Phase::Skipping { trial: Some(trial), .. } | Phase::Trying { trial, .. } = phase {
            self.close(&trial, Outcome::Unknown, 0.0);
        }
    }

    fn close(&mut self, trial: &Trial, outcome: Outcome, rate_after: f64) {
        for decision in self.decisions.iter_mut().rev().take(trial.tried.changes.len()) {
            (decision.outcome, decision.rate_after) = (outcome, rate_after);
        }
    }

    fn make(&mut self, changes: &[Change]) {
        for change in changes {
            self.sizes[change.stage] = change.to;
        }
    }

    fn skip(&mut self, reading: &Reading, seconds: f64, trial: Option<Trial>) {
        self.phase = Phase::Skipping { until: reading.at + seconds, trial };
    }

    fn reason(&self, trial: &Trial) -> String {
        let laws = Laws { span: &trial.span, cores: self.cores };
        let busiest = trial.tried.changes.iter().max_by(|a, b| {
            let used = |change: &Change| trial.span.stages[change.stage].used();
            used(a).total_cmp(&used(b))
        });
        let Some(busiest) = busiest else { return String::new() };
        let name = self.names.get(busiest.stage).map_or("", |name| name);
        let busy = 100.0 * trial.span.stages[busiest.stage].used();
        let cores = format!("{:.1} of {} cores were in use", trial.span.cores_used, self.cores);
        match trial.tried.kind {
            Kind::Down => format!(
                "{name} was busy {busy:.0} % of the time, and with more workers each step took longer"
            ),
            _ => format!(
                "{name} was busy {busy:.0} % of the time and {cores}: room for {:.1} times as much",
                laws.room()
            ),
        }
    }
}

enum Wake {
    /// The workload is another one.
    Another,
    Try,
    Sleep,
}

/// Seconds in which enough inputs are finished to say something.
fn pace(rate: Rate) -> f64 {
    (8.0 / rate.mean.max(f64::MIN_POSITIVE)).clamp(0.4, 10.0)
}

/// Seconds until what was changed shows.
fn settling_time(span: &Span) -> f64 {
    let elastic = span.stages.iter().filter(|part| part.most.is_some());
    let step = elastic.map(|part| part.step).fold(0.0, f64::max);
    (0.1 + 2.0 * step).min(5.0)
}

/// Whether a trial brought more; `None` while that cannot be said. Once settled, only what is beyond doubt counts.
fn verdict(before: Rate, after: Rate, seconds: f64, settled: bool) -> Option<bool> {
    let pace = pace(before);
    let rise = after.mean - before.mean;
    let (errors, part) = if settled { (3.0, 0.05) } else { (2.0, 0.03) };
    let early = !settled || rise < 0.0;
    if early && seconds >= pace && rise.abs() > before.noise(after, 3.0, 0.1) {
        return Some(rise > 0.0);
    }
    if seconds < 2.5 * pace {
        return None;
    }
    let noise = before.noise(after, errors, part);
    if rise.abs() > noise {
        return Some(rise > 0.0);
    }
    // It may be more, but for the noise: a longer look tells.
    let unclear = rise > 0.0 && noise > 1.01 * part * before.mean;
    (seconds >= 6.0 * pace || !unclear).then_some(false)
}
