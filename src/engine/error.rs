//! Owns what can go wrong: a [`Failure`] of one item, a [`BuildError`] before anything runs, a [`RunError`] that ended a
//! run. Does not own: the decision whether a failure ends the run; that is `policy.rs`.

use super::item::ChildPath;
use super::report::Report;
use super::sync::Arc;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;

/// What a step may fail with: any error; `?` converts.
pub type StepError = Box<dyn Error + Send + Sync>;

/// One item that failed in one stage. Shown as `label: stage: reason`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Number of the input it comes from, in order of admission, from 0.
    pub seq: u64,
    /// Name of that input for people.
    pub label: std::sync::Arc<str>,
    /// Which of that input's descendants failed.
    pub path: ChildPath,
    /// Name of the stage in which it failed.
    pub stage: Arc<str>,
    /// Why; a [`Panicked`] if the step panicked.
    pub error: StepError,
    /// Whether this is what ended the run.
    pub(super) ends_run: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}: {}: {}", self.label, self.path, self.stage, self.error)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.error.as_ref())
    }
}

/// The error of an item whose step, or whose worker's state, panicked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("panic: {message}")]
pub struct Panicked {
    /// What the panic said.
    pub message: String,
}

impl Panicked {
    pub(super) fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast_ref::<&'static str>() {
                Some(text) => (*text).to_owned(),
                None => "of unknown kind".to_owned(),
            },
        };
        Self { message }
    }
}

/// Why a pipeline cannot be run as it was described. Nothing has run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A stage has no worker.
    #[error("stage `{stage}` has 0 workers; it needs at least 1")]
    NoWorkers {
        /// The stage.
        stage: String,
    },
    /// A stage has more workers than can be meant.
    #[error("stage `{stage}` has {wanted} workers; at most {cap} are allowed")]
    TooManyWorkers {
        /// The stage.
        stage: String,
        /// Workers asked for.
        wanted: usize,
        /// The most allowed.
        cap: usize,
    },
    /// A queue is longer than can be meant.
    #[error("the queue of `{stage}` has {wanted} places; at most {cap} are allowed")]
    QueueTooLong {
        /// The stage behind it.
        stage: String,
        /// Places asked for.
        wanted: usize,
        /// The most allowed.
        cap: usize,
    },
    /// Two stages have one name, so that neither reports nor `set_workers` could tell them apart.
    #[error("two stages are named `{stage}`")]
    DuplicateName {
        /// The name.
        stage: String,
    },
    /// No such stage.
    #[error("there is no stage `{stage}`{}", .after.as_ref().map(|a| format!(" from `{a}` on")).unwrap_or_default())]
    UnknownStage {
        /// The name that was given.
        stage: String,
        /// Where the search began.
        after: Option<String>,
    },
    /// The window admits nothing.
    #[error("the window is 0; at least 1 item must be admitted")]
    NoWindow,
    /// A budget stands behind a stage that emits many, or would be given back behind one, or two stand before one stage.
    #[error("the budget before `{stage}` {why}")]
    MisplacedBudget {
        /// The stage behind the budget.
        stage: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A thread could not be started.
    #[error("cannot start a thread for stage `{stage}`: {source}")]
    Spawn {
        /// The stage whose first worker it was.
        stage: String,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
}

/// Why a run ended before its work was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It could not begin.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A failure ended it, by [`OnError`](super::OnError) or [`fatal_if`](super::Pipeline::fatal_if).
    #[error("{failure}")]
    Stopped {
        /// The failure that ended it.
        failure: Box<Failure>,
        /// What was done until then.
        report: Box<Report>,
    },
    /// The source panicked; what it had given before was worked off.
    #[error("the source failed: {panic}")]
    Source {
        /// What the panic said.
        panic: Panicked,
        /// What was done until then.
        report: Box<Report>,
    },
}

impl RunError {
    /// What was done until the run ended; `None` if it could not begin.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Build(_) => None,
            Self::Stopped { report, .. } | Self::Source { report, .. } => Some(report),
        }
    }
}
