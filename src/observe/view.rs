//! Owns what everything in this module is given: the [`View`] of a run, with what the job counted.
//! Does not own: how any of it is shown.

use super::os::OsUse;
use crate::engine::Report;

/// What the job counted, over all pictures so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Pixels of the pictures that were converted.
    pub pixels: u64,
    /// Bytes read.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Warnings given.
    pub warnings: u64,
    /// Pictures kept although a part of them could not be decoded.
    pub degraded: u64,
    /// Processes that decoded and ended before they answered; each cost one picture.
    pub processes_lost: u64,
    /// Links met while listing, and not followed.
    pub links_skipped: u64,
    /// Devices, sockets and named pipes met while listing.
    pub special_skipped: u64,
    /// How pictures came out of their files.
    pub paths: Paths,
}

/// How many pictures took each path out of their files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Paths {
    /// From JPEG to gray JPEG without decoding a pixel.
    pub luma_lossless: u64,
    /// Only the luma of a JPEG was decoded.
    pub luma_plane: u64,
    /// All was decoded.
    pub full_decode: u64,
}

/// A run as it is seen from outside, under way or ended.
///
/// ```
/// use pipeline_images::engine::Report;
/// use pipeline_images::observe::{Ansi, Totals, View, explain, summary};
///
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None };
/// assert_eq!(summary(&view, Ansi::None), "0 pictures\n");
/// assert_eq!(explain(&view), "There was nothing to do: no picture was found in the input.");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The engine's report, or a snapshot of a run that goes on.
    pub report: &'a Report,
    /// What the job counted.
    pub totals: &'a Totals,
    /// Inputs in all, where that is known.
    pub expected: Option<u64>,
    /// Cores that may be used; a fraction where a container has a share of one.
    pub cores: f64,
    /// What the operating system tells of the run, where it was asked.
    pub os: Option<&'a OsUse>,
}

impl View<'_> {
    /// Seconds from the start.
    pub(super) fn seconds(&self) -> f64 {
        self.report.wall.as_secs_f64()
    }

    /// Pictures done per second, over the whole run.
    pub(super) fn pictures_per_second(&self) -> f64 {
        ratio(self.report.done as f64, self.seconds())
    }

    /// Pixels per second in millions, over the whole run.
    pub(super) fn megapixels_per_second(&self) -> f64 {
        ratio(self.totals.pixels as f64 / 1e6, self.seconds())
    }
}

/// `a / b`, and 0 where nothing can be said.
pub(super) fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}
