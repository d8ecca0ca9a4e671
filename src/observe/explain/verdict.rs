//! Owns which bottleneck a run had. The order of the questions matters: what is asked first hides what comes after it (a
//! full budget is no news when a saturated stage holds what it reserved).
//! Does not own: the words for it.

use super::super::view::{View, ratio};
use super::facts::{Fact, Facts, Place};
use super::roles::Kind;
use crate::engine::BudgetReport;
use std::time::Duration;

/// Below this, starting threads and filling the queues is most of a run.
const TOO_SHORT: Duration = Duration::from_millis(50);
/// From here on the cores are the limit.
const CPU_BOUND: f64 = 0.85;
/// From here on nothing is left of a worker's time, or of a core's.
const ALWAYS: f64 = 0.93;
/// From here on a stage's workers have hardly a moment without an item.
const SATURATED: f64 = 0.75;
/// Stages this close to the busiest would be the next bottleneck at once.
const CLOSE: f64 = 0.1;
/// The part of a run from which on its beginning was most of what kept it.
const LATE: f64 = 0.3;
/// A part of the time that cannot be called an accident.
const NOTABLE: f64 = 0.25;
/// With so many workers waiting for storage, more of them only make a longer queue there.
const MANY: usize = 32;

#[derive(Debug)]
pub(super) enum Verdict<'a> {
    NoInput,
    NothingDone {
        failed: u64,
        skipped: u64,
        interrupted: u64,
    },
    TooShort {
        wall: Duration,
    },
    /// The first picture was finished late in the run.
    StartUp {
        first: Duration,
        part: f64,
    },
    Cpu {
        used: f64,
        stage: &'a str,
        part: f64,
    },
    /// There was work for the cores, and something else had them.
    Contended {
        used: f64,
    },
    TooFew {
        pictures: u64,
        workers: usize,
        wall: Duration,
    },
    Source(Saturated<'a>),
    Sink(Saturated<'a>),
    Stage {
        busiest: Saturated<'a>,
        raise: Vec<(&'a str, usize)>,
        gain: f64,
        idle_cores: f64,
    },
    /// Many workers wait for storage already.
    Storage(Saturated<'a>),
    Memory {
        stage: &'a str,
        waiting: f64,
        budget: BudgetReport,
    },
    Window {
        window: usize,
        better: usize,
        blocked: f64,
    },
    /// Two neighbours are held up by turns.
    Queue {
        before: &'a str,
        blocked: f64,
        after: &'a str,
        starved: f64,
        better: usize,
    },
    Unclear {
        stage: &'a str,
        busy: f64,
        cpu: f64,
    },
}

/// A stage whose workers have hardly a moment without an item.
#[derive(Debug)]
pub(super) struct Saturated<'a> {
    pub(super) name: &'a str,
    pub(super) workers: usize,
    pub(super) busy: f64,
    pub(super) computing: Option<f64>,
    pub(super) computes: bool,
}

impl<'a> From<&Fact<'a>> for Saturated<'a> {
    fn from(fact: &Fact<'a>) -> Self {
        Self {
            name: &fact.stage.name,
            workers: fact.stage.workers,
            busy: fact.shares.busy,
            computing: fact.computing,
            computes: fact.computes(),
        }
    }
}

pub(super) fn verdict<'a>(view: &View<'a>) -> Verdict<'a> {
    let facts = Facts::of(view);
    nothing(view)
        .or_else(|| cpu(&facts, view.cores))
        .or_else(|| too_few(&facts, view))
        .or_else(|| saturated(&facts, view.cores))
        .or_else(|| start_up(view))
        .or_else(|| crowded(&facts, view.cores))
        .or_else(|| memory(&facts, view))
        .or_else(|| window(&facts, view))
        .or_else(|| queue(&facts))
        .unwrap_or_else(|| unclear(&facts))
}

