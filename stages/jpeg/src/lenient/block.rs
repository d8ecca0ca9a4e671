//! Owns decoding the codes of one block, whatever they say (T.81, F.2.2 and G.2; libjpeg: `jdhuff.c`, `jdphuff.c`).
//! Does not own: which block is the next (see `scan.rs`).

use super::bits::Bits;
use super::source::Source;
use super::store::Block;
use crate::huffman::Code;
use crate::quantisation::ZIGZAG;

/// Bits and where they come from.
pub(super) struct Input<'i, 'a> {
    pub(super) bits: &'i mut Bits,
    pub(super) source: &'i mut Source<'a>,
}

impl Input<'_, '_> {
    fn symbol(&mut self, code: &Code) -> (usize, u32) {
        let symbol = self.bits.symbol(code, self.source);
        (usize::from(symbol >> 4), u32::from(symbol & 15))
    }

    fn value(&mut self, size: u32) -> i32 {
        self.bits.value(size, self.source)
    }

    fn bit(&mut self) -> bool {
        self.bits.take(1, self.source) == 1
    }

    /// The difference of a level to that of the block before.
    pub(super) fn difference(&mut self, code: &Code) -> i32 {
        let size = self.bits.symbol(code, self.source);
        // Codes for levels have no other symbols.
        self.value(u32::from(size & 15))
    }

    /// How many blocks a band of zeros goes on for, this one included.
    fn run(&mut self, size: usize) -> u32 {
        (1 << size) + self.bits.take(size as u32, self.source)
    }
}

/// Where a coefficient of the zigzag order goes; those after the last take its place.
fn place(at: usize) -> usize {
    usize::from(ZIGZAG[at.min(63)])
}

/// The coefficients but the level of a sequential block. Without a block they are passed over.
pub(super) fn coefficients(input: &mut Input<'_, '_>, code: &Code, mut block: Option<&mut Block>) {
    let mut at = 1;
    while at < 64 {
        match input.symbol(code) {
            (15, 0) => at += 16,
            (_, 0) => return,
            (run, size) => {
                at += run;
                let value = input.value(size);
                if let Some(block) = &mut block {
                    block[place(at)] = value as i16;
                }
                at += 1;
            }
        }
    }
}

/// A band and the lowest of its bits that is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) low: u32,
}

/// The first bits of a band (T.81, G.1.2.2). Gives for how many blocks after this one it is zeros.
pub(super) fn first(input: &mut Input<'_, '_>, code: &Code, band: Band, block: &mut Block) -> u32 {
    let mut at = band.first;
    while at <= band.last {
        match input.symbol(code) {
            (15, 0) => at += 16,
            (size, 0) => return input.run(size) - 1,
            (run, size) => {
                at += run;
                block[place(at)] = (input.value(size) << band.low) as i16;
                at += 1;
            }
        }
    }
    0
}

/// One more bit of a band (T.81, G.1.2.3), of which `run` blocks more have no new coefficient. Gives that of the next block.
pub(super) fn refine(input: &mut Input<'_, '_>, code: &Code, band: Band, run: u32, block: &mut Block) -> u32 {
    let mut at = band.first;
    let mut left = run;
    while left == 0 && at <= band.last {
        let (zeros, size) = input.symbol(code);
        let mut new = 0;
        match (zeros, size) {
            (15, 0) => {}
            (size, 0) => {
                left = input.run(size);
                break;
            }
            _ => {
                if size != 1 {
                    input.source.note_here("a coefficient of one bit");
                }
                new = if input.bit() { 1 << band.low } else { -1 << band.low };
            }
        }
        at = pass_zeros(input, band, (at, zeros), block);
        if new != 0 {
            block[place(at)] = new;
        }
        at += 1;
    }
    if left == 0 {
        return 0;
    }
    while at <= band.last {
        add_bit(input, band, &mut block[place(at)]);
        at += 1;
    }
    left - 1
}

/// Goes on behind so many zeros, to the next one or the end, and reads a bit of all others on the way.
fn pass_zeros(
    input: &mut Input<'_, '_>,
    band: Band,
    (mut at, mut zeros): (usize, usize),
    block: &mut Block,
) -> usize {
    while at <= band.last {
        let value = &mut block[place(at)];
        if *value != 0 {
            add_bit(input, band, value);
        } else if zeros == 0 {
            break;
        } else {
            zeros -= 1;
        }
        at += 1;
    }
    at
}

/// Adds a bit to the size of a coefficient, if it has one and has not this bit already.
fn add_bit(input: &mut Input<'_, '_>, band: Band, value: &mut i16) {
    let bit = 1i16 << band.low;
    if *value != 0 && input.bit() && *value & bit == 0 {
        *value = if *value > 0 { value.wrapping_add(bit) } else { value.wrapping_sub(bit) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes `0` and `10`, `110`, … for these symbols.
    fn code(symbols: &[u8]) -> Code {
        let mut counts = [0; 16];
        counts[..symbols.len()].fill(1);
        Code::for_test(counts, symbols).unwrap()
    }

    fn with<T>(data: &[u8], run: impl FnOnce(&mut Input<'_, '_>) -> T) -> T {
        let mut source = Source::new(data);
        run(&mut Input { bits: &mut Bits::default(), source: &mut source })
    }

    #[test]
    fn coefficients_beyond_the_last_take_its_place() {
        let mut block = [0; 64];
        // 0: 15 zeros and a bit, four times, which ends at the 65th; then what follows is not read.
        with(&[0b0101_0101, 0xff, 0, 0xff, 0], |input| {
            coefficients(input, &code(&[0xf1, 0x00]), Some(&mut block));
            assert_eq!(input.bits.take(8, input.source), 0xff);
        });
        assert_eq!((block[place(16)], block[place(32)], block[place(48)], block[63]), (1, 1, 1, 1));
    }

    #[test]
    fn refining_adds_bits_to_what_is_there() {
        let mut block = [0; 64];
        (block[place(1)], block[place(3)]) = (4, -4);
        let band = Band { first: 1, last: 5, low: 1 };
        // 0: no zeros and one new bit, positive; a bit for place 1; then 10: the end, for one block; a bit for place 3.
        let left =
            with(&[0b0111_0100, 0xff, 0], |input| refine(input, &code(&[0x01, 0x00]), band, 0, &mut block));
        assert_eq!(left, 0);
        assert_eq!([1, 2, 3, 4, 5].map(|at| block[place(at)]), [6, 2, -6, 0, 0]);
    }

    #[test]
    fn runs_count_the_blocks_that_follow() {
        let (mut block, band) = ([0; 64], Band { first: 1, last: 63, low: 0 });
        let run = with(&[0b0101_0000, 0, 0], |input| first(input, &code(&[0x20, 0x00]), band, &mut block));
        assert_eq!((run, block), (4 + 0b10 - 1, [0; 64]));
    }
}
