//! A simulated pipeline to test the policy on: no thread, no clock, the same every time. Stages take so long a wait and so
//! much CPU for an input; the slowest of them, or the cores, give the throughput (fluid limit of a closed network).

use super::policy::Policy;
use super::reading::{Reading, StageReading};
use super::{Decision, Outcome};
use proptest::prelude::*;

/// A stage of the simulation, times in seconds.
#[derive(Debug, Clone, Copy)]
struct Simulated {
    wait: f64,
    cpu: f64,
    /// Waits are longer by this part, times the square of the other workers.
    crowd: f64,
    workers: usize,
    most: Option<usize>,
}

struct Run {
    stages: Vec<Simulated>,
    cores: f64,
    /// The throughput of a tick is off by up to this part.
    noise: f64,
    random: u64,
    finished: f64,
    reading: Reading,
    policy: Policy,
    /// When a change was made.
    changes: Vec<f64>,
}

const TICK: f64 = 0.1;

fn stage(wait: f64, cpu: f64, most: usize) -> Simulated {
    Simulated { wait, cpu, crowd: 0.0, workers: 1, most: (most > 0).then_some(most) }
}

impl Simulated {
    fn wait(&self) -> f64 {
        self.wait * (1.0 + self.crowd * (self.workers as f64 - 1.0).powi(2))
    }
}

/// The source and the sink do next to nothing.
fn run(cores: f64, stages: &[Simulated]) -> Run {
    let ends = stage(0.0, 1e-6, 0);
    let stages: Vec<_> = [ends].into_iter().chain(stages.iter().copied()).chain([ends]).collect();
    let names = (0..stages.len()).map(|n| format!("stage-{n}").into()).collect();
    let readings = vec![StageReading::default(); stages.len()];
    Run {
        stages,
        cores,
        noise: 0.0,
        random: 1,
        finished: 0.0,
        reading: Reading { stages: readings, ..Reading::default() },
        policy: Policy::new(cores, names),
        changes: Vec::new(),
    }
}

impl Run {
    /// CPU time of an input.
    fn cost(&self) -> f64 {
        self.stages.iter().map(|stage| stage.cpu).sum()
    }

    fn throughput(&self) -> f64 {
        let stages = self.stages.iter().map(|stage| stage.workers as f64 / (stage.wait() + stage.cpu));
        stages.fold(self.cores / self.cost(), f64::min)
    }

    /// The throughput with as many workers as each stage may have.
    fn best(&self) -> f64 {
        let stages = self.stages.iter().map(|stage| {
            let most = match stage.most {
                Some(most) if stage.cpu > stage.wait => most.min(self.cores as usize + 1),
                Some(most) => most,
                None => stage.workers,
            };
            most as f64 / (stage.wait + stage.cpu)
        });
        stages.fold(self.cores / self.cost(), f64::min)
    }

    fn until(&mut self, seconds: f64) {
        while self.reading.at < seconds {
            self.tick();
        }
    }

    fn tick(&mut self) {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let off = (self.random >> 40) as f64 / f64::from(1 << 23) - 1.0;
        let items = self.throughput() * TICK * (1.0 + self.noise * off);
        self.finished += items;
        // Where the cores are the limit, steps take longer until some stage's workers are always in one.
        let stretch = |stage: &Simulated| (stage.workers as f64 * TICK / items - stage.wait()) / stage.cpu;
        let limited = self.stages.iter().map(stretch).fold(f64::INFINITY, f64::min).max(1.0);
        let by_cores = self.throughput() * self.cost() >= 0.999 * self.cores;
        let stretch = if by_cores { limited } else { 1.0 };
        self.reading.at += TICK;
        self.reading.finished = self.finished as u64;
        for (stage, reading) in self.stages.iter().zip(&mut self.reading.stages) {
            reading.busy += items * (stage.wait() + stage.cpu * stretch);
            reading.cpu += items * stage.cpu;
            reading.items = self.finished as u64;
            (reading.workers, reading.most) = (stage.workers, stage.most);
            self.reading.cpu += items * stage.cpu;
        }
        for change in self.policy.look(&self.reading) {
            let stage = &mut self.stages[change.stage];
            assert_eq!(stage.workers, change.from);
            assert!(stage.most.is_some_and(|most| (1..=most).contains(&change.to)), "{change:?}");
            stage.workers = change.to;
            self.changes.push(self.reading.at);
        }
    }

