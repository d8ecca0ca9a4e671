//! Owns when a change is tried, kept or taken back: hill climbing, led by what limits the run. A function of the readings
//! it is shown, in their order; knows no thread and no clock. Does not own: which change is worth trying (`moves`).
//!
//! It climbs until nothing promises more, then it is *settled*: it looks on, tries at most one change a minute, and climbs
//! again when the throughput has become another one.

use super::decision::{Decision, Outcome};
use super::laws::Laws;
use super::memory::Memory;
use super::mood::{Mood, Wake};
use super::moves::{Change, next};
use super::reading::Reading;
use super::trial::{Trial, pace};
use super::watch::Watch;
use std::sync::Arc;
use std::time::Duration;

/// No earlier than this, in seconds, and not before an input was finished: a start is not like what comes after.
const WARM_UP: f64 = 0.5;
/// The most decisions that are kept; the oldest go first.
const MOST_DECISIONS: usize = 1000;

pub(super) struct Policy {
    cores: f64,
    names: Vec<Arc<str>>,
    memory: Memory,
    phase: Phase,
    /// Workers as they were set; where they are others, somebody else has set them.
    sizes: Vec<usize>,
    mood: Mood,
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

impl Policy {
    pub(super) fn new(cores: f64, names: Vec<Arc<str>>) -> Self {
        let memory = Memory::new(names.len());
        Self {
            cores,
            names,
            memory,
            phase: Phase::Warming,
            sizes: Vec::new(),
            mood: Mood::default(),
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
        let needed = if self.mood.is_settled() { 2.5 * pace } else { pace };
        if watch.seconds() < needed {
            self.phase = Phase::Watching(watch);
            return Vec::new();
        }
        let (mut span, rate) = (watch.span(), watch.rate());
        self.memory.recognize(&mut span);
        let laws = Laws { span: &span, cores: self.cores };
        let blurred = 6.0 * rate.error > (laws.room() - 1.0) * rate.mean;
        if blurred && watch.seconds() < 6.0 * pace {
            self.phase = Phase::Watching(watch);
            return Vec::new();
        }
        let promising = next(&laws, &self.memory, self.mood.is_settled(), reading.at);
        let promising = match self.mood.wake(rate, span.cores_used, promising.is_some(), reading.at) {
            Wake::Another => {
                // What failed before may help now, and what computed may wait.
                self.memory.forget();
                span = watch.span();
                self.memory.recognize(&mut span);
                next(&Laws { span: &span, cores: self.cores }, &self.memory, false, reading.at)
            }
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
                self.mood.settle(rate, span.cores_used, reading.at);
                self.phase = Phase::Watching(Watch::start(reading));
                Vec::new()
            }
        }
    }

    fn begin(&mut self, trial: Trial, reading: &Reading) -> Vec<Change> {
        let reason = trial.reason(&self.names, self.cores);
        self.mood.tries();
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
        self.skip(reading, trial.comes_into_effect(), Some(trial));
        changes
    }

    /// Decides on a trial as soon as its effect is clear.
    fn judge(&mut self, trial: Trial, watch: Watch, reading: &Reading) -> Vec<Change> {
        let after = watch.rate();
        let Some(better) = trial.verdict(after, watch.seconds(), self.mood.is_settled()) else {
            self.phase = Phase::Trying { trial, watch };
            return Vec::new();
        };
        self.close(&trial, if better { Outcome::Kept } else { Outcome::Reverted }, after.mean);
        if better {
            if self.mood.kept(trial.before, after, reading.at) {
                self.memory.forget();
            }
            trial.remember_success(&mut self.memory, reading.at);
            return self.consider(watch, reading);
        }
        trial.remember_failure(&mut self.memory, &watch.span(), reading.at);
        self.mood.failed(reading.at);
        let is_elastic = |change: &Change| reading.stages.get(change.stage).is_some_and(|s| s.most.is_some());
        let back = trial.tried.changes.iter().filter(|change| is_elastic(change));
        let back: Vec<Change> = back.map(|c| Change { stage: c.stage, from: c.to, to: c.from }).collect();
        self.make(&back);
        self.skip(reading, trial.comes_into_effect(), None);
        back
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
}
