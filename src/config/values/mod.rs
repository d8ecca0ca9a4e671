//! The types of single values: the words and numbers a setting may take.
//!
//! Owns: text form, bounds and the sentence said when a value is out of them. Does not own: where a value came from.

mod allow;
mod amounts;
mod background;
mod bits;
mod choices;
mod metadata;
mod sizes;

pub use allow::Allow;
pub(crate) use amounts::Amount;
pub use amounts::{Count, Grace, MaxFailures, Quality, QueueCapacity, Window, Workers};
pub use background::Background;
pub use bits::Bits;
#[cfg(feature = "cli")]
pub(crate) use choices::Choice;
pub use choices::{Effort, Existing, FormatChoice, Gray, OnErrorPolicy, Order, ProgressKind, Subsampling};
pub use metadata::Metadata;
pub use sizes::{ByteCount, Memory, PixelCount};

/// A text or number that is not a value of the wanted kind; says what would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(pub(crate) String);

impl InvalidValue {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
