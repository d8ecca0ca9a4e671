//! Owns fast PNG compression: from rows of samples to the zlib stream of one IDAT chunk. Does not own the file around it.
//!
//! The PNG library's fast mode has one fixed code for all pictures; here the code is built from what the picture holds,
//! which makes files about 8 % smaller, and takes no longer. Only what photographs gain from is done:
//!
//! | step | file | source |
//! |---|---|---|
//! | choose a filter for each row | `choose`, `weigh_avx2` | PNG specification, section 12.7 |
//! | filter the row | `filter` | PNG specification, section 9 |
//! | find repeats one pixel apart | `runs` | RFC 1951, section 3.2.5 (`symbols`) |
//! | count symbols, split where they change | `histogram`, `window` | entropy |
//! | build a code for each block | `huffman`, `header` | RFC 1951, sections 3.2.2 and 3.2.7 |
//! | write it | `block`, `bits` | RFC 1951, section 3.1.1 |
//!
//! No step searches: there is no match finder. Rows pass through all steps while they are in the cache. `simd` says
//! which of two equal versions of a loop runs.

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
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod weigh_avx2;
mod window;

use simd_adler32::Adler32;

use crate::{Error, Result};
use bits::Bits;
use window::Window;

/// The samples of a picture as PNG packs them, before filtering.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Bytes of one row, the last of them filled up with zero bits where pixels are smaller than bytes. Not zero.
    pub width_bytes: usize,
    /// Bytes of one pixel, 1 to 8; 1 where pixels are smaller than bytes.
    pub bytes_per_pixel: usize,
    /// Number of rows. Not zero.
    pub height: usize,
    /// `height` × `width_bytes` bytes, row after row; samples of 16 bits with the high byte first.
    pub samples: &'a [u8],
}

/// Memory that is kept from picture to picture: about 300 KB, and the size of the largest compressed picture so far.
#[derive(Debug, Default)]
pub struct Scratch {
    /// What lies above the first row.
    black: Vec<u8>,
    window: Window,
    bits: Bits,
}

/// Compresses the rows of a picture into the zlib stream (RFC 1950) that its IDAT chunk holds.
///
/// The stream lies in `scratch` and is valid until the next picture. It is never longer than the samples and their filter
/// bytes by more than 6 bytes in 16 KB and 12 bytes.
///
/// # Errors
/// [`Error::Encode`] if the sizes in `rows` do not fit each other.
///
/// # Examples
/// ```
/// use pipeline_stages::fast_png::{Rows, Scratch, compress};
///
/// let samples: Vec<u8> = (0..64 * 48).map(|i| (i % 64 + i / 64) as u8).collect();
/// let mut scratch = Scratch::default();
/// let rows = Rows { width_bytes: 64, bytes_per_pixel: 1, height: 48, samples: &samples };
/// let stream = compress(&mut scratch, rows)?;
/// assert!(stream.len() < samples.len() / 10);
///
/// let mut file = Vec::new();
/// let mut encoder = png::Encoder::new(&mut file, 64, 48);
/// encoder.set_color(png::ColorType::Grayscale);
/// let mut writer = encoder.write_header()?;
/// writer.write_chunk(png::chunk::IDAT, stream)?;
/// writer.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compress<'s>(scratch: &'s mut Scratch, rows: Rows<'_>) -> Result<&'s [u8]> {
    let Rows { width_bytes, bytes_per_pixel, height, samples } = rows;
    let fits = width_bytes.checked_mul(height) == Some(samples.len()) && !samples.is_empty();
    if !fits || !(1..=8).contains(&bytes_per_pixel) {
        let reason = format!(
            "{} bytes are not {height} rows of {width_bytes} bytes with {bytes_per_pixel} bytes per pixel",
            samples.len()
        );
        return Err(Error::Encode { format: "PNG", reason });
    }
    let Scratch { black, window, bits } = scratch;
    black.resize(width_bytes, 0);
    window.clear();
    bits.clear();
    bits.reserve(2);
    bits.put(ZLIB_HEADER, 16);
    let mut checksum = Adler32::new();
    let mut above = black.as_slice();
    for row in samples.chunks_exact(width_bytes) {
        let filtered = window.next_row(1 + width_bytes);
        simd::filter_row(bytes_per_pixel, above, row, filtered);
        checksum.write(filtered);
        window.advance(bytes_per_pixel, bits);
        above = row;
    }
    window.finish(bytes_per_pixel, bits);
    bits.reserve(5);
    bits.align();
    bits.put_bytes(&checksum.finish().to_be_bytes());
    Ok(bits.as_bytes())
}

/// RFC 1950, section 2.2: deflate with a window of 32 KiB, compressed by a fast algorithm, no dictionary. Low byte first.
const ZLIB_HEADER: u64 = 0x0178;
