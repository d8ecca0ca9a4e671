//! Owns the picture as it travels between stages: size, color, samples, and the metadata that goes with it.
//! Does not own: any format (see [`crate::decode`]) or any change to the picture (see [`crate::convert`]).

use crate::{Error, Metadata, Result};

/// What the samples of one pixel mean, in the order in which they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Color {
    /// One sample: gray.
    Gray,
    /// Two samples: gray, alpha.
    GrayAlpha,
    /// Three samples: red, green, blue.
    Rgb,
    /// Four samples: red, green, blue, alpha. Alpha is never premultiplied.
    Rgba,
}

impl Color {
    /// Samples per pixel, 1 to 4.
    pub const fn channels(self) -> usize {
        match self {
            Color::Gray => 1,
            Color::GrayAlpha => 2,
            Color::Rgb => 3,
            Color::Rgba => 4,
        }
    }

    /// Whether there is no color.
    pub const fn is_gray(self) -> bool {
        matches!(self, Color::Gray | Color::GrayAlpha)
    }

    /// Whether the last sample is alpha.
    pub const fn has_alpha(self) -> bool {
        matches!(self, Color::GrayAlpha | Color::Rgba)
    }

    /// The same with color taken away: [`Rgb`](Color::Rgb) gives [`Gray`](Color::Gray), alpha stays.
    pub const fn to_gray(self) -> Color {
        if self.has_alpha() { Color::GrayAlpha } else { Color::Gray }
    }
}

/// The samples of a picture: interleaved, rows from top to bottom, tightly packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// 8 bits each.
    U8(Vec<u8>),
    /// 16 bits each, in the machine's byte order.
    U16(Vec<u16>),
}

impl Samples {
    /// Number of samples (not bytes).
    pub fn len(&self) -> usize {
        match self {
            Samples::U8(samples) => samples.len(),
            Samples::U16(samples) => samples.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bits of one sample, 8 or 16.
    pub const fn bits(&self) -> u8 {
        match self {
            Samples::U8(_) => 8,
            Samples::U16(_) => 16,
        }
    }
}

/// Size and layout of a picture, without its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the samples of a pixel mean.
    pub color: Color,
    /// Bits of one sample, 8 or 16.
    pub bits: u8,
}

impl Shape {
    /// Bytes that its samples take.
    pub fn byte_len(self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels.saturating_mul(self.color.channels() as u64 * u64::from(self.bits / 8))
    }
}

/// A decoded picture.
///
/// Its samples always fit its size: `width × height × color.channels()` of them.
///
/// ```
/// use pipeline_stages::{Color, Image, Samples};
///
/// let image = Image::new(2, 1, Color::Rgb, Samples::U8(vec![255, 0, 0, 0, 255, 0]))?;
/// assert_eq!((image.width(), image.height(), image.byte_len()), (2, 1, 6));
/// assert!(Image::new(2, 2, Color::Rgb, Samples::U8(vec![0; 6])).is_err());
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    color: Color,
    samples: Samples,
    /// What the file said about the picture.
    pub metadata: Metadata,
}

impl Image {
    /// A picture without metadata.
    ///
    /// # Errors
    /// [`Error::Shape`] when the number of samples is not `width × height × color.channels()`, or is zero.
    pub fn new(width: u32, height: u32, color: Color, samples: Samples) -> Result<Image> {
        let channels = color.channels();
        let found = samples.len() as u64;
        // Saturating: no real vector has u64::MAX samples, so an overflow is refused like any other mismatch.
        let expected = (u64::from(width) * u64::from(height)).saturating_mul(channels as u64);
        if expected == 0 || expected != found {
            return Err(Error::Shape { width, height, channels, expected, found });
        }
        Ok(Image { width, height, color, samples, metadata: Metadata::default() })
    }

    /// The same picture with other metadata.
    pub fn with_metadata(self, metadata: Metadata) -> Image {
        Image { metadata, ..self }
    }

    /// Width in pixels, at least 1.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Size and layout.
    pub const fn shape(&self) -> Shape {
        Shape { width: self.width, height: self.height, color: self.color, bits: self.samples.bits() }
    }

    /// What the samples mean.
    pub const fn color(&self) -> Color {
        self.color
    }

    /// The samples.
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Gives the samples away.
    pub fn into_samples(self) -> Samples {
        self.samples
    }

    /// The samples, to be changed in place. Their number has to stay.
    pub(crate) const fn samples_mut(&mut self) -> &mut Samples {
        &mut self.samples
    }

    /// The same picture with its pixels in another layout; the metadata goes along.
    ///
    /// # Errors
    /// [`Error::Shape`] when these samples do not fit its size.
    pub(crate) fn relaid(self, color: Color, change: impl FnOnce(Samples) -> Samples) -> Result<Image> {
        let Image { width, height, samples, metadata, .. } = self;
        Ok(Image::new(width, height, color, change(samples))?.with_metadata(metadata))
    }

    /// Bytes that the samples take.
    pub fn byte_len(&self) -> usize {
        match &self.samples {
            Samples::U8(samples) => samples.len(),
            Samples::U16(samples) => std::mem::size_of_val(samples.as_slice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_must_fit_the_size() {
        assert!(Image::new(2, 3, Color::GrayAlpha, Samples::U16(vec![0; 12])).is_ok());
        assert!(Image::new(2, 3, Color::GrayAlpha, Samples::U16(vec![0; 11])).is_err());
        assert!(Image::new(0, 3, Color::Gray, Samples::U8(vec![])).is_err());
        assert!(Image::new(u32::MAX, u32::MAX, Color::Rgba, Samples::U8(vec![0; 4])).is_err());
    }

    #[test]
    fn sixteen_bit_samples_take_two_bytes() {
        let image = Image::new(3, 1, Color::Gray, Samples::U16(vec![0; 3])).unwrap();
        assert_eq!(image.byte_len(), 6);
    }
}
