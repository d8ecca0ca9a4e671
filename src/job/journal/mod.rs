//! The journal: a durable record of what happened to each input, below `<output>/.pipeline/`.
//!
//! Owns: what is in it, how it is read after whatever ended the run that wrote it, and what a later run may conclude.
//! Does not own: the directory (`pipeline_stages::write`), nor who writes when (`session.rs` beside this directory).
//!
//! | file | one idea |
//! |---|---|
//! | `record` | what one line says |
//! | `line` | a record as a line with a checksum, and back |
//! | `file` | the file: only ever added to; a torn tail is cut when it is opened |
//! | `index` | where the last record of each input stands, in 16 bytes a record |
//! | `identity` | what tells that a file is the one of before |
//! | `effective` | the settings on which results depend |
//! | `verdict` | what the records say about one input |
//! | `lock` | one run at a time |
//! | `stamp` | dates for people |

mod effective;
mod file;
mod identity;
mod index;
mod line;
mod lock;
mod record;
mod stamp;
mod verdict;

pub(super) use effective::{Effective, differences};
pub(super) use file::{Journal, Opened};
pub(super) use identity::{Identity, hash, hash_all};
pub(super) use lock::{Lock, LockError};
pub(super) use record::{End, Item, Record, Run, Status};
pub(super) use stamp::now;
pub(super) use verdict::{History, Seen, Verdict};
