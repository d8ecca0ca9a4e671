//! Says why a run was not faster: what limits it, in one sentence and with its evidence, what would help and by how much,
//! from what was measured.

mod account; // where the time went
mod advice; // what would help, and what would not
mod diagnosis; // all of it
mod evidence; // what a verdict is known by
mod facts; // what the verdict rests on
#[cfg(feature = "cli")]
mod json; // for machines
mod proposal; // one change, as a flag and as a prediction
mod roles; // what the stages' names tell
mod verdict; // which bottleneck
mod wording; // the sentence

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod real_runs;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub(super) use diagnosis::recognize;
pub use diagnosis::{Diagnosis, diagnose};
#[cfg(feature = "cli")]
pub use json::diagnosis_json;
pub use proposal::Proposal;

use super::view::View;

/// One sentence that names the bottleneck and says what would help.
///
/// It rests on utilisation: the stage with the largest share of its workers' time in steps bounds the throughput, unless
/// something else does before it: the cores (CPU time over wall time × cores), the budget, the window. The utilisation
/// law is that of any queueing network (Lazowska et al., *Quantitative System Performance*, 1984, ch. 3 and 5).
///
/// ```
/// # use pipeline_images::{engine::Report, observe::{Totals, View, explain}};
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
/// assert_eq!(explain(&view), "There was nothing to do: no picture was found in the input.");
/// ```
pub fn explain(view: &View<'_>) -> String {
    wording::sentence(&verdict::verdict(view), view.cores)
}
