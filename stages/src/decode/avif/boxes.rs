//! Owns walking over boxes, and reading big-endian numbers off the front of one.
//! Does not own: what the boxes mean.

use super::TRUNCATED;
use crate::Result;

/// The boxes that stand one after the other in some bytes: type and content. What is cut off ends the walk.
pub(super) struct Boxes<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let &[a, b, c, d, e, f, g, h] = self.0.first_chunk::<8>()?;
        let (head, length) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, self.0.len()),
            1 => {
                let long: [u8; 8] = self.0.get(8..16)?.try_into().ok()?;
                (16, usize::try_from(u64::from_be_bytes(long)).ok()?)
            }
            length => (8, length as usize),
        };
        let content = self.0.get(head..length)?;
        self.0 = &self.0[length..];
        Some(([e, f, g, h], content))
    }
}

/// The content of the first box of a type.
pub(super) fn find<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes(bytes).find(|found| found.0 == *kind).map(|found| found.1)
}

/// Takes numbers off the front.
pub(super) struct Numbers<'a>(pub(super) &'a [u8]);

impl<'a> Numbers<'a> {
    /// A number of 0, 1, 2, 3, 4 or 8 bytes; one of 0 bytes is 0.
    pub(super) fn take(&mut self, bytes: usize) -> Result<u64> {
        Ok(self.bytes(bytes)?.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(TRUNCATED)?;
        self.0 = rest;
        Ok(front)
    }

    /// The version of a full box; its flags are passed over.
    pub(super) fn version(&mut self) -> Result<u8> {
        Ok((self.take(4)? >> 24) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_walked_over_by_their_lengths() {
        let bytes = b"\0\0\0\x0aabcd12\0\0\0\x01longabc\0\0\0\0\0";
        let found: Vec<_> = Boxes(bytes).collect();
        assert_eq!(found, [(*b"abcd", b"12".as_slice())]);
        let last: Vec<_> = Boxes(b"\0\0\0\0last123").collect();
        assert_eq!(last, [(*b"last", b"123".as_slice())]);
        let long: Vec<_> = Boxes(b"\0\0\0\x01long\0\0\0\0\0\0\0\x11x\0").collect();
        assert_eq!(long, [(*b"long", b"x".as_slice())]);
    }
}
