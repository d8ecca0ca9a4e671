//! Owns what a picture may ask for: pixels, sides, bytes of file and of metadata, scans.
//! Does not own: how many bytes are in flight over all pictures, which is the caller's budget.

use crate::{Error, Result};

/// What one picture may ask for at most. Checked from its header, before its pixels are allocated.
///
/// ```
/// use pipeline_stages::Limits;
///
/// let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
/// assert!(limits.check_size(1000, 1000).is_ok());
/// let refused = limits.check_size(1001, 1000).unwrap_err();
/// assert_eq!(refused.to_string(), "limit: number of pixels is 1001000, at most 1000000 allowed");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels (width × height). Default 2^28, a square of 16384.
    pub max_pixels: u64,
    /// Longest side in pixels. Default 1,000,000.
    pub max_side: u32,
    /// Longest file in bytes. Default 1 GiB.
    pub max_file_bytes: u64,
    /// Most bytes kept of one picture's metadata (EXIF, ICC profile, XMP) once unpacked. Default 2 MiB.
    pub max_metadata_bytes: usize,
    /// Most scans of a progressive JPEG. Default 100.
    pub max_scans: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_pixels: 1 << 28,
            max_side: 1_000_000,
            max_file_bytes: 1 << 30,
            max_metadata_bytes: 2 << 20,
            max_scans: 100,
        }
    }
}

impl Limits {
    /// Checks a picture's size in pixels.
    ///
    /// # Errors
    /// [`Error::Limit`] that names the side or the number of pixels that is too large.
    pub fn check_size(&self, width: u32, height: u32) -> Result<()> {
        at_most("width in pixels", u64::from(width), u64::from(self.max_side))?;
        at_most("height in pixels", u64::from(height), u64::from(self.max_side))?;
        at_most("number of pixels", u64::from(width) * u64::from(height), self.max_pixels)
    }

    /// Checks the length of a file in bytes.
    ///
    /// # Errors
    /// [`Error::Limit`].
    pub fn check_file(&self, bytes: u64) -> Result<()> {
        at_most("file size in bytes", bytes, self.max_file_bytes)
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
}
