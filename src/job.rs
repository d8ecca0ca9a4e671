//! Owns the job: the only file (with its parts below `job/`) that joins the engine and the stages, from a config to a
//! running pipeline. Does not own: the engine, the stages, the command line, anything shown to people.
//!
//! ```no_run
//! use pipeline_images::config::Config;
//! use pipeline_images::job::Job;
//!
//! let mut config = Config::default();
//! config.input = vec!["photos".into()];
//! config.output = "gray".into();
//! let report = Job::new(&config)?.start()?.wait()?;
//! println!("{} done, {} failed", report.done, report.failed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod count; // a second walk, for the number of inputs
mod error;
mod inputs;
mod isolate; // decoding in processes of its own
mod items; // what goes from stage to stage
mod journal; // what happened to each input, for a later run
mod outline; // what would be done
mod preview; // a picture, small
mod recipe; // config's choices in the words of the stages
mod sample; // the built-in sample set
mod session; // the lock, the journal, the inputs in flight
mod sizes; // numbers that nobody gave
mod tally; // counters about pictures
mod tune; // good fixed numbers, by trying
mod work; // one picture's way through the stages

pub use error::{JobError, advice};
pub use isolate::{Lost, NoProcess, Protections, isolated_decoder};
pub use outline::{Outlined, outline};
pub use pipeline_stages::{Capabilities, DecodePath, Format, Op, OpHelp, Plan, display::escape, read::Entry};
pub use preview::preview;
pub use sample::{SAMPLE_DIRECTORY, write_sample};
pub use sizes::{AtMost, Sizes, usable_cores};
pub use tally::Totals;
pub use tune::{Measured, Tuned, TunedStage, tune};

use crate::config::{self, Config};
use crate::engine::{
    Controller, Failure, Handle, History, OnError, Order, Pipeline, Report, RunError, Stage,
};
use isolate::{Bench, Isolation};
use pipeline_stages::read::{Inputs, Skipped};
use pipeline_stages::write::{Claims, Destination, Existing};
use pipeline_stages::{Converter, Encoder};
use recipe::Recipe;
use session::Session;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use work::Shared;

/// Names of the stages, as in reports and messages.
pub mod stage {
    /// The source: finds files.
    pub const LIST: &str = "list";
    /// Reads a file, looks at its header, plans.
    pub const READ: &str = "read";
    /// From bytes to pixels.
    pub const DECODE: &str = "decode";
    /// Runs the ops.
    pub const CONVERT: &str = "convert";
    /// From pixels to bytes.
    pub const ENCODE: &str = "encode";
    /// Puts a file under its final name.
    pub const WRITE: &str = "write";
    /// The sink: counts.
    pub const DONE: &str = "done";
}

/// Hears of what happens to single pictures; called from the threads in which it happens.
pub trait Listener: Send + Sync {
    /// A picture, or an input that could not be used, failed.
    fn failed(&self, failure: &Failure) {
        let _ = failure;
    }

    /// Something about a picture was odd, but it was converted.
    fn warned(&self, entry: &Entry, warning: &str) {
        let _ = (entry, warning);
    }

    /// A picture was written.
    fn written(&self, entry: &Entry, receipt: &Receipt) {
        let _ = (entry, receipt);
    }

    /// Whether [`finished`](Listener::finished) is to be called: remembering what it tells costs a little.
    fn wants_histories(&self) -> bool {
        false
    }

    /// An input has ended.
    fn finished(&self, history: &History<'_>) {
        let _ = history;
    }

    /// Something about the whole run that people should know.
    fn noted(&self, note: &str) {
        let _ = note;
    }

    /// The journal does not hold all that happened; a later run will do again what it does not know of.
    fn journal_lost(&self, reason: &str) {
        let _ = reason;
    }

    /// It was decided what is done to a picture.
    fn planned(&self, entry: &Entry, plan: &Plan) {
        let _ = (entry, plan);
    }
}

struct Silent;

impl Listener for Silent {}

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its file.
    pub output: PathBuf,
    /// Pixels of the input, as it was stored.
    pub pixels: u64,
    /// Size of the input file in bytes.
    pub bytes_read: u64,
    /// Size of the output file in bytes.
    pub bytes_written: u64,
    /// Whether a part of the picture was missing; only in lenient decoding.
    pub degraded: bool,
    /// How it came out of its file, which is what was planned, or more.
    pub path: DecodePath,
}

