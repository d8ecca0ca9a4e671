//! Owns turning and mirroring: moving pixels by one of the eight symmetries of a rectangle.
//! Does not own: reading the orientation (see `metadata.rs`), nor the ops that turn (see `op/`).
//!
//! Source: EXIF 2.32, 4.6.4, tag 274; the eight are the symmetries of a rectangle.

use crate::{Image, Result, Samples};

/// Side in pixels of the squares in which a picture is turned by 90°: rows of source and target stay in the cache.
const BLOCK: usize = 32;

/// Turns a picture upright by its EXIF orientation, and says in its metadata that it is.
pub(super) fn upright(mut image: Image) -> Result<Image> {
    let orientation = image.metadata.orientation;
    image.metadata.set_upright();
    turn(image, orientation)
}

/// Undoes an EXIF orientation: 2 mirrors left and right, 3 turns by 180°, 4 mirrors top and bottom, 5 makes rows columns,
/// 6 turns right by 90°, 8 by 270°; 7 mirrors at the other diagonal. Anything else changes nothing.
///
/// The orientation in the metadata stays.
pub(super) fn turn(mut image: Image, orientation: u8) -> Result<Image> {
    if !(2..=8).contains(&orientation) {
        return Ok(image);
    }
    let mut metadata = std::mem::take(&mut image.metadata);
    if let (5.., Some(tables)) = (orientation, &mut metadata.jpeg) {
        tables.transpose();
    }
    let (width, height, color) = (image.width(), image.height(), image.color());
    let turn = Turn { width: width as usize, height: height as usize, orientation };
    let samples = match image.into_samples() {
        Samples::U8(samples) => Samples::U8(turn.samples(samples, color.channels())),
        Samples::U16(samples) => Samples::U16(turn.samples(samples, color.channels())),
    };
    let (width, height) = if orientation >= 5 { (height, width) } else { (width, height) };
    Ok(Image::new(width, height, color, samples)?.with_metadata(metadata))
}

/// A turn of a picture of `width` × `height` pixels (before it).
struct Turn {
    width: usize,
    height: usize,
    orientation: u8,
}

impl Turn {
    fn samples<S: Copy + Default>(&self, samples: Vec<S>, channels: usize) -> Vec<S> {
        match channels {
            1 => self.pixels::<S, 1>(samples),
            2 => self.pixels::<S, 2>(samples),
            3 => self.pixels::<S, 3>(samples),
            _ => self.pixels::<S, 4>(samples),
        }
    }

    fn pixels<S: Copy + Default, const CHANNELS: usize>(&self, mut samples: Vec<S>) -> Vec<S> {
        let (pixels, _) = samples.as_chunks_mut::<CHANNELS>();
        match self.orientation {
            2 => pixels.chunks_exact_mut(self.width).for_each(<[_]>::reverse),
            3 => pixels.reverse(),
            4 => self.flip_rows(pixels),
            _ => return self.across(pixels).into_flattened(),
        }
        samples
    }

    fn flip_rows<P: Copy>(&self, pixels: &mut [P]) {
        let (top, bottom) = pixels.split_at_mut(self.height / 2 * self.width);
        let bottom_up = bottom.chunks_exact_mut(self.width).rev();
        top.chunks_exact_mut(self.width).zip(bottom_up).for_each(|(a, b)| a.swap_with_slice(b));
    }

    /// Orientations 5 to 8, where rows become columns.
    fn across<P: Copy>(&self, source: &[P]) -> Vec<P> {
        let (across, down) = (self.height, self.width);
        let Some(&first) = source.first() else { return Vec::new() };
        let mut target = vec![first; source.len()];
        // Target x comes from source y and the other way round; either may run backwards.
        let backwards_y = matches!(self.orientation, 6 | 7);
        let backwards_x = matches!(self.orientation, 7 | 8);
        for y0 in (0..down).step_by(BLOCK) {
            for x0 in (0..across).step_by(BLOCK) {
                for y in y0..(y0 + BLOCK).min(down) {
                    let from_x = if backwards_x { down - 1 - y } else { y };
                    let row = &mut target[y * across..][..across];
                    for (x, pixel) in row.iter_mut().enumerate().skip(x0).take(BLOCK) {
                        let from_y = if backwards_y { across - 1 - x } else { x };
                        *pixel = source[from_y * self.width + from_x];
                    }
                }
            }
        }
        target
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Color, JpegTables, Metadata};
    use proptest::prelude::*;

    /// Turns 1 2 3 / 4 5 6.
    fn turned(orientation: u8) -> (u32, u32, Vec<u8>) {
        let image = Image::new(3, 2, Color::Gray, Samples::U8(vec![1, 2, 3, 4, 5, 6])).unwrap();
        let metadata = Metadata { orientation, ..Metadata::default() };
        let image = upright(image.with_metadata(metadata)).unwrap();
        assert_eq!(image.metadata.orientation, 1);
        let size = (image.width(), image.height());
        let Samples::U8(samples) = image.into_samples() else { unreachable!() };
        (size.0, size.1, samples)
    }

    #[test]
    fn each_orientation_is_undone_as_exif_defines_it() {
        assert_eq!(turned(1), (3, 2, vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(turned(2), (3, 2, vec![3, 2, 1, 6, 5, 4]));
        assert_eq!(turned(3), (3, 2, vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(turned(4), (3, 2, vec![4, 5, 6, 1, 2, 3]));
        assert_eq!(turned(5), (2, 3, vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(turned(6), (2, 3, vec![4, 1, 5, 2, 6, 3]));
        assert_eq!(turned(7), (2, 3, vec![6, 3, 5, 2, 4, 1]));
        assert_eq!(turned(8), (2, 3, vec![3, 6, 2, 5, 1, 4]));
    }

    #[test]
    fn kept_jpeg_tables_turn_with_the_picture() {
        for orientation in 1..=8 {
            let tables = JpegTables {
                luma: std::array::from_fn(|at| at as u16 + 1),
                chroma: Some(std::array::from_fn(|at| 200 - at as u16)),
                sampling: (2, 1),
            };
            let metadata = Metadata { orientation, jpeg: Some(tables.clone()), ..Metadata::default() };
            let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![0])).unwrap().with_metadata(metadata);
            let turned = upright(image).unwrap().metadata.jpeg.unwrap();
            if orientation < 5 {
                assert_eq!(turned, tables);
                continue;
            }
            assert_eq!(turned.sampling, (1, 2));
            let chroma = (tables.chroma.unwrap(), turned.chroma.unwrap());
            for (before, after) in [(tables.luma, turned.luma), chroma] {
                for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
                    assert_eq!(after[column * 8 + row], before[row * 8 + column]);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_turn_and_its_opposite_give_the_picture_back(
            width in 1u32..80, height in 1u32..80, orientation in 1u8..=8, channels in 0usize..4, seed in any::<u16>(),
        ) {
            let color = [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba][channels];
            let count = (width * height) as usize * color.channels();
            let samples: Vec<u16> = (0..count).map(|at| (at as u16).wrapping_mul(40503) ^ seed).collect();
            let image = Image::new(width, height, color, Samples::U16(samples)).unwrap();
            let opposite = match orientation { 6 => 8, 8 => 6, same => same };
            let with = |image: Image, orientation| image.with_metadata(Metadata { orientation, ..Metadata::default() });
            let there = upright(with(image.clone(), orientation)).unwrap();
            let back = upright(with(there, opposite)).unwrap();
            prop_assert_eq!(back, image);
        }
    }
}
