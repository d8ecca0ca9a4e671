//! Owns a run's figures in the OpenMetrics text format, and where Prometheus fetches them.
//!
//! Figures are taken from the latest snapshot when they are asked for, so nothing is counted twice.

use super::guard::check_place;
use super::http::{Answer, Request};
use super::live::Live;
use super::server::{Server, Stop};
use crate::engine::{Report, StageReport};
use crate::observe::view::{Totals, View};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Upper edges of a step's histogram in seconds, a quarter of a millisecond to half a minute: the same in every run, so
/// that runs can be added up.
const EDGES: usize = 18;
const FIRST_EDGE: f64 = 0.000_25;

/// A run's figures for Prometheus at `/metrics`, served until this is dropped.
///
/// ```
/// # use pipeline_images::observe::{Live, Metrics, Recorder};
/// # use std::sync::Arc;
/// let live = Arc::new(Live::new(Arc::new(Recorder::new())));
/// let metrics = Metrics::serve("127.0.0.1:0".parse()?, live)?;
/// println!("{}", metrics.url()); // http://127.0.0.1:41235/metrics
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Metrics(Server);

impl Metrics {
    /// Serves at this address; port 0 takes any that is free.
    ///
    /// # Errors
    /// If nobody can listen there.
    pub fn serve(address: SocketAddr, live: Arc<Live>) -> io::Result<Self> {
        let handler = move |request: &Request, stream: &mut TcpStream, _: &Stop| {
            let bound = stream.local_addr()?;
            answer(request, bound, &live).send(stream)
        };
        Ok(Self(Server::listen(address, "metrics", Arc::new(handler))?))
    }

    /// Where they are.
    pub fn url(&self) -> String {
        format!("http://{}/metrics", self.0.address())
    }
}

fn answer(request: &Request, bound: SocketAddr, live: &Live) -> Answer {
    // A scraper on another machine may use a name; nothing here can be changed, so only loopback is guarded.
    if bound.ip().is_loopback()
        && let Err(refused) = check_place(request, bound)
    {
        return refused;
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/metrics") => {
            let text = live.with_view(open_metrics);
            match request.header("accept") {
                Some(kinds) if kinds.contains("application/openmetrics-text") => {
                    Answer::new("200 OK", OPEN_METRICS, text)
                }
                _ => Answer::new("200 OK", PLAIN, plain(&text)),
            }
        }
        ("GET", "/") => Answer::plain("200 OK", "the figures are at /metrics"),
        (_, "/" | "/metrics") => Answer::plain("405 Method Not Allowed", "not like this"),
        _ => Answer::plain("404 Not Found", "there is nothing here"),
    }
}

/// A run's figures as OpenMetrics text.
///
/// Source: "OpenMetrics, a cloud-native, highly scalable metrics protocol", version 1.0.0.
pub fn open_metrics(view: &View<'_>) -> String {
    let mut registry = Registry::with_prefix("pipeline");
    let figures = Figures {
        report: view.report.clone(),
        totals: *view.totals,
        expected: view.expected,
        cores: view.cores,
    };
    registry.register_collector(Box::new(figures));
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
    text
}

/// The same in the older text format, for those who do not ask for the newer: there a counter's family ends in `_total`
/// too, and units and the end are not said.
///
/// Source: "Exposition formats", Prometheus documentation, version 0.0.4.
fn plain(open_metrics: &str) -> String {
    let counters: HashSet<&str> = open_metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"))
        .collect();
    let mut text = String::with_capacity(open_metrics.len());
    for line in open_metrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("UNIT" | "EOF"), ..) => continue,
            (Some("#"), Some(what), Some(family), Some(rest)) if counters.contains(family) => {
                text.push_str(&format!("# {what} {family}_total {rest}"));
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

#[derive(Debug)]
struct Figures {
    report: Report,
    totals: Totals,
    expected: Option<u64>,
    cores: f64,
}

/// Name, help, unit.
type About = (&'static str, &'static str, Option<Unit>);

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut encoder;
        self.run(to)?;
        self.stages(to)?;
        self.budgets(to)
    }
}

