//! Owns the byte budget: a [`Ledger`] of bytes in flight, and [`ByteSize`], the unit it is told in.
//! Does not own: in which order requests are granted; that is `gate.rs`.

use super::sync::{Condvar, Mutex, lock, wait};
use std::fmt;

/// A number of bytes.
///
/// ```
/// use pipeline_images::engine::ByteSize;
/// assert_eq!(ByteSize::mib(256).bytes(), 268_435_456);
/// assert_eq!(ByteSize::gib(1).to_string(), "1.0 GiB");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many KiB (1024 bytes).
    pub const fn kib(n: u64) -> Self {
        Self(n.saturating_mul(1 << 10))
    }

    /// So many MiB (1024² bytes).
    pub const fn mib(n: u64) -> Self {
        Self(n.saturating_mul(1 << 20))
    }

    /// So many GiB (1024³ bytes).
    pub const fn gib(n: u64) -> Self {
        Self(n.saturating_mul(1 << 30))
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        match units.into_iter().find(|(size, _)| self.0 >= *size) {
            Some((size, unit)) => write!(f, "{:.1} {unit}", self.0 as f64 / size as f64),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// The bytes reserved and not yet released.
pub(super) struct Ledger {
    capacity: u64,
    /// Where bytes are reserved and given back, for the report.
    pub(super) span: Span,
    state: Mutex<Reserved>,
    freed: Condvar,
}

/// Stages by their index in a report, where the source comes first.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) before: usize,
    pub(super) until: Option<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reserved {
    pub(super) now: u64,
    pub(super) peak: u64,
    pub(super) grants: u64,
    /// All that was ever granted.
    pub(super) granted: u64,
    /// The same, each squared.
    squares: f64,
}

impl Reserved {
    /// Standard deviation of what was granted.
    pub(super) fn deviation(&self) -> u64 {
        let grants = self.grants.max(1) as f64;
        let mean = self.granted as f64 / grants;
        (self.squares / grants - mean * mean).max(0.0).sqrt().round() as u64
    }
}

impl Ledger {
    pub(super) fn new(capacity: ByteSize, span: Span) -> Self {
        Self { capacity: capacity.0, span, state: Mutex::new(Reserved::default()), freed: Condvar::new() }
    }

    /// Reserves, if it can at once. What is larger than the whole budget runs alone.
    pub(super) fn try_reserve(&self, bytes: u64) -> bool {
        self.grant(&mut lock(&self.state), bytes)
    }

    /// Reserves, waiting for others to release. Only one thread may wait at a time.
    pub(super) fn reserve(&self, bytes: u64) {
        let mut state = lock(&self.state);
        while !self.grant(&mut state, bytes) {
            state = wait(&self.freed, state);
        }
    }

    fn grant(&self, state: &mut Reserved, bytes: u64) -> bool {
        let fits = state.now.checked_add(bytes).is_some_and(|sum| sum <= self.capacity);
        if fits || state.now == 0 {
            state.now += bytes;
            state.peak = state.peak.max(state.now);
            state.grants += 1;
            state.granted = state.granted.saturating_add(bytes);
            state.squares += (bytes as f64).powi(2);
            return true;
        }
        false
    }

    pub(super) fn release(&self, bytes: u64) {
        if bytes > 0 {
            lock(&self.state).now -= bytes;
            self.freed.notify_one();
        }
    }

    pub(super) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// What is reserved, and was.
    pub(super) fn reserved(&self) -> Reserved {
        *lock(&self.state)
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn what_is_granted_is_remembered_with_its_spread() {
        let ledger = Ledger::new(ByteSize::new(1000), Span::default());
        for bytes in [10, 30, 10, 30] {
            assert!(ledger.try_reserve(bytes));
        }
        let reserved = ledger.reserved();
        assert_eq!((reserved.grants, reserved.granted, reserved.deviation()), (4, 80, 10));
    }

    #[test]
    fn an_item_larger_than_the_whole_budget_is_granted_only_alone() {
        let ledger = Ledger::new(ByteSize::new(10), Span::default());
        assert!(ledger.try_reserve(4));
        assert!(!ledger.try_reserve(11));
        assert!(ledger.try_reserve(6));
        ledger.release(4);
        ledger.release(6);
        assert!(ledger.try_reserve(u64::MAX));
        assert!(!ledger.try_reserve(1));
        ledger.release(u64::MAX);
        let Reserved { now, peak, grants, granted, .. } = ledger.reserved();
        assert_eq!((now, peak, grants, granted), (0, u64::MAX, 3, u64::MAX));
    }
}
