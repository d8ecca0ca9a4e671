//! Owns the coefficients of one component while several scans add to them.
//! Does not own: decoding them (see `progressive/`), and what they become.
//!
//! Never a whole picture: all scans of a file are read side by side, one row of MCUs at a time, so that what is kept fits in the
//! processor's cache and memory does not grow with the picture.

use crate::Error;
use crate::quantisation::ZIGZAG;
use alloc::vec::Vec;

/// One block in rows of 8.
pub(crate) type Block = [i16; 64];

/// Where a coefficient of the zigzag order goes; those after the last go to the first place, which is free. With as many places
/// as a byte has values no index needs a check.
pub(crate) const PLACES: [u8; 256] = {
    let mut places = [0; 256];
    let mut at = 0;
    while at < 64 {
        places[at] = ZIGZAG[at];
        at += 1;
    }
    places
};

/// The blocks of one component in one row of MCUs.
#[derive(Clone, Default)]
pub(crate) struct BlockRows {
    across: usize,
    /// The first coefficient of each block.
    pub(crate) levels: Vec<i16>,
    /// Which of the others are not zero: bit `n` for the `n`th of the zigzag order. A block whose map is 0 is all zeros, so flat
    /// blocks are known without looking at them.
    pub(crate) maps: Vec<u64>,
    /// The first place of each is free while scans are read: levels (DC) are kept apart.
    pub(crate) blocks: Vec<Block>,
}

impl BlockRows {
    /// Makes room for `high` rows of so many blocks, and makes them all zeros.
    pub(crate) fn fit(&mut self, across: u32, high: u8) -> Result<(), Error> {
        let blocks = across as usize * usize::from(high);
        self.across = across as usize;
        self.clear();
        let bytes = blocks * (size_of::<Block>() + 10);
        reserve(&mut self.levels, blocks, bytes)?;
        reserve(&mut self.maps, blocks, bytes)?;
        reserve(&mut self.blocks, blocks, bytes)?;
        self.levels.resize(blocks, 0);
        self.maps.resize(blocks, 0);
        self.blocks.resize(blocks, [0; 64]);
        Ok(())
    }

    /// Makes all coefficients zero. Blocks that are zero already are not touched.
    pub(crate) fn clear(&mut self) {
        self.levels.fill(0);
        for (map, block) in self.maps.iter_mut().zip(&mut self.blocks) {
            if *map != 0 {
                *block = [0; 64];
                *map = 0;
            }
        }
    }

    /// Where the blocks of one row stand.
    pub(crate) fn row(&self, row: usize) -> core::ops::Range<usize> {
        row * self.across..(row + 1) * self.across
    }

    /// The block at `index` with its level in its first place, and whether it has nothing but that.
    #[inline(always)]
    pub(crate) fn block(&mut self, index: usize) -> (&Block, bool) {
        let block = &mut self.blocks[index];
        block[0] = self.levels[index];
        (block, self.maps[index] == 0)
    }

    /// How many bytes are kept.
    pub(crate) fn capacity(&self) -> usize {
        self.levels.capacity() * 2 + self.maps.capacity() * 8 + self.blocks.capacity() * size_of::<Block>()
    }
}

fn reserve<T>(list: &mut Vec<T>, length: usize, bytes: usize) -> Result<(), Error> {
    list.try_reserve_exact(length.saturating_sub(list.len())).map_err(|_| Error::OutOfMemory { bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_zeros_again_for_every_picture() {
        let mut rows = BlockRows::default();
        for (across, high) in [(3, 2), (5, 1), (2, 2)] {
            rows.fit(across, high).unwrap();
            assert_eq!(rows.row(usize::from(high) - 1).end, rows.levels.len());
            for index in 0..rows.levels.len() {
                assert_eq!(rows.block(index), (&[0; 64], true));
                rows.levels[index] = 7;
                rows.blocks[index][5] = 3;
                rows.maps[index] = 1 << 15;
            }
            assert_eq!((rows.block(0).0[0], rows.block(0).1), (7, false));
        }
    }
}
