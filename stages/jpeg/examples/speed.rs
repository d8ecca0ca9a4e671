//! Owns measuring how long decoding takes: every file of a directory, in memory, on one thread.
//! Does not own: comparing with other decoders.
//!
//! `cargo run --release -p pipeline-jpeg --example speed -- DIRECTORY [rgb]`

use pipeline_jpeg::{Decoder, Limits, Output};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args_os().nth(1).ok_or("give a directory of JPEGs")?;
    let output =
        if std::env::args().nth(2).is_some_and(|word| word == "rgb") { Output::Rgb } else { Output::Gray };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        files.push(std::fs::read(entry?.path())?);
    }
    let mut decoder = Decoder::new(Limits::default());
    files.retain(|file| decoder.decode(file, output, &mut Vec::new()).is_ok());
    let mut times = Vec::new();
    let mut samples = 0;
    for _ in 0..ROUNDS {
        samples = 0;
        let began = Instant::now();
        for file in &files {
            let mut out = Vec::new();
            decoder.decode(file, output, &mut out)?;
            samples += black_box(out).len();
        }
        times.push(began.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let median = times[ROUNDS / 2];
    let each = median * 1e3 / files.len().max(1) as f64;
    let pixels = samples / output.samples();
    println!("{} files, {each:.3} ms each, {:.0} MP/s", files.len(), pixels as f64 / median / 1e6);
    Ok(())
}
