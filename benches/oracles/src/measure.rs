//! Owns clocks and medians.
//! Does not own: what is measured.
//!
//! The clock is the one of this thread's processor time, which stands still while others have the processor.

use crate::task::Contender;
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// The median over `rounds` of the seconds that each contender takes for all files.
pub(crate) fn medians(files: &[&[u8]], contenders: &mut [Contender], rounds: usize) -> Vec<f64> {
    let mut seconds = vec![Vec::with_capacity(rounds); contenders.len()];
    let mut out = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((contender, seconds), out) in contenders.iter_mut().zip(&mut seconds).zip(&mut out) {
            let began = now();
            for file in files {
                black_box((contender.run)(file, out));
                black_box(&out);
            }
            seconds.push(now() - began);
        }
    }
    seconds.iter_mut().map(|seconds| median(seconds)).collect()
}

/// Seconds that this thread ran until now.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
