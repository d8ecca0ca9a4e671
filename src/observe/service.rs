//! Owns what one item asks of a stage: service demands, the input of every operational law. Computing, waiting for a core
//! and waiting for a device are told apart.
//! Does not own: what follows from them (`predict`).

use super::view::ratio;
use crate::engine::{Report, StageReport};

/// What one step takes, in seconds on average.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Service {
    /// Steps per admitted input: the visit ratio.
    pub(super) visits: f64,
    /// CPU time, with that of taking and sending the item.
    pub(super) cpu: f64,
    /// Waiting for a device, or whatever else is no core.
    pub(super) wait: f64,
    /// Ready to run, but without a core.
    pub(super) core_wait: f64,
    /// Standard deviation of a step, as a part of its mean.
    pub(super) variation: f64,
}

/// Whether a stage of the job has nothing to wait for but a core.
fn computes_only(stage: &str) -> bool {
    matches!(stage, "decode" | "convert" | "encode")
}

pub(super) fn service(stage: &StageReport, report: &Report) -> Service {
    // The source takes no items, so what it emitted is counted there.
    let steps = if stage.items_in > 0 { stage.items_in } else { stage.items_out } as f64;
    let [busy, cpu, core_wait] = [stage.busy, stage.cpu, stage.core_wait].map(|time| time.as_secs_f64());
    let mean = ratio(busy, steps);
    let rest = (busy - cpu).max(0.0);
    // The system tells what the whole thread waited for a core, and the part of it in steps is an estimate. Where it does not
    // tell, or says about the same, a step that only computes has waited for nothing else.
    let told = report.stages.iter().any(|stage| !stage.core_wait.is_zero());
    let nothing_else = computes_only(&stage.name) && (!told || core_wait >= rest / 2.0);
    let core_wait = if nothing_else { rest } else { core_wait.min(rest) };
    Service {
        visits: ratio(steps, report.admitted as f64),
        cpu: ratio(cpu, steps),
        wait: ratio(rest - core_wait, steps),
        core_wait: ratio(core_wait, steps),
        variation: ratio(stage.step.deviation.as_secs_f64(), mean),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_step_is_computing_waiting_for_a_core_and_waiting_for_a_device() {
        let second = Duration::from_secs;
        let stage = StageReport {
            items_in: 10,
            busy: second(10),
            cpu: second(3),
            core_wait: second(2),
            ..StageReport::default()
        };
        let report = Report { admitted: 20, ..Report::default() };
        let service = service(&stage, &report);
        assert_eq!((service.visits, service.cpu, service.core_wait, service.wait), (0.5, 0.3, 0.2, 0.5));
    }

    #[test]
    fn what_only_computes_waits_for_a_core_and_nothing_else() {
        let second = Duration::from_secs;
        let stage = StageReport { items_in: 1, busy: second(5), cpu: second(2), ..StageReport::default() };
        let of = |name: &str, core_wait: u64| {
            let stage = StageReport { name: name.to_owned(), core_wait: second(core_wait), ..stage.clone() };
            let report = Report { admitted: 1, stages: vec![stage.clone()], ..Report::default() };
            let service = service(&stage, &report);
            (service.core_wait, service.wait)
        };
        assert_eq!((of("decode", 0), of("read", 0)), ((3.0, 0.0), (0.0, 3.0)), "where nobody tells");
        assert_eq!((of("decode", 2), of("read", 2)), ((3.0, 0.0), (2.0, 1.0)), "where it is about that");
        assert_eq!(of("decode", 1), (1.0, 2.0), "a step of somebody else's may have that name, and wait");
    }

    #[test]
    fn nothing_done_asks_for_nothing() {
        assert_eq!(service(&StageReport::default(), &Report::default()), Service::default());
    }
}
