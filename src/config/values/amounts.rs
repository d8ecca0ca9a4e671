//! Values that are a count, or a word instead of one. Owns: their bounds. Does not own: bytes and pixels (`sizes`).

use std::fmt;
use std::num::{IntErrorKind, NonZeroU8, NonZeroUsize};
use std::str::FromStr;

use super::InvalidValue;

/// A number with bounds, written as an integer or as text.
pub(crate) trait Amount: FromStr<Err = InvalidValue> + fmt::Display {
    /// What is expected, for messages: `a whole number or "auto"`.
    const EXPECTED: &'static str;

    /// The value of a plain integer.
    fn from_integer(number: i64) -> Result<Self, InvalidValue>;

    /// The value of a text that holds nothing but an integer.
    fn from_digits(text: &str) -> Result<Self, InvalidValue> {
        match text.trim().parse::<i64>() {
            Ok(number) => Self::from_integer(number),
            Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
                Err(InvalidValue::new(format!("{} is too large", text.trim())))
            }
            Err(_) => Err(InvalidValue::new(format!("expected {}, found {text:?}", Self::EXPECTED))),
        }
    }
}

fn within(number: i64, least: i64, most: i64, what: &str) -> Result<usize, InvalidValue> {
    if number < least {
        return Err(InvalidValue::new(format!("{what} must be at least {least}; found {number}")));
    }
    if number > most {
        return Err(InvalidValue::new(format!("{what} must be at most {most} (the cap); found {number}")));
    }
    usize::try_from(number).map_err(|_| InvalidValue::new(format!("{what} {number} is out of range")))
}

/// How many workers a stage has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Workers {
    /// As many as suit the usable cores and the kind of stage.
    #[default]
    Auto,
    /// Exactly this many.
    Fixed(NonZeroUsize),
}

impl Workers {
    /// The most workers of one stage.
    pub const CAP: usize = 1024;
}

impl Amount for Workers {
    const EXPECTED: &'static str = "a whole number or \"auto\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        let count = within(number, 1, Self::CAP as i64, "the number of workers of a stage")?;
        Ok(NonZeroUsize::new(count).map_or(Self::Auto, Self::Fixed))
    }
}

impl FromStr for Workers {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" { Ok(Self::Auto) } else { Self::from_digits(text) }
    }
}

impl fmt::Display for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(count) => count.fmt(f),
        }
    }
}

/// How many items fit into the queue in front of a stage; 0 hands every item over directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueCapacity(pub usize);

impl QueueCapacity {
    /// The largest capacity of one queue, in items.
    pub const CAP: usize = 65_536;
}

impl Amount for QueueCapacity {
    const EXPECTED: &'static str = "a whole number";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        within(number, 0, Self::CAP as i64, "the capacity of a queue").map(Self)
    }
}

impl FromStr for QueueCapacity {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::from_digits(text)
    }
}

impl fmt::Display for QueueCapacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The most items admitted and not yet finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Window {
    /// The sum of all workers and queue capacities.
    #[default]
    Auto,
    /// Exactly this many.
    Fixed(NonZeroUsize),
}

impl Window {
    /// The largest window, in items.
    pub const CAP: usize = 1_000_000;
}

impl Amount for Window {
    const EXPECTED: &'static str = "a whole number or \"auto\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        let count = within(number, 1, Self::CAP as i64, "the window")?;
        Ok(NonZeroUsize::new(count).map_or(Self::Auto, Self::Fixed))
    }
}

impl FromStr for Window {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "auto" { Ok(Self::Auto) } else { Self::from_digits(text) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(count) => count.fmt(f),
        }
    }
}

/// How many pictures may fail before the run stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MaxFailures {
    /// Any number.
    #[default]
    Unlimited,
    /// The run stops at the first failure above this many.
    AtMost(u64),
}

impl Amount for MaxFailures {
    const EXPECTED: &'static str = "a whole number or \"none\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        let refused =
            |_| InvalidValue::new(format!("the number of failures must be at least 0; found {number}"));
        u64::try_from(number).map(Self::AtMost).map_err(refused)
    }
}

impl FromStr for MaxFailures {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "none" { Ok(Self::Unlimited) } else { Self::from_digits(text) }
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("none"),
            Self::AtMost(count) => count.fmt(f),
        }
    }
}

