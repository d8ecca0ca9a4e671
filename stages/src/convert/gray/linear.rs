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

/// Linear light of each 16-bit sample.
pub(super) struct Table16 {
    light: Vec<f64>,
}

impl Table16 {
    pub(super) fn gray(&self, r: u32, g: u32, b: u32) -> u32 {
        let light = |sample: u32| self.light[sample as usize & 0xffff];
        let linear = WEIGHTS[0] * light(r) + WEIGHTS[1] * light(g) + WEIGHTS[2] * light(b);
        (encode(linear) * 65535.0).round() as u32
    }
}

/// The table for 16-bit samples, made on first use (512 KiB).
pub(super) fn table16() -> &'static Table16 {
    static TABLE: LazyLock<Table16> = LazyLock::new(|| Table16 {
        light: (0..=65535).map(|sample| decode(f64::from(sample) / 65535.0)).collect(),
    });
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
    fn gray_of_gray_is_itself() {
        for sample in 0..256 {
            assert_eq!(table8().gray(sample, sample, sample), sample);
        }
        for sample in 0..65536 {
            assert_eq!(table16().gray(sample, sample, sample), sample);
        }
    }
}
