//! Owns measuring elastic stages against the best fixed numbers of workers, which an exhaustive search finds.
//! Does not own: the policy's tests, which need no clock (`src/engine/elastic/`).
//!
//! `cargo bench --no-default-features --bench elastic`, about seven minutes; with `-- --quick` a few seconds, to see that
//! it works, and with `-- --settled SECONDS` less than a minute for the last column. For each workload: from one worker each, the throughput ten seconds after the start (or after the workload
//! changed) beside that of the best fixed setting, and the changes in the minute after that.

#[path = "../measure/mod.rs"]
mod measure;
mod search;
mod workload;

use measure::{Result, is_quick, print_table};
use search::best_fixed;
use std::thread::sleep;
use std::time::Duration;
use workload::{STAGES, Shape, Workload, rate_over};

const FLOOR: f64 = 0.95;
const MOST_CHANGES: usize = 2;

/// How long each part takes, in seconds.
struct Times {
    /// One fixed setting.
    fixed: f64,
    /// Until it should have found its numbers.
    reach: f64,
    /// After that, its throughput is measured.
    measure: f64,
    /// And its changes are counted.
    settled: f64,
}

fn main() -> Result<()> {
    let quick = is_quick();
    let times = if quick {
        Times { fixed: 0.1, reach: 1.0, measure: 0.2, settled: 0.3 }
    } else {
        Times { fixed: 0.6, reach: 10.0, measure: 5.0, settled: settled().unwrap_or(55.0) }
    };
    let waits = Shape { sleep_ms: 0.5, spin_ms: 0.0 };
    let slow = Shape { sleep_ms: 50.0, spin_ms: 0.0 };
    let computes = |spin_ms| Shape { sleep_ms: 0.0, spin_ms };
    let cases = [
        ("CPU-bound", [waits, computes(4.0), computes(2.0)], None),
        ("slow source, 50 ms", [slow, computes(3.0), waits], None),
        ("slow sink, 50 ms", [waits, computes(3.0), slow], None),
        (
            "CPU-bound, then slow source",
            [waits, computes(4.0), computes(2.0)],
            Some([slow, computes(3.0), waits]),
        ),
    ];
    let head = [
        "workload",
        "best fixed",
        "inputs/s",
        "elastic",
        "inputs/s",
        "÷ best",
        "changes to get there",
        "later",
    ];
    let mut rows = Vec::new();
    for (name, first, second) in cases {
        rows.push(row(name, first, second, &times, quick)?);
    }
    let cores = num_cpus();
    print_table(
        &format!("elastic from 1 worker each, {cores} cores; stages {}", STAGES.join("-")),
        &head,
        &rows,
    );
    println!("floors: ÷ best >= {FLOOR}, changes a minute once settled <= {MOST_CHANGES}");
    Ok(())
}

/// What was asked for by `--settled SECONDS`.
fn settled() -> Option<f64> {
    let asked = std::env::args().skip_while(|argument| argument != "--settled").nth(1)?;
    asked.parse().ok().filter(|seconds: &f64| *seconds >= 0.0)
}

fn num_cpus() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn row(
    name: &str,
    first: [Shape; 3],
    second: Option<[Shape; 3]>,
    times: &Times,
    quick: bool,
) -> Result<Vec<String>> {
    let (best, best_rate) = best_fixed(second.unwrap_or(first), Duration::from_secs_f64(times.fixed), quick)?;
    let workload = Workload::new(first);
    let handle = workload.spawn([1; 3], true)?;
    sleep(Duration::from_secs_f64(times.reach));
    if let Some(second) = second {
        workload.change(second);
        sleep(Duration::from_secs_f64(times.reach));
    }
    let changes =
        || handle.snapshot().decisions.iter().map(|d| 1 + usize::from(d.taken_back())).sum::<usize>();
    let to_get_there = changes();
    let rate = rate_over(&handle, Duration::from_secs_f64(times.measure));
    let report = handle.snapshot();
    sleep(Duration::from_secs_f64(times.settled));
    let later = changes() - to_get_there;
    for decision in handle.abort()?.decisions {
        eprintln!("{name}: {decision}");
    }
    let workers = STAGES.map(|stage| report.stage(stage).map_or(0, |stage| stage.workers));
    let missed = |missed: bool| if missed { " MISSED" } else { "" };
    Ok(vec![
        name.to_owned(),
        search::shown(best),
        format!("{best_rate:.0}"),
        search::shown(workers),
        format!("{rate:.0}"),
        format!("{:.3}{}", rate / best_rate, missed(rate < FLOOR * best_rate)),
        to_get_there.to_string(),
        format!("{later}{}", missed(later > MOST_CHANGES)),
    ])
}

/// Whether a decision was a change there and back.
trait TakenBack {
    fn taken_back(&self) -> bool;
}

impl TakenBack for pipeline_images::engine::Decision {
    fn taken_back(&self) -> bool {
        self.outcome == pipeline_images::engine::Outcome::Reverted
    }
}
