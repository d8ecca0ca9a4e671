//! Owns the pixels of a bitmap that are not run lengths: indices of 1 to 8 bits, and colors by bit masks.
//! Does not own: run lengths (see `rle.rs`).

use super::dib::{Dib, Packing};
use super::{damaged, rle};
use crate::{Error, Result};

impl Dib {
    /// All samples from the top row on. `bytes` is the file.
    pub(in crate::decode) fn samples(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let data = bytes.get(self.pixels..).ok_or(Error::Truncated { format: "BMP" })?;
        let (width, height) = (self.width as usize, self.height as usize);
        let row_bytes = width.checked_mul(self.color().channels());
        let size = row_bytes.and_then(|row| row.checked_mul(height));
        let (Some(row_bytes), Some(size)) = (row_bytes, size) else {
            return Err(damaged("its size does not fit this machine"));
        };
        if self.packing == Packing::Plain {
            // Checked before anything is allocated for what is not there.
            self.row(data, height - 1).ok_or(Error::Truncated { format: "BMP" })?;
        }
        let indices = match self.packing {
            Packing::Plain => Vec::new(),
            packing => rle::indices(data, width, height, packing == Packing::Rle4)?,
        };
        let fields = self.masks.map(Field::of);
        let mut out = vec![0; size];
        for (y, target) in out.chunks_exact_mut(row_bytes).enumerate() {
            let stored = if self.top_down { y } else { height - 1 - y };
            if self.packing != Packing::Plain {
                self.look_up(&indices[stored * width..][..width], 8, target);
                continue;
            }
            let row = self.row(data, stored).ok_or(Error::Truncated { format: "BMP" })?;
            match self.bits {
                bits @ 1..=8 => self.look_up(row, u32::from(bits), target),
                24 => swap::<3>(row, target),
                _ => self.masked(row, &fields, target)?,
            }
        }
        Ok(out)
    }

    /// The stored row at an index. Rows begin at multiples of four bytes; the padding of the last may be missing.
    fn row<'a>(&self, data: &'a [u8], index: usize) -> Option<&'a [u8]> {
        let bits = u64::from(self.width) * u64::from(self.bits);
        let stride = usize::try_from(bits.div_ceil(32) * 4).ok()?;
        let start = stride.checked_mul(index)?;
        data.get(start..start.checked_add(usize::try_from(bits.div_ceil(8)).ok()?)?)
    }

    /// Colors of indices; one that the palette does not have is black.
    fn look_up(&self, row: &[u8], bits: u32, target: &mut [u8]) {
        let per_byte = 8 / bits as usize;
        let mask = ((1u32 << bits) - 1) as u8;
        for (x, pixel) in target.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let shift = 8 - bits * (x % per_byte + 1) as u32;
            let index = row[x / per_byte] >> shift & mask;
            *pixel = self.palette.get(usize::from(index)).copied().unwrap_or_default();
        }
    }

    fn masked(&self, row: &[u8], fields: &[Option<Field>; 4], target: &mut [u8]) -> Result<()> {
        if self.bits == 32 && self.masks == [0xff_0000, 0xff00, 0xff, 0] {
            for (pixel, stored) in target.as_chunks_mut::<3>().0.iter_mut().zip(row.as_chunks::<4>().0) {
                *pixel = [stored[2], stored[1], stored[0]];
            }
            return Ok(());
        }
        let [Some(red), Some(green), Some(blue), alpha] = fields else {
            return Err(super::unsupported("bit masks that are empty or have gaps"));
        };
        let fields: Vec<&Field> = [red, green, blue].into_iter().chain(alpha).collect();
        if self.masks[3] != 0 && alpha.is_none() {
            return Err(super::unsupported("bit masks that are empty or have gaps"));
        }
        let pixel_bytes = usize::from(self.bits / 8);
        for (pixel, stored) in target.chunks_exact_mut(fields.len()).zip(row.chunks_exact(pixel_bytes)) {
            let value = stored.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            pixel.iter_mut().zip(&fields).for_each(|(sample, field)| *sample = field.of_pixel(value));
        }
        Ok(())
    }
}

/// Blue, green, red as red, green, blue.
fn swap<const N: usize>(row: &[u8], target: &mut [u8]) {
    target.copy_from_slice(&row[..target.len()]);
    target.as_chunks_mut::<N>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
}

/// A contiguous run of bits.
#[derive(Debug, Clone, Copy)]
struct Field {
    shift: u32,
    most: u64,
}

impl Field {
    fn of(mask: u32) -> Option<Field> {
        if mask == 0 {
            return None;
        }
        let shift = mask.trailing_zeros();
        let most = mask >> shift;
        (most & most.wrapping_add(1) == 0).then_some(Field { shift, most: u64::from(most) })
    }

    /// Scaled to 8 bits, rounded to the nearest.
    fn of_pixel(self, value: u32) -> u8 {
        let value = u64::from(value >> self.shift) & self.most;
        ((value * 255 + self.most / 2) / self.most) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bits_are_scaled_to_the_nearest_of_the_whole_range() {
        let five = Field::of(0x7c00).unwrap();
        assert_eq!([0, 1, 12, 31].map(|value| five.of_pixel(value << 10 | 0x3ff)), [0, 8, 99, 255]);
        let ten = Field::of(0x3ff0_0000).unwrap();
        assert_eq!([0, 512, 1023].map(|value| ten.of_pixel(value << 20)), [0, 128, 255]);
        assert_eq!(Field::of(u32::MAX).unwrap().of_pixel(u32::MAX), 255);
    }

    #[test]
    fn a_mask_with_a_gap_is_none() {
        assert!(Field::of(0b1011).is_none());
        assert!(Field::of(0).is_none());
    }
}
