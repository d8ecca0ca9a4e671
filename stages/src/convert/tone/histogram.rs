//! Owns counting how often each level occurs.
//! Does not own: what is made of it.

use super::Sample;
use crate::Color;

/// How often each level occurs in one channel, from 0 to max.
pub(crate) type Histogram = Vec<u64>;

/// Most bytes of the histograms of a picture, and of the tables that are made of them.
pub(crate) fn histogram_bytes(bits: u8) -> u64 {
    3 * 10 * (1 << bits)
}

/// One histogram for each channel that is not alpha. Pixels that are wholly transparent have no color, so they do not count.
pub(crate) fn histograms<S: Sample>(color: Color, samples: &[S]) -> Vec<Histogram> {
    let visible = S::from_level(S::WHITE);
    match color {
        Color::Gray => count::<S, 1, 1>(samples, |_| visible),
        Color::GrayAlpha => count::<S, 2, 1>(samples, |pixel| pixel[1]),
        Color::Rgb => count::<S, 3, 3>(samples, |_| visible),
        Color::Rgba => count::<S, 4, 3>(samples, |pixel| pixel[3]),
    }
}

fn count<S: Sample, const CHANNELS: usize, const COLORS: usize>(
    samples: &[S],
    alpha: impl Fn(&[S; CHANNELS]) -> S,
) -> Vec<Histogram> {
    let mut histograms: [Histogram; COLORS] = std::array::from_fn(|_| vec![0; S::WHITE as usize + 1]);
    for pixel in samples.as_chunks::<CHANNELS>().0 {
        if alpha(pixel) == S::default() {
            continue;
        }
        for (histogram, sample) in histograms.iter_mut().zip(pixel) {
            histogram[sample.level() as usize] += 1;
        }
    }
    histograms.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_is_counted_by_itself_and_alpha_is_not() {
        let histograms = histograms(Color::Rgba, &[1u8, 2, 3, 255, 1, 9, 3, 1]);
        assert_eq!(histograms.len(), 3);
        assert_eq!((histograms[0][1], histograms[1][2], histograms[1][9], histograms[2][3]), (2, 1, 1, 2));
        assert_eq!(histograms.iter().flatten().sum::<u64>(), 6);
    }

    #[test]
    fn what_cannot_be_seen_does_not_count() {
        let histogram = &histograms(Color::GrayAlpha, &[7u16, 0, 8, 1])[0];
        assert_eq!((histogram[7], histogram[8]), (0, 1));
    }
}