/// A conversion of many pictures, ready to start.
pub struct Job {
    config: Config,
    recipe: Recipe,
    inputs: Inputs,
    listener: Box<dyn Listener>,
}

impl Job {
    /// Checks inputs, output and ops. Nothing is written.
    ///
    /// # Errors
    /// What cannot be done as asked for.
    pub fn new(config: &Config) -> Result<Self, JobError> {
        let recipe = Recipe::new(config).map_err(|(text, error)| JobError::Op { text, error })?;
        let inputs = inputs::inputs(config)?;
        Ok(Self { config: config.clone(), recipe, inputs, listener: Box::new(Silent) })
    }

    /// Sets who hears of single pictures.
    #[must_use]
    pub fn listener(mut self, listener: impl Listener + 'static) -> Self {
        self.listener = Box::new(listener);
        self
    }

    /// Prepares the output directory and starts.
    ///
    /// # Errors
    /// [`JobError::Output`] and [`JobError::Journal`] if nothing can be written there, [`JobError::Locked`] if another run
    /// does, [`JobError::OtherSettings`] if what is to be resumed was done differently, [`JobError::Build`] if the machine
    /// gives no threads, [`JobError::NoIsolation`] and [`JobError::NoProcess`] if pictures are to be decoded in processes
    /// of their own and cannot be.
    pub fn start(self) -> Result<Running, JobError> {
        let Self { config, recipe, inputs, listener } = self;
        let sizes = Sizes::new(&config);
        let destination = destination(&config)?;
        let (session, notes) = Session::open(&config, &recipe, &destination, sizes.most_under_way(&config))?;
        let died = session.as_ref().and_then(|session| session.follows_a_death);
        let (isolation, note) = Isolation::new(&config, &recipe, died)?;
        notes.iter().chain(&note).for_each(|note| listener.noted(note));
        let claims = Claims::new(destination.folds_case());
        let in_place = config.write.in_place;
        let tally = Default::default();
        let usable = sizes.usable.bytes();
        let shared = Arc::new(Shared {
            recipe,
            isolation: Arc::new(isolation),
            usable,
            destination,
            session,
            in_place,
            claims,
            tally,
            listener,
        });
        let counting = inputs.counting_walk().map(count::Counting::start);
        let walk = inputs.walk();
        let skipped = walk.skipped();
        let handle = flow(&config, &sizes, walk, &shared)?;
        Ok(Running { handle, shared, counting, skipped })
    }
}

fn destination(config: &Config) -> Result<Destination, JobError> {
    let existing = match config.write.existing {
        config::Existing::Auto => Existing::Auto,
        config::Existing::Overwrite => Existing::Overwrite,
        config::Existing::Skip => Existing::Skip,
        config::Existing::Fail => Existing::Fail,
    };
    if config.write.in_place {
        return Ok(Destination::in_place(existing, config.write.durable));
    }
    Destination::prepare(&config.output, existing, config.write.durable)
        .map_err(|error| JobError::Output { path: config.output.clone(), error })
}

