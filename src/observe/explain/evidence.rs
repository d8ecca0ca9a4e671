//! Owns what a verdict is known by: the cores, the stage that is busiest, storage, memory, what stood in the way, and what
//! measuring itself took.
//! Does not own: the verdict.

use super::super::service::service;
use super::super::shares::{had, was_resized};
use super::super::units::{bytes, count, duration, memory, percent, three};
use super::super::view::{View, ratio};
use super::facts::Facts;
use super::roles::{Kind, role};
use super::wording::number;
use crate::engine::{BudgetReport, StageReport};
use std::time::Duration;

/// One line for each thing that is known, without an end.
pub(super) fn evidence(view: &View<'_>, facts: &Facts<'_>) -> Vec<String> {
    let mut lines = vec![cores(view, facts)];
    lines.extend(facts.busiest().map(|fact| stage(fact.stage, view)));
    lines.extend(resized(view));
    lines.extend(storage(view));
    lines.extend(in_the_way(view));
    lines.extend(view.report.budgets.iter().filter_map(budget));
    lines.extend(start_up(view));
    lines.push(own(view));
    lines
}

fn cores(view: &View<'_>, facts: &Facts<'_>) -> String {
    let mut line = format!("cores: {} of {} used on average", three(facts.cores_used), number(view.cores));
    let Some(os) = view.os else { return line };
    let all = os.cpu().as_secs_f64();
    let kernel = ratio(os.cpu_system.as_secs_f64(), all);
    line += &format!(" by the stages, {} of it in the kernel", percent(kernel));
    if facts.others >= 0.05 {
        line += &format!("; other programs used {}", three(facts.others));
    }
    line
}

fn stage(stage: &StageReport, view: &View<'_>) -> String {
    let had = had(stage, view.report.wall);
    let part = |time: Duration| percent(ratio(time.as_secs_f64(), had));
    let per_step = service(stage, view.report);
    let all = per_step.cpu + per_step.core_wait + per_step.wait;
    let of_busy = |part_of_step: f64| part(stage.busy.mul_f64(ratio(part_of_step, all).clamp(0.0, 1.0)));
    let waits_for = match role(&stage.name).kind {
        Kind::Compute => "something else",
        Kind::Storage | Kind::Unknown => "a device",
    };
    let mut line = format!(
        "{}: {} of its workers' time in steps ({} computing, {} waiting for a core",
        stage.name,
        part(stage.busy),
        of_busy(per_step.cpu),
        of_busy(per_step.core_wait),
    );
    // A stage that only computes has no device, and is said to wait for something else only if it did.
    if waits_for == "a device" || ratio(per_step.wait, all) >= 0.005 {
        line += &format!(", {} for {waits_for}", of_busy(per_step.wait));
    }
    line.push(')');
    if stage.queue > 0 && stage.items_in > 0 {
        line += &format!(
            "; {:.1} pictures waited in front of it, in a queue of {}",
            stage.queue_mean_depth, stage.queue
        );
    }
    if stage.gate_mean_depth >= 0.05 {
        line += &format!(", and {:.1} for memory or for those before them", stage.gate_mean_depth);
    }
    line
}

/// Workers that were not the same all the time.
fn resized(view: &View<'_>) -> Option<String> {
    let wall = view.report.wall;
    let resized = view.report.stages.iter().filter(|stage| was_resized(stage, wall));
    let resized: Vec<String> = resized
        .map(|stage| format!("{} {:.1} and {}", stage.name, stage.mean_workers(wall), stage.workers))
        .collect();
    (!resized.is_empty()).then(|| {
        format!(
            "workers, on average and at the end: {}; predictions are from the average",
            resized.join(", ")
        )
    })
}

fn storage(view: &View<'_>) -> Option<String> {
    let os = view.os?;
    let (read, written) = (os.read?, os.written?);
    let hits = os
        .cache_hits()
        .map_or(String::new(), |part| format!(", {} of it from the page cache", percent(part)));
    let stalled = os.stalled_for_io.unwrap_or_default();
    let mut line = format!("storage: {} read{hits}; {} written", bytes(read), bytes(written));
    if ratio(stalled.as_secs_f64(), os.wall.as_secs_f64()) >= 0.05 {
        line += &format!("; for {} something on this machine waited for it", duration(stalled));
    }
    Some(line)
}

