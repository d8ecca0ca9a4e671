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

/// A level with white at 255, whatever the depth: a number, or percent of white.
pub(crate) fn level(text: &str) -> Result<f32, Problem> {
    let wrong = || format!("no level `{text}`; 0 (black) to 255 (white), or 0% to 100%");
    let value: Option<f64> = match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().map(|percent: f64| percent * 255.0 / 100.0),
        None => text.parse().ok(),
    };
    Ok(value.filter(|value| (0.0..=255.0).contains(value)).ok_or_else(wrong)? as f32)
}

/// Two levels: `BLACK,WHITE`.
pub(crate) fn two_levels(text: &str) -> Result<[f32; 2], Problem> {
    pair(text, ',', level)
        .unwrap_or_else(|| Err(format!("`{text}` is not two levels; BLACK,WHITE").into()))
        .map(<[f32; 2]>::from)
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

/// A length in pixels, at least 1.
pub(crate) fn side(text: &str) -> Result<u32, Problem> {
    match text.parse::<u32>() {
        // `+5` is a number for Rust, and an offset for people.
        Ok(side) if side > 0 && !text.starts_with('+') => Ok(side),
        _ => Err(format!("no number of pixels `{text}`; one from 1 to {}", u32::MAX).into()),
    }
}

/// Two numbers with a sign between them, each read by the same rule; errors point into the second too.
pub(crate) fn pair<T>(
    text: &str,
    between: char,
    parse: impl Fn(&str) -> Result<T, Problem>,
) -> Option<Result<(T, T), Problem>> {
    let (first, second) = text.split_once(between)?;
    let behind = first.chars().count() + 1;
    let second = |first: T| {
        let second = parse(second).map_err(|problem| Problem { at: problem.at + behind, ..problem })?;
        Ok((first, second))
    };
    Some(parse(first).and_then(second))
}

/// A rectangle's size in pixels: `WxH`.
pub(crate) fn size(text: &str) -> Result<(u32, u32), Problem> {
    pair(text, 'x', side)
        .unwrap_or_else(|| Err(format!("no size `{text}`; write WxH, such as 640x480").into()))
}

/// How wide to how high: `16:9`.
pub(crate) fn aspect(text: &str) -> Option<Result<(u32, u32), Problem>> {
    pair(text, ':', |text| {
        side(text).map_err(|_| format!("no number `{text}`; an aspect is like 16:9").into())
    })
}
