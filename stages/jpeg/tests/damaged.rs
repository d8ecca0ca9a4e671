//! Owns the test that damage of any kind is met by an error or by pixels, never by a panic.
//! Does not own: which error each kind of damage is.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use pipeline_jpeg::{Decoder, Header, Limits, Output};

/// The same numbers on every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

fn file(random: &mut Random, edit: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let (width, height) = (20 + random.below(60), 20 + random.below(60));
    let contrast = 1 + random.below(256);
    let pixels: Vec<u8> =
        (0..width * height * 3).map(|at| (at / 7 % 200) as u8 ^ random.below(contrast) as u8).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 40 + random.below(60) as u8);
    edit(&mut encoder);
    encoder.encode(&pixels, width as u16, height as u16, ColorType::Rgb).unwrap();
    bytes
}

fn damage(file: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(4) {
        if file.is_empty() {
            return;
        }
        let at = random.below(file.len());
        match random.below(6) {
            0 => file[at] = random.below(256) as u8,
            1 => file[at] ^= 1 << random.below(8),
            2 => file[at] = 0xff,
            3 => drop(file.remove(at)),
            4 => file.insert(at, random.below(256) as u8),
            _ => file.truncate(at + 1),
        }
    }
}

/// A file of every kind.
fn whole(random: &mut Random) -> [Vec<u8>; 6] {
    [
        file(random, |_| {}),
        file(random, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)),
        file(random, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_1)),
        file(random, |encoder| encoder.set_restart_interval(2)),
        file(random, |encoder| encoder.set_progressive(true)),
        file(random, |encoder| {
            encoder.set_progressive(true);
            encoder.set_restart_interval(3);
        }),
    ]
}

#[test]
fn twenty_thousand_damaged_files_neither_panic_nor_hang() {
    let mut random = Random(4);
    let whole = whole(&mut random);
    let mut decoder = Decoder::new(Limits { max_pixels: 1 << 20, ..Limits::default() });
    let (mut out, mut decoded, mut refused) = (Vec::new(), 0, 0);
    for round in 0..20_000 {
        let mut bytes = whole[round % whole.len()].clone();
        damage(&mut bytes, &mut random);
        match decoder.gray(&bytes, &mut out) {
            Ok((width, height)) => {
                assert_eq!(out.len() as u64, u64::from(width) * u64::from(height));
                decoded += 1;
            }
            Err(_) => {
                assert!(out.is_empty());
                refused += 1;
            }
        }
    }
    // Both must occur, or nothing was tested.
    assert!(decoded > 100 && refused > 10_000, "{decoded} decoded, {refused} refused");
}

#[test]
fn twenty_thousand_damaged_files_are_salvaged_or_refused() {
    let mut random = Random(5);
    let whole = whole(&mut random);
    let mut decoder = Decoder::new(Limits { max_pixels: 1 << 20, ..Limits::default() });
    let (mut out, mut strict, mut salvaged, mut refused) = (Vec::new(), Vec::new(), 0, 0);
    for round in 0..20_000 {
        let mut bytes = whole[round % whole.len()].clone();
        damage(&mut bytes, &mut random);
        let output = if round % 5 == 0 { Output::Rgb } else { Output::Gray };
        let Ok(found) = decoder.salvage(&bytes, output, &mut out) else {
            assert!(out.is_empty());
            refused += 1;
            continue;
        };
        let Header { width, height, .. } = found.info.header;
        assert_eq!(out.len(), width as usize * height as usize * output.samples());
        assert_eq!(found.damage.is_some(), found.places > 0);
        // What is taken strictly is whole, but for color that nobody asked for.
        if let Ok(info) = decoder.decode(&bytes, output, &mut strict) {
            assert!(found.info == info && strict.len() == out.len(), "{found:?}");
            assert!(found.damage.is_none() || output == Output::Gray, "{found:?}");
        }
        salvaged += 1;
    }
    assert!(salvaged > 10_000 && refused > 100, "{salvaged} salvaged, {refused} refused");
}
