//! Owns lists: one file name after the other from any reader, ended by newlines or by NUL bytes.
//! Does not own: whether these files exist, which is found out when they are read, by as many readers as there are.

use std::ffi::OsString;
use std::fmt::{self, Debug, Formatter};
use std::io::{self, BufRead, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Longer than any path that an operating system takes: a "list" that is really a film must not fill the memory.
const LONGEST_NAME: u64 = 65_536;

/// What stands between the names of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// A newline. A carriage return before it belongs to it; names that contain either need [`Separator::Nul`].
    Newline,
    /// A NUL byte, as from `find -print0`: the only byte that no file name contains.
    Nul,
}

/// A list that is being read.
pub(super) struct List {
    reader: Option<Box<dyn BufRead + Send>>,
    separator: Separator,
}

impl List {
    pub(super) fn new(reader: Box<dyn BufRead + Send>, separator: Separator) -> Self {
        Self { reader: Some(reader), separator }
    }

    fn read_name(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let end = match self.separator {
            Separator::Newline => b'\n',
            Separator::Nul => 0,
        };
        loop {
            let mut name = Vec::new();
            if reader.as_mut().take(LONGEST_NAME).read_until(end, &mut name)? == 0 {
                return Ok(None);
            }
            if name.last() == Some(&end) {
                name.pop();
            } else if name.len() as u64 == LONGEST_NAME {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a name of more than 64 KiB: not a list of files?",
                ));
            }
            if self.separator == Separator::Newline && name.last() == Some(&b'\r') {
                name.pop();
            }
            if !name.is_empty() {
                return Ok(Some(name));
            }
        }
    }
}

/// Ends after the first error.
impl Iterator for List {
    type Item = io::Result<PathBuf>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read_name();
        if !matches!(read, Ok(Some(_))) {
            self.reader = None;
        }
        read.transpose().map(|name| name.map(|bytes| PathBuf::from(OsString::from_vec(bytes))))
    }
}

impl Debug for List {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("separator", &self.separator).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    fn names(list: &'static [u8], separator: Separator) -> Vec<PathBuf> {
        List::new(Box::new(list), separator).map(Result::unwrap).collect()
    }

    #[test]
    fn names_are_separated_by_newlines_and_empty_lines_are_passed_over() {
        assert_eq!(
            names(b"a.jpg\n\nx/b c.jpg\r\nlast", Separator::Newline),
            ["a.jpg", "x/b c.jpg", "last"].map(PathBuf::from)
        );
    }

    #[test]
    fn names_separated_by_nul_may_contain_newlines() {
        assert_eq!(names(b"a\nb.jpg\0c\r\0", Separator::Nul), ["a\nb.jpg", "c\r"].map(PathBuf::from));
    }

    #[test]
    fn scenario_29_a_name_that_is_not_utf8_keeps_its_bytes() {
        assert_eq!(
            names(b"\xff\xfe.jpg\n", Separator::Newline),
            [PathBuf::from(OsStr::from_bytes(b"\xff\xfe.jpg"))]
        );
    }

    #[test]
    fn a_film_given_as_a_list_ends_with_one_error() {
        let film = io::BufReader::new(io::repeat(7));
        let all: Vec<_> = List::new(Box::new(film), Separator::Newline).collect();
        assert!(matches!(all.as_slice(), [Err(_)]));
    }
}
