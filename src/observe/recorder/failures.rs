//! Owns the failures of a run: the first ones by name, all of them by stage and reason.

use crate::engine::Failure;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const MOST: usize = 200;
const MOST_KINDS: usize = 50;

#[derive(Debug, Default)]
pub(super) struct Failures {
    total: u64,
    first: Vec<Failed>,
    /// By stage and reason.
    kinds: BTreeMap<(String, String), u64>,
}

#[derive(Debug)]
struct Failed {
    label: Arc<str>,
    stage: String,
    reason: String,
}

impl Failures {
    pub(super) fn note(&mut self, failure: &Failure) {
        self.total += 1;
        let kind = (failure.stage.to_string(), failure.error.to_string());
        if self.first.len() < MOST {
            let (stage, reason) = kind.clone();
            self.first.push(Failed { label: Arc::clone(&failure.label), stage, reason });
        }
        if self.kinds.len() < MOST_KINDS || self.kinds.contains_key(&kind) {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let first = self.first.iter().map(
            |failed| json!({ "picture": *failed.label, "stage": failed.stage, "reason": failed.reason }),
        );
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let kinds = kinds
            .into_iter()
            .map(|((stage, reason), count)| json!({ "stage": stage, "reason": reason, "count": count }));
        json!({
            "total": self.total,
            "first": first.collect::<Vec<_>>(),
            "kinds": kinds.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Recorder;
    use super::*;
    use crate::engine::{Pipeline, Stage};

    #[test]
    fn failures_are_counted_by_reason_and_only_the_first_are_named() {
        let recorder = Recorder::new();
        let fail = |n: u32| match n % 100 {
            0 => Err(format!("reason {n}")),
            _ => Err("the usual".to_owned()),
        };
        Pipeline::source("numbers", 0u32..20_000, |n| n.to_string())
            .stage(Stage::map("fail", |n| fail(n).map(|(): ()| n)))
            .on_failed(|failure| recorder.failed(failure))
            .sink("done", |_| ())
            .run()
            .unwrap();
        let mut json = json!({});
        recorder.describe(&mut json);
        let failures = &json["failures"];
        assert_eq!(failures["total"], 20_000);
        assert_eq!(failures["first"].as_array().unwrap().len(), MOST);
        assert_eq!(failures["first"][1], json!({ "picture": "1", "stage": "fail", "reason": "the usual" }));
        assert_eq!(failures["kinds"].as_array().unwrap().len(), MOST_KINDS);
        assert_eq!(failures["kinds"][0]["count"], 19_800);
    }
}
