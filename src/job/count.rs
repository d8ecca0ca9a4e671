//! Owns counting the inputs while they are converted, for an estimate of the time that is left.

use pipeline_stages::read::Walk;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// "Not known yet."
const UNKNOWN: u64 = u64::MAX;

/// A second walk over the same inputs, in a thread of its own. Dropping it ends the walk.
pub(super) struct Counting {
    count: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Counting {
    /// If there is no thread to be had, the number stays unknown.
    pub(super) fn start(walk: Walk) -> Self {
        let count = Arc::new(AtomicU64::new(UNKNOWN));
        let stop = Arc::new(AtomicBool::new(false));
        let (counted, stopped) = (Arc::clone(&count), Arc::clone(&stop));
        let _ = std::thread::Builder::new().name("count".to_owned()).spawn(move || {
            let entries = walk.take_while(|_| !stopped.load(Relaxed)).count();
            if !stopped.load(Relaxed) {
                counted.store(entries as u64, Relaxed);
            }
        });
        Self { count, stop }
    }

    pub(super) fn result(&self) -> Option<u64> {
        Some(self.count.load(Relaxed)).filter(|count| *count != UNKNOWN)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
    }
}
