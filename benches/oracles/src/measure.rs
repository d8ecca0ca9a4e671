//! Owns clocks and medians.
//! Does not own: what is measured.

use crate::task::Contender;
use std::hint::black_box;
use std::time::Instant;

/// The median over `rounds` of the seconds that each contender takes for all files.
pub(crate) fn medians(files: &[&[u8]], contenders: &mut [Contender], rounds: usize) -> Vec<f64> {
    let mut seconds = vec![Vec::with_capacity(rounds); contenders.len()];
    let mut out = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((contender, seconds), out) in contenders.iter_mut().zip(&mut seconds).zip(&mut out) {
            let began = Instant::now();
            for file in files {
                black_box((contender.run)(file, out));
                black_box(&out);
            }
            seconds.push(began.elapsed().as_secs_f64());
        }
    }
    seconds.iter_mut().map(|seconds| median(seconds)).collect()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
