//! Owns walking over the samples of a picture that are not alpha.
//! Does not own: what becomes of them.

use super::Sample;
use crate::Color;

/// Changes each sample that is not alpha in place. `change` is told the channel: 0 for gray and red, 1 green, 2 blue.
pub(crate) fn change_colors<S: Sample>(color: Color, samples: &mut [S], change: impl Fn(usize, S) -> S) {
    match color {
        Color::Gray => change_of::<S, 1, 1>(samples, change),
        Color::GrayAlpha => change_of::<S, 2, 1>(samples, change),
        Color::Rgb => change_of::<S, 3, 3>(samples, change),
        Color::Rgba => change_of::<S, 4, 3>(samples, change),
    }
}

fn change_of<S: Sample, const CHANNELS: usize, const COLORS: usize>(
    samples: &mut [S],
    change: impl Fn(usize, S) -> S,
) {
    for pixel in samples.as_chunks_mut::<CHANNELS>().0 {
        for (channel, sample) in pixel[..COLORS].iter_mut().enumerate() {
            *sample = change(channel, *sample);
        }
    }
}

/// Looks each sample that is not alpha up in the table of its channel; a single table is for all.
pub(crate) fn look_up<S: Sample>(color: Color, samples: &mut [S], tables: &[Vec<S>]) {
    let size = S::WHITE as usize + 1;
    let table = |channel: usize| tables.get(channel).or(tables.first()).and_then(|table| table.get(..size));
    let (Some(a), Some(b), Some(c)) = (table(0), table(1), table(2)) else { return };
    let tables = [a, b, c];
    change_colors(color, samples, |channel, sample| tables[channel][sample.level() as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_is_left_alone() {
        let changed = |color: Color| {
            let mut samples: [u8; 12] = [5; 12];
            change_colors(color, &mut samples, |channel, _| 10 + channel as u8);
            samples[..4].to_vec()
        };
        assert_eq!(changed(Color::Gray), [10, 10, 10, 10]);
        assert_eq!(changed(Color::GrayAlpha), [10, 5, 10, 5]);
        assert_eq!(changed(Color::Rgb), [10, 11, 12, 10]);
        assert_eq!(changed(Color::Rgba), [10, 11, 12, 5]);
    }

    #[test]
    fn each_channel_has_its_table_and_one_table_is_for_all() {
        let add = |more: u8| (0..=255u8).map(|v| v.wrapping_add(more)).collect::<Vec<u8>>();
        let mut samples = [1, 2, 3, 4];
        look_up(Color::Rgba, &mut samples, &[add(10), add(20), add(30)]);
        assert_eq!(samples, [11, 22, 33, 4]);
        look_up(Color::Rgb, &mut samples[..3], &[add(1)]);
        assert_eq!(samples, [12, 23, 34, 4]);
    }
}
