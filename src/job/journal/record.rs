//! Owns what one record says. Does not own: how it is written down (`line.rs`), nor what follows from it (`verdict.rs`).
//!
//! Names are written as messages show them ([`escape`](pipeline_stages::display::escape)): UTF-8 whatever the bytes are,
//! and never the same for two different names.

use super::identity::Identity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::job) enum Record {
    /// A run began.
    Run(Run),
    /// Something became of an input.
    Item(Item),
    /// The run came to an orderly end. After a crash there is none.
    End(End),
}

/// The beginning of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::job) struct Run {
    /// When, by the wall clock.
    pub(in crate::job) at: String,
    pub(in crate::job) pid: u32,
    /// Version of the program.
    pub(in crate::job) program: String,
    /// Hash of `settings`.
    pub(in crate::job) config: String,
    /// The settings on which results depend, by their keys in a config file.
    pub(in crate::job) settings: BTreeMap<String, String>,
    /// The most inputs that it can have had under way at once; absent where somebody could change that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) window: Option<u64>,
}

/// What became of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::job) struct Item {
    /// Absolute path of the input. First, so that the index finds it quickly.
    #[serde(rename = "in")]
    pub(in crate::job) input: String,
    pub(in crate::job) is: Status,
    /// Hash of the settings it was made with.
    pub(in crate::job) config: String,
    /// What the input was; absent if it could not be examined.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) input_is: Option<Identity>,
    /// The result, relative to the output directory.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) out_is: Option<Identity>,
    /// Where it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) stage: Option<String>,
    /// Why it failed or was skipped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) reason: Option<String>,
    /// Whether a part of the picture was missing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(in crate::job) degraded: bool,
    /// When it ended, by the wall clock.
    pub(in crate::job) at: String,
    /// Milliseconds from its admission to its end.
    pub(in crate::job) ms: u64,
}

/// How it ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::job) enum Status {
    /// The result is under its final name.
    #[default]
    Done,
    /// It cannot be converted: for the same file and settings it would fail again.
    Failed,
    /// It was not converted for a reason outside the picture, and a later run may have more luck.
    Undone,
    /// It is not a picture.
    Skipped,
    /// Its result is about to be put under its final name, where until now there is nothing.
    Writing,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::job) struct End {
    pub(in crate::job) at: String,
    /// How, in the engine's words.
    pub(in crate::job) ended: String,
    pub(in crate::job) admitted: u64,
    pub(in crate::job) done: u64,
    pub(in crate::job) failed: u64,
    pub(in crate::job) skipped: u64,
    pub(in crate::job) interrupted: u64,
    /// Whether surely no temporary was left behind.
    pub(in crate::job) clean: bool,
}
