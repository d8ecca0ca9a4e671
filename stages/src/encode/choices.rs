//! Owns choices that a few formats have: how colors of a JPEG are sampled, how many bits a pixel takes.
//! Does not own: what each format makes of them.

use std::fmt;
use std::str::FromStr;

/// How many samples of color a JPEG keeps. Its luma is kept in full.
///
/// ```
/// use pipeline_stages::Subsampling;
///
/// assert_eq!("4:2:0".parse(), Ok(Subsampling::Both));
/// assert_eq!(Subsampling::None.to_string(), "4:4:4");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Subsampling {
    /// That of the JPEG the picture came from when its quality is kept; else all from quality 90 on, below half of them in
    /// both directions.
    #[default]
    Auto,
    /// 4:4:4: all.
    None,
    /// 4:2:2: half of them horizontally.
    Horizontal,
    /// 4:2:0: half of them horizontally and vertically.
    Both,
}

const SUBSAMPLINGS: [(Subsampling, &str); 4] = [
    (Subsampling::Auto, "auto"),
    (Subsampling::None, "4:4:4"),
    (Subsampling::Horizontal, "4:2:2"),
    (Subsampling::Both, "4:2:0"),
];

impl fmt::Display for Subsampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(SUBSAMPLINGS[*self as usize].1)
    }
}

impl FromStr for Subsampling {
    type Err = String;

    fn from_str(text: &str) -> Result<Subsampling, String> {
        let found = SUBSAMPLINGS.iter().find(|(_, name)| *name == text).map(|(choice, _)| *choice);
        found.ok_or_else(|| format!("no subsampling `{text}`; one of auto, 4:4:4, 4:2:2, 4:2:0"))
    }
}

/// How many bits a pixel takes in the file.
///
/// ```
/// use pipeline_stages::Bits;
///
/// assert_eq!("1".parse(), Ok(Bits::One));
/// assert!("2".parse::<Bits>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Bits {
    /// As many as the picture's samples have; fewer in a PNG where that loses nothing and the effort is balanced or best.
    #[default]
    Auto,
    /// One: black and white, as PNG or PNM. A picture with anything between fails.
    One,
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Bits::Auto => "auto",
            Bits::One => "1",
        })
    }
}

impl FromStr for Bits {
    type Err = String;

    fn from_str(text: &str) -> Result<Bits, String> {
        match text {
            "auto" => Ok(Bits::Auto),
            "1" => Ok(Bits::One),
            _ => Err(format!("no number of bits `{text}`; auto or 1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_written_as_they_are_read() {
        for (choice, name) in SUBSAMPLINGS {
            assert_eq!((choice.to_string().as_str(), name.parse()), (name, Ok(choice)));
        }
        for choice in [Bits::Auto, Bits::One] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
    }
}
