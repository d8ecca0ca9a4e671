//! Owns the kinds of damage: of bytes, as transfers and disks do it, and of segments, as bad programs and bad people do it.
//! Does not own: which files are damaged.

use crate::odd::Random;
use std::ops::Range;

/// Damages a file once to four times; `other` is a file to take parts from.
pub(crate) fn several(file: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..random.from(1, 4) {
        if file.len() > 4 {
            one(file, other, random);
        }
    }
}

fn one(file: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(file.len());
    match random.below(16) {
        0 | 1 => file[at] ^= 1 << random.below(8),
        2 => file[at] = random.next() as u8,
        3 => file[at] = 0xff,
        4 => file.truncate(at),
        5 => drop(file.drain(at..(at + random.from(1, 40)).min(file.len()))),
        6 => {
            let count = random.from(1, 20);
            file.splice(at..at, random.bytes(count));
        }
        7 => {
            let from = random.below(other.len().max(1));
            file.truncate(at);
            file.extend(other.get(from..).unwrap_or_default());
        }
        8 => {
            let end = (at + random.from(1, 200)).min(file.len());
            file[at..end].fill(if random.percent(50) { 0 } else { 0xff });
        }
        kind => segment(kind, file, other, random),
    }
}

/// Damages something that has a meaning.
fn segment(kind: usize, file: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let segments = segments(file);
    if segments.is_empty() {
        return;
    }
    let mut pick = || segments[random.below(segments.len())].clone();
    let (one, two) = (pick(), pick());
    let body = one.start + 4..one.end;
    match kind {
        9 => file[one.start + 1] = 0xc0 | random.below(64) as u8,
        10 => file.swap(one.start + 1, two.start + 1),
        11 => file[one.start + 2 + usize::from(random.percent(80))] = random.next() as u8,
        // Tables and headers are small: every byte of them means something.
        12 | 13 if !body.is_empty() => {
            let header = random.from(body.start, (body.start + 20).min(body.end - 1));
            file[header] = random.next() as u8;
        }
        14 => {
            let copy = file[one].to_vec();
            for _ in 0..random.from(1, 3) {
                file.splice(two.start..two.start, copy.iter().copied());
            }
        }
        _ => {
            let theirs = self::segments(other);
            if !theirs.is_empty() {
                let from = theirs[random.below(theirs.len())].clone();
                file.splice(one, other[from].iter().copied());
            }
        }
    }
}

/// Segments with their markers; scans with their entropy-coded data. Ends where nothing makes sense any more.
fn segments(file: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = file.get(at..).and_then(|rest| rest.first_chunk()) {
        if matches!(marker, 0xff) {
            at += 1;
            continue;
        }
        let mut end = at + 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
        if *marker == 0xda {
            let data = file.get(end..).unwrap_or_default();
            let marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
            end += data.windows(2).position(marker).unwrap_or(data.len());
        }
        if end > file.len() {
            break;
        }
        found.push(at..end);
        at = end;
    }
    found
}
