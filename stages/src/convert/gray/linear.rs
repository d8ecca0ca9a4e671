//! Owns linear light: the curve of sRGB, tables that decode samples by it, and the way back; gray in linear light.
//! Does not own: the loop over pixels.
//!
//! Source: IEC 61966-2-1 (the curve), Rec. ITU-R BT.709 (the weights).

use std::sync::LazyLock;

const WEIGHTS: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// An encoded value of 0…1 to linear light of 0…1.
pub(in crate::convert) fn decode(encoded: f64) -> f64 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

/// Linear light of 0…1 to an encoded value of 0…1.
pub(in crate::convert) fn encode(linear: f64) -> f64 {
    if linear <= 0.0031308 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// Linear light in fixed point: 1.0 is 2^30, so that the rounding of the three addends stays far below what moves a
/// result over a boundary between two levels.
const ONE: f64 = (1u32 << 30) as f64;
/// Linear light is looked up in 2^16 buckets. Two boundaries between levels are at least 19 buckets apart, so one comparison
/// with the next boundary settles the level.
const SHIFT: u32 = 30 - 16;

/// Tables for 8-bit samples.
pub(in crate::convert) struct Table8 {
    /// Weighted linear light of each sample, for R, G and B.
    light: [[u32; 256]; 3],
    /// The level at the start of each bucket of linear light.
    level: Vec<u8>,
    /// The least linear light that gives the level after this one.
    next: [u32; 256],
}

impl Table8 {
    fn new() -> Table8 {
        let light = WEIGHTS.map(|weight| {
            std::array::from_fn(|sample| (weight * decode(sample as f64 / 255.0) * ONE).round() as u32)
        });
        let boundary = |level: usize| (decode((level as f64 + 0.5) / 255.0) * ONE).ceil() as u32;
        let next: [u32; 256] =
            std::array::from_fn(|level| if level == 255 { u32::MAX } else { boundary(level) });
        let mut now = 0usize;
        let level = (0..=(1u32 << 16) + 1)
            .map(|bucket| {
                while next[now] <= bucket << SHIFT {
                    now += 1;
                }
                now as u8
            })
            .collect();
        Table8 { light, level, next }
    }

    pub(super) fn gray(&self, r: u32, g: u32, b: u32) -> u32 {
        let light = self.light[0][r as usize & 255]
            + self.light[1][g as usize & 255]
            + self.light[2][b as usize & 255];
        u32::from(self.nearest(light))
    }

    /// The nearest level to linear light of 0…1.
    pub(in crate::convert) fn level(&self, light: f32) -> u8 {
        self.nearest((light.clamp(0.0, 1.0) * ONE as f32) as u32)
    }

    fn nearest(&self, light: u32) -> u8 {
        let level = self.level[(light >> SHIFT) as usize];
        level + u8::from(light >= self.next[usize::from(level)])
    }
}

/// The tables for 8-bit samples, made on first use.
pub(in crate::convert) fn table8() -> &'static Table8 {
    static TABLE: LazyLock<Table8> = LazyLock::new(Table8::new);
    &TABLE
}

/// Tables for 16-bit samples.
pub(super) struct Table16 {
    /// Linear light of each sample.
    light: Vec<f64>,
    /// The level at the start of each bucket of linear light.
    level: Vec<u16>,
    /// The least linear light that gives the level after this one.
    next: Vec<f64>,
}

/// Linear light is looked up in so many buckets. Near black one bucket holds up to nine boundaries between levels, elsewhere
/// hardly ever two; finer buckets would not fit the cache.
const BUCKETS: usize = 1 << 17;

impl Table16 {
    fn new() -> Table16 {
        let light = (0..=65535).map(|sample| decode(f64::from(sample) / 65535.0)).collect();
        let boundary = |level: u32| decode((f64::from(level) + 0.5) / 65535.0);
        let next: Vec<f64> = (0..65535).map(boundary).chain([f64::INFINITY]).collect();
        let mut now = 0;
        let level = (0..=BUCKETS)
            .map(|bucket| {
                now = level_from(now, &next, bucket as f64 / BUCKETS as f64);
                now
            })
            .collect();
        Table16 { light, level, next }
    }

    pub(super) fn gray(&self, r: u32, g: u32, b: u32) -> u32 {
        let light = |sample: u32| self.light[sample as usize & 0xffff];
        let linear = WEIGHTS[0] * light(r) + WEIGHTS[1] * light(g) + WEIGHTS[2] * light(b);
        let bucket = ((linear * BUCKETS as f64) as usize).min(BUCKETS);
        u32::from(level_from(self.level[bucket], &self.next, linear))
    }
}

/// The level of this light, which is not below the level that is given.
fn level_from(mut level: u16, next: &[f64], linear: f64) -> u16 {
    while next[usize::from(level)] <= linear {
        level += 1;
    }
    level
}

/// The tables for 16-bit samples, made on first use (1.3 MiB).
pub(super) fn table16() -> &'static Table16 {
    static TABLE: LazyLock<Table16> = LazyLock::new(Table16::new);
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(r: u32, g: u32, b: u32) -> u32 {
        let light = |sample: u32| decode(f64::from(sample) / 255.0);
        let linear = WEIGHTS[0] * light(r) + WEIGHTS[1] * light(g) + WEIGHTS[2] * light(b);
        (encode(linear) * 255.0).round() as u32
    }

    #[test]
    fn tables_for_8_bits_equal_the_formula() {
        let table = table8();
        for r in 0..256 {
            for g in (0..256).step_by(3) {
                for b in (0..256).step_by(17) {
                    assert_eq!(table.gray(r, g, b), formula(r, g, b), "of {r} {g} {b}");
                }
            }
        }
    }

    #[test]
    fn tables_for_16_bits_equal_the_formula() {
        let light = |sample: u32| decode(f64::from(sample) / 65535.0);
        for at in 0..300_000u32 {
            // All over the cube, and half of them near black, where buckets hold most.
            let noise = at.wrapping_mul(0x9e37_79b9).rotate_left(11).wrapping_mul(0x85eb_ca6b);
            let [r, g, b] = [noise & 0xffff, noise >> 16, noise >> 7 & 0xffff].map(|v| v >> (at % 2 * 6));
            let linear = WEIGHTS[0] * light(r) + WEIGHTS[1] * light(g) + WEIGHTS[2] * light(b);
            let exact = encode(linear) * 65535.0;
            // Where the exact value is no nearer to one level than to the other, either will do.
            if (exact.fract() - 0.5).abs() > 1e-6 {
                assert_eq!(f64::from(table16().gray(r, g, b)), exact.round(), "of {r} {g} {b}");
            }
        }
    }

    #[test]
    fn gray_of_gray_is_itself() {
        for sample in 0..256 {
            assert_eq!(table8().gray(sample, sample, sample), sample);
        }
        for sample in 0..65536 {
            assert_eq!(table16().gray(sample, sample, sample), sample);
        }
    }
}
