//! Owns decoding the pixels of a PNG, by `png`: every color type and depth, interlaced or not.
//! Does not own: its chunks (see `png_header.rs`).

use super::png_header::damaged;
use super::{Decoded, Header};
use crate::{Color, Error, Image, Limits, Result, Samples};
use png::{BitDepth, ColorType, DecodingError, Transformations};
use std::io::{self, Cursor};

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let mut warnings = Vec::new();
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
        return Err(damaged("its first frame is smaller than the picture"));
    }
    buffer.truncate(frame.buffer_size());
    let icc = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    // What follows the pixels: the last checksum and the end chunk. A picture without them is cut off.
    reader.finish().map_err(explain)?;
    let samples = match frame.bit_depth {
        BitDepth::Sixteen => Samples::U16(big_endian(&buffer)),
        _ => Samples::U8(buffer),
    };
    let mut metadata = header.metadata.clone();
    metadata.icc = icc;
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
        other => damaged(other.to_string().trim_end_matches('.')),
    }
}
