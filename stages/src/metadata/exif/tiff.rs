//! Owns reading directories and fields of an EXIF block. No bytes make it panic, loop or work more than linearly.
//! Does not own: what a field means.
//!
//! Source: TIFF 6.0, section 2; EXIF 2.32, 4.6.2. Only the four directories that EXIF knows by name are visited, each once,
//! so a loop of directories is never walked.

use std::ops::Range;

/// Pointers from one directory to another.
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const INTEROP_DIRECTORY: u16 = 0xa005;

pub(super) const SHORT: u16 = 3;
pub(super) const LONG: u16 = 4;

/// How a block is laid out; the bytes are passed in, so that they can be changed in between.
#[derive(Clone, Copy)]
pub(super) struct Tiff {
    big_endian: bool,
    first: usize,
}

/// A directory: `count` fields of 12 bytes from `fields` on, then a pointer to the next directory.
#[derive(Clone, Copy)]
pub(super) struct Directory {
    pub(super) fields: usize,
    pub(super) count: usize,
}

/// A field of a directory.
#[derive(Clone, Copy)]
pub(super) struct Field {
    /// Where it stands.
    pub(super) at: usize,
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: usize,
}

impl Directory {
    pub(super) fn table(&self) -> Range<usize> {
        self.fields - 2..self.next_pointer().saturating_add(4)
    }

    /// Where the pointer to the next directory stands.
    pub(super) fn next_pointer(&self) -> usize {
        self.fields.saturating_add(self.count * 12)
    }
}

impl Tiff {
    pub(super) fn new(bytes: &[u8]) -> Option<Tiff> {
        let big_endian = match bytes.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        let tiff = Tiff { big_endian, first: 0 };
        let first = tiff.offset(bytes, 4)?;
        Some(Tiff { first, ..tiff })
    }

    pub(super) fn u16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let pair = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    }

    pub(super) fn u32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    pub(super) fn offset(&self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(self.u32(bytes, at)?).ok()
    }

    pub(super) fn put_u16(&self, bytes: &mut [u8], at: usize, value: u16) {
        let pair = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        put(bytes, at, &pair);
    }

    pub(super) fn put_u32(&self, bytes: &mut [u8], at: usize, value: u32) {
        let four = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        put(bytes, at, &four);
    }

    /// The directory that describes the picture.
    pub(super) fn main(&self, bytes: &[u8]) -> Option<Directory> {
        self.directory(bytes, self.first)
    }

    /// The directory of EXIF's own fields.
    pub(super) fn exif(&self, bytes: &[u8]) -> Option<Directory> {
        self.pointed(bytes, self.main(bytes)?, EXIF_DIRECTORY)
    }

    pub(super) fn gps(&self, bytes: &[u8]) -> Option<Directory> {
        self.pointed(bytes, self.main(bytes)?, GPS_DIRECTORY)
    }

    pub(super) fn interop(&self, bytes: &[u8]) -> Option<Directory> {
        self.pointed(bytes, self.exif(bytes)?, INTEROP_DIRECTORY)
    }

    /// A directory at this place, whether its table is all there or not.
    pub(super) fn directory(&self, bytes: &[u8], at: usize) -> Option<Directory> {
        let count = usize::from(self.u16(bytes, at)?);
        Some(Directory { fields: at + 2, count })
    }

    fn pointed(&self, bytes: &[u8], from: Directory, tag: u16) -> Option<Directory> {
        let pointer = self.fields(bytes, from).find(|field| field.tag == tag)?;
        self.directory(bytes, self.offset(bytes, pointer.at + 8)?)
    }

    /// The fields that are there; a table that is cut off ends early.
    pub(super) fn fields<'a>(
        &'a self,
        bytes: &'a [u8],
        directory: Directory,
    ) -> impl Iterator<Item = Field> + 'a {
        (0..directory.count).map_while(move |index| {
            let at = directory.fields.checked_add(index * 12)?;
            // The whole field, so that its value can be changed in place.
            bytes.get(at..at.checked_add(12)?)?;
            let count = self.offset(bytes, at + 4)?;
            Some(Field { at, tag: self.u16(bytes, at)?, kind: self.u16(bytes, at + 2)?, count })
        })
    }

    /// Where a field's value is, if it is inside the block.
    pub(super) fn value(&self, bytes: &[u8], field: Field) -> Option<Range<usize>> {
        let width = match field.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = field.count.checked_mul(width)?;
        let start = if length <= 4 { field.at + 8 } else { self.offset(bytes, field.at + 8)? };
        let end = start.checked_add(length)?;
        (end <= bytes.len()).then_some(start..end)
    }

    /// The value of a field that is one SHORT or one LONG.
    pub(super) fn number(&self, bytes: &[u8], field: Field) -> Option<u32> {
        match (field.kind, field.count) {
            (SHORT, 1) => self.u16(bytes, field.at + 8).map(u32::from),
            (LONG, 1) => self.u32(bytes, field.at + 8),
            _ => None,
        }
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = at.checked_add(value.len()).and_then(|end| bytes.get_mut(at..end)) {
        place.copy_from_slice(value);
    }
}
