//! Owns what was decided about elastic stages, for people and reports. Does not own: deciding.

use std::fmt;
use std::time::Duration;

/// A change of a stage's workers that the engine made by itself, with its reason and what came of it.
///
/// Changes that were tried together have the same `at`, and the same fate.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "images", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Decision {
    /// When, from the start of the run.
    pub at: Duration,
    /// The stage's name.
    pub stage: String,
    /// Its workers before.
    pub from: usize,
    /// Its workers after.
    pub to: usize,
    /// Why, in words with figures.
    pub reason: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Inputs finished per second before.
    pub rate_before: f64,
    /// Inputs finished per second after; 0 while that is not known.
    pub rate_after: f64,
}

/// What came of a [`Decision`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "images", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Outcome {
    /// It is being measured.
    Trying,
    /// More inputs were finished per second, so it stays.
    Kept,
    /// Not more, so the stage has as many workers as before.
    Reverted,
    /// It stays, but what it brought is not known: the run came to its end, or a caller changed the same stage.
    Unknown,
}

impl fmt::Display for Decision {
    /// `3.2 s: read 2 -> 8 workers: kept, 41.0 -> 158 inputs/s (read was busy 99 % …)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, from, to, reason, rate_before, rate_after, .. } = self;
        write!(f, "{:.1} s: {stage} {from} -> {to} workers: ", self.at.as_secs_f64())?;
        let rates = format!("{rate_before:.1} -> {rate_after:.1} inputs/s");
        match self.outcome {
            Outcome::Trying => write!(f, "trying")?,
            Outcome::Kept => write!(f, "kept, {rates}")?,
            Outcome::Reverted => write!(f, "taken back, {rates}")?,
            Outcome::Unknown => write!(f, "left so, its effect is not known")?,
        }
        write!(f, " ({reason})")
    }
}
