//! Owns how a TIFF is cut up: strips or tiles, how large they are, and where.
//! Does not own: what is in them.
//!
//! Source: TIFF 6.0, sections 3 and 15.

use super::damaged;
use super::directory::{Directory, Field};
use super::layout::side;
use crate::Result;

const ROWS_PER_STRIP: u16 = 278;
const STRIP_OFFSETS: u16 = 273;
const STRIP_BYTE_COUNTS: u16 = 279;
const TILE_WIDTH: u16 = 322;
const TILE_LENGTH: u16 = 323;
const TILE_OFFSETS: u16 = 324;
const TILE_BYTE_COUNTS: u16 = 325;

/// Strips or tiles; a strip is a tile as wide as the picture.
pub(super) struct Grid<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) across: u32,
    pub(super) down: u32,
    pub(super) tiled: bool,
    pub(super) offsets: Field<'a>,
    pub(super) lengths: Option<Field<'a>>,
}

impl<'a> Grid<'a> {
    pub(super) fn of(directory: &Directory<'a>, width: u32, height: u32) -> Result<Grid<'a>> {
        let missing = || damaged("it does not say where its pixels are");
        if let Some(offsets) = directory.field(TILE_OFFSETS) {
            let (tile_width, tile_height) = (side(directory, TILE_WIDTH)?, side(directory, TILE_LENGTH)?);
            return Ok(Grid {
                width: tile_width,
                height: tile_height,
                across: width.div_ceil(tile_width),
                down: height.div_ceil(tile_height),
                tiled: true,
                offsets,
                lengths: directory.field(TILE_BYTE_COUNTS),
            });
        }
        let offsets = directory.field(STRIP_OFFSETS).ok_or_else(missing)?;
        let rows = directory.uint_or(ROWS_PER_STRIP, u64::from(height))?.min(u64::from(height));
        let rows = u32::try_from(rows)
            .ok()
            .filter(|&rows| rows > 0)
            .ok_or_else(|| damaged("its strips have no rows"))?;
        Ok(Grid {
            width,
            height: rows,
            across: 1,
            down: height.div_ceil(rows),
            tiled: false,
            offsets,
            lengths: directory.field(STRIP_BYTE_COUNTS),
        })
    }
}
