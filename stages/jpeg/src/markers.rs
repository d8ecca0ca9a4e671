//! Owns walking over marker segments (T.81, B.1.1).
//! Does not own: what is in them, and entropy-coded data.

use crate::Error;

pub(crate) const SOI: u8 = 0xd8;
pub(crate) const EOI: u8 = 0xd9;
pub(crate) const SOS: u8 = 0xda;
pub(crate) const DQT: u8 = 0xdb;
pub(crate) const DNL: u8 = 0xdc;
pub(crate) const DHT: u8 = 0xc4;
pub(crate) const DAC: u8 = 0xcc;
pub(crate) const DRI: u8 = 0xdd;
pub(crate) const DHP: u8 = 0xde;
pub(crate) const EXP: u8 = 0xdf;
pub(crate) const APP0: u8 = 0xe0;
pub(crate) const APP14: u8 = 0xee;
pub(crate) const COM: u8 = 0xfe;

/// A marker with its parameters.
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    pub(crate) body: &'a [u8],
    /// Where the body begins in the file.
    pub(crate) at: usize,
}

/// The segments of a file, one after the other. Who meets a scan passes over its entropy-coded data.
pub(crate) struct Markers<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Markers<'a> {
    pub(crate) fn new(file: &'a [u8]) -> Result<Markers<'a>, Error> {
        if !file.starts_with(&[0xff, SOI]) {
            return Err(Error::Damaged { at: 0, expected: "the marker that starts a JPEG" });
        }
        Ok(Markers { file, at: 2 })
    }

    /// From the marker at byte `at` on.
    pub(crate) fn at(file: &'a [u8], at: usize) -> Markers<'a> {
        Markers { file, at }
    }

    /// Goes on at the marker at byte `at`.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Where the next segment, or the entropy-coded data after a scan header, begins.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The next segment. The end of the picture has an empty one.
    pub(crate) fn next(&mut self) -> Result<Segment<'a>, Error> {
        let marker = self.marker()?;
        let at = self.at;
        if marker == EOI {
            return Ok(Segment { marker, body: &[], at });
        }
        let truncated = Error::Truncated { at: self.file.len(), expected: "the rest of a marker segment" };
        let Some((&length, _)) = self.file.get(at..).and_then(|rest| rest.split_first_chunk::<2>()) else {
            return Err(truncated);
        };
        let length = usize::from(u16::from_be_bytes(length));
        if length < 2 {
            return Err(Error::Damaged { at, expected: "a segment length of at least 2" });
        }
        let body = self.file.get(at + 2..at + length).ok_or(truncated)?;
        self.at = at + length;
        Ok(Segment { marker, body, at: at + 2 })
    }

    /// The second byte of a marker; any number of 0xFF may stand before it (T.81, B.1.1.2).
    fn marker(&mut self) -> Result<u8, Error> {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
        let Some(&marker) = rest.get(fill) else {
            return Err(Error::Truncated { at: self.file.len(), expected: "a marker" });
        };
        if fill == 0 {
            return Err(Error::Damaged { at: self.at, expected: "a marker" });
        }
        self.at += fill + 1;
        Ok(marker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_bytes_may_stand_before_a_marker() {
        let mut markers = Markers::new(b"\xff\xd8\xff\xff\xff\xfe\x00\x03a").unwrap();
        let segment = markers.next().unwrap();
        assert_eq!((segment.marker, segment.body, segment.at), (COM, b"a".as_slice(), 8));
        assert!(matches!(markers.next(), Err(Error::Truncated { at: 9, .. })));
    }

    #[test]
    fn a_segment_must_be_there_whole() {
        for cut in [&b"\xff\xd8\xff\xfe\x00\x04a"[..], b"\xff\xd8\xff\xfe\x00", b"\xff\xd8\xff\xff"] {
            assert!(matches!(Markers::new(cut).unwrap().next(), Err(Error::Truncated { .. })), "{cut:?}");
        }
        let wrong = b"\xff\xd8\xff\xfe\x00\x01";
        assert!(matches!(Markers::new(wrong).unwrap().next(), Err(Error::Damaged { at: 4, .. })));
    }
}
