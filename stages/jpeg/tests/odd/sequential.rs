//! Owns blocks as symbols of sequential files (T.81, F.1.2), and levels, which progressive files write alike (G.1.2.1).
//! Does not own: codes of the symbols.

use super::picture::Block;
use super::scan::{Event, Place};

/// The bits of a value and how many they are (T.81, F.1.2.1: its category and the bits that tell it apart).
pub(crate) fn bits(value: i32) -> (u32, u32) {
    let count = 32 - value.unsigned_abs().leading_zeros();
    let low = if value < 0 { value - 1 } else { value };
    (low as u32 & ((1u32 << count) - 1), count)
}

fn value(value: i32, events: &mut Vec<Event>) {
    let (value, count) = bits(value);
    events.push(Event::Bits { value, count });
}

/// Differences of levels of which `low` bits are left out.
pub(crate) fn levels<'a>(
    places: &[[Place; 2]],
    blocks: impl Iterator<Item = (usize, &'a Block)>,
    low: u32,
    events: &mut Vec<Event>,
) {
    let mut before = [0; 4];
    for (member, block) in blocks {
        level(places[member][0], i32::from(block[0]) >> low, &mut before[member], events);
    }
}

fn level(place: Place, level: i32, before: &mut i32, events: &mut Vec<Event>) {
    let difference = level - *before;
    *before = level;
    events.push(Event::Symbol(place, bits(difference).1 as u8));
    value(difference, events);
}

/// Whole blocks between two restarts.
pub(crate) fn interval<'a>(
    places: &[[Place; 2]],
    blocks: impl Iterator<Item = (usize, &'a Block)>,
    events: &mut Vec<Event>,
) {
    let mut before = [0; 4];
    for (member, block) in blocks {
        let [dc, ac] = places[member];
        level(dc, i32::from(block[0]), &mut before[member], events);
        let mut zeros = 0;
        for &coefficient in &block[1..] {
            if coefficient == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                events.push(Event::Symbol(ac, 0xf0));
                zeros -= 16;
            }
            let coefficient = i32::from(coefficient);
            events.push(Event::Symbol(ac, zeros << 4 | bits(coefficient).1 as u8));
            value(coefficient, events);
            zeros = 0;
        }
        if zeros > 0 {
            events.push(Event::Symbol(ac, 0));
        }
    }
}