    fn workers(&self) -> Vec<usize> {
        self.stages[1..self.stages.len() - 1].iter().map(|stage| stage.workers).collect()
    }

    /// The most changes in any minute from `from` on.
    fn most_in_a_minute(&self, from: f64) -> usize {
        let late: Vec<f64> = self.changes.iter().copied().filter(|at| *at >= from).collect();
        late.iter()
            .map(|end| late.iter().filter(|at| **at <= *end && **at > end - 60.0).count())
            .max()
            .unwrap_or(0)
    }

    fn told(&self) -> String {
        self.policy.decisions().iter().map(|decision| format!("{decision}\n")).collect()
    }

    fn outcomes(&self) -> Vec<Outcome> {
        self.policy.decisions().iter().map(|Decision { outcome, .. }| *outcome).collect()
    }
}

#[test]
fn a_stage_that_waits_gets_the_workers_that_the_cores_can_feed() {
    let mut run = run(2.0, &[stage(0.05, 1e-4, 64), stage(0.0, 0.003, 3), stage(1e-4, 1e-4, 64)]);
    run.until(10.0);
    assert!(run.throughput() >= 0.95 * run.best(), "{:?}\n{}", run.workers(), run.told());
}

#[test]
fn two_stages_that_limit_equally_are_raised_together() {
    let mut run = run(2.0, &[stage(0.05, 1e-4, 64), stage(0.05, 1e-4, 64)]);
    run.until(10.0);
    assert!(run.throughput() >= 0.95 * run.best(), "{:?}\n{}", run.workers(), run.told());
}

#[test]
fn nothing_is_tried_where_the_cores_are_the_limit_or_a_fixed_stage() {
    let stages = [stage(0.0, 0.003, 3), stage(0.0, 0.003, 3)];
    let mut by_cores = run(1.0, &stages);
    by_cores.until(120.0);
    let mut by_fixed = run(8.0, &[stage(0.02, 0.0, 0), stage(0.001, 0.001, 64)]);
    by_fixed.until(120.0);
    assert_eq!((by_cores.changes.len(), by_fixed.changes.len()), (0, 0), "{}", by_fixed.told());
}

#[test]
fn a_change_that_brings_nothing_is_taken_back_and_remembered() {
    // Each further worker slows the others down so much that one alone does the most.
    let mut run = run(2.0, &[Simulated { crowd: 1.5, ..stage(0.02, 1e-4, 64) }]);
    run.until(30.0);
    assert_eq!(run.workers(), [1], "{}", run.told());
    assert!(!run.outcomes().is_empty() && run.outcomes().iter().all(|outcome| *outcome == Outcome::Reverted));
    let tried = run.changes.len();
    run.until(60.0);
    assert_eq!(run.changes.len(), tried, "{}", run.told());
}

#[test]
fn workers_in_each_others_way_become_fewer() {
    // Three do the most: 2.1 times what one does; eight do 1.4 times.
    let mut run = run(2.0, &[Simulated { crowd: 0.1, workers: 8, ..stage(0.02, 1e-4, 64) }]);
    let before = run.throughput();
    run.until(60.0);
    assert!(run.throughput() > 1.4 * before, "{before} {}\n{}", run.throughput(), run.told());
    assert!((3..=4).contains(&run.workers()[0]), "{}", run.told());
}

#[test]
fn the_end_of_the_run_leaves_all_as_it_is() {
    let mut run = run(2.0, &[stage(0.05, 1e-4, 64)]);
    while run.changes.is_empty() {
        run.tick();
    }
    run.reading.ending = true;
    run.until(60.0);
    assert_eq!((run.changes.len(), run.outcomes()), (1, vec![Outcome::Unknown]));
}

