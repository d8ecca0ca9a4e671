//! Owns the bit stream of RFC 1951 section 3.1.1: bits fill each byte from the least significant end.
//! Does not own what the bits mean.
//!
//! Why it is fast: bits gather in a 64-bit register and every flush stores all eight bytes of it, whole or not, then
//! advances by the whole bytes only. There is no branch, at the price of eight bytes of slack at the end of the buffer.

/// A growing buffer of bits. The caller reserves room; between pictures the memory is kept.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    end: End,
}

/// The end of the stream so far. Loops take a copy: behind a reference it would go to memory and back with every flush,
/// as far as the compiler can tell.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct End {
    len: usize,
    pending: u64,
    count: u64,
}

impl End {
    /// Appends the low `count` bits of `value`; those above them must be zero.
    #[inline(always)]
    pub(super) fn put(&mut self, bytes: &mut [u8], value: u64, count: u64) {
        debug_assert!(count <= Bits::MOST && value >> count == 0);
        self.pending |= value << self.count;
        self.count += count;
        bytes[self.len..self.len + 8].copy_from_slice(&self.pending.to_le_bytes());
        self.len += (self.count / 8) as usize;
        self.pending >>= self.count & !7;
        self.count &= 7;
    }
}

/// What a flush may store beyond the last whole byte.
const SLACK: usize = 8;

impl Bits {
    /// The most bits one [`Bits::put`] takes: seven may still be pending, and a shift must stay below 64.
    pub(super) const MOST: u64 = 56;

    pub(super) fn clear(&mut self) {
        self.end = End::default();
    }

    /// Makes room for `bytes` more bytes. Growth doubles, so that a picture costs few copies.
    pub(super) fn reserve(&mut self, bytes: usize) {
        let needed = self.end.len.saturating_add(bytes).saturating_add(SLACK);
        if needed > self.bytes.len() {
            self.bytes.resize(needed.max(self.bytes.len().saturating_mul(2)), 0);
        }
    }

    /// As [`End::put`].
    pub(super) fn put(&mut self, value: u64, count: u64) {
        self.end.put(&mut self.bytes, value, count);
    }

    /// For many bits in a row: `write` is given the end of the stream and the bytes, which have the room reserved.
    #[inline(always)]
    pub(super) fn put_all(&mut self, write: impl FnOnce(&mut End, &mut [u8])) {
        let mut end = self.end;
        write(&mut end, &mut self.bytes);
        self.end = end;
    }

    /// Fills up the last byte with zero bits.
    pub(super) fn align(&mut self) {
        self.put(0, self.end.count.wrapping_neg() & 7);
    }

    /// Appends whole bytes after [`Bits::align`].
    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.end.count, 0);
        self.bytes[self.end.len..self.end.len + bytes.len()].copy_from_slice(bytes);
        self.end.len += bytes.len();
    }

    /// Bits in the last, unfinished byte: 0 to 7.
    pub(super) fn unaligned(&self) -> u64 {
        self.end.count
    }

    /// The whole bytes so far.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.end.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_fill_each_byte_from_the_least_significant_end() {
        let mut bits = Bits::default();
        bits.reserve(16);
        bits.put(0b1, 1);
        bits.put(0b10, 2);
        bits.put(0x1f, 5);
        assert_eq!(bits.as_bytes(), [0b1111_1101]);
        bits.put((1 << 56) - 1, 56);
        bits.put(0, 3);
        bits.align();
        bits.put_bytes(&[7]);
        assert_eq!(bits.as_bytes()[1..], [255, 255, 255, 255, 255, 255, 255, 0, 7]);
    }

    #[test]
    fn clearing_forgets_pending_bits() {
        let mut bits = Bits::default();
        bits.reserve(1);
        bits.put(1, 1);
        bits.clear();
        bits.align();
        assert!(bits.as_bytes().is_empty());
    }
}
