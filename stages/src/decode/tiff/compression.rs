//! Owns unpacking the bytes of one strip or tile: plain, LZW, deflate, PackBits.
//! Does not own: JPEG data, which becomes samples at once (see `jpeg.rs`).

use super::directory::Directory;
use super::{damaged, unsupported};
use crate::Result;
use flate2::{Decompress, FlushDecompress, Status};
use weezl::{BitOrder, LzwStatus};

const COMPRESSION: u16 = 259;

/// What strips and tiles are packed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Lzw,
    Deflate,
    PackBits,
    Jpeg,
}

impl Compression {
    pub(super) fn of(directory: &Directory<'_>) -> Result<Compression> {
        let name = match directory.uint_or(COMPRESSION, 1)? {
            1 => return Ok(Compression::None),
            5 => return Ok(Compression::Lzw),
            7 => return Ok(Compression::Jpeg),
            8 | 32946 => return Ok(Compression::Deflate),
            32773 => return Ok(Compression::PackBits),
            2 => "CCITT run-length compression",
            3 => "CCITT group 3 fax compression",
            4 => "CCITT group 4 fax compression",
            6 => "JPEG data of the kind before 1995",
            34712 => "JPEG 2000 data",
            34887 => "LERC compression",
            34925 => "LZMA compression",
            50000 => "Zstandard compression",
            50001 => "WebP data",
            50002 => "JPEG XL data",
            other => return Err(unsupported(format!("compression {other}"))),
        };
        Err(unsupported(name))
    }

    /// Fills `out` from the packed bytes. Bytes beyond it are nobody's; too few are an error.
    pub(super) fn unpack(self, packed: &[u8], out: &mut [u8]) -> Result<()> {
        let filled = match self {
            Compression::None | Compression::Jpeg => {
                let length = packed.len().min(out.len());
                out[..length].copy_from_slice(&packed[..length]);
                length
            }
            Compression::Lzw => lzw(packed, out)?,
            Compression::Deflate => deflate(packed, out)?,
            Compression::PackBits => pack_bits(packed, out),
        };
        if filled < out.len() {
            return Err(damaged(format!("a strip or tile ends after {filled} of its {} bytes", out.len())));
        }
        Ok(())
    }
}

/// TIFF 6.0, section 13. Files from before 1993 have the bits of their codes the other way round.
fn lzw(packed: &[u8], out: &mut [u8]) -> Result<usize> {
    if packed.len() >= 2 && packed[0] == 0 && packed[1] & 1 == 1 {
        return Err(unsupported("LZW of the kind before TIFF 5.0"));
    }
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let (mut read, mut filled) = (0, 0);
    while filled < out.len() {
        let step = decoder.decode_bytes(&packed[read..], &mut out[filled..]);
        read += step.consumed_in;
        filled += step.consumed_out;
        match step.status {
            Err(error) => return Err(damaged(format!("a strip or tile has LZW data that is none: {error}"))),
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => break,
        }
    }
    Ok(filled)
}

fn deflate(packed: &[u8], out: &mut [u8]) -> Result<usize> {
    let mut state = Decompress::new(true);
    loop {
        let (read, filled) = (state.total_in() as usize, state.total_out() as usize);
        if filled >= out.len() {
            return Ok(filled);
        }
        let status = state
            .decompress(&packed[read..], &mut out[filled..], FlushDecompress::None)
            .map_err(|error| damaged(format!("a strip or tile has deflate data that is none: {error}")))?;
        let stuck = (state.total_in() as usize, state.total_out() as usize) == (read, filled);
        if status == Status::StreamEnd || stuck {
            return Ok(state.total_out() as usize);
        }
    }
}

/// TIFF 6.0, section 9.
fn pack_bits(packed: &[u8], out: &mut [u8]) -> usize {
    let (mut read, mut filled) = (0, 0);
    while filled < out.len() {
        let Some(&code) = packed.get(read) else { break };
        read += 1;
        match code {
            128 => {}
            0..=127 => {
                let wanted = (usize::from(code) + 1).min(out.len() - filled);
                let literal = &packed[read..packed.len().min(read + wanted)];
                out[filled..filled + literal.len()].copy_from_slice(literal);
                filled += literal.len();
                if literal.len() < wanted {
                    break;
                }
                read += wanted;
            }
            129..=255 => {
                let Some(&byte) = packed.get(read) else { break };
                let count = (257 - usize::from(code)).min(out.len() - filled);
                out[filled..filled + count].fill(byte);
                filled += count;
                read += 1;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pack_bits_is_runs_and_literals() {
        // The example of the specification.
        let packed =
            [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
        let mut out = [0; 24];
        assert_eq!(pack_bits(&packed, &mut out), 24);
        assert_eq!(&out[..10], [0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa]);
        assert_eq!(&out[14..], [0xaa; 10]);
        for cut in 0..packed.len() {
            assert!(pack_bits(&packed[..cut], &mut [0; 24]) < 24);
        }
    }

    #[test]
    fn too_few_bytes_are_an_error() {
        let message = Compression::None.unpack(&[1, 2], &mut [0; 3]).unwrap_err().to_string();
        assert_eq!(message, "damaged TIFF: a strip or tile ends after 2 of its 3 bytes");
        assert!(Compression::Deflate.unpack(&[], &mut [0; 3]).is_err());
        assert!(Compression::Lzw.unpack(&[0x80], &mut [0; 3]).is_err());
    }
}