/// The pipeline itself.
fn flow(
    config: &Config,
    sizes: &Sizes,
    walk: pipeline_stages::read::Walk,
    shared: &Arc<Shared>,
) -> Result<Handle, JobError> {
    let all = || Arc::clone(shared);
    let (read, claim, decode, convert, encode, write, done, failed) =
        (all(), all(), all(), all(), all(), all(), all(), all());
    let bench = || {
        let isolation = Arc::clone(&shared.isolation);
        move || Bench::new(&isolation)
    };
    let pipeline = Pipeline::source(stage::LIST, items::inputs(walk, all()), items::input_label)
        .budget_until(stage::DECODE, sizes.files, items::file_bytes)
        .stage(
            Stage::filter_map_with(stage::READ, bench(), move |bench, input| read.read(bench, input))
                .workers(sizes.readers)
                .elastic(sizes.at_most.readers)
                .queue(config.read.queue.0),
        )
        .budget(sizes.pictures, move |planned| claim.claim(planned))
        .stage(
            Stage::filter_map_with(stage::DECODE, bench(), move |bench, planned| {
                decode.decode(bench, planned)
            })
            .workers(sizes.decoders)
            .elastic(sizes.at_most.decoders)
            .queue(config.decode.queue.0),
        )
        .stage(
            Stage::with(stage::CONVERT, Converter::new, move |converter, pixels| {
                convert.convert(converter, pixels)
            })
            .workers(sizes.converters)
            .elastic(sizes.at_most.converters)
            .queue(config.convert.queue.0),
        )
        .stage(
            Stage::with(stage::ENCODE, Encoder::new, move |encoder, pixels| encode.encode(encoder, pixels))
                .workers(sizes.encoders)
                .elastic(sizes.at_most.encoders)
                .queue(config.encode.queue.0),
        )
        .stage(
            Stage::filter_map(stage::WRITE, move |ready| write.write(ready))
                .workers(sizes.writers)
                .elastic(sizes.at_most.writers)
                .queue(config.write.queue.0),
        )
        .order(match config.run.order {
            config::Order::Input => Order::Input,
            config::Order::Completion => Order::Completion,
        })
        .on_error(on_error(config))
        .fatal_if(error::is_fatal)
        .on_failed(move |failure| {
            failed.session.iter().for_each(|session| session.failed(failure));
            failed.listener.failed(failure);
        })
        // A receipt that waits for its turn holds no picture any more.
        .holds(|_| size_of::<items::Finished>() as u64);
    let pipeline = match config.limits.window {
        config::Window::Auto => pipeline,
        config::Window::Fixed(window) => pipeline.window(window.get()),
    };
    let pipeline = if shared.listener.wants_histories() {
        let listening = all();
        pipeline.on_finished(move |history| listening.listener.finished(history))
    } else {
        pipeline
    };
    Ok(pipeline.sink_items(stage::DONE, move |item| done.done(item.value)).spawn()?)
}

fn on_error(config: &Config) -> OnError {
    match (config.run.on_error, config.limits.max_failures) {
        (config::OnErrorPolicy::Stop, _) => OnError::Stop,
        (_, config::MaxFailures::AtMost(at_most)) => OnError::Skip { at_most },
        _ => OnError::default(),
    }
}

/// A job that runs. Dropping it aborts it and waits for its running steps.
pub struct Running {
    handle: Handle,
    shared: Arc<Shared>,
    counting: Option<count::Counting>,
    skipped: Arc<Skipped>,
}

impl Running {
    /// What the engine has measured until now.
    pub fn snapshot(&self) -> Report {
        self.handle.snapshot()
    }

    /// What was counted about pictures until now.
    pub fn totals(&self) -> Totals {
        Totals { processes_lost: self.shared.isolation.lost_count(), ..self.shared.tally.totals() }
    }

    /// What keeps in the processes in which pictures are decoded; `None` if that is done here.
    pub fn protections(&self) -> Option<Protections> {
        self.shared.isolation.protections()
    }

    /// Why pictures are decoded here although the run before did not come to its end, and one of them may have ended it.
    pub fn lacks_isolation(&self) -> Option<&str> {
        self.shared.isolation.missing()
    }

    /// How many inputs there are, once they are counted.
    pub fn expected(&self) -> Option<u64> {
        self.counting.as_ref().and_then(count::Counting::result)
    }

    /// What the walk has passed over: links and special files.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Steers the run from anywhere.
    pub fn controller(&self) -> Controller {
        self.handle.controller()
    }

    /// Waits for the end, but not longer than `most`; true once it has come.
    pub fn wait_timeout(&self, most: Duration) -> bool {
        self.handle.wait_timeout(most)
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// [`RunError::Stopped`] if a failure ended it.
    pub fn wait(self) -> Result<Report, RunError> {
        let ended = self.handle.wait();
        let report = ended.as_ref().map_or_else(RunError::report, Some);
        if let (Some(session), Some(report)) = (&self.shared.session, report)
            && let Err(error) = session.end(report)
        {
            self.shared.listener.journal_lost(&error.to_string());
        }
        ended
    }
}

/// Whether a text is an op, for whoever reads configs.
///
/// # Errors
/// What is wrong with it, in one line that points at the column.
pub fn validate_op(text: &str) -> Result<(), String> {
    text.parse::<Op>().map(drop).map_err(|error| error.to_string())
}
