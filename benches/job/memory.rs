//! Owns measuring peak memory: many large pictures under a small budget.
//! Does not own: the budget's arithmetic.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use pipeline_stages::{Limits, probe};

use crate::measure::{Result, print_table};
use crate::{check, pipeline, verdict};

const BUDGET_MIB: f64 = 256.0;
/// What the program may take beside its budget.
const BESIDE_MIB: f64 = 100.0;

pub(crate) fn measure(folder: &Path, scratch: &Path, quick: bool) -> Result<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("SKIPPED: peak memory; it is read from /proc, which only Linux has");
        return Ok(());
    }
    let (picture, pixels) = largest(folder)?;
    let copies = if quick { 2 } else { 20 };
    let input = scratch.join("large");
    fs::create_dir(&input)?;
    for copy in 0..copies {
        fs::copy(&picture, input.join(format!("{copy}.jpg")))?;
    }
    let jobs: [&[&str]; 3] = [&[], &["--format", "png"], &["--format", "png", "--gray", "opencv"]];
    let (mut rows, mut most) = (Vec::new(), 0.0_f64);
    for (number, job) in jobs.into_iter().enumerate() {
        let options: Vec<&str> = ["--memory", "256MiB"].into_iter().chain(job.iter().copied()).collect();
        let output = scratch.join(format!("large-{number}"));
        let peak = peak_mib(pipeline(&input, &output, &options).stdout(Stdio::null()).spawn()?)?;
        rows.push(vec![options.join(" "), format!("{peak:.0}")]);
        most = most.max(peak);
    }
    let title =
        format!("peak resident memory, {copies} copies of a picture of {:.1} MP", pixels as f64 / 1e6);
    print_table(&title, &["options", "MiB"], &rows);
    let floor = BUDGET_MIB + BESIDE_MIB;
    println!("{}", verdict(most <= floor, &format!("{floor} MiB")));
    Ok(())
}

/// The JPEG with most pixels, and how many.
fn largest(folder: &Path) -> Result<(PathBuf, u64)> {
    let mut best = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "jpg") {
            continue;
        }
        let header = probe(&fs::read(&path)?, &Limits::default())?;
        let pixels = u64::from(header.width) * u64::from(header.height);
        best = best.max(Some((pixels, path)));
    }
    let (pixels, path) = best.ok_or_else(|| format!("{}: no .jpg in it", folder.display()))?;
    Ok((path, pixels))
}

/// Most memory that the child had resident. The kernel keeps the peak: only what the last millisecond adds is missed.
fn peak_mib(mut child: Child) -> Result<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    loop {
        if let Some(kib) = fs::read_to_string(&status).ok().as_deref().and_then(high_water_kib) {
            peak = kib / 1024.0;
        }
        if let Some(status) = child.try_wait()? {
            check(status)?;
            return Ok(peak);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The figure of the line `VmHWM:   1234 kB`.
fn high_water_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
