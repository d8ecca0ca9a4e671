//! Owns strips and tiles that are JPEG data: each is made a whole JPEG file and decoded like one.
//! Does not own: decoding JPEG.
//!
//! Source: TIFF Technical Note 2 (1995): tables that all strips share are in a tag, and the strips leave them out.

use super::chunks::{packed, places, target};
use super::layout::Layout;
use super::photometric::Photometric;
use super::{damaged, unsupported};
use crate::{DecodeMode, Decoder, Error, Formats, Limits, Result, Samples, probe};

const JPEG_TABLES: u16 = 347;
const START: [u8; 2] = [0xff, 0xd8];
const END: [u8; 2] = [0xff, 0xd9];

pub(super) fn fill(layout: &Layout<'_>, limits: &Limits, out: &mut [u8]) -> Result<()> {
    let tables = layout.directory.field(JPEG_TABLES).and_then(|field| field.bytes()).unwrap_or_default();
    let tables = tables.strip_prefix(&START).unwrap_or(tables);
    let tables = tables.strip_suffix(&END).unwrap_or(tables);
    // It is part of a TIFF, which is allowed.
    let limits = &Limits { formats: Formats::ALL, ..limits.clone() };
    let mut decoder = Decoder::new(limits.clone());
    for place in places(layout) {
        let data = packed(layout, place, 0)?;
        let data = data
            .strip_prefix(&START)
            .ok_or_else(|| damaged("a strip or tile of JPEG data does not start as such"))?;
        let file = [&START, color_marker(layout), tables, data].concat();
        let header = probe(&file, limits).map_err(inside)?;
        let decoded = decoder.decode(&file, &header, DecodeMode::Full).map_err(inside)?.image;
        let rows = if layout.grid.tiled { layout.grid.height } else { place.rows };
        let fits = decoded.width() == layout.grid.width && decoded.height() >= rows;
        let width = decoded.width() as usize * layout.kept();
        if !fits || decoded.color().channels() != layout.kept() {
            return Err(damaged(
                "a strip or tile of JPEG data is not of the size or color that the file says",
            ));
        }
        let Samples::U8(samples) = decoded.into_samples() else {
            return Err(damaged("its JPEG data is not of 8 bits"));
        };
        for (row, y) in samples.chunks_exact(width).zip(0..place.rows) {
            let target = target(layout, place, y, out);
            target.copy_from_slice(&row[..target.len()]);
        }
    }
    Ok(())
}

/// Adobe's marker (T.872, 6.5.3), which says whether three components are RGB (0) or YCbCr (1). The directory decides.
fn color_marker(layout: &Layout<'_>) -> &'static [u8] {
    match layout.photometric {
        Photometric::Rgb => b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0",
        Photometric::Ycbcr => b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01",
        _ => b"",
    }
}

fn inside(error: Error) -> Error {
    match error {
        Error::Damaged { reason, .. } => damaged(format!("its JPEG data: {reason}")),
        Error::Truncated { .. } => damaged("its JPEG data ends before the strip or tile does"),
        Error::Unsupported { what, .. } => unsupported(format!("JPEG data: {what}")),
        Error::UnknownFormat | Error::Empty => damaged("its JPEG data is none"),
        other => other,
    }
}
