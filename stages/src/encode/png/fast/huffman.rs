//! Owns Huffman codes: lengths from frequencies, no longer than a limit, and the canonical codes of RFC 1951 section
//! 3.2.2. Does not own how the codes are described in a block's header.
//!
//! Lengths come from the in-place algorithm of A. Moffat and J. Katajainen, "In-place calculation of minimum-redundancy
//! codes" (1995), on frequencies sorted once: no tree, no allocation. Codes longer than the limit are cut, and the
//! Kraft sum is repaired by lengthening the cheapest shorter codes.

/// Codes are at most this long, one less than the format allows: four of them and seven pending bits fit 64 bits.
pub(super) const LIMIT: usize = 14;

/// Most symbols of any alphabet here.
const SYMBOLS: usize = 288;

/// Fills `lengths` with the code length of each symbol, 0 for those that do not occur.
///
/// One symbol alone gets a length of 1. `frequencies` and `lengths` are equally long, at most 288 and at most 2^`limit`.
pub(super) fn code_lengths(frequencies: &[u32], limit: usize, lengths: &mut [u8]) {
    debug_assert!(frequencies.len() == lengths.len() && limit <= LIMIT);
    lengths.fill(0);
    let mut keys = [0_u64; SYMBOLS];
    let mut used = 0;
    for (symbol, &frequency) in frequencies.iter().enumerate() {
        keys[used] = u64::from(frequency) << 16 | symbol as u64;
        used += usize::from(frequency != 0);
    }
    let keys = &mut keys[..used];
    keys.sort_unstable();
    let mut weights = [0_usize; SYMBOLS];
    for (weight, key) in weights.iter_mut().zip(keys.iter()) {
        *weight = (key >> 16) as usize;
    }
    let mut counts = codes_per_length(&mut weights[..used], limit);
    repair(&mut counts, limit);
    let mut rarest_first = keys.iter();
    for length in (1..=limit).rev() {
        for key in rarest_first.by_ref().take(counts[length]) {
            lengths[(key & 0xffff) as usize] = length as u8;
        }
    }
}

/// How many codes of each length the best code has, those beyond `limit` counted as `limit`. Sorted weights are consumed.
fn codes_per_length(weights: &mut [usize], limit: usize) -> [usize; LIMIT + 1] {
    let mut counts = [0; LIMIT + 1];
    let leaves = weights.len();
    if leaves < 2 {
        counts[1] = leaves;
        return counts;
    }
    join(weights);
    // From here weights[i] is the parent of inner node i; the root is the last one.
    weights[leaves - 2] = 0;
    for node in (0..leaves - 2).rev() {
        weights[node] = weights[weights[node]] + 1;
    }
    let mut inner = weights[..leaves - 1].iter().rev().peekable();
    let (mut open, mut depth) = (1, 0);
    while open > 0 {
        let mut nodes = 0;
        while inner.next_if(|d| **d == depth).is_some() {
            nodes += 1;
        }
        counts[depth.min(limit)] += open - nodes;
        open = 2 * nodes;
        depth += 1;
    }
    counts
}

/// Joins the two lightest nodes until one is left; leaves in each slot the index of its parent.
fn join(weights: &mut [usize]) {
    let leaves = weights.len();
    let (mut node, mut leaf) = (0, 0);
    for next in 0..leaves - 1 {
        let mut sum = 0;
        for _ in 0..2 {
            if leaf >= leaves || (node < next && weights[node] < weights[leaf]) {
                sum += weights[node];
                weights[node] = next;
                node += 1;
            } else {
                sum += weights[leaf];
                leaf += 1;
            }
        }
        weights[next] = sum;
    }
}

/// Lengthens codes until the Kraft sum is at most one.
fn repair(counts: &mut [usize; LIMIT + 1], limit: usize) {
    let kraft =
        |counts: &[usize]| (1..=limit).map(|length| counts[length] << (limit - length)).sum::<usize>();
    let mut excess = kraft(counts).saturating_sub(1 << limit);
    while excess > 0 {
        let Some(length) = (1..limit).rev().find(|&length| counts[length] > 0) else { return };
        // One code of `length` and one of `limit` become two of `length + 1`: one unit of the sum is gained.
        counts[limit] -= 1;
        counts[length] -= 1;
        counts[length + 1] += 2;
        excess -= 1;
    }
}

