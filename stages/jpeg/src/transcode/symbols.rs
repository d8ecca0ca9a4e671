//! Owns the symbols of a gray picture, and the codes made for them (T.81, F.1.2).
//! Does not own: decoding the coefficients that they are made of.
//!
//! The best codes are known only when all symbols are, so they are kept: four bytes for each, which is less than the
//! coefficients, since most of those are zeros.

use super::codewords::{Codewords, Value};
use super::optimal;
use super::writer::Writer;
use crate::frame::Frame;
use crate::huffman::Code;
use crate::quantisation::ZIGZAG;
use crate::scan::Sink;
use crate::{Error, Unsupported};
use alloc::vec::Vec;

const END_OF_BLOCK: u8 = 0;
const SIXTEEN_ZEROS: u8 = 0xf0;

/// A symbol and the value behind it: the value's bits; from bit 16 the symbol; bit 24 if it is the size of a difference.
#[derive(Debug, Clone, Copy)]
struct Symbol(u32);

impl Symbol {
    const LEVEL: u32 = 1 << 24;

    fn coefficient(zeros: u32, value: Value) -> Symbol {
        Symbol(value.bits | value.size << 16 | zeros << 20)
    }

    /// The first of a block; `None` if it has too many bits.
    fn level(difference: i32) -> Option<Symbol> {
        let value = Value::of(difference);
        (value.size <= 11).then_some(Symbol(value.bits | value.size << 16 | Symbol::LEVEL))
    }

    fn byte(self) -> u8 {
        (self.0 >> 16) as u8
    }

    fn is_level(self) -> bool {
        self.0 & Symbol::LEVEL != 0
    }
}

/// A row of blocks.
#[derive(Clone, Default)]
struct Line {
    symbols: Vec<Symbol>,
    /// The levels of its first block and of the last one until now.
    first: i16,
    last: i16,
}

/// Scratch that is kept between pictures.
#[derive(Clone, Default)]
pub(super) struct Scratch {
    /// Those of the row of MCUs that is decoded.
    lines: Vec<Line>,
    /// All of the rows before it.
    symbols: Vec<Symbol>,
}

impl Scratch {
    /// How many bytes are kept.
    pub(super) fn capacity(&self) -> usize {
        let lines: usize = self.lines.iter().map(|line| line.symbols.capacity()).sum();
        (lines + self.symbols.capacity()) * size_of::<Symbol>()
    }
}

/// A [`Sink`] that makes symbols of coefficients.
pub(super) struct Symbols<'a> {
    lines: &'a mut [Line],
    symbols: &'a mut Vec<Symbol>,
    /// The level of the last block of the row before.
    last: i16,
    /// Blocks of luma, across and down.
    blocks: (usize, usize),
    /// How often each symbol occurs, for differences and for coefficients.
    levels: [u32; 256],
    coefficients: [u32; 256],
    /// Why it cannot go on.
    flaw: Option<Error>,
}

