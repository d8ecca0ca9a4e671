//! Owns what no run of a schedule can exceed, by the operational laws (Denning and Buzen, *The Operational Analysis of
//! Queueing Network Models*, 1978): the utilisation law for cores and workers, Little's law for window and budget.
//!
//! With demand *D* and *c* servers, *X·D ≤ c*. With at most *N* inside and *R* the shortest time that a picture is inside,
//! *X·R ≤ N*. They hold for every distribution of times, which is what makes them worth knowing beside a prediction.
//! Where CPU times are not as they were measured, because the cores are others or busier, the bound takes the least of them
//! that is likely.

use super::model::{Model, Station};
use super::outcome::Limit;

/// At most so many pictures per second, because of this.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bound {
    pub(super) limit: Limit,
    pub(super) per_second: f64,
}

/// All of them, the lowest first.
pub(super) fn bounds(model: &Model) -> Vec<Bound> {
    // The least that they can be, at any load.
    let cheapest = model.dearer(1.0) / (1.0 + model.cpu_uncertainty());
    let demand = |station: &Station| station.visits * (station.cpu * cheapest + station.wait);
    let inside: f64 = model.stations.iter().skip(1).map(demand).sum();
    let mut bounds = Vec::new();
    let mut add = |limit, servers: f64, demand: f64| {
        if demand > 0.0 {
            bounds.push(Bound { limit, per_second: servers / demand * model.done });
        }
    };
    let computing: f64 = model.stations.iter().map(|station| station.visits * station.cpu).sum();
    add(Limit::Cores, model.cores_for_stations(), computing * cheapest);
    for station in &model.stations {
        let occupied = demand(station) * (1.0 + station.missing);
        add(Limit::Stage(station.name.clone()), station.workers as f64, occupied);
    }
    add(Limit::Window, model.window as f64, inside);
    for budget in &model.budgets {
        let stations = model.stations.iter().take(budget.until + 1).skip(budget.before);
        let held: f64 = stations.map(demand).sum();
        // One picture goes through even if it needs more than there is.
        add(Limit::Memory, (budget.capacity / budget.mean.max(1.0)).max(1.0), held);
    }
    bounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    bounds
}
