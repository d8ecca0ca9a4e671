//! Owns the pixels that must come out, by the book and one by one: nothing is shared with the crate that is tested.
//! Does not own: coefficients.
//!
//! The book is T.81 with the accuracy of libjpeg: `jidctint.c` (accurate inverse transform), `jdsample.c` (widening by
//! triangle filters), `jdcolor.c` (color).

use super::case::{Case, Model};
use super::picture::{Block, Component, Picture};
use pipeline_jpeg::{ColorModel, Output, Unsupported};

/// All of a picture, row by row, or why it is refused.
pub(crate) type Pixels = Result<Vec<u8>, Unsupported>;

/// From the samples of a pixel to what is asked for.
type Convert = fn([u8; 4]) -> [u8; 4];

/// What is known of a file.
pub(crate) struct Reference {
    size: (usize, usize),
    color: Result<ColorModel, Unsupported>,
    planes: Vec<Plane>,
}

/// Samples of one component.
struct Plane {
    size: (usize, usize),
    samples: Vec<u8>,
    /// How many pixels a sample stands for, across and down; none if that is no whole number.
    scale: Option<(usize, usize)>,
}

impl Reference {
    pub(crate) fn of(case: &Case, picture: &Picture) -> Reference {
        let size = (case.size.0 as usize, case.size.1 as usize);
        let color = match (picture.components.len(), case.model) {
            (1, _) => Ok(ColorModel::Gray),
            (3, Model::AdobeKept | Model::Named) => Ok(ColorModel::Rgb),
            (3, _) => Ok(ColorModel::Ycbcr),
            (4, Model::AdobeConverted) => Ok(ColorModel::Ycck),
            (4, _) => Ok(ColorModel::Cmyk),
            (count, _) => Err(Unsupported::Components(count as u8)),
        };
        let highest = |of: fn(&Component) -> u8| picture.components.iter().map(of).max().unwrap_or(1);
        let highest = (highest(|c| c.sampling.0), highest(|c| c.sampling.1));
        let plane = |(at, component): (usize, &Component)| {
            let scale =
                ((highest.0 / component.sampling.0).into(), (highest.1 / component.sampling.1).into());
            let steps = &picture.tables[component.table].0;
            Plane::new(component, steps, (!picture.is_fractional(at)).then_some(scale))
        };
        Reference { size, color, planes: picture.components.iter().enumerate().map(plane).collect() }
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.size.0 as u32, self.size.1 as u32)
    }

    pub(crate) fn color(&self) -> Result<ColorModel, Unsupported> {
        self.color
    }

    /// What a picture of this color model is decoded to, if nothing of it is to be lost.
    pub(crate) fn whole(&self) -> Output {
        match self.color {
            Ok(ColorModel::Cmyk | ColorModel::Ycck) => Output::Cmyk,
            Ok(ColorModel::Ycbcr | ColorModel::Rgb) => Output::Rgb,
            _ => Output::Gray,
        }
    }

    pub(crate) fn pixels(&self, to: Output) -> Pixels {
        let from = self.color?;
        let (wanted, convert): (_, Convert) = match (from, to) {
            (ColorModel::Gray | ColorModel::Ycbcr, Output::Gray) => (1, |sample| sample),
            (ColorModel::Gray, Output::Rgb) => (1, |[gray, ..]| [gray; 4]),
            (ColorModel::Rgb, Output::Rgb) => (3, |rgb| rgb),
            (ColorModel::Ycbcr, Output::Rgb) => (3, rgb),
            (ColorModel::Cmyk, Output::Cmyk) => (4, |cmyk| cmyk),
            (ColorModel::Ycck, Output::Cmyk) => (4, |ycck| {
                let [red, green, blue, _] = rgb(ycck);
                [255 - red, 255 - green, 255 - blue, ycck[3]]
            }),
            _ => return Err(Unsupported::Conversion { from, to }),
        };
        let planes = self.planes.iter().take(wanted).map(|plane| plane.scale.map(|scale| (plane, scale)));
        let planes: Vec<_> = planes.collect::<Option<_>>().ok_or(Unsupported::FractionalSampling)?;
        let mut pixels = Vec::new();
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                let mut pixel = [0; 4];
                for (sample, (plane, scale)) in pixel.iter_mut().zip(&planes) {
                    *sample = plane.at((x, y), *scale);
                }
                pixels.extend(&convert(pixel)[..to.samples()]);
            }
        }
        Ok(pixels)
    }
}

