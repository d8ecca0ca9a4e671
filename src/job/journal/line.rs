//! Owns a record as a line: the CRC-32 of the rest in eight hexadecimal digits, a space, JSON, a newline. So it can be
//! read with any tool (`cut -c10-`), and a line that is not whole is told from one that is.
//!
//! The CRC is that of ISO 3309 (as in zlib and PNG): it is there against torn and rotten lines, not against forgery.

use super::record::Record;
use serde::Deserialize;
use std::borrow::Cow;

/// Characters in front of the JSON.
const HEAD: usize = 9;

pub(super) fn encode(record: &Record) -> serde_json::Result<Vec<u8>> {
    let mut line = b"00000000 ".to_vec();
    // JSON escapes control characters, so it holds no newline.
    serde_json::to_writer(&mut line, record)?;
    let sum = format!("{:08x}", crc32fast::hash(&line[HEAD..]));
    line[..HEAD - 1].copy_from_slice(sum.as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// The JSON of a line without its newline, if its checksum is right.
fn checked(line: &[u8]) -> Option<&[u8]> {
    let (sum, json) = (line.get(..HEAD - 1)?, line.get(HEAD..)?);
    let digits = std::str::from_utf8(sum).ok().filter(|sum| sum.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let sum = u32::from_str_radix(digits, 16).ok()?;
    (line[HEAD - 1] == b' ' && crc32fast::hash(json) == sum).then_some(json)
}

/// The record of a line without its newline; `None` if it is damaged, or of a later version.
pub(super) fn decode(line: &[u8]) -> Option<Record> {
    serde_json::from_slice(checked(line)?).ok()
}

/// What the index wants to know of a line.
#[derive(Debug, PartialEq)]
pub(super) enum Glance<'l> {
    /// Nothing can be said about it.
    Damaged,
    /// An input, by its name.
    Item(Cow<'l, str>),
    /// The beginning or the end of a run.
    Mark(Box<Record>),
    /// Whole, but of a kind that this version does not know.
    Unknown,
}

/// As much of a line as the index needs, at a fraction of the cost of reading all of it.
pub(super) fn glance(line: &[u8]) -> Glance<'_> {
    #[derive(Deserialize)]
    struct Item<'l> {
        #[serde(borrow)]
        item: Name<'l>,
    }
    #[derive(Deserialize)]
    struct Name<'l> {
        #[serde(rename = "in", borrow)]
        input: Cow<'l, str>,
    }
    let Some(json) = checked(line) else { return Glance::Damaged };
    if let Ok(Item { item }) = serde_json::from_slice::<Item<'_>>(json) {
        return Glance::Item(item.input);
    }
    match serde_json::from_slice(json) {
        Ok(record) => Glance::Mark(Box::new(record)),
        Err(_) => Glance::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Item, Status};
    use super::*;
    use proptest::prelude::*;

    fn item(input: &str) -> Record {
        Record::Item(Item { input: input.to_owned(), is: Status::Failed, ..Item::default() })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(name in ".*") {
            let line = encode(&item(&name)).unwrap();
            let (end, line) = line.split_last().unwrap();
            prop_assert_eq!(*end, b'\n');
            prop_assert!(!line.contains(&b'\n'));
            prop_assert_eq!(decode(line), Some(item(&name)));
            prop_assert_eq!(glance(line), Glance::Item(name.into()));
        }

        #[test]
        fn a_line_with_a_wrong_byte_or_cut_short_is_damaged(at in 0..100_000usize, change in 1..=255u8) {
            let mut line = encode(&item("/photos/a.jpg")).unwrap();
            line.pop();
            let at = at % line.len();
            prop_assert_eq!(glance(&line[..at]), Glance::Damaged);
            line[at] ^= change;
            // A digit in capitals is the same digit.
            if at >= HEAD || change != b' ' {
                prop_assert_eq!(glance(&line), Glance::Damaged);
            }
        }

        #[test]
        fn anything_at_all_may_be_looked_at(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (glance(&line), decode(&line));
        }
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over() {
        let json = br#"{"thumbnail":{"in":"a"}}"#;
        let line = [format!("{:08x} ", crc32fast::hash(json)).as_bytes(), json].concat();
        assert_eq!(glance(&line), Glance::Unknown);
        assert_eq!(decode(&line), None);
    }
}
