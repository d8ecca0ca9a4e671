//! Owns pictures that were never seen: components with made-up coefficients and steps.
//! Does not own: how they are written.

use super::case::{Case, Coding};
use super::random::Random;

/// Coefficients of a block in zigzag order.
pub(crate) type Block = [i16; 64];

/// The most that all coefficients of a block may add up to after they were multiplied by their steps. No sample is further
/// than 2000 × 1.39² / 8 from the middle then: wherever decoders cut off their numbers, they have not begun to.
const MOST: i32 = 2000;

/// One component.
pub(crate) struct Component {
    pub(crate) id: u8,
    pub(crate) sampling: (u8, u8),
    /// The place of its quantisation table.
    pub(crate) table: usize,
    /// Samples, across and down (T.81, A.1.1).
    pub(crate) samples: (u32, u32),
    /// Blocks that hold them, across and down (T.81, A.2.2).
    pub(crate) blocks: (u32, u32),
    /// The same in whole MCUs (T.81, A.2.4).
    pub(crate) padded: (u32, u32),
    /// All of the padded ones, row by row.
    pub(crate) coefficients: Vec<Block>,
}

/// Coefficients and their steps.
pub(crate) struct Picture {
    pub(crate) components: Vec<Component>,
    /// Steps in zigzag order, and whether they are written with 16 bits.
    pub(crate) tables: Vec<([u16; 64], bool)>,
    /// MCUs of interleaved scans.
    pub(crate) mcus: (u32, u32),
}

impl Picture {
    pub(crate) fn new(case: &Case, random: &mut Random) -> Picture {
        let (width, height) = case.size;
        let highest = |of: fn(&(u8, u8)) -> u8| case.sampling.iter().map(of).max().unwrap_or(1).into();
        let (across, down): (u32, u32) = (highest(|s| s.0), highest(|s| s.1));
        let mcus = (width.div_ceil(8 * across), height.div_ceil(8 * down));
        let places = random.from(1, case.sampling.len());
        let tables: Vec<_> = (0..places).map(|_| steps(case, random)).collect();
        let ids = ids(case, random);
        let component = |(&sampling, id): (&(u8, u8), u8)| {
            let samples = (
                (width * u32::from(sampling.0)).div_ceil(across),
                (height * u32::from(sampling.1)).div_ceil(down),
            );
            let padded = (mcus.0 * u32::from(sampling.0), mcus.1 * u32::from(sampling.1));
            let table = random.below(places);
            let coefficients = (0..padded.0 * padded.1).map(|_| block(case, &tables[table].0, random));
            Component {
                id,
                sampling,
                table,
                samples,
                blocks: (samples.0.div_ceil(8), samples.1.div_ceil(8)),
                padded,
                coefficients: coefficients.collect(),
            }
        };
        let components = case.sampling.iter().zip(ids).map(component).collect();
        Picture { components, tables, mcus }
    }

    /// Whether a component has the samples of a fraction of a pixel, which nobody decodes.
    pub(crate) fn is_fractional(&self, component: usize) -> bool {
        let highest = |of: fn(&Component) -> u8| self.components.iter().map(of).max().unwrap_or(1);
        let own = self.components[component].sampling;
        !highest(|c| c.sampling.0).is_multiple_of(own.0) || !highest(|c| c.sampling.1).is_multiple_of(own.1)
    }
}

/// Names of the components, all different. 0 and 255 are as good as any.
fn ids(case: &Case, random: &mut Random) -> Vec<u8> {
    use super::case::Model;
    match (case.model, case.sampling.len()) {
        (Model::Named, 3) => b"RGB".to_vec(),
        (Model::Silent, _) => vec![1, 2, 3, 4],
        _ => {
            let first = random.next() as u8;
            (0..4).map(|at: u8| first.wrapping_add(at.wrapping_mul(63))).collect()
        }
    }
}

fn steps(case: &Case, random: &mut Random) -> ([u16; 64], bool) {
    let wide = case.coding != Coding::Baseline && random.percent(30);
    let (most, odd) = if wide { (3000, 65535) } else { (60, 255) };
    let usual = random.from(1, most);
    let step = |_| random_step(random, usual, odd);
    (core::array::from_fn(step), wide)
}

fn random_step(random: &mut Random, usual: usize, odd: usize) -> u16 {
    let most = if random.percent(5) { odd } else { usual };
    random.from(1, most) as u16
}

fn block(case: &Case, steps: &[u16; 64], random: &mut Random) -> Block {
    let mut block = [0; 64];
    let mut left = MOST;
    let level = random.from(0, 2000) as i32 - 1000;
    block[0] = take(level, steps[0], &mut left);
    // Many blocks have nothing more, so that runs of them become long.
    if random.percent(30) {
        return block;
    }
    for _ in 0..random.below(case.density + 1) {
        let last = if random.percent(60) { 10 } else { 63 };
        let at = random.from(1, last);
        let size = if random.percent(70) { 2 } else { 400 };
        let value = random.from(1, size) as i32 * if random.percent(50) { 1 } else { -1 };
        if block[at] == 0 {
            let step = i32::from(steps[at]);
            block[at] = take(value * step, steps[at], &mut left);
        }
    }
    block
}

/// The coefficient for this much, or for what is left. One of more bits than 8-bit samples can have has no code.
fn take(much: i32, step: u16, left: &mut i32) -> i16 {
    let coefficient = (much.clamp(-*left, *left) / i32::from(step)).clamp(-1023, 1023);
    *left -= coefficient.abs() * i32::from(step);
    coefficient as i16
}
