//! Owns what a picture may ask for: its format, pixels, sides, bytes of file, samples and metadata, scans, frames, work.
//! Does not own: how many bytes are in flight over all pictures, which is the caller's budget.

use crate::{Error, Format, Formats, Result, Shape};

/// What limits say of a picture, and the flag of the command that raises them.
const RAISED_BY: [(&str, &str); 9] = [
    (PIXELS, "--max-pixels"),
    (WIDTH, "--max-width"),
    (HEIGHT, "--max-height"),
    (FILE, "--max-file"),
    (DECODED, "--max-decoded"),
    (SCANS, "--max-scans"),
    (FRAMES, "--max-frames"),
    (WORK, "--max-work"),
    (TILE, "--max-pixels"),
];
pub(crate) const PIXELS: &str = "number of pixels";
const WIDTH: &str = "width in pixels";
const HEIGHT: &str = "height in pixels";
const DECODED: &str = "decoded picture in bytes";
const FRAMES: &str = "number of frames";
const WORK: &str = "decoding work in pixels × scans";
pub(crate) const FILE: &str = "file size in bytes";
pub(crate) const SCANS: &str = "number of scans";
pub(crate) const TILE: &str = "number of pixels of a tile";

/// The end of a message about a limit: what to do, where there is anything.
pub(crate) fn raised_by(what: &str) -> String {
    let found = RAISED_BY.iter().find(|(limit, _)| *limit == what);
    found.map_or_else(String::new, |(_, flag)| format!("; {flag} raises it"))
}

/// What one picture may ask for at most. Checked from its header, before its pixels are allocated.
///
/// ```
/// use pipeline_stages::Limits;
///
/// let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
/// assert!(limits.check_size(1000, 1000).is_ok());
/// let refused = limits.check_size(1001, 1000).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "limit: number of pixels is 1001000, at most 1000000 allowed; --max-pixels raises it"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The formats that are read; others are refused by name. Default all. What a format holds inside (JPEG in TIFF, PNG in ICO)
    /// belongs to it.
    pub formats: Formats,
    /// Most pixels (width × height). Default 2^28, a square of 16384.
    pub max_pixels: u64,
    /// Most pixels of a row. Default 1,000,000.
    pub max_width: u32,
    /// Most rows. Default 1,000,000.
    pub max_height: u32,
    /// Longest file in bytes. Default 1 GiB.
    pub max_file_bytes: u64,
    /// Most bytes of samples of a picture, as it is stored and after each op. Default 2 GiB, which all of `max_pixels` take
    /// with four channels of 16 bits.
    pub max_decoded_bytes: u64,
    /// Most bytes kept of one picture's metadata (EXIF, ICC profile, XMP) once unpacked. Default 2 MiB. More is dropped with
    /// a warning.
    pub max_metadata_bytes: usize,
    /// Most scans of a progressive JPEG. Default 100; encoders make about 10.
    pub max_scans: usize,
    /// Most frames of an animation, of which the first is converted. Default 10,000.
    pub max_frames: u64,
    /// Most pixels times scans of a progressive JPEG: each scan goes over all pixels, however few bytes it has. Of a JPEG XL the
    /// same of the passes of all frames that its first picture is made of. Default 4 × 10^9, which a picture of `max_pixels`
    /// with 14 scans takes.
    pub max_work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            formats: Formats::ALL,
            max_pixels: 1 << 28,
            max_width: 1_000_000,
            max_height: 1_000_000,
            max_file_bytes: 1 << 30,
            max_decoded_bytes: 2 << 30,
            max_metadata_bytes: 2 << 20,
            max_scans: 100,
            max_frames: 10_000,
            max_work: 4_000_000_000,
        }
    }
}

impl Limits {
    /// Checks that a format is among those that are allowed.
    ///
    /// # Errors
    /// [`Error::NotAllowed`].
    pub fn check_format(&self, format: Format) -> Result<()> {
        if self.formats.contains(format) {
            return Ok(());
        }
        Err(Error::NotAllowed { format: format.name(), allowed: self.formats })
    }

    /// Checks a picture's size in pixels.
    ///
    /// # Errors
    /// [`Error::Limit`] that names the side or the number of pixels that is too large.
    pub fn check_size(&self, width: u32, height: u32) -> Result<()> {
        at_most(WIDTH, u64::from(width), u64::from(self.max_width))?;
        at_most(HEIGHT, u64::from(height), u64::from(self.max_height))?;
        let pixels = u64::from(width) * u64::from(height);
        at_most(PIXELS, pixels, self.max_pixels)?;
        at_most(WORK, pixels, self.max_work)
    }

