//! Owns how a picture becomes a PNG file. Does not own the fast compressor's inner workings, which are in `fast`.
pub mod fast;
