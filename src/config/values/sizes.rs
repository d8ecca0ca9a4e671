//! Bytes and pixels with their units. Owns: the units' names and values. Does not own: how much memory a machine has.

use std::fmt;
use std::str::FromStr;

use super::{Amount, InvalidValue};

type Units = &'static [(&'static str, u64)];

/// Largest first, so that writing picks the shortest exact form; binary before decimal.
const BYTE_UNITS: Units = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

const PIXEL_UNITS: Units = &[("GP", 1_000_000_000), ("MP", 1_000_000), ("kP", 1_000), ("P", 1)];

/// Reads `256MiB`, `256 mib` or `268435456`.
fn with_unit(text: &str, units: Units, expected: &str) -> Result<u64, InvalidValue> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = (&text[..digits], text[digits..].trim_start());
    let refused = || InvalidValue::new(format!("expected {expected}, found {text:?}"));
    let number: u64 = number.parse().map_err(|_| refused())?;
    let factor = match units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
        Some((_, factor)) => *factor,
        None if unit.is_empty() => 1,
        None => return Err(refused()),
    };
    let total = number.checked_mul(factor).filter(|total| i64::try_from(*total).is_ok());
    match total {
        Some(0) => Err(InvalidValue::new("must be more than 0")),
        Some(total) => Ok(total),
        None => Err(InvalidValue::new(format!("{text} is too large"))),
    }
}

fn write_with_unit(f: &mut fmt::Formatter<'_>, total: u64, units: Units) -> fmt::Result {
    match units.iter().find(|(_, factor)| *factor > 1 && total >= *factor && total.is_multiple_of(*factor)) {
        Some((name, factor)) => write!(f, "{}{name}", total / factor),
        None => write!(f, "{total}"),
    }
}

fn positive(number: i64) -> Result<u64, InvalidValue> {
    let refused = || InvalidValue::new(format!("must be more than 0; found {number}"));
    u64::try_from(number).ok().filter(|n| *n > 0).ok_or_else(refused)
}

/// A number of bytes, at least 1.
///
/// ```
/// use pipeline_images::config::ByteCount;
/// assert_eq!("256MiB".parse::<ByteCount>().unwrap().0, 256 * 1024 * 1024);
/// assert_eq!("500MB".parse::<ByteCount>().unwrap().0, 500_000_000);
/// assert_eq!("4096".parse::<ByteCount>().unwrap().to_string(), "4KiB");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteCount(pub u64);

impl Amount for ByteCount {
    const EXPECTED: &'static str = "a number of bytes such as 1GiB, 256MiB, 500MB or 1048576";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        positive(number).map(Self)
    }
}

impl FromStr for ByteCount {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        with_unit(text, BYTE_UNITS, Self::EXPECTED).map(Self)
    }
}

impl fmt::Display for ByteCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_unit(f, self.0, BYTE_UNITS)
    }
}

/// A number of pixels, at least 1: `256MP` or `256000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PixelCount(pub u64);

impl Amount for PixelCount {
    const EXPECTED: &'static str = "a number of pixels such as 256MP, 2GP or 16000000";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        positive(number).map(Self)
    }
}

impl FromStr for PixelCount {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        with_unit(text, PIXEL_UNITS, Self::EXPECTED).map(Self)
    }
}

impl fmt::Display for PixelCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_unit(f, self.0, PIXEL_UNITS)
    }
}

/// The budget: the most bytes of decoded pictures in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Memory {
    /// The smaller of 1 GiB and a quarter of what is usable.
    #[default]
    Auto,
    /// Exactly this many.
    Fixed(ByteCount),
}

impl Amount for Memory {
    const EXPECTED: &'static str = "a number of bytes such as 1GiB, 256MiB, 500MB or 1048576, or \"auto\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        ByteCount::from_integer(number).map(Self::Fixed)
    }
}

impl FromStr for Memory {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        with_unit(text, BYTE_UNITS, Self::EXPECTED).map(|bytes| Self::Fixed(ByteCount(bytes)))
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(bytes) => bytes.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_binary_or_decimal_by_name() {
        for (text, bytes) in
            [("1GiB", 1 << 30), ("256 mib", 256 << 20), ("500MB", 500_000_000), ("12kB", 12_000), ("77", 77)]
        {
            assert_eq!(text.parse(), Ok(ByteCount(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "GiB", "-1GiB", "1.5GiB", "1G", "1GiBs", "0", "0MB", "9999999999TiB", "1e9", "９"] {
            assert!(text.parse::<ByteCount>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn memory_may_be_auto() {
        assert_eq!("auto".parse(), Ok(Memory::Auto));
        assert_eq!("1GiB".parse::<Memory>().unwrap().to_string(), "1GiB");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(bytes in 1..=i64::MAX as u64) {
            prop_assert_eq!(ByteCount(bytes).to_string().parse(), Ok(ByteCount(bytes)));
            prop_assert_eq!(PixelCount(bytes).to_string().parse(), Ok(PixelCount(bytes)));
        }

        #[test]
        fn any_text_is_a_size_or_an_error(text in ".{0,12}") {
            if let Ok(size) = text.parse::<ByteCount>() {
                prop_assert!(size.0 > 0);
            }
        }
    }
}
