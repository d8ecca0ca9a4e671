//! Owns the builder: a [`Pipeline`] is described from source to sink, checked, and wired up from sink to source, so that
//! each stage knows where its items go. Nothing here runs.

use super::admission::Admission;
use super::blueprint::{Blueprint, Budget, Shape};
use super::budget::{ByteSize, Ledger};
use super::control::Control;
use super::error::{BuildError, Failure, RunError, StepError};
use super::flow::{Intake, Outlet};
use super::gate::{Cost, Gate};
use super::group::{Body, Gauge, Group};
use super::handle::Handle;
use super::item::Done;
use super::meter::Meter;
use super::order::Order;
use super::permits::Permits;
use super::policy::{OnError, Policy};
#[cfg(not(shuttle))]
use super::queue::ChannelReceiver;
use super::queue::bounded;
use super::report::Report;
use super::run::{Gauges, Run, Wired};
use super::sink::{Deliver, Holds, OnFailed, OnFinished, Sink};
use super::source::{self, Label, Open};
use super::stage::{DEFAULT_QUEUE, Stage};
use super::sync::atomic::AtomicUsize;
use super::sync::{Arc, Mutex};
use super::trail::History;
use super::worker::Post;

/// A pipeline being described: inputs go in at the source, and so far items of type `T` come out.
///
/// `'env` is what its closures may borrow: anything that outlives [`run`](Runnable::run).
///
/// ```
/// use pipeline_images::engine::{ByteSize, OnError, Order, Pipeline, Stage};
///
/// let words = ["1", "2", "x", "4"];
/// let mut sum = 0;
/// let report = Pipeline::source("words", words, |word| word.to_string())
///     .stage(Stage::map("parse", |word: &str| word.parse::<u64>()).workers(2).queue(16))
///     .budget(ByteSize::mib(1), |number| *number) // a gate in front of the next stage
///     .stage(Stage::with("add", || 10, |state, n| Ok::<_, std::io::Error>(*state + n)).workers(2))
///     .order(Order::Input)
///     .window(8)
///     .on_error(OnError::Skip { at_most: 1 })
///     .sink("sum", |n| sum += n)
///     .run()?;
/// assert_eq!((sum, report.done, report.failed), (37, 3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pipeline<'env, T> {
    blueprint: Blueprint<'env>,
    gate: Option<(usize, Cost<'env, T>)>,
    holds: Option<Holds<'env, T>>,
    wire: Wire<'env, T>,
}

/// Wires up everything upstream of a place, given where its items go.
type Wire<'env, T> = Box<dyn FnOnce(&mut Wiring<'env>, Outlet<T>) + Send + 'env>;

/// Collects what the stages leave while they are wired up, from the last to the first.
struct Wiring<'env> {
    run: Arc<Run<'env>>,
    groups: Vec<Arc<Group<'env>>>,
    source_gauge: Arc<Gauge>,
    source: Option<Body<'env>>,
    /// By stage, the budgets to give back after it.
    frees: Vec<Vec<usize>>,
}

/// A pipeline fully described, from source to sink.
pub struct Runnable<'env> {
    blueprint: Blueprint<'env>,
    sink: String,
    #[allow(clippy::type_complexity, reason = "it is named once")]
    wire: Box<dyn FnOnce(&mut Wiring<'env>, SinkParts<'env>) -> Body<'env> + Send + 'env>,
}

/// What the blueprint has for the sink.
struct SinkParts<'env> {
    gauge: Arc<Gauge>,
    order: Order,
    on_failed: Option<OnFailed<'env>>,
    on_finished: Option<OnFinished<'env>>,
    queue: usize,
    is_first: bool,
}

