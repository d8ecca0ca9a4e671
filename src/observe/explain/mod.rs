//! Names the bottleneck of a run in one sentence, and what would help, from what was measured.

mod facts; // what the verdict rests on
mod roles; // what the stages' names tell
mod verdict; // which bottleneck
mod wording; // the sentence

#[cfg(test)]
mod real_runs;
#[cfg(test)]
mod tests;

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
