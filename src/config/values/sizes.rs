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
    if number.is_empty() {
        return Err(refused());
    }
    if let Some(whole) = without_fraction(number, unit, units) {
        return Err(InvalidValue::new(format!("only whole numbers; write {whole} instead of {text}")));
    }
    let factor = factor(unit, units).ok_or_else(refused)?;
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match total.filter(|total| i64::try_from(*total).is_ok()) {
        Some(0) => Err(InvalidValue::new("must be more than 0")),
        Some(total) => Ok(total),
        None => Err(InvalidValue::new(format!("{text} is too large, at most {} is possible", most(units)))),
    }
}

fn factor(unit: &str, units: Units) -> Option<u64> {
    let named = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
    named.map(|(_, factor)| *factor).or_else(|| unit.is_empty().then_some(1))
}

/// `1536MiB` for `1` and `.5GiB`; `None` where that is no number with a fraction and a unit.
fn without_fraction(number: &str, rest: &str, units: Units) -> Option<String> {
    let rest = rest.strip_prefix('.')?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (fraction, unit) = (&rest[..digits], rest[digits..].trim_start());
    let total = format!("{number}.{fraction}").parse::<f64>().ok()? * factor(unit, units)? as f64;
    // The cast saturates, and then so large a number is refused as it should be.
    let whole = Whole(total.round().max(1.0) as u64, units);
    (digits > 0).then(|| whole.to_string())
}

struct Whole(u64, Units);

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with_unit(f, self.0, self.1)
    }
}

/// The largest number that a config file can hold, in the largest unit.
fn most(units: Units) -> String {
    let (name, factor) = units.first().copied().unwrap_or(("", 1));
    format!("{}{name}", i64::MAX as u64 / factor)
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
    fn a_fraction_and_a_number_that_is_too_large_are_told_as_that() {
        let bytes = |text: &str| text.parse::<ByteCount>().unwrap_err().to_string();
        assert_eq!(bytes("1.5GiB"), "only whole numbers; write 1536MiB instead of 1.5GiB");
        assert_eq!(bytes("0.5 mb"), "only whole numbers; write 500kB instead of 0.5 mb");
        assert!(bytes("1.5").contains("write 2 instead"));
        for text in ["9999999999TiB", "99999999999999999999999"] {
            assert_eq!(bytes(text), format!("{text} is too large, at most 8388607TiB is possible"));
        }
        let pixels = "2.5GP".parse::<PixelCount>().unwrap_err().to_string();
        assert_eq!(pixels, "only whole numbers; write 2500MP instead of 2.5GP");
        assert!(bytes("1.x").starts_with("expected a number of bytes"));
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
