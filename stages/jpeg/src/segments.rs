//! Owns cutting entropy-coded data at its restart markers and taking stuffed bytes out of it (T.81, B.1.1.5 and F.1.2.3).
//! Does not own: the codes in it.

use crate::Error;
use crate::bits::PADDING;
use crate::markers::EOI;
use alloc::vec::Vec;

/// The entropy-coded segments of a scan.
pub(crate) struct Segments<'a> {
    file: &'a [u8],
    /// Where the current segment begins in the file, and where the next one does.
    begin: usize,
    at: usize,
    /// How many were given so far.
    given: usize,
}

impl<'a> Segments<'a> {
    /// Over the data of a scan that begins at byte `at` of the file.
    pub(crate) fn new(file: &'a [u8], at: usize) -> Segments<'a> {
        Segments { file, begin: at, at, given: 0 }
    }

    /// Writes the next segment to `into`, followed by [`PADDING`] zeros. After it must come what belongs there: the restart
    /// marker whose turn it is (T.81, E.1.4), or, if it is the `last`, any other marker.
    #[inline(always)]
    pub(crate) fn next(&mut self, last: bool, into: &mut Vec<u8>) -> Result<(), Error> {
        into.clear();
        self.begin = self.at;
        let marker = self.unstuff(into)?;
        into.extend([0; PADDING]);
        let restart = 0xd0 | (self.given & 7) as u8;
        self.given += 1;
        let at = self.at - 2;
        match (last, marker) {
            (true, 0xd0..=0xd7) => Err(Error::Damaged { at, expected: "the end of the scan" }),
            (true, _) => Ok(()),
            (false, EOI) => Err(Error::Truncated { at, expected: "a restart marker" }),
            (false, marker) if marker == restart => Ok(()),
            (false, _) => Err(Error::Damaged { at, expected: "the next restart marker" }),
        }
    }

    /// Where the marker behind the last given segment stands.
    pub(crate) fn end(&self) -> usize {
        self.at - 2
    }

    /// Copies up to the next marker, and gives that.
    #[inline(always)]
    fn unstuff(&mut self, into: &mut Vec<u8>) -> Result<u8, Error> {
        loop {
            let rest = self.file.get(self.at..).unwrap_or_default();
            let plain = until_ff(rest);
            let fill = rest[plain..].iter().take_while(|&&byte| byte == 0xff).count();
            let Some(&code) = rest.get(plain + fill) else {
                return Err(Error::Truncated { at: self.file.len(), expected: "the end of the picture" });
            };
            self.at += plain + fill + 1;
            into.extend_from_slice(&rest[..plain]);
            if code != 0 {
                return Ok(code);
            }
            into.push(0xff);
        }
    }

    /// Where in the file the byte is that stands at `unstuffed` of the current segment.
    pub(crate) fn in_file(&self, unstuffed: usize) -> usize {
        let data = &self.file[self.begin..self.at];
        let mut before = 0;
        let stuffed = |at: usize| at > 0 && data[at] == 0 && data[at - 1] == 0xff;
        let found = (0..data.len()).find(|&at| {
            before += usize::from(!stuffed(at));
            before > unstuffed
        });
        self.begin + found.unwrap_or(data.len())
    }
}

/// Where the marker stands that ends the scan whose entropy-coded data begins at byte `at`.
pub(crate) fn end_of_scan(file: &[u8], mut at: usize) -> Result<usize, Error> {
    loop {
        let rest = file.get(at..).unwrap_or_default();
        at += until_ff(rest);
        match file.get(at + 1) {
            None => return Err(Error::Truncated { at: file.len(), expected: "the end of the scan" }),
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
        }
    }
}

/// How many bytes come before the first 0xFF. Looks at 32 at once, since one in a few hundred is, then at 8.
#[inline(always)]
pub(crate) fn until_ff(bytes: &[u8]) -> usize {
    let mut clear = 0;
    for chunk in bytes.as_chunks::<32>().0 {
        let mut any = false;
        for &byte in chunk {
            any |= byte == 0xff;
        }
        if any {
            break;
        }
        clear += 32;
    }
    for chunk in bytes[clear..].as_chunks().0 {
        // The lowest bit that is set is in the first byte that is zero: a borrow only goes up.
        let zero_if_ff = !u64::from_le_bytes(*chunk);
        let found = zero_if_ff.wrapping_sub(0x0101_0101_0101_0101) & !zero_if_ff & 0x8080_8080_8080_8080;
        if found != 0 {
            return clear + found.trailing_zeros() as usize / 8;
        }
        clear += 8;
    }
    clear + bytes[clear..].iter().take_while(|&&byte| byte != 0xff).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(file: &[u8]) -> Result<Vec<u8>, Error> {
        let mut data = Vec::new();
        Segments::new(file, 0).next(true, &mut data)?;
        data.truncate(data.len() - PADDING);
        Ok(data)
    }

    #[test]
    fn stuffed_bytes_are_taken_out_and_the_rest_is_kept() {
        assert_eq!(only(b"ab\xff\x00c\xff\xff\xd9").unwrap(), b"ab\xffc");
        let long = [&[7; 100][..], b"\xff\x00", &[8; 40], b"\xff\xd9"].concat();
        assert_eq!(only(&long).unwrap(), [&[7; 100][..], b"\xff", &[8; 40]].concat());
    }

    #[test]
    fn the_end_must_be_there() {
        assert_eq!(only(b"ab").unwrap_err(), Error::Truncated { at: 2, expected: "the end of the picture" });
        assert_eq!(
            only(b"ab\xff\xff").unwrap_err(),
            Error::Truncated { at: 4, expected: "the end of the picture" }
        );
        assert_eq!(
            only(b"a\xff\xd0").unwrap_err(),
            Error::Damaged { at: 1, expected: "the end of the scan" }
        );
    }

    #[test]
    fn a_scan_ends_at_the_first_marker_that_is_no_restart() {
        let file = b"a\xff\x00\xff\xd3\xff\x00b\xff\xff\xda";
        assert_eq!(end_of_scan(file, 0), Ok(9));
        let mut segments = Segments::new(b"a\xff\xff\xdac", 0);
        segments.next(true, &mut Vec::new()).unwrap();
        assert_eq!(segments.end(), 2);
        assert!(matches!(end_of_scan(b"a\xff\x00\xff\xd3\xff", 0), Err(Error::Truncated { at: 6, .. })));
    }

    #[test]
    fn restart_markers_come_in_turn() {
        let file: Vec<u8> = (0..20u8).flat_map(|n| [n, 0xff, 0xd0 | n & 7]).collect();
        let mut segments = Segments::new(&file, 0);
        let mut data = Vec::new();
        for n in 0..20 {
            segments.next(false, &mut data).unwrap();
            assert_eq!(data[..data.len() - PADDING], [n]);
        }
        let mut segments = Segments::new(b"a\xff\xd0b\xff\xd2c", 0);
        segments.next(false, &mut data).unwrap();
        let expected = "the next restart marker";
        assert_eq!(segments.next(false, &mut data), Err(Error::Damaged { at: 4, expected }));
    }

    #[test]
    fn places_are_told_in_bytes_of_the_file() {
        let mut segments = Segments::new(b"..a\xff\x00b\xff\xd9", 2);
        segments.next(true, &mut Vec::new()).unwrap();
        assert_eq!([0, 1, 2].map(|at| segments.in_file(at)), [2, 3, 5]);
    }
}
