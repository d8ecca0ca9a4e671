//! Owns measuring the smallest job: one small picture, from the start of the process to its exit.
//! Does not own: what a picture costs among many (`efficiency.rs`).

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};

use crate::measure::{Result, median, print_table};
use crate::{check, pipeline, settle, verdict};

const FLOOR_MS: f64 = 15.0;
const SIDE: u32 = 256;

pub(crate) fn measure(scratch: &Path, quick: bool) -> Result<()> {
    let picture = scratch.join("small.jpg");
    fs::write(&picture, small_picture()?)?;
    let rounds = if quick { 3 } else { 41 };
    settle();
    let (mut job, mut nothing) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let output = scratch.join(format!("small-{round}"));
        job.push(milliseconds(&mut pipeline(&picture, &output, &[]))?);
        nothing.push(milliseconds(Command::new(env!("CARGO_BIN_EXE_pipeline")).arg("--version"))?);
    }
    let job = median(job);
    let rows = [("one picture", job), ("--version", median(nothing))];
    let rows = rows.map(|(what, ms)| vec![what.to_string(), format!("{ms:.2}")]);
    print_table(&format!("process start to exit, {SIDE}×{SIDE} JPEG, {rounds} rounds"), &["", "ms"], &rows);
    println!("{}", verdict(job <= FLOOR_MS, &format!("{FLOOR_MS} ms")));
    Ok(())
}

/// A smooth picture with some texture, as a JPEG.
fn small_picture() -> Result<Vec<u8>> {
    let pixel = |n: u32| {
        let (x, y) = (n % SIDE, n / SIDE);
        [x, y, x * y / 64].map(|value| (value & 0xFF) as u8)
    };
    let samples = Samples::U8((0..SIDE * SIDE).flat_map(pixel).collect());
    let image = Image::new(SIDE, SIDE, Color::Rgb, samples)?;
    Ok(Encoder::new().encode(&image, &EncodeOptions::new(Format::Jpeg))?.bytes)
}

fn milliseconds(command: &mut Command) -> Result<f64> {
    let began = Instant::now();
    let output = command.output()?;
    let elapsed = began.elapsed();
    check(output.status)?;
    Ok(elapsed.as_secs_f64() * 1e3)
}
