//! Owns widening rows of components that have fewer samples than the picture has pixels, as libjpeg does by default.
//! Does not own: which rows are near and far (see `strips.rs`).
//!
//! Source: libjpeg-turbo, `jdsample.c`. Half as many samples are widened by a triangle filter ("fancy"): each output sample is three
//! parts of the nearest sample and one part of the next nearest, in each direction. All other ratios repeat samples.

use crate::frame::{Component, Frame};
use crate::{Scale, Unsupported};
use alloc::vec::Vec;

/// How the rows of a component become rows of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upsampling {
    /// They are rows of the picture.
    Same,
    /// Half as wide, filtered.
    Wider,
    /// Half as high, filtered.
    Higher,
    /// Half as wide and half as high, filtered.
    Both,
    /// Each sample so many times across and down.
    Repeat { across: u8, down: u8 },
}

impl Upsampling {
    /// libjpeg's choice (`jinit_upsampler`): no filter across less than three samples.
    pub(crate) fn of(component: &Component, frame: &Frame) -> Result<Upsampling, Unsupported> {
        let (highest, own) = (frame.highest_sampling(), component.sampling);
        // Blocks that are made smaller by less have more samples for each pixel.
        let more = (frame.block_side(component) / frame.scale.side()) as u8;
        let own = (own.0 * more, own.1 * more);
        if !highest.0.is_multiple_of(own.0) || !highest.1.is_multiple_of(own.1) {
            return Err(Unsupported::FractionalSampling);
        }
        let (across, down) = (highest.0 / own.0, highest.1 / own.1);
        // Of blocks of one sample none is filtered.
        let any = frame.scale != Scale::Eighth;
        let filtered = any && frame.decoded_samples(component).0 > 2;
        Ok(match (across, down) {
            (1, 1) => Upsampling::Same,
            (2, 1) if filtered => Upsampling::Wider,
            (1, 2) if any => Upsampling::Higher,
            (2, 2) if filtered => Upsampling::Both,
            _ => Upsampling::Repeat { across, down },
        })
    }

    /// How many rows of the picture a row becomes.
    pub(crate) fn down(self) -> usize {
        match self {
            Upsampling::Same | Upsampling::Wider => 1,
            Upsampling::Higher | Upsampling::Both => 2,
            Upsampling::Repeat { down, .. } => usize::from(down),
        }
    }

    /// Whether rows of the picture are made of two rows.
    pub(crate) fn mixes_rows(self) -> bool {
        matches!(self, Upsampling::Higher | Upsampling::Both)
    }
}

/// How many bytes more than it makes a filter may write.
pub(crate) const ROOM: usize = 2 * LANES;

/// Samples at once.
const LANES: usize = 16;

/// Half as wide: `(3 × near + next + 1 or 2) / 4`, the bias by turns so that errors cancel out. `out` has twice as many places and
/// [`ROOM`]; `sums` is scratch.
#[inline(always)]
pub(crate) fn wider(row: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    extended(row.iter().map(|&sample| u16::from(sample)), sums);
    across::<2>(sums, [1, 2], out);
}

/// Half as wide and half as high: first down, then across, rounded once: `(9, 3, 3 and 1 parts + 8 or 7) / 16`. Otherwise as
/// [`wider`].
#[inline(always)]
pub(crate) fn both(near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    extended(near.iter().zip(far).map(|(&near, &far)| u16::from(near) * 3 + u16::from(far)), sums);
    across::<4>(sums, [8, 7], out);
}

/// Makes `sums` these values with the first and the last once more, so that they stay as they are, and filled up to whole lanes.
#[inline(always)]
fn extended(values: impl ExactSizeIterator<Item = u16>, sums: &mut Vec<u16>) {
    let count = values.len();
    sums.clear();
    sums.push(0);
    sums.extend(values);
    sums[0] = sums.get(1).copied().unwrap_or(0);
    sums.push(sums[count]);
    sums.resize(count.next_multiple_of(LANES) + 2, 0);
}

/// Two samples from each three sums: the middle one mixed with the one before and with the one after, all but `BITS` bits.
#[inline(always)]
fn across<const BITS: u32>(sums: &[u16], [before, after]: [u16; 2], out: &mut [u8]) {
    let windows = (0..).step_by(LANES).map_while(|at| sums.get(at..)?.first_chunk::<{ LANES + 2 }>());
    for (out, window) in out.as_chunks_mut::<{ 2 * LANES }>().0.iter_mut().zip(windows) {
        let mut pairs = [0; LANES];
        for lane in 0..LANES {
            let near = window[lane + 1] * 3;
            let left = (near + window[lane] + before) >> BITS;
            let right = (near + window[lane + 2] + after) >> BITS;
            pairs[lane] = left | right << 8;
        }
        for (out, pair) in out.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
            *out = pair.to_le_bytes();
        }
    }
}

