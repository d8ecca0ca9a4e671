//! Owns the trace: every step of the first and of the latest pictures, and its form for viewers. Bounded: of a long run
//! what lies between is left out, and the trace says so.

use super::series::Series;
use crate::engine::{History, Visit};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// Pictures from the beginning, and as many of the latest: about 15 MB of JSON, which viewers open without a wait.
const MOST: usize = 10_000;
/// Of either, no more than so many bytes of JSON, about: one picture may become many, and names may be long.
const MOST_BYTES: usize = 24 << 20;
/// The longest name of a slice, in characters.
const LONGEST: usize = 120;
/// How long a slice usually is, in bytes.
const USUAL: usize = 160;
const PROCESS: u32 = 1;
/// Numbers of tracks: so many a stage, which is more than a stage can have workers.
const TRACKS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Trace {
    first: Vec<Traced>,
    first_bytes: usize,
    latest: VecDeque<Traced>,
    latest_bytes: usize,
    left_out: u64,
}

#[derive(Debug)]
struct Traced {
    seq: u64,
    label: Arc<str>,
    visits: Vec<Visit>,
}

impl Traced {
    /// About as many as its slices will be in JSON.
    fn bytes(&self) -> usize {
        let (name, path) = (file_name(&self.label).len().min(LONGEST), self.label.len().min(4 * LONGEST));
        self.visits.len().saturating_mul(USUAL + 2 * name).saturating_add(2 * path)
    }
}

impl Trace {
    pub(super) fn note(&mut self, history: &History<'_>) {
        let visits = history.visits.clone();
        self.keep(Traced { seq: history.seq, label: Arc::clone(history.label), visits });
    }

    fn keep(&mut self, traced: Traced) {
        let bytes = traced.bytes();
        if self.latest.is_empty() && self.left_out == 0 && self.first.len() < MOST {
            let with_it = self.first_bytes.saturating_add(bytes);
            if with_it <= MOST_BYTES {
                self.first_bytes = with_it;
                self.first.push(traced);
                return;
            }
        }
        self.latest_bytes = self.latest_bytes.saturating_add(bytes);
        self.latest.push_back(traced);
        while self.latest.len() > MOST || self.latest_bytes > MOST_BYTES {
            let Some(oldest) = self.latest.pop_front() else { break };
            self.latest_bytes = self.latest_bytes.saturating_sub(oldest.bytes());
            self.left_out += 1;
        }
    }

    pub(super) fn to_json(&self, names: &[String], series: &Series) -> String {
        let visits: usize = self.pictures().map(|traced| traced.visits.len()).sum();
        let mut out = String::with_capacity(visits * USUAL);
        out.push_str("{\"displayTimeUnit\":\"ms\",\"otherData\":");
        let note = match self.left_out {
            0 => "every picture is here".to_owned(),
            n => {
                let (first, latest) = (self.first.len(), self.latest.len());
                format!(
                    "{n} pictures are left out: here are the first {first} and the latest {latest} that ended"
                )
            }
        };
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{},\"traceEvents\":[",
            json!({ "note": note, "program": concat!("pipeline ", env!("CARGO_PKG_VERSION")) })
        );
        let mut events = Events(&mut out, true);
        self.tracks(names, &mut events);
        let quoted: Vec<String> = names.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
        self.pictures().for_each(|traced| slices(traced, &quoted, &mut events));
        counters(names, series, &mut events);
        out.push_str("\n]}\n");
        out
    }

    fn pictures(&self) -> impl Iterator<Item = &Traced> {
        self.first.iter().chain(&self.latest)
    }

    /// Names and order of the tracks.
    fn tracks(&self, names: &[String], events: &mut Events<'_>) {
        let meta = |name: &str, track: usize, args: Value| json!({ "ph": "M", "pid": PROCESS, "tid": track, "name": name, "args": args });
        events.push(&meta("process_name", 0, json!({ "name": "pipeline" })));
        if self.left_out > 0 {
            events.push(&meta("process_labels", 0, json!({ "labels": "a part of the run is left out" })));
        }
        let visits = self.pictures().flat_map(|traced| &traced.visits);
        let seen: BTreeSet<_> = visits.map(|visit| (visit.stage, visit.worker)).collect();
        for (stage, worker) in seen {
            let name = format!("{} {}", names.get(stage).map_or("", String::as_str), worker + 1);
            events.push(&meta("thread_name", track(stage, worker), json!({ "name": name })));
            let order = json!({ "sort_index": track(stage, worker) });
            events.push(&meta("thread_sort_index", track(stage, worker), order));
        }
    }
}

