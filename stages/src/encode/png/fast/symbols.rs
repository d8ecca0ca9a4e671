//! Owns the alphabets of RFC 1951 section 3.2.5: which symbol and which extra bits stand for a length or a distance.
//! Does not own their codes.

/// Literals 0 to 255, the end of the block, and the length symbols 257 to 285.
pub(super) const LITERALS_AND_LENGTHS: usize = 286;

/// The symbol that ends a block.
pub(super) const END: usize = 256;

/// Length symbols come in groups of four with equally many extra bits; entries are (base, extra bits).
const LENGTHS: [(u16, u8); 29] = {
    let mut table = [(0, 0); 29];
    let (mut symbol, mut base) = (0, 3);
    while symbol < 28 {
        let extra = if symbol < 8 { 0 } else { symbol as u8 / 4 - 1 };
        table[symbol] = (base, extra);
        base += 1 << extra;
        symbol += 1;
    }
    table[28] = (258, 0);
    table
};

/// The entry of [`LENGTHS`] for each length, from 3 on.
const ENTRY: [u8; 256] = {
    let mut table = [0; 256];
    let mut symbol = 0;
    while symbol < 29 {
        let (base, extra) = LENGTHS[symbol];
        let mut i = 0;
        while i < 1 << extra && base - 3 + i < 256 {
            table[(base - 3 + i) as usize] = symbol as u8;
            i += 1;
        }
        symbol += 1;
    }
    table
};

/// The symbol of a match length from 3 to 258, how many extra bits follow it, and their value.
#[inline(always)]
pub(super) fn length_symbol(length: usize) -> (usize, u64, u64) {
    let entry = usize::from(ENTRY[length - 3]);
    let (base, extra) = LENGTHS[entry];
    (257 + entry, u64::from(extra), (length - usize::from(base)) as u64)
}

/// The symbol of a distance from 1 to 8, how many extra bits follow it, and their value.
pub(super) fn distance_symbol(distance: usize) -> (usize, u64, u64) {
    match distance {
        0..=4 => (distance.saturating_sub(1), 0, 0),
        5 | 6 => (4, 1, distance as u64 - 5),
        _ => (5, 1, distance as u64 - 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_the_symbols_of_the_rfc() {
        assert_eq!(length_symbol(3), (257, 0, 0));
        assert_eq!(length_symbol(10), (264, 0, 0));
        assert_eq!(length_symbol(12), (265, 1, 1));
        assert_eq!(length_symbol(114), (279, 4, 15));
        assert_eq!(length_symbol(131), (281, 5, 0));
        assert_eq!(length_symbol(257), (284, 5, 30));
        assert_eq!(length_symbol(258), (285, 0, 0));
    }

    #[test]
    fn distances_have_the_symbols_of_the_rfc() {
        let expected =
            [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 1, 0), (4, 1, 1), (5, 1, 0), (5, 1, 1)];
        for (distance, expected) in (1..).zip(expected) {
            assert_eq!(distance_symbol(distance), expected);
        }
    }
}
