//! Owns how a stage's time is divided: busy, starved, blocked, waiting, as parts of what its workers had.
//! Does not own: what follows from it.

use super::units::count;
use super::view::ratio;
use crate::engine::StageReport;
use std::time::Duration;

/// Parts of the time that a stage's workers had, each from 0 to 1. What is missing to 1 is the time before a worker's
/// first and after its last item.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shares {
    pub(super) busy: f64,
    pub(super) starved: f64,
    pub(super) blocked: f64,
    pub(super) waiting: f64,
}

/// Divides a stage's time over `wall`, the time of the run so far: a stage that was through with its work early is not
/// called busy for it.
pub(super) fn shares(stage: &StageReport, wall: Duration) -> Shares {
    let parts = [stage.busy, stage.starved, stage.blocked, stage.waiting].map(|part| part.as_secs_f64());
    // A worker that lost its permit finishes what it was at.
    let had = had(stage, wall).max(parts.iter().sum());
    let [busy, starved, blocked, waiting] = parts.map(|part| ratio(part, had));
    Shares { busy, starved, blocked, waiting }
}

/// Seconds that a stage's workers had, whatever their number was at each moment.
pub(super) fn had(stage: &StageReport, wall: Duration) -> f64 {
    stage.mean_workers(wall) * wall.as_secs_f64()
}

/// How many workers a stage had: on average, with a decimal, where that differs from those that it has.
pub(super) fn number_of_workers(stage: &StageReport, wall: Duration) -> String {
    let mean = stage.mean_workers(wall);
    if was_resized(stage, wall) { format!("{mean:.1}") } else { count(stage.workers as u64) }
}

/// Whether its workers were changed while it ran, so that it shows.
pub(super) fn was_resized(stage: &StageReport, wall: Duration) -> bool {
    (stage.mean_workers(wall) - stage.workers as f64).abs() >= 0.05
}

/// Wall and CPU time per step, on average. The source takes no items, so what it emitted is counted there.
pub(super) fn per_step(stage: &StageReport) -> (Duration, Duration) {
    let steps = if stage.items_in > 0 { stage.items_in } else { stage.items_out };
    match u32::try_from(steps) {
        Ok(0) | Err(_) => (Duration::ZERO, Duration::ZERO),
        Ok(steps) => (stage.busy / steps, stage.cpu / steps),
    }
}

/// How much of the time in steps was spent computing; `None` where CPU time is not told.
pub(super) fn computing(stage: &StageReport) -> Option<f64> {
    (!stage.cpu.is_zero() && !stage.busy.is_zero())
        .then(|| ratio(stage.cpu.as_secs_f64(), stage.busy.as_secs_f64()).min(1.0))
}

/// The same of the time in steps without that in which there was no core to be had: a crowded machine makes no step one that
/// waits for a device.
pub(super) fn computing_on_cores(stage: &StageReport) -> Option<f64> {
    let had = stage.busy.saturating_sub(stage.core_wait);
    computing(stage).map(|part| {
        if had.is_zero() { part } else { ratio(stage.cpu.as_secs_f64(), had.as_secs_f64()).min(1.0) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(workers: usize, busy: u64, starved: u64) -> StageReport {
        let seconds = Duration::from_secs;
        StageReport { workers, busy: seconds(busy), starved: seconds(starved), ..StageReport::default() }
    }

    #[test]
    fn a_stage_that_was_through_early_is_not_busy() {
        let shares = shares(&stage(2, 2, 0), Duration::from_secs(10));
        assert_eq!(shares, Shares { busy: 0.1, ..Shares::default() });
    }

    #[test]
    fn parts_never_exceed_the_whole_when_workers_were_taken_away() {
        let shares = shares(&stage(1, 30, 10), Duration::from_secs(10));
        assert_eq!(shares, Shares { busy: 0.75, starved: 0.25, ..Shares::default() });
    }

    #[test]
    fn parts_are_of_the_workers_that_there_were_and_not_of_those_at_the_end() {
        let grown = StageReport { worker_time: Duration::from_secs(20), ..stage(8, 15, 5) };
        let shares = shares(&grown, Duration::from_secs(10));
        assert_eq!(shares, Shares { busy: 0.75, starved: 0.25, ..Shares::default() });
    }

    #[test]
    fn waiting_for_a_core_is_not_waiting_for_a_device() {
        let [cpu, core_wait] = [45, 54].map(Duration::from_secs);
        let crowded = StageReport { cpu, core_wait, ..stage(1, 100, 0) };
        assert_eq!(computing(&crowded), Some(0.45));
        assert_eq!(computing_on_cores(&crowded), Some(45.0 / 46.0));
        assert_eq!(computing_on_cores(&StageReport { core_wait, ..stage(1, 100, 0) }), None);
    }

    #[test]
    fn a_run_without_time_has_no_parts() {
        assert_eq!(shares(&stage(0, 0, 0), Duration::ZERO), Shares::default());
        assert_eq!(computing(&stage(1, 1, 0)), None);
    }
}
