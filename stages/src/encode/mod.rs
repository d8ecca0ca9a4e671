//! Owns turning a picture into the contents of a file.
//! Does not own: where the file goes.
//!
//! | file | what |
//! |---|---|
//! | `options.rs`, `choices.rs` | format, quality, effort, subsampling, bits, background, metadata |
//! | `rules.rs` | which layouts, sizes and metadata each format holds; fitting a picture to them |
//! | `layout.rs` | the arithmetic of that |
//! | `blocks.rs` | which metadata goes into a file |
//! | `segments.rs` | the same as segments of a JPEG |
//! | `worst_case.rs` | the most bytes that encoding takes |
//! | `jpeg.rs`, `png/`, `webp/`, `tiff/`, `bmp.rs`, `farbfeld.rs`, `pnm.rs`, `qoi.rs`, `tga.rs` | the formats |
//! | `avif.rs` | AVIF, with the feature of that name |

#[cfg(feature = "avif")]
mod avif;
mod blocks;
mod bmp;
mod choices;
mod farbfeld;
mod jpeg;
mod layout;
mod options;
mod png;
mod pnm;
mod qoi;
mod rules;
mod segments;
#[cfg(test)]
mod tests;
mod tga;
mod tiff;
mod webp;
pub(crate) mod worst_case;

pub use png::fast as fast_png;

pub(crate) use segments::gray_jpeg as gray_jpeg_segments;

pub use choices::{Bits, Subsampling};
pub use options::{Effort, EncodeOptions, Quality};

use crate::{Error, Format, Image, Result};
use blocks::Blocks;
use rules::{Fitted, Rules};

/// A picture on its way into a file: fitted to the format, with the metadata to write.
struct Page<'a> {
    image: &'a Image,
    options: &'a EncodeOptions,
    rules: Rules,
    fitted: Fitted<'a>,
    blocks: Blocks<'a>,
}

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
    fast_png: fast_png::Scratch,
}

impl Encoder {
    /// An encoder without scratch memory.
    pub fn new() -> Encoder {
        Encoder::default()
    }

    /// Encodes one picture.
    ///
    /// What a format holds, and what becomes of the rest. Everything that is lost is told in [`Encoded::warnings`], but for a
    /// color profile of a picture that became gray: there it says nothing.
    ///
    /// | format | layouts | 16 bits | alpha | longest side | EXIF, profile, XMP |
    /// |---|---|---|---|---|---|
    /// | JPEG | gray, RGB | become 8 | put on [`EncodeOptions::background`] | 65535 | kept, up to 64 KiB, 16 MiB, 64 KiB |
    /// | PNG | all | kept | kept | 2^31 - 1 | kept |
    /// | WebP | gray is stored as RGB | become 8 | kept | 16383 | kept, but no gray profile |
    /// | TIFF | all | kept | kept | any within 4 GiB | kept |
    /// | BMP | gray, RGB, RGBA | become 8 | kept | any within 4 GiB | lost |
    /// | PNM | all: PGM and PPM, with alpha PAM | kept | kept | any | lost |
    /// | QOI | gray is stored as RGB | become 8 | kept | any within 400 megapixels | lost |
    /// | TGA | gray, RGB, RGBA | become 8 | kept | 65535 | lost |
    /// | AVIF (feature `avif`) | gray is stored as RGB | become 8 | kept | 65535 | only EXIF is kept |
    /// | farbfeld | all are stored as RGBA | kept, 8 become 16 | kept | any | lost |
    ///
    /// A side that is too long is an error. 16 bits become 8 rounded: `(v + 128) / 257`; 8 become 16 exactly: `v · 257`. Gray
    /// with alpha is stored as RGBA where only that is there. Alpha is put on the background by
    /// `(color · alpha + background · (255 - alpha)) / 255`, rounded, on encoded values.
    ///
    /// # Errors
    /// [`Error::Encode`] when the format is only read, when it cannot hold the picture by its size or by the number of
    /// [`bits`](EncodeOptions::bits) asked for, or when its encoder fails.
    pub fn encode(&mut self, image: &Image, options: &EncodeOptions) -> Result<Encoded> {
        let format = options.format;
        let only_read = || {
            let reason = match format {
                Format::Avif => "this program was built without the feature avif",
                _ => "this format is only read",
            };
            Error::Encode { format: format.name(), reason: reason.to_owned() }
        };
        let rules = rules::rules(format).ok_or_else(only_read)?;
        let mut warnings = Vec::new();
        let fitted = rules.fit(image, options, &mut warnings)?;
        let of = (&image.metadata, image.color());
        let blocks = Blocks::of(of, options, &rules, fitted.color, &mut warnings);
        let page = Page { image, options, rules, fitted, blocks };
        let bytes = match format {
            Format::Jpeg => jpeg::encode(&page, &mut warnings),
            Format::Png => png::encode(&page, &mut self.fast_png, &mut warnings),
            Format::WebP => webp::encode(&page, &mut warnings),
            Format::Tiff => tiff::encode(&page, &mut warnings),
            Format::Bmp => bmp::encode(&page),
            Format::Pnm => Ok(pnm::encode(&page)),
            Format::Qoi => qoi::encode(&page),
            Format::Tga => Ok(tga::encode(&page)),
            Format::Farbfeld => Ok(farbfeld::encode(&page)),
            #[cfg(feature = "avif")]
            Format::Avif => avif::encode(&page),
            _ => Err(only_read()),
        }?;
        Ok(Encoded { bytes, warnings })
    }
}
