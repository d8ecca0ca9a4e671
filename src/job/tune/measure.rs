//! Owns one short run of a job to measure it: its results go to a directory that is gone afterwards.
//! Does not own: which runs are made.

use super::super::{Job, JobError};
use super::search::Sample;
use super::{STAGES, Workers5};
use crate::config::{Config, Existing, FilesFrom, MaxFailures, OnErrorPolicy};
use crate::engine::{Report, StageReport};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often it is asked whether to end.
const TICK: Duration = Duration::from_millis(100);

pub(super) struct Bench<'a> {
    scratch: PathBuf,
    cancelled: &'a dyn Fn() -> bool,
}

impl<'a> Bench<'a> {
    /// Makes the directory, on the file system of the output: how fast it writes is a part of what is measured.
    pub(super) fn new(config: &Config, cancelled: &'a dyn Fn() -> bool) -> Result<Self, JobError> {
        let stdin = config.invocation.files_from == Some(FilesFrom::Stdin);
        if stdin || config.input.iter().any(|input| input == Path::new("-")) {
            let source = io::Error::new(
                io::ErrorKind::Unsupported,
                "it can be read only once; write the list to a file and name that with --files-from",
            );
            return Err(JobError::List { path: PathBuf::from("-"), source });
        }
        // What cannot be run is told before anything is made.
        Job::new(config)?;
        let scratch = scratch(&config.output).map_err(|error| {
            let path = config.output.clone();
            let action = "cannot make a directory beside it to measure in";
            JobError::Output { path, error: pipeline_stages::Error::Io { action, source: error } }
        })?;
        Ok(Self { scratch, cancelled })
    }

    /// Runs for about that long; where the inputs end earlier, several times.
    pub(super) fn run(&self, config: &Config, time: Duration) -> Result<Sample, JobError> {
        let ends = Instant::now() + time;
        let mut whole = self.once(config, ends)?;
        while whole.pictures > 0 && Instant::now() < ends && !(self.cancelled)() {
            let next = self.once(config, ends)?;
            let (pictures, failed) = (whole.pictures + next.pictures, whole.failed + next.failed);
            whole = Sample { pictures, failed, seconds: whole.seconds + next.seconds, ..next };
        }
        Ok(whole)
    }

    fn once(&self, config: &Config, ends: Instant) -> Result<Sample, JobError> {
        let mut job = Job::new(config)?;
        let results = self.scratch.join("results");
        // The inputs are those of the real run: what lies in its output directory is none of them.
        job.inputs = job.inputs.exclude(&self.scratch);
        job.config.output.clone_from(&results);
        job.config.write.in_place = false;
        job.config.write.existing = Existing::Auto;
        job.config.run.on_error = OnErrorPolicy::Skip;
        job.config.limits.max_failures = MaxFailures::Unlimited;
        let running = job.start()?;
        let controller = running.controller();
        while !running.wait_timeout(TICK.min(ends.saturating_duration_since(Instant::now()))) {
            if Instant::now() >= ends || (self.cancelled)() {
                break;
            }
        }
        let report = running.snapshot();
        controller.abort();
        // Why it ended is not asked: what was done by then was measured.
        drop(running.wait());
        // The next run begins as this one did. What cannot be removed now is removed at the end, or told by the next run.
        let _ = fs::remove_dir_all(&results);
        Ok(sample(&report))
    }
}

impl Drop for Bench<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// A new directory beside the output, or above it as far as there is nothing yet.
fn scratch(output: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(output)?;
    let above = absolute.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."));
    let name = |number: u32| above.join(format!(".pipeline-tune-{}-{number}", std::process::id()));
    let mut number = 0;
    loop {
        match fs::create_dir(name(number)) {
            Ok(()) => return Ok(name(number)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn sample(report: &Report) -> Sample {
    let none = StageReport::default();
    let stage = |place: usize| report.stage(STAGES[place]).unwrap_or(&none);
    let places: Workers5 = std::array::from_fn(|place| place);
    let seconds = report.wall.as_secs_f64();
    Sample {
        workers: places.map(|place| stage(place).workers),
        pictures: report.finished(),
        failed: report.failed,
        seconds,
        used: places.map(|place| {
            let StageReport { busy, workers, .. } = stage(place);
            busy.as_secs_f64() / (seconds * *workers as f64).max(f64::MIN_POSITIVE)
        }),
        step: places.map(|place| stage(place).mean_step().as_secs_f64()),
    }
}
