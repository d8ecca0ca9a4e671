//! Owns a station of cores that all who compute share equally (processor sharing): with more of them than cores, each is
//! slowed down by the same factor.
//! Does not own: what they do before and after.

use super::trace::At;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Work is measured on a clock that runs only as fast as each gets a core, so that one comes or goes without the others
/// having to be looked at.
pub(super) struct Cores {
    cores: f64,
    /// That clock, and the real time up to which it was brought.
    served: f64,
    now: f64,
    jobs: BinaryHeap<Reverse<(At, u32)>>,
}

impl Cores {
    pub(super) fn new(cores: f64) -> Self {
        Self { cores, served: 0.0, now: 0.0, jobs: BinaryHeap::new() }
    }

    pub(super) fn working(&self) -> usize {
        self.jobs.len()
    }

    /// Of one core, what each gets.
    fn share(&self) -> f64 {
        (self.cores / self.jobs.len().max(1) as f64).min(1.0)
    }

    pub(super) fn advance(&mut self, now: f64) {
        self.served += (now - self.now).max(0.0) * self.share();
        self.now = now;
    }

    /// Adds a job of so many seconds; time must have been advanced to now.
    pub(super) fn add(&mut self, job: u32, seconds: f64) {
        self.jobs.push(Reverse((At(self.served + seconds), job)));
    }

    /// When the next job will be through, if nothing changes.
    pub(super) fn next(&self) -> Option<f64> {
        let Reverse((At(end), _)) = self.jobs.peek()?;
        Some(self.now + (end - self.served).max(0.0) / self.share())
    }

    pub(super) fn take(&mut self) -> Option<u32> {
        self.jobs.pop().map(|Reverse((_, job))| job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_jobs_than_cores_slow_each_other_down() {
        let mut cores = Cores::new(1.0);
        cores.add(1, 1.0);
        cores.add(2, 2.0);
        assert_eq!(cores.next(), Some(2.0), "half a core each");
        cores.advance(2.0);
        assert_eq!(cores.take(), Some(1));
        assert_eq!(cores.next(), Some(3.0), "alone again");
    }

    #[test]
    fn one_job_gets_no_more_than_one_core() {
        let mut cores = Cores::new(4.0);
        cores.add(1, 1.0);
        assert_eq!(cores.next(), Some(1.0));
        let mut part = Cores::new(0.5);
        part.add(1, 1.0);
        assert_eq!(part.next(), Some(2.0));
    }
}
