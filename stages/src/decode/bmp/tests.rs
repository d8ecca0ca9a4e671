//! Pictures of every kind of BMP, written here, against what they must decode to.

use super::*;

/// A file: file header, a header of 40 bytes, masks or palette, pixels.
fn file(width: i32, height: i32, bits: u16, compression: u32, between: &[u8], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = b"BM\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend((54 + between.len() as u32).to_le_bytes());
    bytes.extend(40u32.to_le_bytes());
    bytes.extend(width.to_le_bytes());
    bytes.extend(height.to_le_bytes());
    bytes.extend([1, 0]);
    bytes.extend(bits.to_le_bytes());
    bytes.extend(compression.to_le_bytes());
    bytes.extend([0; 12]);
    let colors = if bits <= 8 { between.len() as u32 / 4 } else { 0 };
    bytes.extend(colors.to_le_bytes());
    bytes.extend([0; 4]);
    [bytes.as_slice(), between, pixels].concat()
}

fn read(bytes: &[u8]) -> Result<Vec<u8>> {
    let header = probe(bytes, &Limits::default())?;
    let image = decode(bytes, &header, &Limits::default())?.image;
    assert_eq!(image.color(), header.color);
    let Samples::U8(samples) = image.into_samples() else { panic!("8 bits expected") };
    Ok(samples)
}

const BLACK_RED: &[u8] = &[0, 0, 0, 0, 0, 0, 255, 0];

#[test]
fn rows_go_up_unless_the_height_is_negative() {
    let pixels = [1, 2, 3, 0, 4, 5, 6, 0];
    assert_eq!(read(&file(1, 2, 24, 0, &[], &pixels)).unwrap(), [6, 5, 4, 3, 2, 1]);
    assert_eq!(read(&file(1, -2, 24, 0, &[], &pixels)).unwrap(), [3, 2, 1, 6, 5, 4]);
}

#[test]
fn every_depth_of_indices_is_read() {
    for (bits, byte) in [(1, 0b0100_0000), (2, 0b0001_0000), (4, 0b0000_0001)] {
        assert_eq!(
            read(&file(2, 1, bits, 0, BLACK_RED, &[byte, 0, 0, 0])).unwrap(),
            [0, 0, 0, 255, 0, 0],
            "{bits}"
        );
    }
    assert_eq!(read(&file(2, 1, 8, 0, BLACK_RED, &[1, 0, 0, 0])).unwrap(), [255, 0, 0, 0, 0, 0]);
}

#[test]
fn an_index_beyond_the_palette_is_black() {
    assert_eq!(read(&file(2, 1, 8, 0, BLACK_RED, &[200, 1, 0, 0])).unwrap(), [0, 0, 0, 255, 0, 0]);
}

#[test]
fn sixteen_bits_are_555_or_what_the_masks_say() {
    assert_eq!(read(&file(1, 1, 16, 0, &[], &[0x00, 0x7c, 0, 0])).unwrap(), [255, 0, 0]);
    let masks = [0xf800u32, 0x07e0, 0x001f].map(u32::to_le_bytes).concat();
    assert_eq!(read(&file(1, 1, 16, 3, &masks, &[0xe0, 0x07, 0, 0])).unwrap(), [0, 255, 0]);
}

#[test]
fn the_fourth_byte_of_32_bits_counts_only_with_a_mask() {
    assert_eq!(read(&file(1, 1, 32, 0, &[], &[1, 2, 3, 4])).unwrap(), [3, 2, 1]);
    let masks = [0x00ff_0000u32, 0xff00, 0xff, 0xff00_0000].map(u32::to_le_bytes).concat();
    assert_eq!(read(&file(1, 1, 32, 6, &masks, &[1, 2, 3, 4])).unwrap(), [3, 2, 1, 4]);
}

#[test]
fn runs_literals_and_jumps_of_8_bits() {
    let rle = [2, 1, 0, 0, 0, 3, 1, 0, 1, 0, 0, 1];
    let samples = read(&file(3, 2, 8, 1, BLACK_RED, &rle)).unwrap();
    let red: Vec<bool> = samples.as_chunks::<3>().0.iter().map(|pixel| pixel[0] == 255).collect();
    // The first stored row is the lower one, and its last pixel was never written.
    assert_eq!(red, [true, false, true, true, true, false]);
    // A palette whose first color is red: what is jumped over has that color.
    let red_black = [0, 0, 255, 0, 0, 0, 0, 0];
    assert_eq!(read(&file(2, 1, 8, 1, &red_black, &[0, 2, 1, 0, 1, 1, 0, 1])).unwrap(), [255, 0, 0, 0, 0, 0]);
}

#[test]
fn runs_of_4_bits_alternate() {
    assert_eq!(
        read(&file(3, 1, 4, 2, BLACK_RED, &[3, 0x10, 0, 1])).unwrap(),
        [255, 0, 0, 0, 0, 0, 255, 0, 0]
    );
}

#[test]
fn a_run_over_the_edge_and_a_missing_end_are_errors() {
    let error = |rle: &[u8]| read(&file(3, 2, 8, 1, BLACK_RED, rle)).unwrap_err();
    assert!(matches!(error(&[9, 1, 0, 1]), Error::Damaged { .. }));
    assert!(matches!(error(&[3, 1, 0, 0]), Error::Truncated { .. }));
    assert!(matches!(read(&file(2, 2, 24, 0, &[], &[0; 13])).unwrap_err(), Error::Truncated { .. }));
}

#[test]
fn what_is_not_read_is_named() {
    let named = |bits, compression| {
        probe(&file(1, 1, bits, compression, &[], &[0; 4]), &Limits::default()).unwrap_err()
    };
    assert_eq!(named(0, 4).to_string(), "unsupported: BMP, JPEG data inside");
    assert_eq!(named(24, 7).to_string(), "unsupported: BMP, compression 7 of 24-bit pixels");
}

#[test]
fn a_palette_that_the_pixels_offset_forgets_is_found() {
    let mut bytes = file(2, 1, 8, 0, BLACK_RED, &[1, 0, 0, 0]);
    bytes[10..14].copy_from_slice(&54u32.to_le_bytes());
    assert_eq!(read(&bytes).unwrap(), [255, 0, 0, 0, 0, 0]);
}

#[test]
fn any_change_of_a_byte_ends_in_a_picture_or_an_error() {
    let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
    for base in
        [file(3, 2, 8, 1, BLACK_RED, &[3, 1, 0, 0, 3, 1, 0, 1]), file(5, 3, 16, 3, &[0; 12], &[7; 40])]
    {
        for at in 0..base.len() {
            for value in [0, 1, 2, 3, 0x7f, 0x80, 0xff] {
                let mut bytes = base.clone();
                bytes[at] = value;
                if let Ok(header) = probe(&bytes, &limits) {
                    let _ = decode(&bytes, &header, &limits);
                }
            }
        }
    }
}
