//! The configuration of a run: from what was written to what is run.
//!
//! Owns: every setting, its bounds, its default, the layers it may come from, and the messages about all of them.
//! Does not own: the command line's grammar (`cli`), what a setting does (`job`), whether an op exists (asked of the caller).
//!
//! | file | one idea |
//! |---|---|
//! | `validated` | [`Config`]: every field concrete and within its bounds |
//! | `values` | the type of one value: its words, bounds, text form |
//! | `settings` | the one table: name ↔ flag ↔ environment ↔ config key ↔ sentence |
//! | `raw` | what was written, by whom, where: file, environment, flags |
//! | `value` | from what was written to a value, or to a message |
//! | `load` | the layers in order; every problem collected |
//! | `problem` | a message with its place, line and caret |
//! | `suggest` | "did you mean" |
//! | `show`, `starter`, `schema` | `config show`, `config init`, `config schema` |

#[cfg(feature = "cli")]
mod load;
#[cfg(feature = "cli")]
mod problem;
#[cfg(feature = "cli")]
pub(crate) mod raw;
#[cfg(feature = "cli")]
mod schema;
#[cfg(feature = "cli")]
pub(crate) mod settings;
#[cfg(feature = "cli")]
mod show;
#[cfg(feature = "cli")]
mod starter;
#[cfg(feature = "cli")]
mod suggest;
mod validated;
#[cfg(feature = "cli")]
mod value;
mod values;

#[cfg(feature = "cli")]
pub(crate) use load::{Layers, find_file, load};
#[cfg(feature = "cli")]
pub use load::{Loaded, Origins};
#[cfg(feature = "cli")]
pub(crate) use problem::printable;
#[cfg(feature = "cli")]
pub use problem::{Problem, Problems};
#[cfg(feature = "cli")]
pub use raw::Origin;
#[cfg(feature = "cli")]
pub use schema::schema;
#[cfg(feature = "cli")]
pub use show::show;
#[cfg(feature = "cli")]
pub(crate) use show::written;
#[cfg(feature = "cli")]
pub use starter::starter;
pub use validated::{
    Config, Convert, Decode, Encode, FilesFrom, Invocation, Limits, Read, Run, Verbosity, Write,
};
pub use values::{
    Allow, Background, Bits, ByteCount, Count, Effort, Existing, FormatChoice, Grace, Gray, InvalidValue,
    MaxFailures, Memory, Metadata, OnErrorPolicy, Order, PixelCount, ProgressKind, Quality, QueueCapacity,
    Subsampling, Window, Workers,
};
