//! Owns the gray kernels on 256-bit vectors. Each gives the same bytes as its twin in `scalar.rs`.
//! Does not own: the pixels left over at the end (each function says how many it did), nor modes that gain nothing here:
//! linear light is a table look-up, and exact division by 10000 at 16 bits is no faster in vectors.
#![allow(unsafe_code)]

use super::GrayMode;
use std::arch::x86_64::*;

/// How a sum of weighted samples becomes gray.
#[derive(Clone, Copy)]
enum Finish {
    /// Shift right by so many bits.
    Shift15,
    Shift16,
    /// Divide by 10000.
    Per10000,
}

/// Weights in pairs for `pmaddwd`, which multiplies signed 16-bit numbers: (R, G) and (B, G). Pillow's weight of G does not
/// fit 16 signed bits, so it is split over both pairs.
#[derive(Clone, Copy)]
struct Weights {
    rg: (i16, i16),
    bg: (i16, i16),
    round: i32,
    finish: Finish,
}

fn weights(mode: GrayMode) -> Option<Weights> {
    Some(match mode {
        GrayMode::Opencv | GrayMode::Luma => {
            Weights { rg: (9798, 19235), bg: (3735, 0), round: 16384, finish: Finish::Shift15 }
        }
        GrayMode::Pillow => {
            Weights { rg: (19595, 19235), bg: (7471, 19235), round: 32768, finish: Finish::Shift16 }
        }
        GrayMode::Rec709 => Weights { rg: (2126, 7152), bg: (722, 0), round: 5000, finish: Finish::Per10000 },
        GrayMode::Linear => return None,
    })
}

/// Gray of 8-bit RGB. Returns how many pixels it did.
pub(super) fn rgb8(mode: GrayMode, from: &[[u8; 3]], to: &mut [[u8; 1]]) -> usize {
    let Some(weights) = weights(mode) else { return 0 };
    // SAFETY: the dispatcher calls this only where AVX2 was detected.
    unsafe { rgb8_avx2(weights, from.as_flattened(), to.as_flattened_mut()) }
}

/// Gray of 8-bit RGBA with its alpha. Returns how many pixels it did.
pub(super) fn rgba8(mode: GrayMode, from: &[[u8; 4]], to: &mut [[u8; 2]]) -> usize {
    let Some(weights) = weights(mode) else { return 0 };
    // SAFETY: the dispatcher calls this only where AVX2 was detected.
    unsafe { rgba8_avx2(weights, from.as_flattened(), to.as_flattened_mut()) }
}

/// Gray of 16-bit RGB. Returns how many pixels it did.
pub(super) fn rgb16(mode: GrayMode, from: &[[u16; 3]], to: &mut [[u16; 1]]) -> usize {
    let Some(weights) = weights16(mode) else { return 0 };
    // SAFETY: the dispatcher calls this only where AVX2 was detected.
    unsafe { wide_avx2::<3>(weights, from.as_flattened(), to.as_flattened_mut()) }
}

/// Gray of 16-bit RGBA with its alpha. Returns how many pixels it did.
pub(super) fn rgba16(mode: GrayMode, from: &[[u16; 4]], to: &mut [[u16; 2]]) -> usize {
    let Some(weights) = weights16(mode) else { return 0 };
    // SAFETY: the dispatcher calls this only where AVX2 was detected.
    unsafe { wide_avx2::<4>(weights, from.as_flattened(), to.as_flattened_mut()) }
}

/// Two pairs of weights, repeated over a vector.
#[target_feature(enable = "avx2")]
fn pairs(weights: (i16, i16)) -> __m256i {
    _mm256_set1_epi32(i32::from(weights.0 as u16) | i32::from(weights.1) << 16)
}

/// Gray of eight pixels, one in each 32-bit lane, from the (R, G) and (B, G) pairs of each.
#[target_feature(enable = "avx2")]
fn sum(weights: Weights, rg: __m256i, bg: __m256i) -> __m256i {
    let sum = _mm256_add_epi32(
        _mm256_madd_epi16(rg, pairs(weights.rg)),
        _mm256_add_epi32(_mm256_madd_epi16(bg, pairs(weights.bg)), _mm256_set1_epi32(weights.round)),
    );
    match weights.finish {
        Finish::Shift15 => _mm256_srli_epi32::<15>(sum),
        Finish::Shift16 => _mm256_srli_epi32::<16>(sum),
        Finish::Per10000 => per_10000(sum),
    }
}

