//! Owns the bit stream of RFC 1951 section 3.1.1: bits fill each byte from the least significant end.
//! Does not own what the bits mean.
//!
//! Why it is fast: bits gather in a 64-bit register and every flush stores all eight bytes of it, whole or not, then
//! advances by the whole bytes only. There is no branch, at the price of eight bytes of slack at the end of the buffer.

/// A growing buffer of bits. The caller reserves room; between pictures the memory is kept.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    len: usize,
    pending: u64,
    count: u32,
}

/// What a flush may store beyond the last whole byte.
const SLACK: usize = 8;

impl Bits {
    /// The most bits one [`Bits::put`] takes: seven may still be pending, and a shift must stay below 64.
    pub(super) const MOST: u32 = 56;

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.pending = 0;
        self.count = 0;
    }

    /// Makes room for `bytes` more bytes. Growth doubles, so that a picture costs few copies.
    pub(super) fn reserve(&mut self, bytes: usize) {
        let needed = self.len.saturating_add(bytes).saturating_add(SLACK);
        if needed > self.bytes.len() {
            self.bytes.resize(needed.max(self.bytes.len().saturating_mul(2)), 0);
        }
    }

    /// Appends the low `count` bits of `value`; those above them must be zero.
    #[inline(always)]
    pub(super) fn put(&mut self, value: u64, count: u32) {
        debug_assert!(count <= Self::MOST && value >> count == 0);
        self.pending |= value << self.count;
        self.count += count;
        self.bytes[self.len..self.len + 8].copy_from_slice(&self.pending.to_le_bytes());
        self.len += (self.count / 8) as usize;
        self.pending >>= self.count & !7;
        self.count &= 7;
    }

    /// Fills up the last byte with zero bits.
    pub(super) fn align(&mut self) {
        self.put(0, self.count.wrapping_neg() & 7);
    }

    /// Appends whole bytes after [`Bits::align`].
    pub(super) fn put_bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.count, 0);
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Bits in the last, unfinished byte: 0 to 7.
    pub(super) fn unaligned(&self) -> u32 {
        self.count
    }

    /// The whole bytes so far.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
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
