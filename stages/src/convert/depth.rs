//! Owns bringing samples from 8 bits to 16 and back.
//! Does not own: when that is done.

use crate::Samples;

/// 16 bits to 8, rounded to the nearest: `(v + 128) / 257`, so that 0 and 65535 become 0 and 255.
pub(crate) fn to_8_bits(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// 8 bits to 16: `v · 257`, so that 0 and 255 become 0 and 65535, and [`to_8_bits`] gives v back.
pub(crate) fn to_16_bits(sample: u8) -> u16 {
    u16::from(sample) * 257
}

/// All of them in 8 bits.
pub(super) fn all_to_8_bits(samples: Samples) -> Samples {
    match samples {
        Samples::U16(samples) => Samples::U8(samples.into_iter().map(to_8_bits).collect()),
        eight => eight,
    }
}

/// All of them in 16 bits.
pub(super) fn all_to_16_bits(samples: Samples) -> Samples {
    match samples {
        Samples::U8(samples) => Samples::U16(samples.into_iter().map(to_16_bits).collect()),
        sixteen => sixteen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_become_the_nearest_eight() {
        for sample in 0..=u16::MAX {
            let nearest = (f64::from(sample) / 257.0).round();
            assert_eq!(f64::from(to_8_bits(sample)), nearest, "of {sample}");
        }
    }

    #[test]
    fn eight_bits_come_back_from_sixteen() {
        let samples: Vec<u8> = (0..=255).collect();
        let there = all_to_16_bits(Samples::U8(samples.clone()));
        assert!(matches!(&there, Samples::U16(wide) if wide[255] == 65535 && wide[128] == 32896));
        assert_eq!(all_to_8_bits(there), Samples::U8(samples));
    }
}
