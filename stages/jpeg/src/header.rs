//! Owns what a header says to those who decide whether and how to decode: size, sampling, what the components mean.
//! Does not own: reading it (see `frame.rs` and `scans.rs`).

use crate::frame::{Coding, Frame};
use crate::scans::Scans;
use crate::{Error, Unsupported};
use core::fmt;

/// What the components of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColorModel {
    /// One component.
    Gray,
    /// Luma and two color differences, the usual kind.
    Ycbcr,
    /// Red, green, blue.
    Rgb,
    /// Cyan, magenta, yellow, black.
    Cmyk,
    /// CMYK of which the first three are stored as luma and color differences.
    Ycck,
}

impl fmt::Display for ColorModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ColorModel::Gray => "gray",
            ColorModel::Ycbcr => "YCbCr",
            ColorModel::Rgb => "RGB",
            ColorModel::Cmyk => "CMYK",
            ColorModel::Ycck => "YCCK",
        })
    }
}

impl ColorModel {
    /// As libjpeg decides it (`default_decompress_parms`): JFIF before Adobe before the components' names. A transform that
    /// Adobe does not define is refused; libjpeg guesses, with a warning.
    pub(crate) fn of(frame: &Frame, jfif: bool, adobe: Option<u8>) -> Result<ColorModel, Unsupported> {
        match (frame.components(), adobe) {
            ([_], _) => Ok(ColorModel::Gray),
            ([_, _, _], _) if jfif => Ok(ColorModel::Ycbcr),
            ([_, _, _], Some(0)) => Ok(ColorModel::Rgb),
            ([_, _, _], Some(1)) => Ok(ColorModel::Ycbcr),
            ([r, g, b], None) if [r.id, g.id, b.id] == *b"RGB" => Ok(ColorModel::Rgb),
            ([_, _, _], None) => Ok(ColorModel::Ycbcr),
            (_, Some(2)) => Ok(ColorModel::Ycck),
            (_, None | Some(0)) => Ok(ColorModel::Cmyk),
            (_, Some(_)) => Err(Unsupported::ColorTransform),
        }
    }
}

/// What is known of a file before its pixels are decoded.
///
/// ```
/// use pipeline_jpeg::{ColorModel, Header};
///
/// # let mut file = Vec::new();
/// # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 12], 2, 2, jpeg_encoder::ColorType::Rgb)?;
/// let header = Header::parse(&file)?;
/// assert_eq!((header.width, header.height), (2, 2));
/// assert_eq!((header.color, header.progressive), (ColorModel::Ycbcr, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Pixels, at least 1, as stored: no orientation is applied.
    pub width: u32,
    /// Pixels, at least 1, also where the height stands behind the first scan.
    pub height: u32,
    /// What the components mean.
    pub color: ColorModel,
    /// How many components: 1, 3 or 4.
    pub components: u8,
    /// Sampling factors of each component, across and down, 1 to 4; the first `components` count. A component alone has (1, 1).
    pub sampling: [(u8, u8); 4],
    /// Whether it is progressive.
    pub progressive: bool,
    /// Whether it has an Adobe marker. Programs that write one store CMYK inverted: 255 is no ink.
    pub adobe: bool,
}

impl Header {
    /// Reads the header of the JPEG `file` without touching its pixels. All else that can be wrong with the file is found
    /// while decoding.
    ///
    /// # Errors
    /// [`Error::Unsupported`], [`Error::Damaged`], [`Error::Truncated`].
    pub fn parse(file: &[u8]) -> Result<Header, Error> {
        Scans::open(file).map(|scans| Header::of(&scans))
    }

    pub(crate) fn of(scans: &Scans<'_>) -> Header {
        Header::of_frame(scans.frame(), scans.color(), scans.is_adobe())
    }

    pub(crate) fn of_frame(frame: &Frame, color: ColorModel, adobe: bool) -> Header {
        let mut sampling = [(1, 1); 4];
        for (factors, component) in sampling.iter_mut().zip(frame.components()) {
            *factors = component.sampling;
        }
        Header {
            width: frame.width,
            height: frame.height,
            color,
            components: frame.components().len() as u8,
            sampling,
            progressive: frame.coding == Coding::Progressive,
            adobe,
        }
    }
}