/// The codes of an alphabet. Two tables of whole words, because the writer adds and shifts by them straight from memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Codes<const N: usize> {
    /// Each symbol's code with its first bit lowest, the order in which it is sent.
    pub(super) bits: [u64; N],
    /// How many bits that is.
    pub(super) lengths: [u64; N],
}

/// The canonical codes of these lengths.
pub(super) fn canonical<const N: usize>(lengths: &[u8; N]) -> Codes<N> {
    let mut counts = [0_u16; 16];
    for &length in lengths {
        counts[usize::from(length & 15)] += 1;
    }
    counts[0] = 0;
    let mut next = [0_u16; 16];
    for length in 1..16 {
        next[length] = (next[length - 1] + counts[length - 1]) << 1;
    }
    let mut codes = Codes { bits: [0; N], lengths: [0; N] };
    for (symbol, &length) in lengths.iter().enumerate() {
        let slot = &mut next[usize::from(length & 15)];
        let reversed = slot.reverse_bits().checked_shr(16 - u32::from(length)).unwrap_or(0);
        codes.bits[symbol] = u64::from(reversed);
        codes.lengths[symbol] = u64::from(length);
        *slot = slot.wrapping_add(u16::from(length != 0));
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lengths_of(frequencies: &[u32], limit: usize) -> Vec<u8> {
        let mut lengths = vec![9; frequencies.len()];
        code_lengths(frequencies, limit, &mut lengths);
        lengths
    }

    /// The cost of a code built the plain way, by always joining the two lightest nodes.
    fn best_cost(frequencies: &[u32]) -> u64 {
        let mut nodes: Vec<u64> = frequencies.iter().filter(|f| **f > 0).map(|f| u64::from(*f)).collect();
        let mut cost = 0;
        while nodes.len() > 1 {
            nodes.sort_unstable_by(|a, b| b.cmp(a));
            let joined = nodes.pop().unwrap() + nodes.pop().unwrap();
            cost += joined;
            nodes.push(joined);
        }
        cost
    }

    #[test]
    fn the_example_of_rfc_1951_gets_its_codes() {
        let codes = canonical(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let expected = [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111];
        for ((bits, length), expected) in codes.bits.iter().zip(codes.lengths).zip(expected) {
            assert_eq!(bits.reverse_bits() >> (64 - length), expected);
        }
    }

    #[test]
    fn one_symbol_alone_takes_one_bit() {
        assert_eq!(lengths_of(&[0, 7, 0], 14), [0, 1, 0]);
        assert_eq!(lengths_of(&[0, 0], 14), [0, 0]);
    }

    #[test]
    fn fibonacci_frequencies_are_cut_at_the_limit() {
        let mut frequencies = vec![1, 1];
        for i in 2..30 {
            frequencies.push(frequencies[i - 1] + frequencies[i - 2]);
        }
        for limit in [7, 14] {
            let lengths = lengths_of(&frequencies, limit);
            assert_eq!(usize::from(*lengths.iter().max().unwrap()), limit);
            let kraft: u32 = lengths.iter().map(|l| 1 << (limit - usize::from(*l))).sum();
            assert_eq!(kraft, 1 << limit);
        }
    }

    proptest! {
        #[test]
        fn codes_are_complete_and_as_short_as_any(frequencies in proptest::collection::vec(0_u32..5000, 2..286)) {
            prop_assume!(frequencies.iter().filter(|f| **f > 0).count() > 1);
            let lengths = lengths_of(&frequencies, LIMIT);
            let kraft: u32 = lengths.iter().filter(|l| **l > 0).map(|l| 1 << (LIMIT - usize::from(*l))).sum();
            prop_assert_eq!(kraft, 1 << LIMIT);
            let cost: u64 = lengths.iter().zip(&frequencies).map(|(l, f)| u64::from(*l) * u64::from(*f)).sum();
            let cut = lengths.iter().any(|l| usize::from(*l) == LIMIT);
            prop_assert!(cost == best_cost(&frequencies) || cut);
        }
    }
}
