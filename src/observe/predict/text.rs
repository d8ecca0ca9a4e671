//! Owns how a prediction is said, to people and to machines.

use super::super::json::rounded;
use super::super::table::layout;
use super::super::units::{counted, memory, percent, three};
use super::model::Model;
use super::outcome::{Limit, Prediction};
use serde_json::{Value, json};

/// A prediction for people: throughput with its range, what limits it, what no schedule can exceed, a line per stage.
pub fn prediction_text(model: &Model, prediction: &Prediction) -> String {
    let change = (prediction.per_second / model.measured - 1.0) * 100.0;
    let mut lines = vec![
        format!(
            "{} pictures/s predicted (nine in ten: {} to {}); recorded: {} ({change:+.0} %)",
            three(prediction.per_second),
            three(prediction.low),
            three(prediction.high),
            three(model.measured),
        ),
        format!("limited by {}", limit(&prediction.limit, prediction)),
        format!(
            "{} of {} cores in use, {} pictures inside on average",
            three(prediction.cores_used),
            three(prediction.cores),
            three(prediction.inside)
        ),
    ];
    lines.push(match prediction.memory {
        Some(bytes) => format!(
            "memory: about {} at most, {} of it for pictures in flight",
            memory(bytes),
            memory(prediction.reserved)
        ),
        None => format!("memory for pictures in flight: {} at most", memory(prediction.reserved)),
    });
    lines.push(String::new());
    lines.push("No schedule of this kind can exceed".to_owned());
    let bounds = prediction.at_most.iter().take(4);
    lines
        .extend(bounds.map(|(by, rate)| format!("  {} pictures/s: {}", three(*rate), bound(by, prediction))));
    lines.push(String::new());
    lines.extend(stations(prediction));
    lines.push(String::new());
    lines.join("\n")
}

fn stations(prediction: &Prediction) -> Vec<String> {
    let head = ["stage", "workers", "busy", "blocked", "waiting", "queue"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(prediction.stations.iter().map(|station| {
        let mut row = vec![station.name.clone(), station.workers.to_string()];
        row.extend([station.busy, station.blocked, station.waiting].map(percent));
        row.push(format!("{:.1}", station.queued));
        row
    }));
    layout(&rows)
}

/// What limits, in words.
fn limit(limit: &Limit, prediction: &Prediction) -> String {
    match limit {
        Limit::Cores => format!("the cores: {} are in use", cores(prediction)),
        Limit::Stage(name) => {
            let station = prediction.stations.iter().find(|station| station.name == *name);
            let busy = station.map_or(0.0, |station| station.busy);
            let workers = station.map_or(0, |station| station.workers as u64);
            format!("`{name}`: {}, busy {} of the time", counted(workers, "worker"), percent(busy))
        }
        Limit::Window => "the window: no more pictures may be inside".to_owned(),
        Limit::Memory => "memory: no more pictures fit into the budget".to_owned(),
        Limit::TooFew => "the number of pictures: the pipeline is hardly ever full".to_owned(),
        Limit::Nothing => "nothing by itself".to_owned(),
    }
}

fn cores(prediction: &Prediction) -> String {
    format!("{} of {}", three(prediction.cores_used), three(prediction.cores))
}

/// What a bound comes from.
fn bound(limit: &Limit, prediction: &Prediction) -> String {
    match limit {
        Limit::Cores => format!("the cores, {}", three(prediction.cores)),
        Limit::Stage(name) => {
            let station = prediction.stations.iter().find(|station| station.name == *name);
            let workers = station.map_or(0, |station| station.workers as u64);
            format!("`{name}`, {}", counted(workers, "worker"))
        }
        Limit::Window => "the window".to_owned(),
        Limit::Memory => "memory".to_owned(),
        Limit::TooFew | Limit::Nothing => "nothing".to_owned(),
    }
}

/// A prediction for machines.
pub fn prediction_json(model: &Model, prediction: &Prediction) -> Value {
    let bounds = prediction.at_most.iter().map(|(limit, rate)| {
        let mut bound = name(limit);
        bound["pictures_per_second"] = rounded(*rate).into();
        bound
    });
    let stations = prediction.stations.iter().map(|station| {
        json!({
            "name": station.name,
            "workers": station.workers,
            "parts": {
                "busy": rounded(station.busy),
                "blocked": rounded(station.blocked),
                "waiting": rounded(station.waiting),
            },
            "queue_mean_depth": rounded(station.queued),
        })
    });
    json!({
        "pictures_per_second": rounded(prediction.per_second),
        "low": rounded(prediction.low),
        "high": rounded(prediction.high),
        "recorded_pictures_per_second": rounded(model.measured),
        "limit": name(&prediction.limit),
        "at_most": bounds.collect::<Vec<_>>(),
        "cores": rounded(prediction.cores),
        "cores_used": rounded(prediction.cores_used),
        "pictures_inside": rounded(prediction.inside),
        "reserved_bytes": prediction.reserved,
        "memory_bytes": prediction.memory,
        "stages": stations.collect::<Vec<_>>(),
    })
}

fn name(limit: &Limit) -> Value {
    match limit {
        Limit::Cores => json!({ "by": "cores" }),
        Limit::Stage(name) => json!({ "by": "stage", "stage": name }),
        Limit::Window => json!({ "by": "window" }),
        Limit::Memory => json!({ "by": "memory" }),
        Limit::TooFew => json!({ "by": "too-few-pictures" }),
        Limit::Nothing => json!({ "by": "nothing" }),
    }
}
