//! Owns errors that travel. Those of decoding arrive as they were sent; their fixed words are kept for as long as the process
//! lives, because an [`Error`] has them so, and therefore only so many of them.
//! Does not own: errors of files and outputs, which whoever decodes has none of.

use super::wire::{Bytes, Wire};
use crate::Error;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// More different words than all decoders together know.
const MOST_WORDS: usize = 512;
/// Longer than any of them, in bytes.
const LONGEST_WORD: usize = 200;

/// The same text for as long as the process lives; `None` if there are too many.
fn lasting(text: &str) -> Option<&'static str> {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = words.get(text) {
        return Some(word);
    }
    if words.len() >= MOST_WORDS || text.len() > LONGEST_WORD {
        return None;
    }
    let word: &'static str = Box::leak(text.into());
    words.insert(word);
    Some(word)
}

fn word(from: &mut Bytes<'_>) -> Option<&'static str> {
    lasting(&String::get(from)?)
}

fn put_words(kind: u8, words: &[&str], out: &mut Vec<u8>) {
    kind.put(out);
    words.iter().for_each(|word| (*word).to_owned().put(out));
}

impl Wire for Error {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Error::Empty => 0u8.put(out),
            Error::UnknownFormat => 1u8.put(out),
            Error::Unsupported { format, what } => put_words(2, &[format, what], out),
            Error::Damaged { format, reason } => put_words(3, &[format, reason], out),
            Error::Truncated { format } => put_words(4, &[format], out),
            Error::Limit { what, value, limit } => {
                put_words(5, &[what], out);
                (*value, *limit).put(out);
            }
            Error::Shape { width, height, channels, expected, found } => {
                6u8.put(out);
                ((*width, *height), (*channels, (*expected, *found))).put(out);
            }
            Error::Convert { op, reason } => put_words(7, &[op, reason], out),
            Error::Encode { format, reason } => put_words(8, &[format, reason], out),
            Error::NotAllowed { format, allowed } => {
                put_words(10, &[format], out);
                allowed.put(out);
            }
            Error::Missing
            | Error::NoMatch
            | Error::Pattern { .. }
            | Error::Landing { .. }
            | Error::NotAFile { .. }
            | Error::Io { .. }
            | Error::OutputLost { .. }
            | Error::Changed { .. }
            | Error::Rewritten
            | Error::Collision { .. }
            | Error::GivenTwice { .. }
            | Error::Exists { .. }
            | Error::Refused { .. } => put_words(9, &[&self.to_string()], out),
        }
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Some(match u8::get(from)? {
            0 => Error::Empty,
            1 => Error::UnknownFormat,
            2 => Error::Unsupported { format: word(from)?, what: Wire::get(from)? },
            3 => Error::Damaged { format: word(from)?, reason: Wire::get(from)? },
            4 => Error::Truncated { format: word(from)? },
            5 => Error::Limit { what: word(from)?, value: Wire::get(from)?, limit: Wire::get(from)? },
            6 => {
                let ((width, height), (channels, (expected, found))) = Wire::get(from)?;
                Error::Shape { width, height, channels, expected, found }
            }
            7 => Error::Convert { op: word(from)?, reason: Wire::get(from)? },
            8 => Error::Encode { format: word(from)?, reason: Wire::get(from)? },
            9 => {
                let source = std::io::Error::other(String::get(from)?);
                Error::Io { action: "cannot decode in another process", source }
            }
            10 => Error::NotAllowed { format: word(from)?, allowed: Wire::get(from)? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_once_and_not_without_end() {
        assert!(std::ptr::eq(lasting("JPEG").unwrap(), lasting("JPEG").unwrap()));
        assert_eq!(lasting(&"x".repeat(LONGEST_WORD + 1)), None);
    }
}
