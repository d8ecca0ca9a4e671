//! Owns finding where the blocks of a sequential scan begin, before anything is done with them.
//! Does not own: what is done with them (see `scan.rs`).
//!
//! Nothing tells where a block begins but passing over all that is before it (T.81, F.2.2), and that is a chain of lookups that
//! wait for each other. So a second cursor starts some way ahead, anywhere: Huffman codes soon fall into step, whatever one begins
//! with. Where the first cursor finds an MCU to begin just where the second one had found one, all that the second one found from there
//! on is right, since it follows from the same bits. Where that does not happen, it is not used.

mod lane;
mod slots;

pub(crate) use slots::{Codes, Slots};

use crate::simd::{self, Wide};
use alloc::vec::Vec;
use lane::{Alone, Both, Broken, Lane, Log, PLACES};
use slots::SLOTS;

/// How many bytes ahead the second cursor starts at most, and how many there must be for it to start at all.
const REACH: usize = 1 << 15;
pub(crate) const LEAST: usize = 1 << 11;

/// Blocks of fewer bits take no more than one or two lookups each, and what is rare stops both cursors: if it is so often in as many
/// blocks, or more, there is nothing to gain.
const SHORT: usize = 10;
const RARE: usize = 4;

/// Cursors stop so many bytes before the end, so that they never go beyond it.
const MARGIN: usize = 64;

/// The logs of both cursors, kept between pictures.
#[derive(Clone, Default)]
pub(crate) struct Logs([Vec<u32>; 2]);

/// MCUs that were found: so many of them, from this one of a log on.
#[derive(Clone, Copy, Default)]
struct Run {
    log: usize,
    from: usize,
    count: usize,
}

/// Finds blocks ahead.
pub(crate) struct Ahead<'a> {
    slots: Slots<'a>,
    logs: [&'a mut Log; 2],
    /// What was found and not yet given.
    runs: [Run; 2],
    /// Where they end.
    end: usize,
    /// Whether there is nothing more to be found in this data.
    done: bool,
    /// Whether the picture is one for which this takes less time than reading block by block.
    worth_it: bool,
}

/// The MCUs that are next.
pub(crate) struct Found<'a> {
    log: &'a Log,
    slots: &'a Slots<'a>,
    place: usize,
    /// The bits of the data.
    total: usize,
}

impl<'a> Ahead<'a> {
    pub(crate) fn new(slots: Slots<'a>, Logs(logs): &'a mut Logs) -> Option<Ahead<'a>> {
        let [first, second] = logs;
        first.resize(PLACES, 0);
        second.resize(PLACES, 0);
        let logs = [first.first_chunk_mut()?, second.first_chunk_mut()?];
        Some(Ahead { slots, logs, runs: [Run::default(); 2], end: 0, done: true, worth_it: true })
    }

    /// Begins with other data.
    pub(crate) fn restart(&mut self, data: &[u8]) {
        (self.runs, self.end) = ([Run::default(); 2], 0);
        // Bits are counted in 32 bits.
        self.done = data.len() >= 1 << 28 || !self.worth_it;
    }

    /// Makes sure that something is found, and gives how many MCUs are. None if there are not many more.
    pub(crate) fn look(&mut self, data: &[u8], wide: Option<Wide>) -> usize {
        if self.runs[0].count == 0 {
            (self.runs[0], self.runs[1]) = (self.runs[1], Run::default());
        }
        if self.runs[0].count == 0 && !self.done {
            self.find(data, wide);
        }
        self.runs[0].count
    }

    fn find(&mut self, data: &[u8], wide: Option<Wide>) {
        let begin = self.end;
        if data.len().saturating_sub(begin / 8) < LEAST {
            self.done = true;
            return;
        }
        let Search { first, second, rare, broken } = self.search(data, begin, wide);
        self.runs = [first, second];
        let last = if second.count > 0 { second } else { first };
        let end = self.logs[last.log & 1][self.slots.place(last.from + last.count) % PLACES];
        self.end = data.len() * 8 - end as usize;
        let blocks = (first.count + second.count) * self.slots.blocks();
        self.worth_it = self.end - begin > blocks * SHORT && rare * RARE < blocks;
        self.done = broken || first.count == 0 || !self.worth_it;
    }

    /// Lets both cursors go: the first one from this bit to where the second one began, and on until they meet.
    fn search(&mut self, data: &[u8], begin: usize, wide: Option<Wide>) -> Search {
        let slots = &self.slots;
        let [log, second_log] = &mut self.logs;
        let left = data.len() - begin / 8;
        let reach = (left / 2).min(REACH);
        let stops = [left - reach, MARGIN];
        let lane = Lane::new(data, begin, slots, log);
        let second = Lane::new(data, (begin / 8 + reach) * 8, slots, second_log);
        let both = Both { lanes: [lane, second], slots, logs: [log, second_log], stops };
        let ([mut lane, second], rare, mut state) = simd::run_alone(wide, both);
        fill(slots, second_log, second.block);
        if state.is_ok() {
            (lane, state) = simd::run_alone(wide, Alone { lane, slots, log, stop: stops[0] });
        }
        let mut met = None;
        if state.is_ok() && lane.bits.bytes_left() <= stops[0] {
            (met, state) = match meet(&mut lane, slots, log, (second_log, second.block)) {
                Ok(met) => (met, Ok(())),
                Err(Broken) => (None, Err(Broken)),
            };
        }
        fill(slots, log, lane.block);
        let first = Run { log: 0, from: 0, count: slots.mcu(lane.block) };
        let second = met.map(|from| Run { log: 1, from, count: slots.mcu(second.block) - from });
        Search { first, second: second.unwrap_or_default(), rare, broken: state.is_err() }
    }
}

