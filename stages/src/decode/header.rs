//! Owns what is known about a picture before any of its pixels is decoded.
//! Does not own: how each format's header is read.

use super::{bmp, farbfeld, gif, hdr, ico, jpeg_header, png_header, pnm, qoi, tga, tiff, webp};
use crate::{Color, Error, Format, JpegTables, Limits, Metadata, Result, Shape};

/// Said of a file of which only the first frame is converted.
pub(super) const ANIMATED: &str = "animated: only the first frame is converted";

/// What the header of a file says about its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The format, told from the content.
    pub format: Format,
    /// Width in pixels as stored, before orientation is applied. At least 1.
    pub width: u32,
    /// Height in pixels as stored. At least 1.
    pub height: u32,
    /// What a full decode gives. Palettes count as the colors in them, CMYK as RGB.
    pub color: Color,
    /// Bits per sample of a full decode: 8 or 16.
    pub bit_depth: u8,
    /// EXIF orientation, 1 (upright) to 8.
    pub orientation: u8,
    /// What is known of a JPEG besides.
    pub jpeg: Option<JpegInfo>,
    /// Oddities of the header, each a clause for people. [`Decoder::decode`](crate::Decoder::decode) repeats them.
    pub warnings: Vec<String>,
    /// Metadata that was found on the way to the pixels.
    pub(crate) metadata: Metadata,
    /// Length of the file.
    pub(crate) file_bytes: usize,
    /// Most bytes that decoding holds besides the samples it gives. For JPEG and PNG `Plan` knows.
    pub(crate) scratch: u64,
}

impl Header {
    /// What a full decode gives.
    pub(crate) fn shape(&self) -> Shape {
        Shape { width: self.width, height: self.height, color: self.color, bits: self.bit_depth }
    }

    /// Width × height.
    pub(super) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

/// What the header of a JPEG says besides size and color.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JpegInfo {
    /// How colors are stored.
    pub color_model: JpegColorModel,
    /// Number of components, 1, 3 or 4.
    pub components: u8,
    /// Whether it is progressive.
    pub progressive: bool,
    /// Sampling factors of each component, horizontal and vertical, 1 to 4; the first `components` count.
    pub sampling: [(u8, u8); 4],
    /// Components in the first scan. Fewer than `components` means that whole planes are buffered while decoding.
    pub first_scan_components: u8,
    /// Quantisation, where the tables came before the first scan.
    pub tables: Option<JpegTables>,
}

impl JpegInfo {
    /// Whether the picture's gray is stored as a plane of its own.
    pub(crate) fn has_luma_plane(&self) -> bool {
        matches!(self.color_model, JpegColorModel::Gray | JpegColorModel::Ycbcr)
    }

    /// The largest sampling factors of all components.
    pub(crate) fn max_sampling(&self) -> (u8, u8) {
        let used = &self.sampling[..usize::from(self.components).min(4)];
        used.iter().fold((1, 1), |max, factors| (max.0.max(factors.0), max.1.max(factors.1)))
    }
}

/// How a JPEG stores colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JpegColorModel {
    /// One component.
    Gray,
    /// Luma and two color differences, the usual kind.
    Ycbcr,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// CMYK with the first three stored as luma and color differences.
    Ycck,
}

/// Reads the header of a file: format, size, color, metadata. No pixel is decoded and none is allocated.
///
/// ```
/// use pipeline_stages::{Color, Limits, probe};
///
/// let header = probe(b"P6 640 480 255 ", &Limits::default())?;
/// assert_eq!((header.width, header.height, header.color), (640, 480, Color::Rgb));
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
///
/// # Errors
/// Those of [`Format::sniff`]; [`Error::Damaged`] or [`Error::Truncated`] when there is no usable header;
/// [`Error::Unsupported`] for a kind of file that cannot be decoded; [`Error::NotAllowed`] for a format that may not be;
/// [`Error::Limit`] when the picture is too large.
pub fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    let format = Format::sniff(bytes)?;
    limits.check_format(format)?;
    limits.check_file(bytes.len() as u64)?;
    let header = match format {
        Format::Jpeg => jpeg_header::probe(bytes, limits)?,
        Format::Png => png_header::probe(bytes, limits)?,
        Format::WebP => webp::probe(bytes, limits)?,
        Format::Tiff => tiff::probe(bytes, limits)?,
        Format::Bmp => bmp::probe(bytes, limits)?,
        Format::Gif => gif::probe(bytes, limits)?,
        Format::Pnm => pnm::probe(bytes, limits)?,
        Format::Qoi => qoi::probe(bytes, limits)?,
        Format::Tga => tga::probe(bytes, limits)?,
        Format::Ico => ico::probe(bytes, limits)?,
        Format::Hdr => hdr::probe(bytes, limits)?,
        Format::Farbfeld => farbfeld::probe(bytes, limits)?,
        #[cfg(feature = "jxl")]
        Format::Jxl => super::jxl::probe(bytes, limits)?,
        #[cfg(not(feature = "jxl"))]
        Format::Jxl => return Err(without("jxl", format)),
        #[cfg(feature = "avif")]
        Format::Avif => super::avif::probe(bytes, limits)?,
        #[cfg(not(feature = "avif"))]
        Format::Avif => return Err(without("avif", format)),
    };
    if header.width == 0 || header.height == 0 {
        let reason = format!("its size is {}x{}", header.width, header.height);
        return Err(Error::Damaged { format: format.name(), reason });
    }
    limits.check_shape(header.shape())?;
    Ok(header)
}

/// A format that this build does not read.
#[cfg(not(all(feature = "jxl", feature = "avif")))]
pub(super) fn without(feature: &str, format: Format) -> Error {
    Error::Unsupported {
        format: format.name(),
        what: format!("this build is without the feature `{feature}`"),
    }
}