impl<'env, T: Send + 'env> Pipeline<'env, T> {
    /// A pipeline whose inputs are those of an iterator, each with a label: its name for people. The iterator is polled
    /// in a thread of its own, and only when there is a place for what it gives.
    pub fn source<I, L>(name: impl Into<String>, inputs: I, label: impl Fn(&T) -> L + Send + 'env) -> Self
    where
        I: IntoIterator<Item = T> + Send + 'env,
        I::IntoIter: 'env,
        L: Into<std::sync::Arc<str>>,
    {
        Self::from_open(name, source::from_iter(inputs), Box::new(move |item| label(item).into()))
    }

    /// A pipeline whose inputs come from a `flume` channel, the other end of which may be async. It ends when all its
    /// senders are gone.
    #[cfg(not(shuttle))]
    pub fn source_channel<L>(
        name: impl Into<String>,
        inputs: ChannelReceiver<T>,
        label: impl Fn(&T) -> L + Send + 'env,
    ) -> Self
    where
        L: Into<std::sync::Arc<str>>,
    {
        Self::from_open(name, source::from_channel(inputs), Box::new(move |item| label(item).into()))
    }

    fn from_open(name: impl Into<String>, open: Open<'env, T>, label: Label<'env, T>) -> Self {
        let blueprint = Blueprint {
            source: name.into(),
            stages: Vec::new(),
            budgets: Vec::new(),
            window: None,
            order: Order::default(),
            on_error: OnError::default(),
            fatal_if: None,
            on_failed: None,
            on_finished: None,
            sink_queue: DEFAULT_QUEUE,
        };
        let wire = move |wiring: &mut Wiring<'env>, outlet: Outlet<T>| {
            let run = Arc::clone(&wiring.run);
            let meter = Arc::new(Meter::new());
            super::sync::lock(&wiring.source_gauge.meters).push(Arc::clone(&meter));
            wiring.source = Some(Box::new(move || source::work(&run, open, &label, &outlet, &meter)));
        };
        Self { blueprint, gate: None, holds: None, wire: Box::new(wire) }
    }

    /// Adds a stage.
    pub fn stage<U: Send + 'env>(mut self, stage: Stage<'env, T, U>) -> Pipeline<'env, U> {
        let index = self.blueprint.stages.len();
        self.blueprint.stages.push(Shape {
            name: stage.name.clone(),
            workers: stage.workers,
            queue: stage.queue,
            fans_out: stage.fans_out,
        });
        let (gate, upstream) = (self.gate.take(), self.wire);
        let wire = move |wiring: &mut Wiring<'env>, outlet: Outlet<U>| {
            let inlet = wiring.group(index, stage, gate, outlet);
            upstream(wiring, inlet);
        };
        Pipeline { blueprint: self.blueprint, gate: None, holds: None, wire: Box::new(wire) }
    }

    /// Puts a gate in front of the next stage (or the sink): an item passes when the bytes it will need, as told by
    /// `cost`, are reserved; they are given back when its input is finished. Granted in order of admission. An item that
    /// needs more than the whole budget waits until it is alone. `cost` should be quick: it is asked one item at a time.
    pub fn budget(self, size: ByteSize, cost: impl Fn(&T) -> u64 + Send + Sync + 'env) -> Self {
        self.gated(size, None, Box::new(cost))
    }

    /// As [`budget`](Pipeline::budget), but the bytes are given back when the item leaves the named stage further down.
    pub fn budget_until(
        self,
        stage: impl Into<String>,
        size: ByteSize,
        cost: impl Fn(&T) -> u64 + Send + Sync + 'env,
    ) -> Self {
        self.gated(size, Some(stage.into()), Box::new(cost))
    }

    fn gated(mut self, size: ByteSize, until: Option<String>, cost: Cost<'env, T>) -> Self {
        let slot = self.blueprint.budgets.len();
        let before = self.blueprint.stages.len();
        self.blueprint.budgets.push(Budget { size, before, until });
        self.gate = Some((slot, cost));
        self
    }

    /// Sets the order in which the sink sees items; by completion unless told otherwise.
    pub fn order(mut self, order: Order) -> Self {
        self.blueprint.order = order;
        self
    }

    /// Sets the most inputs admitted and not yet finished; the sum of all workers and queue capacities unless told
    /// otherwise.
    pub fn window(mut self, inputs: usize) -> Self {
        self.blueprint.window = Some(inputs);
        self
    }

    /// Sets what a failed item does to the others; nothing unless told otherwise.
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.blueprint.on_error = on_error;
        self
    }

    /// Tells failures that would meet the other items too (a full disk): the first one ends the run. What was admitted
    /// is worked off, and [`run`](Runnable::run) returns [`RunError::Stopped`]. A panic in `fatal` counts as yes.
    pub fn fatal_if(mut self, fatal: impl Fn(&Failure) -> bool + Send + Sync + 'env) -> Self {
        self.blueprint.fatal_if = Some(Box::new(fatal));
        self
    }

    /// Hears of every failure as it happens, whatever the order; on the sink's thread.
    pub fn on_failed(mut self, listener: impl FnMut(&Failure) + Send + 'env) -> Self {
        self.blueprint.on_failed = Some(Box::new(listener));
        self
    }

    /// Hears of every input when it has ended, with the stages that it came to; on the sink's thread, so it should be
    /// quick. Only with it are visits remembered, which costs tens of nanoseconds a stage.
    ///
    /// ```
    /// use pipeline_images::engine::{Pipeline, Stage};
    /// use std::convert::Infallible;
    ///
    /// let mut slowest = (std::time::Duration::ZERO, 0);
    /// Pipeline::source("numbers", 0u32..100, |n| n.to_string())
    ///     .stage(Stage::map("double", |n| Ok::<_, Infallible>(n * 2)))
    ///     .on_finished(|history| slowest = slowest.max((history.visits[0].took, history.seq)))
    ///     .sink("done", |_| ())
    ///     .run()?;
    /// # assert!(slowest.1 < 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_finished(mut self, listener: impl FnMut(&History<'_>) + Send + 'env) -> Self {
        self.blueprint.on_finished = Some(Box::new(listener));
        self
    }

    /// Tells the bytes that an item holds which has passed all stages and waits for its turn at the sink: its
    /// reservation shrinks to them. Unless told, it keeps what was reserved.
    pub fn holds(mut self, bytes: impl Fn(&T) -> u64 + Send + 'env) -> Self {
        self.holds = Some(Box::new(bytes));
        self
    }

    /// Sets the capacity of the queue in front of the sink; 16 items unless told otherwise.
    pub fn sink_queue(mut self, capacity: usize) -> Self {
        self.blueprint.sink_queue = capacity;
        self
    }

    /// Ends the pipeline in a function that sees the items one by one, on one thread. Work that needs a group is a stage.
    pub fn sink(self, name: impl Into<String>, mut sink: impl FnMut(T) + Send + 'env) -> Runnable<'env> {
        self.sink_items(name, move |done| {
            sink(done.value);
            Ok::<(), StepError>(())
        })
    }

    /// As [`sink`](Pipeline::sink), with each item's number, label and path; an error fails the item.
    pub fn sink_items<E: Into<StepError>>(
        self,
        name: impl Into<String>,
        mut sink: impl FnMut(Done<T>) -> Result<(), E> + Send + 'env,
    ) -> Runnable<'env> {
        self.end(name.into(), |_| Box::new(move |done| sink(done).map_err(Into::into)))
    }

    /// Ends the pipeline in a function that is made when the run's controls are there.
    pub(super) fn end(
        self,
        sink: String,
        deliver: impl FnOnce(&Arc<Control>) -> Deliver<'env, T> + Send + 'env,
    ) -> Runnable<'env> {
        let Self { blueprint, gate, holds, wire } = self;
        let wire = move |wiring: &mut Wiring<'env>, parts: SinkParts<'env>| -> Body<'env> {
            let (tx, rx) = bounded(parts.queue);
            let (name, run) = (Arc::clone(&parts.gauge.name), Arc::clone(&wiring.run));
            let intake = wiring.intake(gate, rx, &parts.gauge);
            let meter = Arc::new(Meter::new());
            super::sync::lock(&parts.gauge.meters).push(Arc::clone(&meter));
            let deliver = deliver(&run.control);
            let SinkParts { order, on_failed, on_finished, is_first, .. } = parts;
            let sink = Sink { run, name, is_first, order, deliver, on_failed, on_finished, holds, meter };
            wire(wiring, Outlet::new(tx));
            Box::new(move || sink.work(intake))
        };
        Runnable { blueprint, sink, wire: Box::new(wire) }
    }
}

