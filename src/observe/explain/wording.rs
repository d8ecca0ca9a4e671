//! Owns the one sentence for each verdict.
//! Does not own: which verdict it is.

use super::super::units::{counted, duration, memory, percent, three};
use super::roles::{Kind, role};
use super::verdict::{Saturated, Verdict};

/// From here on no schedule can gain as much from what is left of the cores as is worth a change (`advice`).
const USED_UP: f64 = 0.97;

/// The sentence, with its full stop.
pub(super) fn sentence(verdict: &Verdict<'_>, cores: f64) -> String {
    match verdict {
        Verdict::NoInput => "There was nothing to do: no picture was found in the input.".to_owned(),
        Verdict::NothingDone { failed, skipped, interrupted } => {
            nothing_done(*failed, *skipped, *interrupted)
        }
        Verdict::TooShort { wall } => format!(
            "Start-up: the run took only {}, too short to tell where the time goes; give it more pictures at once.",
            duration(*wall)
        ),
        Verdict::Cpu { used, stage, part } => cpu(*used, stage, *part, cores),
        Verdict::Contended { used } => format!(
            "CPU: there was work for {}, but only {} could be had on average; another program is using the \
             machine, and more workers will not help until it ends.",
            all_cores(cores).0,
            three(*used)
        ),
        Verdict::StartUp { first, part } => format!(
            "Start-up: the first picture was finished after {}, {} of the run; more pictures at once would make \
             less of it.",
            duration(*first),
            percent(*part)
        ),
        Verdict::TooFew { pictures, workers, wall } => format!(
            "Too few pictures: {} for {workers} workers, so filling and emptying the pipeline took much of the \
             {}; more pictures at once would use it better.",
            counted(*pictures, "picture"),
            duration(*wall)
        ),
        Verdict::Source(source) => format!(
            "Listing: `{}` is busy {} of the time and everything behind it starves; faster storage for the input \
             or a ready-made list (`--files-from`) would help most.",
            source.name,
            percent(source.busy)
        ),
        Verdict::Sink(sink) => format!(
            "Results: `{}` takes them one by one and is busy {} of the time; less work in it would help most.",
            sink.name,
            percent(sink.busy)
        ),
        Verdict::Stage { busiest, raise, gain, idle_cores } => {
            stage(busiest, raise, *gain, *idle_cores, cores)
        }
        Verdict::Storage(busiest) => format!(
            "Storage: {} busy {} of the time, {}; so many at once cannot be the limit, faster storage would help \
             most.",
            workers_are(busiest),
            percent(busiest.busy),
            doing(busiest)
        ),
        Verdict::Memory { stage, waiting, budget } => format!(
            "Memory: `{stage}` waits {} of the time for room in the budget of {}; a larger `--memory` would help.",
            percent(*waiting),
            memory(budget.capacity)
        ),
        Verdict::Window { window, better, blocked } => format!(
            "`--window {better}` would help: {} {} the most allowed inside at once, and the source is held up by \
             that {} of the time.",
            counted(*window as u64, "picture"),
            if *window == 1 { "is" } else { "are" },
            percent(*blocked)
        ),
        Verdict::Queue { before, blocked, after, starved, better } => format!(
            "`--queue {after}={better}` would help: `{before}` is blocked {} of the time and `{after}` behind it \
             starved {}, by turns.",
            percent(*blocked),
            percent(*starved)
        ),
        Verdict::Unclear { stage, busy, cpu } => format!(
            "No single bottleneck: the busiest stage is `{stage}` at {} of its workers' time and the CPU is used \
             to {}; more pictures at once would show one.",
            percent(*busy),
            percent(*cpu)
        ),
    }
}

/// What limits, and nothing of what would help: that is predicted elsewhere.
pub(super) fn headline(verdict: &Verdict<'_>, cores: f64) -> String {
    match verdict {
        Verdict::Stage { busiest, raise, .. } => {
            let names: Vec<String> = raise.iter().map(|(name, _)| format!("`{name}`")).collect();
            let verb = if names.len() == 1 { "limits" } else { "limit" };
            let busy = percent(busiest.busy);
            let (workers, doing) = (workers_are(busiest), doing(busiest));
            format!("{} {verb}: {workers} busy {busy} of the time, {doing}.", names.join(" and "))
        }
        Verdict::Memory { stage, waiting, budget } => format!(
            "Memory limits: `{stage}` waits {} of the time for room in the budget of {}.",
            percent(*waiting),
            memory(budget.capacity)
        ),
        Verdict::Window { window, blocked, .. } => format!(
            "The window limits: {} {} the most allowed inside at once, and the source is held up by that {} of the \
             time.",
            counted(*window as u64, "picture"),
            if *window == 1 { "is" } else { "are" },
            percent(*blocked)
        ),
        Verdict::Queue { before, blocked, after, starved, .. } => format!(
            "The queue between them limits: `{before}` is blocked {} of the time and `{after}` behind it starved {}, \
             by turns.",
            percent(*blocked),
            percent(*starved)
        ),
        other => sentence(other, cores),
    }
}

