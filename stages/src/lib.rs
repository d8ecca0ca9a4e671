//! What happens to one picture: read, decode, convert, encode, write, as plain structs and functions.
pub mod display;
mod error;
pub mod read;
pub mod write;

pub use error::{Error, Result};
