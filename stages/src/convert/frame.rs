//! Owns cutting a rectangle out of a picture, and putting a picture into a larger one.
//! Does not own: which rectangle (see `op/crop.rs` and `op/pad.rs`).

use crate::{Color, Error, Image, Result, Samples, Shape};

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// So many samples, none yet, or the reason why there is no room for them.
pub(super) fn room<S>(op: &'static str, shape: Shape) -> Result<Vec<S>> {
    let failed = || Error::Convert {
        op,
        reason: format!("there is no memory for {}x{} pixels; ask for fewer", shape.width, shape.height),
    };
    let count = (u64::from(shape.width) * u64::from(shape.height))
        .checked_mul(shape.color.channels() as u64)
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(failed)?;
    let mut samples = Vec::new();
    samples.try_reserve_exact(count).map_err(|_| failed())?;
    Ok(samples)
}

/// What lies in the rectangle, which is inside the picture.
pub(super) fn cut(mut image: Image, at: Rectangle) -> Result<Image> {
    if (at.width, at.height) == (image.width(), image.height()) {
        return Ok(image);
    }
    let metadata = std::mem::take(&mut image.metadata);
    let (width, color) = (image.width(), image.color());
    let shape = Shape { width: at.width, height: at.height, ..image.shape() };
    let samples = match image.samples() {
        Samples::U8(samples) => Samples::U8(cut_samples(samples, width, shape, at)?),
        Samples::U16(samples) => Samples::U16(cut_samples(samples, width, shape, at)?),
    };
    Ok(Image::new(at.width, at.height, color, samples)?.with_metadata(metadata))
}

fn cut_samples<S: Copy>(samples: &[S], width: u32, shape: Shape, at: Rectangle) -> Result<Vec<S>> {
    let channels = shape.color.channels();
    let mut cut = room("crop", shape)?;
    let columns = at.x as usize * channels..(at.x as usize + at.width as usize) * channels;
    let rows = samples.chunks_exact(width as usize * channels).skip(at.y as usize).take(at.height as usize);
    for row in rows {
        cut.extend_from_slice(row.get(columns.clone()).unwrap_or_default());
    }
    Ok(cut)
}

/// The picture on a canvas of this shape and color, its top left corner at `x`, `y`; it fits there. The shape may have color
/// or alpha that the picture has not.
pub(super) fn put(mut image: Image, canvas: Shape, (x, y): (u32, u32), color: [u8; 4]) -> Result<Image> {
    if canvas == image.shape() {
        return Ok(image);
    }
    let mut metadata = std::mem::take(&mut image.metadata);
    if image.color().is_gray() && !canvas.color.is_gray() {
        // A profile of grays says nothing about colors.
        metadata.icc = None;
    }
    let width = image.width();
    let samples = match image.samples() {
        Samples::U8(samples) => {
            let put = Put { width, from: image.color(), canvas, x, y, opaque: u8::MAX };
            Samples::U8(put.samples(samples, color)?)
        }
        Samples::U16(samples) => {
            let put = Put { width, from: image.color(), canvas, x, y, opaque: u16::MAX };
            Samples::U16(put.samples(samples, color.map(|sample| u16::from(sample) * 257))?)
        }
    };
    Ok(Image::new(canvas.width, canvas.height, canvas.color, samples)?.with_metadata(metadata))
}

/// How samples get onto a canvas.
struct Put<S> {
    /// Of the picture.
    width: u32,
    from: Color,
    canvas: Shape,
    x: u32,
    y: u32,
    opaque: S,
}

impl<S: Copy> Put<S> {
    fn samples(&self, samples: &[S], color: [S; 4]) -> Result<Vec<S>> {
        let mut put = room("pad", self.canvas)?;
        let channels = self.canvas.color.channels();
        let border = self.border(color);
        let width = self.canvas.width as usize;
        let fill = |put: &mut Vec<S>, pixels: usize| {
            for _ in 0..pixels {
                put.extend_from_slice(&border[..channels]);
            }
        };
        let rows = samples.chunks_exact(self.width as usize * self.from.channels());
        let below = self.canvas.height as usize - self.y as usize - rows.len();
        let right = width - self.x as usize - self.width as usize;
        fill(&mut put, width * self.y as usize);
        for row in rows {
            fill(&mut put, self.x as usize);
            self.row(row, &mut put);
            fill(&mut put, right);
        }
        fill(&mut put, width * below);
        Ok(put)
    }

    /// The samples of a pixel of this color, as many as the canvas has of them.
    fn border(&self, [r, g, b, a]: [S; 4]) -> [S; 4] {
        match self.canvas.color {
            Color::Gray | Color::GrayAlpha => [r, a, a, a],
            Color::Rgb | Color::Rgba => [r, g, b, a],
        }
    }

    fn row(&self, row: &[S], put: &mut Vec<S>) {
        if self.from == self.canvas.color {
            return put.extend_from_slice(row);
        }
        let channels = self.canvas.color.channels();
        for pixel in row.chunks_exact(self.from.channels()) {
            let alpha = if self.from.has_alpha() { pixel[pixel.len() - 1] } else { self.opaque };
            let color = match pixel {
                [r, g, b, ..] => [*r, *g, *b, alpha],
                [gray, ..] => [*gray, *gray, *gray, alpha],
                [] => continue,
            };
            put.extend_from_slice(&self.border(color)[..channels]);
        }
    }
}
