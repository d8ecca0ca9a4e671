//! Owns writing AVIF, by `ravif`: with loss, 8 bits, colors at full resolution. Feature `avif`.
//! Does not own: what AVIF holds (see `rules.rs`).

use super::{Effort, Page, Quality};
use crate::{Color, Result};
use ravif::{BitDepth, Encoder, Img, RGB8, RGBA8};

/// About as good to look at as a JPEG of quality 90.
const DEFAULT_QUALITY: u8 = 80;

pub(super) fn encode(page: &Page<'_>) -> Result<Vec<u8>> {
    let fitted = &page.fitted;
    let (width, height) = (fitted.width as usize, fitted.height as usize);
    let quality = match page.options.quality {
        Quality::Keep => DEFAULT_QUALITY,
        Quality::Percent(percent) => percent,
    };
    // rav1e's own scale of speed, 1 to 10; below 4 it takes minutes for a photograph.
    let speed = match page.options.effort {
        Effort::Fastest => 10,
        Effort::Fast => 8,
        Effort::Balanced => 6,
        Effort::Best => 4,
    };
    let mut encoder = Encoder::new()
        .with_quality(f32::from(quality))
        .with_alpha_quality(f32::from(quality))
        .with_speed(speed)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    if let Some(exif) = page.blocks.exif {
        encoder = encoder.with_exif(exif);
    }
    let samples = fitted.samples.eight();
    let encoded = if fitted.color == Color::Rgba {
        let pixels: Vec<RGBA8> =
            samples.as_chunks::<4>().0.iter().map(|&[r, g, b, a]| RGBA8::new(r, g, b, a)).collect();
        encoder.encode_rgba(Img::new(&pixels, width, height))
    } else {
        let pixels: Vec<RGB8> =
            samples.as_chunks::<3>().0.iter().map(|&[r, g, b]| RGB8::new(r, g, b)).collect();
        encoder.encode_rgb(Img::new(&pixels, width, height))
    };
    encoded.map(|image| image.avif_file).map_err(|error| page.rules.failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::{Color, EncodeOptions, Encoder, Format, Image, Samples};

    #[test]
    fn a_file_says_that_it_is_avif_and_how_large_the_picture_is() {
        for color in [Color::Gray, Color::Rgba] {
            let samples = Samples::U8((0..21 * 9 * color.channels()).map(|at| at as u8).collect());
            let image = Image::new(21, 9, color, samples).unwrap();
            let encoded = Encoder::new().encode(&image, &EncodeOptions::new(Format::Avif)).unwrap();
            assert_eq!(&encoded.bytes[4..12], b"ftypavif");
            let at = encoded.bytes.windows(4).position(|name| name == b"ispe").unwrap();
            assert_eq!(encoded.bytes[at + 8..at + 16], [0, 0, 0, 21, 0, 0, 0, 9]);
        }
    }
}
