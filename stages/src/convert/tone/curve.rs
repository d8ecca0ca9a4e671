//! Owns tone curves: formulas that give a level for a level, and their tables, kept while the same are wanted.
//! Does not own: how curves are written as ops (each has its file in `../op/`).

use super::{Sample, colors};
use crate::{Image, Samples};

/// A formula for each sample by itself. v is a level, max the level of white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Curve {
    /// N · v.
    Brightness(f32),
    /// (v - max / 2) · N + max / 2.
    Contrast(f32),
    /// max · (v / max)^(1 / N).
    Gamma(f32),
    /// out₀ + (out₁ - out₀) · t^(1 / gamma), t = (v - in₀) / (in₁ - in₀) between 0 and 1.
    Levels {
        /// in₀ and in₁, with white at 255.
        input: [f32; 2],
        /// Above 1 lightens.
        gamma: f32,
        /// out₀ and out₁, with white at 255.
        output: [f32; 2],
    },
}

impl Curve {
    /// What it makes of a level, neither rounded nor cut off.
    fn at(self, v: f64, max: f64) -> f64 {
        match self {
            Curve::Brightness(n) => f64::from(n) * v,
            Curve::Contrast(n) => (v - max / 2.0) * f64::from(n) + max / 2.0,
            Curve::Gamma(n) => max * (v / max).powf(1.0 / f64::from(n)),
            Curve::Levels { input, gamma, output } => {
                let [input, output] =
                    [input, output].map(|ends| ends.map(|end| f64::from(end) / 255.0 * max));
                let t = ((v - input[0]) / (input[1] - input[0])).clamp(0.0, 1.0);
                output[0] + (output[1] - output[0]) * t.powf(1.0 / f64::from(gamma))
            }
        }
    }

    /// The sample for each level.
    fn table<S: Sample>(self) -> Vec<S> {
        let max = f64::from(S::WHITE);
        (0..=S::WHITE).map(|level| S::nearest(self.at(f64::from(level), max))).collect()
    }

    /// Applies it to all that is not alpha.
    pub(crate) fn apply(self, mut image: Image, tables: &mut Tables) -> Image {
        let color = image.color();
        match image.samples_mut() {
            Samples::U8(samples) => colors::look_up(color, samples, tables.of(self)),
            Samples::U16(samples) => colors::look_up(color, samples, tables.of(self)),
        }
        image
    }
}

/// A curve and its table, in a slice of one as [`colors::look_up`] takes it.
pub(crate) type Kept<S> = (Curve, [Vec<S>; 1]);

/// Tables of curves that were used last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(super) of_8_bits: Vec<Kept<u8>>,
    pub(super) of_16_bits: Vec<Kept<u16>>,
}

impl Tables {
    /// How many are kept for each depth: as many as different curves are likely to follow one another. Those of 16 bits
    /// take 128 KiB each.
    const MOST: usize = 4;

    fn of<S: Sample>(&mut self, curve: Curve) -> &[Vec<S>] {
        let kept = S::kept(self);
        let place = kept.iter().position(|(of, _)| *of == curve).unwrap_or_else(|| {
            if kept.len() == Self::MOST {
                kept.remove(0);
            }
            kept.push((curve, [curve.table()]));
            kept.len() - 1
        });
        &kept[place].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curves() -> impl Strategy<Value = Curve> {
        let ends = || [0f32..=255.0, 0f32..=255.0];
        prop_oneof![
            (0f32..=100.0).prop_map(Curve::Brightness),
            (0f32..=100.0).prop_map(Curve::Contrast),
            (0.01f32..=100.0).prop_map(Curve::Gamma),
            (0f32..=127.0, 127.1f32..=255.0, 0.01f32..=100.0, ends()).prop_map(
                |(black, white, gamma, output)| Curve::Levels { input: [black, white], gamma, output }
            ),
        ]
    }

    #[test]
    fn a_curve_without_effect_is_the_identity() {
        let levels = Curve::Levels { input: [0.0, 255.0], gamma: 1.0, output: [0.0, 255.0] };
        for curve in [Curve::Brightness(1.0), Curve::Contrast(1.0), Curve::Gamma(1.0), levels] {
            assert!(curve.table::<u8>().into_iter().eq(0..=255), "{curve:?}");
            assert!(curve.table::<u16>().into_iter().eq(0..=65535), "{curve:?}");
        }
    }

    #[test]
    fn no_more_tables_are_kept_than_said_and_the_newest_are() {
        let mut tables = Tables::default();
        for n in 0..10 {
            let first = tables.of::<u8>(Curve::Brightness(n as f32))[0].clone();
            assert_eq!(tables.of::<u8>(Curve::Brightness(n as f32))[0], first);
        }
        assert_eq!(tables.of_8_bits.len(), Tables::MOST);
        assert_eq!(tables.of_8_bits[Tables::MOST - 1].0, Curve::Brightness(9.0));
    }

    proptest! {
        /// Levels with outputs in reverse fall; all else rises.
        #[test]
        fn every_curve_is_monotone(curve in curves()) {
            let table = curve.table::<u8>();
            let falls = matches!(curve, Curve::Levels { output, .. } if output[1] < output[0]);
            let monotone = if falls { table.iter().rev().is_sorted() } else { table.is_sorted() };
            prop_assert!(monotone);
        }

        /// The curves are the same at both depths: 16 bits of v · 257 are those of v within what 8 bits can tell.
        #[test]
        fn depths_agree(curve in curves()) {
            let (narrow, wide) = (curve.table::<u8>(), curve.table::<u16>());
            for (v, &narrow) in narrow.iter().enumerate() {
                let difference = (f64::from(wide[v * 257]) / 257.0 - f64::from(narrow)).abs();
                prop_assert!(difference <= 0.51, "{v}: {narrow}, but {}", wide[v * 257]);
            }
        }
    }
}
