//! Owns how pictures differ: factors around 1, log-normal, the same ones in every prediction.
//!
//! One draw per picture makes it large or small for every step that computes; waiting for a device is drawn for each step.

/// A factor with mean 1 and this standard deviation; `variation` 0 is always 1.
pub(super) fn factor(variation: f64, seed: u64) -> f64 {
    if variation <= 0.0 {
        return 1.0;
    }
    let variance = (variation * variation).ln_1p();
    (variance.sqrt() * normal(seed) - variance / 2.0).exp()
}

/// Nearly normal: twelve uniform draws have variance 1.
fn normal(seed: u64) -> f64 {
    let draws = (0..12).map(|n| uniform(seed.wrapping_mul(16).wrapping_add(n)));
    draws.sum::<f64>() - 6.0
}

/// `splitmix64` (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, 2014), from 0 to 1.
fn uniform(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_have_the_mean_and_the_deviation_asked_for() {
        for wanted in [0.0, 0.3, 1.0] {
            let factors: Vec<f64> = (0..20_000).map(|seed| factor(wanted, seed)).collect();
            let mean = factors.iter().sum::<f64>() / 20_000.0;
            let variance = factors.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
            assert!((mean - 1.0).abs() < 0.03, "{wanted}: {mean}");
            assert!((variance.sqrt() - wanted).abs() < 0.1, "{wanted}: {variance}");
        }
    }
}
