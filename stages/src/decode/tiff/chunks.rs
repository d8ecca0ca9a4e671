//! Owns walking over the strips or tiles of a TIFF and putting their samples where they belong.
//! Does not own: what the samples mean.

use super::layout::Layout;
use super::unpack::{Sample, values};
use super::{damaged, jpeg, ycbcr};
use crate::{Error, Limits, Result};
use std::borrow::Cow;

use super::compression::Compression;

/// The samples that are kept, interleaved, as large as they are stored.
pub(super) enum Raw {
    /// Of up to 8 bits.
    U8(Vec<u8>),
    /// Of 9 to 16 bits; floating-point ones are 16 bits now.
    U16(Vec<u16>),
}

pub(super) fn read(layout: &Layout<'_>, limits: &Limits) -> Result<Raw> {
    let count = u64::from(layout.width) * u64::from(layout.height) * layout.kept() as u64;
    let count = usize::try_from(count).map_err(|_| damaged("its size does not fit this machine"))?;
    if layout.compression == Compression::Jpeg {
        let mut out = vec![0; count];
        jpeg::fill(layout, limits, &mut out)?;
        return Ok(Raw::U8(out));
    }
    if layout.bits <= 8 {
        let mut out = vec![0; count];
        fill(layout, &mut out)?;
        Ok(Raw::U8(out))
    } else {
        let mut out = vec![0; count];
        fill(layout, &mut out)?;
        Ok(Raw::U16(out))
    }
}

/// One strip or tile: which, of which plane, and the part of the picture that it covers.
#[derive(Clone, Copy)]
pub(super) struct Place {
    index: u64,
    plane: usize,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) columns: u32,
    pub(super) rows: u32,
}

/// Every strip or tile that holds samples that are kept.
pub(super) fn places<'a>(layout: &'a Layout<'_>) -> impl Iterator<Item = Place> + 'a {
    let grid = &layout.grid;
    let planes = if layout.planar { layout.kept() } else { 1 };
    let of_plane = u64::from(grid.across) * u64::from(grid.down);
    (0..planes).flat_map(move |plane| {
        (0..grid.down).flat_map(move |row| {
            (0..grid.across).map(move |column| {
                let (x, y) = (column * grid.width, row * grid.height);
                Place {
                    index: plane as u64 * of_plane
                        + u64::from(row) * u64::from(grid.across)
                        + u64::from(column),
                    plane,
                    x,
                    y,
                    columns: grid.width.min(layout.width - x),
                    rows: grid.height.min(layout.height - y),
                }
            })
        })
    })
}

/// The packed bytes of a strip or tile. `wanted` is how many there are when nothing is packed.
pub(super) fn packed<'a>(layout: &Layout<'a>, place: Place, wanted: usize) -> Result<Cow<'a, [u8]>> {
    let truncated = || Error::Truncated { format: "TIFF" };
    let grid = &layout.grid;
    let file = layout.directory.source.bytes;
    let offset = grid.offsets.uint(place.index).ok_or_else(truncated)?;
    let rest = usize::try_from(offset).ok().and_then(|offset| file.get(offset..)).ok_or_else(truncated)?;
    let said = grid.lengths.and_then(|lengths| lengths.uint(place.index)).filter(|&length| length > 0);
    let length = match (layout.compression, said) {
        (Compression::None, said) => {
            said.map_or(wanted, |said| usize::try_from(said).unwrap_or(wanted).min(wanted))
        }
        (_, Some(said)) => usize::try_from(said).map_err(|_| truncated())?,
        // Whatever unpacks them stops when the strip or tile is full.
        (_, None) => rest.len(),
    };
    let bytes = rest.get(..length).ok_or_else(truncated)?;
    let reversed = layout.reversed && layout.compression != Compression::Jpeg;
    Ok(if reversed { bytes.iter().map(|byte| byte.reverse_bits()).collect() } else { Cow::Borrowed(bytes) })
}

fn fill<S: Sample>(layout: &Layout<'_>, out: &mut [S]) -> Result<()> {
    let row_bytes = layout.row_bytes();
    let block_rows = layout.subsampling.1;
    let rows_of = |rows: u32| rows.div_ceil(block_rows) as usize;
    let size = row_bytes.checked_mul(rows_of(layout.grid.height));
    let mut chunk = vec![0; size.ok_or_else(|| damaged("a strip or tile does not fit this machine"))?];
    let mut row_values = Vec::new();
    for place in places(layout) {
        let stored = rows_of(if layout.grid.tiled { layout.grid.height } else { place.rows });
        let chunk = &mut chunk[..row_bytes * stored];
        layout.compression.unpack(&packed(layout, place, chunk.len())?, chunk)?;
        for (row, y) in chunk.chunks_exact(row_bytes).zip((0..place.rows).step_by(block_rows as usize)) {
            if layout.subsampling == (1, 1) {
                values(layout, row, &mut row_values);
                put(layout, place, y, &row_values, out);
            } else {
                ycbcr::put_blocks(layout, place, y, row, out);
            }
        }
    }
    Ok(())
}

/// Where row `y` of a strip or tile goes.
pub(super) fn target<'a, S>(layout: &Layout<'_>, place: Place, y: u32, out: &'a mut [S]) -> &'a mut [S] {
    let pixel = (place.y + y) as usize * layout.width as usize + place.x as usize;
    &mut out[pixel * layout.kept()..][..place.columns as usize * layout.kept()]
}

/// Puts one row of values, all samples of a strip or tile, where it belongs.
fn put<S: Sample>(layout: &Layout<'_>, place: Place, y: u32, row: &[S], out: &mut [S]) {
    let kept = layout.kept();
    let target = target(layout, place, y, out);
    if layout.planar {
        for (pixel, &value) in target.chunks_exact_mut(kept).zip(row) {
            pixel[place.plane] = value;
        }
    } else if kept == layout.samples {
        target.copy_from_slice(&row[..target.len()]);
    } else {
        for (pixel, values) in target.chunks_exact_mut(kept).zip(row.chunks_exact(layout.samples)) {
            pixel.copy_from_slice(&values[..kept]);
        }
    }
}
