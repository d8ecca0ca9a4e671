//! Owns reading the Netpbm family: PBM, PGM, PPM, as text or bytes, and PAM.
//! Does not own: writing it (see [`crate::encode`]).
//!
//! Source: the Netpbm formats' specifications (pbm, pgm, ppm, pam). A largest value that is not 255 or 65535 is scaled to it, rounded,
//! as Netpbm and Pillow do: `v · 255 / largest` up to 255, `v · 65535 / largest` above.
//!
//! | file | what |
//! |---|---|
//! | `head.rs` | the header |

mod head;

use super::{Decoded, Header};
use crate::{Error, Format, Image, Limits, Metadata, Result, Samples};
use head::{Coding, Head};

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { format: "PNM", reason: reason.into() }
}

const TRUNCATED: Error = Error::Truncated { format: "PNM" };

pub(super) fn probe(bytes: &[u8], _: &Limits) -> Result<Header> {
    let head = Head::read(bytes)?;
    Ok(Header {
        format: Format::Pnm,
        width: head.width,
        height: head.height,
        color: head.color,
        bit_depth: if head.largest > 255 { 16 } else { 8 },
        orientation: 1,
        jpeg: None,
        warnings: Vec::new(),
        metadata: Metadata::default(),
        file_bytes: bytes.len(),
        scratch: 4096,
    })
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let head = Head::read(bytes)?;
    limits.check_size(head.width, head.height)?;
    let data = bytes.get(head.pixels..).ok_or(TRUNCATED)?;
    let count = u64::from(head.width) * u64::from(head.height) * head.color.channels() as u64;
    let count = usize::try_from(count).map_err(|_| damaged("its size does not fit this machine"))?;
    let (samples, used) = match head.coding {
        Coding::Bits => bits(data, &head)?,
        Coding::Text if head.bitmap => text(data, count, &head, digit)?,
        Coding::Text => text(data, count, &head, number)?,
        Coding::Bytes if head.largest > 255 => wide(data, count, &head)?,
        Coding::Bytes => narrow(data, count, &head)?,
    };
    let mut warnings = Vec::new();
    let rest = data[used..].trim_ascii();
    if rest.first() == Some(&b'P') {
        warnings.push("it has several pictures: only the first is converted".to_owned());
    } else if !rest.is_empty() {
        warnings.push(format!("{} bytes after the end of the picture were ignored", rest.len()));
    }
    let image = Image::new(header.width, header.height, head.color, samples)?;
    Ok(Decoded { image, warnings, degraded: false })
}

/// The samples, and how many bytes of the file they took.
type Found = (Samples, usize);

/// Rows of bits that begin with a byte each, the highest first; 1 is black.
fn bits(data: &[u8], head: &Head) -> Result<Found> {
    let row = head.width.div_ceil(8) as usize;
    let size = row.checked_mul(head.height as usize).ok_or(TRUNCATED)?;
    let rows = data.get(..size).ok_or(TRUNCATED)?.chunks_exact(row);
    let pixel = |row: &[u8], x: usize| if row[x / 8] >> (7 - x % 8) & 1 == 1 { 0 } else { 255 };
    let samples = rows.flat_map(|row| (0..head.width as usize).map(move |x| pixel(row, x))).collect();
    Ok((Samples::U8(samples), size))
}

fn too_large(value: u32, head: &Head) -> Error {
    damaged(format!("a sample is {value}, above its largest value {}", head.largest))
}

fn narrow(data: &[u8], count: usize, head: &Head) -> Result<Found> {
    let data = data.get(..count).ok_or(TRUNCATED)?;
    if head.largest == 255 {
        return Ok((Samples::U8(data.to_vec()), count));
    }
    if let Some(&value) = data.iter().find(|&&value| u32::from(value) > head.largest) {
        return Err(too_large(u32::from(value), head));
    }
    let scaled: [u8; 256] =
        std::array::from_fn(|value| scale(value as u32, head.largest, 255).min(255) as u8);
    Ok((Samples::U8(data.iter().map(|&value| scaled[usize::from(value)]).collect()), count))
}

/// The high byte comes first.
fn wide(data: &[u8], count: usize, head: &Head) -> Result<Found> {
    let size = count.checked_mul(2).ok_or(TRUNCATED)?;
    let values =
        data.get(..size).ok_or(TRUNCATED)?.as_chunks::<2>().0.iter().map(|&pair| u16::from_be_bytes(pair));
    if head.largest == 65535 {
        return Ok((Samples::U16(values.collect()), size));
    }
    let scaled: Result<Vec<u16>> = values
        .map(|value| match u32::from(value) {
            value if value > head.largest => Err(too_large(value, head)),
            value => Ok(scale(value, head.largest, 65535) as u16),
        })
        .collect();
    Ok((Samples::U16(scaled?), size))
}

