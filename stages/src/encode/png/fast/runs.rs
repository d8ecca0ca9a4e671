//! Owns where filtered bytes repeat: stretches that equal the bytes one pixel before them. Does not own their codes.
//!
//! One distance is enough for pictures: after filtering, flat areas are zeros and even gradients repeat with the pixel.
//!
//! Why it is fast: one comparison of four bytes with the four a pixel before, at every fourth position, finds every
//! stretch of seven or more; only then are its ends looked for.

/// A stretch of bytes that equals the bytes one pixel before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Index of the first repeated byte.
    pub(super) start: usize,
    /// How many bytes repeat.
    pub(super) len: usize,
}

/// Bytes compared at once.
const STEP: usize = 4;

/// Bytes looked at together.
const BLOCK: usize = 32;

/// Shorter stretches cost no less as a match than as literals.
const SHORTEST: usize = 6;

/// Adds the runs that lie within `bytes[from..]` to `runs`, in order. What they repeat lies there too, so the part can
/// be written without what is before it.
#[inline(always)]
pub(super) fn find(bytes: &[u8], from: usize, distance: usize, runs: &mut Vec<Run>) {
    let equal = |at: usize| bytes[at] == bytes[at - distance];
    let mut free = from + distance;
    let mut at = free;
    while let Some(found) = next_equal(bytes, at, distance) {
        at = found;
        let mut start = at;
        while start > free && equal(start - 1) {
            start -= 1;
        }
        let mut end = at + STEP;
        while let (Some(here), Some(before)) = (wide(bytes, end), wide(bytes, end - distance)) {
            let same = ((here ^ before).trailing_zeros() / 8) as usize;
            end += same;
            if same < 8 {
                break;
            }
        }
        while end < bytes.len() && equal(end) {
            end += 1;
        }
        if end - start >= SHORTEST {
            runs.push(Run { start, len: end - start });
            free = end;
        }
        at = end;
    }
}

/// The next position at or after `at`, by steps of [`STEP`], where so many bytes equal those `distance` before.
#[inline(always)]
fn next_equal(bytes: &[u8], mut at: usize, distance: usize) -> Option<usize> {
    while let (Some(here), Some(before)) = (block(bytes, at), block(bytes, at - distance)) {
        let steps = equal_steps(here, before);
        if steps != 0 {
            return Some(at + STEP * steps.trailing_zeros() as usize);
        }
        at += BLOCK;
    }
    let steps = (at..bytes.len().saturating_sub(STEP - 1)).step_by(STEP);
    steps.into_iter().find(|at| bytes[*at..at + STEP] == bytes[at - distance..at - distance + STEP])
}

/// One bit for each step of a block: whether both sides are equal there. Compiles to a vector comparison.
#[inline(always)]
fn equal_steps(here: &[u8; BLOCK], before: &[u8; BLOCK]) -> u32 {
    let steps = here.as_chunks::<STEP>().0.iter().zip(before.as_chunks::<STEP>().0);
    steps.enumerate().map(|(i, (a, b))| u32::from(a == b) << i).sum()
}

#[inline(always)]
fn block(bytes: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    bytes.get(at..)?.first_chunk()
}

#[inline(always)]
fn wide(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The lengths of the matches that make up a run: 3 to 258 each (RFC 1951, section 3.2.5).
#[inline(always)]
pub(super) fn matches(run: usize) -> impl Iterator<Item = usize> {
    const LONGEST: usize = 258;
    let mut left = run;
    std::iter::from_fn(move || {
        let take = match left {
            0 => return None,
            // Nothing shorter than three may remain.
            259 | 260 => left - 3,
            _ => left.min(LONGEST),
        };
        left -= take;
        Some(take)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_run_ends_at_the_last_byte() {
        let mut runs = Vec::new();
        find(&[9, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, 1, &mut runs);
        assert_eq!(runs, [Run { start: 4, len: 8 }]);
    }

    proptest! {
        #[test]
        fn runs_repeat_what_is_one_pixel_before(
            bytes in proptest::collection::vec(0_u8..2, 0..300), distance in 1_usize..9, from in 0_usize..300,
        ) {
            let from = from.min(bytes.len());
            let mut runs = Vec::new();
            find(&bytes, from, distance, &mut runs);
            let mut free = from + distance;
            for Run { start, len } in &runs {
                prop_assert!(*start >= free && *len >= SHORTEST);
                free = start + len;
                prop_assert_eq!(&bytes[*start..free], &bytes[start - distance..free - distance]);
            }
            let equal = |at: usize| bytes[at] == bytes[at - distance];
            let covered = |at: usize| runs.iter().any(|r| (r.start..r.start + r.len).contains(&at));
            let mut stretch = 0;
            for at in from + distance..bytes.len() {
                stretch = if equal(at) && !covered(at) { stretch + 1 } else { 0 };
                prop_assert!(stretch < 7, "a stretch of seven up to {} was missed", at);
            }
        }

        #[test]
        fn matches_are_of_legal_length_and_make_up_the_run(run in 3_usize..5000) {
            let lengths: Vec<usize> = matches(run).collect();
            prop_assert_eq!(lengths.iter().sum::<usize>(), run);
            prop_assert!(lengths.iter().all(|l| (3..=258).contains(l)));
        }
    }
}