/// What both cursors found.
struct Search {
    first: Run,
    /// None if they did not meet.
    second: Run,
    /// How often something was rare.
    rare: usize,
    /// Whether the first one came to a code that does not exist.
    broken: bool,
}

/// Where a cycle begins is logged only where the one before it ends.
fn fill(slots: &Slots<'_>, log: &mut Log, block: usize) {
    for cycle in 1..=block / SLOTS {
        let at = cycle * SLOTS;
        log[at % PLACES] = log[(at - SLOTS + slots.used()) % PLACES];
    }
}

/// Takes a cursor on until an MCU begins where the other one, which reached this block, found one. Gives the number of that;
/// `None` if there is none.
fn meet<'a>(
    lane: &mut Lane<'a>,
    slots: &Slots<'a>,
    log: &mut Log,
    (other, reached): (&Log, usize),
) -> Result<Option<usize>, Broken> {
    let mut at = 0;
    while at <= reached {
        let block = lane.block;
        while lane.block == block {
            if lane.bits.bytes_left() <= MARGIN || !lane.has_room() {
                return Ok(None);
            }
            lane.slowly(1, slots, log)?;
        }
        if !slots.begins(lane.block) {
            continue;
        }
        let here = lane.bits.left() as u32;
        while at <= reached && other[at % PLACES] > here {
            at = slots.after(at);
        }
        if at <= reached && other[at % PLACES] == here {
            return Ok(Some(slots.mcu(at)));
        }
    }
    Ok(None)
}

impl Ahead<'_> {
    /// So many of the MCUs that [`look`](Self::look) found. They are no longer there for the next call.
    pub(crate) fn take(&mut self, data: &[u8], count: usize) -> Found<'_> {
        let run = &mut self.runs[0];
        let place = self.slots.place(run.from);
        (run.from, run.count) = (run.from + count, run.count.saturating_sub(count));
        Found { log: &*self.logs[run.log & 1], slots: &self.slots, place, total: data.len() * 8 }
    }
}

impl Found<'_> {
    /// At which bit the block of this number in the next MCU begins.
    #[inline(always)]
    pub(crate) fn bit(&self, block: usize) -> usize {
        self.total - self.log[(self.place + block) % PLACES] as usize
    }

    /// Goes on to the MCU after the next one.
    #[inline(always)]
    pub(crate) fn advance(&mut self) {
        self.place = self.slots.after(self.place);
    }
}

#[cfg(test)]
mod tests;
