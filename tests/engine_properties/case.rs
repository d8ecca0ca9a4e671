//! Owns what a random case is: the chain, the schedule, the steering. What a step does to a value follows from the value
//! and the stage's salt alone, so that any schedule must give the same.

use pipeline_images::engine::{OnError, Order};
use proptest::option;
use proptest::prelude::*;

/// The most bytes that an item asks of a budget.
pub const MAX_COST: u64 = 9;

#[derive(Debug, Clone)]
pub struct Case {
    pub inputs: u64,
    pub stages: Vec<StageCase>,
    pub gates: Vec<GateCase>,
    pub window: Option<usize>,
    pub sink_queue: usize,
    pub order: Order,
    pub on_error: OnError,
    pub holds: bool,
    pub sink_fails: bool,
    pub steering: Vec<Steering>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Map,
    FilterMap,
    FlatMap,
}

#[derive(Debug, Clone)]
pub struct StageCase {
    pub kind: Kind,
    pub workers: usize,
    pub queue: usize,
    pub salt: u64,
    /// One step in so many fails, and one panics.
    pub one_in: u64,
    /// The first so many states cannot be built.
    pub bad_states: u64,
}

#[derive(Debug, Clone)]
pub struct GateCase {
    /// Index of the stage behind it; of the sink if there is none.
    pub before: usize,
    /// Index of the stage after which the bytes are given back.
    pub until: Option<usize>,
    pub size: u64,
    pub salt: u64,
    pub panics: bool,
}

/// What is done to a run once so many items have arrived.
#[derive(Debug, Clone)]
pub struct Steering {
    pub after: usize,
    pub action: Action,
}

#[derive(Debug, Clone, Copy)]
pub enum Action {
    SetWorkers { stage: usize, workers: usize },
    Drain,
    Abort,
}

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Well,
    Failed,
    Panicked,
}

/// A number that looks random, from two.
pub fn mix(value: u64, salt: u64) -> u64 {
    let mixed = (value ^ salt.rotate_left(32)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl StageCase {
    /// What the step makes of a value, and how it ends after that.
    pub fn step(&self, value: u64) -> (Vec<u64>, End) {
        let mixed = mix(value, self.salt);
        let end = match (mixed >> 8) % self.one_in {
            0 => End::Failed,
            1 => End::Panicked,
            _ => End::Well,
        };
        let emitted = match self.kind {
            Kind::Map => u64::from(end == End::Well),
            Kind::FilterMap => u64::from(end == End::Well && !mixed.is_multiple_of(3)),
            // These come out also if the step fails after them.
            Kind::FlatMap => mixed % 4,
        };
        ((0..emitted).map(|child| mixed.wrapping_add(child)).collect(), end)
    }
}

impl GateCase {
    /// `None`: it panics.
    pub fn cost(&self, value: u64) -> Option<u64> {
        let mixed = mix(value, self.salt);
        (!self.panics || !(mixed >> 8).is_multiple_of(8)).then_some(mixed % (MAX_COST + 1))
    }
}

pub fn sink_fails(value: u64) -> bool {
    mix(value, 1).is_multiple_of(5)
}

impl Steering {
    pub fn any() -> impl Strategy<Value = Vec<Self>> {
        let sized = (0..5usize, 1..7usize).prop_map(|(stage, workers)| Action::SetWorkers { stage, workers });
        let action = prop_oneof![6 => sized, 1 => Just(Action::Drain), 1 => Just(Action::Abort)];
        let steering = (0..40usize, action).prop_map(|(after, action)| Self { after, action });
        prop::collection::vec(steering, 1..5).prop_map(|mut all| {
            all.sort_by_key(|steering| steering.after);
            all
        })
    }
}

fn stage() -> impl Strategy<Value = StageCase> {
    let kind = prop_oneof![3 => Just(Kind::Map), 2 => Just(Kind::FilterMap), 2 => Just(Kind::FlatMap)];
    let faults = prop_oneof![2 => Just(u64::MAX), 1 => 4..20u64];
    let bad_states = prop_oneof![4 => Just(0), 1 => 1..4u64];
    (kind, 1..=6usize, 0..=5usize, any::<u64>(), faults, bad_states).prop_map(
        |(kind, workers, queue, salt, one_in, bad_states)| StageCase {
            kind,
            workers,
            queue,
            salt,
            one_in,
            bad_states,
        },
    )
}

fn gate() -> impl Strategy<Value = GateCase> {
    (0..5usize, option::of(0..5usize), 1..2 * MAX_COST, any::<u64>(), prop::bool::weighted(0.2))
        .prop_map(|(before, until, size, salt, panics)| GateCase { before, until, size, salt, panics })
}

fn on_error() -> impl Strategy<Value = OnError> {
    prop_oneof![
        4 => Just(OnError::default()),
        1 => (0..6u64).prop_map(|at_most| OnError::Skip { at_most }),
        1 => Just(OnError::Stop),
    ]
}

/// A case that can be built, with the given steering.
pub fn case(steering: impl Strategy<Value = Vec<Steering>>) -> impl Strategy<Value = Case> {
    let chain = (prop::collection::vec(stage(), 0..=4), prop::collection::vec(gate(), 0..=2));
    let order = prop_oneof![Just(Order::Input), Just(Order::Completion)];
    let ends = (0..=5usize, order, any::<bool>(), prop::bool::weighted(0.2));
    let window = option::of(prop_oneof![1..4usize, 4..30usize]);
    (0..60u64, chain, window, ends, on_error(), steering).prop_map(
        |(inputs, (stages, gates), window, (sink_queue, order, holds, sink_fails), on_error, steering)| {
            let gates = placed(gates, &stages);
            Case { inputs, stages, gates, window, sink_queue, order, on_error, holds, sink_fails, steering }
        },
    )
}

/// Keeps gates where they may stand: not behind a stage that fans out, and one at most in front of a stage.
fn placed(mut gates: Vec<GateCase>, stages: &[StageCase]) -> Vec<GateCase> {
    let fan = stages.iter().position(|stage| stage.kind == Kind::FlatMap).unwrap_or(stages.len());
    gates.iter_mut().for_each(|gate| gate.before = gate.before.min(fan));
    gates.sort_by_key(|gate| gate.before);
    gates.dedup_by_key(|gate| gate.before);
    for gate in &mut gates {
        gate.until = gate.until.filter(|until| (gate.before..=fan).contains(until) && *until < stages.len());
    }
    gates
}
