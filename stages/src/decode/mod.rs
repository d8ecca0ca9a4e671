//! Owns turning file contents into a picture: the header first ([`probe`]), then the pixels ([`Decoder`]).
//! Does not own: telling formats apart ([`crate::Format`]), or any conversion ([`crate::convert`]).
//!
//! | file | what |
//! |---|---|
//! | `header.rs` | what is known before any pixel is decoded |
//! | `jpeg_header.rs`, `jpeg.rs` | JPEG |
//! | `png_header.rs`, `png.rs`, `png_color.rs`, `png_text.rs` | PNG |
//! | `tiff/`, `bmp/`, `gif/`, `pnm/`, `ico.rs`, `hdr.rs` | these |
//! | `webp.rs`, `qoi.rs`, `tga.rs`, `farbfeld.rs` | these, by the `image` crate; `by_image.rs` has what they share |
//! | `jxl.rs` | JPEG XL, with the feature `jxl` |
//! | `avif/` | AVIF, with the feature `avif` |

#[cfg(feature = "avif")]
mod avif;
mod bmp;
mod by_image;
mod farbfeld;
mod gif;
mod hdr;
mod header;
mod ico;
mod jpeg;
mod jpeg_header;
#[cfg(feature = "jxl")]
mod jxl;
mod png;
mod png_color;
mod png_header;
mod png_text;
mod pnm;
mod qoi;
mod tga;
mod tiff;
mod webp;

pub use header::{Header, JpegColorModel, JpegInfo, probe};

use crate::{Format, Image, Limits, Result, color};

/// How much of a file is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DecodeMode {
    /// Everything: color and alpha where the file has them.
    #[default]
    Full,
    /// Of a JPEG whose colors are stored as YCbCr or gray only the Y plane, as it is stored; [`Full`](Self::Full)
    /// for everything else.
    Luma,
}

/// A decoded picture and what was odd about its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The picture, as it is stored: its orientation is not applied yet.
    pub image: Image,
    /// Oddities that did not keep it from being decoded, each a clause for people.
    pub warnings: Vec<String>,
    /// Whether part of the picture is missing and was made up; only in lenient decoding.
    pub degraded: bool,
}

impl Decoded {
    /// Drops a profile that is damaged, and leaves gray its tone curve of an RGB profile: what is passed on describes the
    /// picture.
    fn settle_profile(&mut self) {
        let gray = self.image.color().is_gray();
        let Some(icc) = self.image.metadata.icc.take() else { return };
        if !color::is_whole(&icc) {
            self.warnings.push("its color profile is damaged and was dropped".into());
        } else if gray && color::is_for_rgb(&icc) {
            self.image.metadata.icc = color::gray_profile(&icc);
        } else {
            self.image.metadata.icc = Some(icc);
        }
    }
}

/// Decodes pictures of every format that is read.
///
/// One per worker: it may keep scratch memory between pictures.
///
/// ```
/// use pipeline_stages::{DecodeMode, Decoder, Limits, probe};
///
/// let file = b"P5 2 1 255 \x00\xff";
/// let limits = Limits::default();
/// let header = probe(file, &limits)?;
/// let decoded = Decoder::new(limits).decode(file, &header, DecodeMode::Full)?;
/// assert_eq!((decoded.image.width(), decoded.image.height()), (2, 1));
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Decoder {
    limits: Limits,
    lenient: bool,
    jpeg: pipeline_jpeg::Decoder,
}

impl Decoder {
    /// A strict decoder: a damaged or truncated picture is an error.
    pub fn new(limits: Limits) -> Decoder {
        let (max_pixels, max_scans) = (limits.max_pixels, limits.max_scans);
        let jpeg = pipeline_jpeg::Decoder::new(pipeline_jpeg::Limits { max_pixels, max_scans });
        Decoder { limits, lenient: false, jpeg }
    }

    /// With `true`, keeps what could be decoded of a damaged or truncated JPEG and marks it [`degraded`](Decoded::degraded). It
    /// looks as libjpeg shows it; its warnings say where the damage begins and what was expected there.
    #[must_use]
    pub fn lenient(self, lenient: bool) -> Decoder {
        Decoder { lenient, ..self }
    }

    /// Decodes one picture. `bytes` is the whole file that `header` was [`probe`]d from.
    ///
    /// # Errors
    /// [`Damaged`](crate::Error::Damaged), [`Truncated`](crate::Error::Truncated),
    /// [`Unsupported`](crate::Error::Unsupported) or [`Limit`](crate::Error::Limit).
    pub fn decode(&mut self, bytes: &[u8], header: &Header, mode: DecodeMode) -> Result<Decoded> {
        self.limits.check_size(header.width, header.height)?;
        let mut decoded = match header.format {
            Format::Jpeg => jpeg::decode(bytes, header, mode, self.lenient, &mut self.jpeg)?,
            Format::Png => png::decode(bytes, header, &self.limits)?,
            Format::WebP => webp::decode(bytes, header, &self.limits)?,
            Format::Tiff => tiff::decode(bytes, header, &self.limits)?,
            Format::Bmp => bmp::decode(bytes, header, &self.limits)?,
            Format::Gif => gif::decode(bytes, header, &self.limits)?,
            Format::Pnm => pnm::decode(bytes, header, &self.limits)?,
            Format::Qoi => qoi::decode(bytes, header)?,
            Format::Tga => tga::decode(bytes, header)?,
            Format::Ico => ico::decode(bytes, header, &self.limits)?,
            Format::Hdr => hdr::decode(bytes, header)?,
            Format::Farbfeld => farbfeld::decode(bytes, header)?,
            #[cfg(feature = "jxl")]
            Format::Jxl => jxl::decode(bytes, header, &self.limits)?,
            #[cfg(not(feature = "jxl"))]
            Format::Jxl => return Err(header::without("jxl", header.format)),
            #[cfg(feature = "avif")]
            Format::Avif => avif::decode(bytes, header, &self.limits)?,
            #[cfg(not(feature = "avif"))]
            Format::Avif => return Err(header::without("avif", header.format)),
        };
        decoded.warnings.splice(0..0, header.warnings.iter().cloned());
        decoded.settle_profile();
        Ok(decoded)
    }
}
