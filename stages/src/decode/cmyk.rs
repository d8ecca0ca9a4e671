//! Owns turning cyan, magenta, yellow, black into red, green, blue.
//! Does not own: which files have such samples, nor that some store them inverted (each format's file puts them right:
//! 0 is no ink here).
//!
//! Source of the formula: the one that Pillow's `convert("RGB")` computes, bit for bit, and that OpenCV and ImageMagick use
//! where no profile is asked for: `R = (255 - K) - (255 - K) · C / 255`, the product rounded.

/// Red, green, blue of pixels of four samples, 0 being no ink. `icc` is the file's profile; the formula does not need one.
pub(super) fn to_rgb(cmyk: &[u8], icc: Option<&[u8]>) -> Vec<u8> {
    let _ = icc;
    let mut rgb = Vec::with_capacity(cmyk.len() / 4 * 3);
    for &[cyan, magenta, yellow, black] in cmyk.as_chunks::<4>().0 {
        rgb.extend([cyan, magenta, yellow].map(|ink| without(ink, 255 - black)));
    }
    rgb
}

/// The same for 16 bits.
pub(super) fn to_rgb16(cmyk: &[u16], icc: Option<&[u8]>) -> Vec<u16> {
    let _ = icc;
    let mut rgb = Vec::with_capacity(cmyk.len() / 4 * 3);
    for &[cyan, magenta, yellow, black] in cmyk.as_chunks::<4>().0 {
        rgb.extend([cyan, magenta, yellow].map(|ink| without16(ink, 65535 - black)));
    }
    rgb
}

/// `light - round(light · ink / 255)`; it cannot be negative.
fn without(ink: u8, light: u8) -> u8 {
    light - ((u32::from(light) * u32::from(ink) + 127) / 255) as u8
}

fn without16(ink: u16, light: u16) -> u16 {
    light - ((u64::from(light) * u64::from(ink) + 32767) / 65535) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ink_is_white_and_black_is_black() {
        assert_eq!(
            to_rgb(&[0, 0, 0, 0, 9, 80, 200, 255, 255, 0, 0, 0], None),
            [255, 255, 255, 0, 0, 0, 0, 255, 255]
        );
        assert_eq!(to_rgb16(&[0, 65535, 0, 0, 1, 2, 3, 65535], None), [65535, 0, 65535, 0, 0, 0]);
    }

    #[test]
    fn every_pair_is_what_pillow_computes() {
        // Its macro: `t = a · b + 128; ((t >> 8) + t) >> 8`.
        for ink in 0..=255u8 {
            for black in 0..=255u8 {
                let light = u32::from(255 - black);
                let product = u32::from(ink) * light + 128;
                let expected = light - (((product >> 8) + product) >> 8);
                assert_eq!(
                    u32::from(to_rgb(&[ink, 0, 0, black], None)[0]),
                    expected,
                    "ink {ink}, black {black}"
                );
            }
        }
    }

    #[test]
    fn sixteen_bits_are_eight_bits_times_257() {
        for (ink, black) in [(0, 0), (255, 0), (100, 30), (7, 250), (255, 255)] {
            let wide = to_rgb16(&[ink * 257, 0, 0, black * 257], None)[0];
            let narrow = to_rgb(&[ink as u8, 0, 0, black as u8], None)[0];
            assert!(wide.abs_diff(u16::from(narrow) * 257) <= 129, "{ink} {black}");
        }
    }
}
