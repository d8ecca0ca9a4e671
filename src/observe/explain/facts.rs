//! Owns the figures that a verdict rests on, taken from a report once.

use super::super::os::OsUse;
use super::super::shares::{Shares, computing, computing_on_cores, shares};
use super::super::view::{View, ratio};
use super::roles::{Kind, role};
use crate::engine::StageReport;

/// One stage, the source or the sink.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact<'a> {
    pub(super) stage: &'a StageReport,
    pub(super) shares: Shares,
    /// How much of its time in steps it computes, where that is known.
    pub(super) computing: Option<f64>,
    pub(super) kind: Kind,
    pub(super) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Source,
    Stage,
    Sink,
}

#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) all: Vec<Fact<'a>>,
    /// CPU time of all stages.
    pub(super) cpu_seconds: f64,
    /// Cores in use, on average.
    pub(super) cores_used: f64,
    /// The same as a part of all cores.
    pub(super) cpu: f64,
    /// Cores that other programs used, where the operating system tells.
    pub(super) others: f64,
}

impl Fact<'_> {
    /// Whether a step is computing rather than waiting for something, whenever it has a core.
    pub(super) fn computes(&self) -> bool {
        computing_on_cores(self.stage).map_or(self.kind == Kind::Compute, |part| part >= 0.5)
    }
}

impl<'a> Facts<'a> {
    pub(super) fn of(view: &View<'a>) -> Self {
        let stages = &view.report.stages;
        let last = stages.len().saturating_sub(1);
        let all = stages.iter().enumerate().map(|(at, stage)| Fact {
            stage,
            shares: shares(stage, view.report.wall),
            computing: computing(stage),
            kind: role(&stage.name).kind,
            place: match at {
                0 => Place::Source,
                at if at == last => Place::Sink,
                _ => Place::Stage,
            },
        });
        let cpu_seconds = stages.iter().map(|stage| stage.cpu.as_secs_f64()).sum();
        let cores_used = ratio(cpu_seconds, view.seconds());
        let of_others = |os: &OsUse| os.taken_by_others(view.cores);
        Self {
            all: all.collect(),
            cpu_seconds,
            cores_used,
            cpu: ratio(cores_used, view.cores).min(1.0),
            others: view.os.map_or(0.0, of_others),
        }
    }

    /// The stages between source and sink.
    pub(super) fn inner(&self) -> impl Iterator<Item = &Fact<'a>> {
        self.all.iter().filter(|fact| fact.place == Place::Stage)
    }

    /// The one with the largest part of its workers' time in steps; of equals the one with the fuller queue in front.
    pub(super) fn busiest(&self) -> Option<&Fact<'a>> {
        let fill = |fact: &Fact<'_>| ratio(fact.stage.queue_mean_depth, fact.stage.queue as f64);
        self.all
            .iter()
            .max_by(|a, b| a.shares.busy.total_cmp(&b.shares.busy).then_with(|| fill(a).total_cmp(&fill(b))))
    }

    /// The stage that used most CPU time, and its part of all.
    pub(super) fn hungriest(&self) -> Option<(&Fact<'a>, f64)> {
        let fact = self.all.iter().max_by_key(|fact| fact.stage.cpu)?;
        Some((fact, ratio(fact.stage.cpu.as_secs_f64(), self.cpu_seconds)))
    }

    /// Whether other programs have so much of the cores that little else about a run can be told.
    pub(super) fn crowded(&self, cores: f64) -> bool {
        self.others >= 0.25 * cores && self.cores_used + self.others >= 0.85 * cores
    }

    pub(super) fn workers(&self) -> usize {
        self.inner().map(|fact| fact.stage.workers).sum()
    }
}
