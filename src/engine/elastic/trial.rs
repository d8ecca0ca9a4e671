//! Owns one change that is being tried: why, how long until it can be judged, whether it brought more, what is learnt of
//! it. Does not own: when changes are tried (`policy`).

use super::laws::Laws;
use super::memory::Memory;
use super::moves::{Kind, Move};
use super::reading::Span;
use super::watch::Rate;
use std::sync::Arc;

/// More workers, and each step takes so many times as long: they are in each other's way.
const CROWDED: f64 = 1.1;

pub(super) struct Trial {
    pub(super) tried: Move,
    /// The throughput before.
    pub(super) before: Rate,
    /// What was seen before.
    pub(super) span: Span,
}

/// Seconds in which enough inputs are finished to say something.
pub(super) fn pace(rate: Rate) -> f64 {
    (8.0 / rate.mean.max(f64::MIN_POSITIVE)).clamp(0.4, 10.0)
}

impl Trial {
    /// Seconds until what was changed shows.
    pub(super) fn comes_into_effect(&self) -> f64 {
        let elastic = self.span.stages.iter().filter(|part| part.most.is_some());
        let step = elastic.map(|part| part.step).fold(0.0, f64::max);
        (0.1 + 2.0 * step).min(5.0)
    }

    /// Whether it brought more; `None` while that cannot be said. Once settled, only what is beyond doubt counts.
    pub(super) fn verdict(&self, after: Rate, seconds: f64, settled: bool) -> Option<bool> {
        let before = self.before;
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
        // It may be more, but for the noise: a longer look tells, the longer the more there is to gain.
        let patience = if !settled && rise > 0.1 * before.mean { 15.0 } else { 6.0 };
        let unclear = rise > 0.0 && noise > 1.01 * part * before.mean;
        (seconds >= patience * pace || !unclear).then_some(false)
    }

    /// Fewer were too few, or more were too many.
    pub(super) fn remember_success(&self, memory: &mut Memory, now: f64) {
        for change in &self.tried.changes {
            let memory = &mut memory.stages[change.stage];
            let mark = if change.to > change.from { &mut memory.too_few } else { &mut memory.too_many };
            mark.set(change.from, now);
        }
    }

    /// What was tried is not tried again soon. `after` is what was seen with it.
    pub(super) fn remember_failure(&self, memory: &mut Memory, after: &Span, now: f64) {
        for change in &self.tried.changes {
            let memory = &mut memory.stages[change.stage];
            let [before, after] = [&self.span, after].map(|span| span.stages[change.stage].step);
            if change.to > change.from && after > CROWDED * before {
                memory.crowded.set(change.to, now);
            }
            match self.tried.kind {
                Kind::Together => {}
                Kind::Up => memory.too_many.set(change.to, now),
                Kind::Down => memory.too_few.set(change.to, now),
            }
        }
        if self.tried.kind == Kind::Together {
            memory.together.set(0, now);
        }
    }

    /// Why it is tried, in words with figures.
    pub(super) fn reason(&self, names: &[Arc<str>], cores: f64) -> String {
        let laws = Laws { span: &self.span, cores };
        let used = |stage: usize| self.span.stages[stage].used();
        let stages = self.tried.changes.iter().map(|change| change.stage);
        let Some(busiest) = stages.max_by(|a, b| used(*a).total_cmp(&used(*b))) else { return String::new() };
        let name = names.get(busiest).map_or("", |name| name);
        // A step that began before the span may count as a little more than all of it.
        let busy = 100.0 * used(busiest).min(1.0);
        match self.tried.kind {
            Kind::Down => {
                format!(
                    "{name} was busy {busy:.0} % of the time, and with more workers each step took longer"
                )
            }
            _ => format!(
                "{name} was busy {busy:.0} % of the time and {:.1} of {} cores were in use: room for {:.1} times as much",
                self.span.cores_used,
                (cores * 100.0).round() / 100.0,
                laws.room()
            ),
        }
    }
}
