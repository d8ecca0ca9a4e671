//! Fast.
mod bits;
mod block;
mod choose;
mod filter;
mod header;
mod histogram;
mod huffman;
mod runs;
mod simd;
mod symbols;
#[cfg(target_arch = "x86_64")]
mod weigh_avx2;
mod window;

use bits::Bits;
use simd_adler32::Adler32;
use window::Window;

/// Rows
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// w
    pub width_bytes: usize,
    /// b
    pub bytes_per_pixel: usize,
    /// h
    pub height: usize,
    /// s
    pub samples: &'a [u8],
}

/// Scratch
#[derive(Debug, Default)]
pub struct Scratch {
    black: Vec<u8>,
    window: Window,
    bits: Bits,
}

/// Compress
pub fn compress<'s>(scratch: &'s mut Scratch, rows: Rows<'_>) -> &'s [u8] {
    let Scratch { black, window, bits } = scratch;
    let bpp = rows.bytes_per_pixel.clamp(1, 8);
    black.resize(rows.width_bytes.max(black.len()), 0);
    window.clear();
    bits.clear();
    bits.reserve(2);
    bits.put(0x0178, 16);
    let mut adler = Adler32::new();
    let mut above = &black[..rows.width_bytes];
    for row in rows.samples.chunks_exact(rows.width_bytes.max(1)).take(rows.height) {
        let out = window.next(1 + row.len());
        simd::filter_row(bpp, above, row, out);
        adler.write(out);
        window.advance(bpp, bits, false);
        above = row;
    }
    window.advance(bpp, bits, true);
    bits.reserve(8);
    bits.align();
    bits.put_bytes(&adler.finish().to_be_bytes());
    bits.as_bytes()
}