#[test]
fn a_stage_that_somebody_else_set_is_not_set_back() {
    let mut run = run(2.0, &[stage(0.05, 1e-4, 64)]);
    while run.changes.is_empty() {
        run.tick();
    }
    (run.stages[1].workers, run.stages[1].most) = (2, None);
    run.until(60.0);
    assert_eq!((run.workers(), run.outcomes()), (vec![2], vec![Outcome::Unknown]));
}

#[test]
fn a_stage_that_computed_may_wait_in_another_workload_although_it_is_noticed_by_the_gain_alone() {
    let mut run = run(1.0, &[stage(0.059, 1e-4, 0), stage(0.0, 1e-4, 4)]);
    run.stages[1].workers = 2;
    run.until(20.0);
    (run.stages[1].wait, run.stages[2].wait, run.stages[2].cpu) = (0.0, 0.0267, 0.001);
    run.until(32.0);
    assert!(run.throughput() >= 0.95 * run.best(), "{:?}\n{}", run.workers(), run.told());
}

/// Of the best: inputs are counted whole, and a few dozen a second do not tell that little from nothing.
const NEARLY: f64 = 0.93;

fn any_stage() -> impl Strategy<Value = Simulated> {
    let wait = prop_oneof![Just(0.0), 0.0..0.06];
    (wait, 1e-4..4e-3, prop_oneof![1 => Just(0usize), 6 => 4usize..64]).prop_map(|(wait, cpu, most)| {
        let workers = if most == 0 { 2 } else { 1 };
        Simulated { workers, ..stage(wait, cpu, most) }
    })
}

fn any_stages() -> impl Strategy<Value = Vec<Simulated>> {
    prop::collection::vec(any_stage(), 1..5)
}

proptest! {
    #[test]
    fn from_one_worker_each_nearly_the_best_is_reached_in_ten_seconds(
        stages in any_stages(),
        cores in 1usize..9,
    ) {
        let mut run = run(cores as f64, &stages);
        run.until(10.0);
        let (reached, best) = (run.throughput(), run.best());
        prop_assert!(reached >= NEARLY * best, "{reached} of {best}, {:?}\n{}", run.workers(), run.told());
    }

    #[test]
    fn another_workload_is_noticed_and_nearly_the_best_is_reached_again(
        first in prop::collection::vec(any_stage(), 3),
        second in prop::collection::vec(any_stage(), 3),
        cores in 1usize..9,
    ) {
        let mut run = run(cores as f64, &first);
        run.until(20.0);
        let (settled, cost) = (run.throughput(), run.cost());
        for (stage, Simulated { wait, cpu, .. }) in run.stages[1..].iter_mut().zip(&second) {
            (stage.wait, stage.cpu) = (*wait, *cpu);
        }
        // What changed by less is followed too, but by one change a minute; so is what an input costs where cores are idle.
        let ratio = |a: f64, b: f64| (a / b).max(b / a);
        let computes = run.throughput() * cost.max(run.cost()) > 0.3;
        prop_assume!(ratio(settled, run.throughput()) > 1.4 || computes && ratio(cost, run.cost()) > 1.4);
        run.until(32.0);
        let (reached, best) = (run.throughput(), run.best());
        prop_assert!(reached >= NEARLY * best, "{settled}, {reached} of {best}, {:?}\n{}", run.workers(), run.told());
    }

    #[test]
    fn once_settled_it_changes_little_whatever_the_noise(
        stages in any_stages(),
        cores in 1usize..9,
        noise in 0.0..0.25,
        random: u64,
    ) {
        let mut run = run(cores as f64, &stages);
        (run.noise, run.random) = (noise, random);
        run.until(600.0);
        prop_assert!(run.most_in_a_minute(60.0) <= 2, "{:?}\n{}", run.changes, run.told());
    }
}
