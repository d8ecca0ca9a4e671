//! Owns how much memory and time one picture may take in a process of its own. Does not own: enforcing it.

use pipeline_stages::{Header, Limits, Plan};

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// Bytes of memory, besides what the program itself takes.
    pub(super) memory: u64,
    /// Bytes of an answer's body.
    pub(super) answer: u64,
    /// Seconds of computing.
    pub(super) seconds: u64,
    /// Seconds for which an answer is waited: much longer than it may compute, since others compute too. Only what waits for
    /// nothing is ended by this.
    pub(super) patience: u64,
}

/// Tables and fixed buffers of decoders, with room.
const FIXED: u64 = 64 << 20;
/// Enough for a slow machine to look at any small file.
const SECONDS: u64 = 5;
/// A megapixel a second is a tenth of what the slowest decoder does.
const PIXELS_A_SECOND: u64 = 1_000_000;
/// Files are also long where pictures are small.
const FILE_BYTES_A_SECOND: u64 = 16 << 20;

impl Need {
    /// Of looking at a header.
    pub(super) fn of_header(file: &[u8], limits: &Limits) -> Self {
        let (file, metadata) = (file.len() as u64, limits.max_metadata_bytes as u64);
        let memory = FIXED.saturating_add(file.saturating_mul(2)).saturating_add(metadata.saturating_mul(8));
        Self::new(memory, 0, SECONDS + file / FILE_BYTES_A_SECOND)
    }

    /// Of decoding: what the plan says at most, twice, for blocks that were freed lie between others; and the file.
    pub(super) fn of_picture(bytes: &[u8], header: &Header, plan: &Plan) -> Self {
        let (file, most) = (bytes.len() as u64, plan.worst_case_bytes());
        let pixels = u64::from(header.width) * u64::from(header.height);
        let memory = most.saturating_add(file).saturating_mul(2).saturating_add(FIXED);
        let seconds = SECONDS + pixels / PIXELS_A_SECOND + file / FILE_BYTES_A_SECOND;
        let need = Self::new(memory, most, seconds);
        #[cfg(debug_assertions)]
        let need = Self { patience: super::faults::patience(bytes).unwrap_or(need.patience), ..need };
        need
    }

    pub(super) fn new(memory: u64, answer: u64, seconds: u64) -> Self {
        Self { memory, answer, seconds, patience: 60 + 10 * seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline_stages::{PlanOptions, probe};

    #[test]
    fn what_a_picture_may_take_grows_with_it() {
        let need = |file: &[u8]| {
            let header = probe(file, &Limits::default()).unwrap();
            Need::of_picture(file, &header, &Plan::new(&header, &PlanOptions::new(Vec::new())).unwrap())
        };
        let (small, large) = (need(b"P6 9 9 255 "), need(b"P6 9999 9999 255 "));
        assert_eq!((small.seconds, large.seconds), (5, 5 + 99));
        assert!(large.answer >= 9999 * 9999 * 3 && large.memory > 2 * large.answer);
        assert!(small.memory < 80 << 20, "{}", small.memory);
        assert!(small.patience >= 60);
    }
}