/// What keeps a process from its cores, and its memory from being there.
fn in_the_way(view: &View<'_>) -> Vec<String> {
    let Some(os) = view.os else { return Vec::new() };
    let part = |time: Option<Duration>| ratio(time.unwrap_or_default().as_secs_f64(), os.wall.as_secs_f64());
    let mut lines = Vec::new();
    if let Some(quota) = os.quota {
        let held_back = duration(os.throttled.unwrap_or_default());
        lines.push(format!(
            "quota: {} cores in this container; threads were held back for {held_back}",
            three(quota)
        ));
    }
    if part(os.stolen) >= 0.02 {
        lines.push(format!(
            "virtual machine: its host kept {} from it",
            duration(os.stolen.unwrap_or_default())
        ));
    }
    if part(os.stalled_for_memory) >= 0.02 || os.major_faults > 1_000 {
        lines.push(format!(
            "memory of the machine is short: {} pages had to be read back from storage",
            count(os.major_faults)
        ));
    }
    let switches = os.involuntary_switches as f64 / os.wall.as_secs_f64().max(1e-3);
    if switches > 2_000.0 {
        lines.push(format!("switches: threads lost their core {} times a second to others", three(switches)));
    }
    lines
}

/// Only where it was nearly full.
fn budget(budget: &BudgetReport) -> Option<String> {
    (budget.peak as f64 >= 0.9 * budget.capacity as f64 && budget.peak > 0).then(|| {
        let mean = budget.granted / budget.grants.max(1);
        let (peak, capacity) = (memory(budget.peak), memory(budget.capacity));
        format!("budget: {peak} of {capacity} reserved at most, {} for a picture on average", memory(mean))
    })
}

fn start_up(view: &View<'_>) -> Option<String> {
    let first = view.report.first_finished?;
    let part = ratio(first.as_secs_f64(), view.seconds());
    (part >= 0.1).then(|| {
        format!(
            "start-up: the first picture was finished after {}, {} of the run",
            duration(first),
            percent(part)
        )
    })
}

/// What measuring and handing over took: of the workers' time, and of the CPU's.
fn own(view: &View<'_>) -> String {
    let stages = &view.report.stages;
    let steps: u64 = stages.iter().map(|stage| stage.items_in.max(stage.items_out)).sum();
    let cpu: f64 = stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
    let handing: f64 = stages.iter().map(|stage| stage.hand_over.as_secs_f64()).sum();
    let time: f64 = stages.iter().map(|stage| had(stage, view.report.wall)).sum();
    let mut line =
        format!("own work: handing pictures over took {} of the workers' time", fine(ratio(handing, time)));
    if let Some(os) = view.os {
        let measuring = os.timing.as_secs_f64() * steps as f64;
        line += &format!(", measuring {} of the CPU time", fine(ratio(measuring, cpu)));
    }
    line
}

/// Per cent, with a decimal below ten.
fn fine(part: f64) -> String {
    let percent = (part * 100.0).clamp(0.0, 100.0);
    match percent {
        p if p < 0.05 => "less than 0.1 %".to_owned(),
        p if p < 10.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_keep_a_decimal() {
        assert_eq!([0.0, 0.0049, 0.0991, 0.5].map(fine), ["less than 0.1 %", "0.5 %", "9.9 %", "50 %"]);
    }

    #[test]
    fn a_budget_is_told_only_where_it_was_nearly_full() {
        let full = BudgetReport {
            capacity: 100 << 20,
            peak: 95 << 20,
            grants: 4,
            granted: 40 << 20,
            ..Default::default()
        };
        assert_eq!(
            budget(&full).unwrap(),
            "budget: 95 MiB of 100 MiB reserved at most, 10 MiB for a picture on average"
        );
        assert_eq!(budget(&BudgetReport { peak: 50 << 20, ..full }), None);
    }
}
