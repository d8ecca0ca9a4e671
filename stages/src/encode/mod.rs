//! Owns turning a picture into the contents of a file.
//! Does not own: where the file goes.
//!
//! | file | what |
//! |---|---|
//! | `options.rs` | format, quality, effort, background, metadata |
//! | `layout.rs` | bringing a picture into a layout that a format can hold |
//! | `jpeg.rs`, `png/`, `other.rs` | the formats |

mod jpeg;
mod layout;
mod options;
mod other;
mod png;

pub use png::fast as fast_png;

pub use options::{Effort, EncodeOptions, Quality};

use crate::{Format, Image, KeepMetadata, Result, color};

/// A file's contents, and what of the picture it could not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What was left out or reduced, each a clause for people.
    pub warnings: Vec<String>,
}

/// Encodes pictures. One per worker: it may keep scratch memory between pictures.
///
/// ```
/// use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};
///
/// let image = Image::new(2, 1, Color::Gray, Samples::U8(vec![0, 255]))?;
/// let encoded = Encoder::new().encode(&image, &EncodeOptions::new(Format::Png))?;
/// assert!(encoded.bytes.starts_with(b"\x89PNG"));
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Encoder {
    /// Samples in the layout or byte order that a format asks for.
    scratch: Vec<u8>,
    fast_png: fast_png::Scratch,
}

impl Encoder {
    /// An encoder without scratch memory.
    pub fn new() -> Encoder {
        Encoder::default()
    }

    /// Encodes one picture.
    ///
    /// - PNM is PGM or PPM, and PAM for pictures with alpha, whatever the extension.
    /// - JPEG has no alpha: the picture is put on [`EncodeOptions::background`]; 16 bits become 8.
    /// - 16 bits become 8, rounded (`(v + 128) / 257`), wherever the format holds only 8: BMP, JPEG, QOI, TGA, WebP.
    /// - A color profile is never attached to gray: there it says nothing.
    /// - EXIF, color profile and XMP are written where the format has a place for them; otherwise a warning says so.
    ///
    /// # Errors
    /// [`Error::Encode`](crate::Error::Encode) when the format cannot hold the picture, by its size for example.
    pub fn encode(&mut self, image: &Image, options: &EncodeOptions) -> Result<Encoded> {
        let mut encoded = match options.format {
            Format::Jpeg => jpeg::encode(image, options, &mut self.scratch),
            Format::Png => png::encode(image, options, self),
            _ => other::encode(image, options),
        }?;
        encoded.warnings.extend(left_behind(image, options));
        Ok(encoded)
    }
}

/// Leaving a profile behind changes how a picture looks, unless it is that of sRGB.
fn left_behind(image: &Image, options: &EncodeOptions) -> Option<String> {
    let icc = image.metadata.icc.as_deref()?;
    let missed = !options.metadata.contains(KeepMetadata::ICC)
        && layout::profile_fits(icc, image.color())
        && color::changes_colors(icc);
    missed.then(|| "its colors are not those of sRGB, and nothing says so without its profile; convert with `color srgb`".into())
}

/// A profile goes along only where it describes this kind of picture.
fn profile<'a>(image: &'a Image, options: &EncodeOptions) -> Option<&'a [u8]> {
    options.metadata.of(&image.metadata).icc.filter(|icc| layout::profile_fits(icc, image.color()))
}
