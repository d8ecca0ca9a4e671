//! Owns how coefficients are spread over scans (T.81, A.2.1 for sequential files, G.1.1 for progressive ones).
//! Does not own: what is in a scan.

use super::case::{Case, Coding};
use super::picture::Picture;
use super::random::Random;

/// A scan header.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    /// Components, in the order of the frame.
    pub(crate) members: Vec<usize>,
    /// The first and the last coefficient.
    pub(crate) band: (usize, usize),
    /// How many low bits were missing before (0 if all) and are after it.
    pub(crate) bits: (u8, u8),
    /// MCUs between restart markers; 0 for none.
    pub(crate) interval: u16,
}

/// Nothing of it was given yet.
const NOTHING: u8 = 255;

/// From so many scans on the rest is given at once: decoders have limits.
const MANY: usize = 40;

pub(crate) fn scans(case: &Case, picture: &Picture, random: &mut Random) -> Vec<Scan> {
    let mut scans = match case.coding {
        Coding::Progressive => progressive(case, picture, random),
        _ => {
            let all = (0..picture.components.len()).collect();
            let groups = groups(all, case.apart, picture, random);
            groups.into_iter().map(|members| scan(members, (0, 63), (0, 0))).collect()
        }
    };
    for scan in &mut scans {
        scan.interval = if random.percent(20) { 0 } else { case.interval };
    }
    scans
}

fn scan(members: Vec<usize>, band: (usize, usize), bits: (u8, u8)) -> Scan {
    Scan { members, band, bits, interval: 0 }
}

/// Components that share scans: all of them if they may (T.81, B.2.3: at most 10 blocks in an MCU) and are not kept apart.
fn groups(mut all: Vec<usize>, apart: bool, picture: &Picture, random: &mut Random) -> Vec<Vec<usize>> {
    let blocks = |group: &[usize]| -> u32 {
        let of = |&at: &usize| picture.components[at].sampling;
        group.iter().map(of).map(|(across, down)| u32::from(across) * u32::from(down)).sum()
    };
    if blocks(&all) <= 10 && !apart {
        return vec![all];
    }
    random.shuffle(&mut all);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for component in all {
        match groups.last_mut() {
            Some(last) if blocks(last) + blocks(&[component]) <= 10 && random.percent(40) => {
                last.push(component);
            }
            _ => groups.push(vec![component]),
        }
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups
}

/// Any legal step, until every bit of every coefficient was given.
fn progressive(case: &Case, picture: &Picture, random: &mut Random) -> Vec<Scan> {
    let mut missing = vec![[NOTHING; 64]; picture.components.len()];
    let mut scans = Vec::new();
    while missing.iter().flatten().any(|&missing| missing != 0) {
        let open = |at: &usize| missing[*at].iter().any(|&missing| missing != 0);
        let open: Vec<usize> = (0..missing.len()).filter(open).collect();
        let component = open[random.below(open.len())];
        let many = scans.len() >= MANY;
        let next = match missing[component][0] {
            0 => band(component, &missing[component], many, random),
            NOTHING => levels(case, picture, &missing, NOTHING, random),
            _ if random.percent(60) && !many => band(component, &missing[component], many, random),
            before => levels(case, picture, &missing, before, random),
        };
        let Some(next) = next else { continue };
        for &member in &next.members {
            missing[member][next.band.0..=next.band.1].fill(next.bits.1);
        }
        scans.push(next);
    }
    scans
}

/// How many bits are still missing after a scan.
fn after(before: u8, many: bool, random: &mut Random) -> (u8, u8) {
    match before {
        NOTHING if many => (0, 0),
        NOTHING => (0, if random.percent(40) { 0 } else { random.from(1, 4) as u8 }),
        before => (before, before - 1),
    }
}

/// A scan of levels for some of the components that miss as many bits.
fn levels(
    case: &Case,
    picture: &Picture,
    missing: &[[u8; 64]],
    before: u8,
    random: &mut Random,
) -> Option<Scan> {
    let same = (0..missing.len()).filter(|&at| missing[at][0] == before).collect();
    let members = groups(same, case.apart, picture, random).into_iter().next()?;
    Some(scan(members, (0, 0), after(before, false, random)))
}

/// A scan of a band of coefficients that miss as many bits; none if there are none left.
fn band(component: usize, missing: &[u8; 64], many: bool, random: &mut Random) -> Option<Scan> {
    let open: Vec<usize> = (1..64).filter(|&at| missing[at] != 0).collect();
    let first = if many || random.percent(50) {
        *open.first()?
    } else {
        *open.get(random.below(open.len().max(1)))?
    };
    let most = (first..64).take_while(|&at| missing[at] == missing[first]).last()?;
    let last = if many || random.percent(70) { most } else { random.from(first, most) };
    Some(scan(vec![component], (first, last), after(missing[first], many, random)))
}
