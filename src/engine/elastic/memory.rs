//! Owns what was tried in vain: for how long it is not tried again. Does not own: trying.

/// How long a failure counts, in seconds; each further one of its kind counts twice as long.
const FIRST: f64 = 60.0;
const LONGEST: f64 = 960.0;

/// A kind of change that did not help.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    value: usize,
    until: f64,
    failures: u32,
}

impl Mark {
    /// This value was no good.
    pub(super) fn set(&mut self, value: usize, now: f64) {
        self.value = value;
        self.until = now + (FIRST * f64::from(1u32 << self.failures.min(8))).min(LONGEST);
        self.failures += 1;
    }

    /// The value that was no good, as long as that counts.
    pub(super) fn get(&self, now: f64) -> Option<usize> {
        (self.failures > 0 && now < self.until).then_some(self.value)
    }
}

/// What is remembered of one stage.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StageMemory {
    /// So many workers did not do more than fewer did.
    pub(super) too_many: Mark,
    /// So many workers did less than more did.
    pub(super) too_few: Mark,
    /// With more workers each step took longer: they are in each other's way.
    pub(super) crowded: Mark,
}

/// What is remembered of a run.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub(super) stages: Vec<StageMemory>,
    /// Raising several stages at once did not help.
    pub(super) together: Mark,
}

impl Memory {
    pub(super) fn new(stages: usize) -> Self {
        Self { stages: vec![StageMemory::default(); stages], together: Mark::default() }
    }

    /// The workload is another one: what did not help may help now.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.stages.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_remembered_for_a_minute_and_the_next_one_for_longer() {
        let mut mark = Mark::default();
        assert_eq!(mark.get(0.0), None);
        mark.set(5, 10.0);
        assert_eq!((mark.get(69.0), mark.get(71.0)), (Some(5), None));
        mark.set(5, 71.0);
        assert_eq!((mark.get(71.0 + 119.0), mark.get(71.0 + 121.0)), (Some(5), None));
        (0..100).for_each(|_| mark.set(5, 200.0));
        assert_eq!(mark.get(200.0 + LONGEST), None);
    }
}
