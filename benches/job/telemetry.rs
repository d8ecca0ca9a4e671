//! Owns measuring what watching a run costs: tiny pictures with and without a report, a trace, a served page.
//! Does not own: the cost of the counters that are always there (`benches/engine.rs`).

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};

use crate::measure::{Result, median, print_table};
use crate::{check, pipeline, settle, verdict};

const PICTURES: usize = 12_000;
const QUICK_PICTURES: usize = 60;
const SIDE: u32 = 32;

/// What is asked for, and how much longer the run may take for it.
const WATCHED: [(&str, &[&str], f64); 4] = [
    ("nothing", &[], 0.0),
    ("--report html", &["--report", "telemetry.html"], 0.01),
    (
        "--report json --metrics --dashboard",
        &["--report", "telemetry.json", "--metrics", "0", "--dashboard", "0"],
        0.01,
    ),
    ("--trace", &["--trace", "telemetry-trace.json"], 0.03),
];

pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<()> {
    let input = scratch.join("tiny");
    let pictures = if quick { QUICK_PICTURES } else { PICTURES };
    paint(&input, pictures)?;
    let rounds = if quick { 1 } else { 15 };
    println!("{pictures} pictures of {SIDE}×{SIDE}, {rounds} interleaved rounds");
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); WATCHED.len()];
    for round in 0..rounds {
        // Whichever comes first meets a fuller cache; all do in turn.
        for step in 0..WATCHED.len() {
            let which = (round + step) % WATCHED.len();
            times[which].push(run(&input, scratch, WATCHED[which].1)?.as_secs_f64());
        }
    }
    let plain = times[0].clone();
    let rows = WATCHED.iter().zip(&times).map(|((name, _, allowed), times)| {
        // Rounds are compared with themselves: what the machine does besides changes from minute to minute.
        let cost = median(times.iter().zip(&plain).map(|(with, without)| with / without - 1.0).collect());
        let rate = pictures as f64 / median(times.clone());
        let judged = if *allowed > 0.0 {
            verdict(cost <= *allowed, &format!("{:.0} % more", allowed * 100.0))
        } else {
            String::new()
        };
        vec![(*name).to_owned(), format!("{rate:.0}"), format!("{:+.2} %", cost * 100.0), judged]
    });
    print_table("what watching costs", &["watched by", "pictures/s", "time", ""], &rows.collect::<Vec<_>>());
    Ok(())
}

fn paint(input: &Path, pictures: usize) -> Result<()> {
    fs::create_dir_all(input)?;
    let rgb = (0..SIDE * SIDE * 3).map(|at| (at.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    let image = Image::new(SIDE, SIDE, Color::Rgb, Samples::U8(rgb))?;
    let jpeg = Encoder::new().encode(&image, &EncodeOptions::new(Format::Jpeg))?.bytes;
    for at in 0..pictures {
        fs::write(input.join(format!("{at:05}.jpg")), &jpeg)?;
    }
    settle();
    Ok(())
}

fn run(input: &Path, scratch: &Path, options: &[&str]) -> Result<Duration> {
    let output = tempfile::tempdir_in(scratch)?.keep();
    settle();
    let mut command = pipeline(input, &output, options);
    command.current_dir(scratch).stderr(std::process::Stdio::null());
    let began = Instant::now();
    check(command.status()?)?;
    Ok(began.elapsed())
}
