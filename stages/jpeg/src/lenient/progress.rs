//! Owns which bits of which coefficients the scans of a progressive file gave (libjpeg: `start_pass_phuff_decoder`).
//! Does not own: the bits (see `block.rs`), what is made of those that are missing (see `smoothing.rs`).

use super::headers::ScanHeader;
use super::source::Source;
use crate::Error;

/// Nothing of it was given.
pub(super) const NOTHING: i8 = -1;

/// How many low bits of each coefficient are missing; [`NOTHING`] if all are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) now: [i8; 64],
    /// Before the last scan that changed it.
    pub(super) before: [i8; 64],
}

/// What scans gave of each component.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) components: [Missing; 4],
    /// How many scans were begun.
    pub(super) scans: usize,
}

impl Progress {
    pub(super) fn new() -> Progress {
        Progress { components: [Missing { now: [NOTHING; 64], before: [NOTHING; 64] }; 4], scans: 0 }
    }

    /// Notes the next scan of a progressive file.
    ///
    /// # Errors
    /// [`Error::Damaged`] for one that cannot be decoded. One that is out of turn can, and is noted in the source.
    pub(super) fn add(&mut self, scan: &ScanHeader, source: &mut Source<'_>) -> Result<(), Error> {
        check(scan)?;
        self.scans += 1;
        let (first, last) = (usize::from(scan.band.0), usize::from(scan.band.1));
        for member in &scan.members {
            let Missing { now, before } = &mut self.components[member.component];
            if first > 0 && now[0] == NOTHING {
                source.note(scan.at, "levels before other coefficients");
            }
            for at in first.min(1)..=last.max(9) {
                before[at] = if self.scans > 1 { now[at] } else { 0 };
            }
            if now[first..=last].iter().any(|&missing| i32::from(missing.max(0)) != i32::from(scan.bits.0)) {
                source.note(scan.at, "a scan that continues those before it");
            }
            now[first..=last].fill(scan.bits.1 as i8);
        }
        Ok(())
    }

    /// Whether every bit of every coefficient was given.
    pub(super) fn complete(&self, count: usize) -> bool {
        self.components[..count].iter().all(|component| component.now == [0; 64])
    }
}

fn check(scan: &ScanHeader) -> Result<(), Error> {
    let ((first, last), (before, after)) = (scan.band, scan.bits);
    let band = if first == 0 { last == 0 } else { first <= last && last < 64 && scan.members.len() == 1 };
    let bits = after <= 13 && (before == 0 || after == before - 1);
    if band && bits {
        return Ok(());
    }
    Err(Error::Damaged { at: scan.at, expected: "a progressive scan as there can be one" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scans::Member;
    use alloc::vec::Vec;

    fn add(progress: &mut Progress, components: &[usize], band: (u8, u8), bits: (u8, u8)) -> Option<usize> {
        let members: Vec<_> =
            components.iter().map(|&component| Member { component, dc: 0, ac: 0 }).collect();
        let mut source = Source::new(b"");
        progress.add(&ScanHeader { members, band, bits, at: 0 }, &mut source).ok()?;
        Some(source.damage().count)
    }

    #[test]
    fn what_was_before_the_last_scan_is_remembered() {
        let mut progress = Progress::new();
        assert_eq!(add(&mut progress, &[0, 1], (0, 0), (0, 1)), Some(0));
        assert_eq!((progress.components[0].now[0], progress.components[0].before[9]), (1, 0));
        assert_eq!(add(&mut progress, &[0], (1, 5), (0, 2)), Some(0));
        let Missing { now, before } = progress.components[0];
        assert_eq!(
            (&now[..7], &before[..7]),
            (&[1, 2, 2, 2, 2, 2, -1][..], &[0, -1, -1, -1, -1, -1, -1][..])
        );
        assert!(!progress.complete(1));
    }

    #[test]
    fn scans_out_of_turn_are_noted_and_impossible_ones_refused() {
        let mut progress = Progress::new();
        assert_eq!(add(&mut progress, &[0], (1, 5), (0, 0)), Some(1), "no levels yet");
        assert_eq!(add(&mut progress, &[0], (1, 5), (2, 1)), Some(2), "no such bits, and still no levels");
        for (band, bits) in
            [((0, 5), (0, 0)), ((5, 4), (0, 0)), ((1, 64), (0, 0)), ((1, 5), (0, 14)), ((1, 5), (3, 1))]
        {
            assert_eq!(add(&mut progress, &[0], band, bits), None, "{band:?} {bits:?}");
        }
        assert_eq!(add(&mut progress, &[0, 1], (1, 5), (0, 0)), None, "two components");
    }
}
