//! Owns Otsu's threshold.
//! Does not own: applying it.
//!
//! Source: N. Otsu, A Threshold Selection Method from Gray-Level Histograms, IEEE Trans. SMC 9 (1979) 62–66.

use super::Histogram;

/// The level that splits a histogram so that the variance between both parts is greatest, the lowest of equals; what is above
/// it is the light part. 0 where there is nothing to split.
///
/// Summed in the order in which OpenCV's `threshold(…, THRESH_OTSU)` does, so that ties fall alike.
pub(crate) fn otsu(histogram: &Histogram) -> u32 {
    let all = histogram.iter().sum::<u64>() as f64;
    if all == 0.0 {
        return 0;
    }
    let scale = 1.0 / all;
    let least = f64::from(f32::EPSILON);
    let levels = || histogram.iter().zip(0u32..);
    let mean = levels().map(|(&count, level)| f64::from(level) * count as f64).sum::<f64>() * scale;
    let (mut share, mut dark_mean) = (0.0, 0.0);
    let (mut best, mut most) = (0, 0.0);
    for (&count, level) in levels() {
        let here = count as f64 * scale;
        dark_mean *= share;
        share += here;
        let rest = 1.0 - share;
        if share.min(rest) < least || share.max(rest) > 1.0 - least {
            continue;
        }
        dark_mean = (dark_mean + f64::from(level) * here) / share;
        let light_mean = (mean - share * dark_mean) / rest;
        let between = share * rest * (dark_mean - light_mean) * (dark_mean - light_mean);
        if between > most {
            (best, most) = (level, between);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, with sums of integers.
    fn variance(histogram: &Histogram, threshold: usize) -> f64 {
        let part = |range: &[u64], from: usize| {
            let count: u64 = range.iter().sum();
            let sum: u64 = range.iter().enumerate().map(|(at, count)| (at + from) as u64 * count).sum();
            (count as f64, sum as f64 / count.max(1) as f64)
        };
        let (dark, light) = histogram.split_at(threshold + 1);
        let ((n, a), (m, b)) = (part(dark, 0), part(light, threshold + 1));
        n * m * (a - b) * (a - b)
    }

    #[test]
    fn two_levels_are_split_at_the_darker() {
        let mut histogram = vec![0; 256];
        (histogram[40], histogram[200]) = (30, 70);
        assert_eq!(otsu(&histogram), 40);
    }

    #[test]
    fn one_level_or_none_gives_zero() {
        let mut histogram = vec![0; 65536];
        assert_eq!(otsu(&histogram), 0);
        histogram[77] = 5;
        assert_eq!(otsu(&histogram), 0);
    }

    proptest! {
        #[test]
        fn no_other_level_splits_better(counts in prop::collection::vec(0u64..50, 256)) {
            let best = variance(&counts, otsu(&counts) as usize);
            for level in 0..255 {
                prop_assert!(variance(&counts, level) <= best * (1.0 + 1e-9), "{level} is better");
            }
        }
    }
}
