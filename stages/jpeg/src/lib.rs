//! JPEG for bulk work: gray pixels without decoding color first.
//!
//! Nearly every JPEG stores its gray: the Y plane. [`Decoder::gray`] gives that plane and only passes over the color;
//! [`Decoder::decode`] gives RGB and CMYK as well. The bytes are those of libjpeg-turbo with its accurate transform (`islow`) and its
//! filtered upsampling. Both are strict: a file with anything irregular about it is refused, never guessed at.
//! [`Decoder::salvage`] gives what libjpeg shows of such a file, and says what is wrong with it.
//! [`Decoder::to_gray_jpeg`] makes a gray JPEG without decoding luma either.
//!
//! What is read today: Huffman files with 8 bits per sample (T.81, baseline, extended and progressive): gray, YCbCr, RGB, CMYK and
//! YCCK, any sampling of which libjpeg makes whole pixels, any number of scans, restarts, a height that comes after the picture.
//! Everything else is [`Error::Unsupported`], known from the header alone. [`Decoder::scaled`] gives pictures of 1/2, 1/4 and 1/8.
//!
//! Why it is fast, and how it is known to be right, stands below.
//!
//! ```
//! use pipeline_jpeg::{Decoder, Limits};
//!
//! # let mut file = Vec::new();
//! # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 12], 2, 2, jpeg_encoder::ColorType::Rgb)?;
//! let mut decoder = Decoder::new(Limits::default()); // one per worker: it keeps its tables and buffers
//! let mut gray = Vec::new();
//! let (width, height) = decoder.gray(&file, &mut gray)?;
//! assert_eq!((width, height), (2, 2));
//! assert_eq!(gray, [200; 4]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Sections are those of ITU-T T.81.
#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod ahead;
mod bits;
mod block;
mod coefficients;
mod color;
#[cfg(target_arch = "x86_64")]
mod color_avx2;
mod decoder;
mod error;
mod frame;
mod given;
mod header;
mod huffman;
mod idct;
#[cfg(target_arch = "x86_64")]
mod idct_avx2;
mod idct_wrapping;
mod lenient;
mod markers;
mod output;
mod picture;
mod plane;
mod progressive;
mod quantisation;
mod reduced;
mod scale;
mod scan;
mod scans;
mod segments;
mod simd;
mod strips;
mod tables;
mod transcode;
mod upsample;

pub use decoder::{Decoder, Info, Limits, Salvaged};
pub use error::{Error, Unsupported};
pub use header::{ColorModel, Header};
pub use output::Output;
pub use scale::Scale;
pub use transcode::{AppSegment, Carried, GrayJpeg};
