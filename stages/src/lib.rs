//! What happens to one picture: read, decode, convert, encode, write, as plain structs and functions.
//!
//! No threads and no channels: whoever calls decides how the work is spread. Workers that take turns at many pictures keep one
//! [`Decoder`], [`Converter`] and [`Encoder`] each.
//!
//! # The five stages, each on its own
//!
//! Read: find pictures and get their bytes ([`mod@read`]).
//! ```
//! # let dir = tempfile::tempdir()?;
//! # std::fs::write(dir.path().join("a.pgm"), b"P5 2 1 255 \x00\xff")?;
//! # let photos = dir.path();
//! use pipeline_stages::read::{Inputs, read_file};
//! for entry in Inputs::new().with(photos)?.walk() {
//!     let bytes = read_file(&entry?.path, 1 << 30)?;
//! #   assert_eq!(bytes.len(), 13);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Decode: the header first, then the pixels ([`probe`], [`Plan`], [`Decoder`]).
//! ```
//! # let bytes = b"P6 1 1 255 abc";
//! use pipeline_stages::{Decoder, Limits, Plan, PlanOptions, probe};
//! let header = probe(bytes, &Limits::default())?;
//! let plan = Plan::new(&header, &PlanOptions::new(vec!["gray".parse()?]))?;
//! let decoded = Decoder::new(Limits::default()).decode(bytes, &header, plan.decode_mode())?;
//! assert_eq!(decoded.image.width(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Convert: ops, one after another ([`Op`], [`Converter`]).
//! ```
//! use pipeline_stages::{Color, Converter, GrayMode, Image, Op, Samples};
//! let image = Image::new(1, 1, Color::Rgb, Samples::U8(vec![255, 255, 255]))?;
//! let gray = Converter::new().apply(image, &Op::Gray(GrayMode::Linear))?;
//! assert_eq!(gray.samples(), &Samples::U8(vec![255]));
//! # Ok::<(), pipeline_stages::Error>(())
//! ```
//!
//! Encode: the contents of a file ([`Encoder`]).
//! ```
//! use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};
//! let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![7]))?;
//! let encoded = Encoder::new().encode(&image, &EncodeOptions::new(Format::Png))?;
//! assert_eq!(Format::sniff(&encoded.bytes)?, Format::Png);
//! # Ok::<(), pipeline_stages::Error>(())
//! ```
//!
//! Write: under its final name, whole or not at all ([`mod@write`]).
//! ```
//! # let dir = tempfile::tempdir()?;
//! # let out = dir.path();
//! use pipeline_stages::write::{Destination, Existing};
//! let destination = Destination::prepare(out, Existing::Auto, false)?;
//! destination.write("2024/a.jpg".as_ref(), "png", b"the encoded picture")?;
//! # assert!(out.join("2024/a.png").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod capabilities;
pub mod color;
mod convert;
mod decode;
pub mod display;
mod encode;
mod error;
mod format;
mod formats;
mod image;
mod limits;
mod metadata;
mod plan;
pub mod read;
pub mod remote;
mod retry;
pub mod write;

pub use capabilities::Capabilities;
pub use convert::{Converter, GrayMode, Op, OpError, OpHelp, gray, op};
pub use decode::{DecodeMode, Decoded, Decoder, Header, JpegColorModel, JpegInfo, probe};
pub use encode::{Bits, Effort, EncodeOptions, Encoded, Encoder, Quality, Subsampling, fast_png};
pub use error::{Error, Result};
pub use format::Format;
pub use formats::Formats;
pub use image::{Color, Image, Samples, Shape};
pub use limits::Limits;
pub use metadata::{JpegTables, KeepMetadata, Metadata};
pub use plan::{DecodePath, Plan, PlanOptions};
#[doc(hidden)]
pub use retry::uninterrupted;