/// The most of something that one picture may have, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count(pub u32);

impl Amount for Count {
    const EXPECTED: &'static str = "a whole number";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new(format!("must be from 1 to {}; found {number}", u32::MAX));
        u32::try_from(number).ok().filter(|count| *count > 0).map(Self).ok_or_else(refused)
    }
}

impl FromStr for Count {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::from_digits(text)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How long a run that is asked to end may take for what is under way, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grace(pub u64);

impl Grace {
    /// The longest, in seconds: a day.
    pub const CAP: u64 = 86_400;
}

impl Default for Grace {
    fn default() -> Self {
        Self(10)
    }
}

impl Amount for Grace {
    const EXPECTED: &'static str = "a whole number of seconds";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        within(number, 0, Self::CAP as i64, "the grace time in seconds").map(|seconds| Self(seconds as u64))
    }
}

impl FromStr for Grace {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::from_digits(text.strip_suffix('s').unwrap_or(text))
    }
}

impl fmt::Display for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The quality of lossy results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The source's quantisation tables; 90 where there are none.
    #[default]
    Keep,
    /// 1 (worst) to 100 (best).
    Fixed(NonZeroU8),
}

impl Amount for Quality {
    const EXPECTED: &'static str = "a whole number from 1 to 100 or \"keep\"";

    fn from_integer(number: i64) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new(format!("quality must be from 1 to 100; found {number}"));
        let quality = u8::try_from(number).ok().filter(|q| *q <= 100).and_then(NonZeroU8::new);
        quality.map(Self::Fixed).ok_or_else(refused)
    }
}

impl FromStr for Quality {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "keep" { Ok(Self::Keep) } else { Self::from_digits(text) }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep => f.write_str("keep"),
            Self::Fixed(quality) => quality.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_auto_or_1_to_the_cap() {
        assert_eq!("auto".parse(), Ok(Workers::Auto));
        assert_eq!("1024".parse(), Ok(Workers::Fixed(NonZeroUsize::new(1024).unwrap())));
        for refused in ["0", "-1", "1025", "100000", "2.5", "two", "", "99999999999999999999"] {
            assert!(refused.parse::<Workers>().is_err(), "{refused:?}");
        }
        let message = "100000".parse::<Workers>().unwrap_err().to_string();
        assert_eq!(message, "the number of workers of a stage must be at most 1024 (the cap); found 100000");
    }

    #[test]
    fn a_number_with_too_many_digits_is_told_as_that() {
        let message = "99999999999999999999".parse::<Workers>().unwrap_err().to_string();
        assert_eq!(message, "99999999999999999999 is too large");
    }

    #[test]
    fn a_queue_of_0_is_a_rendezvous_and_minus_1_is_refused() {
        assert_eq!("0".parse(), Ok(QueueCapacity(0)));
        assert!("-1".parse::<QueueCapacity>().unwrap_err().to_string().contains("at least 0; found -1"));
        assert!("65537".parse::<QueueCapacity>().is_err());
    }

    #[test]
    fn a_window_holds_at_least_one_item() {
        assert!("0".parse::<Window>().is_err());
        assert_eq!("1".parse::<Window>().unwrap().to_string(), "1");
    }

    #[test]
    fn a_limit_is_at_least_1() {
        assert_eq!("1".parse(), Ok(Count(1)));
        for refused in ["0", "-1", "4294967296", "1.5", "none"] {
            assert!(refused.parse::<Count>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_grace_time_is_seconds_up_to_a_day() {
        assert_eq!(("0".parse(), "30s".parse()), (Ok(Grace(0)), Ok(Grace(30))));
        for refused in ["-1", "86401", "1h", "s", "1.5"] {
            assert!(refused.parse::<Grace>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn quality_is_keep_or_1_to_100() {
        assert_eq!("keep".parse(), Ok(Quality::Keep));
        assert_eq!("100".parse::<Quality>().unwrap().to_string(), "100");
        for refused in ["0", "101", "356", "-5", "best"] {
            assert!(refused.parse::<Quality>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn no_failures_allowed_differs_from_no_cap() {
        assert_eq!("0".parse(), Ok(MaxFailures::AtMost(0)));
        assert_eq!("none".parse(), Ok(MaxFailures::Unlimited));
        assert!("-1".parse::<MaxFailures>().is_err());
    }
}
