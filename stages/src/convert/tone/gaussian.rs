//! Owns blurring by a Gaussian: its weights, and rows of blurred values one after another.
//! Does not own: what is made of these rows (`blur` stores them, `sharpen` goes the other way).
//!
//! Rows are blurred along x as single precision and kept in a ring until the rows below them are there; each is then blurred
//! along y. So nothing is rounded before the end, and the picture can be changed in place.

use super::Sample;
use super::weigh::{LANES, weigh};
use crate::{Color, Shape};

/// Weights `e^(-i² / 2σ²)` for i of 0…r, normalised so that all 2r + 1 sum to 1.
pub(crate) struct Gaussian {
    weights: Vec<f32>,
}

impl Gaussian {
    /// The radius is that of OpenCV's `GaussianBlur` for a kernel of size 0: about 3σ for 8 bits, 4σ for 16.
    pub(crate) fn new(sigma: f32, bits: u8) -> Gaussian {
        let sigma = f64::from(sigma);
        let reach = if bits == 8 { 3.0 } else { 4.0 };
        let radius = ((sigma * reach * 2.0 + 1.0).round_ties_even() as usize | 1) / 2;
        let weight = |i: usize| if i == 0 { 1.0 } else { (-((i * i) as f64) / (2.0 * sigma * sigma)).exp() };
        let sum: f64 = 1.0 + 2.0 * (1..=radius).map(weight).sum::<f64>();
        Gaussian { weights: (0..=radius).map(|i| (weight(i) / sum) as f32).collect() }
    }

    fn radius(&self) -> usize {
        self.weights.len() - 1
    }

    /// Bytes that [`rows`](Gaussian::rows) needs.
    pub(crate) fn scratch_bytes(&self, shape: Shape) -> u64 {
        let row = u64::from(shape.width).saturating_mul(shape.color.channels() as u64) + LANES as u64;
        let radius = self.radius() as u64;
        let ring = (2 * radius + 1).min(u64::from(shape.height));
        let padding = 2 * radius * shape.color.channels() as u64;
        row.saturating_mul(ring + 2).saturating_add(padding).saturating_mul(4)
    }

    /// Gives each row together with its blurred values, from top to bottom. Beyond its edges the picture is continued as in a
    /// mirror on the outermost pixel (`BORDER_REFLECT_101`).
    ///
    /// Colors are weighted by alpha, as if light came through; where there is none nearby, the blurred color is the color.
    pub(crate) fn rows<S: Sample>(
        &self,
        (width, color): (usize, Color),
        samples: &mut [S],
        mut each: impl FnMut(&mut [S], &[f32]),
    ) {
        let channels = color.channels();
        let length = width * channels;
        let height = samples.len() / length;
        let mut ring = Ring::new(length, height.min(2 * self.radius() + 1));
        let mut padded = vec![0.0; ring.stride + 2 * self.radius() * channels];
        let mut blurred = vec![0.0; ring.stride];
        let mut loaded = 0;
        for y in 0..height {
            let last_needed = (y + self.radius()).min(height - 1);
            while loaded <= last_needed {
                let row = &samples[loaded * length..][..length];
                load(color, row, self.radius(), &mut padded);
                self.along_x(channels, &padded, ring.row_mut(loaded));
                loaded += 1;
            }
            self.along_y(&ring, (y, height), &mut blurred);
            let row = &mut samples[y * length..][..length];
            take_alpha_out(color, row, &mut blurred);
            each(row, &blurred[..length]);
        }
    }

    fn along_x(&self, channels: usize, padded: &[f32], out: &mut [f32]) {
        let radius = self.radius();
        let from = |pixel: usize| &padded[pixel * channels..];
        let pairs: Vec<_> = (0..=radius).map(|i| (from(radius - i), from(radius + i))).collect();
        weigh(&self.weights, &pairs, out);
    }

    fn along_y(&self, ring: &Ring, (y, height): (usize, usize), out: &mut [f32]) {
        let row = |at: isize| ring.row(mirrored(at, height));
        let pairs: Vec<_> =
            (0..=self.radius() as isize).map(|i| (row(y as isize - i), row(y as isize + i))).collect();
        weigh(&self.weights, &pairs, out);
    }
}

/// The rows that are blurred along x, as many as are needed at once. Each has room for whole [`LANES`].
struct Ring {
    rows: Vec<f32>,
    stride: usize,
    count: usize,
}

impl Ring {
    fn new(length: usize, count: usize) -> Ring {
        let stride = length.next_multiple_of(LANES);
        Ring { rows: vec![0.0; stride * count], stride, count }
    }

    fn row(&self, y: usize) -> &[f32] {
        &self.rows[y % self.count * self.stride..][..self.stride]
    }

    fn row_mut(&mut self, y: usize) -> &mut [f32] {
        &mut self.rows[y % self.count * self.stride..][..self.stride]
    }
}

/// The place inside 0…count of one that may lie outside, mirrored on the first and the last as often as it takes.
fn mirrored(at: isize, count: usize) -> usize {
    let last = count as isize - 1;
    if last == 0 {
        return 0;
    }
    let at = at.rem_euclid(2 * last);
    at.min(2 * last - at) as usize
}

/// A row as numbers, colors times alpha, with `radius` pixels of its mirror image on both sides.
fn load<S: Sample>(color: Color, row: &[S], radius: usize, padded: &mut [f32]) {
    let channels = color.channels();
    let inner = &mut padded[radius * channels..][..row.len()];
    for (to, from) in inner.iter_mut().zip(row) {
        *to = from.level() as f32;
    }
    if color.has_alpha() {
        let one = 1.0 / S::WHITE as f32;
        for pixel in inner.chunks_exact_mut(channels) {
            if let Some((alpha, colors)) = pixel.split_last_mut() {
                colors.iter_mut().for_each(|color| *color *= *alpha * one);
            }
        }
    }
    let width = row.len() / channels;
    let mut copy = |to: usize, from: isize| {
        let from = (radius + mirrored(from, width)) * channels;
        padded.copy_within(from..from + channels, to * channels);
    };
    for i in 0..radius {
        copy(i, i as isize - radius as isize);
        copy(radius + width + i, (width + i) as isize);
    }
}

/// Makes blurred colors times alpha blurred colors again.
fn take_alpha_out<S: Sample>(color: Color, row: &[S], blurred: &mut [f32]) {
    if !color.has_alpha() {
        return;
    }
    let channels = color.channels();
    for (pixel, own) in blurred.chunks_exact_mut(channels).zip(row.chunks_exact(channels)) {
        let Some((alpha, colors)) = pixel.split_last_mut() else { continue };
        for (color, own) in colors.iter_mut().zip(own) {
            *color = if *alpha > 0.0 { *color * S::WHITE as f32 / *alpha } else { own.level() as f32 };
        }
    }
}

#[cfg(test)]
#[path = "gaussian_tests.rs"]
mod tests;