impl Figures {
    fn run(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (report, totals) = (&self.report, &self.totals);
        let outcomes = [
            ("done", report.done),
            ("failed", report.failed),
            ("skipped", report.skipped),
            ("interrupted", report.interrupted),
        ];
        counters(to, ("pictures", "Pictures that ended, by what became of them", None), "outcome", outcomes)?;
        counter(to, ("admitted_pictures", "Pictures that were begun", None), report.admitted)?;
        gauge(to, ("unfinished_pictures", "Pictures that are under way", None), report.unfinished as f64)?;
        if let Some(expected) = self.expected {
            gauge(to, ("expected_pictures", "Inputs in all", None), expected as f64)?;
        }
        gauge(
            to,
            ("window_pictures", "The most pictures that may be under way", None),
            report.window as f64,
        )?;
        gauge(
            to,
            ("elapsed", "Time since the start of the run", Some(Unit::Seconds)),
            report.wall.as_secs_f64(),
        )?;
        gauge(
            to,
            ("paused", "1 while no pictures are begun on request", None),
            f64::from(u8::from(report.paused)),
        )?;
        gauge(to, ("usable_cores", "Cores that the run may use", None), self.cores)?;
        counter(to, ("pixels", "Pixels of the pictures that were converted", None), totals.pixels)?;
        counter(to, ("read", "Bytes of files that were read", Some(Unit::Bytes)), totals.bytes_in)?;
        counter(to, ("written", "Bytes of files that were written", Some(Unit::Bytes)), totals.bytes_out)?;
        counter(to, ("warnings", "Warnings that were given", None), totals.warnings)
    }

    fn stages(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let all = || self.report.stages.iter();
        let of =
            |figure: fn(&StageReport) -> f64| all().map(move |stage| (stage.name.as_str(), figure(stage)));
        let counted =
            |figure: fn(&StageReport) -> u64| all().map(move |stage| (stage.name.as_str(), figure(stage)));
        gauges(
            to,
            ("stage_workers", "Workers that may take items", None),
            "stage",
            of(|s| s.workers as f64),
        )?;
        gauges(
            to,
            ("stage_busy_workers", "Workers in their step now", None),
            "stage",
            of(|s| s.workers_busy as f64),
        )?;
        gauges(
            to,
            ("queue_items", "Items in the queue in front of a stage", None),
            "stage",
            of(|s| s.queue_depth as f64),
        )?;
        gauges(
            to,
            ("gate_items", "Items that wait in front of a stage for memory, or for those before them", None),
            "stage",
            of(|s| s.gate_depth as f64),
        )?;
        gauges(
            to,
            ("queue_capacity_items", "Places in front of a stage", None),
            "stage",
            of(|s| s.queue as f64),
        )?;
        counters(to, ("stage_items", "Items that a stage emitted", None), "stage", counted(|s| s.items_out))?;
        counters(to, ("stage_failures", "Steps that failed", None), "stage", counted(|s| s.failed))?;
        self.worker_time(to)?;
        self.cpu_time(to)?;
        self.steps(to)
    }

    fn worker_time(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Time of a stage's workers, by what they did";
        let mut family =
            to.encode_descriptor("stage_time", help, Some(&Unit::Seconds), MetricType::Counter)?;
        for stage in &self.report.stages {
            let parts = [
                ("busy", stage.busy),
                ("starved", stage.starved),
                ("blocked", stage.blocked),
                ("waiting", stage.waiting),
            ];
            for (state, time) in parts {
                let labels = [("stage", stage.name.as_str()), ("state", state)];
                count(&mut family.encode_family(&labels)?, time.as_secs_f64())?;
            }
        }
        Ok(())
    }

    fn cpu_time(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut family = to.encode_descriptor(
            "stage_cpu",
            "CPU time of a stage's workers",
            Some(&Unit::Seconds),
            MetricType::Counter,
        )?;
        for stage in &self.report.stages {
            let labels = [("stage", stage.name.as_str())];
            count(&mut family.encode_family(&labels)?, stage.cpu.as_secs_f64())?;
        }
        Ok(())
    }

