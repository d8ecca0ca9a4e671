//! Which formats are read. Owns: their names in a list. Does not own: how a file's format is told.

use std::fmt;
use std::str::FromStr;

use super::InvalidValue;

/// A format's names; the first is the one that is written.
const NAMES: [&[&str]; 14] = [
    &["jpeg", "jpg", "jpe", "jfif"],
    &["png", "apng"],
    &["webp"],
    &["tiff", "tif"],
    &["bmp", "dib"],
    &["gif"],
    &["pnm", "pgm", "ppm", "pbm", "pam"],
    &["qoi"],
    &["tga"],
    &["ico"],
    &["hdr"],
    &["farbfeld", "ff"],
    &["jxl"],
    &["avif", "avifs"],
];

/// The formats that are read; files in others are refused by name.
///
/// ```
/// use pipeline_images::config::Allow;
/// let allow: Allow = "jpeg,png".parse().unwrap();
/// assert!(allow.contains(&["jpg"]) && !allow.contains(&["gif"]));
/// assert_eq!("all".parse::<Allow>().unwrap(), Allow::ALL);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Allow(u16);

impl Allow {
    /// Every format.
    pub const ALL: Self = Self((1 << NAMES.len()) - 1);

    /// Whether a format is among them, given any of its names.
    #[must_use]
    pub fn contains(self, names: &[&str]) -> bool {
        names.iter().filter_map(|name| bit(name)).any(|bit| self.0 & bit != 0)
    }
}

fn bit(name: &str) -> Option<u16> {
    let name = name.to_ascii_lowercase();
    let place = NAMES.iter().position(|names| names.contains(&name.as_str()))?;
    Some(1 << place)
}

fn first_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|names| names[0])
}

impl FromStr for Allow {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text == "all" {
            return Ok(Self::ALL);
        }
        text.split(',').try_fold(Self(0), |allowed, name| match bit(name.trim()) {
            Some(bit) => Ok(Self(allowed.0 | bit)),
            None => Err(InvalidValue::new(format!(
                "unknown format {:?}; use all, or a list of: {}",
                name.trim(),
                first_names().collect::<Vec<_>>().join(", ")
            ))),
        })
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("all");
        }
        let names: Vec<&str> = first_names().filter(|name| self.contains(&[name])).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in ["all", "jpeg", "jpeg,png", "tiff,avif"] {
            assert_eq!(text.parse::<Allow>().unwrap().to_string(), text);
        }
        assert_eq!("PNG, jpg".parse::<Allow>().unwrap().to_string(), "jpeg,png");
    }

    #[test]
    fn an_unknown_format_is_named_with_the_known_ones() {
        let message = "jpeg,heic".parse::<Allow>().unwrap_err().to_string();
        assert!(
            message.starts_with("unknown format \"heic\"; use all, or a list of: jpeg, png"),
            "{message}"
        );
        assert!("".parse::<Allow>().is_err() && "all,png".parse::<Allow>().is_err());
    }
}
