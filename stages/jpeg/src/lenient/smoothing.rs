//! Owns estimating coefficients that a progressive file never gave (T.81, K.8; libjpeg: `decompress_smooth_data` of `jdcoefct.c`).
//! Does not own: which were given (see `progress.rs`).
//!
//! The first nine coefficients of a block are estimated from the levels of the 5×5 blocks around it: what is still zero, and not
//! known to be. The kernels are those of libjpeg-turbo since 2.1; which blocks stand for those beyond the edges, those of 2.1.

use super::layout::Layout;
use super::progress::{Missing, NOTHING, Progress};
use super::store::{Block, Store};
use crate::quantisation::{Steps, ZIGZAG};
use alloc::vec::Vec;

/// Weights of the levels around a block, row by row.
type Kernel = [i64; 25];

/// How many coefficients it is about, the level included.
const COUNT: usize = 10;

/// Where nothing but levels is known: the level itself, smoothed, and the nine after it in zigzag order. In 256ths.
#[rustfmt::skip]
const FROM_LEVELS: [Kernel; COUNT] = [
    [-2, -6, -8, -6, -2,  -6, 6, 42, 6, -6,  -8, 42, 152, 42, -8,  -6, 6, 42, 6, -6,  -2, -6, -8, -6, -2],
    [-1, -1, 0, 1, 1,  -3, 13, 0, -13, 3,  -3, 38, 0, -38, 3,  -3, 13, 0, -13, 3,  -1, -1, 0, 1, 1],
    [-1, -3, -3, -3, -1,  -1, 13, 38, 13, -1,  0, 0, 0, 0, 0,  1, -13, -38, -13, 1,  1, 3, 3, 3, 1],
    [0, 0, 1, 0, 0,  0, 2, 7, 2, 0,  0, -5, -14, -5, 0,  0, 2, 7, 2, 0,  0, 0, 1, 0, 0],
    [-1, 0, 0, 0, 1,  0, 9, 0, -9, 0,  0, 0, 0, 0, 0,  0, -9, 0, 9, 0,  1, 0, 0, 0, -1],
    [0, 0, 0, 0, 0,  0, 2, -5, 2, 0,  1, 7, -14, 7, 1,  0, 2, -5, 2, 0,  0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0,  0, 1, 0, -1, 0,  0, 2, 0, -2, 0,  0, 1, 0, -1, 0,  0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0,  0, 1, -3, 1, 0,  0, 0, 0, 0, 0,  0, -1, 3, -1, 0,  0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0,  0, 1, 0, -1, 0,  0, -3, 0, 3, 0,  0, 1, 0, -1, 0,  0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0,  0, 1, 2, 1, 0,  0, 0, 0, 0, 0,  0, -1, -2, -1, 0,  0, 0, 0, 0, 0],
];

/// Where something else is known as well, the first five after the level.
#[rustfmt::skip]
const WITH_OTHERS: [Kernel; 5] = [
    [0, 0, 0, 0, 0,  0, 0, 0, 0, 0,  -7, 50, 0, -50, 7,  0, 0, 0, 0, 0,  0, 0, 0, 0, 0],
    [0, 0, -7, 0, 0,  0, 0, 50, 0, 0,  0, 0, 0, 0, 0,  0, 0, -50, 0, 0,  0, 0, 7, 0, 0],
    [0, 0, -1, 0, 0,  0, 0, 13, 0, 0,  0, 0, -24, 0, 0,  0, 0, 13, 0, 0,  0, 0, -1, 0, 0],
    [0, -1, 0, 1, 0,  -1, 10, 0, -10, 1,  0, 0, 0, 0, 0,  1, -10, 0, 10, -1,  0, 1, 0, -1, 0],
    [0, 0, 0, 0, 0,  0, 0, 0, 0, 0,  -1, 13, -24, 13, -1,  0, 0, 0, 0, 0,  0, 0, 0, 0, 0],
];

/// How the blocks of one component are smoothed.
struct Component {
    steps: Steps,
    missing: Missing,
}

/// How a picture is smoothed.
pub(super) struct Smoothing {
    components: Vec<Component>,
    /// Up to this row of MCUs the last scan had data. Below it, what was known before it counts.
    reached: u32,
    /// Whether there was more than one scan.
    several: bool,
}

impl Smoothing {
    /// How the picture is to be smoothed; `None` if there is nothing to be estimated, or nothing to do it from.
    pub(super) fn of(progress: &Progress, steps: &[Option<Steps>], reached: u32) -> Option<Smoothing> {
        let component = |(missing, steps): (&Missing, &Option<Steps>)| {
            let steps = (*steps)?;
            let whole = (0..COUNT).all(|at| steps[usize::from(ZIGZAG[at])] != 0);
            (whole && missing.now[0] >= 0).then_some(Component { steps, missing: *missing })
        };
        let components = progress.components.iter().zip(steps).map(component).collect::<Option<Vec<_>>>()?;
        let useful =
            components.iter().any(|one| one.missing.now[1..COUNT].iter().any(|&missing| missing != 0));
        useful.then_some(Smoothing { components, reached, several: progress.scans > 1 })
    }

