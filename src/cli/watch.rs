//! Owns what is recorded, served and written about a run besides its progress: who hears of what, and when.
//! Does not own: the records (`observe`), the conversion (`run`).

use super::report_file;
use super::samples::Samples;
use super::{flags, json_text, output, settings_json};
use crate::config::Config;
use crate::engine::{Controller, Failure, History};
use crate::job::{Entry, Protections, Receipt, escape};
use crate::observe::{
    Dashboard, Diagnosis, Live, Metrics, OsUse, OsWatch, Printer, Recorder, View, report_json_with,
    report_page,
};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a run is looked at, unless more is wanted of it.
const TICK: Duration = Duration::from_millis(100);

/// How often the operating system is asked for the live page.
const ASKED: Duration = Duration::from_secs(1);

/// What hears of single pictures; shared with the threads in which they are converted.
pub(super) struct Ears {
    recorder: Arc<Recorder>,
    histories: bool,
    samples: Option<Samples>,
}

impl Ears {
    pub(super) fn wants_histories(&self) -> bool {
        self.histories
    }

    pub(super) fn finished(&self, history: &History<'_>) {
        self.recorder.finished(history);
    }

    pub(super) fn failed(&self, failure: &Failure) {
        self.recorder.failed(failure);
    }

    pub(super) fn written(&self, entry: &Entry, receipt: &Receipt) {
        if let Some(samples) = &self.samples {
            samples.note(&entry.path, &receipt.output);
        }
    }
}

/// Watches one run. Costs nothing if nothing was asked for.
pub(super) struct Watch {
    ears: Option<Arc<Ears>>,
    live: Option<Arc<Live>>,
    dashboard: Option<Dashboard>,
    metrics: Option<Metrics>,
    told: Option<Instant>,
    os: OsWatch,
    /// What the operating system told last, and when.
    used: Option<(Instant, OsUse)>,
}

impl Watch {
    pub(super) fn new(config: &Config) -> Self {
        let asked = &config.invocation;
        let serves = asked.metrics.is_some() || asked.dashboard.is_some();
        if !serves && asked.report.is_none() && asked.trace.is_none() {
            return Self::hearing(None, None);
        }
        let recorder = if asked.trace.is_some() { Recorder::with_trace() } else { Recorder::new() };
        recorder.add_facts(settings_json::facts(config));
        let recorder = Arc::new(recorder);
        let live = serves.then(|| Arc::new(Live::new(Arc::clone(&recorder))));
        let page = asked.report.as_deref().is_some_and(flags::is_page);
        let ears = Ears {
            recorder,
            histories: asked.report.is_some() || asked.trace.is_some() || asked.dashboard.is_some(),
            samples: page.then(Samples::default),
        };
        Self::hearing(Some(Arc::new(ears)), live)
    }

    fn hearing(ears: Option<Arc<Ears>>, live: Option<Arc<Live>>) -> Self {
        Self { ears, live, dashboard: None, metrics: None, told: None, os: OsWatch::start(), used: None }
    }

    /// What the operating system tells of the run until now.
    pub(super) fn so_far(&self) -> OsUse {
        self.os.so_far()
    }

    pub(super) fn ears(&self) -> Option<Arc<Ears>> {
        self.ears.clone()
    }

    /// Takes note of the walls around decoding, if there are any, or why there are none where there should be.
    pub(super) fn isolated(&self, protections: Option<Protections>, missing: Option<&str>) {
        let Some(ears) = &self.ears else { return };
        if protections.is_some() || missing.is_some() {
            ears.recorder.add_facts(settings_json::isolation(protections.unwrap_or_default(), missing));
        }
    }

