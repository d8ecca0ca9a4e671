//! PNGs that no encoder writes: any header, any chunks, any pixels, and pixels that never end.

/// Length, name, data, checksum.
pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend_from_slice(&named);
    chunk.extend_from_slice(&crc32fast::hash(&named).to_be_bytes());
    chunk
}

/// Width, height, bits per sample, kind of color (0 gray, 2 RGB, 3 palette, 6 RGB with alpha).
pub struct Head(pub u32, pub u32, pub u8, pub u8);

/// A whole file of these chunks between header and pixels, and of this zlib stream.
pub fn file(head: &Head, chunks: &[Vec<u8>], pixels: &[u8]) -> Vec<u8> {
    let Head(width, height, bits, color) = *head;
    let start = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, color, 0, 0, 0]].concat();
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &start),
        chunks.concat(),
        chunk(b"IDAT", pixels),
        chunk(b"IEND", b""),
    ]
    .concat()
}

/// Rows of bytes as a zlib stream, each with the filter "none".
pub fn rows(rows: &[&[u8]]) -> Vec<u8> {
    let raw: Vec<u8> = rows.iter().flat_map(|row| [&[0][..], row].concat()).collect();
    let (a, b) = raw.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    let length = u16::try_from(raw.len()).unwrap();
    let stored = [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [stored, raw, (b << 16 | a).to_be_bytes().to_vec()].concat()
}

/// A zlib stream of this many zeros, rounded up: 13 bits for 258 of them (RFC 1951, 3.2.5 and 3.2.6).
pub fn zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 1], pending: 0, count: 0 };
    // The last block, with the fixed codes; a zero; then copies of 258 bytes from one byte back.
    bits.put(0b011, 3);
    bits.code(0b0011_0000, 8);
    let copies = count.div_ceil(258);
    for _ in 0..copies {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    let total = 1 + copies * 258;
    [bits.finish(), (((total % 65521) as u32) << 16 | 1).to_be_bytes().to_vec()].concat()
}

struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.pending |= value << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    /// Codes begin with their highest bit.
    fn code(&mut self, value: u32, count: u32) {
        (0..count).rev().for_each(|bit| self.put(value >> bit & 1, 1));
    }

    fn finish(mut self) -> Vec<u8> {
        self.put(0, 7);
        self.bytes
    }
}
