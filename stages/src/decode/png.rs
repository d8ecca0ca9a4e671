//! Owns decoding the pixels of a PNG, by `png`: every color type and depth, interlaced or not.
//! Does not own: its chunks (see `png_header.rs`).

use super::png_color;
use super::png_header::{damaged, without_animation};
use super::{Decoded, Header};
use crate::{Color, Error, Image, Limits, Result, Samples};
use png::{BitDepth, ColorType, DecodingError, Transformations};
use std::io::{self, Cursor};

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let mut warnings = Vec::new();
    let still = without_animation(bytes);
    let bytes = still.as_ref();
    let mut reader = match open(bytes, header, limits, true) {
        Err(DecodingError::LimitsExceeded) => {
            warnings.push("its color profile is too large and was dropped".to_owned());
            open(bytes, header, limits, false)
        }
        opened => opened,
    }
    .map_err(explain)?;
    let size = reader.output_buffer_size().ok_or_else(|| damaged("its size does not fit this machine"))?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(explain)?;
    if (frame.width, frame.height) != (header.width, header.height) {
        return Err(damaged("its pixels are not of the size that its header says"));
    }
    buffer.truncate(frame.buffer_size());
    let icc = png_color::profile(reader.info(), header.color.is_gray());
    // What follows the pixels: the last checksum and the end chunk. A picture without them is cut off.
    reader.finish().map_err(explain)?;
    let samples = match frame.bit_depth {
        BitDepth::Sixteen => Samples::U16(big_endian(&buffer)),
        _ => Samples::U8(buffer),
    };
    let mut metadata = header.metadata.clone();
    // A profile in the chunk for it comes before one as text.
    metadata.icc = icc.or(metadata.icc.take());
    let image = Image::new(header.width, header.height, color(frame.color_type)?, samples)?;
    Ok(Decoded { image: image.with_metadata(metadata), warnings, degraded: false })
}

fn open<'a>(
    bytes: &'a [u8],
    header: &Header,
    limits: &Limits,
    with_profile: bool,
) -> Result<png::Reader<Cursor<&'a [u8]>>, DecodingError> {
    let row = (header.width as usize).saturating_mul(8);
    // Its limit covers chunk contents and one row of output.
    let bytes_allowed =
        limits.max_metadata_bytes.saturating_mul(2).saturating_add(row).saturating_add(1 << 16);
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: bytes_allowed });
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(!with_profile);
    decoder.read_info()
}

fn color(color: ColorType) -> Result<Color> {
    match color {
        ColorType::Grayscale => Ok(Color::Gray),
        ColorType::GrayscaleAlpha => Ok(Color::GrayAlpha),
        ColorType::Rgb => Ok(Color::Rgb),
        ColorType::Rgba => Ok(Color::Rgba),
        ColorType::Indexed => Err(damaged("it has a palette that cannot be applied")),
    }
}

fn big_endian(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_be_bytes(pair)).collect()
}

fn explain(error: DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::Truncated { format: "PNG" }
        }
        other => damaged(plain(&other.to_string())),
    }
}

/// `CRC error: … while decoding ChunkType { type: IHDR, critical: true, … } chunk` as `CRC error: … while decoding IHDR chunk`.
fn plain(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let parts = message.split_once("ChunkType { type: ").and_then(|(before, rest)| {
        let (name, rest) = rest.split_once(',')?;
        Some(format!("{before}{name}{}", rest.split_once('}')?.1))
    });
    parts.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EncodeOptions, Encoder, Format, probe};
    use proptest::prelude::*;

    fn file() -> Vec<u8> {
        let samples = (0..40 * 30 * 3u32).map(|at| (at.wrapping_mul(at) >> 4) as u8).collect();
        let image = Image::new(40, 30, Color::Rgb, Samples::U8(samples)).unwrap();
        Encoder::new().encode(&image, &EncodeOptions::new(Format::Png)).unwrap().bytes
    }

    fn read(bytes: &[u8]) -> Result<Decoded> {
        decode(bytes, &probe(bytes, &Limits::default())?, &Limits::default())
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let whole = file();
        for cut in [20, 34, whole.len() / 2, whole.len() - 20, whole.len() - 12] {
            let error = read(&whole[..cut]).unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "cut at {cut} of {}: {error}", whole.len());
        }
    }

    #[test]
    fn a_wrong_checksum_is_an_error_that_names_its_chunk() {
        let mut bytes = file();
        bytes[17] ^= 1;
        let message = read(&bytes).unwrap_err().to_string();
        assert!(
            message.starts_with("damaged PNG: CRC error") && message.ends_with("IHDR chunk"),
            "{message}"
        );
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut bytes = file();
            let at = at.index(bytes.len());
            bytes[at] = value;
            let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
            if let Ok(header) = probe(&bytes, &limits) {
                let _ = decode(&bytes, &header, &limits);
            }
        }
    }
}