fn track(stage: usize, worker: usize) -> usize {
    stage * TRACKS + worker + 1
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

/// One slice for each stage; those of one picture are joined by arrows. Written without the detour over values and formats: there
/// can be hundreds of thousands, and the run is over only when they are written.
fn slices(traced: &Traced, names: &[String], events: &mut Events<'_>) {
    let short =
        |text: &str, most: usize| Value::from(text.chars().take(most).collect::<String>()).to_string();
    let name = short(file_name(&traced.label), LONGEST);
    let path = short(&traced.label, 4 * LONGEST);
    let (seq, last) = (traced.seq, traced.visits.len().saturating_sub(1));
    let same = format!("\"bind_id\":{},\"name\":{name},\"args\":{{\"number\":{seq}", seq + 1);
    for (at, visit) in traced.visits.iter().enumerate() {
        let out = events.next();
        out.push_str("{\"ph\":\"X\",\"pid\":1,\"tid\":");
        out.push_str(itoa::Buffer::new().format(track(visit.stage, visit.worker)));
        out.push_str(",\"ts\":");
        push_micros(out, visit.began);
        out.push_str(",\"dur\":");
        push_micros(out, visit.took);
        out.push_str(",\"cat\":");
        out.push_str(names.get(visit.stage).map_or("null", String::as_str));
        out.push_str(match (at > 0, at < last) {
            (false, false) => ",",
            (false, true) => ",\"flow_out\":true,",
            (true, false) => ",\"flow_in\":true,",
            (true, true) => ",\"flow_in\":true,\"flow_out\":true,",
        });
        out.push_str(&same);
        // Once for each picture: most of a trace would be paths.
        if at == 0 {
            out.push_str(",\"picture\":");
            out.push_str(&path);
        }
        out.push_str("}}");
    }
}

/// Microseconds with three decimals, so that nothing is lost.
fn push_micros(out: &mut String, time: Duration) {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    out.push_str(itoa::Buffer::new().format(nanos / 1000));
    let decimals = 1000 + nanos % 1000;
    out.push('.');
    out.push_str(&itoa::Buffer::new().format(decimals)[1..]);
}

fn file_name(label: &str) -> &str {
    label.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(label)
}

fn counters(names: &[String], series: &Series, events: &mut Events<'_>) {
    for sample in series.samples() {
        // The source has no queue in front.
        for (name, stage) in names.iter().zip(&sample.stages).skip(1) {
            events.push(&json!({
                "ph": "C",
                "pid": PROCESS,
                "ts": micros(sample.at),
                "name": format!("queue: {name}"),
                "args": { "items": stage.depth },
            }));
        }
    }
}

/// A list of events, one a line.
struct Events<'a>(&'a mut String, bool);

