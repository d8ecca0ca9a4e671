//! Owns measuring the whole job against its floors: efficiency, time of the smallest job, peak memory, what watching a run costs.
//! Does not own: comparing it with other programs (`benches/peers/`).
//!
//! `cargo bench --bench job [-- FOLDER] [--quick]`. FOLDER holds pictures, `TEST_CORPUS/photos` without it. Runs the
//! binary that cargo built for this bench; a floor that is missed is said, and is no error.

mod efficiency;
#[path = "../measure/mod.rs"]
mod measure;
mod memory;
mod serial;
mod start;
mod telemetry;

use std::path::{Path, PathBuf};
use std::process::Command;

use measure::{Result, is_quick};

fn main() -> Result<()> {
    let quick = is_quick();
    let corpus = std::env::var_os("TEST_CORPUS").map(PathBuf::from);
    let named = std::env::args_os().skip(1).find(|argument| !argument.to_string_lossy().starts_with("--"));
    let folder = named.map(PathBuf::from).or_else(|| corpus.as_ref().map(|corpus| corpus.join("photos")));
    // On the file system of the build, which is that of the measured disk; one in memory would flatter.
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    match folder {
        Some(folder) => efficiency::measure(&folder, scratch.path(), quick)?,
        None => eprintln!("SKIPPED: efficiency; name a folder with pictures, or set TEST_CORPUS"),
    }
    start::measure(scratch.path(), quick)?;
    telemetry::measure(scratch.path(), quick)?;
    match corpus {
        Some(corpus) => memory::measure(&corpus.join("large"), scratch.path(), quick)?,
        None => eprintln!("SKIPPED: peak memory; set TEST_CORPUS to the directory that has large/"),
    }
    Ok(())
}

/// This program, told to convert `input` into `output` and to say nothing but errors.
fn pipeline(input: &Path, output: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
    command.arg(input).arg("-o").arg(output).args(["--progress", "none", "-q"]).args(options);
    // What a user exported must not change what is measured.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PIPELINE_")) {
        command.env_remove(name);
    }
    command
}

fn check(status: std::process::ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { Err(format!("pipeline ended with {status}").into()) }
}

/// Waits until what was written before is on the disk, so that it does not slow what is measured next.
fn settle() {
    #[cfg(unix)]
    rustix::fs::sync();
}

/// How a measured value stands to its floor, for people.
fn verdict(reached: bool, floor: &str) -> String {
    format!("floor {floor}: {}", if reached { "reached" } else { "MISSED" })
}
