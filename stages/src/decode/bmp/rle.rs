//! Owns the run lengths of bitmaps, of 8 and of 4 bits.
//! Does not own: colors.
//!
//! Source: Microsoft, "Bitmap Compression". Pixels that are jumped over have index 0, as other programs have it.

use super::damaged;
use crate::{Error, Result};

/// One index per pixel, rows as they are stored.
pub(super) fn indices(data: &[u8], width: usize, height: usize, four_bits: bool) -> Result<Vec<u8>> {
    let size = width.checked_mul(height).ok_or_else(|| damaged("its size does not fit this machine"))?;
    let mut canvas = Canvas { out: vec![0; size], width, height, x: 0, y: 0 };
    let mut data = data.iter().copied();
    loop {
        let (Some(count), Some(value)) = (data.next(), data.next()) else {
            let full = canvas.y >= height || canvas.y + 1 == height && canvas.x == width;
            return if full { Ok(canvas.out) } else { Err(Error::Truncated { format: "BMP" }) };
        };
        match (count, value) {
            (0, 0) => (canvas.x, canvas.y) = (0, canvas.y + 1),
            (0, 1) => return Ok(canvas.out),
            (0, 2) => {
                let (Some(right), Some(up)) = (data.next(), data.next()) else { continue };
                canvas.x += usize::from(right);
                canvas.y += usize::from(up);
            }
            (0, count) => {
                let stored = if four_bits { usize::from(count).div_ceil(2) } else { usize::from(count) };
                let literal: Vec<u8> = data.by_ref().take(stored).collect();
                if literal.len() < stored {
                    return Err(Error::Truncated { format: "BMP" });
                }
                canvas.put(usize::from(count), |at| {
                    if four_bits { nibble(literal[at / 2], at) } else { literal[at] }
                })?;
                // Literals end at a multiple of two bytes.
                if stored % 2 == 1 {
                    data.next();
                }
            }
            (count, value) => {
                canvas.put(usize::from(count), |at| if four_bits { nibble(value, at) } else { value })?
            }
        }
    }
}

/// The high half for even places, the low one for odd.
fn nibble(byte: u8, at: usize) -> u8 {
    if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}

struct Canvas {
    out: Vec<u8>,
    width: usize,
    height: usize,
    x: usize,
    y: usize,
}

impl Canvas {
    fn put(&mut self, count: usize, index: impl Fn(usize) -> u8) -> Result<()> {
        // Writers of 4-bit runs round them up to whole bytes, so one pixel too many is none.
        let room = self.width.saturating_sub(self.x);
        if self.y >= self.height || count > room + 1 {
            return Err(damaged("a run of pixels goes over the edge"));
        }
        let count = count.min(room);
        let start = self.y * self.width + self.x;
        for (at, pixel) in self.out[start..start + count].iter_mut().enumerate() {
            *pixel = index(at);
        }
        self.x += count;
        Ok(())
    }
}
