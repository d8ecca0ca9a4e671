//! Owns damaging JPEGs in every way there is and watching what the crate does with them: no panic, no hang, no more memory than
//! header, file and limits explain.
//! Does not own: whether what is decoded is right (see `tests/`).
//!
//! `cargo run --release -p pipeline-jpeg --example damage -- [DIR]... [--count 20000] [--seconds N] [--seed 1] [--first 0]
//! [--largest BYTES]`
//!
//! Takes the JPEGs below the directories that are not larger than `--largest`, and odd ones that are written here. Each round
//! damages one of them and gives it to every entry point. A round depends on `--seed` and its number alone, and on which files
//! there are: `--first N --count 1` does it again. Ends with 1 if anything was wrong; the files are kept then.

mod mutate;
#[path = "../../tests/odd/mod.rs"]
#[allow(dead_code, unused_imports, reason = "of the odd files only the bytes are wanted")]
mod odd;
mod options;
mod seeds;
mod targets;
mod watch;

use odd::Random;
use options::Options;
use pipeline_jpeg::Decoder;
use seeds::Seeds;
use std::process::ExitCode;
use std::time::Instant;
use targets::{LIMITS, TARGETS};
use watch::{Finding, Tally};

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Names as few findings as can be read.
const NAMED: usize = 20;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("damage: {error}");
            ExitCode::from(2)
        }
    }
}

/// How many findings there were.
fn run(options: &Options) -> Result<usize, String> {
    let seeds = seeds::all(options)?;
    println!(
        "{} whole files to damage, and {} that are broken already",
        seeds.whole.len(),
        seeds.broken.len()
    );
    watch::for_hangs();
    watch::quiet_panics();
    let began = Instant::now();
    let mut decoder = Decoder::new(LIMITS);
    let mut tallies = TARGETS.map(Tally::new);
    let (mut findings, mut rounds) = (0, 0);
    for round in options.first..options.first.saturating_add(options.count) {
        if options.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds) {
            break;
        }
        let file = damaged(&seeds, options.seed, round);
        for tally in &mut tallies {
            if let Some(finding) = tally.run(&mut decoder, &file, &ALLOCATOR) {
                findings += 1;
                report(options.seed, round, findings, &finding, &file);
            }
        }
        rounds += 1;
    }
    println!("{rounds} damaged files in {:.0} s, seed {}", began.elapsed().as_secs_f64(), options.seed);
    tallies.iter().for_each(|tally| println!("{tally}"));
    println!("{findings} panics, hangs, wrong answers and excesses of memory");
    Ok(findings)
}

/// The file of a round.
fn damaged(seeds: &Seeds, seed: u64, round: u64) -> Vec<u8> {
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(round << 20));
    let other = seeds.pick(&mut random);
    let mut file = seeds.pick(&mut random).to_vec();
    mutate::several(&mut file, other, &mut random);
    file
}

fn report(seed: u64, round: u64, findings: usize, finding: &Finding, file: &[u8]) {
    if findings > NAMED {
        return;
    }
    println!("seed {seed}, round {round}: {finding}; {}", watch::keep(file, &format!("{seed}-{round}")));
}
