//! Owns the kinds of damage: of bits and bytes, of numbers and lengths, of order, of files that are joined.
//! Does not own: what is damaged.

use crate::random::Random;

/// Numbers at which programs go wrong.
const EDGES: [u64; 12] =
    [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// Damages an input, most often once, at most five times; `other` is one to take parts from.
pub(crate) fn several(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let most = if random.below(2) == 0 { 1 } else { 5 };
    for _ in 0..=random.below(most) {
        one(input, other, random);
    }
    // Else no damage gets further than to a checksum.
    if random.below(4) > 0 {
        mend_png(input);
    }
}

/// Makes the checksums of chunks right again, as far as there are chunks.
fn mend_png(file: &mut [u8]) {
    if !file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return;
    }
    let mut rest = &mut file[8..];
    while let Some((length, after)) = rest.split_first_chunk_mut::<4>() {
        let end = (u32::from_be_bytes(*length) as usize).saturating_add(4);
        let Some((chunk, after)) = after.split_at_mut_checked(end) else { return };
        let Some((sum, after)) = after.split_first_chunk_mut::<4>() else { return };
        *sum = crc32fast::hash(chunk).to_be_bytes();
        rest = after;
    }
}

fn one(input: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    // What stands at the beginning decides most.
    let reach = if random.below(2) == 0 { input.len().min(64) } else { input.len() };
    let at = random.below(reach);
    let end = (at + 1 + random.below(40)).min(input.len());
    match random.below(12) {
        _ if input.is_empty() => input.extend(other.iter().take(random.below(200))),
        0 | 1 => input[at] ^= 1 << random.below(8),
        2 => input[at] = random.next() as u8,
        3 => input.truncate(at),
        4 => drop(input.drain(at..end)),
        5 => {
            let more: Vec<u8> = (0..=random.below(20)).map(|_| random.next() as u8).collect();
            input.splice(at..at, more);
        }
        6 => {
            let copy = input[at..end].to_vec();
            let to = random.below(input.len());
            for _ in 0..=random.below(3) {
                input.splice(to..to, copy.iter().copied());
            }
        }
        7 => input[at..end].fill(if random.below(2) == 0 { 0 } else { 0xff }),
        8 | 9 => number(&mut input[at..], random),
        10 => {
            let from = random.below(other.len());
            input.truncate(at);
            input.extend(other.get(from..).unwrap_or_default());
        }
        _ => {
            let from = random.below(other.len());
            let part = other.get(from..).unwrap_or_default();
            input.splice(at..end, part.iter().take(random.below(60)).copied());
        }
    }
}

/// Writes a number over what is there, in either order of its bytes, or a little more or less than what is there.
fn number(place: &mut [u8], random: &mut Random) {
    let width = [1, 2, 4][random.below(3)].min(place.len());
    let place = &mut place[..width];
    let little = random.below(2) == 0;
    let order = |bytes: &mut [u8]| {
        if little {
            bytes.reverse()
        }
    };
    let mut before = place.to_vec();
    order(&mut before);
    let was = before.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    let now = match random.below(3) {
        0 => was.wrapping_add(random.next() % 5).wrapping_sub(2),
        _ => EDGES[random.below(EDGES.len())],
    };
    place.copy_from_slice(&now.to_be_bytes()[8 - width..]);
    order(place);
}
