//! Owns reading bits from data without stuffed bytes (T.81, F.2.2.5).
//! Does not own: taking the stuffed bytes out (see `segments.rs`).
//!
//! Fast because eight bytes are loaded at once, whether they are needed or not.

/// A window of 64 bits that moves over the data. Past the end it reads zeros; [`Bits::overrun`] tells.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    /// From the first byte that is not counted in `count`.
    rest: &'a [u8],
    /// All of the data.
    data: &'a [u8],
    /// The next bits, the first at the top.
    window: u64,
    /// In its low 6 bits: how many bits of the window are accounted for; below them may be more that will be loaded again.
    count: u32,
}

/// Where reading stopped, without the data.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    next: usize,
    window: u64,
    count: u32,
}

/// Zeros that must follow the data, so that its last bytes can be loaded eight at a time. Where no eight are left, all of the
/// data was read, and even the bits of a whole window before that place are beyond it.
pub(crate) const PADDING: usize = 16;

impl<'a> Bits<'a> {
    /// Over data that ends with [`PADDING`] zeros.
    #[cfg(test)]
    pub(crate) fn new(data: &'a [u8]) -> Bits<'a> {
        Bits::at(data, Place::default())
    }

    /// Makes at least 56 bits available. One load of eight bytes, and no look at how many are needed.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if let Some(next) = self.rest.first_chunk() {
            self.window |= u64::from_be_bytes(*next) >> (self.count & 63);
            self.rest = &self.rest[(!self.count >> 3 & 7) as usize..];
        }
        self.count |= 56;
    }

    /// The next bits, the first at the top.
    #[inline(always)]
    pub(crate) fn window(&self) -> u64 {
        self.window
    }

    /// The next `bits` bits as a number; `bits` from 1 to 32.
    #[inline(always)]
    pub(crate) fn peek(&self, bits: u32) -> usize {
        (self.window >> (64 - bits)) as usize
    }

    /// Goes over the low 6 bits of `entry` many bits: table entries keep their length there.
    #[inline(always)]
    pub(crate) fn skip(&mut self, entry: u32) {
        self.window <<= entry & 63;
        // What else is in the entry only changes bits that do not count.
        self.count = self.count.wrapping_sub(entry);
    }

    /// The signed value in the last `size` of the next `total` bits; `size` is at most 15.
    #[inline(always)]
    pub(crate) fn value(&self, total: u32, size: u32) -> i16 {
        self.entry_value(with_size(total, size))
    }

    /// The signed value that [`with_size`] says (EXTEND of T.81, F.2.2.1). Without a branch, since its sign is a coin toss: with
    /// the first bit turned into a sign the rest is a shift, and one more if it is negative.
    #[inline(always)]
    pub(crate) fn entry_value(&self, entry: u32) -> i16 {
        let unused = entry >> 6;
        let first = self.window << (entry.wrapping_add(unused).wrapping_add(1) & 63);
        let signed = (first as i64 >> 1) ^ i64::MIN;
        ((signed >> (unused & 63)) - (signed >> 63)) as i16
    }

    /// Where it stands, to go on from later.
    pub(crate) fn place(&self) -> Place {
        Place { next: self.data.len() - self.rest.len(), window: self.window, count: self.count }
    }

    /// Over data that ends with [`PADDING`] zeros, from a place in it.
    pub(crate) fn at(data: &'a [u8], Place { next, window, count }: Place) -> Bits<'a> {
        Bits { rest: data.get(next..).unwrap_or_default(), data, window, count }
    }

    /// Over data that ends with [`PADDING`] zeros, from this bit of it on. At least 49 bits are available.
    #[inline(always)]
    pub(crate) fn from_bit(data: &'a [u8], at: usize) -> Bits<'a> {
        let rest = data.get(at >> 3..).unwrap_or_default();
        let mut bits = Bits { rest, data, window: 0, count: 0 };
        bits.refill();
        bits.skip((at & 7) as u32);
        bits
    }

    /// How many bits are left, [`PADDING`] included.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.rest.len() * 8 + (self.count & 63) as usize
    }

    /// How many bytes were not loaded for good.
    #[inline(always)]
    pub(crate) fn bytes_left(&self) -> usize {
        self.rest.len()
    }

    /// How many bits were read.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        (self.data.len() - self.rest.len()) * 8 - (self.count & 63) as usize
    }

    /// The data, with its [`PADDING`].
    #[inline(always)]
    pub(crate) fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Whether more was read than there is. Once it is so, it stays so.
    #[inline(always)]
    pub(crate) fn overrun(&self) -> bool {
        self.rest.len() * 8 + ((self.count & 63) as usize) < PADDING * 8
    }

    /// Whether whole bytes are left; less than a byte is filling (T.81, F.1.2.3).
    pub(crate) fn left_over(&self) -> bool {
        self.position() + 8 <= (self.data.len() - PADDING) * 8
    }

    /// How many bytes were begun.
    pub(crate) fn bytes_read(&self) -> usize {
        self.position().div_ceil(8).min(self.data.len() - PADDING)
    }
}

/// The low 12 bits of a table entry for a value: `total` bits, and above that how many of 63 are not those of its value, the
/// last `size` bits.
#[inline(always)]
pub(crate) const fn with_size(total: u32, size: u32) -> u32 {
    total | (63 - size) << 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sign_of_a_value_is_its_first_bit() {
        let mut data = [0; 9];
        data[0] = 0b1010_0110;
        let mut bits = Bits::new(&data);
        bits.refill();
        assert_eq!(bits.value(3, 3), 5);
        assert_eq!(bits.value(4, 3), -5);
        assert_eq!(bits.value(2, 0), 0);
        assert_eq!(bits.value(5, 1), -1);
    }

    proptest! {
        #[test]
        fn any_bit_is_a_place_to_begin(data in prop::collection::vec(any::<u8>(), 1..40), at in any::<prop::sample::Index>()) {
            let padded = [&data[..], &[0; PADDING]].concat();
            let at = at.index(data.len() * 8);
            let mut bits = Bits::new(&padded);
            for _ in 0..at {
                bits.refill();
                bits.skip(1);
            }
            bits.refill();
            let begun = Bits::from_bit(&padded, at);
            prop_assert_eq!(begun.position(), at);
            prop_assert_eq!(begun.left(), padded.len() * 8 - at);
            prop_assert_eq!(begun.peek(32), bits.peek(32));
        }

        #[test]
        fn bits_come_in_order_whatever_the_steps(data in prop::collection::vec(any::<u8>(), 1..60), steps in prop::collection::vec(1u32..28, 1..40)) {
            let padded = [&data[..], &[0; PADDING]].concat();
            let mut bits = Bits::new(&padded);
            let mut at = 0;
            for step in steps {
                bits.refill();
                let bit = |at: usize| data.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
                let want = (at..at + step as usize).fold(0, |value, at| value << 1 | bit(at));
                prop_assert_eq!(bits.peek(step), want);
                bits.skip(step);
                at += step as usize;
                prop_assert_eq!(bits.overrun(), at > data.len() * 8);
                prop_assert_eq!(bits.left_over(), at + 8 <= data.len() * 8);
            }
        }
    }
}