    fn steps(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut family = to.encode_descriptor(
            "step",
            "How long a step takes",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for stage in &self.report.stages {
            let labels = [("stage", stage.name.as_str())];
            let (buckets, total) = buckets(stage);
            let mut encoder = family.encode_family(&labels)?;
            encoder.encode_histogram::<NoLabelSet>(stage.busy.as_secs_f64(), total, &buckets, None)?;
        }
        Ok(())
    }

    fn budgets(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        // Numbered in the order in which they stand; the engine gives them no names.
        let names: Vec<String> = (1..=self.report.budgets.len()).map(|n| n.to_string()).collect();
        let budgets = || names.iter().map(String::as_str).zip(&self.report.budgets);
        let used = budgets().map(|(name, budget)| (name, budget.used as f64));
        gauges(to, ("budget_used", "Bytes that are reserved", Some(Unit::Bytes)), "budget", used)?;
        let capacity = budgets().map(|(name, budget)| (name, budget.capacity as f64));
        gauges(to, ("budget_capacity", "Bytes that may be reserved", Some(Unit::Bytes)), "budget", capacity)
    }
}

/// Counts by fixed edges, the last of which is infinite, and all of them together.
fn buckets(stage: &StageReport) -> (Vec<(f64, u64)>, u64) {
    let mut buckets: Vec<(f64, u64)> =
        (0..EDGES).map(|at| (FIRST_EDGE * f64::from(1u32 << at), 0)).chain([(f64::INFINITY, 0)]).collect();
    for bucket in &stage.step_counts {
        let up_to = bucket.up_to.as_secs_f64();
        if let Some((_, count)) = buckets.iter_mut().find(|(edge, _)| up_to <= *edge) {
            *count += bucket.count;
        }
    }
    let total = buckets.iter().map(|(_, count)| count).sum();
    (buckets, total)
}

fn count(encoder: &mut MetricEncoder<'_>, value: f64) -> fmt::Result {
    encoder.encode_counter::<NoLabelSet, f64, u64>(&value, None)
}

fn counter(to: &mut DescriptorEncoder<'_>, (name, help, unit): About, value: u64) -> fmt::Result {
    let mut encoder = to.encode_descriptor(name, help, unit.as_ref(), MetricType::Counter)?;
    encoder.encode_counter::<NoLabelSet, u64, u64>(&value, None)
}

fn gauge(to: &mut DescriptorEncoder<'_>, (name, help, unit): About, value: f64) -> fmt::Result {
    to.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?.encode_gauge(&value)
}

fn counters<'a>(
    to: &mut DescriptorEncoder<'_>,
    (name, help, unit): About,
    label: &str,
    values: impl IntoIterator<Item = (&'a str, u64)>,
) -> fmt::Result {
    let mut family = to.encode_descriptor(name, help, unit.as_ref(), MetricType::Counter)?;
    for (which, value) in values {
        let labels = [(label, which)];
        family.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, u64>(&value, None)?;
    }
    Ok(())
}

fn gauges<'a>(
    to: &mut DescriptorEncoder<'_>,
    (name, help, unit): About,
    label: &str,
    values: impl IntoIterator<Item = (&'a str, f64)>,
) -> fmt::Result {
    let mut family = to.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
    for (which, value) in values {
        let labels = [(label, which)];
        family.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Pipeline, Stage};
    use std::convert::Infallible;

    fn text() -> String {
        let report = Pipeline::source("numbers", 0u32..10, |n| n.to_string())
            .stage(Stage::map("odd \"name\"\n", Ok::<u32, Infallible>))
            .sink("done", |_| ())
            .run()
            .unwrap();
        let totals = Totals { pixels: 7, ..Totals::default() };
        open_metrics(&View { report: &report, totals: &totals, expected: Some(10), cores: 1.5, os: None })
    }

    fn value(text: &str, series: &str) -> Option<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        line.parse().ok()
    }

    #[test]
    fn the_figures_are_those_of_the_report() {
        let text = text();
        assert_eq!(value(&text, "pipeline_pictures_total{outcome=\"done\"}"), Some(10.0), "{text}");
        assert_eq!(value(&text, "pipeline_pixels_total"), Some(7.0));
        assert_eq!(value(&text, "pipeline_usable_cores"), Some(1.5));
        let stage = "stage=\"odd \\\"name\\\"\\n\"";
        assert_eq!(value(&text, &format!("pipeline_step_seconds_count{{{stage}}}")), Some(10.0), "{text}");
        let infinite = format!("pipeline_step_seconds_bucket{{le=\"+Inf\",{stage}}}");
        assert_eq!(value(&text, &infinite), Some(10.0), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn the_older_format_names_counters_as_their_values_are_named() {
        let text = plain(&text());
        assert!(text.contains("# TYPE pipeline_pictures_total counter\n"), "{text}");
        assert!(text.contains("# TYPE pipeline_step_seconds histogram\n"), "{text}");
        assert!(!text.contains("# UNIT") && !text.contains("# EOF"), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let known = ["", "_bucket", "_sum", "_count"].iter().any(|suffix| {
                name.strip_suffix(suffix).is_some_and(|family| text.contains(&format!("# TYPE {family} ")))
            });
            assert!(known, "{line}");
        }
    }

    #[test]
    fn every_family_is_named_once_with_its_type_and_help() {
        let text = text();
        let families: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE ")).collect();
        let distinct: std::collections::HashSet<_> = families.iter().collect();
        assert_eq!(families.len(), distinct.len());
        assert_eq!(text.lines().filter(|line| line.starts_with("# HELP ")).count(), families.len());
    }
}
