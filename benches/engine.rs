//! Rule 7: what a hop between two stages costs, beside a bare chain of crossbeam channels of the same shape; what the
//! telemetry costs; how much memory a source of a million names takes, and how soon its first item is out.
//!
//! `cargo bench --bench engine`, or with `-- --quick` a run of a second to see that it works. Prints medians of
//! interleaved repeats and their ratios. Does not own: pictures; those are measured by the job's bench.

use pipeline_images::engine::{Pipeline, Stage, telemetry_per_item};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Five stages and the sink each have a queue in front.
const HOPS: u32 = 6;
const FLOOR_NANOS: f64 = 400.0;
const FLOOR_FIRST: Duration = Duration::from_millis(50);

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick") || !std::env::args().any(|arg| arg == "--bench");
    let (items, repeats) = if quick { (20_000, 1) } else { (1_000_000, 5) };
    names(items);
    hops(items, repeats);
    telemetry(items, repeats);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn per(time: Duration, count: u64) -> f64 {
    time.as_nanos() as f64 / count as f64
}

/// The engine beside bare channels, by capacity of each queue.
fn hops(items: u64, repeats: usize) {
    println!("{items} numbers through five stages of 1 worker, median of {repeats}, ns per item and hop");
    println!("{:>9} {:>10} {:>10} {:>7}", "queue", "channels", "engine", "ratio");
    for queue in [1, 16, 64, 256] {
        // With one place nearly every item is a thread switch; fewer tell as much.
        let items = if queue == 1 { items / 20 } else { items };
        let (mut bare, mut engine) = (Vec::new(), Vec::new());
        for _ in 0..repeats {
            bare.push(timed(|| channels(items, queue)));
            engine.push(timed(|| through_engine(items, queue)));
        }
        let [bare, engine] = [bare, engine].map(|times| per(median(times), items * u64::from(HOPS)));
        let default = if queue == 16 { floor(engine <= FLOOR_NANOS, "<= 400 ns") } else { String::new() };
        println!("{queue:>9} {bare:>10.0} {engine:>10.0} {:>7.2}{default}", engine / bare);
    }
}

fn floor(reached: bool, what: &str) -> String {
    format!("  floor {what}: {}", if reached { "reached" } else { "MISSED" })
}

fn timed(run: impl FnOnce() -> u64) -> Duration {
    let began = Instant::now();
    black_box(run());
    began.elapsed()
}

fn through_engine(items: u64, queue: usize) -> u64 {
    let mut sum = 0u64;
    let mut pipeline = Pipeline::source("source", 0..items, move |_| no_label());
    for stage in 0..HOPS - 1 {
        let step = |n: u64| Ok::<_, Infallible>(n.wrapping_add(1));
        pipeline = pipeline.stage(Stage::map(format!("stage-{stage}"), step).queue(queue));
    }
    let report = pipeline.sink_queue(queue).sink("sink", |n| sum = sum.wrapping_add(n)).run();
    assert_eq!(report.map(|report| report.done).ok(), Some(items));
    sum
}

/// One label for all: making labels is the source's work, not a hop's.
fn no_label() -> std::sync::Arc<str> {
    static LABEL: OnceLock<std::sync::Arc<str>> = OnceLock::new();
    std::sync::Arc::clone(LABEL.get_or_init(|| "".into()))
}

fn channels(items: u64, queue: usize) -> u64 {
    thread::scope(|threads| {
        let (first, mut upstream) = crossbeam_channel::bounded::<u64>(queue);
        threads.spawn(move || (0..items).try_for_each(|n| first.send(n)));
        for _ in 0..HOPS - 1 {
            let (next, downstream) = crossbeam_channel::bounded(queue);
            let inlet = std::mem::replace(&mut upstream, downstream);
            threads.spawn(move || inlet.iter().try_for_each(|n| next.send(n.wrapping_add(1))));
        }
        let sum = upstream.iter().fold(0u64, u64::wrapping_add);
        assert_eq!(sum, (0..items).sum::<u64>() + items * u64::from(HOPS - 1));
        sum
    })
}

/// What a worker measures for each item, without the item.
fn telemetry(items: u64, repeats: usize) {
    let [meters, clock]: [Vec<Duration>; 2] = (0..repeats)
        .map(|_| [telemetry_per_item(items), timed(|| (0..items).fold(0, |_, _| black_box(now())))])
        .fold([Vec::new(), Vec::new()], |[mut a, mut b], [x, y]| {
            a.push(x);
            b.push(y);
            [a, b]
        });
    let [meters, clock] = [meters, clock].map(|times| per(median(times), items));
    println!(
        "telemetry of one worker: {meters:.1} ns per item, of which reading the clock once {clock:.1} ns"
    );
}

fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// A source of many names: memory must not grow with their number, and the first must be out at once.
fn names(count: u64) {
    let before = peak_rss_kib();
    let began = Instant::now();
    let mut first = None;
    let paths = (0..count).map(|n| format!("photos/2026/some-album/{n:09}.jpg"));
    let mut pipeline = Pipeline::source("source", paths, |path: &String| path.clone());
    for stage in 0..HOPS - 1 {
        let step = |path: String| Ok::<_, Infallible>(path);
        pipeline = pipeline.stage(Stage::map(format!("stage-{stage}"), step).workers(2));
    }
    let report = pipeline.sink("sink", |_| _ = first.get_or_insert_with(|| began.elapsed())).run();
    assert_eq!(report.map(|report| report.done).ok(), Some(count));
    let first = first.unwrap_or(Duration::MAX);
    let took = began.elapsed();
    println!("{count} names through five stages of 2 workers: {:.2} s", took.as_secs_f64());
    println!("  first item out after {first:.1?}{}", floor(first < FLOOR_FIRST, "< 50 ms"));
    match (before, peak_rss_kib()) {
        (Some(before), Some(after)) => println!("  peak memory grew by {} KiB", after.saturating_sub(before)),
        _ => println!("  peak memory is not told by this system"),
    }
}

/// The most memory this process ever had, where the system tells.
fn peak_rss_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
