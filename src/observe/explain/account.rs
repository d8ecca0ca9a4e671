//! Owns the account of a run's time, stage by stage: computing, waiting for a core, for a device, for input, for room, for
//! memory, handing over.

use super::super::service::service;
use super::super::shares::{had, number_of_workers};
use super::super::table::layout;
use super::super::units::percent;
use super::super::view::{View, ratio};
use crate::engine::StageReport;

/// A line per stage; parts of the time that its workers had. Columns in which nothing stands are left out, and what is
/// missing to 100 % is the time before the first and after the last item.
pub(super) fn account(view: &View<'_>) -> Vec<String> {
    let names = ["computing", "no core", "device", "starved", "blocked", "memory", "hand-over"];
    let stages: Vec<(&StageReport, [f64; 7])> =
        view.report.stages.iter().map(|stage| (stage, parts(stage, view))).collect();
    let shown = |at: usize| stages.iter().any(|(_, parts)| parts.get(at).is_some_and(|part| *part >= 0.005));
    let columns: Vec<usize> = (0..names.len()).filter(|at| shown(*at)).collect();
    let mut head = vec!["stage".to_owned(), "workers".to_owned()];
    head.extend(columns.iter().filter_map(|at| names.get(*at)).map(|name| (*name).to_owned()));
    let mut rows = vec![head];
    for (stage, parts) in &stages {
        let mut row = vec![stage.name.clone(), number_of_workers(stage, view.report.wall)];
        row.extend(columns.iter().filter_map(|at| parts.get(*at)).map(|part| percent(*part)));
        rows.push(row);
    }
    layout(&rows)
}

fn parts(stage: &StageReport, view: &View<'_>) -> [f64; 7] {
    let demand = service(stage, view.report);
    let in_steps = demand.cpu + demand.wait + demand.core_wait;
    let busy = stage.busy.as_secs_f64();
    let of_busy = |part: f64| busy * ratio(part, in_steps);
    let seconds = [
        of_busy(demand.cpu),
        of_busy(demand.core_wait),
        of_busy(demand.wait),
        stage.starved.as_secs_f64(),
        stage.blocked.as_secs_f64(),
        stage.waiting.as_secs_f64(),
        stage.hand_over.as_secs_f64(),
    ];
    let had = had(stage, view.report.wall).max(seconds.iter().sum());
    seconds.map(|part| ratio(part, had))
}
