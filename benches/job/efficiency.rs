//! Owns measuring efficiency: what the command makes of all cores, against the same stages in one thread.
//! Does not own: the loop in one thread (`serial.rs`).

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use pipeline_stages::Format;
use pipeline_stages::read::{Entry, Inputs};

use crate::measure::{Result, median, print_table};
use crate::serial::{STAGES, Times, convert};
use crate::{check, pipeline, settle, verdict};

const FLOOR: f64 = 0.93;
/// So many pictures take long beside the start of a process.
const FEWEST_PICTURES: usize = 600;
const QUICK_PICTURES: usize = 12;

/// Seconds of one round.
struct Round {
    stages: Times,
    command: Duration,
    /// As many loops at once as there are cores, each over its share of the pictures: what the machine can give.
    side_by_side: Duration,
}

pub(crate) fn measure(folder: &Path, scratch: &Path, quick: bool) -> Result<()> {
    let entries = copies(folder, &scratch.join("input"), quick)?;
    let cores = thread::available_parallelism()?.get();
    let rounds = if quick { 1 } else { 7 };
    println!("{} pictures, {cores} cores, medians of {rounds} interleaved rounds", entries.len());
    for format in [Some(Format::Png), None] {
        let mut measured = Vec::new();
        for _ in 0..rounds {
            measured.push(round(&entries, scratch, format, cores)?);
        }
        report(&measured, entries.len(), cores, format);
    }
    Ok(())
}

/// Enough copies of the folder, each below a directory of its own.
fn copies(folder: &Path, input: &Path, quick: bool) -> Result<Vec<Entry>> {
    let mut found = Inputs::new().with(folder)?.walk().collect::<std::result::Result<Vec<_>, _>>()?;
    if found.is_empty() {
        return Err(format!("{}: no file; name a folder with pictures", folder.display()).into());
    }
    let times = if quick { 1 } else { FEWEST_PICTURES.div_ceil(found.len()) };
    found.truncate(if quick { QUICK_PICTURES } else { usize::MAX });
    for copy in 0..times {
        for entry in &found {
            let target = input.join(copy.to_string()).join(&entry.landing);
            fs::create_dir_all(target.parent().unwrap_or(input))?;
            fs::copy(&entry.path, target)?;
        }
    }
    Ok(Inputs::new().with(input)?.walk().collect::<std::result::Result<_, _>>()?)
}

fn round(entries: &[Entry], scratch: &Path, format: Option<Format>, cores: usize) -> Result<Round> {
    let stages = convert(entries, &fresh(scratch)?, format)?;
    let output = fresh(scratch)?;
    let named = format.map_or("same".to_string(), |format| format.to_string());
    let mut command = pipeline(&scratch.join("input"), &output, &["--format", &named]);
    let began = Instant::now();
    check(command.status()?)?;
    let command = began.elapsed();
    Ok(Round { stages, command, side_by_side: side_by_side(entries, &fresh(scratch)?, format, cores)? })
}

/// A new directory, on a disk that has nothing left to do.
///
/// Earlier ones stay until the end: ext4 passes over inodes that were freed in the last minutes one by one, and a file made
/// right after many were deleted takes several times as long.
fn fresh(scratch: &Path) -> Result<PathBuf> {
    let output = tempfile::tempdir_in(scratch)?.keep();
    settle();
    Ok(output)
}

fn side_by_side(entries: &[Entry], output: &Path, format: Option<Format>, cores: usize) -> Result<Duration> {
    let began = Instant::now();
    thread::scope(|scope| {
        let share = |first| entries.iter().skip(first).step_by(cores);
        let loops: Vec<_> =
            (0..cores).map(|first| scope.spawn(move || convert(share(first), output, format))).collect();
        for running in loops {
            running.join().map_err(|_| "a loop panicked")??;
        }
        Ok(began.elapsed())
    })
}

fn report(rounds: &[Round], pictures: usize, cores: usize, format: Option<Format>) {
    let per_picture = |seconds: f64| seconds / pictures as f64;
    let middle =
        |take: &dyn Fn(&Round) -> Duration| median(rounds.iter().map(|r| take(r).as_secs_f64()).collect());
    let of_stage = |stage: usize| per_picture(middle(&|round| round.stages[stage]));
    let serial: f64 = (0..STAGES.len()).map(of_stage).sum();
    let ideal = cores as f64 / serial;
    let row = |what: &str, seconds: f64, rate: f64| {
        vec![
            what.into(),
            format!("{:.3}", seconds * 1e3),
            format!("{rate:.0}"),
            format!("{:.3}", rate / ideal),
        ]
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (stage, name) in STAGES.iter().enumerate() {
        rows.push(vec![
            format!("  {name}"),
            format!("{:.3}", of_stage(stage) * 1e3),
            String::new(),
            String::new(),
        ]);
    }
    rows.push(row("one thread", serial, 1.0 / serial));
    let command = per_picture(middle(&|round| round.command)).recip();
    rows.push(row("command", command.recip(), command));
    let loops = per_picture(middle(&|round| round.side_by_side)).recip();
    rows.push(row(&format!("{cores} separate loops"), loops.recip(), loops));
    let title = format!("efficiency, to {}", format.map_or("the input's format".into(), |f| f.to_string()));
    print_table(&title, &["", "ms per picture", "pictures/s", "÷ ideal"], &rows);
    println!("{}", verdict(command / ideal >= FLOOR, &FLOOR.to_string()));
}
