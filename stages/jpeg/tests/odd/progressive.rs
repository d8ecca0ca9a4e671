//! Owns bands of blocks as symbols of progressive files (T.81, G.1.2.2 and G.1.2.3).
//! Does not own: levels (see `sequential.rs`), and which bands there are (see `script.rs`).

use super::picture::Block;
use super::scan::{Event, Place};
use super::sequential::bits;

/// Blocks that end early, of which one symbol tells.
struct Run {
    place: Place,
    length: u32,
    most: u32,
}

impl Run {
    /// Writes the symbol for the run (T.81, table G.1), if there is one.
    fn end(&mut self, events: &mut Vec<Event>) {
        if self.length == 0 {
            return;
        }
        let count = 31 - self.length.leading_zeros();
        events.push(Event::Symbol(self.place, (count << 4) as u8));
        events.push(Event::Bits { value: self.length & ((1 << count) - 1), count });
        self.length = 0;
    }
}

/// Bands of which no scan gave anything before.
pub(crate) struct Bands<'a> {
    band: (usize, usize),
    low: u32,
    run: Run,
    events: &'a mut Vec<Event>,
}

impl<'a> Bands<'a> {
    pub(crate) fn new(
        place: Place,
        band: (usize, usize),
        low: u32,
        most: u32,
        events: &'a mut Vec<Event>,
    ) -> Bands<'a> {
        Bands { band, low, run: Run { place, length: 0, most }, events }
    }

    pub(crate) fn block(&mut self, block: &Block) {
        let mut zeros = 0;
        for &coefficient in &block[self.band.0..=self.band.1] {
            let size = i32::from(coefficient.unsigned_abs()) >> self.low;
            if size == 0 {
                zeros += 1;
                continue;
            }
            self.run.end(self.events);
            while zeros > 15 {
                self.events.push(Event::Symbol(self.run.place, 0xf0));
                zeros -= 16;
            }
            let (value, count) = bits(if coefficient < 0 { -size } else { size });
            self.events.push(Event::Symbol(self.run.place, zeros << 4 | count as u8));
            self.events.push(Event::Bits { value, count });
            zeros = 0;
        }
        if zeros > 0 {
            self.run.length += 1;
            if self.run.length == self.run.most {
                self.run.end(self.events);
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.run.end(self.events);
    }
}

/// Bands that get one more bit.
pub(crate) struct Refinements<'a> {
    band: (usize, usize),
    low: u32,
    run: Run,
    /// The next bits of the coefficients in the run, which come after its symbol.
    behind: Vec<Event>,
    events: &'a mut Vec<Event>,
}

impl<'a> Refinements<'a> {
    pub(crate) fn new(
        place: Place,
        band: (usize, usize),
        low: u32,
        most: u32,
        events: &'a mut Vec<Event>,
    ) -> Refinements<'a> {
        Refinements { band, low, run: Run { place, length: 0, most }, behind: Vec::new(), events }
    }

    pub(crate) fn block(&mut self, block: &Block) {
        let sizes = block.map(|coefficient| u32::from(coefficient.unsigned_abs()) >> self.low);
        let (first, last) = self.band;
        let newest = (first..=last).rev().find(|&at| sizes[at] == 1);
        let mut zeros = 0;
        let mut grown = Vec::new();
        for at in first..=last {
            let more_new = newest.is_some_and(|newest| at <= newest);
            while zeros > 15 && more_new {
                self.end();
                self.events.push(Event::Symbol(self.run.place, 0xf0));
                self.events.append(&mut grown);
                zeros -= 16;
            }
            match sizes[at] {
                0 => zeros += 1,
                1 => {
                    self.end();
                    self.events.push(Event::Symbol(self.run.place, zeros << 4 | 1));
                    self.events.push(Event::bit(u32::from(block[at] > 0)));
                    self.events.append(&mut grown);
                    zeros = 0;
                }
                size => grown.push(Event::bit(size)),
            }
        }
        if zeros > 0 || !grown.is_empty() {
            self.behind.append(&mut grown);
            self.run.length += 1;
            if self.run.length == self.run.most {
                self.end();
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.run.end(self.events);
        self.events.append(&mut self.behind);
    }
}
