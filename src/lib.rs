//! A streaming dataflow engine for images.
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "images")]
pub mod config;
pub mod engine;
