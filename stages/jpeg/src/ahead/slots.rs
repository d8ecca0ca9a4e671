//! Owns the order of blocks in a scan as a cycle of [`SLOTS`] places: which tables each has, and where the next block is logged.
//! Does not own: the cursors that go round in it (see `lane.rs`).

use crate::huffman::{DcTable, PassTables, Passes, SkipTable};

/// Blocks of as many MCUs as fit take a cycle; places that are left over stay empty.
pub(super) const SLOTS: usize = 16;

/// What a block is passed over with.
#[derive(Clone, Copy)]
pub(crate) struct Codes<'a> {
    pub(crate) dc: &'a DcTable,
    pub(crate) ac: &'a SkipTable,
    pub(crate) passes: &'a PassTables,
}

/// What follows lookups in a block.
#[derive(Clone, Copy)]
pub(super) struct Slot<'a> {
    /// The table if the block goes on, and if the next one begins.
    pub(super) rest: &'a Passes,
    pub(super) next: &'a Passes,
    /// From this place to the next block's.
    pub(super) advance: usize,
}

/// The cycle of a scan.
pub(crate) struct Slots<'a> {
    pub(super) slots: [Slot<'a>; SLOTS],
    pub(super) codes: [Codes<'a>; SLOTS],
    /// Blocks in an MCU, and MCUs in a cycle.
    blocks: usize,
    mcus: usize,
}

impl<'a> Slots<'a> {
    /// For MCUs with so many blocks of each component; `None` if there are none or more than T.81, B.2.3 has (10).
    pub(crate) fn new(parts: &[(Codes<'a>, usize)]) -> Option<Slots<'a>> {
        let blocks: usize = parts.iter().map(|(_, count)| count).sum();
        let mcus = SLOTS.checked_div(blocks).filter(|&mcus| mcus > 0)?;
        let mut codes = [parts.first()?.0; SLOTS];
        let mcu = || parts.iter().flat_map(|&(codes, count)| core::iter::repeat_n(codes, count));
        for (slot, own) in codes.iter_mut().zip((0..mcus).flat_map(|_| mcu())) {
            *slot = own;
        }
        let used = mcus * blocks;
        let slots = core::array::from_fn(|at| {
            let (next, advance) = if at + 1 < used { (at + 1, 1) } else { (0, SLOTS + 1 - used) };
            Slot { rest: codes[at].passes.rest(), next: codes[next].passes.first(), advance }
        });
        Some(Slots { slots, codes, blocks, mcus })
    }

    /// Blocks in an MCU.
    pub(super) fn blocks(&self) -> usize {
        self.blocks
    }

    /// Where the MCU of this number begins.
    pub(super) fn place(&self, mcu: usize) -> usize {
        mcu / self.mcus * SLOTS + mcu % self.mcus * self.blocks
    }

    /// The number of the MCU in which this place is.
    pub(super) fn mcu(&self, place: usize) -> usize {
        place / SLOTS * self.mcus + place % SLOTS / self.blocks
    }

    /// Whether an MCU begins at this place, which is not an empty one.
    pub(super) fn begins(&self, place: usize) -> bool {
        (place % SLOTS).is_multiple_of(self.blocks)
    }

    /// Where the next MCU begins.
    #[inline(always)]
    pub(super) fn after(&self, place: usize) -> usize {
        let next = place + self.blocks;
        if next % SLOTS + self.blocks > SLOTS || next % SLOTS < self.blocks {
            (place / SLOTS + 1) * SLOTS
        } else {
            next
        }
    }

    /// Empty places in a cycle come between the end of its last block and the next one's beginning.
    pub(super) fn used(&self) -> usize {
        self.mcus * self.blocks
    }
}