fn nothing<'a>(view: &View<'a>) -> Option<Verdict<'a>> {
    let report = view.report;
    if report.admitted == 0 {
        return Some(Verdict::NoInput);
    }
    let (failed, skipped, interrupted) = (report.failed, report.skipped, report.interrupted);
    if report.done == 0 && report.unfinished == 0 {
        return Some(Verdict::NothingDone { failed, skipped, interrupted });
    }
    (report.wall < TOO_SHORT).then_some(Verdict::TooShort { wall: report.wall })
}

fn cpu<'a>(facts: &Facts<'a>, cores: f64) -> Option<Verdict<'a>> {
    if facts.cpu >= CPU_BOUND && !has_its_core(facts) {
        let (fact, part) = facts.hungriest()?;
        return Some(Verdict::Cpu { used: facts.cpu, stage: &fact.stage.name, part });
    }
    contended(facts, cores).then_some(Verdict::Contended { used: facts.cores_used })
}

/// Whether the busiest stage computes nearly all the time, though not all cores are busy: then its workers are the limit, and
/// another one would take what is left of the cores.
fn has_its_core(facts: &Facts<'_>) -> bool {
    let busiest = facts.busiest().filter(|fact| fact.place == Place::Stage);
    let computing = busiest.map_or(0.0, |fact| fact.shares.busy * fact.computing.unwrap_or(0.0));
    computing >= ALWAYS && facts.cpu < ALWAYS
}

/// Whether steps that do nothing but compute took longer than they computed, and not because the run's own workers
/// outnumber the cores: even with all of them at it, each would have had its part of them.
fn contended(facts: &Facts<'_>, cores: f64) -> bool {
    let computing = || facts.inner().filter(|fact| fact.kind == Kind::Compute);
    let busy: f64 = computing().map(|fact| fact.stage.busy.as_secs_f64()).sum();
    let cpu: f64 = computing().map(|fact| fact.stage.cpu.as_secs_f64()).sum();
    let wall = ratio(facts.cpu_seconds, facts.cores_used);
    // Stages that are hardly ever at it compete with nobody.
    let active = computing().filter(|fact| fact.shares.busy >= CLOSE);
    let workers: usize = active.map(|fact| fact.stage.workers).sum();
    let due = (cores / workers.max(1) as f64).min(1.0);
    let waits_for_a_core = |fact: &Fact<'_>| {
        let saturated = fact.kind == Kind::Compute && fact.shares.busy >= SATURATED;
        saturated && fact.computing.is_some_and(|part| part < 0.5)
    };
    facts.cpu >= 0.3
        && ratio(busy, wall) >= CPU_BOUND * cores
        && (ratio(cpu, busy) < 0.75 * due || facts.busiest().is_some_and(waits_for_a_core))
}

fn too_few<'a>(facts: &Facts<'a>, view: &View<'a>) -> Option<Verdict<'a>> {
    let (pictures, workers) = (view.report.admitted, facts.workers());
    (pictures < workers as u64).then_some(Verdict::TooFew { pictures, workers, wall: view.report.wall })
}

fn saturated<'a>(facts: &Facts<'a>, cores: f64) -> Option<Verdict<'a>> {
    let busiest = facts.busiest().filter(|fact| fact.shares.busy >= SATURATED)?;
    match busiest.place {
        Place::Source => return Some(Verdict::Source(busiest.into())),
        Place::Sink => return Some(Verdict::Sink(busiest.into())),
        Place::Stage if !busiest.computes() && busiest.stage.workers >= MANY => {
            return Some(Verdict::Storage(busiest.into()));
        }
        Place::Stage => {}
    }
    let limit = (busiest.shares.busy - CLOSE).max(SATURATED);
    let close = |fact: &&Fact<'_>| fact.place == Place::Stage && fact.shares.busy >= limit;
    let others = facts.all.iter().filter(|fact| !close(fact)).map(|fact| fact.shares.busy);
    let next = others.fold(0.05, f64::max);
    let idle_cores = (cores - facts.cores_used).max(0.0);
    let mut gain = (1.0 / next).min(if facts.cpu > 0.0 { 1.0 / facts.cpu } else { f64::INFINITY });
    let mut raise = Vec::new();
    for fact in facts.all.iter().filter(close) {
        let better = more_workers(fact, next, idle_cores);
        gain = gain.min(better as f64 / (fact.stage.workers as f64 * fact.shares.busy));
        raise.push((fact.stage.name.as_str(), better));
    }
    Some(Verdict::Stage { busiest: busiest.into(), raise, gain, idle_cores })
}

