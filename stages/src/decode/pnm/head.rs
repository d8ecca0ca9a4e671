//! Owns the header of the Netpbm formats.
//! Does not own: samples.

use super::{TRUNCATED, damaged};
use crate::{Color, Error, Result};

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Text,
    Bits,
    Bytes,
}

pub(super) struct Head {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: Color,
    pub(super) coding: Coding,
    /// PBM, where 1 is black.
    pub(super) bitmap: bool,
    /// The value that is white, 1 to 65535.
    pub(super) largest: u32,
    /// Where the samples begin.
    pub(super) pixels: usize,
}

impl Head {
    pub(super) fn read(bytes: &[u8]) -> Result<Head> {
        let (color, coding) = match bytes.get(1).ok_or(TRUNCATED)? {
            b'1' => (Color::Gray, Coding::Text),
            b'2' => (Color::Gray, Coding::Text),
            b'3' => (Color::Rgb, Coding::Text),
            b'4' => (Color::Gray, Coding::Bits),
            b'5' => (Color::Gray, Coding::Bytes),
            b'6' => (Color::Rgb, Coding::Bytes),
            _ => return pam(bytes),
        };
        let bitmap = matches!(bytes[1], b'1' | b'4');
        let mut at = 2;
        let mut next = || {
            let (value, used) = number(&bytes[at..]).ok_or_else(|| no_number(&bytes[at..]))?;
            at += used;
            Ok(value)
        };
        let (width, height) = (next()?, next()?);
        let largest = if bitmap { 1 } else { next()? };
        check_largest(largest)?;
        // One byte of white space follows, or a comment that ends with one.
        let pixels = match bytes.get(at) {
            _ if coding == Coding::Text => at,
            Some(b'#') => at + bytes[at..].iter().position(|&byte| byte == b'\n').ok_or(TRUNCATED)? + 1,
            Some(byte) if byte.is_ascii_whitespace() => at + 1,
            Some(_) => return Err(damaged("its header is not followed by white space")),
            None => return Err(TRUNCATED),
        };
        Ok(Head { width, height, color, coding, bitmap, largest, pixels })
    }
}

fn no_number(rest: &[u8]) -> Error {
    if rest.len() == skip_space(rest) {
        TRUNCATED
    } else {
        damaged("its header has something that is not a number")
    }
}

fn check_largest(largest: u32) -> Result<()> {
    match largest {
        1..=65535 => Ok(()),
        other => Err(damaged(format!("its largest value is {other}"))),
    }
}

/// Bytes of white space and comments at the front.
pub(super) fn skip_space(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at),
            byte if byte.is_ascii_whitespace() => at += 1,
            _ => break,
        }
    }
    at
}

/// The number at the front, after white space, and how many bytes both took.
pub(super) fn number(bytes: &[u8]) -> Option<(u32, usize)> {
    let start = skip_space(bytes);
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(&bytes[start..start + digits]).ok()?;
    Some((text.parse().ok()?, start + digits))
}

/// PAM has a line for each of its numbers.
fn pam(bytes: &[u8]) -> Result<Head> {
    const MOST: usize = 1 << 16;
    let (mut width, mut height, mut depth, mut largest, mut kind) = (None, None, None, None, String::new());
    let mut at = 3;
    loop {
        let rest = &bytes[at.min(bytes.len())..bytes.len().min(MOST)];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or(TRUNCATED)?;
        at += length + 1;
        let line = String::from_utf8_lossy(&rest[..length]);
        let (key, value) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let number = || {
            value.trim().parse::<u32>().map(Some).map_err(|_| damaged(format!("its {key} is not a number")))
        };
        match key {
            "WIDTH" => width = number()?,
            "HEIGHT" => height = number()?,
            "DEPTH" => depth = number()?,
            "MAXVAL" => largest = number()?,
            "TUPLTYPE" => kind.push_str(value.trim()),
            "ENDHDR" => break,
            _ if key.is_empty() || key.starts_with('#') => {}
            _ => return Err(damaged("its header has a line that is not known")),
        }
    }
    let (Some(width), Some(height), Some(depth), Some(largest)) = (width, height, depth, largest) else {
        return Err(damaged("its header has no width, height, depth or largest value"));
    };
    check_largest(largest)?;
    let color = match (kind.as_str(), depth) {
        ("BLACKANDWHITE" | "GRAYSCALE" | "", 1) => Color::Gray,
        ("BLACKANDWHITE_ALPHA" | "GRAYSCALE_ALPHA" | "", 2) => Color::GrayAlpha,
        ("RGB" | "", 3) => Color::Rgb,
        ("RGB_ALPHA" | "", 4) => Color::Rgba,
        (kind, depth) => {
            let what =
                format!("{depth} samples of {}", if kind.is_empty() { "an unnamed kind" } else { kind });
            return Err(Error::Unsupported { format: "PNM", what });
        }
    };
    Ok(Head { width, height, color, coding: Coding::Bytes, bitmap: false, largest, pixels: at })
}
