//! Owns which changes are tried on the model of a run, and which of them are worth telling.
//! Does not own: what a change gives (`predict`), the words (`diagnosis`).

use super::super::predict::{Change, Limit, Model};
use super::super::view::View;
use super::facts::{Fact, Facts, Place};
use super::proposal::{Knob, Proposal};
use super::verdict::Verdict;
use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Less than this is not worth a change.
const WORTH: f64 = 0.05;
/// Settings this close to the best are as good, and the smallest of them is told.
const AS_GOOD: f64 = 0.97;
/// Pictures that are let through the model while looking for changes; what is told is predicted in full.
const FEW: u64 = 400;

/// What would help, and what would not.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Advice {
    /// Up to three, the largest gain first.
    pub(super) changes: Vec<Proposal>,
    /// What many would try, and what it gives.
    pub(super) no_use: Vec<Proposal>,
    /// Twice the cores, and how many times as fast it would be.
    pub(super) more_cores: Option<(usize, f64)>,
}

/// What is told fits the verdict: where other programs have the cores, no setting and no core is known to help, and where
/// storage has as much at once as it can do with, it is given no more.
pub(super) fn advice(view: &View<'_>, model: &Model, verdict: &Verdict<'_>) -> Advice {
    let facts = Facts::of(view);
    if matches!(verdict, Verdict::Contended { .. }) {
        return Advice { no_use: no_use(tried(&facts, model), &[]), ..Advice::default() };
    }
    // Only where the cores were seen to be the limit: a model that says so alone may have missed what was.
    let lacks_cores = matches!(verdict, Verdict::Cpu { .. });
    let more_cores = || lacks_cores.then(|| more_cores(model)).flatten();
    let rest = || (tried(&facts, model), more_cores());
    let ((tried, more_cores), mut changes) = both(rest, || changes(&facts, view, model, verdict));
    let no_use = no_use(tried, &changes);
    changes.truncate(3);
    Advice { changes, no_use, more_cores }
}

/// Of what many would try, what gives nothing and is no part of what helps.
fn no_use(mut tried: Vec<Proposal>, changes: &[Proposal]) -> Vec<Proposal> {
    tried.retain(|proposal| proposal.gain < WORTH && is_new(proposal, changes));
    tried
}

/// Does both at once, where another thread can be had: when a run is explained, its cores are idle.
fn both<A: Send, B>(first: impl Fn() -> A + Sync, second: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let beside = thread::Builder::new().spawn_scoped(scope, &first);
        let second = second();
        match beside.map(ScopedJoinHandle::join) {
            Ok(Ok(first)) => (first, second),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => (first(), second),
        }
    })
}

/// All that are worth it, the best first.
fn changes(facts: &Facts<'_>, view: &View<'_>, model: &Model, verdict: &Verdict<'_>) -> Vec<Proposal> {
    let search = Search { model, knobs: knobs(facts, view, model, verdict), base: model.roughly(FEW) };
    let each: Vec<(Knob, f64)> = search.best_of_each(&[], search.base).collect();
    let mut found = search.chain(&each);
    let alone = each.into_iter().filter(|(_, rate)| *rate >= search.base * (1.0 + WORTH));
    let alone = alone.map(|(knob, _)| vec![knob]);
    let others: Vec<Vec<Knob>> = alone.filter(|knobs| !found.contains(knobs)).collect();
    found.extend(others);
    let mut changes: Vec<Proposal> = found.iter().filter_map(|knobs| propose(model, knobs)).collect();
    changes.retain(|proposal| proposal.gain >= WORTH);
    changes.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    changes
}

fn propose(model: &Model, knobs: &[Knob]) -> Option<Proposal> {
    let change = knobs.iter().fold(Change::default(), |change, knob| knob.on(change));
    let prediction = model.with(&change).ok()?.predict();
    Some(Proposal::new(knobs, model, &prediction))
}

struct Search<'m> {
    model: &'m Model,
    /// All settings of each thing that can be turned, the smallest first.
    knobs: Vec<Vec<Knob>>,
    /// Pictures per second as recorded, by the same rough count as all others.
    base: f64,
}

impl Search<'_> {
    fn rate(&self, knobs: &[Knob]) -> f64 {
        let change = knobs.iter().fold(Change::default(), |change, knob| knob.on(change));
        self.model.with(&change).map_or(0.0, |model| model.roughly(FEW))
    }

    /// Of one thing, the smallest setting that is about as good as the largest, beside what is set already and gives `now`.
    /// More of a thing gives no less, so that the largest tells whether it is worth trying the others.
    fn best(&self, settings: &[Knob], beside: &[Knob], now: f64) -> Option<(Knob, f64)> {
        let with = |knob: &Knob| self.rate(&[beside, std::slice::from_ref(knob)].concat());
        let (largest, others) = settings.split_last()?;
        let most = with(largest);
        if most * AS_GOOD <= now {
            return Some((settings.first()?.clone(), most));
        }
        let mut tried = others.iter().map(|knob| (knob, with(knob)));
        let (knob, rate) = tried.find(|(_, rate)| *rate >= most * AS_GOOD).unwrap_or((largest, most));
        Some((knob.clone(), rate))
    }

    /// Of each thing that is not set yet.
    fn best_of_each<'s>(&'s self, set: &'s [Knob], now: f64) -> impl Iterator<Item = (Knob, f64)> + 's {
        let is_set = |knob: &Knob| set.iter().any(|set| set.same_as(knob));
        let free =
            self.knobs.iter().filter(move |settings| settings.first().is_some_and(|knob| !is_set(knob)));
        free.filter_map(move |settings| self.best(settings, set, now))
    }

    /// The best change, then with it in place the next, and the next: what limits moves on with each. The longer ones are
    /// kept if they gain. Stages that limit together show nothing alone, so the first step is taken even without a gain.
    /// `each` are the best of all things alone.
    fn chain(&self, each: &[(Knob, f64)]) -> Vec<Vec<Knob>> {
        let mut set: Vec<Knob> = Vec::new();
        let mut found = Vec::new();
        let (mut rate, mut now) = (self.base, self.base);
        for step in 0..3 {
            let next = if set.is_empty() { each.to_vec() } else { self.best_of_each(&set, now).collect() };
            let Some((knob, better)) = next.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b)) else {
                break;
            };
            if step > 0 && better < rate * (1.0 + WORTH) {
                break;
            }
            set.push(knob);
            if better >= rate * (1.0 + WORTH) {
                found.push(set.clone());
            }
            (rate, now) = (rate.max(better), better);
        }
        found
    }
}