impl<'a> Symbols<'a> {
    /// Those of luma.
    pub(super) fn new(scratch: &'a mut Scratch, frame: &Frame) -> Symbols<'a> {
        let luma = &frame.components()[0];
        let ((across, down), high) = (frame.blocks(luma), usize::from(luma.sampling.1));
        let Scratch { lines, symbols } = scratch;
        lines.resize_with(high.max(lines.len()), Line::default);
        lines.iter_mut().for_each(|line| line.symbols.clear());
        symbols.clear();
        Symbols {
            lines: &mut lines[..high],
            symbols,
            last: 0,
            blocks: (across as usize, down as usize),
            levels: [0; 256],
            coefficients: [0; 256],
            flaw: None,
        }
    }

    /// The best codes, for differences and for coefficients, once all blocks were given.
    pub(super) fn codes(&self) -> Result<(Code, Code), Error> {
        if let Some(flaw) = &self.flaw {
            return Err(flaw.clone());
        }
        // Every block has a symbol of each kind.
        let codes = optimal::code(&self.levels).zip(optimal::code(&self.coefficients));
        codes.ok_or(Error::Damaged { at: 0, expected: "at least one block" })
    }

    /// Writes all symbols with these codes to the end of `out`.
    #[inline(always)]
    pub(super) fn write(
        &self,
        (levels, coefficients): (&Code, &Code),
        writer: &mut Writer,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let (levels, coefficients) = (Codewords::of(levels), Codewords::of(coefficients));
        writer.clear();
        for part in self.symbols.chunks(1 << 14) {
            for &symbol in part {
                let words = if symbol.is_level() { &levels } else { &coefficients };
                let value = Value { bits: symbol.0 & 0xffff, size: u32::from(symbol.byte() & 15) };
                let (bits, count) = words.word(symbol.byte(), value);
                writer.put(bits, count);
            }
            writer.flush(out)?;
        }
        writer.finish(out)
    }

    /// Puts the lines of a row of MCUs one behind the other.
    fn join(&mut self, lines: usize) -> Result<(), Error> {
        for line in self.lines.iter_mut().take(lines) {
            let level = Symbol::level(i32::from(line.first) - i32::from(self.last));
            let level = level.ok_or(Unsupported::FarLevels)?;
            self.levels[usize::from(level.byte())] += 1;
            if let Some(first) = line.symbols.first_mut() {
                *first = level;
            }
            let more = line.symbols.len();
            let bytes = (self.symbols.len() + more) * size_of::<Symbol>();
            self.symbols.try_reserve(more).map_err(|_| Error::OutOfMemory { bytes })?;
            self.symbols.append(&mut line.symbols);
            self.last = line.last;
        }
        Ok(())
    }
}

impl Sink for Symbols<'_> {
    #[inline(always)]
    fn block(&mut self, _: usize, (column, row): (usize, usize), coefficients: &[i16; 64], flat: bool) {
        let (across, down) = self.blocks;
        if column >= across || row >= down {
            // It only fills up an MCU.
            return;
        }
        let high = self.lines.len();
        let Some(line) = self.lines.get_mut(if high == 1 { 0 } else { row % high }) else { return };
        let level = coefficients[0];
        if column == 0 {
            line.first = level;
            // What stands here is known when the row before it is.
            line.symbols.push(Symbol(Symbol::LEVEL));
        } else if let Some(symbol) = Symbol::level(i32::from(level) - i32::from(line.last)) {
            self.levels[usize::from(symbol.byte())] += 1;
            line.symbols.push(symbol);
        } else {
            self.flaw = Some(Unsupported::FarLevels.into());
        }
        line.last = level;
        let counts = &mut self.coefficients;
        let mut put = |symbol: Symbol| {
            counts[usize::from(symbol.byte())] += 1;
            line.symbols.push(symbol);
        };
        if flat { put(Symbol::coefficient(0, Value { bits: 0, size: 0 })) } else { each(coefficients, put) }
    }

    fn row(&mut self, row: u32) {
        let high = self.lines.len();
        let lines = self.blocks.1.saturating_sub(row as usize * high).min(high);
        if self.flaw.is_none() {
            self.flaw = self.join(lines).err();
        }
    }
}

/// Calls `put` with the symbols of all coefficients but the level (T.81, figure F.2).
#[inline(always)]
fn each(coefficients: &[i16; 64], mut put: impl FnMut(Symbol)) {
    let bare = |symbol: u8| Symbol(u32::from(symbol) << 16);
    let mut zeros = 0;
    for &place in &ZIGZAG[1..] {
        let value = coefficients[usize::from(place)];
        if value == 0 {
            zeros += 1;
            continue;
        }
        while zeros > 15 {
            put(bare(SIXTEEN_ZEROS));
            zeros -= 16;
        }
        put(Symbol::coefficient(zeros, Value::of(i32::from(value))));
        zeros = 0;
    }
    if zeros > 0 {
        put(bare(END_OF_BLOCK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(coefficients: &[i16; 64]) -> Vec<(u8, u32)> {
        let mut all = Vec::new();
        each(coefficients, |symbol| all.push((symbol.byte(), symbol.0 & 0xffff)));
        all
    }

    #[test]
    fn runs_of_zeros_are_cut_at_sixteen_and_at_the_end() {
        let mut block = [0; 64];
        assert_eq!(symbols(&block), [(0, 0)]);
        block[usize::from(ZIGZAG[1])] = -1;
        block[usize::from(ZIGZAG[36])] = 5;
        assert_eq!(symbols(&block), [(0x01, 0), (0xf0, 0), (0xf0, 0), (0x23, 5), (0, 0)]);
        block[usize::from(ZIGZAG[63])] = -4;
        assert_eq!(symbols(&block)[4..], [(0xf0, 0), (0xa3, 3)]);
    }
}
