//! Owns saying what a job would do, without doing it: every input's output and plan, in order.

use super::recipe::Recipe;
use super::work::{input_label, label};
use super::{JobError, Sizes, inputs, stage};
use crate::config::Config;
use crate::engine::{Failure, Order, Pipeline, Report, RunError, Stage, StepError};
use pipeline_stages::read::{Entry, WalkError, read_entry};
use pipeline_stages::write::{Claims, target_name};
use pipeline_stages::{Plan, probe};
use std::path::PathBuf;

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

/// Reads the headers of all inputs, and tells what would be done, in the order of the inputs. Nothing is written.
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
    let sizes = Sizes::new(config);
    let claims = Claims::new(false);
    let plan = |input: Result<Entry, WalkError>| -> Result<Option<(Entry, Plan)>, StepError> {
        let entry = input.map_err(|error| error.error)?;
        let Some(bytes) = read_entry(&entry, recipe.plan.limits.max_file_bytes)? else { return Ok(None) };
        let header = probe(&bytes, &recipe.plan.limits)?;
        let plan = Plan::new(&header, &recipe.plan)?.encoded_with(&recipe.encode);
        Ok(Some((entry, plan)))
    };
    let report = Pipeline::source(stage::LIST, walk, input_label)
        .stage(Stage::filter_map(stage::READ, plan).workers(sizes.readers))
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
