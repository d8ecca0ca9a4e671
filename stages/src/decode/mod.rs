//! Owns turning file contents into a picture: the header first ([`probe`]), then the pixels ([`Decoder`]).
//! Does not own: telling formats apart ([`crate::Format`]), or any conversion ([`crate::convert`]).
//!
//! | file | what |
//! |---|---|
//! | `header.rs` | what is known before any pixel is decoded |
//! | `jpeg_header.rs`, `jpeg.rs` | JPEG |
//! | `gray_jpeg.rs` | JPEG to gray JPEG without loss |
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
mod gray_jpeg;
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

use crate::{EncodeOptions, Encoded, Format, Image, Limits, Metadata, Result, color};

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

/// Drops a profile that is damaged, and leaves gray its tone curve of an RGB profile: what is passed on describes the picture.
fn settle_profile(metadata: &mut Metadata, gray: bool, warnings: &mut Vec<String>) {
    let Some(icc) = metadata.icc.take() else { return };
    if !color::is_whole(&icc) {
        warnings.push("its color profile is damaged and was dropped".into());
    } else if gray && color::is_for_rgb(&icc) {
        metadata.icc = color::gray_profile(&icc);
    } else {
        metadata.icc = Some(icc);
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
        // Those of each picture are set when its size is known.
        let jpeg = pipeline_jpeg::Decoder::new(pipeline_jpeg::Limits::default());
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
        self.admit(header)?;
        let mut decoded = match header.format {
            Format::Jpeg => jpeg::decode(bytes, header, mode, self.lenient, &mut self.jpeg)
                .map_err(|error| self.limits.name_scans(error, header.pixels()))?,
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
        let gray = decoded.image.color().is_gray();
        settle_profile(&mut decoded.image.metadata, gray, &mut decoded.warnings);
        Ok(decoded)
    }

    /// Checks once more what [`probe`] has, for headers that were read with other limits.
    fn admit(&mut self, header: &Header) -> Result<()> {
        self.limits.check_format(header.format)?;
        self.limits.check_shape(header.shape())?;
        self.jpeg.set_limits(self.limits.of_jpeg(header.pixels()));
        Ok(())
    }

    /// Makes a gray JPEG of a JPEG without loss: the file that is written, of which no pixel was decoded. Luma stays as it is stored, with
    /// its quality. `bytes` is the whole file that `header` was [`probe`]d from; of `options` effort and metadata count. For pictures
    /// whose plan says [`DecodePath::Lossless`](crate::DecodePath::Lossless).
    ///
    /// ```
    /// use pipeline_stages::{Color, DecodeMode, Decoder, EncodeOptions, Encoder, Format, Image, Limits, Samples, probe};
    ///
    /// let limits = Limits::default();
    /// let image = Image::new(1, 1, Color::Rgb, Samples::U8(vec![200, 90, 40]))?;
    /// let options = EncodeOptions::new(Format::Jpeg);
    /// let file = Encoder::new().encode(&image, &options)?.bytes;
    /// let mut decoder = Decoder::new(limits.clone());
    /// let gray = decoder.gray_jpeg(&file, &probe(&file, &limits)?, &options)?.bytes;
    /// let mut luma = |file: &[u8]| decoder.decode(file, &probe(file, &limits)?, DecodeMode::Luma);
    /// assert_eq!(luma(&gray)?.image.samples(), luma(&file)?.image.samples());
    /// # Ok::<(), pipeline_stages::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode), also in lenient decoding; [`Unsupported`](crate::Error::Unsupported) for luma that no
    /// gray JPEG can hold. Decoding all of the picture may still succeed.
    pub fn gray_jpeg(&mut self, bytes: &[u8], header: &Header, options: &EncodeOptions) -> Result<Encoded> {
        self.admit(header)?;
        gray_jpeg::gray_jpeg(bytes, header, options, &mut self.jpeg)
            .map_err(|error| self.limits.name_scans(error, header.pixels()))
    }
}
