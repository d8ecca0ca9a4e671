//! Owns bits as bytes of entropy-coded data (T.81, F.1.2.3 and B.1.1.5).
//! Does not own: what they mean.

use super::random::Random;

/// Bytes, and the bits of the one that is not full.
#[derive(Default)]
pub(crate) struct Bits {
    bytes: Vec<u8>,
    window: u64,
    count: u32,
}

impl Bits {
    /// Adds the low `count` bits of `value`.
    pub(crate) fn put(&mut self, value: u32, count: u32) {
        self.window = self.window << count | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.window >> self.count) as u8);
        }
        self.window &= (1 << self.count) - 1;
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xff {
            self.bytes.push(0);
        }
    }

    /// Fills up the byte, with ones as the standard has it or with anything.
    pub(crate) fn fill(&mut self, random: &mut Random) {
        let missing = (8 - self.count) % 8;
        let ones = (1u32 << missing) - 1;
        let filling = if random.percent(80) { ones } else { random.next() as u32 & ones };
        self.put(filling, missing);
    }

    /// A marker behind so many bytes of filling (T.81, B.1.1.2).
    pub(crate) fn marker(&mut self, marker: u8, filling: usize) {
        self.bytes.resize(self.bytes.len() + filling + 1, 0xff);
        self.bytes.push(marker);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