    /// Begins to serve what was asked for, and says where. A run whose page cannot be served goes on without.
    pub(super) fn serve(&mut self, config: &Config, controller: Controller, printer: &Printer) {
        let Some(live) = &self.live else { return };
        if let Some(address) = config.invocation.metrics {
            match Metrics::serve(address, Arc::clone(live)) {
                Ok(metrics) => {
                    printer.line(&format!("pipeline: metrics at {}", metrics.url()));
                    self.metrics = Some(metrics);
                }
                Err(error) => {
                    printer.line(&format!("pipeline: no metrics: {}", cannot_listen(address, &error)))
                }
            }
        }
        if let Some(address) = config.invocation.dashboard {
            match Dashboard::serve(address, Arc::clone(live), controller) {
                Ok(dashboard) => {
                    printer.line(&format!("pipeline: live page at {}", dashboard.url()));
                    if !dashboard.is_local() {
                        printer.line("pipeline: warning: others on this network can see the live page, and whoever has its token can steer the run");
                    }
                    self.dashboard = Some(dashboard);
                }
                Err(error) => {
                    printer.line(&format!("pipeline: no live page: {}", cannot_listen(address, &error)))
                }
            }
        }
    }

    /// Takes note of how far the run is; says when it should be told again.
    pub(super) fn update(&mut self, view: &View<'_>) -> Duration {
        let Some(ears) = &self.ears else { return TICK };
        if let Some(live) = &self.live
            && self.told.is_none_or(|told| told.elapsed() >= TICK)
        {
            if self.used.is_none_or(|(when, _)| when.elapsed() >= ASKED) {
                self.used = Some((Instant::now(), self.os.so_far()));
            }
            let os = self.used.as_ref().map(|(_, used)| used);
            live.update(&View { os, ..*view });
            self.told = Some(Instant::now());
        }
        ears.recorder.update(view).min(TICK)
    }

    /// Takes note of the end, and writes what was asked for; false if that failed, which was said.
    pub(super) fn finish(
        self,
        config: &Config,
        view: &View<'_>,
        diagnosis: &impl Deref<Target = Diagnosis>,
    ) -> bool {
        let Some(ears) = &self.ears else { return true };
        ears.recorder.finish(view);
        if let Some(live) = &self.live {
            live.finish(view);
        }
        let asked = &config.invocation;
        let report = asked.report.as_deref().is_none_or(|path| {
            written("report", path, &report(path, ears, config.decode.isolate, view, diagnosis))
        });
        let trace =
            asked.trace.as_deref().is_none_or(|path| written("trace", path, &ears.recorder.trace_json(view)));
        if let Some(dashboard) = self.dashboard {
            dashboard.end();
        }
        report && trace
    }
}

fn report(path: &Path, ears: &Ears, isolate: bool, view: &View<'_>, diagnosis: &Diagnosis) -> String {
    let mut report = report_json_with(view, diagnosis);
    ears.recorder.describe(&mut report);
    if !flags::is_page(path) {
        return json_text::pretty(&report);
    }
    if let Some(samples) = &ears.samples {
        report["previews"] = samples.previews(isolate);
    }
    report_page(&report)
}

fn written(what: &str, path: &Path, text: &str) -> bool {
    let written = report_file::write(path, text);
    if let Err(error) = &written {
        output::to_stderr(&format!("pipeline: cannot write the {what} {}: {error}", escape(path)));
    }
    written.is_ok()
}

/// What cannot be written or listened to is told before hours of work rather than after them.
pub(super) fn check(config: &Config) -> Result<(), String> {
    // In place, nothing makes a directory.
    let output = if config.write.in_place { Path::new("") } else { &config.output };
    let asked = &config.invocation;
    for (what, path) in [("report", &asked.report), ("trace", &asked.trace)] {
        if let Some(path) = path {
            report_file::check(path, output)
                .map_err(|error| format!("cannot write the {what} {}: {error}", escape(path)))?;
        }
    }
    for address in [asked.metrics, asked.dashboard].into_iter().flatten() {
        TcpListener::bind(address).map_err(|error| cannot_listen(address, &error))?;
    }
    Ok(())
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    format!("cannot listen at {address}: {error}; name another port, or 0 for any that is free")
}
