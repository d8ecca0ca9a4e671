//! What was written, by whom and where, before anybody has judged it.
//!
//! Owns: reading a config file's text and the environment into assignments. Does not own: what a value means (`value`).

mod environment;
mod file;
mod origin;
mod written;

pub(crate) use environment::assignments as from_environment;
pub(crate) use file::{Document, assignments as from_document};
pub use origin::Origin;
pub(crate) use written::{Assignment, Element, Span, Written};
