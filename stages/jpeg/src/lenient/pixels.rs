//! Owns making rows of pixels from coefficients (libjpeg: `jdmainct.c`, `jdsample.c`).
//! Does not own: the arithmetic of filters and colors (see `upsample.rs` and `color.rs` of the crate).

use super::layout::Layout;
use super::smoothing::Smoothing;
use super::store::{Block, Store};
use crate::frame::Frame;
use crate::idct_wrapping;
use crate::output::Conversion;
use crate::quantisation::Steps;
use crate::upsample::{self, Upsampling};
use crate::{Error, Output};
use alloc::vec::Vec;

/// The samples of one component.
struct Samples {
    /// Two rows of blocks, of which even ones go to the first place, and which ones they are.
    rows: [Vec<u8>; 2],
    held: [Option<u32>; 2],
    /// Blocks in a row; samples across and down.
    across: usize,
    size: (usize, usize),
    upsampling: Upsampling,
}

/// Coefficients, and what becomes of them.
pub(super) struct Given<'a> {
    pub(super) layout: &'a Layout,
    pub(super) store: &'a Store,
    /// Quantisation of each component; that of one without a scan does not matter.
    pub(super) steps: &'a [Option<Steps>],
    pub(super) smoothing: Option<&'a Smoothing>,
}

pub(super) struct Pixels {
    /// Those that are wanted, which come first.
    components: Vec<Samples>,
    conversion: Conversion,
    /// A row of each component as wide as the picture, and scratch.
    upsampled: [Vec<u8>; 4],
    sums: Vec<u16>,
    blocks: Vec<Block>,
    /// Bytes in a row of pixels; rows.
    line: usize,
    height: usize,
}

impl Pixels {
    pub(super) fn new(frame: &Frame, layout: &Layout, conversion: Conversion) -> Result<Pixels, Error> {
        let mut components = Vec::with_capacity(4);
        for (at, component) in frame.components().iter().enumerate().filter(|&(at, _)| conversion.wants(at)) {
            let (width, height) = frame.samples(component);
            components.push(Samples {
                rows: Default::default(),
                held: [None; 2],
                across: layout.components[at].inside.0 as usize,
                size: (width as usize, height as usize),
                upsampling: Upsampling::of(component, frame)?,
            });
        }
        // The widest MCU is 32 pixels.
        let wide = frame.width as usize + 32 + upsample::ROOM;
        Ok(Pixels {
            components,
            conversion,
            upsampled: core::array::from_fn(|_| alloc::vec![0; wide]),
            sums: Vec::new(),
            blocks: Vec::new(),
            line: frame.width as usize * conversion.samples(),
            height: frame.height as usize,
        })
    }

    /// Appends the rows of pixels to `out` that a row of MCUs completes. Where rows are mixed with the next one, the last waits for it.
    pub(super) fn append(&mut self, row: u32, given: &Given<'_>, out: &mut Vec<u8>) {
        let high = given.layout.high as usize;
        let bottom = (row as usize + 1) * high;
        let mixed = self.components.iter().any(|one| one.upsampling.mixes_rows());
        let end = if bottom >= self.height { self.height } else { bottom - usize::from(mixed) };
        for y in out.len() / self.line..end {
            self.pixels(y, given, out);
        }
    }

    fn pixels(&mut self, y: usize, given: &Given<'_>, out: &mut Vec<u8>) {
        let Pixels { components, conversion, upsampled, sums, blocks, .. } = self;
        for (at, (samples, row)) in components.iter_mut().zip(upsampled.iter_mut()).enumerate() {
            samples.upsample(at, y, given, (row, sums, blocks));
        }
        out.resize((y + 1) * self.line, 0);
        let rows = [0, 1, 2, 3].map(|at| upsampled[at].as_slice());
        if let Some(out) = out.get_mut(y * self.line..) {
            conversion.row(None, rows, out);
        }
    }
}

impl Samples {
    /// Makes `out` the row `y` of the picture.
    fn upsample(
        &mut self,
        component: usize,
        y: usize,
        given: &Given<'_>,
        (out, sums, blocks): (&mut [u8], &mut Vec<u16>, &mut Vec<Block>),
    ) {
        let near = y / self.upsampling.down();
        let above = y.is_multiple_of(2);
        let far = if above { near.saturating_sub(1) } else { (near + 1).min(self.size.1 - 1) };
        self.hold(component, near, given, blocks);
        if self.upsampling.mixes_rows() {
            self.hold(component, far, given, blocks);
        }
        let (near, far) = (self.row(near), self.row(far));
        match self.upsampling {
            Upsampling::Same => upsample::repeat(near, 1, out),
            Upsampling::Wider => upsample::wider(near, sums, out),
            Upsampling::Higher => upsample::higher(near, far, if above { 1 } else { 2 }, out),
            Upsampling::Both => upsample::both(near, far, sums, out),
            Upsampling::Repeat { across, .. } => upsample::repeat(near, across, out),
        }
    }

    fn row(&self, y: usize) -> &[u8] {
        let from = y % 8 * self.across * 8;
        self.rows[y / 8 % 2].get(from..from + self.size.0).unwrap_or_default()
    }

    /// Transforms the row of blocks that a row of samples is in, unless that was done.
    fn hold(&mut self, component: usize, y: usize, given: &Given<'_>, blocks: &mut Vec<Block>) {
        let row = (y / 8) as u32;
        if self.held[y / 8 % 2].replace(row) == Some(row) {
            return;
        }
        let stored = given.store.row(component, row);
        let blocks = match given.smoothing {
            None => stored,
            Some(smoothing) => {
                blocks.clear();
                blocks.extend_from_slice(stored);
                blocks.resize(blocks.len().max(self.across), [0; 64]);
                smoothing.row((component, row), given.layout, given.store, blocks);
                blocks
            }
        };
        let samples = &mut self.rows[y / 8 % 2];
        let stride = self.across * 8;
        samples.clear();
        samples.resize(stride * 8, 128);
        let steps = given.steps[component].unwrap_or([0; 64]);
        for (column, block) in blocks.iter().take(self.across).enumerate() {
            for (line, row) in samples.chunks_exact_mut(stride).zip(idct_wrapping::samples(block, &steps)) {
                line[column * 8..][..8].copy_from_slice(&row);
            }
        }
    }
}

/// Makes room for all pixels.
pub(super) fn reserve(frame: &Frame, output: Output, out: &mut Vec<u8>) -> Result<(), Error> {
    let bytes = u64::from(frame.width) * u64::from(frame.height) * output.samples() as u64;
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    out.try_reserve_exact(bytes).map_err(|_| Error::OutOfMemory { bytes })
}
