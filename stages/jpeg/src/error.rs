//! Owns what can be wrong with a file, in words for people.
//! Does not own: finding it.

use crate::{ColorModel, Output};

/// Why a file was not decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A kind of JPEG that is not decoded here; found in the header, before any pixel is.
    #[error("not decoded here: {0}")]
    Unsupported(#[from] Unsupported),
    /// The file breaks the format.
    #[error("damaged at byte {at}: expected {expected}")]
    Damaged {
        /// Where, in bytes from the start of the file.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// The file ends before the picture does.
    #[error("truncated at byte {at}: expected {expected}")]
    Truncated {
        /// Where the data ends, in bytes from the start of the file.
        at: usize,
        /// What should have come next.
        expected: &'static str,
    },
    /// More pixels than [`Limits`](crate::Limits) allow.
    #[error("{pixels} pixels, at most {limit} are allowed")]
    TooLarge {
        /// Width × height.
        pixels: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// More scans than [`Limits`](crate::Limits) allow.
    #[error("more than {limit} scans")]
    TooManyScans {
        /// The most that is allowed.
        limit: usize,
    },
    /// A segment to carry along that cannot be one.
    #[error("a segment to carry along has a marker of another kind, or more than 65533 bytes")]
    Segment,
    /// There is no memory for the pixels, or for the file.
    #[error("no memory for {bytes} bytes of pixels")]
    OutOfMemory {
        /// How much was asked for.
        bytes: usize,
    },
}

/// Kinds of JPEG that are not decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// Arithmetic instead of Huffman coding (T.81, annex D).
    #[error("arithmetic coding")]
    Arithmetic,
    /// Lossless (T.81, annex H).
    #[error("lossless")]
    Lossless,
    /// Hierarchical (T.81, annex J).
    #[error("hierarchical")]
    Hierarchical,
    /// JPEG-LS, which shares the markers and nothing else.
    #[error("JPEG-LS")]
    JpegLs,
    /// So many bits per sample instead of 8.
    #[error("{0} bits per sample")]
    Precision(u8),
    /// So many components: 1, 3 and 4 are decoded.
    #[error("{0} components")]
    Components(u8),
    /// A transform between colors that Adobe does not define.
    #[error("a color transform that is not defined")]
    ColorTransform,
    /// What was asked for is not stored in the file: gray is luma, and made of nothing else.
    #[error("{to} from {from}")]
    Conversion {
        /// What is stored.
        from: ColorModel,
        /// What was asked for.
        to: Output,
    },
    /// Luma with fewer samples than color: as a gray JPEG it would be another size.
    #[error("luma of fewer samples than the picture has pixels, as a gray JPEG")]
    SmallLuma,
    /// Scans that do not complete the coefficients: decoding makes up for them, at full size.
    #[error("scans that do not complete the picture, as a gray JPEG or a smaller picture")]
    Unfinished,
    /// Levels of neighbouring blocks that differ by more than a gray JPEG can say (T.81, F.1.2.1.1: 11 bits).
    #[error("levels further apart than 11 bits, as a gray JPEG")]
    FarLevels,
    /// Sampling factors of which the highest is not a multiple.
    #[error("a component with a fraction of the samples")]
    FractionalSampling,
}