impl<'env> Wiring<'env> {
    /// Makes a stage's group; returns the way into its queue.
    fn group<I: Send + 'env, O: Send + 'env>(
        &mut self,
        index: usize,
        stage: Stage<'env, I, O>,
        gate: Option<(usize, Cost<'env, I>)>,
        outlet: Outlet<O>,
    ) -> Outlet<I> {
        let (tx, rx) = bounded(stage.queue);
        let gauge = gauge(&stage.name, stage.queue, stage.workers, stage.elastic);
        let group = Arc::new(Group {
            name: Arc::clone(&gauge.name),
            permits: Arc::clone(&gauge.permits),
            gauge,
            index,
            is_first: index == 0,
            fans_out: stage.fans_out,
            frees: std::mem::take(&mut self.frees[index]),
            seed: Mutex::new(None),
        });
        let intake = self.intake(gate, rx, &group.gauge);
        let run = Arc::clone(&self.run);
        let (factory, measure) = (stage.factory, stage.measure);
        // The seed lives in the group, so it must not own it.
        let weak = Arc::downgrade(&group);
        let seed = move |worker: usize, meter: Arc<Meter>| -> Body<'env> {
            let Some(group) = weak.upgrade() else { return Box::new(|| ()) };
            let post = Post {
                run: Arc::clone(&run),
                group,
                worker,
                intake: intake.clone(),
                outlet: outlet.clone(),
                factory: Arc::clone(&factory),
                measure: measure.clone(),
            };
            Box::new(move || post.work(&meter))
        };
        *super::sync::lock(&group.seed) = Some(Box::new(seed));
        self.groups.push(group);
        Outlet::new(tx)
    }

