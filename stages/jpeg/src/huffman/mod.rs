//! Owns Huffman codes and the tables that decode them.
//! Does not own: what a block is (see `block.rs`).
//!
//! | file | what |
//! |---|---|
//! | `code.rs` | a code as the file defines it, and decoding one symbol of it bit by bit |
//! | `dc.rs` | one DC difference at a time, with its value's length |
//! | `standard.rs` | the codes that stand for those a file leaves out |
//! | `values.rs` | up to two AC coefficients at once, for blocks whose values are wanted |
//! | `skips.rs` | as many AC coefficients as fit at once, for blocks that are passed over |
//! | `passes.rs` | a level and as many AC coefficients as fit at once, for finding where blocks begin |
//! | `refinements.rs` | one symbol at a time of a progressive scan that adds a bit |
//!
//! Each table remembers the code that it was built from: files of one camera share theirs, and building is skipped then.

mod code;
mod dc;
mod passes;
mod refinements;
mod skips;
mod standard;
mod values;

pub(crate) use code::{Code, Codes, read};
pub(crate) use dc::DcTable;
pub(crate) use passes::{LOOKUPS, PassTables, Passes};
pub(crate) use refinements::RefinementTable;
pub(crate) use skips::SkipTable;
pub(crate) use standard::fill as fill_with_standard;
pub(crate) use values::{Entry, RUN_STEP, ValueTable};

/// Index bits of the AC tables. With 12 both fit in the first-level cache together, and longer codes are rare.
pub(crate) const BITS: u32 = 12;

/// Entries of a table and of all its smaller versions: the one for `n` index bits is at `[1 << n..2 << n]`.
const LEVELS: usize = 2 << BITS;

/// What an AC symbol says (T.81, F.1.2.2.1): how many coefficients to go on, and how many bits the last one's value has.
#[derive(Clone, Copy)]
enum Ac {
    /// Zeros, then a value of `size` bits: `step` coefficients in all. ZRL is 16 zeros, the last one of 0 bits.
    Coefficient {
        step: u32,
        size: u32,
    },
    EndOfBlock,
    /// In a progressive scan: the band ends in this block and in those after it, how many say `more` bits.
    EndOfBands {
        more: u32,
    },
    /// Has no meaning.
    Undefined,
}

impl Ac {
    fn of(symbol: u8) -> Ac {
        match symbol {
            0x00 => Ac::EndOfBlock,
            0xf0 => Ac::Coefficient { step: 16, size: 0 },
            _ if symbol & 15 == 0 => Ac::Undefined,
            _ => Ac::Coefficient { step: u32::from(symbol >> 4) + 1, size: u32::from(symbol & 15) },
        }
    }

    /// In the first scan of a progressive band, whose values lack their `missing` low bits (T.81, G.1.2.2).
    fn of_band(symbol: u8, missing: u32) -> Ac {
        match Ac::of(symbol) {
            Ac::Undefined => Ac::EndOfBands { more: u32::from(symbol >> 4) },
            // Values have 16 bits.
            Ac::Coefficient { size, .. } if size + missing > 15 => Ac::Undefined,
            other => other,
        }
    }
}

/// What decoding one symbol bit by bit gave.
pub(crate) enum One {
    /// Go on `step` coefficients; the last one's value is the last `size` of `total` bits.
    Coefficient { step: u32, size: u32, total: u32 },
    /// The block ends, after so many bits.
    EndOfBlock { total: u32 },
    /// The band ends in this block, and in as many after it as the last `more` of `total` bits say.
    EndOfBands { more: u32, total: u32 },
}

impl Code {
    /// Decodes one AC symbol of any length; `None` if there is no such code.
    #[cold]
    #[inline(never)]
    pub(crate) fn one_ac(&self, window: u64) -> Option<One> {
        let (length, symbol) = self.symbol(window)?;
        match Ac::of(symbol) {
            Ac::Coefficient { step, size } => Some(One::Coefficient { step, size, total: length + size }),
            Ac::EndOfBlock => Some(One::EndOfBlock { total: length }),
            Ac::EndOfBands { .. } | Ac::Undefined => None,
        }
    }

    /// The same in the first scan of a progressive band.
    #[cold]
    #[inline(never)]
    pub(crate) fn one_of_band(&self, window: u64, missing: u32) -> Option<One> {
        let (length, symbol) = self.symbol(window)?;
        match Ac::of_band(symbol, missing) {
            Ac::Coefficient { step, size } => Some(One::Coefficient { step, size, total: length + size }),
            Ac::EndOfBlock => Some(One::EndOfBlock { total: length }),
            Ac::EndOfBands { more } => Some(One::EndOfBands { more, total: length + more }),
            Ac::Undefined => None,
        }
    }
}
