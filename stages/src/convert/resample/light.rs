//! Owns resampling in floats: in linear light, and of colors weighted by their alpha, so that what cannot be seen does not
//! bleed into what can.
//! Does not own: the sums (see `convolve.rs`), the curve of sRGB (see `../gray/linear.rs`).
//!
//! Source: Porter and Duff, "Compositing Digital Images", SIGGRAPH 1984 (premultiplied alpha); IEC 61966-2-1 (the curve).

use super::convolve::convolve;
use super::{Light, Sampling};
use crate::convert::frame::room;
use crate::convert::gray::linear;
use crate::convert::scale::Scaled;
use crate::{Color, Image, Result, Samples, Shape};
use fast_image_resize::{PixelType, Resizer};
use std::sync::LazyLock;

/// Colors are multiplied by alpha, resampled, and divided again. Alpha is never decoded: it is no light.
pub(super) fn resize(
    image: Image,
    scaled: Scaled,
    shape: Shape,
    sampling: Sampling,
    resizer: &mut Resizer,
) -> Result<Samples> {
    let kind = match shape.color {
        Color::Gray => PixelType::F32,
        Color::GrayAlpha => PixelType::F32x2,
        Color::Rgb => PixelType::F32x3,
        Color::Rgba => PixelType::F32x4,
    };
    let before = image.shape();
    let mut through = |floats: Vec<f32>| convolve(&floats, kind, scaled, shape, sampling.filter, resizer);
    Ok(match image.into_samples() {
        Samples::U8(samples) => {
            let floats = decoded(samples, before, sampling.light)?;
            Samples::U8(encoded(through(floats)?, shape, sampling.light)?)
        }
        Samples::U16(samples) => {
            let floats = decoded(samples, before, sampling.light)?;
            Samples::U16(encoded(through(floats)?, shape, sampling.light)?)
        }
    })
}

/// What a sample is in floats of 0…1, and back to the nearest.
trait Sample: Copy {
    const ZERO: Self;
    fn value(self, light: Light) -> f32;
    fn nearest(value: f32, light: Light) -> Self;
}

impl Sample for u8 {
    const ZERO: u8 = 0;

    fn value(self, light: Light) -> f32 {
        static LIGHT: LazyLock<[f32; 256]> =
            LazyLock::new(|| std::array::from_fn(|sample| linear::decode(sample as f64 / 255.0) as f32));
        match light {
            Light::Encoded => f32::from(self) / 255.0,
            Light::Linear => LIGHT[usize::from(self)],
        }
    }

    fn nearest(value: f32, light: Light) -> u8 {
        match light {
            // A cast to an integer ends at its bounds.
            Light::Encoded => (value * 255.0 + 0.5) as u8,
            Light::Linear => linear::table8().level(value),
        }
    }
}

impl Sample for u16 {
    const ZERO: u16 = 0;

    fn value(self, light: Light) -> f32 {
        static LIGHT: LazyLock<Vec<f32>> = LazyLock::new(|| {
            (0..=u16::MAX).map(|sample| linear::decode(f64::from(sample) / 65535.0) as f32).collect()
        });
        match light {
            Light::Encoded => f32::from(self) / 65535.0,
            Light::Linear => LIGHT[usize::from(self)],
        }
    }

    fn nearest(value: f32, light: Light) -> u16 {
        let value = match light {
            Light::Encoded => f64::from(value),
            Light::Linear => linear::encode(f64::from(value.clamp(0.0, 1.0))),
        };
        (value * 65535.0 + 0.5) as u16
    }
}

fn decoded<S: Sample>(samples: Vec<S>, shape: Shape, light: Light) -> Result<Vec<f32>> {
    let mut floats = room("resize", shape)?;
    if !shape.color.has_alpha() {
        floats.extend(samples.iter().map(|sample| sample.value(light)));
        return Ok(floats);
    }
    for pixel in samples.chunks_exact(shape.color.channels()) {
        if let [color @ .., alpha] = pixel {
            let alpha = alpha.value(Light::Encoded);
            floats.extend(color.iter().map(|sample| sample.value(light) * alpha).chain([alpha]));
        }
    }
    Ok(floats)
}

fn encoded<S: Sample>(floats: Vec<f32>, shape: Shape, light: Light) -> Result<Vec<S>> {
    let mut samples = room("resize", shape)?;
    if !shape.color.has_alpha() {
        samples.extend(floats.iter().map(|&value| S::nearest(value, light)));
        return Ok(samples);
    }
    for pixel in floats.chunks_exact(shape.color.channels()) {
        if let [color @ .., alpha] = pixel {
            // What no alpha is left of has no color; a division by next to nothing would make one up.
            let seen = *alpha > 1.0 / (4.0 * 65535.0);
            let sample = |value: f32| if seen { S::nearest(value / alpha, light) } else { S::ZERO };
            samples.extend(color.iter().map(|&value| sample(value)));
            samples.push(S::nearest(*alpha, Light::Encoded));
        }
    }
    Ok(samples)
}
