//! Owns a run from its first thread to its last: puts workers on threads, grows groups on request, reads the gauges.

use super::budget::{Reserved, Span};
use super::clock::Nanos;
use super::control::{Command, Control};
use super::error::{BuildError, RunError};
use super::group::{Body, Gauge, Group};
#[cfg(not(shuttle))]
use super::handle::Controller;
use super::histogram::{buckets, summarize};
#[cfg(not(shuttle))]
use super::policy::guard;
use super::policy::{Policy, guard_raw};
use super::queue::Receiver;
use super::report::{BudgetReport, Report};
use super::sync::atomic::Ordering::Relaxed;
use super::sync::{Arc, Scope, lock, scope, spawn_scoped};

/// What all threads of a run share.
pub(super) struct Run<'env> {
    pub(super) control: Arc<Control>,
    pub(super) policy: Policy<'env>,
    /// Stages whose visits are remembered for each input: all or, unless asked, none.
    pub(super) trailed: usize,
}

/// A pipeline wired up, not yet on threads.
pub(super) struct Wired<'env> {
    pub(super) control: Arc<Control>,
    pub(super) gauges: Arc<Gauges>,
    /// In the order of flow.
    pub(super) groups: Vec<Arc<Group<'env>>>,
    pub(super) source: Body<'env>,
    pub(super) sink: Body<'env>,
    pub(super) commands: Receiver<Command>,
}

/// What snapshots read: the source, the stages, the sink.
pub(super) struct Gauges(pub(super) Vec<Arc<Gauge>>);

impl<'env> Wired<'env> {
    /// Runs to the end in threads that are all gone when this returns.
    pub(super) fn execute(self) -> Result<Report, RunError> {
        let Self { control, gauges, groups, source, sink, commands } = self;
        let _leaving = Leaving(&control);
        #[cfg(not(shuttle))]
        let rung = super::elastic::Rung::default();
        let started = scope(|threads| {
            #[cfg(not(shuttle))]
            let _bell = super::elastic::Bell::new(&rung);
            let started = start(threads, &gauges, &groups, source, sink, &control);
            if started.is_ok() {
                #[cfg(not(shuttle))]
                begin_steering(threads, &control, &gauges, &rung);
                obey(threads, &groups, &commands, &control);
            } else {
                // What was started ends as its queues close.
                control.abort(super::Ended::Aborted);
                groups.iter().for_each(|group| group.retire());
            }
            // Nothing will read them any more; who waits to send learns so.
            drop(commands);
            started
        });
        started?;
        let report = snapshot(&control, &gauges);
        if let Some(failure) = lock(&control.stopped_by).take() {
            return Err(RunError::Stopped { failure, report: Box::new(report) });
        }
        if let Some(panic) = lock(&control.source_panic).take() {
            return Err(RunError::Source { panic, report: Box::new(report) });
        }
        Ok(report)
    }
}

