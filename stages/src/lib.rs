//! What happens to one picture: read, decode, convert, encode, write, as plain structs and functions.
pub mod encode;
mod error;

pub use error::{Error, Result};
