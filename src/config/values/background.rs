//! The colour under transparent pixels. Owns: its text forms. Does not own: blending.

use std::fmt;
use std::str::FromStr;

use super::InvalidValue;

/// The colour that shows through where a result cannot be transparent.
///
/// ```
/// use pipeline_images::config::Background;
/// assert_eq!("#ff8000".parse::<Background>().unwrap().rgb, [255, 128, 0]);
/// assert_eq!("white".parse::<Background>().unwrap(), Background::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Background {
    /// Red, green, blue, encoded as sRGB.
    pub rgb: [u8; 3],
}

impl Default for Background {
    fn default() -> Self {
        Self { rgb: [255; 3] }
    }
}

const NAMED: &[(&str, [u8; 3])] = &[("white", [255; 3]), ("black", [0; 3]), ("gray", [128; 3])];

impl FromStr for Background {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if let Some((_, rgb)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(Self { rgb: *rgb });
        }
        let hex = text.strip_prefix('#').filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let rgb = match (hex.map(str::len), number) {
            (Some(6), Some(number)) => {
                let [_, r, g, b] = number.to_be_bytes();
                [r, g, b]
            }
            (Some(3), Some(number)) => [8, 4, 0].map(|shift| ((number >> shift) & 15) as u8 * 17),
            _ => {
                let message =
                    format!("expected a colour such as white, black, gray or #rrggbb, found {text:?}");
                return Err(InvalidValue::new(message));
            }
        };
        Ok(Self { rgb })
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMED.iter().find(|(_, rgb)| *rgb == self.rgb) {
            return f.write_str(name);
        }
        let [r, g, b] = self.rgb;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_doubled() {
        assert_eq!("#f80".parse::<Background>().unwrap().rgb, [255, 136, 0]);
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in ["", "#", "#12345", "#+12345", "ff8000", "rainbow", "#gggggg"] {
            assert!(text.parse::<Background>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for rgb in [[0; 3], [255; 3], [128; 3], [1, 2, 3]] {
            assert_eq!(Background { rgb }.to_string().parse(), Ok(Background { rgb }));
        }
    }
}
