//! A streaming dataflow engine for images.
pub mod engine;
#[cfg(feature = "images")]
pub mod observe;
