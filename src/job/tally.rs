//! Owns what is counted about pictures while they are converted; what the engine counts about items is in its report.

use super::{DecodePath, Receipt};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters, added to by workers and read by whoever wants.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pixels: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    warnings: AtomicU64,
    degraded: AtomicU64,
    not_pictures: AtomicU64,
    existed: AtomicU64,
    lossless: AtomicU64,
    luma: AtomicU64,
    full: AtomicU64,
    done_before: AtomicU64,
}

/// What was counted about pictures until now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pixels of the pictures that were written, as they were stored.
    pub pixels: u64,
    /// Bytes of files that were read.
    pub bytes_read: u64,
    /// Bytes of files that were written.
    pub bytes_written: u64,
    /// Oddities that did not keep a picture from being converted.
    pub warnings: u64,
    /// Pictures of which a part was missing.
    pub degraded: u64,
    /// Files found in directories that nothing claims to be pictures; they are skipped.
    pub not_pictures: u64,
    /// Pictures whose output was there already; they are skipped.
    pub existed: u64,
    /// JPEGs that became gray JPEGs without loss, and without decoding a pixel.
    pub lossless: u64,
    /// JPEGs of which only luma was decoded.
    pub luma: u64,
    /// Pictures that were decoded in full.
    pub full: u64,
    /// Processes that decoded and ended before they answered; each cost one picture.
    pub processes_lost: u64,
    /// Pictures that an earlier run did, and that have not changed since; they are skipped.
    pub done_before: u64,
}

impl Tally {
    pub(super) fn read(&self, bytes: usize) {
        self.bytes_read.fetch_add(bytes as u64, Relaxed);
    }

    pub(super) fn warned(&self) {
        self.warnings.fetch_add(1, Relaxed);
    }

    pub(super) fn not_a_picture(&self) {
        self.not_pictures.fetch_add(1, Relaxed);
    }

    pub(super) fn existed(&self) {
        self.existed.fetch_add(1, Relaxed);
    }

    pub(super) fn done_before(&self) {
        self.done_before.fetch_add(1, Relaxed);
    }

    pub(super) fn done(&self, receipt: &Receipt) {
        self.pixels.fetch_add(receipt.pixels, Relaxed);
        self.bytes_written.fetch_add(receipt.bytes_written, Relaxed);
        self.degraded.fetch_add(u64::from(receipt.degraded), Relaxed);
        let path = match receipt.path {
            DecodePath::Lossless => &self.lossless,
            DecodePath::Luma => &self.luma,
            DecodePath::Full => &self.full,
        };
        path.fetch_add(1, Relaxed);
    }

    pub(super) fn totals(&self) -> Totals {
        Totals {
            pixels: self.pixels.load(Relaxed),
            bytes_read: self.bytes_read.load(Relaxed),
            bytes_written: self.bytes_written.load(Relaxed),
            warnings: self.warnings.load(Relaxed),
            degraded: self.degraded.load(Relaxed),
            not_pictures: self.not_pictures.load(Relaxed),
            existed: self.existed.load(Relaxed),
            lossless: self.lossless.load(Relaxed),
            luma: self.luma.load(Relaxed),
            full: self.full.load(Relaxed),
            processes_lost: 0,
            done_before: self.done_before.load(Relaxed),
        }
    }
}
