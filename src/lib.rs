//! A streaming dataflow engine for images: read, decode, convert, encode and write run as separate stages, each on its
//! own group of threads, joined by bounded queues, so that input/output and computing overlap.
//!
//! Three ways to use it, from the outside in:
//!
//! - the command `pipeline photos/ -o gray/` (see the README);
//! - a whole [`job`] from a [`config`];
//! - the [`engine`] with the [`stages`] and your own, as here:
//!
//! ```
//! use pipeline_images::stages::{
//!     Converter, Decoder, EncodeOptions, Encoder, Error, Format, Header, Image, Plan, PlanOptions, probe,
//! };
//! use pipeline_images::{ByteSize, Order, Pipeline, Stage};
//!
//! # let ppm = |n: u8| [b"P6 2 1 255 ".as_slice(), &[n; 6]].concat();
//! let files = vec![("a.ppm", ppm(10)), ("b.ppm", ppm(20))]; // names and contents
//! let wanted = PlanOptions::new(vec!["gray mode=opencv".parse()?]).format(Format::Png);
//! let mut results = Vec::new();
//!
//! let plan = |(name, file): (&'static str, Vec<u8>)| {
//!     let header = probe(&file, &wanted.limits)?;
//!     let plan = Plan::new(&header, &wanted)?;
//!     Ok::<_, Error>((name, file, header, plan))
//! };
//! let decode = |decoder: &mut Decoder, (name, file, header, plan): (_, Vec<u8>, Header, Plan)| {
//!     let image = decoder.decode(&file, &header, plan.decode_mode())?.image;
//!     Ok::<_, Error>((name, image, plan))
//! };
//! let convert = |converter: &mut Converter, (name, image, plan): (_, Image, Plan)| {
//!     Ok::<_, Error>((name, plan.convert(converter, image)?))
//! };
//! let encode = |encoder: &mut Encoder, (name, image): (&'static str, Image)| {
//!     Ok::<_, Error>((name, encoder.encode(&image, &EncodeOptions::new(Format::Png))?.bytes))
//! };
//!
//! let report = Pipeline::source("list", files, |(name, _)| *name)
//!     .stage(Stage::map("plan", plan))
//!     .budget(ByteSize::gib(1), |(.., plan)| plan.worst_case_bytes()) // decoded pictures in flight
//!     .stage(Stage::with("decode", || Decoder::new(wanted.limits.clone()), decode).workers(6).queue(8))
//!     .stage(Stage::with("convert", Converter::new, convert).workers(2))
//!     .stage(Stage::with("encode", Encoder::new, encode).workers(4))
//!     .order(Order::Input)
//!     .sink("done", |(name, png)| results.push((name, png.len())))
//!     .run()?;
//!
//! assert_eq!((report.done, report.failed), (2, 0));
//! assert_eq!(results[0].0, "a.ppm");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Features: `images` (the stages, the job; on by default) and `cli` (the command; on by default). Without both, the
//! engine alone remains.

pub mod engine;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "images")]
pub mod config;
#[cfg(feature = "images")]
pub mod job;
#[cfg(feature = "images")]
pub mod observe;

#[cfg(feature = "images")]
pub use pipeline_stages as stages;

pub use engine::{
    BuildError, ByteSize, Controller, Done, Emit, Ended, Failure, Handle, Items, OnError, Order, Pipeline,
    Report, RunError, Runnable, Stage, StageReport, StepError,
};
