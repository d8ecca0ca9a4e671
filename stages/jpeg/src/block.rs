//! Owns decoding, or passing over, the codes of one block (T.81, F.2.2).
//! Does not own: the tables, and turning coefficients into samples.
//!
//! Fast because a refill serves two lookups, each of which may give several coefficients, and because all that is rare or ends the
//! block leaves the loop by the same branch, which is therefore foreseen.

use crate::bits::Bits;
use crate::huffman::{BITS, DcTable, Entry, One, SkipTable, ValueTable};
use crate::quantisation::ZIGZAG;

/// A block's coefficients in rows of 8, then places that are written and never read: with as many places as a byte has
/// values, no index needs a check.
pub(crate) type Coefficients = [i16; 256];

/// Where a coefficient of the zigzag order goes; those after the last go to a place that is never read.
const PLACES: [u8; 256] = {
    let mut places = [64; 256];
    let mut at = 0;
    while at < 64 {
        places[at] = ZIGZAG[at];
        at += 1;
    }
    places
};

/// The same, counted from one: where the coefficient before this one goes.
const PLACES_BEFORE: [u8; 256] = {
    let mut places = [64; 256];
    let mut at = 1;
    while at <= 64 {
        places[at] = ZIGZAG[at - 1];
        at += 1;
    }
    places
};

/// A code that does not exist, or coefficients beyond the 64th.
pub(crate) struct BadCode;

/// Whether a lookup ends the block: exactly full, or at its end-of-block code. A step of 64 or more is no such end, nor is an
/// end-of-block code after the 64th coefficient, which belongs to another block.
#[inline(always)]
fn ends(step: u32) -> bool {
    step == 64 || (step > 128 && step < 192)
}

/// Decodes the AC coefficients of a block after its `level`. Gives whether there were none.
#[inline(always)]
pub(crate) fn coefficients(
    level: i16,
    table: &ValueTable,
    bits: &mut Bits<'_>,
    into: &mut Coefficients,
) -> Result<bool, BadCode> {
    into[..64].fill(0);
    into[0] = level;
    let mut at = 1;
    loop {
        // Two lookups take at most 54 bits. All that is rare or ends the block leaves this loop by the same branch.
        let (entry, next) = 'common: loop {
            bits.refill();
            for _ in 0..2 {
                let entry = table.entry(bits.peek(BITS));
                let next = at + entry.step();
                if next >= 64 {
                    break 'common (entry, next);
                }
                put(entry, at, next, bits, into);
                at = next;
            }
        };
        if ends(next) {
            put(entry, at, next, bits, into);
            return Ok(next == 129);
        }
        bits.refill();
        match table.code().one_ac(bits.window()).ok_or(BadCode)? {
            One::EndOfBlock { total } => {
                bits.skip(total);
                return Ok(at == 1);
            }
            One::EndOfBands { .. } => return Err(BadCode),
            One::Coefficient { step, size, total } => {
                at += step;
                if at > 64 {
                    return Err(BadCode);
                }
                into[usize::from(PLACES[usize::from((at - 1) as u8)])] = bits.value(total, size);
                bits.skip(total);
            }
        }
        if at == 64 {
            return Ok(false);
        }
    }
}

/// Writes what a lookup gave: the first of two coefficients, or a zero in its place, and the last.
#[inline(always)]
fn put(entry: Entry, at: u32, next: u32, bits: &mut Bits<'_>, into: &mut Coefficients) {
    let last = bits.entry_value(entry.total());
    into[usize::from(PLACES[usize::from((at + entry.run()) as u8)])] = entry.first();
    into[usize::from(PLACES_BEFORE[usize::from(next as u8)])] = last;
    bits.skip(entry.total());
}

/// Passes over a block.
#[inline(always)]
pub(crate) fn pass(dc: &DcTable, table: &SkipTable, bits: &mut Bits<'_>) -> Result<(), BadCode> {
    dc.pass(bits).ok_or(BadCode)?;
    pass_rest(table, bits)
}

/// Passes over the AC coefficients of a block.
#[inline(always)]
pub(crate) fn pass_rest(table: &SkipTable, bits: &mut Bits<'_>) -> Result<(), BadCode> {
    let mut at = 1;
    loop {
        let (entry, next) = 'common: loop {
            bits.refill();
            for _ in 0..2 {
                let entry = table.entry(bits.peek(BITS));
                let next = at + (entry >> 8);
                if next >= 64 {
                    break 'common (entry, next);
                }
                bits.skip(entry);
                at = next;
            }
        };
        if ends(next) {
            bits.skip(entry);
            return Ok(());
        }
        bits.refill();
        match table.code().one_ac(bits.window()).ok_or(BadCode)? {
            One::EndOfBlock { total } => {
                bits.skip(total);
                return Ok(());
            }
            One::EndOfBands { .. } => return Err(BadCode),
            One::Coefficient { step, total, .. } => {
                bits.skip(total);
                at += step;
            }
        }
        match at {
            64 => return Ok(()),
            65.. => return Err(BadCode),
            _ => {}
        }
    }
}