    /// Makes `out` the smoothed blocks of a row.
    pub(super) fn row(
        &self,
        (component, row): (usize, u32),
        layout: &Layout,
        store: &Store,
        out: &mut Vec<Block>,
    ) {
        let blocks = &layout.components[component];
        let mcu_row = row / blocks.sampling.1;
        let Component { steps, missing } = &self.components[component];
        let unknown = [NOTHING; 64];
        let missing = match (mcu_row > self.reached, self.several) {
            (false, _) => &missing.now,
            (true, true) => &missing.before,
            (true, false) => &unknown,
        };
        let around = rows_around(component, row, layout).map(|row| store.row(component, row));
        let kernels = Kernels::of(missing);
        for (column, block) in (0..blocks.inside.0 as usize).zip(out) {
            let window = window(&around, column, blocks.inside.0 as usize - 1);
            kernels.smooth(&window, steps, missing, block);
        }
    }
}

/// The row itself in the middle of those above and below it. Which ones stand for rows beyond the edges is decided by rows of MCUs in
/// part, not all by rows of blocks.
fn rows_around(component: usize, row: u32, layout: &Layout) -> [u32; 5] {
    let high = layout.components[component].sampling.1;
    let (mcu_row, line, last) = (row / high, row % high, layout.mcus.1 - 1);
    let lines = layout.lines(component, mcu_row);
    let above = if line > 0 || mcu_row > 0 { row - 1 } else { row };
    let far_above = if line > 1 || mcu_row > 1 { row - 2 } else { above };
    let below = if line + 1 < lines || mcu_row < last { row + 1 } else { row };
    let far_below = if line + 2 < lines || mcu_row + 1 < last { row + 2 } else { below };
    [far_above, above, row, below, far_below]
}

/// The levels around a block.
fn window(rows: &[&[Block]; 5], column: usize, last: usize) -> Kernel {
    let mut window = [0; 25];
    for (levels, row) in window.as_chunks_mut::<5>().0.iter_mut().zip(rows) {
        for (offset, level) in levels.iter_mut().enumerate() {
            let at = (column + offset).saturating_sub(2);
            // Two columns of blocks are a special case: what is right of them is the left one.
            let at = if at <= last {
                at
            } else if last == 1 {
                0
            } else {
                last
            };
            *level = row.get(at).map_or(0, |block| i64::from(block[0]));
        }
    }
    window
}

/// Which kernels are used.
enum Kernels {
    FromLevels,
    WithOthers,
}

impl Kernels {
    fn of(missing: &[i8; 64]) -> Kernels {
        let nothing = missing[1..COUNT].iter().all(|&missing| missing == NOTHING);
        if nothing { Kernels::FromLevels } else { Kernels::WithOthers }
    }

    fn smooth(&self, window: &Kernel, steps: &Steps, missing: &[i8; 64], block: &mut Block) {
        let (from_levels, kernels) = match self {
            Kernels::FromLevels => (true, &FROM_LEVELS[1..]),
            Kernels::WithOthers => (false, &WITH_OTHERS[..]),
        };
        for (at, kernel) in (1..).zip(kernels) {
            let place = usize::from(ZIGZAG[at]);
            if missing[at] != 0 && block[place] == 0 {
                block[place] = estimate(window, kernel, (steps[0], steps[place]), missing[at]);
            }
        }
        if from_levels {
            block[0] = estimate(window, &FROM_LEVELS[0], (steps[0], steps[0]), NOTHING);
        }
    }
}

/// A coefficient of this step from levels of that step, rounded. Where bits of it are known to be zeros, it stays below them.
fn estimate(window: &Kernel, kernel: &Kernel, (level_step, step): (i16, i16), missing: i8) -> i16 {
    let [level_step, step] = [level_step, step].map(|step| i64::from(step as u16));
    let sum: i64 = window.iter().zip(kernel).map(|(level, weight)| level * weight).sum();
    let scaled = level_step * sum;
    // A step is never 0 here.
    let size = ((step << 7) + scaled.abs()) / (step << 8).max(1);
    let mut size = size as i32;
    if missing > 0 && size >= 1 << missing {
        size = (1 << missing) - 1;
    }
    (if scaled < 0 { size.wrapping_neg() } else { size }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_neighbourhood_stays_flat() {
        for kernel in FROM_LEVELS[1..].iter().chain(&WITH_OTHERS) {
            assert_eq!(kernel.iter().sum::<i64>(), 0);
        }
        assert_eq!(FROM_LEVELS[0].iter().sum::<i64>(), 256);
        assert_eq!(estimate(&[-77; 25], &FROM_LEVELS[0], (16, 16), NOTHING), -77);
    }

    #[test]
    fn kernels_across_are_those_down_turned() {
        let turned = |kernel: &Kernel| core::array::from_fn(|at| kernel[at % 5 * 5 + at / 5]);
        for (across, down) in [(1, 2), (3, 5), (4, 4), (6, 9), (7, 8)] {
            assert_eq!(FROM_LEVELS[across], turned(&FROM_LEVELS[down]), "{across} {down}");
        }
        assert_eq!(WITH_OTHERS[0], turned(&WITH_OTHERS[1]));
        assert_eq!(WITH_OTHERS[3], turned(&WITH_OTHERS[3]));
    }

    #[test]
    fn an_estimate_stays_below_the_bits_that_are_known() {
        let mut window = [0; 25];
        window[11] = 40;
        assert_eq!(estimate(&window, &WITH_OTHERS[0], (16, 16), NOTHING), 8);
        assert_eq!(estimate(&window, &WITH_OTHERS[0], (16, 16), 2), 3);
        window[11] = -40;
        assert_eq!(estimate(&window, &WITH_OTHERS[0], (16, 16), 2), -3);
    }
}
