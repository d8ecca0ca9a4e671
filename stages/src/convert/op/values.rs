//! Owns values that several ops take, as people write them.
//! Does not own: which op takes which.

use super::args::Problem;
use std::ops::RangeInclusive;

/// A number within a range.
pub(crate) fn number(what: &str, range: RangeInclusive<f32>) -> impl FnOnce(&str) -> Result<f32, Problem> {
    move |text| match text.parse::<f32>() {
        Ok(value) if range.contains(&value) => Ok(value),
        _ => Err(format!("no {what} `{text}`; a number from {} to {}", range.start(), range.end()).into()),
    }
}

/// A color: a name, `#rgb`, `#rrggbb` or `#rrggbbaa`; red, green, blue, alpha.
pub(crate) fn color(text: &str) -> Result<[u8; 4], Problem> {
    const NAMES: [(&str, [u8; 4]); 4] = [
        ("white", [255; 4]),
        ("black", [0, 0, 0, 255]),
        ("gray", [128, 128, 128, 255]),
        ("transparent", [0; 4]),
    ];
    if let Some((_, color)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Ok(*color);
    }
    let wrong = || format!("no color `{text}`; white, black, gray, transparent, #rgb, #rrggbb or #rrggbbaa");
    let digits = text.strip_prefix('#').ok_or_else(wrong)?;
    let nibbles: Vec<u8> = digits
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    match *nibbles.as_slice() {
        [r, g, b] => Ok([r * 17, g * 17, b * 17, 255]),
        [r, s, g, h, b, c] => Ok([r * 16 + s, g * 16 + h, b * 16 + c, 255]),
        [r, s, g, h, b, c, a, d] => Ok([r * 16 + s, g * 16 + h, b * 16 + c, a * 16 + d]),
        _ => Err(wrong().into()),
    }
}

/// A color as [`color`] reads it.
pub(crate) fn show_color([r, g, b, a]: [u8; 4]) -> String {
    if a == 255 { format!("#{r:02x}{g:02x}{b:02x}") } else { format!("#{r:02x}{g:02x}{b:02x}{a:02x}") }
}
