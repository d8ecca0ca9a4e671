//! Owns the five filters of the PNG specification (section 9): what a row becomes. Does not own which one is chosen.
//!
//! Why it is fast: every loop is a plain zip of slices over bytes, with Paeth in 8-bit arithmetic, so the compiler turns
//! each into vector code; `simd` compiles the same loops once more for wider registers.

/// How a row is predicted from its left, upper and upper left neighbours. The number is the row's filter byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Filter {
    None = 0,
    Sub = 1,
    Up = 2,
    Average = 3,
    Paeth = 4,
}

impl Filter {
    /// All of them, indexed by filter byte.
    pub(super) const ALL: [Filter; 5] =
        [Filter::None, Filter::Sub, Filter::Up, Filter::Average, Filter::Paeth];
}

/// Of left, above and upper left the one nearest to `left + above - upper_left` (PNG specification, section 9.4).
///
/// The distances to the estimate are `|above - upper_left|`, `|left - upper_left|` and the absolute sum of the two
/// differences. With equal signs that sum is no smaller than either, so it never wins; with opposite signs it
/// is the difference of the first two. Eight bits are enough for all of it.
#[inline(always)]
pub(super) fn paeth(left: u8, above: u8, upper_left: u8) -> u8 {
    let to_left = above.abs_diff(upper_left);
    let to_above = left.abs_diff(upper_left);
    let opposite = (left < upper_left) != (above < upper_left);
    let to_corner = if opposite { to_left.abs_diff(to_above) } else { u8::MAX };
    let near = if to_left <= to_above { left } else { above };
    if to_left.min(to_above) <= to_corner { near } else { upper_left }
}

/// The average of two bytes, rounded down.
#[inline(always)]
pub(super) fn average(left: u8, above: u8) -> u8 {
    (left & above) + ((left ^ above) >> 1)
}

/// Writes the filtered `row` to `out`. All three slices are equally long; `above` is all zero for the first row.
#[inline(always)]
pub(super) fn apply(filter: Filter, bytes_per_pixel: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    let head = bytes_per_pixel.min(row.len());
    let (first, rest) = out.split_at_mut(head);
    let left = &row[..row.len() - head];
    let upper_left = &above[..row.len() - head];
    let (row_first, row) = row.split_at(head);
    let (above_first, above) = above.split_at(head);
    let first = first.iter_mut().zip(row_first).zip(above_first);
    match filter {
        Filter::None | Filter::Sub => first.for_each(|((out, x), _)| *out = *x),
        Filter::Up | Filter::Paeth => first.for_each(|((out, x), b)| *out = x.wrapping_sub(*b)),
        Filter::Average => first.for_each(|((out, x), b)| *out = x.wrapping_sub(b >> 1)),
    }
    let rest = rest.iter_mut().zip(row);
    match filter {
        Filter::None => rest.for_each(|(out, x)| *out = *x),
        Filter::Sub => rest.zip(left).for_each(|((out, x), a)| *out = x.wrapping_sub(*a)),
        Filter::Up => rest.zip(above).for_each(|((out, x), b)| *out = x.wrapping_sub(*b)),
        Filter::Average => {
            rest.zip(left).zip(above).for_each(|(((out, x), a), b)| *out = x.wrapping_sub(average(*a, *b)));
        }
        Filter::Paeth => rest
            .zip(left)
            .zip(above)
            .zip(upper_left)
            .for_each(|((((out, x), a), b), c)| *out = x.wrapping_sub(paeth(*a, *b, *c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The predictor as the specification writes it.
    fn paeth_by_the_book(a: u8, b: u8, c: u8) -> u8 {
        let (left, above, corner) = (i32::from(a), i32::from(b), i32::from(c));
        let estimate = left + above - corner;
        let (pa, pb, pc) = ((estimate - left).abs(), (estimate - above).abs(), (estimate - corner).abs());
        if pa <= pb && pa <= pc {
            a
        } else if pb <= pc {
            b
        } else {
            c
        }
    }

    #[test]
    fn paeth_in_eight_bits_is_the_specifications() {
        for n in 0_u32..1 << 24 {
            let [a, b, c, _] = n.to_le_bytes();
            assert_eq!(paeth(a, b, c), paeth_by_the_book(a, b, c), "{a} {b} {c}");
        }
    }

    #[test]
    fn the_average_is_rounded_down() {
        for n in 0..=u16::MAX {
            let [a, b] = n.to_le_bytes();
            assert_eq!(u16::from(average(a, b)), (u16::from(a) + u16::from(b)) / 2);
        }
    }

    #[test]
    fn a_row_narrower_than_a_pixel_is_filtered_too() {
        let mut out = [0; 2];
        for filter in Filter::ALL {
            apply(filter, 4, &[0, 0], &[5, 6], &mut out);
            assert_eq!(out, [5, 6]);
        }
    }
}
