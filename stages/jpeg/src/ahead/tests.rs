//! Owns tests of what is found ahead, against blocks that are found one by one.
//! Does not own: what is done with them.

use super::*;
use crate::Scale;
use crate::bits::Bits;
use crate::block;
use crate::scans::Scans;
use crate::segments::Segments;
use crate::tables::{Tables, Take};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

/// A picture of noise over slopes, so that all kinds of codes occur.
fn file(
    size: (u16, u16),
    sampling: SamplingFactor,
    noise: u32,
    quality: u8,
    optimised: bool,
    gray: bool,
) -> Vec<u8> {
    let samples = if gray { 1 } else { 3 };
    let (mut state, mut pixels) = (1u32, Vec::new());
    for at in 0..usize::from(size.0) * usize::from(size.1) * samples {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        pixels.push((at as u32 / 97 + (state >> 16) % (noise + 1)) as u8);
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_optimized_huffman_tables(optimised);
    let color = if gray { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, size.0, size.1, color).unwrap();
    file
}

/// Where the blocks of each MCU begin, found one by one; as far as there are codes.
fn one_by_one(slots: &Slots<'_>, data: &[u8], mcus: usize) -> Vec<Vec<usize>> {
    let mut bits = Bits::new(data);
    let mut all = Vec::new();
    for _ in 0..mcus {
        let mut mcu = Vec::new();
        for codes in &slots.codes[..slots.blocks()] {
            mcu.push(bits.position());
            if block::pass(codes.dc, codes.ac, &mut bits).is_err() {
                return all;
            }
        }
        mcu.push(bits.position());
        if bits.overrun() {
            return all;
        }
        all.push(mcu);
    }
    all
}

proptest! {
    #[test]
    fn blocks_begin_where_they_are_found_one_by_one(
        size in (16u16..400, 100u16..400), noise in 0u32..60, quality in 30u8..=100, optimised: bool, gray: bool,
        sampling in prop::sample::select(&[
            SamplingFactor::F_1_1, SamplingFactor::F_1_2, SamplingFactor::F_2_1, SamplingFactor::F_2_2, SamplingFactor::F_4_1,
        ][..]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3), plain: bool, most in 1usize..500
    ) {
        let file = file(size, sampling, noise, quality, optimised, gray);
        let mut scans = Scans::open(&file).unwrap();
        scans.set_scale(Scale::Eighth);
        let scan = scans.next().unwrap().unwrap();
        let mut tables = Tables::default();
        tables.set(scans.codes(), scans.frame(), &scan, Take::Codes).unwrap();
        let slots = tables.slots(scans.frame(), &scan, Take::Codes).unwrap();
        let mut data = Vec::new();
        Segments::new(&file, scan.data).next(true, &mut data).unwrap();
        let bytes = data.len() - crate::bits::PADDING;
        for (at, value) in damage {
            data[at.index(bytes)] = value;
        }
        let (across, down) = scan.mcus(scans.frame());
        let want = one_by_one(&slots, &data, (across * down) as usize);
        let (blocks, mut logs) = (slots.blocks(), Logs::default());
        let mut ahead = Ahead::new(slots, &mut logs).unwrap();
        ahead.restart(&data);
        let wide = if plain { None } else { Wide::detect() };
        let mut mcu = 0;
        loop {
            let count = ahead.look(&data, wide).min(most);
            if count == 0 {
                break;
            }
            let mut found = ahead.take(&data, count);
            for _ in 0..count {
                // What is behind the last MCU is nobody's.
                if let Some(want) = want.get(mcu) {
                    let places: Vec<usize> = (0..=blocks).map(|block| found.bit(block)).collect();
                    prop_assert_eq!(&places, want);
                } else {
                    prop_assert!(mcu >= (across * down) as usize);
                }
                found.advance();
                mcu += 1;
            }
        }
        // Only the end, and what is too short, is left to others.
        if want.len() == (across * down) as usize && noise > 20 && quality > 50 && bytes > 2 * LEAST {
            prop_assert!(mcu * 4 > want.len(), "{} of {}", mcu, want.len());
        }
    }
}
