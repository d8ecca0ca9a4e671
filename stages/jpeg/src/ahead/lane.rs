//! Owns a cursor that goes from block to block and logs where each begins, and how two of them go side by side.
//! Does not own: where they start and what their logs are good for (see `mod.rs`).
//!
//! T.81, F.2.2, without values. Fast because nothing depends on a branch but what is rare: whether a block ends selects what
//! comes next, so the processor works at both cursors at once, each of which alone waits for its own lookups.

use super::slots::{SLOTS, Slots};
use crate::bits::Bits;
use crate::huffman::{BITS, LOOKUPS, One, Passes};
use crate::simd::Work;
use core::hint::select_unpredictable;

/// Places in a log.
pub(super) const PLACES: usize = 1 << 16;

/// Cursors stop at this place: a round of lookups, or going over empty places, takes them no further than the end.
const FULL: usize = PLACES - 4 * SLOTS;

/// Where each block begins: how many bits are left there. For the block that is reached, the place after it has what was passed
/// over of it.
pub(super) type Log = [u32; PLACES];

/// The first coefficient of a block, in the bits where entries have their steps.
const FIRST: u32 = 1 << 8;
const BLOCK: u32 = 64 << 8;

/// Whether a lookup that goes on to such a coefficient must be looked at again: no code fitted in the index, or there are too many
/// coefficients.
pub(super) const RARE: [bool; 256] = {
    let mut rare = [false; 256];
    let mut at = 65;
    while at < 256 {
        rare[at] = at <= 128 || at >= 192;
        at += 1;
    }
    rare
};

/// A cursor.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    pub(super) bits: Bits<'a>,
    /// The next coefficient, in the bits where entries have their steps.
    at: u32,
    /// The place of its block in the cycle, and in the log.
    pub(super) block: usize,
    table: &'a Passes,
}

/// There is no such code.
pub(super) struct Broken;

impl<'a> Lane<'a> {
    /// At an MCU that begins at this bit.
    pub(super) fn new(data: &'a [u8], at: usize, slots: &Slots<'a>, log: &mut Log) -> Lane<'a> {
        let bits = Bits::from_bit(data, at);
        log[0] = bits.left() as u32;
        Lane { bits, at: FIRST, block: 0, table: slots.codes[0].passes.first() }
    }

    /// Whether its log has room for more rounds.
    #[inline(always)]
    pub(super) fn has_room(&self) -> bool {
        self.block < FULL
    }

    /// A refill and the lookups for which it lasts, but none behind the end of the block. Gives whether nothing was rare; if
    /// something was, it is where it was.
    ///
    /// Entries are added up as they are, so the low byte has the bits of all of them.
    #[inline(always)]
    fn round(&mut self, slots: &Slots<'a>, log: &mut Log) -> bool {
        self.bits.refill();
        let slot = &slots.slots[self.block % SLOTS];
        let window = self.bits.window();
        let first = entry(self.table, window);
        let next = self.at + first;
        let window = window << (first & 63);
        let second = select_unpredictable(next >= BLOCK, 0, entry(slot.rest, window));
        let next = next + second;
        let window = window << (second & 63);
        let third = select_unpredictable(next >= BLOCK, 0, entry(slot.rest, window));
        let next = next + third;
        if RARE[(next >> 8) as usize & 255] {
            return false;
        }
        self.bits.skip(next);
        log[(self.block + 1) % PLACES] = self.bits.left() as u32;
        let ends = next >= BLOCK;
        self.block += select_unpredictable(ends, slot.advance, 0);
        self.at = select_unpredictable(ends, FIRST, next & 0xff00);
        self.table = select_unpredictable(ends, slot.next, slot.rest);
        true
    }

    /// As many lookups as a round has, or less, one by one, up to the first rare one and the symbol that it does not pass over.
    #[cold]
    #[inline(never)]
    pub(super) fn slowly(&mut self, lookups: u32, slots: &Slots<'a>, log: &mut Log) -> Result<(), Broken> {
        self.bits.refill();
        for _ in 0..lookups {
            let entry = entry(self.table, self.bits.window());
            let next = self.at + (entry & 0xff00);
            if RARE[(next >> 8) as usize & 255] {
                return self.rare(slots, log);
            }
            self.bits.skip(entry);
            self.go_on(next >> 8, slots, log);
        }
        Ok(())
    }

    /// Goes on to this coefficient, or to the next block if it is behind the last one.
    fn go_on(&mut self, next: u32, slots: &Slots<'a>, log: &mut Log) {
        let slot = &slots.slots[self.block % SLOTS];
        if next < 64 {
            (self.at, self.table) = (next << 8, slot.rest);
        } else {
            log[(self.block + 1) % PLACES] = self.bits.left() as u32;
            self.block += slot.advance;
            (self.at, self.table) = (FIRST, slot.next);
        }
    }

    /// Passes over the next symbol.
    fn rare(&mut self, slots: &Slots<'a>, log: &mut Log) -> Result<(), Broken> {
        self.bits.refill();
        let place = self.block % SLOTS;
        let codes = slots.codes[place];
        if core::ptr::eq(self.table, codes.passes.first()) {
            codes.dc.available(&mut self.bits).ok_or(Broken)?;
            self.table = slots.slots[place].rest;
            return Ok(());
        }
        let entry = codes.ac.entry(self.bits.peek(BITS));
        let next = match (self.at + (entry & 0xff00)) >> 8 {
            next @ (..=64 | 129..=191) => {
                self.bits.skip(entry);
                next
            }
            _ => match codes.ac.code().one_ac(self.bits.window()).ok_or(Broken)? {
                One::EndOfBands { .. } => return Err(Broken),
                One::EndOfBlock { total } => {
                    self.bits.skip(total);
                    64
                }
                One::Coefficient { step, total, .. } => {
                    self.bits.skip(total);
                    (self.at >> 8) + step
                }
            },
        };
        if (65..=128).contains(&next) {
            return Err(Broken);
        }
        self.go_on(next, slots, log);
        Ok(())
    }
}

