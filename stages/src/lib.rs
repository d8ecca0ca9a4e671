//! What happens to one picture: read, decode, convert, encode, write, as plain structs and functions.
mod error;

pub use error::{Error, Result};
