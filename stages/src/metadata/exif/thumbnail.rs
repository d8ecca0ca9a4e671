//! Owns taking the thumbnail out of an EXIF block: the second directory and what it points at.
//! Does not own: previews inside maker notes, which are not described anywhere.
//!
//! Nothing else moves, because maker notes hold places that are counted from the start of the block. What the thumbnail
//! took becomes zeros, and goes away where nothing follows it, as is usual.
//!
//! Source: EXIF 2.32, 4.5.5 and 4.6.3; TIFF 6.0, section 3 (strips).

use super::tiff::{Directory, LONG, SHORT, Tiff};
use std::ops::Range;

const STRIP_PLACES: u16 = 0x0111;
const STRIP_LENGTHS: u16 = 0x0117;
const JPEG_PLACE: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;

/// No camera writes a directory with more fields; in one that has them, nothing is made zero.
const MOST_FIELDS: usize = 512;
const MOST_STRIPS: usize = 64;

/// Unlinks the thumbnail and wipes its bytes where they belong to nothing else.
pub(in crate::metadata) fn drop_thumbnail(exif: &mut Vec<u8>) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let Some(main) = tiff.main(exif) else { return };
    let next = main.next_pointer();
    let Some(second) = tiff.offset(exif, next).filter(|&place| place != 0) else { return };
    let own = tiff.directory(exif, second).and_then(|directory| thumbnail(&tiff, exif, directory));
    let others = everything_else(&tiff, exif, main);
    tiff.put_u32(exif, next, 0);
    let (Some(own), Some(others)) = (own, others) else { return };
    let end = others.iter().map(|range| range.end).max().unwrap_or(8);
    let overlaps =
        |range: &Range<usize>| others.iter().any(|other| other.start < range.end && range.start < other.end);
    for range in own.into_iter().filter(|range| !overlaps(range)) {
        if let Some(bytes) = exif.get_mut(range) {
            bytes.fill(0);
        }
    }
    while exif.len() > end && exif.last() == Some(&0) {
        exif.pop();
    }
}

/// What a directory that describes a thumbnail takes: its table, its values, its pixels.
fn thumbnail(tiff: &Tiff, exif: &[u8], directory: Directory) -> Option<Vec<Range<usize>>> {
    let mut taken = directory_ranges(tiff, exif, directory)?;
    let numbers = |tag: u16| -> Vec<usize> {
        let field = tiff.fields(exif, directory).find(|field| field.tag == tag);
        let Some(field) = field.filter(|field| matches!(field.kind, SHORT | LONG)) else { return Vec::new() };
        let Some(place) = tiff.value(exif, field) else { return Vec::new() };
        let step = if field.kind == SHORT { 2 } else { 4 };
        let number = |at: usize| match field.kind {
            SHORT => tiff.u16(exif, at).map(usize::from),
            _ => tiff.offset(exif, at),
        };
        place.step_by(step).take(MOST_STRIPS).filter_map(number).collect()
    };
    for (places, lengths) in [(JPEG_PLACE, JPEG_LENGTH), (STRIP_PLACES, STRIP_LENGTHS)] {
        for (place, length) in numbers(places).into_iter().zip(numbers(lengths)) {
            // Cameras count a few bytes too many; what is there is taken.
            let end = place.saturating_add(length).min(exif.len());
            if place < end {
                taken.push(place..end);
            }
        }
    }
    Some(taken)
}

/// What all other directories take, with the header.
fn everything_else(tiff: &Tiff, exif: &[u8], main: Directory) -> Option<Vec<Range<usize>>> {
    let mut taken = vec![Range { start: 0, end: 8 }];
    for directory in [Some(main), tiff.exif(exif), tiff.gps(exif), tiff.interop(exif)].into_iter().flatten() {
        taken.extend(directory_ranges(tiff, exif, directory)?);
    }
    Some(taken)
}

/// The table of a directory and the values it points at; `None` if there are too many to be real.
fn directory_ranges(tiff: &Tiff, exif: &[u8], directory: Directory) -> Option<Vec<Range<usize>>> {
    if directory.count > MOST_FIELDS {
        return None;
    }
    let values = tiff.fields(exif, directory).filter_map(|field| tiff.value(exif, field));
    Some(std::iter::once(directory.table()).chain(values).filter(|range| !range.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::exif::orientation;

    /// A little-endian block: orientation 6 and a text, then a second directory with a JPEG of four bytes, then `after`.
    fn with_thumbnail(jpeg_at: u8, after: &[u8]) -> Vec<u8> {
        let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
        block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        block.extend([0x0f, 0x01, 2, 0, 6, 0, 0, 0, 38, 0, 0, 0]);
        block.extend([44, 0, 0, 0]);
        block.extend(b"maker\0");
        block.extend([2, 0]);
        block.extend([0x01, 0x02, 4, 0, 1, 0, 0, 0, jpeg_at, 0, 0, 0]);
        block.extend([0x02, 0x02, 4, 0, 1, 0, 0, 0, 4, 0, 0, 0]);
        block.extend([0, 0, 0, 0]);
        block.extend([0xff, 0xd8, 0xff, 0xd9]);
        block.extend(after);
        block
    }

    #[test]
    fn a_thumbnail_at_the_end_goes_away() {
        let mut exif = with_thumbnail(74, &[]);
        assert_eq!(exif.len(), 78);
        drop_thumbnail(&mut exif);
        assert_eq!(exif.len(), 44);
        assert_eq!((orientation(&exif), &exif[34..38], &exif[38..]), (Some(6), &[0; 4][..], &b"maker\0"[..]));
    }

    #[test]
    fn what_follows_a_thumbnail_stays_where_it_is() {
        let mut exif = with_thumbnail(74, b"notes");
        drop_thumbnail(&mut exif);
        assert_eq!(exif.len(), 83);
        assert_eq!((&exif[44..78], &exif[78..]), (&[0; 34][..], &b"notes"[..]));
    }

    #[test]
    fn what_belongs_to_another_field_is_not_wiped() {
        let mut exif = with_thumbnail(38, &[]);
        drop_thumbnail(&mut exif);
        assert_eq!((orientation(&exif), &exif[38..44]), (Some(6), &b"maker\0"[..]));
    }

    #[test]
    fn scenario_23_a_directory_that_points_at_itself_is_only_unlinked() {
        let mut exif = with_thumbnail(74, &[]);
        exif[34] = 8;
        let before = exif.clone();
        drop_thumbnail(&mut exif);
        assert_eq!(exif[34], 0);
        assert_eq!((&exif[..34], &exif[38..]), (&before[..34], &before[38..]));
    }

    #[test]
    fn a_block_without_a_thumbnail_stays_as_it_is() {
        let block = crate::metadata::exif::only_orientation(3).unwrap();
        let mut exif = block.to_vec();
        drop_thumbnail(&mut exif);
        assert_eq!(exif, block);
    }
}