/// The entry for the next bits.
#[inline(always)]
fn entry(table: &Passes, window: u64) -> u32 {
    u32::from(table[(window >> (64 - BITS)) as usize])
}

/// Two cursors side by side until one of them has no more bytes left than it is to stop at, or no room in its log. The second
/// one starts anew where there is no such code, since it may have begun in the middle of one.
pub(super) struct Both<'a, 'b> {
    pub(super) lanes: [Lane<'a>; 2],
    pub(super) slots: &'b Slots<'a>,
    pub(super) logs: [&'b mut Log; 2],
    pub(super) stops: [usize; 2],
}

impl<'a> Work for Both<'a, '_> {
    /// The cursors, and how often something was rare.
    type Out = ([Lane<'a>; 2], usize, Result<(), Broken>);

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Both { lanes: [mut first, mut second], slots, logs: [log, second_log], stops } = self;
        let mut rare = 0;
        while first.bits.bytes_left() > stops[0]
            && second.bits.bytes_left() > stops[1]
            && first.has_room()
            && second.has_room()
        {
            let common = first.round(slots, log);
            if !second.round(slots, second_log) {
                rare += 1;
                // Not itself, so that it can stay in registers.
                let mut lane = second;
                if let Err(Broken) = lane.slowly(LOOKUPS, slots, second_log) {
                    lane.anew(slots, second_log);
                }
                second = lane;
            }
            if !common {
                rare += 1;
                let mut lane = first;
                let passed = lane.slowly(LOOKUPS, slots, log);
                first = lane;
                if passed.is_err() {
                    return ([first, second], rare, passed);
                }
            }
        }
        ([first, second], rare, Ok(()))
    }
}

impl<'a> Lane<'a> {
    /// One bit behind, at an MCU, with nothing in the log.
    #[cold]
    #[inline(never)]
    fn anew(&mut self, slots: &Slots<'a>, log: &mut Log) {
        self.bits.refill();
        self.bits.skip(1);
        log[0] = self.bits.left() as u32;
        (self.at, self.block, self.table) = (FIRST, 0, slots.codes[0].passes.first());
    }
}

/// One cursor until it has no more bytes left than it is to stop at, or no room in its log.
pub(super) struct Alone<'a, 'b> {
    pub(super) lane: Lane<'a>,
    pub(super) slots: &'b Slots<'a>,
    pub(super) log: &'b mut Log,
    pub(super) stop: usize,
}

impl<'a> Work for Alone<'a, '_> {
    type Out = (Lane<'a>, Result<(), Broken>);

    #[inline(always)]
    fn run(self) -> Self::Out {
        let Alone { mut lane, slots, log, stop } = self;
        while lane.bits.bytes_left() > stop && lane.has_room() {
            if !lane.round(slots, log) {
                let mut slow = lane;
                let passed = slow.slowly(LOOKUPS, slots, log);
                lane = slow;
                if passed.is_err() {
                    return (lane, passed);
                }
            }
        }
        (lane, Ok(()))
    }
}