/// What can be turned, and to what. Only where there is a trace of a limit: everything else would be tried in vain.
fn knobs(facts: &Facts<'_>, view: &View<'_>, model: &Model, verdict: &Verdict<'_>) -> Vec<Vec<Knob>> {
    let mut knobs = Vec::new();
    let enough =
        |fact: &Fact<'_>| matches!(verdict, Verdict::Storage(stage) if stage.name == fact.stage.name);
    for fact in facts.inner().filter(|fact| fact.shares.busy >= 0.4 && !enough(fact)) {
        knobs.push(workers(fact, model));
    }
    if let Some(source) = facts.all.first().filter(|source| source.shares.blocked >= 0.2)
        && view.report.peak_unfinished >= view.report.window
        && source.place == Place::Source
    {
        let window = view.report.window.max(1);
        knobs.push([2, 4, 8].map(|times| Knob::Window(window.saturating_mul(times).min(1 << 20))).to_vec());
    }
    if facts.all.iter().any(|fact| fact.shares.waiting >= 0.1) {
        let all: u64 = view.report.budgets.iter().map(|budget| budget.capacity).sum();
        let sizes = [2, 4, 8, 16].map(|times| all.saturating_mul(times));
        // Nothing is gained by promising more than most machines have.
        knobs.push(
            sizes.into_iter().filter(|bytes| (1..=1 << 40).contains(bytes)).map(Knob::Memory).collect(),
        );
    }
    for pair in facts.all.windows(2) {
        let [before, after] = pair else { continue };
        if before.shares.blocked.min(after.shares.starved) >= 0.1 && after.place == Place::Stage {
            let queue = after.stage.queue.max(after.stage.workers);
            let sizes =
                [2, 4].map(|times| Knob::Queue(after.stage.name.clone(), queue.saturating_mul(times)));
            knobs.push(sizes.to_vec());
        }
    }
    knobs
}

/// Up to eight times as many for a stage that waits; a core each and one more for one that computes.
fn workers(fact: &Fact<'_>, model: &Model) -> Vec<Knob> {
    let now = model.workers(&fact.stage.name).max(1);
    let most =
        if fact.computes() { (model.cores().ceil() as usize + 1).max(now + 1) } else { (8 * now).max(16) };
    let end = fact.stage.workers;
    let mut sizes: Vec<usize> = [now + 1, now * 2, now * 3, now * 4, now * 6, now * 8, 16, end].to_vec();
    sizes.retain(|n| *n > now && *n <= most.min(1024));
    sizes.sort_unstable();
    sizes.dedup();
    sizes.into_iter().map(|n| Knob::Workers(fact.stage.name.clone(), n)).collect()
}

/// What people try first: more workers where the work is done, twice as many. Told if it gives nothing.
fn tried(facts: &Facts<'_>, model: &Model) -> Vec<Proposal> {
    let mut tried: Vec<&Fact<'_>> = facts.inner().filter(|fact| fact.computes()).collect();
    tried.sort_by_key(|fact| std::cmp::Reverse(fact.stage.cpu));
    // The one that works hardest, and the one that is named after the work.
    let convert = tried.iter().skip(1).find(|fact| fact.stage.name == "convert").copied();
    let tried = tried.first().copied().into_iter().chain(convert);
    let twice = tried.filter_map(|fact| {
        let twice = (2 * model.workers(&fact.stage.name).max(fact.stage.workers).max(1)).min(1024);
        propose(model, &[Knob::Workers(fact.stage.name.clone(), twice)])
    });
    twice.collect()
}

fn is_new(proposal: &Proposal, helpful: &[Proposal]) -> bool {
    let flag = proposal.flags.split(' ').next().unwrap_or_default();
    !helpful.iter().any(|helpful| helpful.flags.contains(flag))
}

/// What twice the cores would give, if cores are what it lacks.
fn more_cores(model: &Model) -> Option<(usize, f64)> {
    let now = model.predict();
    if now.limit != Limit::Cores {
        return None;
    }
    let cores = (2.0 * model.cores()).round().max(2.0) as usize;
    let more = model.on_cores(cores)?.predict();
    // What waited for other programs, or was cheaper by the constants of the model, is nothing that cores are known to give.
    let times = more.per_second / now.per_second.max(f64::MIN_POSITIVE);
    Some((cores, times.min(cores as f64 / model.cores())))
}
