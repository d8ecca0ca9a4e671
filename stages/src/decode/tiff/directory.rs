//! Owns reading the first directory of a TIFF: byte order, entries, and the values they point at.
//! Does not own: what the entries mean (see `layout.rs`).
//!
//! Source: TIFF 6.0, section 2; BigTIFF as libtiff documents it. Values are read where they are, one at a time, so that an entry
//! that claims a billion of them costs nothing.

use super::damaged;
use crate::{Error, Result};

/// The file's bytes, read in its byte order.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) big_endian: bool,
    big_tiff: bool,
}

impl<'a> Source<'a> {
    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let mut bytes: [u8; N] = self.bytes.get(at..at.checked_add(N)?)?.try_into().ok()?;
        if self.big_endian {
            bytes.reverse();
        }
        Some(bytes)
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn u64_at(&self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// An offset or a count: 4 bytes, or 8 in a BigTIFF.
    fn long_at(&self, at: usize) -> Option<u64> {
        if self.big_tiff { self.u64_at(at) } else { self.u32_at(at).map(u64::from) }
    }
}

/// One entry of a directory: so many values of a type, and where they are.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    source: Source<'a>,
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    at: usize,
}

impl<'a> Field<'a> {
    /// Bytes of one value of this type; 0 for a type that is not known.
    const fn size(kind: u16) -> u64 {
        match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => 0,
        }
    }

    fn place(&self, index: u64) -> Option<usize> {
        if index >= self.count {
            return None;
        }
        let offset = index.checked_mul(Self::size(self.kind))?;
        self.at.checked_add(usize::try_from(offset).ok()?)
    }

    /// The value at an index as a number without a sign.
    pub(super) fn uint(&self, index: u64) -> Option<u64> {
        let at = self.place(index)?;
        match self.kind {
            1 | 7 => self.source.bytes.get(at).map(|&byte| u64::from(byte)),
            3 => self.source.u16_at(at).map(u64::from),
            4 | 13 => self.source.u32_at(at).map(u64::from),
            16 | 18 => self.source.u64_at(at),
            _ => None,
        }
    }

    /// The value at an index as a fraction, or as whatever number it is.
    pub(super) fn float(&self, index: u64) -> Option<f32> {
        let at = self.place(index)?;
        match self.kind {
            5 => Some(self.source.u32_at(at)? as f32 / self.source.u32_at(at.checked_add(4)?)? as f32),
            11 => self.source.u32_at(at).map(f32::from_bits),
            12 => self.source.u64_at(at).map(|bits| f64::from_bits(bits) as f32),
            _ => self.uint(index).map(|value| value as f32),
        }
    }

    /// All values as they are in the file, if they are in it.
    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.count.checked_mul(Self::size(self.kind))?).ok()?;
        self.source.bytes.get(self.at..self.at.checked_add(length)?)
    }
}

/// The directory of the first page.
pub(super) struct Directory<'a> {
    pub(super) source: Source<'a>,
    fields: Vec<Field<'a>>,
    /// Whether another page follows.
    pub(super) more: bool,
}

impl<'a> Directory<'a> {
    pub(super) fn first(bytes: &'a [u8]) -> Result<Directory<'a>> {
        let (big_endian, big_tiff) = match bytes.get(..4) {
            Some(b"II*\0") => (false, false),
            Some(b"MM\0*") => (true, false),
            Some(b"II+\0") => (false, true),
            Some(b"MM\0+") => (true, true),
            _ => return Err(damaged("it has no TIFF header")),
        };
        let source = Source { bytes, big_endian, big_tiff };
        let truncated = || Error::Truncated { format: "TIFF" };
        if big_tiff && source.u16_at(4) != Some(8) {
            return Err(damaged("its offsets are not of 8 bytes"));
        }
        let at = source.long_at(if big_tiff { 8 } else { 4 }).ok_or_else(truncated)?;
        Directory::at(source, at).ok_or_else(truncated)
    }

    /// The directory at an offset; `None` if the file ends before it does.
    pub(super) fn at(source: Source<'a>, offset: u64) -> Option<Directory<'a>> {
        let start = usize::try_from(offset).ok()?;
        let (head, width) = if source.big_tiff { (8, 20) } else { (2, 12) };
        let count = if source.big_tiff { source.u64_at(start)? } else { u64::from(source.u16_at(start)?) };
        let count = usize::try_from(count).ok()?;
        let first = start.checked_add(head)?;
        let end = first.checked_add(count.checked_mul(width)?)?;
        if end > source.bytes.len() {
            return None;
        }
        let fields = (first..end).step_by(width).filter_map(|at| field(source, at)).collect();
        let more = source.long_at(end).is_some_and(|next| next != 0);
        Some(Directory { source, fields, more })
    }

    pub(super) fn field(&self, tag: u16) -> Option<Field<'a>> {
        self.fields.iter().find(|field| field.tag == tag).copied()
    }

    /// Every entry, in the file's order.
    pub(super) fn fields(&self) -> &[Field<'a>] {
        &self.fields
    }

    /// The first value of a tag, or what the specification says it is when it is missing.
    pub(super) fn uint_or(&self, tag: u16, default: u64) -> Result<u64> {
        let Some(field) = self.field(tag) else { return Ok(default) };
        field.uint(0).ok_or_else(|| damaged(format!("its tag {tag} has no number")))
    }

    /// All values of a tag if they are few; a file with more than these is not understood anyway.
    pub(super) fn uints(&self, tag: u16) -> Result<Vec<u64>> {
        const MOST: u64 = 64;
        let Some(field) = self.field(tag) else { return Ok(Vec::new()) };
        (0..field.count.min(MOST))
            .map(|index| {
                field.uint(index).ok_or_else(|| damaged(format!("its tag {tag} is not all numbers")))
            })
            .collect()
    }
}

fn field(source: Source<'_>, at: usize) -> Option<Field<'_>> {
    let (tag, kind) = (source.u16_at(at)?, source.u16_at(at + 2)?);
    let count = source.long_at(at + 4)?;
    let (value, inline) = if source.big_tiff { (at + 12, 8) } else { (at + 8, 4) };
    let fits = count.checked_mul(Field::size(kind)).is_some_and(|length| length <= inline);
    let at = if fits { value } else { usize::try_from(source.long_at(value)?).ok()? };
    Some(Field { source, tag, kind, count, at })
}
