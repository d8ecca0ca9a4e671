//! Owns progress for machines: one JSON object a line, every second and at the end.

use super::super::json::{rounded, seconds};
use super::super::view::View;
use super::out::Out;
use super::pace::{Pace, Throttle};
use serde_json::{Value, json};
use std::time::Duration;

const PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Json {
    pub(super) out: Out,
    pace: Pace,
    throttle: Throttle,
}

impl Json {
    pub(super) fn new(out: Out) -> Self {
        Self { out, pace: Pace::default(), throttle: Throttle::new(PERIOD, PERIOD) }
    }

    pub(super) fn update(&mut self, view: &View<'_>) {
        let event = self.event("progress", view);
        if self.throttle.pass(view.report.wall) {
            self.out.line(&event.to_string());
        }
    }

    pub(super) fn finish(&mut self, view: &View<'_>) {
        let event = self.event("end", view);
        self.out.line(&event.to_string());
    }

    fn event(&mut self, event: &str, view: &View<'_>) -> Value {
        let (report, speed) = (view.report, self.pace.note(view));
        let stages = report.stages.iter().map(|stage| {
            json!({
                "name": stage.name,
                "workers": stage.workers,
                "busy": stage.workers_busy,
                "queue": stage.queue,
                "queued": stage.queue_depth,
            })
        });
        json!({
            "event": event,
            "ended": report.ended,
            "seconds": seconds(report.wall),
            "expected": view.expected,
            "admitted": report.admitted,
            "done": report.done,
            "failed": report.failed,
            "skipped": report.skipped,
            "interrupted": report.interrupted,
            "pictures_per_second": rounded(speed.pictures_per_second),
            "megapixels_per_second": rounded(speed.megapixels_per_second),
            "eta_seconds": speed.eta_seconds.map(rounded),
            "stages": stages.collect::<Vec<_>>(),
        })
    }
}

/// A line for people, wrapped so that every line is an object.
pub(super) fn line(out: &Out, text: &str) {
    out.line(&json!({ "event": "line", "text": text }).to_string());
}

#[cfg(test)]
mod tests {
    use super::super::super::view::Totals;
    use super::*;
    use crate::engine::{Ended, Report, StageReport};

    #[test]
    fn an_object_every_second_and_one_at_the_end() {
        let (out, text) = Out::memory();
        let mut json = Json::new(out.clone());
        let stages = vec![StageReport { name: "read".to_owned(), workers: 2, ..StageReport::default() }];
        let mut report = Report { stages, ..Report::default() };
        let totals = Totals::default();
        for tick in 0..=25 {
            report.wall = Duration::from_millis(tick * 100);
            report.done = tick;
            json.update(&View { report: &report, totals: &totals, expected: Some(25), cores: 2.0, os: None });
        }
        line(&out, "b\u{1b}\"\n.jpg: read: gone");
        report.ended = Ended::Complete;
        json.finish(&View { report: &report, totals: &totals, expected: Some(25), cores: 2.0, os: None });
        let text = text();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(events, ["progress", "progress", "line", "end"]);
        assert_eq!((&lines[0]["done"], &lines[0]["eta_seconds"]), (&json!(10), &json!(1.5)));
        assert_eq!(lines[0]["stages"][0]["workers"], 2);
        assert_eq!(lines[2]["text"], "b\u{1b}\"\n.jpg: read: gone");
        assert_eq!((&lines[3]["ended"], &lines[3]["eta_seconds"]), (&json!("complete"), &Value::Null));
    }
}
