//! Owns turning rows of samples into rows of pixels.
//! Does not own: which conversion a file needs (see `output.rs`).
//!
//! Fast because whole rows are converted, 32 pixels at a time, with products of 16 bits.
//!
//! Source: T.871, 7, with 16 fractional bits as in libjpeg's `jdcolor.c`, to the last bit.

#[cfg(target_arch = "x86_64")]
use crate::color_avx2;
use crate::simd::Wide;

/// Pixels at once: enough for vectors of any width.
pub(crate) const LANES: usize = 32;

/// What happens to three samples of a pixel before they stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Keep,
    /// From YCbCr to RGB.
    Convert,
}

/// YCbCr to RGB.
#[inline(always)]
pub(crate) fn ycbcr_to_rgb(wide: Option<Wide>, rows: [&[u8]; 3], out: &mut [u8]) {
    three(wide, Step::Convert, rows, out);
}

/// Three components side by side.
#[inline(always)]
pub(crate) fn interleave(wide: Option<Wide>, rows: [&[u8]; 3], out: &mut [u8]) {
    three(wide, Step::Keep, rows, out);
}

#[inline(always)]
fn three(wide: Option<Wide>, step: Step, rows: [&[u8]; 3], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide {
        return color_avx2::rows(wide, step, rows, out);
    }
    let _ = wide;
    by_lanes(step, rows, out, pack);
}

/// Four components side by side.
#[inline(always)]
pub(crate) fn interleave_four([a, b, c, d]: [&[u8]; 4], out: &mut [u8]) {
    for ((((pixel, &a), &b), &c), &d) in out.as_chunks_mut::<4>().0.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *pixel = [a, b, c, d];
    }
}

/// YCCK to CMYK: the first three are RGB and become what is missing of white; black stays.
#[inline(always)]
pub(crate) fn ycck_to_cmyk([y, cb, cr, k]: [&[u8]; 4], out: &mut [u8]) {
    let pixels = out.as_chunks_mut::<4>().0;
    let chunks = pixels.chunks_mut(LANES).zip(y.chunks(LANES)).zip(cb.chunks(LANES)).zip(cr.chunks(LANES));
    for ((((pixels, y), cb), cr), k) in chunks.zip(k.chunks(LANES)) {
        let [red, green, blue] = convert(&[padded(y), padded(cb), padded(cr)]);
        for ((((pixel, red), green), blue), &black) in pixels.iter_mut().zip(red).zip(green).zip(blue).zip(k)
        {
            *pixel = [255 - red, 255 - green, 255 - blue, black];
        }
    }
}

/// Takes a step with whole lanes of three rows and with the rest filled up, and packs what comes out.
#[inline(always)]
pub(crate) fn by_lanes(
    step: Step,
    [a, b, c]: [&[u8]; 3],
    out: &mut [u8],
    pack: impl Fn(&[[u8; LANES]; 3]) -> [u8; 3 * LANES],
) {
    let each = |lanes: [[u8; LANES]; 3]| match step {
        Step::Keep => pack(&lanes),
        Step::Convert => pack(&convert(&lanes)),
    };
    let (whole, rest) = out.as_chunks_mut::<{ 3 * LANES }>();
    let (a, b, c) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>());
    let done = whole.len();
    for (((out, a), b), c) in whole.iter_mut().zip(a.0).zip(b.0).zip(c.0) {
        *out = each([*a, *b, *c]);
    }
    if !rest.is_empty() {
        // Rows may be longer than the picture is wide, so that their last samples are in whole lanes.
        let last = |(lanes, rest): (&[[u8; LANES]], &[u8])| lanes.get(done).copied().unwrap_or(padded(rest));
        rest.copy_from_slice(&each([last(a), last(b), last(c)])[..rest.len()]);
    }
}

fn padded(row: &[u8]) -> [u8; LANES] {
    let mut lanes = [0; LANES];
    for (lane, &sample) in lanes.iter_mut().zip(row) {
        *lane = sample;
    }
    lanes
}