    fn intake<T>(
        &self,
        gate: Option<(usize, Cost<'env, T>)>,
        queue: super::queue::Receiver<super::item::Message<T>>,
        gauge: &Gauge,
    ) -> Intake<'env, T> {
        match gate {
            None => Intake::Queue(queue),
            Some((slot, cost)) => {
                let (stage, held) = (Arc::clone(&gauge.name), Arc::clone(&gauge.held));
                let run = Arc::clone(&self.run);
                Intake::Gate(Arc::new(Gate::new(queue, slot, cost, stage, run, held)))
            }
        }
    }
}

fn gauge(name: &str, capacity: usize, workers: usize, elastic: usize) -> Arc<Gauge> {
    Arc::new(Gauge {
        name: name.into(),
        capacity,
        permits: Arc::new(Permits::new(workers)),
        held: Arc::default(),
        meters: Mutex::new(Vec::new()),
        elastic: AtomicUsize::new(elastic),
    })
}

impl<'env> Runnable<'env> {
    /// Runs to the end, and returns when every thread of it is gone.
    ///
    /// # Errors
    /// [`RunError::Build`] if it cannot be run as described, [`RunError::Stopped`] if a failure ended it,
    /// [`RunError::Source`] if the source panicked. Failed items are no error of the run: the report counts them.
    pub fn run(self) -> Result<Report, RunError> {
        self.wired()?.execute()
    }

    fn wired(self) -> Result<Wired<'env>, BuildError> {
        let Self { mut blueprint, sink, wire } = self;
        blueprint.check(&sink)?;
        let frees = blueprint.frees()?;
        let seats =
            blueprint.stages.first().map_or(blueprint.sink_queue + 1, |first| first.workers + first.queue);
        let places: usize = blueprint.stages.iter().map(|stage| stage.workers + stage.queue).sum();
        let window = blueprint.window.unwrap_or(places + 1 + blueprint.sink_queue);
        let (tx, commands) = bounded(8);
        let ledgers = blueprint.spans().map(|(size, span)| Ledger::new(size, span)).collect();
        let control =
            Arc::new(Control::new(Admission::new(window, seats), blueprint.window.is_none(), ledgers, tx));
        let policy = Policy {
            on_error: blueprint.on_error,
            fatal_if: blueprint.fatal_if.take(),
            failures: Default::default(),
        };
        let trailed = blueprint.on_finished.as_ref().map_or(0, |_| blueprint.stages.len());
        let run = Arc::new(Run { control: Arc::clone(&control), policy, trailed });
        let source_gauge = gauge(&blueprint.source, 0, 1, 0);
        let sink_gauge = gauge(&sink, blueprint.sink_queue, 1, 0);
        let mut wiring =
            Wiring { run, groups: Vec::new(), source_gauge: Arc::clone(&source_gauge), source: None, frees };
        let parts = SinkParts {
            gauge: Arc::clone(&sink_gauge),
            order: blueprint.order,
            on_failed: blueprint.on_failed.take(),
            on_finished: blueprint.on_finished.take(),
            queue: blueprint.sink_queue,
            is_first: blueprint.stages.is_empty(),
        };
        let sink = wire(&mut wiring, parts);
        let Wiring { mut groups, source, .. } = wiring;
        groups.reverse();
        let stages = groups.iter().map(|group| Arc::clone(&group.gauge));
        let gauges = [source_gauge].into_iter().chain(stages).chain([sink_gauge]).collect();
        let source = source.unwrap_or_else(|| Box::new(|| ()));
        Ok(Wired { control, gauges: Arc::new(Gauges(gauges)), groups, source, sink, commands })
    }
}

impl Runnable<'static> {
    /// Starts it in threads of its own.
    ///
    /// # Errors
    /// If it cannot be run as described.
    pub fn spawn(self) -> Result<Handle, BuildError> {
        Handle::launch(self.wired()?)
    }
}
