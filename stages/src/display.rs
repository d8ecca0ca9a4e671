//! Owns how a file name is shown to people: on one line, and without the power to move the cursor or recolour a
//! terminal. Does not own: names on disk, which keep their bytes, nor JSON, which has an escaping of its own.

use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter, Write};

/// Shows a file name so that it stays on one line and cannot be mistaken for another.
///
/// Printable characters of any script are shown as they are. Control characters become `\n`, `\r`, `\t` or `\u{1b}`;
/// so do the invisible characters that reorder text. A byte that is not UTF-8 becomes `\xff`, a backslash `\\`.
///
/// ```
/// use pipeline_stages::display::escape;
/// assert_eq!(escape("Käse/\x1b[31mred\n.jpg").to_string(), r"Käse/\u{1b}[31mred\n.jpg");
/// ```
pub fn escape<N: AsRef<OsStr> + ?Sized>(name: &N) -> Escaped<'_> {
    Escaped { name: name.as_ref() }
}

/// A file name to show; made by [`escape`].
#[derive(Debug, Clone, Copy)]
pub struct Escaped<'a> {
    name: &'a OsStr,
}

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for chunk in self.name.as_encoded_bytes().utf8_chunks() {
            chunk.valid().chars().try_for_each(|c| write_char(f, c))?;
            chunk.invalid().iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))?;
        }
        Ok(())
    }
}

fn write_char(f: &mut Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '\\' => f.write_str("\\\\"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        c if c.is_control() || reorders_or_hides(c) => write!(f, "\\u{{{:x}}}", u32::from(c)),
        c => f.write_char(c),
    }
}

/// Line separators, zero-width characters and the bidirectional controls of Unicode UAX #9.
fn reorders_or_hides(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{061c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_plain_name_is_shown_as_it_is() {
        assert_eq!(escape("photos/été 2024 (1).jpg").to_string(), "photos/été 2024 (1).jpg");
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_shown_in_hex() {
        assert_eq!(escape(OsStr::from_bytes(b"a\xff\xc3.png")).to_string(), r"a\xff\xc3.png");
    }

    #[test]
    fn a_name_cannot_imitate_an_escape() {
        assert_ne!(escape(r"a\n").to_string(), escape("a\n").to_string());
    }

    #[test]
    fn text_direction_is_never_changed() {
        assert_eq!(escape("a\u{202e}gpj.exe").to_string(), r"a\u{202e}gpj.exe");
    }

    proptest! {
        #[test]
        fn any_name_stays_on_one_line_and_names_stay_distinct(a: Vec<u8>, b: Vec<u8>) {
            let show = |bytes: &[u8]| escape(OsStr::from_bytes(bytes)).to_string();
            prop_assert!(!show(&a).chars().any(char::is_control));
            prop_assert_eq!(show(&a) == show(&b), a == b);
        }
    }
}
