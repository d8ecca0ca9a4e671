//! Owns the inverse transform of coefficients that may be nonsense.
//! Does not own: that of coefficients as encoders make them (see `idct.rs`), which gives the same for those and is faster.
//!
//! Source: libjpeg-turbo, `jidctint-avx2.asm` and `jidctint-sse2.asm`. Sums of two inputs have 16 bits there and wrap around, sums of
//! products 32. Only damage makes such numbers, or a file that is meant to, but then what is shown depends on it.

use crate::idct::PASS_BITS;
use crate::quantisation::Steps;

/// The samples of a block.
#[cold]
#[inline(never)]
pub(crate) fn samples(coefficients: &[i16; 64], steps: &Steps) -> [[u8; 8]; 8] {
    let mut input = [[0i16; 8]; 8];
    for (at, (&value, &step)) in coefficients.iter().zip(steps).enumerate() {
        input[at / 8][at % 8] = value.wrapping_mul(step);
    }
    let columns = if coefficients[8..].iter().all(|&value| value == 0) {
        [input[0].map(|value| value << PASS_BITS); 8]
    } else {
        pass::<11>(&input)
    };
    let turned = pass::<18>(&transpose(&columns));
    transpose(&turned).map(|row| row.map(|value| (value.clamp(-128, 127) + 128) as u8))
}

fn transpose(rows: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    core::array::from_fn(|row| core::array::from_fn(|lane| rows[lane][row]))
}

/// Transforms eight columns, rounding off `SHIFT` bits.
fn pass<const SHIFT: u32>(rows: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let mut out = [[0; 8]; 8];
    for lane in 0..8 {
        let column = column::<SHIFT>(core::array::from_fn(|row| rows[row][lane]));
        for (row, value) in out.iter_mut().zip(column) {
            row[lane] = value;
        }
    }
    out
}

fn column<const SHIFT: u32>(x: [i16; 8]) -> [i16; 8] {
    // Two products and their sum, all in 32 bits.
    let two = |a: i16, by: i32, b: i16, times: i32| (i32::from(a) * by).wrapping_add(i32::from(b) * times);
    let sum = i32::from(x[0].wrapping_add(x[4])) << 13;
    let difference = i32::from(x[0].wrapping_sub(x[4])) << 13;
    let (wide, narrow) = (two(x[2], 10703, x[6], 4433), two(x[2], 4433, x[6], -10704));
    let even = [
        sum.wrapping_add(wide),
        difference.wrapping_add(narrow),
        difference.wrapping_sub(narrow),
        sum.wrapping_sub(wide),
    ];
    let (third, fourth) = (x[7].wrapping_add(x[3]), x[5].wrapping_add(x[1]));
    let (third, fourth) = (two(third, -6436, fourth, 9633), two(third, 9633, fourth, 6437));
    let odd = [
        two(x[7], -7373, x[1], 4926).wrapping_add(fourth),
        two(x[5], -20995, x[3], 4177).wrapping_add(third),
        two(x[5], -4176, x[3], -20995).wrapping_add(fourth),
        two(x[7], -4927, x[1], -7373).wrapping_add(third),
    ];
    let round = |value: i32| {
        (value.wrapping_add(1 << (SHIFT - 1)) >> SHIFT).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    };
    let mut out = [0; 8];
    for at in 0..4 {
        out[at] = round(even[at].wrapping_add(odd[at]));
        out[7 - at] = round(even[at].wrapping_sub(odd[at]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_beyond_all_wraps_around_as_in_vectors() {
        let mut coefficients = [0; 64];
        coefficients[0] = 30000;
        // 30000 × 4 wraps to -11072.
        assert_eq!(samples(&coefficients, &[1; 64]), [[0; 8]; 8]);
        coefficients[63] = 1;
        assert_eq!(samples(&coefficients, &[1; 64])[0][0], 255);
    }
}
