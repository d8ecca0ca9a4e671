//! Owns saying what a job would do, without doing it: every input's output and plan, in order.

use super::error::FailedBefore;
use super::isolate::{Bench, Isolation};
use super::items::{found_label, label};
use super::journal::{Seen, Verdict};
use super::recipe::Recipe;
use super::{JobError, Sizes, inputs, session, stage};
use crate::config::Config;
use crate::engine::{Failure, Order, Pipeline, Report, RunError, Stage, StepError};
use pipeline_stages::Plan;
use pipeline_stages::read::{Entry, WalkError, read_entry};
use pipeline_stages::write::{Claims, Stamp, target_name};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What would be done to one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlined {
    /// Its name for people.
    pub label: String,
    /// Where its result would land.
    pub output: PathBuf,
    /// How it would be converted.
    pub plan: Plan,
}

/// Results that nothing is about to write.
struct OnDisk<'o>(&'o Path);

impl Seen for OnDisk<'_> {
    fn written(&self, result: &Path) -> Option<(u64, Stamp)> {
        let found = std::fs::symlink_metadata(self.0.join(result)).ok().filter(|found| found.is_file())?;
        Some((found.len(), (found.mtime(), u32::try_from(found.mtime_nsec()).unwrap_or(0))))
    }

    fn hash(&self, _: &Path) -> Option<String> {
        None
    }
}

/// Reads the headers of all inputs, and tells what would be done, in the order of the inputs. Nothing is written. What
/// earlier runs did counts by sizes and times here, even where the run itself would compare hashes.
///
/// # Errors
/// [`JobError`] in the outer result if the job could not begin; [`RunError`] in the inner one if a failure would end it.
pub fn outline(
    config: &Config,
    mut each: impl FnMut(Outlined) + Send,
    failed: impl FnMut(&Failure) + Send,
) -> Result<Result<Report, RunError>, JobError> {
    let recipe = Recipe::new(config).map_err(|(text, error)| JobError::Op { text, error })?;
    let walk = inputs::inputs(config)?.walk();
    let isolation = Arc::new(Isolation::new(config, &recipe, None)?.0);
    let history = session::peek(config, &recipe)?;
    let sizes = Sizes::new(config);
    let claims = Claims::new(false);
    let plan =
        |bench: &mut Bench, input: Result<Entry, WalkError>| -> Result<Option<(Entry, Plan)>, StepError> {
            let entry = input.map_err(|error| error.error)?;
            if let Some(history) = &history {
                let before = history.verdict(
                    &session::name(&entry.path),
                    &entry.landing,
                    session::identity(&entry.path).as_ref(),
                    &OnDisk(&config.output),
                );
                match before {
                    Verdict::Do | Verdict::Replace(_) => {}
                    Verdict::Done(_) | Verdict::Skipped => return Ok(None),
                    Verdict::Failed(stage, reason) => return Err(FailedBefore { stage, reason }.into()),
                }
            }
            let Some(bytes) = read_entry(&entry, recipe.plan.limits.max_file_bytes)? else { return Ok(None) };
            let header = bench.probe(isolation.applies(|| false), &bytes)?;
            let plan = Plan::new(&header, &recipe.plan)?.encoded_with(&recipe.encode);
            Ok(Some((entry, plan)))
        };
    let report = Pipeline::source(stage::LIST, walk, found_label)
        .stage(Stage::filter_map_with(stage::READ, || Bench::new(&isolation), plan).workers(sizes.readers))
        .order(Order::Input)
        .on_failed(failed)
        .sink_items(stage::DONE, |done| {
            let (entry, plan) = done.value;
            let landing = if config.write.in_place { &entry.path } else { &entry.landing };
            let target = target_name(landing, plan.format().extension());
            let label = label(&entry);
            claims.claim(&target, &entry.path.to_string_lossy())?;
            let output = if config.write.in_place { target } else { config.output.join(target) };
            each(Outlined { label, output, plan });
            Ok::<(), pipeline_stages::Error>(())
        })
        .run();
    Ok(report)
}
