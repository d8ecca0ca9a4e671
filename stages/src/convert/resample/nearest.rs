//! Owns resampling by taking one pixel for each: no sample is new.
//! Does not own: filters.

use crate::convert::frame::room;
use crate::convert::scale::{Axis, Scaled};
use crate::{Image, Result, Samples, Shape};

/// Each pixel is the one in which its center lies.
pub(super) fn resize(image: Image, scaled: Scaled, shape: Shape) -> Result<Samples> {
    Ok(match image.into_samples() {
        Samples::U8(samples) => Samples::U8(pick(&samples, scaled, shape)?),
        Samples::U16(samples) => Samples::U16(pick(&samples, scaled, shape)?),
    })
}

fn pick<S: Copy>(samples: &[S], scaled: Scaled, shape: Shape) -> Result<Vec<S>> {
    match shape.color.channels() {
        1 => pixels::<S, 1>(samples, scaled, shape),
        2 => pixels::<S, 2>(samples, scaled, shape),
        3 => pixels::<S, 3>(samples, scaled, shape),
        _ => pixels::<S, 4>(samples, scaled, shape),
    }
}

fn pixels<S: Copy, const CHANNELS: usize>(samples: &[S], scaled: Scaled, shape: Shape) -> Result<Vec<S>> {
    let mut picked = room("resize", shape)?;
    let width = scaled.x.from as usize;
    let columns: Vec<usize> = sources(scaled.x).collect();
    let (pixels, _) = samples.as_chunks::<CHANNELS>();
    for y in sources(scaled.y) {
        let row = &pixels[y * width..][..width];
        picked.extend(columns.iter().flat_map(|&x| row[x]));
    }
    Ok(picked)
}

/// For each pixel that is kept, the pixel it comes from: `floor((x + 1/2) · from / full)`, exactly.
fn sources(axis: Axis) -> impl Iterator<Item = usize> {
    let (from, full) = (u128::from(axis.from), u128::from(axis.full));
    (0..u64::from(axis.kept))
        .map(move |at| ((2 * u128::from(axis.start + at) + 1) * from / (2 * full)) as usize)
}
