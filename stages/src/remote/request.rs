//! Owns what is asked: the header of a file, its picture, or a gray JPEG of it.
//! Does not own: how it travels (`frame.rs`), what is answered.

use super::frame;
use super::wire::{Bytes, Wire};
use crate::{DecodeMode, EncodeOptions, Limits};
use std::io::{self, Read, Write};

/// Heads of requests are small.
const MOST_HEAD: usize = 1 << 16;

/// What holds for all requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What each picture may ask for.
    pub limits: Limits,
    /// Whether what could be decoded of a damaged picture is kept, as by [`Decoder::lenient`](crate::Decoder::lenient).
    pub lenient: bool,
}

/// What is wanted of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// As by [`probe`](crate::probe).
    Header,
    /// As by [`Decoder::decode`](crate::Decoder::decode).
    Picture(DecodeMode),
    /// As by [`Decoder::gray_jpeg`](crate::Decoder::gray_jpeg).
    GrayJpeg(EncodeOptions),
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'f> {
    /// What is wanted.
    pub wanted: Wanted,
    /// The whole file.
    pub file: &'f [u8],
}

impl Settings {
    /// Sends them.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        frame::write(to, self, &[])
    }

    /// Receives them.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` for what cannot be settings, `UnexpectedEof` if there are none.
    pub fn read(from: &mut impl Read) -> io::Result<Settings> {
        frame::head(from, MOST_HEAD)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Wire for Wanted {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Wanted::Header => 0u8.put(out),
            Wanted::Picture(mode) => {
                1u8.put(out);
                mode.put(out);
            }
            Wanted::GrayJpeg(options) => {
                2u8.put(out);
                options.put(out);
            }
        }
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Some(match u8::get(from)? {
            0 => Wanted::Header,
            1 => Wanted::Picture(Wire::get(from)?),
            2 => Wanted::GrayJpeg(Wire::get(from)?),
            _ => return None,
        })
    }
}

impl Request<'_> {
    /// Sends it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        frame::write(to, &(self.wanted.clone(), self.file.len()), self.file)
    }

    /// Receives what is wanted, and the file into a buffer; `None` if nothing is asked any more.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` for what cannot be a request.
    pub fn read(from: &mut impl Read, settings: &Settings, file: &mut Vec<u8>) -> io::Result<Option<Wanted>> {
        let Some((wanted, length)) = frame::head::<(Wanted, u64)>(from, MOST_HEAD)? else { return Ok(None) };
        frame::body(from, length, settings.limits.max_file_bytes, file)?;
        Ok(Some(wanted))
    }
}
