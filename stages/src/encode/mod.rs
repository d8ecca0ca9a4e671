//! Owns the index of output formats. Does not own any format.
pub mod png;
