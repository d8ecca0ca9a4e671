//! Owns which filter a row gets. Does not own the filters.
//!
//! The choice is the minimum sum of absolute differences (PNG specification, section 12.7): the filter whose bytes, taken
//! as signed, have the least magnitudes. Estimates nearer to the entropy were tried and gain less than 0.1 %.
//!
//! Why it is fast: all filters are weighed in one pass over blocks of fixed size that the compiler keeps in vector
//! registers (`weigh_avx2` does it by hand); nothing is stored, as only the winner is computed again.

use super::filter::{Filter, average, paeth};

/// The sum of magnitudes for each filter, indexed by filter byte.
pub(super) type Weights = [u64; 5];

/// Bytes weighed at once.
pub(super) const LANES: usize = 32;

/// The same block of a row, of its left neighbours, of the row above and of its left neighbours.
pub(super) type Neighbours<'a, const N: usize = LANES> = [&'a [u8; N]; 4];

/// The filter of least weight; the first of several.
pub(super) fn lightest(weights: Weights) -> Filter {
    let mut best = Filter::None;
    for filter in Filter::ALL {
        if weights[filter as usize] < weights[best as usize] {
            best = filter;
        }
    }
    best
}

/// Weighs `row`, where `above` is all zero for the first row. Both are equally long. The first pixel does not count.
///
/// Whole blocks are given to `weigh_block` in turn. Where the row is no multiple of [`LANES`], the last block overlaps
/// the one before it and some bytes count twice: the choice hardly cares, and no byte is left to do alone.
#[inline(always)]
pub(super) fn weigh_blocks<'a>(
    bytes_per_pixel: usize,
    above: &'a [u8],
    row: &'a [u8],
    mut weigh_block: impl FnMut(Neighbours<'a>),
) -> Weights {
    let count = row.len().saturating_sub(bytes_per_pixel);
    let (left, upper_left) = (&row[..count], &above[..count]);
    let (row, above) = (&row[row.len() - count..], &above[above.len() - count..]);
    let mut weights = [0; 5];
    let Some(last) = block_at_end(row, left, above, upper_left) else {
        for i in 0..count {
            add(&mut weights, weigh_block_of([&[row[i]], &[left[i]], &[above[i]], &[upper_left[i]]]));
        }
        return weights;
    };
    let blocks = row.as_chunks().0.iter().zip(left.as_chunks().0);
    let blocks = blocks.zip(above.as_chunks().0).zip(upper_left.as_chunks().0);
    for (((x, a), b), c) in blocks {
        weigh_block([x, a, b, c]);
    }
    if !count.is_multiple_of(LANES) {
        weigh_block(last);
    }
    weights
}

#[inline(always)]
fn block_at_end<'a>(x: &'a [u8], a: &'a [u8], b: &'a [u8], c: &'a [u8]) -> Option<Neighbours<'a>> {
    Some([x.last_chunk()?, a.last_chunk()?, b.last_chunk()?, c.last_chunk()?])
}

/// Weighs a row on any processor.
pub(super) fn weigh(bytes_per_pixel: usize, above: &[u8], row: &[u8]) -> Weights {
    let mut weights = [0; 5];
    let rest = weigh_blocks(bytes_per_pixel, above, row, |block| add(&mut weights, weigh_block_of(block)));
    add(&mut weights, rest);
    weights
}

#[inline(always)]
pub(super) fn add(weights: &mut Weights, more: Weights) {
    for (weight, more) in weights.iter_mut().zip(more) {
        *weight += more;
    }
}

#[inline(always)]
fn weigh_block_of<const N: usize>([x, a, b, c]: Neighbours<'_, N>) -> Weights {
    let averages: [u8; N] = std::array::from_fn(|i| average(a[i], b[i]));
    let paeths: [u8; N] = std::array::from_fn(|i| paeth(a[i], b[i], c[i]));
    [magnitude(x, &[0; N]), magnitude(x, a), magnitude(x, b), magnitude(x, &averages), magnitude(x, &paeths)]
}

#[inline(always)]
fn magnitude<const N: usize>(x: &[u8; N], predicted: &[u8; N]) -> u64 {
    let mut sum = 0;
    for i in 0..N {
        let residual = x[i].wrapping_sub(predicted[i]);
        sum += u32::from(residual.min(residual.wrapping_neg()));
    }
    u64::from(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gets_the_filter_that_predicts_it() {
        let row: Vec<u8> = (0..100_u8).map(|x| x.wrapping_mul(37)).collect();
        assert_eq!(lightest(weigh(1, &row, &row)), Filter::Up);
        let ramp: Vec<u8> = (0..100).collect();
        assert_eq!(lightest(weigh(1, &row, &ramp)), Filter::Sub);
        assert_eq!(lightest(weigh(1, &[0; 100], &[0; 100])), Filter::None);
        let other: Vec<u8> = ramp.iter().map(|x| 2 * x).collect();
        let both: Vec<u8> = std::iter::once(0)
            .chain((1..100).scan(0, |left, i| {
                *left = average(*left, other[i]);
                Some(*left)
            }))
            .collect();
        assert_eq!(lightest(weigh(1, &other, &both)), Filter::Average);
    }
}
