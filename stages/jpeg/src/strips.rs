//! Owns the way from blocks to rows of pixels: each component's samples of one row of MCUs at a time, and the rows that can be
//! made of them. So memory grows with the width of a picture and not with its height.
//! Does not own: the arithmetic (see `idct.rs`, `upsample.rs` and `color.rs`).
//!
//! Where samples are mixed with those of the next row of MCUs, the last row of pixels waits for it. That is one row, so the last row
//! of each component is kept in front of the next ones.

use crate::Error;
use crate::frame::Frame;
use crate::idct;
use crate::output::Conversion;
use crate::quantisation::Steps;
use crate::scan::Sink;
use crate::simd::Wide;
use crate::upsample::{self, Upsampling};
use alloc::vec::Vec;

/// Scratch that is kept between pictures.
#[derive(Clone, Default)]
pub(crate) struct Buffers {
    samples: [Vec<u8>; 4],
    /// A row of each component as wide as the picture.
    rows: [Vec<u8>; 4],
    sums: Vec<u16>,
}

impl Buffers {
    /// How many bytes are kept.
    pub(crate) fn capacity(&self) -> usize {
        let bytes: usize = self.samples.iter().chain(&self.rows).map(Vec::capacity).sum();
        bytes + 2 * self.sums.capacity()
    }
}

/// One component.
struct Strip<'a> {
    /// The last row of the strip before, then the rows of this one.
    samples: &'a mut Vec<u8>,
    stride: usize,
    /// Samples in a row of a block.
    side: usize,
    /// Rows in a row of MCUs, and the number of the first one of this strip.
    high: usize,
    top: usize,
    /// Samples without filling, across and down.
    size: (usize, usize),
    steps: &'a Steps,
    upsampling: Upsampling,
}

/// A [`Sink`] whose blocks become pixels.
pub(crate) struct Strips<'a> {
    /// Of the frame's components the wanted ones, which come first.
    strips: Vec<Strip<'a>>,
    rows: &'a mut [Vec<u8>; 4],
    sums: &'a mut Vec<u16>,
    conversion: Conversion,
    out: &'a mut Vec<u8>,
    /// Bytes in a row of `out`.
    line: usize,
    height: usize,
    /// Rows of pixels in a row of MCUs.
    high: usize,
    /// Whether any component's rows are mixed.
    mixed: bool,
    wide: Option<Wide>,
}

impl<'a> Strips<'a> {
    /// Strips whose pixels go to `out`, which is empty and has room for them. `steps` gives each wanted component's quantisation.
    pub(crate) fn new(
        frame: &Frame,
        steps: impl Fn(usize) -> Result<&'a Steps, Error>,
        conversion: Conversion,
        wide: Option<Wide>,
        buffers: &'a mut Buffers,
        out: &'a mut Vec<u8>,
    ) -> Result<Strips<'a>, Error> {
        let Buffers { samples, rows, sums } = buffers;
        let mut strips = Vec::with_capacity(4);
        let side = frame.scale.side() as usize;
        let padded_width = frame.mcus().0 as usize * side * usize::from(frame.highest_sampling().0);
        for (index, (component, samples)) in frame.components().iter().zip(samples).enumerate() {
            if !conversion.wants(index) {
                continue;
            }
            let (width, height) = frame.decoded_samples(component);
            let side = frame.block_side(component) as usize;
            let stride = frame.padded_blocks(component).0 as usize * side;
            let high = usize::from(component.sampling.1) * side;
            fit(samples, stride * (high + 1))?;
            fit(&mut rows[index], padded_width + upsample::ROOM)?;
            strips.push(Strip {
                samples,
                stride,
                side,
                high,
                top: 0,
                size: (width as usize, height as usize),
                steps: steps(index)?,
                upsampling: Upsampling::of(component, frame)?,
            });
        }
        let (width, height) = frame.decoded();
        Ok(Strips {
            mixed: strips.iter().any(|strip| strip.upsampling.mixes_rows()),
            strips,
            rows,
            sums,
            conversion,
            line: width as usize * conversion.samples(),
            out,
            height: height as usize,
            high: usize::from(frame.highest_sampling().1) * side,
            wide,
        })
    }

    /// Makes the pixels of a row.
    #[inline(always)]
    fn pixels(&mut self, y: usize) {
        let strips = self.strips.iter().zip(self.rows.iter_mut());
        for (strip, row) in strips {
            strip.upsample(y, row, self.sums);
        }
        let mut rows: [&[u8]; 4] = [&[]; 4];
        for (row, (strip, upsampled)) in rows.iter_mut().zip(self.strips.iter().zip(self.rows.iter())) {
            *row = if strip.upsampling == Upsampling::Same { strip.row(y) } else { upsampled };
        }
        // A row at a time, so that it is still in the cache when it is written to.
        self.out.resize((y + 1) * self.line, 0);
        if let Some(out) = self.out.get_mut(y * self.line..) {
            self.conversion.row(self.wide, rows, out);
        }
    }
}

impl Sink for Strips<'_> {
    #[inline(always)]
    fn block(&mut self, component: usize, place: (usize, usize), coefficients: &[i16; 64], flat: bool) {
        if let Some(strip) = self.strips.get_mut(component) {
            let first =
                (place.1 * strip.side + 1).saturating_sub(strip.top) * strip.stride + place.0 * strip.side;
            let Some(samples) = strip.samples.get_mut(first..) else { return };
            idct::samples(self.wide, strip.side, coefficients, strip.steps, flat, samples, strip.stride);
        }
    }

    #[inline(always)]
    fn row(&mut self, row: u32) {
        let waits = usize::from(self.mixed);
        let top = row as usize * self.high;
        let bottom = top + self.high;
        let end = if bottom >= self.height { self.height } else { bottom - waits };
        for y in top.saturating_sub(waits)..end {
            self.pixels(y);
        }
        for strip in &mut self.strips {
            strip.samples.copy_within(strip.high * strip.stride.., 0);
            strip.top += strip.high;
        }
    }
}

impl Strip<'_> {
    /// A row of this component, by its number in the whole of it: one of this strip, or the last one of the strip before.
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        let from = (row + 1).saturating_sub(self.top) * self.stride;
        self.samples.get(from..from + self.size.0).unwrap_or_default()
    }

    /// Makes the row `y` of the picture, unless it is there already.
    #[inline(always)]
    fn upsample(&self, y: usize, out: &mut [u8], sums: &mut Vec<u16>) {
        let near = y / self.upsampling.down();
        let above = y.is_multiple_of(2);
        let far = if above { near.saturating_sub(1) } else { (near + 1).min(self.size.1 - 1) };
        match self.upsampling {
            Upsampling::Same => {}
            Upsampling::Wider => upsample::wider(self.row(near), sums, out),
            Upsampling::Higher => {
                upsample::higher(self.row(near), self.row(far), if above { 1 } else { 2 }, out)
            }
            Upsampling::Both => upsample::both(self.row(near), self.row(far), sums, out),
            Upsampling::Repeat { across, .. } => upsample::repeat(self.row(near), across, out),
        }
    }
}

/// Makes it so long; its content does not matter.
fn fit(list: &mut Vec<u8>, length: usize) -> Result<(), Error> {
    let missing = length.saturating_sub(list.len());
    list.try_reserve_exact(missing).map_err(|_| Error::OutOfMemory { bytes: length })?;
    list.resize(length, 0);
    Ok(())
}
