//! Says on stderr, with `--verbose`, what the engine decided about numbers of workers, once it is known what came of it.

use crate::config::{Config, Verbosity};
use crate::engine::{Outcome, Report};
use crate::observe::Printer;

pub(super) struct Decided {
    printer: Option<Printer>,
    told: usize,
}

impl Decided {
    pub(super) fn new(config: &Config, printer: Printer) -> Self {
        let verbose = config.invocation.verbosity >= Verbosity::Verbose;
        Self { printer: verbose.then_some(printer), told: 0 }
    }

    /// Tells what is new.
    pub(super) fn tell(&mut self, report: &Report) {
        let Some(printer) = &self.printer else { return };
        let new = report.decisions.iter().skip(self.told);
        for decision in new.take_while(|decision| decision.outcome != Outcome::Trying) {
            printer.line(&format!("pipeline: {decision}"));
            self.told += 1;
        }
    }
}