fn nothing_done(failed: u64, skipped: u64, interrupted: u64) -> String {
    let why = [(failed, "failed"), (skipped, "skipped"), (interrupted, "interrupted")];
    let mut parts = Vec::new();
    for (n, what) in why.into_iter().filter(|(n, _)| *n > 0) {
        let verb = if n == 1 { "was" } else { "were" };
        let verb = if what == "failed" { String::new() } else { format!("{verb} ") };
        parts.push(format!("{} {verb}{what}", counted(n, "picture")));
    }
    format!("No picture was converted: {}.", parts.join(", "))
}

fn cpu(used: f64, stage: &str, part: f64, cores: f64) -> String {
    let (cores, verb) = all_cores(cores);
    let mostly = if part >= 0.5 { "mostly" } else { "most of it" };
    let cure = match stage {
        "encode" => "a faster setting (for PNG `--effort fastest`) or more cores would",
        "convert" => "fewer or cheaper conversions (`--op`) or more cores would",
        _ => "only more cores would",
    };
    let cure = if used >= USED_UP {
        format!("more workers will not help, {cure}")
    } else {
        format!("beyond what is left of them {cure} help")
    };
    format!(
        "CPU: {cores} {verb} busy {} of the time, {mostly} in {stage} ({}); {cure}.",
        percent(used),
        percent(part)
    )
}

/// All cores, and the verb that goes with them.
pub(super) fn all_cores(cores: f64) -> (String, &'static str) {
    if !is_whole(cores) {
        return (format!("the {} cores that may be used", three(cores)), "are");
    }
    match cores.round() as u64 {
        0 | 1 => ("the one core".to_owned(), "is"),
        2 => ("both cores".to_owned(), "are"),
        n => (format!("all {n} cores"), "are"),
    }
}

fn is_whole(x: f64) -> bool {
    (x - x.round()).abs() < 0.05
}

/// A number of cores: whole where it is.
pub(super) fn number(cores: f64) -> String {
    if is_whole(cores) { format!("{cores:.0}") } else { three(cores) }
}

fn stage(busiest: &Saturated<'_>, raise: &[(&str, usize)], gain: f64, idle: f64, cores: f64) -> String {
    let flags: Vec<String> = raise
        .iter()
        .map(|(name, n)| match role(name).flag {
            Some(flag) => format!("`{flag} {n}`"),
            None => format!("{n} workers of `{name}`"),
        })
        .collect();
    // Waiting workers need no core; computing ones do, and the figure shows that there is one.
    let idle = if busiest.computes && idle > 0.05 {
        format!(", while {} of {} cores are idle", three(idle), number(cores))
    } else {
        String::new()
    };
    let gain = if gain.is_finite() && gain >= 1.05 {
        format!("; at best {} times as fast", three(gain))
    } else {
        String::new()
    };
    format!(
        "{} would help: {} busy {} of the time, {}{idle}{gain}.",
        flags.join(" and "),
        workers_are(busiest),
        percent(busiest.busy),
        doing(busiest)
    )
}

fn workers_are(stage: &Saturated<'_>) -> String {
    let role = role(stage.name);
    let of = if role.flag.is_none() { format!(" of `{}`", stage.name) } else { String::new() };
    match stage.workers {
        1 => format!("the one {}{of} is", role.worker),
        2 => format!("both {}s{of} are", role.worker),
        n => format!("all {n} {}s{of} are", role.worker),
    }
}

/// What they do when they are busy.
fn doing(stage: &Saturated<'_>) -> String {
    let waits_for = match role(stage.name).kind {
        Kind::Storage => "waiting for storage",
        Kind::Compute | Kind::Unknown => "waiting rather than computing",
    };
    let what = if stage.computes { "computing" } else { waits_for };
    match stage.computing {
        Some(part) => format!("mostly {what} (CPU {})", percent(part)),
        None => format!("mostly {what}"),
    }
}
