//! Owns what comes back, and what is believed of it: whoever decoded a hostile picture may be in its power, so sizes are held
//! against the limits again before anything is allocated.
//! Does not own: whether pixels are right, which nobody can tell without decoding.

use super::frame::{self, nonsense};
use super::pixels;
use super::request::Settings;
use super::wire::{Bytes, Wire};
use crate::{Decoded, Encoded, Error, Header, Metadata, Shape};
use std::io::{self, Read, Write};

/// What comes back for a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// For [`Wanted::Header`](super::Wanted::Header).
    Header(Box<Header>),
    /// For [`Wanted::Picture`](super::Wanted::Picture).
    Picture(Box<Decoded>),
    /// For [`Wanted::GrayJpeg`](super::Wanted::GrayJpeg).
    GrayJpeg(Encoded),
    /// It cannot be done.
    Failed(Error),
    /// The decoder panicked; what it said.
    Panicked(String),
}

/// What an answer is held against.
#[derive(Debug, Clone, Copy)]
pub struct Believed<'s> {
    /// What was agreed on.
    pub settings: &'s Settings,
    /// Length of the file that was sent.
    pub file_bytes: usize,
    /// Most bytes of samples, or of the gray JPEG.
    pub most_bytes: u64,
}

/// The head of an answer.
enum Head {
    Header(Box<Header>),
    Picture { shape: Shape, metadata: Box<Metadata>, warnings: Vec<String>, degraded: bool },
    GrayJpeg { bytes: u64, warnings: Vec<String> },
    Failed(Error),
    Panicked(String),
}

impl Answer {
    /// Sends it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Answer::Header(header) => frame::write(to, &Head::Header(header), &[]),
            Answer::Picture(decoded) => {
                let Decoded { mut image, warnings, degraded } = *decoded;
                let metadata = Box::new(std::mem::take(&mut image.metadata));
                let head = Head::Picture { shape: image.shape(), metadata, warnings, degraded };
                frame::write(to, &head, pixels::bytes(&image))
            }
            Answer::GrayJpeg(Encoded { bytes, warnings }) => {
                frame::write(to, &Head::GrayJpeg { bytes: bytes.len() as u64, warnings }, &bytes)
            }
            Answer::Failed(error) => frame::write(to, &Head::Failed(error), &[]),
            Answer::Panicked(message) => frame::write(to, &Head::Panicked(message), &[]),
        }
    }

    /// Receives it.
    ///
    /// # Errors
    /// Those of the reader; `UnexpectedEof` if nothing comes, `InvalidData` for what cannot be an answer.
    pub fn read(from: &mut impl Read, believed: &Believed<'_>) -> io::Result<Answer> {
        let Some(head) = frame::head(from, most_head(believed))? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        Ok(match head {
            Head::Header(header) => Answer::Header(believable(header, believed)?),
            Head::Picture { shape, metadata, warnings, degraded } => {
                check_size(shape.width, shape.height, believed)?;
                check_orientation(&metadata)?;
                let image = pixels::read(from, shape, *metadata, believed.most_bytes)?;
                Answer::Picture(Box::new(Decoded { image, warnings, degraded }))
            }
            Head::GrayJpeg { bytes: length, warnings } => {
                let mut bytes = Vec::new();
                frame::body(from, length, believed.most_bytes, &mut bytes)?;
                Answer::GrayJpeg(Encoded { bytes, warnings })
            }
            Head::Failed(error) => Answer::Failed(error),
            Head::Panicked(message) => Answer::Panicked(message),
        })
    }
}

/// Metadata may be kept up to its limit; where that is small, a profile that was made here is larger.
fn most_head(believed: &Believed<'_>) -> usize {
    believed.settings.limits.max_metadata_bytes.saturating_mul(4).saturating_add(1 << 20)
}

fn check_size(width: u32, height: u32, believed: &Believed<'_>) -> io::Result<()> {
    let allowed = believed.settings.limits.check_size(width, height).is_ok();
    if allowed && width > 0 && height > 0 { Ok(()) } else { Err(nonsense("a size beyond the limits")) }
}

fn check_orientation(metadata: &Metadata) -> io::Result<()> {
    let known = (1..=8).contains(&metadata.orientation);
    if known { Ok(()) } else { Err(nonsense("an orientation that is none")) }
}

/// A header that a file of this length can have.
fn believable(header: Box<Header>, believed: &Believed<'_>) -> io::Result<Box<Header>> {
    check_size(header.width, header.height, believed)?;
    check_orientation(&header.metadata)?;
    let jpeg = header.jpeg.as_ref().is_none_or(|jpeg| {
        let factors = jpeg.sampling.iter().take(usize::from(jpeg.components));
        matches!(jpeg.components, 1..=4)
            && factors.clone().all(|(h, v)| (1..=4).contains(h) && (1..=4).contains(v))
    });
    let plain = matches!(header.bit_depth, 8 | 16) && (1..=8).contains(&header.orientation);
    if jpeg && plain && header.file_bytes == believed.file_bytes {
        Ok(header)
    } else {
        Err(nonsense("a header that cannot be"))
    }
}

impl Wire for Head {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Head::Header(header) => {
                0u8.put(out);
                header.put(out);
            }
            Head::Picture { shape, metadata, warnings, degraded } => {
                1u8.put(out);
                shape.put(out);
                metadata.put(out);
                warnings.put(out);
                degraded.put(out);
            }
            Head::GrayJpeg { bytes, warnings } => {
                2u8.put(out);
                bytes.put(out);
                warnings.put(out);
            }
            Head::Failed(error) => {
                3u8.put(out);
                error.put(out);
            }
            Head::Panicked(message) => {
                4u8.put(out);
                message.put(out);
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Some(match u8::get(from)? {
            0 => Head::Header(Box::new(Wire::get(from)?)),
            1 => Head::Picture {
                shape: Wire::get(from)?,
                metadata: Box::new(Wire::get(from)?),
                warnings: Wire::get(from)?,
                degraded: Wire::get(from)?,
            },
            2 => Head::GrayJpeg { bytes: Wire::get(from)?, warnings: Wire::get(from)? },
            3 => Head::Failed(Wire::get(from)?),
            4 => Head::Panicked(Wire::get(from)?),
            _ => return None,
        })
    }
}