impl Plane {
    fn new(component: &Component, steps: &[u16; 64], scale: Option<(usize, usize)>) -> Plane {
        let (width, height) = (component.samples.0 as usize, component.samples.1 as usize);
        let mut samples = vec![0; width * height];
        for row in 0..component.blocks.1 as usize {
            for column in 0..component.blocks.0 as usize {
                let block = &component.coefficients[row * component.padded.0 as usize + column];
                for (at, sample) in transform(block, steps).into_iter().enumerate() {
                    let (x, y) = (column * 8 + at % 8, row * 8 + at / 8);
                    if x < width && y < height {
                        samples[y * width + x] = sample;
                    }
                }
            }
        }
        Plane { size: (width, height), samples, scale }
    }

    /// The sample of a pixel (`jdsample.c`; its choice of filters is in `jinit_upsampler`).
    fn at(&self, (x, y): (usize, usize), scale: (usize, usize)) -> u8 {
        let sample = |x: usize, y: usize| u32::from(self.samples[y * self.size.0 + x]);
        // Half a step to either side: nearest and next nearest.
        let pair = |at: usize, count: usize| {
            let near = at / 2;
            (near, if at.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(count - 1) })
        };
        let ((near_x, far_x), (near_y, far_y)) = (pair(x, self.size.0), pair(y, self.size.1));
        let (odd_x, odd_y) = ((x % 2) as u32, (y % 2) as u32);
        let filtered = self.size.0 > 2;
        let value = match scale {
            (2, 1) if filtered => (3 * sample(near_x, y) + sample(far_x, y) + 1 + odd_x) / 4,
            (1, 2) => (3 * sample(x, near_y) + sample(x, far_y) + 1 + odd_y) / 4,
            (2, 2) if filtered => {
                let column = |x| 3 * sample(x, near_y) + sample(x, far_y);
                (3 * column(near_x) + column(far_x) + 8 - odd_x) / 16
            }
            (across, down) => sample(x / across, y / down),
        };
        value as u8
    }
}

/// `jdcolor.c`: 16 fractional bits.
fn rgb([y, cb, cr, _]: [u8; 4]) -> [u8; 4] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = y + ((91881 * cr + 32768) >> 16);
    let green = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
    let blue = y + ((116_130 * cb + 32768) >> 16);
    let [red, green, blue] = [red, green, blue].map(|value| value.clamp(0, 255) as u8);
    [red, green, blue, 0]
}

/// Where the coefficients of the zigzag order stand in a block (T.81, figure A.6), by going along its diagonals.
fn zigzag() -> [usize; 64] {
    let (mut places, mut at) = ([0; 64], 0);
    for diagonal in 0..15usize {
        let steps = diagonal.saturating_sub(7)..=diagonal.min(7);
        let mut along: Vec<usize> = steps.map(|row| row * 8 + diagonal - row).collect();
        if diagonal % 2 == 0 {
            along.reverse();
        }
        for place in along {
            places[at] = place;
            at += 1;
        }
    }
    places
}

/// `jidctint.c`: columns, then rows, with 13 fractional bits and 2 more between them.
fn transform(block: &Block, steps: &[u16; 64]) -> [u8; 64] {
    let mut values = [0; 64];
    for (at, place) in zigzag().into_iter().enumerate() {
        values[place] = i32::from(block[at]) * i32::from(steps[at]);
    }
    for column in 0..8 {
        let line = one_dimension(core::array::from_fn(|row| values[row * 8 + column]));
        for row in 0..8 {
            values[row * 8 + column] = descale(line[row], 13 - 2);
        }
    }
    let mut samples = [0; 64];
    for row in 0..8 {
        let line = one_dimension(core::array::from_fn(|column| values[row * 8 + column]));
        for column in 0..8 {
            samples[row * 8 + column] = (descale(line[column], 13 + 2 + 3) + 128).clamp(0, 255) as u8;
        }
    }
    samples
}

fn descale(value: i32, bits: u32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// The flow graph of Loeffler, Ligtenberg and Moschytz, turned around.
fn one_dimension(x: [i32; 8]) -> [i32; 8] {
    let even = (x[2] + x[6]) * 4433;
    let (low, high) = (even - x[6] * 15137, even + x[2] * 6270);
    let (sum, difference) = ((x[0] + x[4]) << 13, (x[0] - x[4]) << 13);
    let evens = [sum + high, difference + low, difference - low, sum - high];

    let both = (x[7] + x[3] + x[5] + x[1]) * 9633;
    let z1 = (x[7] + x[1]) * -7373;
    let z2 = (x[5] + x[3]) * -20995;
    let z3 = (x[7] + x[3]) * -16069 + both;
    let z4 = (x[5] + x[1]) * -3196 + both;
    let odds =
        [x[1] * 12299 + z1 + z4, x[3] * 25172 + z2 + z3, x[5] * 16819 + z2 + z4, x[7] * 2446 + z1 + z3];
    let mut out = [0; 8];
    for at in 0..4 {
        out[at] = evens[at] + odds[at];
        out[7 - at] = evens[at] - odds[at];
    }
    out
}
