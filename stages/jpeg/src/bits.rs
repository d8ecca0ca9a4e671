//! Owns reading bits from data without stuffed bytes (T.81, F.2.2.5).
//! Does not own: taking the stuffed bytes out (see `segments.rs`).

/// A window of 64 bits that moves over the data. Past the end it reads zeros; [`Bits::overrun`] tells.
pub(crate) struct Bits<'a> {
    data: &'a [u8],
    /// The first byte that is not counted in `count`.
    next: usize,
    /// The next bits, the first at the top.
    window: u64,
    /// Bits of the window that are accounted for; below them may be more that will be loaded again.
    count: u32,
}

/// Where reading stopped, without the data.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    next: usize,
    window: u64,
    count: u32,
}

/// Zeros that must follow the data, so that its last bytes can be loaded eight at a time.
pub(crate) const PADDING: usize = 8;

impl<'a> Bits<'a> {
    /// Over data that ends with [`PADDING`] zeros.
    #[cfg(test)]
    pub(crate) fn new(data: &'a [u8]) -> Bits<'a> {
        Bits { data, next: 0, window: 0, count: 0 }
    }

    /// Makes at least 56 bits available. One load of eight bytes, and no look at how many are needed.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        if let Some(bytes) = self.data.get(self.next..).and_then(|rest| rest.first_chunk()) {
            self.window |= u64::from_be_bytes(*bytes) >> self.count;
        }
        self.next += ((63 - self.count) >> 3) as usize;
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
        let bits = entry & 63;
        self.window <<= bits;
        self.count = self.count.wrapping_sub(bits);
    }

    /// The signed value in the last `size` of the next `total` bits (EXTEND of T.81, F.2.2.1). Without a branch, since its sign
    /// is a coin toss. `total` counts by its low 6 bits; `size` is at most 15.
    #[inline(always)]
    pub(crate) fn value(&self, total: u32, size: u32) -> i16 {
        let one = 1i32 << size;
        let raw = self.window.rotate_left(total & 63) as i32 & (one - 1);
        (raw + if raw * 2 < one { 1 - one } else { 0 }) as i16
    }

    /// Where it stands, to go on from later.
    pub(crate) fn place(&self) -> Place {
        Place { next: self.next, window: self.window, count: self.count }
    }

    /// Over data that ends with [`PADDING`] zeros, from a place in it.
    pub(crate) fn at(data: &'a [u8], Place { next, window, count }: Place) -> Bits<'a> {
        Bits { data, next, window, count }
    }

    /// How many bits were read.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        self.next * 8 - self.count as usize
    }

    /// The data, with its [`PADDING`].
    #[inline(always)]
    pub(crate) fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Whether more was read than there is.
    #[inline(always)]
    pub(crate) fn overrun(&self) -> bool {
        self.position() > (self.data.len() - PADDING) * 8
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