/// Exact for sums below 2^22: of `x / 16`, an integer that a float holds, the quotient by 625 is at least 0.5 / 625 away
/// from an integer after 0.5 is added, a thousand times more than the rounding of the product.
#[target_feature(enable = "avx2")]
fn per_10000(sum: __m256i) -> __m256i {
    let sixteenth = _mm256_cvtepi32_ps(_mm256_srli_epi32::<4>(sum));
    let half_up = _mm256_add_ps(sixteenth, _mm256_set1_ps(0.5));
    _mm256_cvttps_epi32(_mm256_mul_ps(half_up, _mm256_set1_ps(1.0 / 625.0)))
}

/// For `pshufb`: in each 32-bit lane one byte, then another, as 16-bit numbers; the same in both halves.
#[target_feature(enable = "avx2")]
fn spread(stride: i8, first: i8, second: i8) -> __m256i {
    const ZERO: i8 = -1;
    let mut mask = [ZERO; 32];
    for pixel in 0..8usize {
        let base = stride * (pixel as i8 & 3);
        mask[pixel * 4] = base + first;
        mask[pixel * 4 + 2] = base + second;
    }
    // SAFETY: the array is 32 bytes long and an unaligned load needs no more.
    unsafe { _mm256_loadu_si256(mask.as_ptr().cast()) }
}

/// Eight RGB pixels, four in each half. Reads 28 bytes.
#[target_feature(enable = "avx2")]
fn load_rgb8(from: &[u8; 28]) -> __m256i {
    // SAFETY: both loads are of 16 bytes, the second from byte 12 on, within the 28.
    unsafe {
        let low = _mm_loadu_si128(from.as_ptr().cast());
        let high = _mm_loadu_si128(from.as_ptr().add(12).cast());
        _mm256_set_m128i(high, low)
    }
}

/// 32 pixels a turn. The last load of a turn reads 4 bytes more than it needs, so the end is left to the reference.
#[target_feature(enable = "avx2")]
fn rgb8_avx2(weights: Weights, from: &[u8], to: &mut [u8]) -> usize {
    let (rg, bg) = (spread(3, 0, 1), spread(3, 2, 1));
    // Packing works within halves, so groups of four come out interleaved.
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    let mut done = 0;
    for to in to.as_chunks_mut::<32>().0 {
        let Some(from) = from.get(done * 3..).and_then(|rest| rest.first_chunk::<100>()) else { break };
        let eight = |index: usize| {
            // The array has 100 bytes, so each of the four windows of 28 is inside: 72 + 28 = 100.
            let window = from[index * 24..].first_chunk::<28>().unwrap_or(&[0; 28]);
            let pixels = load_rgb8(window);
            sum(weights, _mm256_shuffle_epi8(pixels, rg), _mm256_shuffle_epi8(pixels, bg))
        };
        let words = (_mm256_packus_epi32(eight(0), eight(1)), _mm256_packus_epi32(eight(2), eight(3)));
        let bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(words.0, words.1), order);
        // SAFETY: the chunk is 32 bytes long.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), bytes) };
        done += 32;
    }
    done
}

/// 16 pixels a turn.
#[target_feature(enable = "avx2")]
fn rgba8_avx2(weights: Weights, from: &[u8], to: &mut [u8]) -> usize {
    let (rg, bg) = (spread(4, 0, 1), spread(4, 2, 1));
    let mut done = 0;
    for (from, to) in from.as_chunks::<64>().0.iter().zip(to.as_chunks_mut::<32>().0) {
        let eight = |index: usize| {
            // SAFETY: the chunk is 64 bytes long and the index 0 or 1.
            let pixels = unsafe { _mm256_loadu_si256(from.as_ptr().add(index * 32).cast()) };
            let gray = sum(weights, _mm256_shuffle_epi8(pixels, rg), _mm256_shuffle_epi8(pixels, bg));
            let alpha = _mm256_slli_epi32::<8>(_mm256_srli_epi32::<24>(pixels));
            _mm256_or_si256(gray, alpha)
        };
        let words = _mm256_packus_epi32(eight(0), eight(1));
        let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(words);
        // SAFETY: the chunk is 32 bytes long.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), words) };
        done += 16;
    }
    done
}

