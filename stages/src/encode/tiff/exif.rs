//! Owns taking an EXIF block apart into the fields that a TIFF file keeps in directories of its own.
//! Does not own: what the fields say, or writing them.
//!
//! Source: EXIF 2.32, sections 4.6.2 and 4.6.3: an EXIF block is a TIFF file without a picture. Only what is named here is
//! looked at, once, so a loop of directories cannot hold it up; a field that points outside of the block is left out.

use tiff::tags::Type;

/// One field, its data in the machine's byte order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) tag: u16,
    pub(super) kind: Type,
    pub(super) data: Vec<u8>,
}

/// The fields of an EXIF block, by directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// What describes the picture and is no part of how a TIFF file stores it.
    pub(super) main: Vec<Field>,
    /// How it was taken.
    pub(super) details: Vec<Field>,
    /// Where it was taken.
    pub(super) place: Vec<Field>,
}

/// Description, make, model, orientation, resolution and its unit, software, time, artist, copyright.
const MAIN: [u16; 11] = [270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 33432];
const DETAILS: u16 = 0x8769;
const PLACE: u16 = 0x8825;
/// A pointer to yet another directory, which nobody reads.
const INTEROPERABILITY: u16 = 0xa005;

/// The fields of an EXIF block; `None` if it has no directory.
pub(super) fn parse(exif: &[u8]) -> Option<Parts> {
    let block = Block { bytes: exif, big_endian: is_big_endian(exif)? };
    let all = block.directory(block.u32_at(4)?)?;
    let pointed = |tag: u16| {
        let field = all.iter().find(|field| field.tag == tag && field.kind == Type::LONG)?;
        let at = u32::from_ne_bytes(field.data.first_chunk().copied()?);
        block.directory(at)
    };
    let mut details = pointed(DETAILS).unwrap_or_default();
    details.retain(|field| field.tag != INTEROPERABILITY);
    let place = pointed(PLACE).unwrap_or_default();
    let main = all.into_iter().filter(|field| MAIN.contains(&field.tag)).collect();
    Some(Parts { main, details, place })
}

fn is_big_endian(exif: &[u8]) -> Option<bool> {
    match exif.get(..4)? {
        b"MM\0*" => Some(true),
        b"II*\0" => Some(false),
        _ => None,
    }
}

struct Block<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Block<'_> {
    fn u16_at(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// The readable fields of the directory at an offset. Together they are no longer than the block: several fields may
    /// point to the same data, and thousands of them to much of it.
    fn directory(&self, offset: u32) -> Option<Vec<Field>> {
        let start = usize::try_from(offset).ok()?;
        let entries = usize::from(self.u16_at(start)?);
        let mut left = self.bytes.len();
        let mut fields = Vec::new();
        for index in 0..entries {
            let Some(field) = start.checked_add(2 + index * 12).and_then(|at| self.field(at)) else {
                continue;
            };
            let Some(rest) = left.checked_sub(field.data.len()) else { break };
            left = rest;
            fields.push(field);
        }
        Some(fields)
    }

    fn field(&self, at: usize) -> Option<Field> {
        let kind = Type::from_u16(self.u16_at(at + 2)?)?;
        // Bytes of a value, and how many of them change places with the byte order.
        let (size, swapped) = match kind {
            Type::BYTE | Type::ASCII | Type::SBYTE | Type::UNDEFINED => (1, 1),
            Type::SHORT | Type::SSHORT => (2, 2),
            Type::LONG | Type::SLONG | Type::FLOAT => (4, 4),
            Type::RATIONAL | Type::SRATIONAL => (8, 4),
            Type::DOUBLE => (8, 8),
            _ => return None,
        };
        let count = usize::try_from(self.u32_at(at + 4)?).ok()?;
        let length = count.checked_mul(size)?;
        let from = if length <= 4 { at + 8 } else { usize::try_from(self.u32_at(at + 8)?).ok()? };
        let mut data = self.bytes.get(from..from.checked_add(length)?)?.to_vec();
        if self.big_endian != cfg!(target_endian = "big") {
            data.chunks_exact_mut(swapped).for_each(<[u8]>::reverse);
        }
        (!data.is_empty()).then(|| Field { tag: self.u16_at(at).unwrap_or(0), kind, data })
    }
}

/// A big-endian block with a make and, in its own directory, an exposure time of 1/125 s.
#[cfg(test)]
pub(super) fn sample() -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    block.extend([0x01, 0x0f, 0, 2, 0, 0, 0, 7, 0, 0, 0, 38]);
    block.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 46]);
    block.extend([0; 4]);
    block.extend(b"Camera\0\0");
    block.extend([0, 1, 0x82, 0x9a, 0, 5, 0, 0, 0, 1, 0, 0, 0, 64, 0, 0, 0, 0]);
    block.extend([0, 0, 0, 1, 0, 0, 0, 125]);
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_come_in_the_machines_byte_order() {
        let parts = parse(&sample()).unwrap();
        let make = Field { tag: 271, kind: Type::ASCII, data: b"Camera\0".to_vec() };
        assert_eq!(parts.main, [make]);
        let fraction = [1u32.to_ne_bytes(), 125u32.to_ne_bytes()].concat();
        assert_eq!(parts.details, [Field { tag: 0x829a, kind: Type::RATIONAL, data: fraction }]);
        assert_eq!(parts.place, []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_without_panic_into_no_more_than_three_times_themselves(
            mut bytes in prop::collection::vec(any::<u8>(), 8..300), at in 8u8..40,
        ) {
            bytes[..8].copy_from_slice(&[b'M', b'M', 0, 42, 0, 0, 0, at]);
            if let Some(parts) = parse(&bytes) {
                let taken = [parts.main, parts.details, parts.place].concat();
                prop_assert!(taken.iter().map(|field| field.data.len()).sum::<usize>() <= 3 * bytes.len());
            }
        }
    }
}