    /// Checks a picture's size, and the bytes that its samples take.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn check_shape(&self, shape: Shape) -> Result<()> {
        self.check_size(shape.width, shape.height)?;
        at_most(DECODED, shape.byte_len(), self.max_decoded_bytes)
    }

    /// Checks the length of a file in bytes.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn check_file(&self, bytes: u64) -> Result<()> {
        at_most(FILE, bytes, self.max_file_bytes)
    }

    /// Checks the number of frames that a file has, or says to have.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn check_frames(&self, frames: u64) -> Result<()> {
        at_most(FRAMES, frames, self.max_frames)
    }

    /// Checks pixels times passes over them, where a header of the whole picture does not tell that.
    #[cfg(feature = "jxl")]
    pub(crate) fn check_work(&self, work: u64) -> Result<()> {
        at_most(WORK, work, self.max_work)
    }

    /// The limits of a JPEG of so many pixels: fewer scans the more pixels it has.
    pub(crate) fn of_jpeg(&self, pixels: u64) -> pipeline_jpeg::Limits {
        let by_work = usize::try_from(self.max_work / pixels.max(1)).unwrap_or(usize::MAX);
        pipeline_jpeg::Limits { max_pixels: self.max_pixels, max_scans: self.max_scans.min(by_work) }
    }

    /// Tells which limit was exceeded where a JPEG of so many pixels had too many scans.
    pub(crate) fn name_scans(&self, error: Error, pixels: u64) -> Error {
        match error {
            Error::Limit { what: SCANS, value, limit } if limit < self.max_scans as u64 => {
                Error::Limit { what: WORK, value: value.saturating_mul(pixels), limit: self.max_work }
            }
            other => other,
        }
    }
}

fn at_most(what: &'static str, value: u64, limit: u64) -> Result<()> {
    if value <= limit { Ok(()) } else { Err(Error::Limit { what, value, limit }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_refuses_what_a_header_can_lie_about() {
        let limits = Limits::default();
        assert!(limits.check_size(16384, 16384).is_ok());
        assert!(limits.check_size(65535, 65535).is_err());
        assert!(limits.check_size(1 << 31, 1).is_err());
        assert!(limits.check_size(1, 65500).is_ok());
        assert!(limits.check_file((1 << 30) + 1).is_err());
    }

    #[test]
    fn the_largest_picture_may_have_four_channels_of_16_bits() {
        let limits = Limits::default();
        let shape = |side| Shape { width: side, height: side, color: crate::Color::Rgba, bits: 16 };
        assert!(limits.check_shape(shape(16384)).is_ok());
        let less = Limits { max_decoded_bytes: 799, ..limits };
        assert_eq!(
            less.check_shape(shape(10)).unwrap_err().to_string(),
            "limit: decoded picture in bytes is 800, at most 799 allowed; --max-decoded raises it"
        );
    }

    #[test]
    fn the_more_pixels_the_fewer_scans() {
        let limits = Limits { max_work: 1000, max_scans: 20, ..Limits::default() };
        assert_eq!(limits.of_jpeg(10).max_scans, 20);
        assert_eq!(limits.of_jpeg(100).max_scans, 10);
        let refused = |limit| Error::Limit { what: SCANS, value: limit + 1, limit };
        let message = limits.name_scans(refused(10), 100).to_string();
        assert_eq!(
            message,
            "limit: decoding work in pixels × scans is 1100, at most 1000 allowed; --max-work raises it"
        );
        assert!(limits.name_scans(refused(20), 10).to_string().ends_with("--max-scans raises it"));
        assert!(limits.check_size(101, 10).is_err(), "one scan is the least");
    }

    #[test]
    fn a_format_that_is_not_allowed_is_refused_by_name() {
        let limits = Limits { formats: Formats::NONE.with(Format::Jpeg), ..Limits::default() };
        assert!(limits.check_format(Format::Jpeg).is_ok());
        assert_eq!(
            crate::probe(b"P6 640 480 255 ", &limits).unwrap_err().to_string(),
            "refused: PNM is not among the formats that are allowed (jpg); --allow takes a list of them"
        );
    }
}
