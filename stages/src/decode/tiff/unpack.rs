//! Owns turning the bytes of one row into numbers: depths from 1 to 16 bits, floats, byte order, predictors.
//! Does not own: where the numbers go.
//!
//! Source: TIFF 6.0, section 14 (horizontal prediction); TIFF Technical Note 3 (floating point).

use super::layout::{Layout, Predictor};

/// A number that rows are made of.
pub(super) trait Sample: Copy + Default {
    fn from_u16(value: u16) -> Self;
    fn plus(self, other: Self) -> Self;
}

impl Sample for u8 {
    fn from_u16(value: u16) -> u8 {
        value as u8
    }

    fn plus(self, other: u8) -> u8 {
        self.wrapping_add(other)
    }
}

impl Sample for u16 {
    fn from_u16(value: u16) -> u16 {
        value
    }

    fn plus(self, other: u16) -> u16 {
        self.wrapping_add(other)
    }
}

/// All numbers of a row.
pub(super) fn values<S: Sample>(layout: &Layout<'_>, row: &[u8], out: &mut Vec<S>) {
    out.clear();
    let stride = layout.samples_in_chunk();
    let big_endian = layout.directory.source.big_endian;
    match layout.bits {
        8 => out.extend(row.iter().map(|&byte| S::from_u16(u16::from(byte)))),
        16 => out.extend(row.as_chunks::<2>().0.iter().map(|&pair| {
            S::from_u16(if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
        })),
        32 if layout.predictor == Predictor::FloatingPoint => predicted_floats(row, stride, out),
        32 => out.extend(row.as_chunks::<4>().0.iter().map(|&four| {
            S::from_u16(wide(if big_endian { f32::from_be_bytes(four) } else { f32::from_le_bytes(four) }))
        })),
        bits => odd(row, bits, layout.grid.width as usize * stride, out),
    }
    if layout.predictor == Predictor::Horizontal {
        for at in stride..out.len() {
            out[at] = out[at].plus(out[at - stride]);
        }
    }
}

/// 0…1 as 0…65535; what is outside is cut, what is no number is 0.
fn wide(value: f32) -> u16 {
    (value.clamp(0.0, 1.0) * 65535.0).round() as u16
}

/// Bytes of equal weight stand together, each the difference to the one before of the same sample.
fn predicted_floats<S: Sample>(row: &[u8], stride: usize, out: &mut Vec<S>) {
    let mut bytes = row.to_vec();
    for at in stride..bytes.len() {
        bytes[at] = bytes[at].wrapping_add(bytes[at - stride]);
    }
    let count = bytes.len() / 4;
    out.extend((0..count).map(|at| {
        let four = std::array::from_fn(|weight| bytes[weight * count + at]);
        S::from_u16(wide(f32::from_be_bytes(four)))
    }));
}

/// Numbers of any depth below 16 bits, packed without gaps, the highest bit first.
fn odd<S: Sample>(row: &[u8], bits: u32, count: usize, out: &mut Vec<S>) {
    let (mut held, mut ready) = (0u32, 0);
    let mut bytes = row.iter();
    for _ in 0..count {
        while ready < bits {
            held = held << 8 | u32::from(bytes.next().copied().unwrap_or(0));
            ready += 8;
        }
        ready -= bits;
        out.push(S::from_u16((held >> ready) as u16));
        held &= (1 << ready) - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_depths_are_packed_from_the_highest_bit() {
        let mut out = Vec::<u16>::new();
        odd(&[0b1010_0011, 0b1000_0000], 3, 5, &mut out);
        assert_eq!(out, [0b101, 0b000, 0b111, 0b000, 0b000]);
        out.clear();
        odd(&[0x12, 0x34, 0x56], 12, 2, &mut out);
        assert_eq!(out, [0x123, 0x456]);
    }

    #[test]
    fn floats_are_cut_to_the_unit_interval() {
        assert_eq!([-1.0, 0.0, 0.5, 1.0, 9.0, f32::NAN].map(wide), [0, 0, 32768, 65535, 65535, 0]);
    }
}
