//! Owns the filters: their names and their weights.
//! Does not own: what is done with the weights.
//!
//! Source: those of Pillow (`libImaging/Resample.c`), which has them from Keys, "Cubic convolution interpolation for digital
//! image processing", 1981 (catmull, a = -1/2), and Duchon, "Lanczos filtering in one and two dimensions", 1979.

use super::failed;
use crate::Result;
use fast_image_resize::FilterType;
use std::f64::consts::PI;

/// How samples are weighted by their distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(in crate::convert) enum Filter {
    Nearest,
    Box,
    Bilinear,
    Catmull,
    #[default]
    Lanczos3,
}

impl Filter {
    pub(in crate::convert) const NAMES: &[(&str, Filter)] = &[
        ("lanczos3", Filter::Lanczos3),
        ("catmull", Filter::Catmull),
        ("bilinear", Filter::Bilinear),
        ("box", Filter::Box),
        ("nearest", Filter::Nearest),
    ];

    pub(in crate::convert) fn name(self) -> &'static str {
        Filter::NAMES.iter().find(|(_, filter)| *filter == self).map_or("lanczos3", |(name, _)| name)
    }

    /// Its weights. Nearest has none: where it is asked for weights all the same, one pixel wide is what it means.
    pub(super) fn weights(self) -> Result<FilterType> {
        let (name, weight, radius): (_, fn(f64) -> f64, _) = match self {
            Filter::Nearest | Filter::Box => ("box", |t| never_zero(box_(t)), 0.5),
            Filter::Bilinear => ("bilinear", |t| never_zero(bilinear(t)), 1.0),
            Filter::Catmull => ("catmull", |t| never_zero(catmull(t)), 2.0),
            Filter::Lanczos3 => ("lanczos3", |t| never_zero(lanczos3(t)), 3.0),
        };
        fast_image_resize::Filter::new(name, weight, radius).map(FilterType::Custom).map_err(failed)
    }
}

/// `fast_image_resize` (6.1) leaves out weights of 0 at both ends of a sum, and takes the first sum of a cut-out part for the
/// one that begins first. Where it has zeros and a later one has not, that is wrong, and rows are missing. A weight of
/// next to nothing changes no sum, and the sums begin in order.
fn never_zero(weight: f64) -> f64 {
    if weight == 0.0 { 1e-300 } else { weight }
}

fn box_(t: f64) -> f64 {
    if t > -0.5 && t <= 0.5 { 1.0 } else { 0.0 }
}

fn bilinear(t: f64) -> f64 {
    (1.0 - t.abs()).max(0.0)
}

fn catmull(t: f64) -> f64 {
    const A: f64 = -0.5;
    match t.abs() {
        t if t < 1.0 => ((A + 2.0) * t - (A + 3.0)) * t * t + 1.0,
        t if t < 2.0 => (((t - 5.0) * t + 8.0) * t - 4.0) * A,
        _ => 0.0,
    }
}

fn lanczos3(t: f64) -> f64 {
    if (-3.0..3.0).contains(&t) { sinc(t) * sinc(t / 3.0) } else { 0.0 }
}

fn sinc(t: f64) -> f64 {
    if t == 0.0 { 1.0 } else { (t * PI).sin() / (t * PI) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_filter_that_is_named() {
        let at = [0.0, 0.25, 0.5, 1.0, 1.5, 2.5, 3.0];
        assert_eq!(at.map(box_), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(at.map(bilinear), [1.0, 0.75, 0.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(at.map(catmull), [1.0, 0.8671875, 0.5625, 0.0, -0.0625, 0.0, 0.0]);
        let lanczos = at.map(lanczos3).map(|weight| (weight * 1e4).round() / 1e4);
        assert_eq!(lanczos, [1.0, 0.8901, 0.6079, 0.0, -0.1351, 0.0243, 0.0]);
    }
}