/// Half as high: `(3 × near + far + 1 or 2) / 4`, with 1 for rows above the middle.
#[inline(always)]
pub(crate) fn higher(near: &[u8], far: &[u8], bias: u16, out: &mut [u8]) {
    for ((out, &near), &far) in out.iter_mut().zip(near).zip(far) {
        *out = ((u16::from(near) * 3 + u16::from(far) + bias) >> 2) as u8;
    }
}

/// Each sample so many times.
#[inline(always)]
pub(crate) fn repeat(row: &[u8], across: u8, out: &mut [u8]) {
    for (places, &sample) in out.chunks_mut(usize::from(across)).zip(row) {
        places.fill(sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One sample between two, three parts of the nearer.
    fn between(near: u32, far: u32) -> u32 {
        near * 3 + far
    }

    proptest! {
        #[test]
        fn across_it_is_a_triangle_filter(row in prop::collection::vec(any::<u8>(), 3..40)) {
            let mut out = alloc::vec![0; row.len() * 2 + ROOM];
            wider(&row, &mut Vec::new(), &mut out);
            for (at, &got) in out[..row.len() * 2].iter().enumerate() {
                let (near, odd) = (at / 2, at % 2);
                let far = if odd == 1 { (near + 1).min(row.len() - 1) } else { near.saturating_sub(1) };
                let want = (between(u32::from(row[near]), u32::from(row[far])) + 1 + odd as u32) / 4;
                prop_assert_eq!(u32::from(got), want, "at {}", at);
            }
        }

        #[test]
        fn in_both_directions_it_rounds_once(rows in prop::collection::vec(any::<[u8; 2]>(), 3..40)) {
            let (near, far): (Vec<u8>, Vec<u8>) = rows.iter().map(|&[near, far]| (near, far)).unzip();
            let mut out = alloc::vec![0; rows.len() * 2 + ROOM];
            both(&near, &far, &mut Vec::new(), &mut out);
            let sum = |at: usize| between(u32::from(near[at]), u32::from(far[at]));
            for (at, &got) in out[..rows.len() * 2].iter().enumerate() {
                let (middle, odd) = (at / 2, at % 2);
                let other = if odd == 1 { (middle + 1).min(rows.len() - 1) } else { middle.saturating_sub(1) };
                let want = (between(sum(middle), sum(other)) + 8 - odd as u32) / 16;
                prop_assert_eq!(u32::from(got), want, "at {}", at);
            }
        }
    }

    /// What is done with the second component of a picture whose components have these factors.
    fn choice(width: u8, first: u8, second: u8) -> Result<Upsampling, Unsupported> {
        let body = [8, 0, 9, 0, width, 3, 1, first, 0, 2, second, 0, 3, second, 0];
        let frame = Frame::read(&crate::markers::Segment { marker: 0xc0, body: &body, at: 0 }).unwrap();
        Upsampling::of(&frame.components()[1], &frame)
    }

    #[test]
    fn only_halves_are_filtered_and_fractions_refused() {
        assert_eq!(choice(30, 0x21, 0x11), Ok(Upsampling::Wider));
        assert_eq!(choice(30, 0x12, 0x11), Ok(Upsampling::Higher));
        assert_eq!(choice(30, 0x44, 0x22), Ok(Upsampling::Both));
        assert_eq!(choice(4, 0x22, 0x11), Ok(Upsampling::Repeat { across: 2, down: 2 }));
        assert_eq!(choice(30, 0x42, 0x11), Ok(Upsampling::Repeat { across: 4, down: 2 }));
        assert_eq!(choice(30, 0x11, 0x22), Ok(Upsampling::Same));
        assert_eq!(choice(30, 0x31, 0x21), Err(Unsupported::FractionalSampling));
    }

    #[test]
    fn samples_are_repeated_to_the_edge() {
        let mut out = [0; 8];
        repeat(&[1, 2, 3], 3, &mut out);
        assert_eq!(out, [1, 1, 1, 2, 2, 2, 3, 3]);
        higher(&[10, 0], &[0, 10], 2, &mut out);
        assert_eq!(out[..2], [8, 3]);
    }
}
