//! Owns what follows from a span by operational laws: what limits the run, and how many workers would carry more.
//! Does not own: whether that is tried.
//!
//! The utilisation law (busy workers = throughput × time of a step) says what a stage needs for another throughput; the
//! throughput is bounded by the cores over the CPU time of an input, and by each stage that cannot have more workers
//! (Denning and Buzen, *The operational analysis of queueing network models*, 1978).

use super::reading::{Part, Span};

/// A stage whose workers are in their steps for this part of the time can limit the run.
const BUSY: f64 = 0.75;
/// A stage whose workers are in their steps for this part of the time needs more of them for whatever there is room.
const ALWAYS_BUSY: f64 = 0.9;
/// A resource used for this part is used up.
const USED_UP: f64 = 0.96;
/// The most by which one change may raise the throughput: what is far from what was measured is guessed.
const GROWTH: f64 = 4.0;
/// A change by less than this part of a stage's workers makes no difference that can be measured.
pub(super) const SMALLEST_STEP: usize = 8;

/// What limits a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// All cores are in use.
    Cores,
    /// This elastic stage has too few workers.
    Stage(usize),
    /// Something that the engine may not change: a stage of fixed size, the source, the sink, the window, a budget.
    Other,
}

/// A span, and the cores that there are.
pub(super) struct Laws<'a> {
    pub(super) span: &'a Span,
    pub(super) cores: f64,
}

impl Laws<'_> {
    pub(super) fn limit(&self) -> Limit {
        if self.span.cores_used >= USED_UP * self.cores {
            return Limit::Cores;
        }
        let elastic = self.span.stages.iter().enumerate().filter(|(_, part)| part.most.is_some());
        let busiest = elastic.max_by(|(_, a), (_, b)| a.used().total_cmp(&b.used()));
        match busiest {
            Some((stage, part)) if part.used() >= BUSY && self.room() > 1.0 / USED_UP => Limit::Stage(stage),
            _ => Limit::Other,
        }
    }

    /// By how much the throughput could grow before something is used up of which there is no more.
    pub(super) fn room(&self) -> f64 {
        let cores = self.cores / self.span.cores_used.max(f64::MIN_POSITIVE);
        let fixed = self.span.stages.iter().filter(|part| part.most.is_none());
        fixed.map(|part| 1.0 / part.used().max(f64::MIN_POSITIVE)).fold(cores.min(GROWTH), f64::min)
    }

    /// The most workers that a stage may be given: one that computes has no use for more than a core each, and one to
    /// take over.
    pub(super) fn most(&self, stage: usize) -> Option<usize> {
        let part = self.span.stages.get(stage)?;
        let cores = self.cores.ceil() as usize + 1;
        part.most.map(|most| if part.computes { most.min(cores) } else { most })
    }

    /// By stage, the workers with which the throughput could grow as far as there is room; only stages that need more.
    pub(super) fn wanted(&self) -> Vec<(usize, usize)> {
        let stages = self.span.stages.iter().enumerate();
        stages.filter_map(|(stage, part)| Some((stage, self.raised(stage, part)?))).collect()
    }

    fn raised(&self, stage: usize, part: &Part) -> Option<usize> {
        let most = self.most(stage)?;
        let needed = (self.room() * part.busy - 0.1).ceil() as usize;
        let smallest = part.workers + (part.workers / SMALLEST_STEP).max(1);
        let wants = needed > part.workers || part.used() >= ALWAYS_BUSY;
        (wants && most > part.workers).then(|| needed.max(smallest).min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(workers: usize, most: usize, busy: f64, cpu_share: f64) -> Part {
        Part { workers, most: (most > 0).then_some(most), busy, computes: cpu_share > 0.5, step: 0.01 }
    }

    fn span(cores_used: f64, stages: &[Part]) -> Span {
        Span { cores_used, stages: stages.to_vec() }
    }

    #[test]
    fn the_busiest_elastic_stage_limits_while_there_is_cpu_left() {
        let stages = [part(1, 0, 0.1, 1.0), part(2, 64, 1.9, 0.0), part(1, 3, 0.8, 1.0)];
        let laws = |cores_used| Laws { span: &span(cores_used, &stages), cores: 2.0 }.limit();
        assert_eq!(laws(0.9), Limit::Stage(1));
        assert_eq!(laws(1.95), Limit::Cores);
    }

    #[test]
    fn a_part_of_a_core_is_used_up_like_a_whole_one() {
        let stages = [part(1, 0, 0.1, 1.0), part(2, 3, 1.6, 1.0)];
        let laws = |cores| Laws { span: &span(1.48, &stages), cores }.limit();
        assert_eq!((laws(1.5), laws(2.0)), (Limit::Cores, Limit::Stage(1)));
    }

    #[test]
    fn a_fixed_stage_that_is_always_busy_is_the_limit_and_nothing_is_wanted() {
        let stages = [part(1, 0, 0.99, 0.0), part(2, 64, 1.9, 0.0)];
        let span = span(0.1, &stages);
        assert_eq!(Laws { span: &span, cores: 2.0 }.limit(), Limit::Other);
    }

    #[test]
    fn all_stages_are_raised_that_would_be_in_the_way_and_only_as_far_as_the_cores_carry() {
        let stages = [part(1, 64, 1.0, 0.0), part(1, 64, 0.9, 0.05), part(1, 3, 0.2, 1.0)];
        // The cores carry 2.5 times as much.
        let span = span(0.8, &stages);
        assert_eq!(Laws { span: &span, cores: 2.0 }.wanted(), [(0, 3), (1, 3)]);
    }

    #[test]
    fn a_stage_that_computes_never_gets_more_than_a_core_each_and_one() {
        let span = span(1.0, &[part(1, 64, 1.0, 0.9)]);
        let laws = Laws { span: &span, cores: 2.0 };
        assert_eq!((laws.most(0), laws.wanted()), (Some(3), vec![(0, 2)]));
    }
}
