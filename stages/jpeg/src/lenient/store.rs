//! Owns the coefficients of a picture while scans add to them.
//! Does not own: decoding them (see `block.rs`).
//!
//! A row of blocks takes memory only when something of it was read, so that what is kept grows with the file and not with the size
//! that its header claims.

use super::layout::Layout;
use crate::Error;
use alloc::vec::Vec;

/// One block in rows of 8.
pub(super) type Block = [i16; 64];

#[derive(Default)]
pub(super) struct Store {
    components: Vec<Rows>,
}

#[derive(Default)]
struct Rows {
    /// Blocks in a row.
    across: usize,
    /// Empty rows are all zeros.
    rows: Vec<Vec<Block>>,
}

impl Store {
    pub(super) fn new(layout: &Layout, count: usize) -> Store {
        let rows = |(across, down): (u32, u32)| Rows {
            across: across as usize,
            rows: (0..down).map(|_| Vec::new()).collect(),
        };
        Store { components: layout.components[..count].iter().map(|blocks| rows(blocks.padded)).collect() }
    }

    /// A block, by its place in the component.
    pub(super) fn block(&mut self, component: usize, row: u32, column: u32) -> Result<&mut Block, Error> {
        let outside = Error::Damaged { at: 0, expected: "a block inside the picture" };
        let Rows { across, rows } = self.components.get_mut(component).ok_or(outside.clone())?;
        let row = rows.get_mut(row as usize).ok_or(outside.clone())?;
        if row.is_empty() {
            let bytes = *across * size_of::<Block>();
            row.try_reserve_exact(*across).map_err(|_| Error::OutOfMemory { bytes })?;
            row.resize(*across, [0; 64]);
        }
        row.get_mut(column as usize).ok_or(outside)
    }

    /// A row of blocks; empty if they are all zeros.
    pub(super) fn row(&self, component: usize, row: u32) -> &[Block] {
        let rows = self.components.get(component).and_then(|rows| rows.rows.get(row as usize));
        rows.map(Vec::as_slice).unwrap_or_default()
    }

    /// Forgets a row of MCUs.
    pub(super) fn forget(&mut self, layout: &Layout, row: u32) {
        for (rows, blocks) in self.components.iter_mut().zip(&layout.components) {
            let high = blocks.sampling.1;
            for row in row * high..(row + 1) * high {
                if let Some(row) = rows.rows.get_mut(row as usize) {
                    *row = Vec::new();
                }
            }
        }
    }
}
