//! Owns the description of a stage: its name, its step, its workers, its queue. Nothing here runs.

use super::error::StepError;
use super::worker::Emit;
use std::sync::Arc;

/// Queue capacity of a stage that does not say.
pub(super) const DEFAULT_QUEUE: usize = 16;

/// The most workers a stage may have.
pub(super) const MAX_WORKERS: usize = 1024;

/// The longest queue a stage may have: its slots are allocated when the pipeline is run.
pub(super) const MAX_QUEUE: usize = 1 << 20;

/// A worker's step with its state.
pub(super) type StepFn<'env, I, O> = Box<dyn FnMut(I, &mut Emit<'_, O>) -> Result<(), StepError> + 'env>;

/// Builds a worker's state and step, in the worker's own thread.
pub(super) type Factory<'env, I, O> = Arc<dyn Fn() -> StepFn<'env, I, O> + Send + Sync + 'env>;

/// Tells the bytes of what a step emitted.
pub(super) type Measure<'env, O> = Arc<dyn Fn(&O) -> u64 + Send + Sync + 'env>;

/// A named step with its own worker group and the bounded queue in front of it.
///
/// A step takes an item and returns `Result<O, E>`; an error fails that item and no other. Three kinds differ in how many
/// items come out:
///
/// | kind | without state | with state per worker |
/// |---|---|---|
/// | one | [`map`](Stage::map) | [`with`](Stage::with) |
/// | none or one | [`filter_map`](Stage::filter_map) | [`filter_map_with`](Stage::filter_map_with) |
/// | any number | [`flat_map`](Stage::flat_map) | [`flat_map_with`](Stage::flat_map_with) |
///
/// State is built by each worker for itself, when its first item comes, and built anew after a panic; it need not be
/// [`Send`]. A stage has 1 worker and a queue of 16 items unless told otherwise.
///
/// ```
/// use pipeline_images::engine::Stage;
/// use std::num::ParseIntError;
///
/// let parse = Stage::map("parse", |text: &str| text.parse::<u32>()).workers(2).queue(64);
/// let count = Stage::with("count", || 0u32, |seen, _: u32| { *seen += 1; Ok::<_, ParseIntError>(*seen) });
/// # let _ = (parse, count);
/// ```
pub struct Stage<'env, I, O> {
    pub(super) name: String,
    pub(super) workers: usize,
    pub(super) queue: usize,
    pub(super) elastic: usize,
    pub(super) fans_out: bool,
    pub(super) factory: Factory<'env, I, O>,
    pub(super) measure: Option<Measure<'env, O>>,
}

impl<'env, I: 'env, O: 'env> Stage<'env, I, O> {
    /// A stage whose step turns one item into one.
    pub fn map<E>(name: impl Into<String>, step: impl Fn(I) -> Result<O, E> + Send + Sync + 'env) -> Self
    where
        E: Into<StepError>,
    {
        Self::with(name, || (), move |(), item| step(item))
    }

    /// A stage whose step turns one item into one, with state that each worker builds by `make`.
    ///
    /// ```
    /// # use pipeline_images::engine::Stage;
    /// struct Decoder { scratch: Vec<u8> }
    /// impl Decoder {
    ///     fn new() -> Self { Self { scratch: Vec::new() } }
    ///     fn decode(&mut self, file: Vec<u8>) -> Result<u32, std::io::Error> { Ok(file.len() as u32) }
    /// }
    /// let decode = Stage::with("decode", Decoder::new, Decoder::decode).workers(6).queue(8);
    /// # let _ = decode;
    /// ```
    pub fn with<S: 'env, E>(
        name: impl Into<String>,
        make: impl Fn() -> S + Send + Sync + 'env,
        step: impl Fn(&mut S, I) -> Result<O, E> + Send + Sync + 'env,
    ) -> Self
    where
        E: Into<StepError>,
    {
        Self::build(name, false, make, move |state, item, emit| {
            emit.item(step(state, item).map_err(Into::into)?);
            Ok(())
        })
    }

    /// A stage whose step turns one item into one or none; an input of which nothing is left is *skipped*.
    ///
    /// ```
    /// # use pipeline_images::engine::Stage;
    /// # use std::convert::Infallible;
    /// let even = Stage::filter_map("even", |n: u32| Ok::<_, Infallible>((n % 2 == 0).then_some(n)));
    /// # let _ = even;
    /// ```
    pub fn filter_map<E>(
        name: impl Into<String>,
        step: impl Fn(I) -> Result<Option<O>, E> + Send + Sync + 'env,
    ) -> Self
    where
        E: Into<StepError>,
    {
        Self::filter_map_with(name, || (), move |(), item| step(item))
    }

