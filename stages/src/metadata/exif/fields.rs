//! Owns single values of an EXIF block: orientation, size, color space.
//! Does not own: finding fields (`tiff.rs`).
//!
//! Source: EXIF 2.32, 4.6.4 and 4.6.5 (tags 274, 40961 to 40963) and 4.6.7 (interoperability, tag 1).

use super::tiff::{Field, LONG, SHORT, Tiff};

const ORIENTATION: u16 = 0x0112;
const COLOR_SPACE: u16 = 0xa001;
const WIDTH: u16 = 0xa002;
const HEIGHT: u16 = 0xa003;
const INTEROP_INDEX: u16 = 1;

/// The orientation in an EXIF block: 1 to 8, or `None` when it is missing or out of range.
pub(crate) fn orientation(exif: &[u8]) -> Option<u8> {
    let tiff = Tiff::new(exif)?;
    let found = tiff.fields(exif, tiff.main(exif)?).find(is_orientation)?;
    let value = tiff.u16(exif, found.at + 8)?;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

fn is_orientation(field: &Field) -> bool {
    field.tag == ORIENTATION && field.kind == SHORT
}

/// An EXIF block that says the orientation, 1 to 8, and nothing else.
pub(crate) fn only_orientation(orientation: u8) -> Option<&'static [u8]> {
    static BLOCKS: [[u8; 26]; 8] = {
        let mut blocks = [*b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0"; 8];
        let mut at = 0;
        while at < 8 {
            blocks[at][18] = at as u8 + 1;
            at += 1;
        }
        blocks
    };
    let block = BLOCKS.get(usize::from(orientation).checked_sub(1)?)?;
    Some(block)
}

/// Whether a camera says that colors are those of Adobe RGB, by the index `R03` that DCF 2.0 gives it.
pub(crate) fn is_adobe_rgb(exif: &[u8]) -> bool {
    let index = || {
        let tiff = Tiff::new(exif)?;
        let field = tiff.fields(exif, tiff.interop(exif)?).find(|field| field.tag == INTEROP_INDEX)?;
        exif.get(tiff.value(exif, field)?)
    };
    index().is_some_and(|index| index.starts_with(b"R03"))
}

/// Sets every orientation of the picture to 1.
pub(in crate::metadata) fn set_upright(exif: &mut [u8]) {
    let Some(tiff) = Tiff::new(exif) else { return };
    let Some(main) = tiff.main(exif) else { return };
    let places: Vec<_> = tiff.fields(exif, main).filter(is_orientation).map(|field| field.at + 8).collect();
    for place in places {
        tiff.put_u16(exif, place, 1);
    }
}

/// Sets width and height where they are given.
pub(in crate::metadata) fn set_size(exif: &mut [u8], width: u32, height: u32) {
    let Some((tiff, fields)) = own_fields(exif) else { return };
    for field in fields {
        let value = match field.tag {
            WIDTH => width,
            HEIGHT => height,
            _ => continue,
        };
        if tiff.number(exif, field).is_none() {
            continue;
        }
        // A LONG takes the same place as a SHORT.
        tiff.put_u16(exif, field.at + 2, LONG);
        tiff.put_u32(exif, field.at + 8, value);
    }
}

/// Says that colors are those of sRGB, where the color space is given; the interoperability index too.
pub(in crate::metadata) fn set_srgb(exif: &mut [u8]) {
    let Some((tiff, fields)) = own_fields(exif) else { return };
    for field in fields.into_iter().filter(|field| field.tag == COLOR_SPACE && field.kind == SHORT) {
        tiff.put_u16(exif, field.at + 8, 1);
    }
    let index = tiff
        .interop(exif)
        .and_then(|interop| tiff.fields(exif, interop).find(|field| field.tag == INTEROP_INDEX))
        .and_then(|field| tiff.value(exif, field));
    if let Some(place) = index.and_then(|index| exif.get_mut(index))
        && place.starts_with(b"R03")
    {
        place[..3].copy_from_slice(b"R98");
    }
}

/// The fields of EXIF's own directory. Copied, so that the block can be changed.
fn own_fields(exif: &[u8]) -> Option<(Tiff, Vec<Field>)> {
    let tiff = Tiff::new(exif)?;
    let fields = tiff.fields(exif, tiff.exif(exif)?).collect();
    Some((tiff, fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::exif::thumbnail::drop_thumbnail;
    use proptest::prelude::*;

    /// A big-endian block: orientation 8 and a pointer to a directory with color space, width and height.
    fn block(width_kind: u16) -> Vec<u8> {
        let mut block = b"MM\0*\0\0\0\x08\0\x02".to_vec();
        block.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]);
        block.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
        block.extend([0, 0, 0, 0]);
        block.extend([0, 4, 0xa0, 0x01, 0, 3, 0, 0, 0, 1, 0xff, 0xff, 0, 0]);
        block.extend([0xa0, 0x02, 0, width_kind as u8, 0, 0, 0, 1, 0, 9, 0, 0]);
        block.extend([0xa0, 0x03, 0, 4, 0, 0, 0, 1, 0, 0, 0, 5]);
        block.extend([0xa0, 0x05, 0, 4, 0, 0, 0, 1, 0, 0, 0, 92]);
        block.extend([0, 0, 0, 0]);
        block.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 4, b'R', b'0', b'3', 0, 0, 0, 0, 0]);
        block
    }

    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        assert_eq!(orientation(only_orientation(6).unwrap()), Some(6));
        assert_eq!(orientation(&block(3)), Some(8));
    }

    #[test]
    fn orientation_out_of_range_is_none() {
        for wrong in [0, 9] {
            let mut exif = only_orientation(1).unwrap().to_vec();
            exif[18] = wrong;
            assert_eq!((orientation(&exif), only_orientation(wrong)), (None, None));
        }
    }

    #[test]
    fn every_orientation_is_reset() {
        let mut twice = b"II*\0\x08\0\0\0\x02\0".to_vec();
        twice.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        twice.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
        set_upright(&mut twice);
        assert_eq!((twice[18], twice[30]), (1, 1));
    }

    #[test]
    fn a_size_that_is_given_is_corrected_whether_short_or_long() {
        for kind in [SHORT, LONG] {
            let mut exif = block(kind);
            set_size(&mut exif, 70_000, 3);
            let tiff = Tiff::new(&exif).unwrap();
            let number = |tag| {
                let field = tiff.fields(&exif, tiff.exif(&exif).unwrap()).find(|field| field.tag == tag);
                tiff.number(&exif, field.unwrap())
            };
            assert_eq!((number(WIDTH), number(HEIGHT)), (Some(70_000), Some(3)));
            assert_eq!(orientation(&exif), Some(8));
        }
    }

    #[test]
    fn adobe_rgb_is_known_by_its_index_and_unsaid() {
        let mut exif = block(3);
        assert!(is_adobe_rgb(&exif));
        set_srgb(&mut exif);
        assert!(!is_adobe_rgb(&exif));
        assert_eq!(exif[48..50], [0, 1]);
    }

    proptest! {
        #[test]
        fn scenario_23_any_bytes_are_a_block_without_panic_or_loop(
            mut bytes in prop::collection::vec(any::<u8>(), 0..200), real in any::<bool>(), near in any::<bool>(),
        ) {
            if real && bytes.len() >= 8 {
                bytes[..4].copy_from_slice(b"II*\0");
                bytes[5..8].fill(0);
            }
            if near {
                // Small numbers, so that pointers hit.
                bytes.iter_mut().skip(8).for_each(|byte| if *byte > 128 { *byte = 0 });
            }
            let found = orientation(&bytes);
            prop_assert!(found.is_none_or(|value| (1..=8).contains(&value)));
            let length = bytes.len();
            set_upright(&mut bytes);
            prop_assert!(found.is_none() || orientation(&bytes) == Some(1));
            set_size(&mut bytes, 1, 2);
            set_srgb(&mut bytes);
            prop_assert_eq!(bytes.len(), length);
            drop_thumbnail(&mut bytes);
            prop_assert!(bytes.len() <= length);
        }

        #[test]
        fn a_changed_byte_of_a_real_block_never_panics(at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut exif = block(3);
            let at = at.index(exif.len());
            exif[at] = value;
            set_upright(&mut exif);
            set_size(&mut exif, 7, 8);
            set_srgb(&mut exif);
            let _ = is_adobe_rgb(&exif);
            drop_thumbnail(&mut exif);
        }
    }
}
