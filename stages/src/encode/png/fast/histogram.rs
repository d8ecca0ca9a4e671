//! Owns how often each symbol of a stretch occurs, and what that makes it cost. Does not own codes.

use super::runs::{Run, matches};
use super::symbols::{END, LITERALS_AND_LENGTHS, length_symbol};

/// Symbol counts of a stretch of filtered bytes, with the extra bits that its matches carry.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    /// Counts of literals, of the end of the block and of length symbols.
    pub(super) counts: [u32; LITERALS_AND_LENGTHS],
    /// Bits that follow the length symbols.
    pub(super) extra_bits: u64,
    /// Number of matches.
    pub(super) matches: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        let mut counts = [0; LITERALS_AND_LENGTHS];
        counts[END] = 1;
        Self { counts, extra_bits: 0, matches: 0 }
    }
}

impl Histogram {
    /// Counts `bytes[from..]`, of which `runs` will be written as matches.
    #[inline(always)]
    pub(super) fn of(bytes: &[u8], from: usize, runs: &[Run]) -> Self {
        let mut histogram = Self::default();
        let mut lanes = [[0_u32; 256]; 4];
        let mut at = from;
        for run in runs {
            count_literals(&bytes[at..run.start], &mut lanes);
            for length in matches(run.len) {
                let (symbol, extra, _) = length_symbol(length);
                histogram.counts[symbol] += 1;
                histogram.extra_bits += extra;
                histogram.matches += 1;
            }
            at = run.start + run.len;
        }
        count_literals(&bytes[at..], &mut lanes);
        for (symbol, count) in histogram.counts[..256].iter_mut().enumerate() {
            *count = lanes[0][symbol] + lanes[1][symbol] + lanes[2][symbol] + lanes[3][symbol];
        }
        histogram
    }

    /// The counts of this stretch and the next one together.
    pub(super) fn joined(&self, next: &Histogram) -> Histogram {
        let mut sum = self.clone();
        for (count, more) in sum.counts.iter_mut().zip(&next.counts) {
            *count += more;
        }
        sum.counts[END] = 1;
        sum.extra_bits += next.extra_bits;
        sum.matches += next.matches;
        sum
    }

    /// About how many bits the symbols take with the best code for exactly these counts: their entropy.
    #[inline(always)]
    pub(super) fn entropy_bits(&self) -> f32 {
        let mut total = 0.0;
        let mut weighted = 0.0;
        for &count in &self.counts {
            let count = count as f32;
            total += count;
            weighted += count * log2(count);
        }
        total * log2(total) - weighted
    }
}

/// Counts with four tables in turn: equal neighbours would wait for each other's store in one.
#[inline(always)]
fn count_literals(bytes: &[u8], lanes: &mut [[u32; 256]; 4]) {
    let (quads, rest) = bytes.as_chunks::<4>();
    for quad in quads {
        for (lane, byte) in lanes.iter_mut().zip(quad) {
            lane[usize::from(*byte)] += 1;
        }
    }
    for byte in rest {
        lanes[0][usize::from(*byte)] += 1;
    }
}

/// The binary logarithm to about three digits, from the bits of the number: the exponent plus a parabola through the
/// mantissa. `log2(0)` is finite, so that `0 * log2(0)` is 0.
#[inline(always)]
fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let mantissa = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    exponent + (-0.344_845 * mantissa + 2.024_658) * mantissa - 1.674_873
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_near_enough_to_choose_by() {
        for n in 1..100_000_u32 {
            let n = n as f32;
            assert!((log2(n) - n.log2()).abs() < 0.01, "{n}: {} for {}", log2(n), n.log2());
        }
        assert_eq!(0.0 * log2(0.0), 0.0);
    }

    #[test]
    fn runs_count_as_length_symbols_and_all_else_as_literals() {
        let bytes = [1, 2, 2, 2, 2, 2, 2, 2, 2, 3];
        let histogram = Histogram::of(&bytes, 0, &[Run { start: 2, len: 7 }]);
        assert_eq!(histogram.counts[1..4], [1, 1, 1]);
        assert_eq!(histogram.counts[length_symbol(7).0], 1);
        assert_eq!(histogram.matches, 1);
        assert_eq!(histogram.counts.iter().sum::<u32>(), 5);
    }
}
