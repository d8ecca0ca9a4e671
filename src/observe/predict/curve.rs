//! Owns the curves of throughput: against cores, and against the workers of the stage that they limit.

use super::change::Change;
use super::model::Model;
use super::outcome::Limit;

/// Throughput against a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// What is counted along it.
    pub(super) along: String,
    /// The number, pictures per second, and the range of these.
    pub(super) points: Vec<(usize, f64, (f64, f64))>,
    /// Where the schedule itself is.
    pub(super) here: usize,
}

/// Against cores; then against the workers of the stage that has most to do.
pub(super) fn curves(model: &Model) -> Vec<Curve> {
    let here = model.cores.round().max(1.0) as usize;
    let with_cores = |n: usize| model.on_cores(n);
    let mut curves =
        vec![curve("cores, with a worker for each where a stage computes".to_owned(), here, with_cores)];
    if let Some((name, workers)) = model.most_loaded() {
        let with_workers = |n: usize| model.with(&Change::default().workers(&name, n)).ok();
        curves.push(curve(format!("workers of {name}"), workers, with_workers));
    }
    curves
}

fn curve(along: String, here: usize, model: impl Fn(usize) -> Option<Model>) -> Curve {
    let points = steps(here).into_iter().filter_map(|n| {
        let prediction = model(n)?.predict();
        Some((n, prediction.per_second, (prediction.low, prediction.high)))
    });
    Curve { along, points: points.collect(), here }
}

/// Up to four times what there is, and eight at least: powers of two, and what lies between.
fn steps(here: usize) -> Vec<usize> {
    let most = (4 * here).clamp(8, 1024);
    let powers = (0..11).map(|power| 1usize << power);
    let mut steps: Vec<usize> =
        powers.flat_map(|n| [n, n + n / 2]).chain([here]).filter(|n| *n <= most).collect();
    steps.sort_unstable();
    steps.dedup();
    steps
}

impl Model {
    /// The stage whose workers have most to do, by the bounds, and how many they are.
    fn most_loaded(&self) -> Option<(String, usize)> {
        let prediction = self.predict();
        let named = prediction.at_most.iter().find_map(|(limit, _)| match limit {
            Limit::Stage(name) => self.stations.iter().position(|station| station.name == *name),
            _ => None,
        })?;
        let station = self.stations.get(named)?;
        (named > 0 && named + 1 < self.stations.len()).then(|| (station.name.clone(), station.workers))
    }
}
