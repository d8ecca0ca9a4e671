//! Owns what 8-bit and 16-bit samples have in common, so that a formula is written once.
//! Does not own: any formula.

use super::curve::Kept;
use super::curve::Tables;

/// A sample of 8 or 16 bits.
pub(crate) trait Sample: Copy + Default + PartialOrd + 'static {
    /// The level of white, and of alpha that hides all that is behind.
    const WHITE: u32;

    /// Its level, 0 to [`WHITE`](Sample::WHITE).
    fn level(self) -> u32;

    /// The sample with this level; one above [`WHITE`](Sample::WHITE) is cut off there.
    fn from_level(level: u32) -> Self;

    /// The nearest sample, half up; what is below 0 or above [`WHITE`](Sample::WHITE) is cut off there.
    fn nearest(value: f64) -> Self {
        // `as` cuts off below 0 and rounds down above.
        Self::from_level((value + 0.5) as u32)
    }

    /// The same as [`nearest`](Sample::nearest), for loops over pictures: single precision holds any level and its half.
    fn nearest_of_f32(value: f32) -> Self;

    /// Of the tables that are kept, those for such samples.
    fn kept(tables: &mut Tables) -> &mut Vec<Kept<Self>>;
}

impl Sample for u8 {
    const WHITE: u32 = 255;

    fn level(self) -> u32 {
        u32::from(self)
    }

    fn from_level(level: u32) -> u8 {
        level.min(Self::WHITE) as u8
    }

    fn nearest_of_f32(value: f32) -> u8 {
        // Saturates; what is negative becomes 0 either way.
        (value + 0.5) as u8
    }

    fn kept(tables: &mut Tables) -> &mut Vec<Kept<u8>> {
        &mut tables.of_8_bits
    }
}

impl Sample for u16 {
    const WHITE: u32 = 65535;

    fn level(self) -> u32 {
        u32::from(self)
    }

    fn from_level(level: u32) -> u16 {
        level.min(Self::WHITE) as u16
    }

    fn nearest_of_f32(value: f32) -> u16 {
        (value + 0.5) as u16
    }

    fn kept(tables: &mut Tables) -> &mut Vec<Kept<u16>> {
        &mut tables.of_16_bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_sample_is_half_up_and_cut_off_at_both_ends() {
        for (value, nearest) in [(-3.0, 0), (0.49, 0), (0.5, 1), (254.5, 255), (1e9, 255)] {
            assert_eq!(u8::nearest(value), nearest, "of {value}");
            assert_eq!(u8::nearest_of_f32(value as f32), nearest, "of {value}");
        }
        assert_eq!((u16::nearest(65534.5), u16::nearest_of_f32(65534.5)), (65535, 65535));
        assert_eq!((u16::nearest(-1.0), u16::nearest_of_f32(-1.0)), (0, 0));
    }
}
