//! Owns reading bytes and finding markers where there may be none (libjpeg: `jdatasrc.c`, `jdmarker.c`).
//! Does not own: what marker segments say (see `headers.rs`).

use crate::markers::EOI;

/// What was irregular about a file so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// Where the first place is, and what was expected there.
    pub(super) first: Option<(usize, &'static str)>,
    /// How many places there are.
    pub(super) count: usize,
}

/// A file that never ends: after its last byte come end markers.
pub(super) struct Source<'a> {
    file: &'a [u8],
    at: usize,
    /// A marker that was met and is not dealt with yet; 0 for none. Entropy-coded data is not read past it.
    marker: u8,
    damage: Damage,
}

/// What to do about a marker that is not the restart marker whose turn it is.
#[derive(Debug, PartialEq, Eq)]
enum Recovery {
    /// Forget it and go on behind it.
    Discard,
    /// Look for the next one.
    Advance,
    /// Leave it where it is: the data up to it is missing.
    Leave,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a [u8]) -> Source<'a> {
        Source { file, at: 0, marker: 0, damage: Damage::default() }
    }

    /// How many bytes were read, those that were made up not counted.
    pub(super) fn position(&self) -> usize {
        self.at.min(self.file.len())
    }

    pub(super) fn damage(&self) -> Damage {
        self.damage
    }

    /// Notes that something else was expected at byte `at`.
    pub(super) fn note(&mut self, at: usize, expected: &'static str) {
        self.damage.first.get_or_insert((at, expected));
        self.damage.count += 1;
    }

    /// Notes that something else was expected here.
    pub(super) fn note_here(&mut self, expected: &'static str) {
        self.note(self.position(), expected);
    }

    pub(super) fn byte(&mut self) -> u8 {
        let byte = self.file.get(self.at).copied();
        let beyond = self.at.saturating_sub(self.file.len());
        self.at = self.at.saturating_add(1);
        byte.unwrap_or_else(|| {
            if beyond == 0 {
                self.note_here("the end of the picture");
            }
            if beyond.is_multiple_of(2) { 0xff } else { EOI }
        })
    }

    pub(super) fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// Passes over so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        if self.at <= self.file.len() && bytes > self.file.len() - self.at {
            self.note(self.file.len(), "the rest of a marker segment");
        }
        self.at = self.at.saturating_add(bytes);
    }

    /// The next byte of entropy-coded data; `None` from the next marker on.
    pub(super) fn data(&mut self) -> Option<u8> {
        if self.marker != 0 {
            return None;
        }
        let byte = self.byte();
        if byte != 0xff {
            return Some(byte);
        }
        let mut code = 0xff;
        while code == 0xff {
            code = self.byte();
        }
        self.marker = code;
        (code == 0).then_some(0xff)
    }

    /// The marker that was met and is not dealt with yet; 0 for none.
    pub(super) fn pending(&self) -> u8 {
        self.marker
    }

    /// Takes the pending marker, or else the next one that is found, over whatever stands before it.
    pub(super) fn marker(&mut self) -> u8 {
        match core::mem::take(&mut self.marker) {
            0 => self.next_marker(),
            pending => pending,
        }
    }

    fn next_marker(&mut self) -> u8 {
        let (from, mut passed) = (self.position(), false);
        let marker = loop {
            while self.byte() != 0xff {
                passed = true;
            }
            let mut code = 0xff;
            while code == 0xff {
                code = self.byte();
            }
            if code != 0 {
                break code;
            }
            passed = true;
        };
        if passed {
            self.note(from, "a marker");
        }
        marker
    }

    /// Goes on behind the restart marker of this number (0 to 7), or wherever `jpeg_resync_to_restart` would.
    pub(super) fn restart(&mut self, number: u8) {
        self.marker = self.marker();
        if self.marker == 0xd0 | number {
            self.marker = 0;
            return;
        }
        self.note_here("the next restart marker");
        loop {
            match Recovery::of(self.marker, number) {
                Recovery::Discard => {
                    self.marker = 0;
                    return;
                }
                Recovery::Advance => self.marker = self.next_marker(),
                Recovery::Leave => return,
            }
        }
    }
}

impl Recovery {
    /// A restart marker that was to come soon means that the one before it was lost; one that has been, that it came again.
    fn of(marker: u8, number: u8) -> Recovery {
        match marker {
            0..0xc0 => Recovery::Advance,
            0xd0..=0xd7 => match marker.wrapping_sub(number) & 7 {
                1 | 2 => Recovery::Leave,
                6 | 7 => Recovery::Advance,
                _ => Recovery::Discard,
            },
            _ => Recovery::Leave,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_the_end_there_are_end_markers() {
        let mut source = Source::new(b"a");
        assert_eq!([source.byte(), source.byte(), source.byte(), source.byte()], [b'a', 0xff, EOI, 0xff]);
        assert_eq!(source.damage().first, Some((1, "the end of the picture")));
        let mut source = Source::new(b"ab\xff");
        source.skip(4);
        assert_eq!((source.byte(), source.byte()), (EOI, 0xff), "what is skipped counts");
    }

    #[test]
    fn data_ends_at_a_marker_and_stuffed_bytes_are_taken_out() {
        let mut source = Source::new(b"a\xff\x00\xff\xff\x00\xff\xff\xd3b");
        let data: [_; 5] = core::array::from_fn(|_| source.data());
        assert_eq!(data, [Some(b'a'), Some(0xff), Some(0xff), None, None]);
        assert_eq!((source.pending(), source.marker(), source.data()), (0xd3, 0xd3, Some(b'b')));
        assert_eq!(source.damage(), Damage::default());
    }

    #[test]
    fn a_marker_is_found_behind_garbage() {
        let mut source = Source::new(b"\xff\xdaab\xff\x00c\xff\xd0");
        assert_eq!((source.marker(), source.damage().count), (0xda, 0));
        assert_eq!((source.marker(), source.damage().first), (0xd0, Some((2, "a marker"))));
        assert_eq!(source.marker(), EOI);
    }

    #[test]
    fn restarts_are_found_again() {
        let after = |file: &[u8], number| {
            let mut source = Source::new(file);
            source.restart(number);
            (source.pending(), source.position(), source.damage().count)
        };
        assert_eq!(after(b"\xff\xd2abc", 2), (0, 2, 0), "its turn");
        assert_eq!(after(b"\xff\xd2abc", 1), (0xd2, 2, 1), "the one after it");
        assert_eq!(after(b"\xff\xd2abc\xff\xd3d", 3), (0, 7, 2), "the one before it again");
        assert_eq!(after(b"\xff\xd2abc", 6), (0, 2, 1), "far away");
        assert_eq!(after(b"\xff\xd9", 6), (EOI, 2, 1), "the end");
        assert_eq!(after(b"\xff\x02\xff\xd6", 6), (0, 4, 1), "no marker at all");
    }
}