    /// As [`filter_map`](Stage::filter_map), with state that each worker builds by `make`.
    pub fn filter_map_with<S: 'env, E>(
        name: impl Into<String>,
        make: impl Fn() -> S + Send + Sync + 'env,
        step: impl Fn(&mut S, I) -> Result<Option<O>, E> + Send + Sync + 'env,
    ) -> Self
    where
        E: Into<StepError>,
    {
        Self::build(name, false, make, move |state, item, emit| {
            if let Some(item) = step(state, item).map_err(Into::into)? {
                emit.item(item);
            }
            Ok(())
        })
    }

    /// A stage whose step emits any number of items for one; each is sent on as soon as the next is emitted.
    ///
    /// ```
    /// # use pipeline_images::engine::Stage;
    /// # use std::convert::Infallible;
    /// let words = Stage::flat_map("words", |line: String, emit| {
    ///     line.split_whitespace().for_each(|word| emit.item(word.to_owned()));
    ///     Ok::<_, Infallible>(())
    /// });
    /// # let _ = words;
    /// ```
    pub fn flat_map<E>(
        name: impl Into<String>,
        step: impl Fn(I, &mut Emit<'_, O>) -> Result<(), E> + Send + Sync + 'env,
    ) -> Self
    where
        E: Into<StepError>,
    {
        Self::flat_map_with(name, || (), move |(), item, emit: &mut Emit<'_, O>| step(item, emit))
    }

    /// As [`flat_map`](Stage::flat_map), with state that each worker builds by `make`.
    pub fn flat_map_with<S: 'env, E>(
        name: impl Into<String>,
        make: impl Fn() -> S + Send + Sync + 'env,
        step: impl Fn(&mut S, I, &mut Emit<'_, O>) -> Result<(), E> + Send + Sync + 'env,
    ) -> Self
    where
        E: Into<StepError>,
    {
        Self::build(name, true, make, move |state, item, emit| step(state, item, emit).map_err(Into::into))
    }

    fn build<S: 'env>(
        name: impl Into<String>,
        fans_out: bool,
        make: impl Fn() -> S + Send + Sync + 'env,
        step: impl Fn(&mut S, I, &mut Emit<'_, O>) -> Result<(), StepError> + Send + Sync + 'env,
    ) -> Self {
        let step = Arc::new(step);
        let factory: Factory<'env, I, O> = Arc::new(move || {
            let mut state = make();
            let step = Arc::clone(&step);
            Box::new(move |item, emit| step(&mut state, item, emit))
        });
        Self {
            name: name.into(),
            workers: 1,
            queue: DEFAULT_QUEUE,
            elastic: 0,
            fans_out,
            factory,
            measure: None,
        }
    }

    /// Sets the number of workers: threads of this stage. 0, or more than 1024, is refused when the pipeline is run.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// Lets the engine change the number of workers while it runs, from [`workers`](Stage::workers) at the start to
    /// `at_most`: it raises the stage that limits the run, keeps what brought more, and takes back what did not. What it
    /// decided is in [`Report::decisions`](super::Report::decisions). A stage that computes is never given more
    /// workers than there are cores, and one. After [`set_workers`](super::Controller::set_workers) the number is the
    /// caller's. More than 1024 count as 1024.
    ///
    /// ```
    /// # use pipeline_images::engine::Stage;
    /// # fn fetch(url: String) -> Result<Vec<u8>, std::io::Error> { Ok(url.into_bytes()) }
    /// let fetch = Stage::map("fetch", fetch).workers(4).elastic(256);
    /// # let _ = fetch;
    /// ```
    pub fn elastic(mut self, at_most: usize) -> Self {
        self.elastic = at_most.min(MAX_WORKERS);
        self
    }

    /// Sets the capacity, in items, of the queue in front. With 0 an item is handed over only when a worker is free. More
    /// than 1,048,576 is refused when the pipeline is run.
    pub fn queue(mut self, capacity: usize) -> Self {
        self.queue = capacity;
        self
    }

    /// Tells the size of what the stage emits, in bytes, for the report.
    pub fn measure(mut self, bytes: impl Fn(&O) -> u64 + Send + Sync + 'env) -> Self {
        self.measure = Some(Arc::new(bytes));
        self
    }
}
