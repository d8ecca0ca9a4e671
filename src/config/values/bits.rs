//! How many bits a pixel of a result takes. Owns: its text form. Does not own: which formats can.

use std::fmt;
use std::str::FromStr;

use super::{Amount, InvalidValue};

/// Bits of a pixel.
///
/// ```
/// use pipeline_images::config::Bits;
/// assert_eq!("1".parse(), Ok(Bits::One));
/// assert_eq!("auto".parse::<Bits>().unwrap(), Bits::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bits {
    /// As many as the picture has; fewer where that loses nothing and there is time for it.
    #[default]
    Auto,
    /// One: black and white.
    One,
}

impl Amount for Bits {
    const EXPECTED: &'static str = "1 or \"auto\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        if number == 1 {
            return Ok(Self::One);
        }
        Err(InvalidValue::new(format!(
            "bits must be 1 or \"auto\"; found {number}; 8 and 16 are made by the op depth"
        )))
    }
}

impl FromStr for Bits {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" { Ok(Self::Auto) } else { Self::from_digits(text) }
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::One => "1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_auto_or_1() {
        for bits in [Bits::Auto, Bits::One] {
            assert_eq!(bits.to_string().parse(), Ok(bits));
        }
        for refused in ["0", "2", "8", "16", "one", ""] {
            assert!(refused.parse::<Bits>().is_err(), "{refused:?}");
        }
    }
}
