//! What happens to one picture: read, decode, convert, encode, write, as plain structs and functions.

mod convert;
mod decode;
pub mod display;
mod encode;
mod error;
mod format;
mod image;
mod limits;
mod metadata;
mod plan;
pub mod read;
pub mod write;

pub use convert::{Converter, GrayMode, Op, OpError, gray};
pub use decode::{DecodeMode, Decoded, Decoder, Header, JpegColorModel, JpegInfo, probe};
pub use encode::{Effort, EncodeOptions, Encoded, Encoder, KeepMetadata, Quality};
pub use error::{Error, Result};
pub use format::{Format, is_picture_extension};
pub use image::{Color, Image, Samples};
pub use limits::Limits;
pub use metadata::{JpegTables, Metadata};
pub use plan::Plan;
