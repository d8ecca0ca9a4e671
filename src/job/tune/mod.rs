//! Owns finding good fixed numbers of workers for a job: short runs with different ones, and which did the most.
//! Does not own: what is written of it (`cli`), the engine's own tuning while it runs, with which it begins.
//!
//! | file | one idea |
//! |---|---|
//! | `measure` | one short run, into a directory that is gone afterwards |
//! | `search` | which numbers to try next, and which to keep |

mod measure;
mod search;

use super::{JobError, Sizes, stage};
use crate::config::{self, Config, Workers};
use measure::Bench;
use search::{Sample, Search};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

/// The stages that have workers, in the order of flow.
const STAGES: [&str; 5] = [stage::READ, stage::DECODE, stage::CONVERT, stage::ENCODE, stage::WRITE];

/// A number for each of them.
type Workers5 = [usize; STAGES.len()];

/// The part of the time in which the engine tunes itself, to begin with.
const ELASTIC: f64 = 0.4;
/// Numbers are measured about so often in the rest.
const RUNS: f64 = 12.0;
/// Shorter runs say nothing.
const SHORTEST: Duration = Duration::from_millis(300);

/// What was found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tuned {
    /// The stages with their workers, in the order of flow.
    pub stages: Vec<TunedStage>,
    /// Pictures per second with them.
    pub rate: f64,
    /// Pictures per second with the numbers that a run begins with when nobody gives any.
    pub rate_of_auto: f64,
    /// Pictures converted for it, some of them many times.
    pub pictures: u64,
    /// Pictures that failed.
    pub failed: u64,
    /// How many different settings were measured.
    pub settings: usize,
    /// It was ended before its time.
    pub cancelled: bool,
}

/// One stage of what was found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TunedStage {
    /// Its name, which is its section in a config file.
    pub name: &'static str,
    /// Its workers.
    pub workers: usize,
    /// Whether the number was given: then it was not changed.
    pub given: bool,
    /// The part of its workers' time that they spent in steps.
    pub busy: f64,
    /// Seconds that one picture takes here.
    pub step: f64,
    /// What other numbers did, all else equal, by number.
    pub others: Vec<Measured>,
}

/// A number of workers of one stage, and what the whole run did with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The number of workers.
    pub workers: usize,
    /// Pictures per second of the whole run.
    pub rate: f64,
}

/// Measures a job for about `time` and finds good numbers of workers for the stages for which none is given. Results go
/// to a directory beside the output, which is removed; `cancelled` is asked ten times a second whether to end now.
///
/// # Errors
/// What would keep the job from starting, and a list of inputs on stdin, which can be read only once.
///
/// ```no_run
/// use pipeline_images::{config::Config, job};
/// use std::time::Duration;
///
/// let mut config = Config::default();
/// config.input = vec!["photos".into()];
/// let tuned = job::tune(&config, Duration::from_secs(30), &|| false)?;
/// for stage in &tuned.stages {
///     println!("{}: {} workers", stage.name, stage.workers);
/// }
/// # Ok::<(), job::JobError>(())
/// ```
pub fn tune(config: &Config, time: Duration, cancelled: &dyn Fn() -> bool) -> Result<Tuned, JobError> {
    let began = Instant::now();
    let bench = Bench::new(config, cancelled)?;
    // What was given stays, also while the engine tunes itself.
    let elastic = Config { run: config::Run { elastic: true, ..config.run }, ..config.clone() };
    let Sizes { readers, decoders, converters, encoders, writers, at_most, .. } = Sizes::new(&elastic);
    let auto = [readers, decoders, converters, encoders, writers];
    let most = [at_most.readers, at_most.decoders, at_most.converters, at_most.encoders, at_most.writers];
    let first = bench.run(&elastic, time.mul_f64(ELASTIC))?;
    let slice = time.mul_f64((1.0 - ELASTIC) / RUNS).max(SHORTEST);
    let mut search = Search::new(most, auto, first.workers);
    let (mut pictures, mut failed) = (first.pictures, first.failed);
    // At least the numbers to begin with are measured by themselves, unless it is ended.
    while !cancelled() && (search.is_new() || began.elapsed() + slice / 2 < time) {
        let sample = bench.run(&fixed(config, search.next()), slice)?;
        (pictures, failed) = (pictures + sample.pictures, failed + sample.failed);
        search.add(&sample);
    }
    Ok(Tuned { pictures, failed, cancelled: cancelled(), ..found(&search, first, most) })
}

fn fixed(config: &Config, workers: Workers5) -> Config {
    let mut config = config.clone();
    let [read, decode, convert, encode, write] =
        workers.map(|workers| NonZeroUsize::new(workers).map_or(Workers::Auto, Workers::Fixed));
    config.run.elastic = false;
    (config.read.workers, config.decode.workers, config.convert.workers) = (read, decode, convert);
    (config.encode.workers, config.write.workers) = (encode, write);
    config
}

fn found(search: &Search, first: Sample, most: Workers5) -> Tuned {
    let best = search.best().unwrap_or(first);
    let stage = |(place, name): (usize, &&'static str)| TunedStage {
        name,
        workers: best.workers[place],
        given: most[place] == 0,
        busy: best.used[place],
        step: best.step[place],
        others: search.others(place),
    };
    Tuned {
        stages: STAGES.iter().enumerate().map(stage).collect(),
        rate: best.rate(),
        rate_of_auto: search.of_auto().unwrap_or(first).rate(),
        pictures: 0,
        failed: 0,
        settings: search.settings(),
        cancelled: false,
    }
}