/// However a run ends, who waits for its end learns of it.
struct Leaving<'a>(&'a Control);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Starts the sink, one worker of each group and the source, which a run cannot do without; then the other workers, of
/// which it takes what can be had.
fn start<'scope, 'env, 'run: 'scope>(
    threads: &'scope Scope<'scope, 'env>,
    gauges: &Gauges,
    groups: &[Arc<Group<'run>>],
    source: Body<'run>,
    sink: Body<'run>,
    control: &Arc<Control>,
) -> Result<(), BuildError> {
    let named = |stage: &str| {
        let stage = stage.to_owned();
        move |source| BuildError::Spawn { stage, source }
    };
    let ends = (gauges.0.first(), gauges.0.last());
    if let Some(gauge) = ends.1 {
        spawn_scoped(threads, gauge.name.to_string(), netted(control, None, sink))
            .map_err(named(&gauge.name))?;
    }
    for group in groups.iter().rev() {
        fill(threads, group, control, 1).map_err(named(&group.name))?;
    }
    if let Some(gauge) = ends.0 {
        spawn_scoped(threads, gauge.name.to_string(), netted(control, None, source))
            .map_err(named(&gauge.name))?;
    }
    for group in groups {
        fill(threads, group, control, usize::MAX).map_err(named(&group.name))?;
    }
    Ok(())
}

/// Starts what changes the workers of elastic stages, where there are any. Without it the run goes on as it began.
#[cfg(not(shuttle))]
fn begin_steering<'scope, 'env>(
    threads: &'scope Scope<'scope, 'env>,
    control: &Arc<Control>,
    gauges: &Arc<Gauges>,
    rung: &'scope super::elastic::Rung,
) {
    if !gauges.0.iter().any(|gauge| gauge.elastic().is_some()) {
        return;
    }
    let controller = Controller { control: Arc::clone(control), gauges: Arc::clone(gauges) };
    let steer = move || {
        let notes = &controller.control.missing_workers;
        if let Err(panic) = guard(|| super::elastic::steer(&controller, rung)) {
            lock(notes).push(format!("the numbers of workers were not changed any more: {panic}"));
        }
    };
    if let Err(error) = spawn_scoped(threads, "elastic".to_owned(), steer) {
        lock(&control.missing_workers)
            .push(format!("the numbers of workers stay as they were at the start, no thread could be started to change them: {error}"));
    }
}

/// Panics of steps, states and other closures end as failures long before this. What still unwinds (an error that panics
/// when it is dropped, a bug here) must not leave the others waiting: the run is aborted, and the panic goes on to the
/// caller when all threads are gone.
fn netted<'run>(control: &Arc<Control>, group: Option<Arc<Group<'run>>>, body: Body<'run>) -> Body<'run> {
    let control = Arc::clone(control);
    Box::new(move || {
        if let Err(panic) = guard_raw(body) {
            control.abort(super::Ended::Aborted);
            if let Some(group) = group {
                group.retire();
            }
            let _ = control.commands.send(Command::Finished);
            std::panic::resume_unwind(panic);
        }
    })
}

/// Brings a group to as many threads as it has permits, but no more than `most`. With fewer than asked for, but one at least, it runs and the
/// report says so.
fn fill<'scope, 'env, 'run: 'scope>(
    threads: &'scope Scope<'scope, 'env>,
    group: &Arc<Group<'run>>,
    control: &Arc<Control>,
    most: usize,
) -> std::io::Result<()> {
    let wanted = group.permits.allowed().min(most);
    while lock(&group.gauge.meters).len() < wanted {
        let Some((name, body)) = group.grow() else { break };
        if let Err(error) = spawn_scoped(threads, name, netted(control, Some(Arc::clone(group)), body)) {
            let running = group.shrink();
            if running == 0 {
                return Err(error);
            }
            let note = format!(
                "stage `{}` runs with {running} of {wanted} workers, no more threads could be started: {error}",
                group.name
            );
            lock(&control.missing_workers).push(note);
            let before = group.permits.set(running, control.clock.now());
            control.resize(running as isize - before as isize, group.is_first);
            break;
        }
    }
    Ok(())
}

/// Grows groups on request until the sink has seen the last message.
fn obey<'scope, 'env, 'run: 'scope>(
    threads: &'scope Scope<'scope, 'env>,
    groups: &[Arc<Group<'run>>],
    commands: &Receiver<Command>,
    control: &Arc<Control>,
) {
    while let Ok(Command::Grow(stage)) = commands.recv() {
        if let Some(group) = groups.get(stage) {
            // It has workers already, so it runs on with those.
            let _ = fill(threads, group, control, usize::MAX);
        }
    }
}

/// What has been measured until now.
pub(super) fn snapshot(control: &Control, gauges: &Gauges) -> Report {
    let now = match control.finished_at.load(Relaxed) {
        0 => control.clock.now(),
        finished => Nanos(finished),
    };
    let accounts = &control.accounts;
    let mut report = Report {
        ended: control.ended(),
        wall: std::time::Duration::from_nanos(now.0),
        done: accounts.done.load(Relaxed),
        failed: accounts.failed.load(Relaxed),
        skipped: accounts.skipped.load(Relaxed),
        interrupted: accounts.interrupted.load(Relaxed),
        // Read last, so that what ended is never more than what was admitted.
        admitted: accounts.admitted.load(Relaxed),
        window: control.admission.window(),
        peak_unfinished: control.admission.peak_unfinished(),
        first_finished: control.first_finished(),
        latency: summarize(accounts.latency.as_ref()),
        latency_counts: buckets(accounts.latency.as_ref()),
        paused: control.admission.is_paused(),
        notes: lock(&control.missing_workers).clone(),
        decisions: lock(&control.decisions).clone(),
        ..Report::default()
    };
    report.unfinished = report.admitted.saturating_sub(report.finished());
    let mut upstream = None;
    for gauge in &gauges.0 {
        report.stages.push(gauge.report(upstream.as_ref(), now));
        upstream = Some(gauge.totals(now));
    }
    report.budgets.extend(control.ledgers.iter().map(|ledger| {
        let reserved = ledger.reserved();
        let Reserved { now: used, peak, grants, granted, .. } = reserved;
        let (capacity, deviation) = (ledger.capacity(), reserved.deviation());
        let Span { before, until } = ledger.span;
        BudgetReport { capacity, used, peak, grants, granted, deviation, before, until }
    }));
    report
}
