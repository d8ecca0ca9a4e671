//! Owns what travels with a picture besides its samples: EXIF, color profile, XMP, orientation, JPEG tables; which of them
//! are kept, and that none of them says what is not true any more.
//! Does not own: where each format keeps these blocks (see [`crate::decode`] and [`crate::encode`]), or what a color
//! profile means (see [`crate::color`]).
//!
//! | file | what |
//! |---|---|
//! | `picture.rs` | the blocks, and keeping them true |
//! | `keep.rs` | which of them go along |
//! | `exif/` | reading and changing EXIF blocks in place |
//! | `xmp.rs` | changing numbers in XMP packets |
//! | `jpeg_tables.rs` | quantisation |

pub(crate) mod exif;
mod jpeg_tables;
mod keep;
mod picture;
mod xmp;

pub use jpeg_tables::JpegTables;
pub use keep::KeepMetadata;

pub use picture::Metadata;

pub(crate) use exif::orientation as exif_orientation;
