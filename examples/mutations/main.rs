//! Gives damaged pictures, texts and journals to everything that reads them, and watches: no panic, no hang, no more memory
//! than is explained, no answer that cannot be. The same targets as those of `fuzz/`, without a nightly compiler.
//! Does not own: what must be true (`targets/`), JPEG in depth (the example `damage` of `pipeline-jpeg`).
//!
//! `cargo run --release --example mutations -- [DIR]... [--count 2000] [--seconds N] [--seed 1] [--first 0] [--only NAME]
//! [--largest BYTES] [--seeds-to DIR]`
//!
//! Each target gets `--count` inputs: of its seeds, which are pictures below the directories, pictures that are written here,
//! and texts, one is taken and damaged. A round depends on `--seed` and its number alone, and on which files there are:
//! `--only NAME --first N --count 1` does it again. Ends with 1 if anything was wrong; the inputs are kept then. With `--seeds-to`
//! nothing is damaged, and the inputs to damage are written, for `fuzz/seed`.

mod mutate;
mod options;
mod random;
mod seeds;
mod targets;
mod watch;

use options::Options;
use random::Random;
use seeds::Seeds;
use std::process::ExitCode;
use std::time::Instant;
use targets::{TARGETS, Target};
use watch::Tally;

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mutations: {error}");
            ExitCode::from(2)
        }
    }
}

/// How many findings there were.
fn run(options: &Options) -> Result<u64, String> {
    let chosen = |target: &&Target| options.only.as_ref().is_none_or(|only| only == target.name);
    let targets: Vec<&Target> = TARGETS.iter().filter(chosen).collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        return Err(format!("--only wants one of {}", names.join(", ")));
    }
    let pictures = seeds::pictures(options)?;
    watch::for_hangs();
    watch::quiet_panics();
    let mut findings = 0;
    for target in targets {
        let seeds = seeds::of(target, &pictures);
        if let Some(directory) = &options.seeds_to {
            seeds.write(&directory.join(target.name)).map_err(|error| error.to_string())?;
            continue;
        }
        let tally = rounds(target, &seeds, options);
        println!("{tally}");
        findings += tally.findings;
    }
    println!("{findings} panics, hangs, wrong answers and excesses of memory, seed {}", options.seed);
    Ok(findings)
}

fn rounds(target: &'static Target, seeds: &Seeds, options: &Options) -> Tally {
    let mut tally = Tally::new(target);
    let began = Instant::now();
    for round in options.first..options.first.saturating_add(options.count) {
        if options.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds) {
            break;
        }
        let mut random = Random::new(options.seed.wrapping_mul(0x9e37_79b9).wrapping_add(round << 20));
        let input = seeds.damaged(&mut random);
        if let Some(finding) = tally.run(&input, &ALLOCATOR) {
            let name = format!("{}-{}-{round}", target.name, options.seed);
            println!(
                "{}, seed {}, round {round}: {finding}; {}",
                target.name,
                options.seed,
                watch::keep(&input, &name)
            );
        }
    }
    tally
}
