//! Owns the exhaustive search for the best fixed numbers of workers.

use crate::measure::{Result, median};
use crate::workload::{Shape, Workload, rate_over};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

/// What is tried for a stage that sleeps long; others get few.
const MANY: &[usize] = &[1, 4, 16, 24, 32, 40, 48, 64];
const FEW: &[usize] = &[1, 2, 3];
/// So many of the best are measured again, thrice: of many noisy figures the largest is too large.
const AGAIN: usize = 3;

/// Numbers of workers, and inputs per second with them.
type Best = ([usize; 3], f64);

/// The best fixed numbers of workers, and inputs per second with them.
pub(crate) fn best_fixed(shapes: [Shape; 3], time: Duration, quick: bool) -> Result<Best> {
    let tried = shapes.map(|shape| match (shape.sleep_ms >= 5.0, quick) {
        _ if shape.sleep_ms > 0.0 && shape.sleep_ms < 5.0 => &FEW[1..],
        (true, false) => MANY,
        (true, true) => &MANY[3..5],
        (false, false) => FEW,
        (false, true) => &FEW[1..2],
    });
    static FOUND: Mutex<Vec<([Shape; 3], Best)>> = Mutex::new(Vec::new());
    let mut found = FOUND.lock().map_err(|error| error.to_string())?;
    if let Some((_, best)) = found.iter().find(|(known, _)| *known == shapes) {
        return Ok(*best);
    }
    let mut rates = Vec::new();
    for read in tried[0] {
        for work in tried[1] {
            for write in tried[2] {
                let workers = [*read, *work, *write];
                rates.push((workers, rate_of(shapes, workers, time)?));
            }
        }
    }
    rates.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut finals = Vec::new();
    for (workers, _) in rates.iter().take(AGAIN) {
        let again = (0..3).map(|_| rate_of(shapes, *workers, time)).collect::<Result<Vec<_>>>()?;
        finals.push((*workers, median(again)));
    }
    let best = finals.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b)).ok_or("nothing was tried")?;
    found.push((shapes, best));
    Ok(best)
}

fn rate_of(shapes: [Shape; 3], workers: [usize; 3], time: Duration) -> Result<f64> {
    let handle = Workload::new(shapes).spawn(workers, false)?;
    // Until all queues are as full as they will be.
    sleep(time / 3);
    let rate = rate_over(&handle, time);
    handle.abort()?;
    Ok(rate)
}

/// `32-2-1`.
pub(crate) fn shown(workers: [usize; 3]) -> String {
    workers.map(|workers| workers.to_string()).join("-")
}
