//! Owns one scan as symbols and bits: the order of its blocks, and where it restarts (T.81, A.2 and E.1.4).
//! Does not own: what a block becomes.

use super::case::Coding;
use super::picture::{Block, Picture};
use super::progressive::{Bands, Refinements};
use super::random::Random;
use super::script::Scan;
use super::sequential;

/// The place of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) ac: bool,
    pub(crate) at: u8,
}

/// What entropy-coded data is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Symbol(Place, u8),
    /// The low `count` bits of `value`.
    Bits {
        value: u32,
        count: u32,
    },
    Restart,
}

impl Event {
    pub(crate) fn bit(value: u32) -> Event {
        Event::Bits { value: value & 1, count: 1 }
    }
}

/// The places of DC and AC codes of each member of the scan.
pub(crate) fn places(scan: &Scan, most: usize, random: &mut Random) -> Vec<[Place; 2]> {
    let mut one = |ac| Place { ac, at: random.below(most) as u8 };
    scan.members.iter().map(|_| [one(false), one(true)]).collect()
}

/// All of a scan, without its header.
pub(crate) fn events(
    coding: Coding,
    picture: &Picture,
    scan: &Scan,
    places: &[[Place; 2]],
    random: &mut Random,
) -> Vec<Event> {
    let mcus = mcus(picture, scan);
    let interval = if scan.interval == 0 { mcus.len() } else { usize::from(scan.interval) };
    let mut events = Vec::new();
    for (at, mcus) in mcus.chunks(interval).enumerate() {
        if at > 0 {
            events.push(Event::Restart);
        }
        let blocks = mcus.iter().flatten().map(|&(member, block)| {
            let component = &picture.components[scan.members[member]];
            (member, &component.coefficients[block])
        });
        match coding {
            Coding::Progressive => progressive(scan, places, blocks, random, &mut events),
            _ => sequential::interval(places, blocks, &mut events),
        }
    }
    events
}

fn progressive<'a>(
    scan: &Scan,
    places: &[[Place; 2]],
    blocks: impl Iterator<Item = (usize, &'a Block)>,
    random: &mut Random,
    events: &mut Vec<Event>,
) {
    let ac = places[0][1];
    let low = u32::from(scan.bits.1);
    // Shorter runs than could be are as right.
    let most = if random.percent(30) { random.from(1, 40) as u32 } else { 0x7fff };
    match (scan.band.0, scan.bits.0) {
        (0, 0) => sequential::levels(places, blocks, low, events),
        (0, _) => events.extend(blocks.map(|(_, block)| Event::bit((block[0] >> low) as u32))),
        (_, 0) => {
            let mut bands = Bands::new(ac, scan.band, low, most, events);
            blocks.for_each(|(_, block)| bands.block(block));
            bands.end();
        }
        _ => {
            let mut refinements = Refinements::new(ac, scan.band, low, most, events);
            blocks.for_each(|(_, block)| refinements.block(block));
            refinements.end();
        }
    }
}

/// The MCUs of a scan: of each block, which member it belongs to and which of its blocks it is.
fn mcus(picture: &Picture, scan: &Scan) -> Vec<Vec<(usize, usize)>> {
    if let [only] = scan.members[..] {
        let component = &picture.components[only];
        let (across, down) = component.blocks;
        let places = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
        return places.map(|(x, y)| vec![(0, (y * component.padded.0 + x) as usize)]).collect();
    }
    let (across, down) = picture.mcus;
    let places = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
    places.map(|place| mcu(picture, scan, place)).collect()
}

fn mcu(picture: &Picture, scan: &Scan, (column, row): (u32, u32)) -> Vec<(usize, usize)> {
    let mut blocks = Vec::new();
    for (member, &component) in scan.members.iter().enumerate() {
        let component = &picture.components[component];
        let (wide, high) = (u32::from(component.sampling.0), u32::from(component.sampling.1));
        for down in 0..high {
            for right in 0..wide {
                let (x, y) = (column * wide + right, row * high + down);
                blocks.push((member, (y * component.padded.0 + x) as usize));
            }
        }
    }
    blocks
}
