//! Owns the search over numbers of workers: which to measure next, and which is the best so far. Knows no run.

use super::{Measured, STAGES, Workers5};

/// Other numbers are better only if they do so much more; less is noise.
const BETTER: f64 = 1.03;

/// What was measured with some numbers of workers, over one run or several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) workers: Workers5,
    /// Pictures that ended, in whatever way.
    pub(super) pictures: u64,
    pub(super) failed: u64,
    pub(super) seconds: f64,
    /// By stage, the part of the workers' time in steps.
    pub(super) used: [f64; STAGES.len()],
    /// By stage, seconds per step.
    pub(super) step: [f64; STAGES.len()],
}

impl Sample {
    pub(super) fn rate(&self) -> f64 {
        self.pictures as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// Climbs from the better of two beginnings to neighbours that do more.
pub(super) struct Search {
    /// 0 where the number was given.
    most: Workers5,
    beginnings: [Workers5; 2],
    samples: Vec<Sample>,
    best: usize,
    /// Runs made when nothing new was left to measure.
    again: usize,
}

impl Search {
    pub(super) fn new(most: Workers5, auto: Workers5, elastic: Workers5) -> Self {
        Self { most, beginnings: [auto, elastic], samples: Vec::new(), best: 0, again: 0 }
    }

    /// Whether nothing was measured yet.
    pub(super) fn is_new(&self) -> bool {
        self.samples.is_empty()
    }

    /// What to measure next. When all neighbours of the best are known, it and the first beginning in turn: how they
    /// compare is what is told in the end.
    pub(super) fn next(&mut self) -> Workers5 {
        let new = |workers: &Workers5| self.samples.iter().all(|sample| sample.workers != *workers);
        let beginning = self.beginnings.iter().copied().find(new);
        if let Some(workers) = beginning.or_else(|| self.neighbours().into_iter().find(new)) {
            return workers;
        }
        self.again += 1;
        match self.best() {
            Some(best) if self.again % 2 == 1 => best.workers,
            _ => self.beginnings[0],
        }
    }

    /// More for the stages that are busy, busiest first; then fewer for those that are not.
    fn neighbours(&self) -> Vec<Workers5> {
        let Some(best) = self.best() else { return Vec::new() };
        let mut stages: Vec<usize> = (0..STAGES.len()).filter(|stage| self.most[*stage] > 0).collect();
        stages.sort_by(|a, b| best.used[*b].total_cmp(&best.used[*a]));
        let with = |stage: usize, workers: usize| {
            let mut all = best.workers;
            all[stage] = workers;
            all
        };
        let more = stages.iter().filter_map(|stage| {
            let now = best.workers[*stage];
            let more = (now + (now / 2).max(1)).min(self.most[*stage]);
            (more > now).then(|| with(*stage, more))
        });
        let fewer = stages.iter().rev().filter_map(|stage| {
            let now = best.workers[*stage];
            (now > 1).then(|| with(*stage, now - (now / 3).max(1)))
        });
        more.chain(fewer).collect()
    }

    pub(super) fn add(&mut self, sample: &Sample) {
        match self.samples.iter_mut().find(|known| known.workers == sample.workers) {
            Some(known) => {
                known.pictures += sample.pictures;
                known.seconds += sample.seconds;
            }
            None => self.samples.push(*sample),
        }
        // Measured again, the best may have been chance.
        let rate = |at: usize| self.samples[at].rate();
        let top = (0..self.samples.len()).max_by(|a, b| rate(*a).total_cmp(&rate(*b))).unwrap_or(0);
        if rate(top) > BETTER * rate(self.best) {
            self.best = top;
        }
    }

    pub(super) fn best(&self) -> Option<Sample> {
        self.samples.get(self.best).copied()
    }

    /// What the numbers did that a run begins with by itself.
    pub(super) fn of_auto(&self) -> Option<Sample> {
        self.samples.iter().find(|sample| sample.workers == self.beginnings[0]).copied()
    }

    pub(super) fn settings(&self) -> usize {
        self.samples.len()
    }

    /// What other numbers of one stage did with the best of all others.
    pub(super) fn others(&self, stage: usize) -> Vec<Measured> {
        let Some(best) = self.best() else { return Vec::new() };
        let alike = |sample: &&Sample| {
            let differs = |place: usize| sample.workers[place] != best.workers[place];
            differs(stage) && (0..STAGES.len()).all(|place| place == stage || !differs(place))
        };
        let measured = |sample: &Sample| Measured { workers: sample.workers[stage], rate: sample.rate() };
        let mut others: Vec<Measured> = self.samples.iter().filter(alike).map(measured).collect();
        others.sort_by_key(|other| other.workers);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second stage limits until it has six workers; its number was not given.
    fn run(workers: Workers5) -> Sample {
        let busy = workers[1].min(6) as f64;
        let used = [0.1, busy / workers[1] as f64, 0.1, 0.1, 0.1];
        Sample { workers, pictures: (busy * 100.0) as u64, failed: 0, seconds: 1.0, used, step: [0.01; 5] }
    }

    #[test]
    fn it_climbs_to_the_number_that_does_the_most_and_no_further() {
        let mut search = Search::new([8, 8, 0, 8, 8], [2; 5], [2; 5]);
        for _ in 0..40 {
            let workers = search.next();
            assert_eq!(workers[2], 2, "what was given stays");
            assert!(workers.iter().all(|n| (1..=8).contains(n)));
            search.add(&run(workers));
        }
        let best = search.best().unwrap();
        assert!((best.workers[1], best.rate()) == (6, 600.0), "{best:?}");
        assert_eq!(search.of_auto().unwrap().rate(), 200.0);
        assert!(search.others(1).iter().any(|other| other.workers == 8 && other.rate == 600.0));
    }

    #[test]
    fn the_beginnings_are_measured_first_and_a_slight_advantage_is_none() {
        let mut search = Search::new([8; 5], [2; 5], [3; 5]);
        assert!(search.is_new());
        for (workers, pictures) in [([2; 5], 100), ([3; 5], 102)] {
            assert_eq!(search.next(), workers);
            search.add(&Sample { pictures, ..run(workers) });
        }
        assert_eq!(search.best().unwrap().workers, [2; 5]);
    }
}