/// As many workers as bring a stage down to the utilisation of the next one: one more at least, twice as many at most,
/// and no more than there are idle cores for if they compute.
fn more_workers(fact: &Fact<'_>, next: f64, idle_cores: f64) -> usize {
    let now = fact.stage.workers.max(1);
    let level = (now as f64 * fact.shares.busy / next).ceil() as usize;
    let room = match fact.computing {
        Some(part) if fact.computes() => now.saturating_add((idle_cores / part).round() as usize),
        _ => usize::MAX,
    };
    level.min(room).clamp(now + 1, now * 2)
}

/// No stage was always at it, for all of them were idle until the pipeline was filled.
fn start_up<'a>(view: &View<'a>) -> Option<Verdict<'a>> {
    let first = view.report.first_finished?;
    let part = ratio(first.as_secs_f64(), view.seconds());
    // Of a run that goes on nobody knows yet how much that will be.
    (part >= LATE && view.report.unfinished == 0).then_some(Verdict::StartUp { first, part })
}

/// No stage was always at it, and other programs had the cores: workers that were woken waited for one, which shows as
/// starving and blocking by turns.
fn crowded<'a>(facts: &Facts<'a>, cores: f64) -> Option<Verdict<'a>> {
    facts.crowded(cores).then_some(Verdict::Contended { used: facts.cores_used })
}

fn memory<'a>(facts: &Facts<'a>, view: &View<'a>) -> Option<Verdict<'a>> {
    let fact = facts.all.iter().max_by(|a, b| a.shares.waiting.total_cmp(&b.shares.waiting))?;
    let fullest = |budget: &&BudgetReport| (budget.peak as f64 / budget.capacity.max(1) as f64 * 1e6) as u64;
    let budget = *view.report.budgets.iter().max_by_key(fullest)?;
    let waiting = fact.shares.waiting;
    (waiting >= NOTABLE).then_some(Verdict::Memory { stage: &fact.stage.name, waiting, budget })
}

fn window<'a>(facts: &Facts<'a>, view: &View<'a>) -> Option<Verdict<'a>> {
    let window = view.report.window;
    let (source, first) = (facts.all.first()?, facts.inner().next()?);
    // If it were full, its queue would not be empty.
    let first_has_room = first.shares.starved >= NOTABLE;
    let full = view.report.peak_unfinished >= window && source.shares.blocked >= 2.0 * NOTABLE;
    let better = window.saturating_mul(2).max(facts.workers());
    let blocked = source.shares.blocked;
    (full && first_has_room).then_some(Verdict::Window { window, better, blocked })
}

fn queue<'a>(facts: &Facts<'a>) -> Option<Verdict<'a>> {
    let inner: Vec<_> = facts.inner().collect();
    let held_up = |pair: &&[&Fact<'_>]| match pair {
        [before, after] => before.shares.blocked.min(after.shares.starved),
        _ => 0.0,
    };
    let worst = inner.windows(2).max_by(|a, b| held_up(a).total_cmp(&held_up(b)))?;
    let [before, after] = worst else { return None };
    (held_up(&worst) >= NOTABLE / 2.0).then(|| Verdict::Queue {
        before: &before.stage.name,
        blocked: before.shares.blocked,
        after: &after.stage.name,
        starved: after.shares.starved,
        better: after.stage.queue.saturating_mul(2).max(after.stage.workers).max(2),
    })
}

fn unclear<'a>(facts: &Facts<'a>) -> Verdict<'a> {
    let (stage, busy) =
        facts.busiest().map_or(("", 0.0), |fact| (fact.stage.name.as_str(), fact.shares.busy));
    Verdict::Unclear { stage, busy, cpu: facts.cpu }
}
