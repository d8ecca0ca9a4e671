//! Owns measuring the gray kernels in GB/s against memory bandwidth: each mode, 8 and 16 bit, with and without SIMD.
//! Does not own: whether they are right (their own tests).
//!
//! `cargo bench --bench gray [-- --quick]`
//!
//! Bytes are those read and those written. The bandwidth is that of a plain copy which touches as many bytes. The
//! instruction set is chosen once for a process, so each round measures it in a child of its own, in turns.

mod measure;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use measure::{Result, is_quick, median, print_table};
use pipeline_stages::GrayMode;
use pipeline_stages::gray::{rgb8_to_gray, rgb16_to_gray};

/// Set in a child: what [`sizes`] of pictures it measures.
const CHILD: &str = "GRAY_BENCH_CHILD";
const COPY: &str = "copy";

/// Pixels of a picture, and how often it is converted for one sample.
#[derive(Clone, Copy)]
struct Size {
    name: &'static str,
    pixels: usize,
    repeats: usize,
}

fn sizes(quick: bool) -> [Size; 2] {
    // Small: 64 KiB of 8 bit and 128 KiB of 16 bit are at home in any L2. Large: 64 MiB and 128 MiB are in few caches, but
    // when it is quick they are.
    let shrink = if quick { 16 } else { 1 };
    let cached = Size { name: "small", pixels: 16 << 10, repeats: 128 / shrink };
    [cached, Size { name: "large", pixels: (16 << 20) / shrink, repeats: 1 }]
}

fn main() -> Result<()> {
    match std::env::var(CHILD) {
        Ok(quick) => measure_all(quick == "quick"),
        Err(_) => compare(is_quick())?,
    }
    Ok(())
}

/// Prints one line for each sample: size, bits, what, GB/s.
fn measure_all(quick: bool) {
    for size in sizes(quick) {
        measure_kernels(size, 8, 0xA5_u8, rgb8_to_gray);
        measure_kernels(size, 16, 0xA5C3_u16, rgb16_to_gray);
    }
}

fn measure_kernels<S: Copy>(size: Size, bits: usize, sample: S, kernel: impl Fn(GrayMode, &[S], &mut [S])) {
    let (rgb, mut gray) = (vec![sample; size.pixels * 3], vec![sample; size.pixels]);
    // Four samples are touched for each pixel, here and there.
    let (from, mut to) = (vec![sample; size.pixels * 2], vec![sample; size.pixels * 2]);
    let bytes = size.pixels * 4 * bits / 8;
    let report = |what: &str, run: &mut dyn FnMut()| {
        println!("{},{bits},{what},{}", size.name, gigabytes_per_second(bytes, size.repeats, run));
    };
    report(COPY, &mut || black_box(&mut to).copy_from_slice(black_box(&from)));
    for mode in GrayMode::ALL {
        report(&mode.to_string(), &mut || kernel(mode, black_box(&rgb), black_box(&mut gray)));
    }
}

fn gigabytes_per_second(bytes: usize, repeats: usize, run: &mut dyn FnMut()) -> f64 {
    run();
    let began = Instant::now();
    for _ in 0..repeats {
        run();
    }
    (bytes * repeats) as f64 / began.elapsed().as_secs_f64() / 1e9
}

/// What was measured: size, bits, what, instruction set.
type Case = (String, String, String, &'static str);

fn compare(quick: bool) -> Result<()> {
    let rounds = if quick { 2 } else { 9 };
    let mut samples: BTreeMap<Case, Vec<f64>> = BTreeMap::new();
    for _ in 0..rounds {
        for &level in levels() {
            for line in child(level, quick)?.lines() {
                let [size, bits, what, speed] = line.split(',').collect::<Vec<_>>()[..] else {
                    return Err(format!("a child printed `{line}`").into());
                };
                let case = (size.into(), bits.into(), what.into(), level);
                samples.entry(case).or_default().push(speed.parse()?);
            }
        }
    }
    let medians: BTreeMap<Case, f64> = samples.into_iter().map(|(case, s)| (case, median(s))).collect();
    println!("gray kernels, GB/s read and written by one thread, medians of {rounds} interleaved rounds");
    for size in sizes(quick) {
        print_size(size, &medians);
    }
    Ok(())
}

/// The instruction sets to force; those that the processor lacks would silently be another.
fn levels() -> &'static [&'static str] {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        return &["scalar", "avx2"];
    }
    &["scalar"]
}

fn child(level: &str, quick: bool) -> Result<String> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(CHILD, if quick { "quick" } else { "full" }).env("PIPELINE_SIMD", level);
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn print_size(size: Size, medians: &BTreeMap<Case, f64>) {
    let speed = |bits: &str, what: &str, level| {
        medians.get(&(size.name.into(), bits.into(), what.into(), level)).copied().unwrap_or(f64::NAN)
    };
    let mut rows = Vec::new();
    for bits in ["8", "16"] {
        for what in [COPY.to_string()].into_iter().chain(GrayMode::ALL.map(|mode| mode.to_string())) {
            let mut row = vec![format!("{what} {bits} bit")];
            for &level in levels() {
                let speed_here = speed(bits, &what, level);
                row.push(format!("{speed_here:.2}"));
                row.push(format!("{:.2}", speed_here / speed(bits, COPY, level)));
            }
            rows.push(row);
        }
    }
    let columns = levels().iter().flat_map(|&level| [level, "÷ copy"]);
    let head: Vec<&str> = ["kernel"].into_iter().chain(columns).collect();
    print_table(&format!("{}: {} pixels", size.name, size.pixels), &head, &rows);
}
