//! Owns the choices for gray JPEGs.
//! Does not own: what is made of them.

/// How a gray JPEG is written.
///
/// ```
/// use pipeline_jpeg::{Carried, GrayJpeg};
///
/// let smallest = GrayJpeg { optimize: true, carried: Carried::Nothing };
/// assert_ne!(smallest, GrayJpeg::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GrayJpeg<'a> {
    /// Whether Huffman codes are made for the picture: some percent smaller, and several times the time. Otherwise luma keeps those that
    /// it has. A progressive file has none that could be kept.
    pub optimize: bool,
    /// What is carried along besides the picture.
    pub carried: Carried<'a>,
}

/// What a gray JPEG carries besides its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carried<'a> {
    /// What is before the first scan of the file: EXIF and XMP as they are (APP1), and a color profile if it is one for gray (APP2).
    #[default]
    Own,
    /// Nothing.
    Nothing,
    /// These segments and no others.
    These(&'a [AppSegment<'a>]),
}

/// An application segment or a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppSegment<'a> {
    /// The second byte of its marker: 0xE1 to 0xEF for APP1 to APP15, 0xFE for a comment.
    pub marker: u8,
    /// What is in it, with its signature and without its length: at most 65533 bytes.
    pub body: &'a [u8],
}