/// Weights for 16-bit samples: of R, G and B, what is added, and by how much the sum is shifted.
#[derive(Clone, Copy)]
struct Weights16 {
    rgb: [i32; 3],
    round: i32,
    shift: i32,
}

fn weights16(mode: GrayMode) -> Option<Weights16> {
    match mode {
        GrayMode::Opencv | GrayMode::Luma => {
            Some(Weights16 { rgb: [9798, 19235, 3735], round: 16384, shift: 15 })
        }
        GrayMode::Pillow => Some(Weights16 { rgb: [19595, 38470, 7471], round: 32768, shift: 16 }),
        GrayMode::Rec709 | GrayMode::Linear => None,
    }
}

/// For `pshufb`: one 16-bit sample of each of four pixels as 32-bit numbers, from bytes `start` to `start + 16` of them;
/// zero where the sample lies outside or `skip` pixels have been taken elsewhere.
#[target_feature(enable = "avx2")]
fn pick(stride: usize, channel: usize, start: usize, pixels: std::ops::Range<usize>) -> __m256i {
    let mut mask = [-1i8; 32];
    for pixel in pixels {
        let byte = (pixel * stride + channel) * 2 - start;
        for half in [0, 16] {
            mask[half + pixel * 4] = byte as i8;
            mask[half + pixel * 4 + 1] = byte as i8 + 1;
        }
    }
    // SAFETY: the array is 32 bytes long and an unaligned load needs no more.
    unsafe { _mm256_loadu_si256(mask.as_ptr().cast()) }
}

/// 16-bit pixels of three or four samples, eight a turn: four in each half of a vector. Four pixels take 24 or 32 bytes, which
/// two loads of 16 cover; from the first come two pixels, from the second (which ends with the fourth) the others.
#[target_feature(enable = "avx2")]
fn wide_avx2<const CHANNELS: usize>(weights: Weights16, from: &[u16], to: &mut [u16]) -> usize {
    let out = CHANNELS - 2;
    // In samples: where the second load starts.
    let second = CHANNELS * 4 - 8;
    let masks: [(__m256i, __m256i); 4] = std::array::from_fn(|channel| {
        let channel = channel.min(CHANNELS - 1);
        (pick(CHANNELS, channel, 0, 0..2), pick(CHANNELS, channel, second * 2, 2..4))
    });
    let shift = _mm_cvtsi32_si128(weights.shift);
    let mut done = 0;
    for (from, to) in from.chunks_exact(CHANNELS * 8).zip(to.chunks_exact_mut(out * 8)) {
        let load = |at: usize| {
            // SAFETY: the chunk holds CHANNELS * 8 samples; the loads are of 8 samples from `at` and from `at` + CHANNELS * 4,
            // and `at` is at most CHANNELS * 4 - 8.
            unsafe {
                let low = _mm_loadu_si128(from.as_ptr().add(at).cast());
                let high = _mm_loadu_si128(from.as_ptr().add(at + CHANNELS * 4).cast());
                _mm256_set_m128i(high, low)
            }
        };
        let (a, b) = (load(0), load(second));
        let channel = |index: usize| {
            let (first, last) = masks[index];
            _mm256_or_si256(_mm256_shuffle_epi8(a, first), _mm256_shuffle_epi8(b, last))
        };
        let times = |index: usize| _mm256_mullo_epi32(channel(index), _mm256_set1_epi32(weights.rgb[index]));
        let rounded = _mm256_add_epi32(times(2), _mm256_set1_epi32(weights.round));
        let sum = _mm256_add_epi32(_mm256_add_epi32(times(0), times(1)), rounded);
        let gray = _mm256_srl_epi32(sum, shift);
        if CHANNELS == 4 {
            let pixels = _mm256_or_si256(gray, _mm256_slli_epi32::<16>(channel(3)));
            // SAFETY: the chunk holds 16 samples, 32 bytes.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), pixels) };
        } else {
            let words = _mm256_packus_epi32(gray, gray);
            let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(words);
            // SAFETY: the chunk holds 8 samples, 16 bytes.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), _mm256_castsi256_si128(words)) };
        }
        done += 8;
    }
    done
}
