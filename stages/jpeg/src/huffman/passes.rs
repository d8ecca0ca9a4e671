//! Owns the tables for passing over whole blocks: one for their beginning, a level and coefficients together, one for the rest.
//! Does not own: what follows a symbol (see `skips.rs`).
//!
//! The way from one lookup to the next is what passing over takes its time for, so a level has none of its own, and lookups are
//! so short that one refill serves [`LOOKUPS`].

use super::dc::LARGEST;
use super::skips::{LONG, follow};
use super::{BITS, Code, SkipTable};
use alloc::boxed::Box;

/// What the next [`BITS`] bits say, as in [`SkipTable`]. The level is no step.
pub(crate) type Passes = [u16; 1 << BITS];

/// Lookups for which the bits of one refill last.
pub(crate) const LOOKUPS: u32 = 3;

/// The most bits that an entry goes on.
const MOST: u16 = 56 / LOOKUPS as u16;

/// A code for levels and one for coefficients, ready to be passed over together.
#[derive(Clone)]
pub(crate) struct PassTables {
    level: Code,
    coefficients: Code,
    first: Box<Passes>,
    rest: Box<Passes>,
}

impl PassTables {
    pub(crate) fn new() -> PassTables {
        let none = || Box::new([LONG; 1 << BITS]);
        PassTables { level: Code::EMPTY, coefficients: Code::EMPTY, first: none(), rest: none() }
    }

    /// For the beginning of a block.
    pub(crate) fn first(&self) -> &Passes {
        &self.first
    }

    /// For what comes after it.
    pub(crate) fn rest(&self) -> &Passes {
        &self.rest
    }

    /// Makes them tables for these codes.
    pub(crate) fn set(&mut self, level: &Code, skips: &SkipTable) {
        if self.level == *level && self.coefficients == *skips.code() {
            return;
        }
        (self.level, self.coefficients) = (level.clone(), skips.code().clone());
        let mut rest = &mut self.first[..];
        for (length, size) in level.up_to(BITS) {
            let Some(own) = rest.split_off_mut(..1 << (BITS - length)) else { break };
            if size > LARGEST {
                own.fill(LONG);
                continue;
            }
            let total = length + u32::from(size);
            follow(own, total as u16, BITS.saturating_sub(total), skips.levels());
        }
        rest.fill(LONG);
        self.rest.copy_from_slice(&skips.levels()[1 << BITS..]);
        for entry in self.first.iter_mut().chain(self.rest.iter_mut()) {
            if *entry & 63 > MOST {
                *entry = LONG;
            }
        }
    }
}
