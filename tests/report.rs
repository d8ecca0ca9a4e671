//! The report for machines and what is said of it: its published schema holds for real reports, and `explain` and `predict`
//! work from them.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub, reason = "a panic here is a failed test")]

#[allow(dead_code, reason = "not every test needs all of it")]
#[path = "common/command.rs"]
mod command;

use command::Scratch;
use serde_json::Value;
use std::fs;

/// Enough work for a run of a moment.
fn recorded(scratch: &Scratch, options: &[&str]) -> Value {
    (0..60).for_each(|n| drop(scratch.sized(&format!("in/{n}.png"), n, 400, 300)));
    let args = [&["in", "-o", "out", "--report", "run.json", "--effort", "balanced"], options].concat();
    let ran = scratch.run(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&fs::read_to_string(scratch.path().join("run.json")).unwrap()).unwrap()
}

/// Holds a value against the part of JSON Schema that the published one uses; says where it does not fit. Stricter in one
/// thing: where the schema does not say that there may be others, every member has to be described.
fn misfit(value: &Value, schema: &Value, root: &Value, at: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.strip_prefix('#').unwrap()).expect("the reference leads somewhere");
        return misfit(value, target, root, at);
    }
    for keyword in schema.as_object().unwrap().keys() {
        let known = [
            "$schema",
            "$id",
            "$defs",
            "title",
            "description",
            "type",
            "const",
            "enum",
            "minimum",
            "maximum",
            "properties",
            "required",
            "items",
            "maxItems",
            "additionalProperties",
        ];
        assert!(known.contains(&keyword.as_str()), "this test does not know the keyword {keyword}");
    }
    let wrong = |what: &str| Some(format!("{at}: {what}: {value}"));
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name],
        _ => Vec::new(),
    };
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        other => panic!("this test does not know the type {other}"),
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        return wrong("has another type");
    }
    if schema.get("const").is_some_and(|one| one != value) {
        return wrong("is another value");
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return wrong("is none of the words");
    }
    let outside = |number: f64| {
        schema["minimum"].as_f64().is_some_and(|least| number < least)
            || schema["maximum"].as_f64().is_some_and(|most| number > most)
    };
    if value.as_f64().is_some_and(outside) {
        return wrong("is out of range");
    }
    if let Some(items) = value.as_array() {
        if schema["maxItems"].as_u64().is_some_and(|most| items.len() as u64 > most) {
            return wrong("has too many items");
        }
        let each = |(n, item)| misfit(item, &schema["items"], root, &format!("{at}/{n}"));
        return items.iter().enumerate().find_map(each);
    }
    let members = value.as_object()?;
    let mut required = schema["required"].as_array().into_iter().flatten();
    if let Some(missing) = required.find(|name| !members.contains_key(name.as_str().unwrap())) {
        return wrong(&format!("{missing} is missing"));
    }
    members.iter().find_map(|(name, member)| match schema["properties"].get(name) {
        Some(schema) => misfit(member, schema, root, &format!("{at}/{name}")),
        None if schema["additionalProperties"] == true => None,
        None => Some(format!("{at}/{name}: is not described")),
    })
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/report.schema.json")).unwrap()
}

#[test]
fn real_reports_are_as_their_schema_says() {
    let (scratch, schema) = (Scratch::new(), schema());
    let report = recorded(&scratch, &[]);
    assert_eq!(misfit(&report, &schema, &schema, ""), None);
    let scratch = Scratch::new();
    scratch.file("in/broken.png", b"no picture");
    scratch.run(&["in", "-o", "out", "--report", "run.json"]);
    let failed = fs::read_to_string(scratch.path().join("run.json")).unwrap();
    assert_eq!(misfit(&serde_json::from_str(&failed).unwrap(), &schema, &schema, ""), None);
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let (scratch, schema) = (Scratch::new(), schema());
    let report = recorded(&scratch, &[]);
    let with = |at: &str, value: Value| {
        let mut changed = report.clone();
        *changed.pointer_mut(at).unwrap() = value;
        misfit(&changed, &schema, &schema, "").unwrap_or_default()
    };
    assert!(with("/schema_version", 2.into()).starts_with("/schema_version"));
    assert!(with("/ended", "sometime".into()).contains("none of the words"));
    assert!(with("/stages/1/parts/busy", 1.5.into()).contains("out of range"));
    assert!(with("/counts", Value::Null).contains("another type"));
}

#[test]
fn a_run_says_at_its_end_what_limited_it_and_explain_says_it_again() {
    let scratch = Scratch::new();
    let report = recorded(&scratch, &[]);
    let verdict = report["diagnosis"]["verdict"].as_str().unwrap();
    let said = scratch.run(&["explain", "run.json"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stdout.contains(verdict), "{}", said.stdout);
    assert!(said.stdout.starts_with("stage "), "where the time went comes first: {}", said.stdout);
    assert!(said.stdout.contains("\n  cores: "), "{}", said.stdout);
    let json = scratch.run(&["explain", "run.json", "--json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["verdict"], report["diagnosis"]["verdict"]);
    assert_eq!(json["changes"], report["diagnosis"]["changes"], "the same figures give the same advice");
}

#[test]
fn a_prediction_says_throughput_limit_and_memory_and_draws_a_plot() {
    let scratch = Scratch::new();
    recorded(&scratch, &[]);
    let args = ["predict", "run.json", "--cores", "1", "--set", "encode=1", "--plot", "plot.svg"];
    let said = scratch.run(&args);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    for part in [
        "pictures/s predicted (nine in ten: ",
        "limited by ",
        "memory",
        "No schedule of this kind can exceed",
    ] {
        assert!(said.stdout.contains(part), "{part}: {}", said.stdout);
    }
    let plot = fs::read_to_string(scratch.path().join("plot.svg")).unwrap();
    assert!(plot.starts_with("<svg ") && plot.trim_end().ends_with("</svg>"), "{plot}");
    assert!(!plot.contains("NaN") && !plot.contains("inf"), "{plot}");
    let slow = scratch.run(&["predict", "run.json", "--latency", "read=50ms", "--set", "read=1", "--json"]);
    let slow: Value = serde_json::from_str(&slow.stdout).unwrap();
    let rate = slow["pictures_per_second"].as_f64().unwrap();
    assert!((15.0..25.0).contains(&rate), "one reader with 50 ms each reads 20 a second: {rate}");
    assert_eq!(slow["limit"], serde_json::json!({ "by": "stage", "stage": "read" }));
}

#[test]
fn what_cannot_be_predicted_is_said_with_the_reason() {
    let scratch = Scratch::new();
    recorded(&scratch, &[]);
    scratch.file("list.json", b"[1, 2]");
    let refused = |args: &[&str], reason: &str| {
        let said = scratch.run(args);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{args:?}: {}", said.stderr);
        assert!(said.stderr.contains(reason), "{args:?}: {}", said.stderr);
    };
    refused(&["predict", "nowhere.json"], "nowhere.json: cannot read the report");
    refused(&["explain", "list.json"], "list.json: it is no report of a run");
    refused(&["predict", "run.json", "--set", "red=2"], "no stage `red`");
    refused(&["predict", "run.json", "--set", "read=0"], "from 1 to 1024");
    refused(&["predict", "run.json", "--cores", "0"], "cores must be");
    refused(&["predict", "run.json", "--latency", "read=20"], "with its unit");
}
