//! A streaming dataflow engine for images.
pub mod engine;
