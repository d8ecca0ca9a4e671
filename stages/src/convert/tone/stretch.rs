//! Owns tables that spread the levels of a picture over all there are: by the darkest and the lightest, and by rank.
//! Does not own: counting (see `histogram.rs`).
//!
//! Source: Pillow 12, `ImageOps.autocontrast` and `ImageOps.equalize`; at 8 bits the tables are equal to Pillow's.

use super::{Histogram, Sample};

/// The table that makes the darkest level black and the lightest white, after `cutoff` percent of the pixels are left out at
/// either end: `⌊max (v - lo) / (hi - lo)⌋`.
pub(crate) fn stretched<S: Sample>(mut histogram: Histogram, cutoff: f32) -> Vec<S> {
    let cut = (histogram.iter().sum::<u64>() as f64 * f64::from(cutoff) / 100.0).floor() as u64;
    take_away(histogram.iter_mut(), cut);
    take_away(histogram.iter_mut().rev(), cut);
    let used = |count: &u64| *count > 0;
    match (histogram.iter().position(used), histogram.iter().rposition(used)) {
        (Some(low), Some(high)) if low < high => {
            let level = |v: u32| level_between(v, (low as u32, high as u32), S::WHITE);
            (0..=S::WHITE).map(|v| S::from_level(level(v))).collect()
        }
        _ => identity(),
    }
}

/// `⌊max (v - low) / (high - low)⌋`. At 8 bits in Pillow's order of floating-point roundings, which make some of the levels one
/// less, `high` among them.
fn level_between(v: u32, (low, high): (u32, u32), max: u32) -> u32 {
    if max == 255 {
        let scale = 255.0 / f64::from(high - low);
        let offset = -f64::from(low) * scale;
        // `as` cuts off below 0.
        return ((f64::from(v) * scale + offset) as u32).min(max);
    }
    let above = u64::from(v.clamp(low, high) - low);
    (above * u64::from(max) / u64::from(high - low)) as u32
}

/// Takes so many pixels off, beginning with the first level.
fn take_away<'a>(counts: impl Iterator<Item = &'a mut u64>, mut cut: u64) {
    for count in counts {
        let taken = cut.min(*count);
        *count -= taken;
        cut -= taken;
        if cut == 0 {
            break;
        }
    }
}

/// The table that gives each level the share of pixels below it: of N pixels, n of them at the lightest level and c below v,
/// `(c + step / 2) / step` with `step = (N - n) / 255`, both divisions rounded down. At 16 bits, where a picture may have
/// fewer pixels than levels, the step is not rounded: `(max c + (N - n) / 2) / (N - n)`.
pub(crate) fn equalized<S: Sample>(histogram: &Histogram) -> Vec<S> {
    let lightest = histogram.iter().rev().find(|&&count| count > 0).copied().unwrap_or(0);
    let below_lightest = histogram.iter().sum::<u64>() - lightest;
    let max = u64::from(S::WHITE);
    let (times, step) = if S::WHITE == 255 { (1, below_lightest / max) } else { (max, below_lightest) };
    if step == 0 {
        return identity();
    }
    let mut below = 0u64;
    let level = |&count: &u64| {
        let level = (below.saturating_mul(times) + step / 2) / step;
        below += count;
        S::from_level(level.min(max) as u32)
    };
    histogram.iter().map(level).collect()
}

fn identity<S: Sample>() -> Vec<S> {
    (0..=S::WHITE).map(S::from_level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(counts: &[(usize, u64)], levels: usize) -> Histogram {
        let mut histogram = vec![0; levels];
        counts.iter().for_each(|&(level, count)| histogram[level] += count);
        histogram
    }

    #[test]
    fn darkest_becomes_black_and_lightest_white() {
        let table: Vec<u8> = stretched(of(&[(50, 1), (100, 5), (150, 1)], 256), 0.0);
        assert_eq!((table[0], table[50], table[100], table[150], table[255]), (0, 0, 127, 255, 255));
    }

    #[test]
    fn eight_bits_round_as_pillow_does() {
        // So many pairs of ends have `int(high * scale + offset) == 254` in Python; exact division would give 255.
        let short = (0..255u32).flat_map(|low| (low + 1..256).map(move |high| (low, high)));
        let short = short.filter(|&ends| level_between(ends.1, ends, 255) == 254).count();
        assert_eq!(short, 4852);
        assert!((1..65536).all(|high| level_between(high, (0, high), 65535) == 65535));
    }

    #[test]
    fn what_is_cut_off_does_not_count() {
        let histogram = of(&[(0, 1), (100, 98), (110, 0), (120, 99), (255, 2)], 256);
        let table: Vec<u8> = stretched(histogram, 1.0);
        assert_eq!((table[99], table[100], table[120], table[121]), (0, 0, 255, 255));
    }

    #[test]
    fn one_level_or_none_is_left_as_it_is() {
        for histogram in [of(&[], 256), of(&[(9, 70)], 256)] {
            assert!(stretched::<u8>(histogram.clone(), 10.0).into_iter().eq(0..=255));
            assert!(equalized::<u8>(&histogram).into_iter().eq(0..=255));
        }
    }

    #[test]
    fn equalized_levels_are_shares_of_pixels() {
        let table: Vec<u8> = equalized(&of(&[(10, 510), (20, 510), (30, 7)], 256));
        assert_eq!((table[10], table[11], table[20], table[30]), (0, 128, 128, 255));
        let wide: Vec<u16> = equalized(&of(&[(10, 1), (20, 1), (3000, 1)], 65536));
        assert_eq!((wide[10], wide[20], wide[3000]), (0, 32768, 65535));
    }

    proptest! {
        #[test]
        fn tables_rise(counts in prop::collection::vec((0usize..256, 1u64..1000), 0..40), cutoff in 0f32..50.0) {
            let histogram = of(&counts, 256);
            let wide = of(&counts.iter().map(|&(at, count)| (at * 257, count)).collect::<Vec<_>>(), 65536);
            prop_assert!(stretched::<u8>(histogram.clone(), cutoff).is_sorted());
            prop_assert!(equalized::<u8>(&histogram).is_sorted());
            prop_assert!(stretched::<u16>(wide.clone(), cutoff).is_sorted());
            prop_assert!(equalized::<u16>(&wide).is_sorted());
        }
    }
}
