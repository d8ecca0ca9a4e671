//! Owns which bits of which coefficients the scans of a progressive file give, and in which order they may (T.81, G.1.1).
//! Does not own: the bits.
//!
//! The rules are libjpeg's. Where that only warns, and shows something else than was meant, the file is refused.

use crate::Error;
use alloc::vec::Vec;

/// What one scan gives: a band of coefficients in zigzag order, and which of their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// The first and the last coefficient (`Ss` and `Se`).
    pub(crate) band: (u8, u8),
    /// How many low bits were missing before (`Ah`; 0 if all were) and are after it (`Al`).
    pub(crate) missing: (u8, u8),
}

impl Share {
    /// Whether it gives levels (DC).
    pub(crate) fn levels(&self) -> bool {
        self.band.0 == 0
    }

    /// Whether it is the first to give these coefficients; others refine them.
    pub(crate) fn first(&self) -> bool {
        self.missing.0 == 0
    }

    fn check(&self) -> Result<(), &'static str> {
        let (first, last) = self.band;
        let (before, after) = self.missing;
        match () {
            () if first == 0 && last != 0 => {
                Err("a progressive scan of levels alone or of other coefficients")
            }
            () if first > last || last > 63 => Err("a band of coefficients from 0 to 63"),
            () if after > 13 || (before > 0 && after != before - 1) => {
                Err("a progressive scan that adds one bit")
            }
            () => Ok(()),
        }
    }
}

/// Nothing of it was given yet.
const NOTHING: u8 = 255;

/// How many low bits of each coefficient are still missing, for each component.
pub(crate) struct Progression {
    missing: Vec<[u8; 64]>,
}

impl Progression {
    pub(crate) fn new(components: usize) -> Progression {
        Progression { missing: alloc::vec![[NOTHING; 64]; components] }
    }

    /// Notes a scan of these components, whose header is at byte `at`.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it does not continue what the scans before it gave.
    pub(crate) fn add(
        &mut self,
        components: impl ExactSizeIterator<Item = usize>,
        share: Share,
        at: usize,
    ) -> Result<(), Error> {
        share.check().map_err(|expected| Error::Damaged { at, expected })?;
        if !share.levels() && components.len() != 1 {
            return Err(Error::Damaged {
                at,
                expected: "one component in a progressive scan without levels",
            });
        }
        let (first, last) = (usize::from(share.band.0), usize::from(share.band.1));
        let before = if share.first() { NOTHING } else { share.missing.0 };
        for component in components {
            let Some(missing) = self.missing.get_mut(component) else {
                return Err(Error::Damaged { at, expected: "a component of the frame" });
            };
            if !share.levels() && missing[0] == NOTHING {
                return Err(Error::Damaged { at, expected: "levels before other coefficients" });
            }
            if missing[first..=last].iter().any(|&missing| missing != before) {
                return Err(Error::Damaged { at, expected: "a scan that continues those before it" });
            }
            missing[first..=last].fill(share.missing.1);
        }
        Ok(())
    }

    /// Whether every bit of every coefficient was given.
    pub(crate) fn is_complete(&self) -> bool {
        self.missing.iter().flatten().all(|&missing| missing == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(progression: &mut Progression, components: &[usize], band: (u8, u8), missing: (u8, u8)) -> bool {
        progression.add(components.iter().copied(), Share { band, missing }, 5).is_ok()
    }

    #[test]
    fn a_picture_is_complete_when_every_bit_was_given() {
        let mut all = Progression::new(2);
        assert!(add(&mut all, &[0, 1], (0, 0), (0, 1)));
        assert!(add(&mut all, &[0], (1, 5), (0, 2)));
        assert!(add(&mut all, &[0], (6, 63), (0, 2)));
        assert!(add(&mut all, &[1], (1, 63), (0, 0)));
        assert!(add(&mut all, &[0], (1, 63), (2, 1)));
        assert!(add(&mut all, &[1, 0], (0, 0), (1, 0)));
        assert!(!all.is_complete());
        assert!(add(&mut all, &[0], (1, 63), (1, 0)));
        assert!(all.is_complete());
    }

    #[test]
    fn scans_out_of_turn_are_refused() {
        let mut some = Progression::new(2);
        assert!(!add(&mut some, &[0], (1, 5), (0, 0)), "no levels yet");
        assert!(add(&mut some, &[0, 1], (0, 0), (0, 1)));
        assert!(!add(&mut some, &[0], (0, 0), (0, 1)), "levels twice");
        assert!(!add(&mut some, &[0], (1, 5), (2, 1)), "refined before it was given");
        assert!(add(&mut some, &[0], (1, 5), (0, 3)));
        assert!(!add(&mut some, &[0], (1, 5), (2, 1)), "a bit is left out");
        assert!(!add(&mut some, &[0], (1, 6), (3, 2)), "one of them was not given");
        assert!(add(&mut some, &[0], (1, 5), (3, 2)));
    }

    #[test]
    fn shares_that_no_scan_can_have_are_refused() {
        for (band, missing) in
            [((0, 5), (0, 0)), ((5, 4), (0, 0)), ((1, 64), (0, 0)), ((1, 5), (0, 14)), ((1, 5), (3, 1))]
        {
            let mut some = Progression::new(1);
            assert!(add(&mut some, &[0], (0, 0), (0, 0)));
            assert!(!add(&mut some, &[0], band, missing), "{band:?} {missing:?}");
        }
        let mut two = Progression::new(2);
        assert!(add(&mut two, &[0, 1], (0, 0), (0, 0)));
        assert!(!add(&mut two, &[0, 1], (1, 5), (0, 0)), "two components");
        assert!(!add(&mut two, &[2], (1, 5), (0, 0)), "no such component");
    }
}