impl Events<'_> {
    fn push(&mut self, event: &Value) {
        self.line(format_args!("{event}"));
    }

    fn line(&mut self, event: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.next().write_fmt(event);
    }

    /// Where the next event goes.
    fn next(&mut self) -> &mut String {
        let first = std::mem::replace(&mut self.1, false);
        self.0.push_str(if first { "\n" } else { ",\n" });
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recorder;
    use super::*;
    use crate::engine::{Pipeline, Report, Stage};
    use crate::observe::{Totals, View};
    use std::convert::Infallible;

    fn traced(inputs: u32) -> (Report, Value) {
        let recorder = Recorder::with_trace();
        let same = Ok::<u32, Infallible>;
        let report = Pipeline::source("numbers", 0..inputs, |n| format!("a/\"{n}\".jpg"))
            .stage(Stage::map("one", same).workers(2))
            .stage(Stage::map("two", same))
            .on_finished(|history| recorder.finished(history))
            .sink("done", |_| ())
            .run()
            .unwrap();
        let view = View { report: &report, totals: &Totals::default(), expected: None, cores: 1.0, os: None };
        recorder.finish(&view);
        let json = serde_json::from_str(&recorder.trace_json(&view)).unwrap();
        (report, json)
    }

    fn events<'a>(trace: &'a Value, phase: &str) -> Vec<&'a Value> {
        trace["traceEvents"].as_array().unwrap().iter().filter(|event| event["ph"] == phase).collect()
    }

    #[test]
    fn a_slice_for_each_picture_and_stage_on_the_track_of_its_worker() {
        let (report, trace) = traced(50);
        let slices = events(&trace, "X");
        assert_eq!(slices.len(), 100);
        let busy: f64 = slices.iter().map(|slice| slice["dur"].as_f64().unwrap() / 1e6).sum();
        let measured: f64 = report.stages[1..3].iter().map(|stage| stage.busy.as_secs_f64()).sum();
        assert!((busy - measured).abs() < 1e-6, "{busy} {measured}");
        let first = slices.iter().find(|slice| slice["name"] == "\"0\".jpg").unwrap();
        assert_eq!(first["args"]["picture"], "a/\"0\".jpg");
        let named: Vec<_> = events(&trace, "M").into_iter().filter(|e| e["name"] == "thread_name").collect();
        for slice in slices {
            let track = named.iter().find(|track| track["tid"] == slice["tid"]).unwrap();
            let stage = slice["cat"].as_str().unwrap();
            assert!(track["args"]["name"].as_str().unwrap().starts_with(stage), "{track} {slice}");
        }
        assert_eq!(events(&trace, "C").len(), 3, "one sample of three queues");
        assert_eq!(trace["otherData"]["note"], "every picture is here");
    }

    #[test]
    fn few_pictures_with_many_visits_each_stay_within_the_bytes() {
        let mut trace = Trace::default();
        let picture = |seq: u64, visits: usize| {
            let visit = Visit { stage: 1, worker: 0, began: Duration::ZERO, took: Duration::ZERO };
            Traced { seq, label: "a.jpg".into(), visits: vec![visit; visits] }
        };
        let each = MOST_BYTES / picture(0, 1).bytes() / 4;
        (0..20).for_each(|seq| trace.keep(picture(seq, each)));
        assert_eq!((trace.first.len(), trace.latest.len(), trace.left_out), (4, 4, 12));
        assert_eq!(trace.latest.back().map(|traced| traced.seq), Some(19));
        trace.keep(picture(20, 5 * each));
        assert_eq!((trace.latest.len(), trace.left_out), (0, 17), "larger than all that may be kept");
    }

    #[test]
    fn as_many_workers_as_a_stage_may_have_get_tracks_of_their_own() {
        let most = |workers: usize| {
            let same = Stage::map("one", Ok::<u32, Infallible>).workers(workers);
            Pipeline::source("numbers", 0..1u32, |n| n.to_string()).stage(same).sink("done", |_| ()).run()
        };
        assert!(most(TRACKS).is_err(), "the engine allows as many");
        let tracks = (0..3).flat_map(|stage| [(stage, 0), (stage, 1023)]);
        let numbers: BTreeSet<usize> = tracks.map(|(stage, worker)| track(stage, worker)).collect();
        assert_eq!(numbers.len(), 6);
        assert!(track(0, TRACKS - 1) < track(1, 0));
    }

    #[test]
    fn slices_of_one_track_do_not_overlap() {
        let (_, trace) = traced(200);
        let mut slices = events(&trace, "X");
        slices.sort_by(|a, b| a["ts"].as_f64().unwrap().total_cmp(&b["ts"].as_f64().unwrap()));
        let mut ends = std::collections::HashMap::new();
        for slice in slices {
            let (from, took) = (slice["ts"].as_f64().unwrap(), slice["dur"].as_f64().unwrap());
            let before = ends.insert(slice["tid"].as_u64().unwrap(), from + took).unwrap_or(0.0);
            assert!(before <= from + 0.002, "{before} {slice}");
        }
    }

    #[test]
    fn a_long_run_keeps_its_first_and_its_latest_pictures_and_says_so() {
        let (_, trace) = traced(2 * MOST as u32 + 7);
        assert_eq!(events(&trace, "X").len(), 4 * MOST);
        let note = trace["otherData"]["note"].as_str().unwrap();
        assert!(note.starts_with("7 pictures are left out"), "{note}");
    }
}
