//! Owns what was tried in vain: for how long it is not tried again. Does not own: trying.

use super::reading::Span;

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
    /// It was seen to compute.
    pub(super) computes: bool,
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

    /// Once a stage was seen to compute, it does, also where it gets less of the cores than it asks for.
    pub(super) fn recognize(&mut self, span: &mut Span) {
        for (memory, part) in self.stages.iter_mut().zip(&mut span.stages) {
            memory.computes |= part.computes;
            part.computes = memory.computes;
        }
    }

    /// The workload is another one: what did not help may help now.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.stages.len());
    }
}

#[cfg(test)]
mod tests {
    use super::super::reading::Part;
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
    #[test]
    fn a_stage_that_was_seen_to_compute_does_so_where_it_gets_less_of_the_cores() {
        let part = |computes| Part { workers: 1, most: Some(64), busy: 1.0, computes, step: 0.01 };
        let mut memory = Memory::new(2);
        let mut seen = [true, false].map(|computes| {
            let mut span = Span { cores_used: 1.0, stages: vec![part(computes), part(false)] };
            memory.recognize(&mut span);
            span.stages.iter().map(|part| part.computes).collect::<Vec<_>>()
        });
        assert_eq!(seen, [[true, false], [true, false]]);
        memory.forget();
        let mut span = Span { cores_used: 1.0, stages: vec![part(false), part(false)] };
        memory.recognize(&mut span);
        seen[1] = span.stages.iter().map(|part| part.computes).collect();
        assert_eq!(seen[1], [false, false], "another workload may be another kind");
    }
}
