//! Owns how pictures differ: factors around 1, log-normal, the same ones in every prediction.
//!
//! One draw per picture makes it large or small for every step that computes; waiting for a device is drawn for each step.

/// Factors with mean 1 and a standard deviation. Made once, for a prediction asks it hundreds of thousands of times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// Of the factors' logarithms.
    variance: f64,
    deviation: f64,
}

impl Spread {
    /// With this standard deviation; with 0 all are 1.
    pub(super) fn of(variation: f64) -> Self {
        let variance = (variation * variation).ln_1p();
        Self { variance, deviation: variance.sqrt() }
    }

    /// The factor for a [`normal`] draw.
    pub(super) fn factor(self, normal: f64) -> f64 {
        if self.variance <= 0.0 { 1.0 } else { (self.deviation * normal - self.variance / 2.0).exp() }
    }
}

/// A nearly normal draw: twelve uniform ones have variance 1.
pub(super) fn normal(seed: u64) -> f64 {
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
            let factors: Vec<f64> = (0..20_000).map(|seed| Spread::of(wanted).factor(normal(seed))).collect();
            let mean = factors.iter().sum::<f64>() / 20_000.0;
            let variance = factors.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
            assert!((mean - 1.0).abs() < 0.03, "{wanted}: {mean}");
            assert!((variance.sqrt() - wanted).abs() < 0.1, "{wanted}: {variance}");
        }
    }
}
