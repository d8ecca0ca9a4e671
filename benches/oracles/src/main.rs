//! Owns the command that holds `pipeline-jpeg` against libjpeg-turbo and `zune-jpeg`: in memory, on one thread.
//! Does not own: one task (see `task.rs`), clocks (see `measure.rs`).
//!
//! `cargo run --release -p pipeline-oracles -- DIRECTORY [ROUNDS] [WORD]` decodes every JPEG of a directory and prints a line for
//! each task whose name has WORD in it: megapixels of the whole picture per second, medians of ROUNDS (5), and how many times
//! the others' speed that is. First every picture is compared with libjpeg-turbo's. Building needs `cmake` and `nasm`.
//!
//! Contenders take turns within a round, so that whatever else the machine does meets them all alike. Each keeps its decoder
//! and the memory of its pixels from picture to picture. `PIPELINE_SIMD=scalar` makes ours a decoder without `unsafe`.

mod measure;
mod task;

use pipeline_jpeg::Header;
use std::error::Error;
use std::path::Path;
use task::{TASKS, Task};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("give a directory of JPEGs")?;
    let rounds = arguments.next().map_or(Ok(5), |rounds| rounds.parse::<usize>())?.max(1);
    let word = arguments.next().unwrap_or_default();
    let files = read(Path::new(&directory))?;
    let (progressive, sequential): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| is_progressive(file));
    for (kind, files) in [("sequential", &sequential), ("progressive", &progressive)] {
        for task in TASKS.iter().filter(|task| task.name.contains(&word) || kind.contains(&word)) {
            line(kind, files, task, rounds)?;
        }
    }
    Ok(())
}

/// Measures a task and prints what came out.
fn line(kind: &str, files: &[Vec<u8>], task: &Task, rounds: usize) -> Result<(), Box<dyn Error>> {
    let mut contenders = task.contenders()?;
    let (files, differing) = task.comparable(files, &mut contenders);
    if files.is_empty() {
        return Ok(());
    }
    let pixels: f64 = files.iter().map(|file| size(file)).sum();
    let seconds = measure::medians(&files, &mut contenders, rounds);
    print!("{kind:11} {:8} {:3} files", task.name, files.len());
    if differing > 0 {
        print!(", {differing} DIFFER");
    }
    for (contender, seconds) in contenders.iter().zip(&seconds) {
        print!("  {} {:.0} MP/s", contender.name, pixels / seconds / 1e6);
        print!(" ({:.3} ms)", seconds * 1e3 / files.len() as f64);
    }
    for (contender, other) in contenders.iter().zip(&seconds).skip(1) {
        print!("  × {:.2} {}", other / seconds[0], contender.name);
    }
    println!();
    Ok(())
}

/// Pixels of a picture.
fn size(file: &[u8]) -> f64 {
    Header::parse(file).map_or(0.0, |header| f64::from(header.width) * f64::from(header.height))
}

/// The JPEGs of a directory in the order of their names.
fn read(directory: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let file = std::fs::read(&path)?;
        match Header::parse(&file) {
            Ok(_) => files.push(file),
            Err(error) => eprintln!("left out: {}: {error}", path.display()),
        }
    }
    Ok(files)
}

fn is_progressive(file: &[u8]) -> bool {
    Header::parse(file).is_ok_and(|header| header.progressive)
}
