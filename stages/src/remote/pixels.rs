//! Owns the samples of an answer: as they are in memory, for both sides are one machine.
//! Does not own: their shape, which the head of the answer tells.

use super::frame::{body, nonsense};
use crate::{Image, Metadata, Samples, Shape};
use std::io::{self, Read};

/// The bytes of a picture's samples.
pub(super) fn bytes(image: &Image) -> &[u8] {
    match image.samples() {
        Samples::U8(samples) => samples,
        Samples::U16(samples) => bytemuck::cast_slice(samples),
    }
}

/// Reads the samples of a picture of this shape, of at most so many bytes.
pub(super) fn read(from: &mut impl Read, shape: Shape, metadata: Metadata, most: u64) -> io::Result<Image> {
    let length = shape.byte_len();
    let samples = match shape.bits {
        8 => {
            let mut samples = Vec::new();
            body(from, length, most, &mut samples)?;
            Samples::U8(samples)
        }
        16 if length <= most => {
            let count = usize::try_from(length / 2).map_err(|_| nonsense("more samples than memory"))?;
            let mut samples = Vec::new();
            samples.try_reserve_exact(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            samples.resize(count, 0u16);
            from.read_exact(bytemuck::cast_slice_mut(&mut samples))?;
            Samples::U16(samples)
        }
        _ => return Err(nonsense("samples of another size, or too many")),
    };
    let image = Image::new(shape.width, shape.height, shape.color, samples);
    image.map(|image| image.with_metadata(metadata)).map_err(|_| nonsense("a picture without pixels"))
}