/// Samples as text. `next` takes one off the front: its value and the bytes it took.
fn text(data: &[u8], count: usize, head: &Head, next: fn(&[u8]) -> Option<(u32, usize)>) -> Result<Found> {
    // A sample takes a byte at least, so what is not there is not allocated either.
    if data.len() < count {
        return Err(TRUNCATED);
    }
    let mut at = 0;
    let mut value = || {
        let (value, used) = next(&data[at..]).ok_or_else(|| match data[at..].trim_ascii_start() {
            [] => TRUNCATED,
            _ => damaged("a sample is not a number"),
        })?;
        at += used;
        if value > head.largest { Err(too_large(value, head)) } else { Ok(value) }
    };
    let samples = if head.largest > 255 {
        let samples: Result<Vec<u16>> =
            (0..count).map(|_| Ok(scale(value()?, head.largest, 65535) as u16)).collect();
        Samples::U16(samples?)
    } else {
        let samples: Result<Vec<u8>> =
            (0..count).map(|_| Ok(scale(value()?, head.largest, 255) as u8)).collect();
        Samples::U8(samples?)
    };
    Ok((samples, at))
}

fn number(data: &[u8]) -> Option<(u32, usize)> {
    head::number(data)
}

/// A bit of a bitmap as text: they need no space between them. 1 is black, so it is told as 0.
fn digit(data: &[u8]) -> Option<(u32, usize)> {
    let skipped = head::skip_space(data);
    match data.get(skipped)? {
        b'0' => Some((1, skipped + 1)),
        b'1' => Some((0, skipped + 1)),
        _ => None,
    }
}

fn scale(value: u32, largest: u32, full: u32) -> u32 {
    if largest == full { value } else { (value * full + largest / 2) / largest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Color;

    fn read(bytes: &[u8]) -> Result<(Color, Samples)> {
        let header = probe(bytes, &Limits::default())?;
        let image = decode(bytes, &header, &Limits::default())?.image;
        assert_eq!((image.color(), image.samples().bits()), (header.color, header.bit_depth));
        Ok((image.color(), image.into_samples()))
    }

    fn gray(samples: &[u8]) -> (Color, Samples) {
        (Color::Gray, Samples::U8(samples.to_vec()))
    }

    #[test]
    fn every_member_of_the_family_is_read() {
        assert_eq!(read(b"P1 3 1 1 0#c\n 1").unwrap(), gray(&[0, 255, 0]));
        assert_eq!(read(b"P1\n3 1\n101").unwrap(), gray(&[0, 255, 0]));
        assert_eq!(read(b"P2 # c\n2 1 255 7 255").unwrap(), gray(&[7, 255]));
        assert_eq!(read(b"P3 1 1 255 1 2 3\n").unwrap(), (Color::Rgb, Samples::U8(vec![1, 2, 3])));
        assert_eq!(read(b"P4 9 1 \x80\x00").unwrap(), gray(&[0, 255, 255, 255, 255, 255, 255, 255, 255]));
        assert_eq!(read(b"P5 2 1 255 \x07\xff").unwrap(), gray(&[7, 255]));
        assert_eq!(read(b"P6 1 1 255 abc").unwrap(), (Color::Rgb, Samples::U8(b"abc".to_vec())));
        let pam = b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcd";
        assert_eq!(read(pam).unwrap(), (Color::Rgba, Samples::U8(b"abcd".to_vec())));
        let bits = b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n\x00\x01";
        assert_eq!(read(bits).unwrap(), gray(&[0, 255]));
    }

    #[test]
    fn a_largest_value_is_scaled_to_the_whole_range() {
        assert_eq!(read(b"P5 4 1 3 \x00\x01\x02\x03").unwrap(), gray(&[0, 85, 170, 255]));
        assert_eq!(read(b"P2 3 1 100 0 50 100").unwrap(), gray(&[0, 128, 255]));
        let wide = read(b"P5 3 1 1023 \x00\x00\x02\x00\x03\xff").unwrap();
        assert_eq!(wide, (Color::Gray, Samples::U16(vec![0, 32800, 65535])));
        assert_eq!(read(b"P5 1 1 65535 \x12\x34").unwrap().1, Samples::U16(vec![0x1234]));
    }

    #[test]
    fn a_sample_above_the_largest_value_is_an_error() {
        let message = read(b"P5 1 1 3 \x04").unwrap_err().to_string();
        assert_eq!(message, "damaged PNM: a sample is 4, above its largest value 3");
        assert!(read(b"P2 1 1 3 4").is_err());
        assert!(read(b"P5 1 1 1000 \xff\xff").is_err());
    }

    #[test]
    fn what_is_missing_is_told() {
        for whole in [b"P6 2 2 255 abcdefghijkl".as_slice(), b"P2 2 1 255 7 255", b"P4 9 1 \x80\x00"] {
            for cut in 3..whole.len() - 2 {
                assert!(read(&whole[..cut]).is_err(), "{whole:?} cut at {cut}");
            }
        }
        assert!(matches!(read(b"P2 2 1 255 7 x"), Err(Error::Damaged { .. })));
    }

    #[test]
    fn what_follows_the_picture_is_told() {
        let warnings = |bytes: &[u8]| {
            let header = probe(bytes, &Limits::default()).unwrap();
            decode(bytes, &header, &Limits::default()).unwrap().warnings
        };
        assert_eq!(
            warnings(b"P5 1 1 255 aP5 1 1 255 b"),
            ["it has several pictures: only the first is converted"]
        );
        assert_eq!(warnings(b"P5 1 1 255 axyz"), ["3 bytes after the end of the picture were ignored"]);
        assert!(warnings(b"P2 1 1 255 7\n").is_empty());
    }
}
