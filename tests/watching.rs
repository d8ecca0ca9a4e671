//! What the command records, serves and writes about a run, from the outside.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

#[path = "common/command.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
mod command;

use command::Scratch;
use serde_json::Value;
use std::fs;
use std::net::TcpListener;

fn pictures(scratch: &Scratch, count: u32) {
    (0..count).for_each(|n| drop(scratch.picture(&format!("in/{n}.png"), n)));
}

fn json(scratch: &Scratch, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(scratch.path().join(name)).unwrap()).unwrap()
}

#[test]
fn a_report_has_a_series_the_slowest_pictures_the_failures_and_the_settings() {
    let scratch = Scratch::new();
    pictures(&scratch, 30);
    scratch.file("in/<b>.png", b"this is no picture");
    let ran = scratch.run(&["in", "-o", "out", "--converters", "3", "--report", "r.json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let report = json(&scratch, "r.json");
    let series = &report["series"];
    let last = |column: &Value| column.as_array().unwrap().last().unwrap().as_f64().unwrap();
    assert_eq!(last(&series["finished"]), 31.0, "the series ends with the run");
    assert!((last(&series["seconds"]) - report["wall_seconds"].as_f64().unwrap()).abs() < 1e-3);
    assert_eq!(series["stages"].as_array().unwrap().len(), report["stages"].as_array().unwrap().len());
    assert_eq!(report["slowest"].as_array().unwrap().len(), 20);
    assert_eq!(report["slowest"][0]["stages"].as_array().unwrap().len(), 5);
    assert_eq!(report["failures"]["total"], 1);
    assert_eq!(report["failures"]["first"][0]["picture"], "in/<b>.png");
    let settings = report["config"].as_array().unwrap();
    let converters = settings.iter().find(|setting| setting["key"] == "convert.workers").unwrap();
    assert_eq!((&converters["value"], &converters["default"]), (&Value::from("3"), &Value::from(false)));
    assert!(report["machine"]["cores"].as_f64().unwrap() >= 1.0);
    let counted: u64 = report["stages"][2]["step_histogram"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair[1].as_u64().unwrap())
        .sum();
    assert_eq!(counted, report["stages"][2]["items_in"].as_u64().unwrap());
}

#[test]
fn a_page_is_one_file_with_the_figures_and_a_few_pictures_in_it() {
    let scratch = Scratch::new();
    pictures(&scratch, 12);
    scratch.file("in/<script>.png", b"this is no picture");
    let ran = scratch.run(&["in", "-o", "out", "--report", "r.html"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let page = fs::read_to_string(scratch.path().join("r.html")).unwrap();
    assert!(page.contains(r"in/\u003cscript\u003e.png") && !page.contains("in/<script>"));
    assert_eq!(page.matches("\"before\":\"data:image/jpeg;base64,").count(), 6);
    assert_eq!(page.matches("\"after\":\"data:image/jpeg;base64,").count(), 6);
}

#[test]
fn in_place_there_is_no_before() {
    let scratch = Scratch::new();
    pictures(&scratch, 2);
    let ran = scratch.run(&["in", "--in-place", "--existing", "overwrite", "--report", "r.html"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = fs::read_to_string(scratch.path().join("r.html")).unwrap();
    assert_eq!((page.matches("\"before\":null").count(), page.matches("\"after\":\"data:").count()), (2, 2));
}

#[test]
fn a_trace_has_a_slice_for_each_picture_and_stage() {
    let scratch = Scratch::new();
    pictures(&scratch, 8);
    let ran = scratch.run(&["in", "-o", "out", "--trace", "t.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let trace = json(&scratch, "t.json");
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["ph"] == "X").count(), 8 * 5);
    assert!(events.iter().any(|event| event["ph"] == "C" && event["name"] == "queue: decode"));
}

#[test]
fn a_port_that_is_taken_is_told_before_the_work() {
    let scratch = Scratch::new();
    pictures(&scratch, 1);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for flag in ["--metrics", "--dashboard"] {
        let ran = scratch.run(&["in", "-o", "out", flag, &address]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("cannot listen at {address}: ")), "{}", ran.stderr);
        assert!(scratch.names("out").is_empty());
    }
}

#[test]
fn the_address_of_the_live_page_is_printed_with_its_token() {
    let scratch = Scratch::new();
    pictures(&scratch, 1);
    let ran = scratch.run(&["in", "-o", "out", "--dashboard", "0", "--metrics", "0", "-q"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("pipeline: live page at http://127.0.0.1:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("/#token="), "{}", ran.stderr);
    assert!(ran.stderr.contains("pipeline: metrics at http://127.0.0.1:"), "{}", ran.stderr);
}