/// R = Y + 1.402 Cr, G = Y - 0.34414 Cb - 0.71414 Cr, B = Y + 1.772 Cb, each rounded after 16 fractional bits. Whole parts of the
/// factors are taken out, so that what is left of them has 16 bits, for which processors multiply eight or more at once.
#[inline(always)]
fn convert([luma, blue, red]: &[[u8; LANES]; 3]) -> [[u8; LANES]; 3] {
    let mut out = [[0; LANES]; 3];
    for lane in 0..LANES {
        let y = i16::from(luma[lane]);
        let (cb, cr) = (i16::from(blue[lane]) - 128, i16::from(red[lane]) - 128);
        // (factor × value + 32768) >> 16, from the high half of a product.
        let rounded = |value: i16, factor: i16| ((high(2 * value, factor)) + 1) >> 1;
        let green = (i32::from(cb) * -22554 + i32::from(cr) * 18734 + 32768) >> 16;
        out[0][lane] = sample(y + cr + rounded(cr, 26345));
        out[1][lane] = sample(y - cr + green as i16);
        out[2][lane] = sample(y + 2 * cb + rounded(cb, -14942));
    }
    out
}

#[inline(always)]
fn high(value: i16, factor: i16) -> i16 {
    ((i32::from(value) * i32::from(factor)) >> 16) as i16
}

#[inline(always)]
fn sample(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}

/// Three bytes of each pixel, written as four of which the next pixel covers the last.
#[inline(always)]
fn pack([first, second, third]: &[[u8; LANES]; 3]) -> [u8; 3 * LANES] {
    let mut words = [0u32; LANES];
    for lane in 0..LANES {
        words[lane] = u32::from(first[lane]) | u32::from(second[lane]) << 8 | u32::from(third[lane]) << 16;
    }
    let mut bytes = [0; 3 * LANES + 1];
    for lane in 0..LANES {
        bytes[3 * lane..3 * lane + 4].copy_from_slice(&words[lane].to_le_bytes());
    }
    let mut packed = [0; 3 * LANES];
    packed.copy_from_slice(&bytes[..3 * LANES]);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The formula of `jdcolor.c` as it stands there.
    fn slowly(y: u8, cb: u8, cr: u8) -> [u8; 3] {
        let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
        let fix = |value: f64| (value * 65536.0 + 0.5) as i32;
        let red = y + ((fix(1.402) * cr + 32768) >> 16);
        let green = y + ((-fix(0.34414) * cb + 32768 - fix(0.71414) * cr) >> 16);
        let blue = y + ((fix(1.772) * cb + 32768) >> 16);
        [red, green, blue].map(|value| value.clamp(0, 255) as u8)
    }

    #[test]
    fn every_color_is_that_of_the_formula() {
        let levels: Vec<u8> = (0..=255).collect();
        let mut out = [0; 3 * 256];
        for cb in 0..=255 {
            for cr in 0..=255 {
                // Luma only shifts the result before it is clamped, so a few levels will do.
                let y: Vec<u8> = levels.iter().map(|&at| at.wrapping_mul(cb | 1).wrapping_add(cr)).collect();
                ycbcr_to_rgb(None, [&y[..11], &[cb; 11], &[cr; 11]], &mut out[..33]);
                for (pixel, &y) in out[..33].as_chunks::<3>().0.iter().zip(&y) {
                    assert_eq!(*pixel, slowly(y, cb, cr), "{y} {cb} {cr}");
                }
            }
        }
    }

    #[test]
    fn rows_of_any_width_are_whole() {
        for width in [1, 31, 32, 33, 64, 100] {
            let row: Vec<u8> = (0..width + 7).map(|at| at as u8).collect();
            let mut out = alloc::vec![0; width * 3];
            interleave(None, [&row, &row, &row], &mut out);
            assert!(out.as_chunks::<3>().0.iter().zip(&row).all(|(pixel, &at)| *pixel == [at; 3]), "{width}");
            let mut four = alloc::vec![0; width * 4];
            ycck_to_cmyk([&row, &[90; 120], &[200; 120], &row], &mut four);
            for (pixel, &at) in four.as_chunks::<4>().0.iter().zip(&row) {
                let [red, green, blue] = slowly(at, 90, 200);
                assert_eq!(*pixel, [255 - red, 255 - green, 255 - blue, at], "{width}");
            }
            interleave_four([&row, &row, &row, &row], &mut four);
            assert!(
                four.as_chunks::<4>().0.iter().zip(&row).all(|(pixel, &at)| *pixel == [at; 4]),
                "{width}"
            );
        }
    }
}
