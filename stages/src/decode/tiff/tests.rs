//! Files of a few bytes, made here, for each thing that a TIFF can be.

use super::*;
use crate::{Color, Image, Samples};
use proptest::prelude::*;

/// An entry: its tag, and its values as SHORTs or LONGs.
#[derive(Clone)]
enum Values {
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    Bytes(Vec<u8>),
}

#[derive(Clone)]
struct File {
    big_endian: bool,
    big_tiff: bool,
    entries: Vec<(u16, Values)>,
    data: Vec<u8>,
}

impl File {
    /// One strip of gray.
    fn gray(width: u16, height: u16, bits: u16, data: &[u8]) -> File {
        File { big_endian: false, big_tiff: false, entries: Vec::new(), data: data.to_vec() }
            .set(256, [width])
            .set(257, [height])
            .set(258, [bits])
            .set(259, [1])
            .set(262, [1])
            .set(277, [1])
            .set(278, [height])
    }

    fn rgb(width: u16, height: u16, data: &[u8]) -> File {
        File::gray(width, height, 8, data).set(258, [8, 8, 8]).set(262, [2]).set(277, [3])
    }

    fn with(mut self, tag: u16, values: Values) -> File {
        self.entries.retain(|entry| entry.0 != tag);
        self.entries.push((tag, values));
        self
    }

    fn set<const N: usize>(self, tag: u16, values: [u16; N]) -> File {
        self.with(tag, Values::Shorts(values.to_vec()))
    }

    fn chunks(self, offsets: (u16, &[u32]), lengths: (u16, &[u32])) -> File {
        let from_data = offsets.1.iter().map(|offset| offset + self.start()).collect();
        self.with(offsets.0, Values::Longs(from_data)).with(lengths.0, Values::Longs(lengths.1.to_vec()))
    }

    fn start(&self) -> u32 {
        if self.big_tiff { 16 } else { 8 }
    }

    /// Header, data, values that are not inline, directory.
    fn bytes(&self) -> Vec<u8> {
        let mut file = self.clone();
        if !file.entries.iter().any(|entry| entry.0 == 273 || entry.0 == 324) {
            let length = self.data.len() as u32;
            file = file.chunks((273, &[0]), (279, &[length]));
        }
        file.entries.sort_by_key(|entry| entry.0);
        let order = |bytes: &[u8]| -> Vec<u8> {
            if self.big_endian { bytes.iter().rev().copied().collect() } else { bytes.to_vec() }
        };
        let long = |value: u64| {
            if self.big_tiff { order(&value.to_le_bytes()) } else { order(&(value as u32).to_le_bytes()) }
        };
        let mut beside = self.data.clone();
        let mut directory = Vec::new();
        for (tag, values) in &file.entries {
            let (kind, count, bytes): (u16, usize, Vec<u8>) = match values {
                Values::Shorts(all) => {
                    (3, all.len(), all.iter().flat_map(|value| order(&value.to_le_bytes())).collect())
                }
                Values::Longs(all) => {
                    (4, all.len(), all.iter().flat_map(|value| order(&value.to_le_bytes())).collect())
                }
                Values::Bytes(all) => (7, all.len(), all.clone()),
            };
            directory.extend(order(&tag.to_le_bytes()));
            directory.extend(order(&kind.to_le_bytes()));
            directory.extend(long(count as u64));
            let inline = if self.big_tiff { 8 } else { 4 };
            if bytes.len() <= inline {
                directory.extend(bytes.iter().copied().chain([0; 8]).take(inline));
            } else {
                directory.extend(long(u64::from(self.start()) + beside.len() as u64));
                beside.extend(bytes);
            }
        }
        let mut out = if self.big_endian { b"MM".to_vec() } else { b"II".to_vec() };
        out.extend(order(&[if self.big_tiff { 43 } else { 42 }, 0]));
        if self.big_tiff {
            out.extend(order(&[8, 0]));
            out.extend([0; 2]);
        }
        out.extend(long(u64::from(self.start()) + beside.len() as u64));
        out.extend(beside);
        let count = file.entries.len() as u64;
        out.extend(if self.big_tiff { long(count) } else { order(&(count as u16).to_le_bytes()) });
        out.extend(directory);
        out.extend(long(0));
        out
    }

    fn read(&self) -> Result<Image> {
        let bytes = self.bytes();
        let header = probe(&bytes, &Limits::default())?;
        let image = decode(&bytes, &header, &Limits::default())?.image;
        assert_eq!((image.color(), image.samples().bits()), (header.color, header.bit_depth));
        Ok(image)
    }

    fn eight(&self) -> Vec<u8> {
        let Samples::U8(samples) = self.read().unwrap().into_samples() else { panic!("8 bits expected") };
        samples
    }

    fn sixteen(&self) -> Vec<u16> {
        let Samples::U16(samples) = self.read().unwrap().into_samples() else { panic!("16 bits expected") };
        samples
    }

    fn refusal(&self) -> String {
        self.read().unwrap_err().to_string()
    }
}

#[test]
fn every_depth_of_gray_is_scaled_to_8_or_16_bits() {
    assert_eq!(File::gray(9, 1, 1, &[0b0100_0000, 0x80]).eight(), [0, 255, 0, 0, 0, 0, 0, 0, 255]);
    assert_eq!(File::gray(4, 1, 2, &[0b0001_1011]).eight(), [0, 85, 170, 255]);
    assert_eq!(File::gray(2, 1, 4, &[0x0f]).eight(), [0, 255]);
    assert_eq!(File::gray(2, 1, 8, &[7, 9]).eight(), [7, 9]);
    assert_eq!(File::gray(2, 1, 12, &[0xff, 0xf8, 0x00]).sixteen(), [65535, 32776]);
    assert_eq!(File::gray(1, 1, 16, &[0x34, 0x12]).sixteen(), [0x1234]);
}

#[test]
fn both_byte_orders_and_bigtiff_are_read() {
    let mut file = File::gray(1, 1, 16, &[0x12, 0x34]);
    file.big_endian = true;
    assert_eq!(file.sixteen(), [0x1234]);
    file.big_tiff = true;
    assert_eq!(file.sixteen(), [0x1234]);
    assert_eq!(Format::sniff(&file.bytes()).unwrap(), Format::Tiff);
}

#[test]
fn white_is_zero_is_turned_round() {
    assert_eq!(File::gray(2, 1, 8, &[0, 200]).set(262, [0]).eight(), [255, 55]);
    assert_eq!(File::gray(8, 1, 1, &[0x80]).set(262, [0]).eight()[..2], [0, 255]);
}

#[test]
fn palettes_are_of_16_bits_or_of_8() {
    let map = |scale: u16| [0, 10, 0, 20, 0, 30].map(|value| value * scale);
    let file = File::gray(2, 1, 1, &[0x40]).set(262, [3]);
    assert_eq!(file.clone().set(320, map(256)).eight(), [0, 0, 0, 10, 20, 30]);
    assert_eq!(file.clone().set(320, map(1)).eight(), [0, 0, 0, 10, 20, 30]);
    assert_eq!(file.refusal(), "damaged TIFF: its palette is missing or too short");
}

#[test]
fn inks_become_red_green_blue() {
    let file = File::gray(1, 1, 8, &[0, 255, 0, 0]).set(258, [8; 4]).set(262, [5]).set(277, [4]);
    assert_eq!((file.read().unwrap().color(), file.eight()), (Color::Rgb, vec![255, 0, 255]));
    let wide = [0u16, 65535, 0, 0].map(u16::to_le_bytes).concat();
    let file = File::gray(1, 1, 16, &wide).set(258, [16; 4]).set(262, [5]).set(277, [4]);
    assert_eq!(file.sixteen(), [65535, 0, 65535]);
}

#[test]
fn planes_are_put_together() {
    let file = File::rgb(2, 1, &[1, 4, 2, 5, 3, 6]).set(284, [2]);
    assert_eq!(file.chunks((273, &[0, 2, 4]), (279, &[2, 2, 2])).eight(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn strips_and_tiles_meet_without_a_seam() {
    let strips = File::gray(2, 3, 8, &[1, 2, 3, 4, 5, 6]).set(278, [2]);
    assert_eq!(strips.chunks((273, &[0, 4]), (279, &[4, 2])).eight(), [1, 2, 3, 4, 5, 6]);
    // Four tiles of 2×2 for a picture of 3×3; what stands beyond its edges is not in it.
    let data = [1, 2, 4, 5, 3, 99, 6, 99, 7, 8, 99, 99, 9, 99, 99, 99];
    let tiles = File::gray(3, 3, 8, &data).set(322, [2]).set(323, [2]);
    let tiles = tiles.chunks((324, &[0, 4, 8, 12]), (325, &[4, 4, 4, 4]));
    assert_eq!(tiles.eight(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn alpha_is_what_extra_samples_say() {
    let file = |extra: &[u16]| {
        let file = File::rgb(1, 1, &[64, 32, 128, 128]).set(258, [8; 4]).set(277, [4]);
        if extra.is_empty() { file } else { file.with(338, Values::Shorts(extra.to_vec())) }
    };
    assert_eq!(file(&[2]).eight(), [64, 32, 128, 128]);
    assert_eq!(file(&[]).eight(), [64, 32, 128, 128]);
    assert_eq!(file(&[1]).eight(), [127, 63, 255, 128]);
    assert_eq!((file(&[0]).read().unwrap().color(), file(&[0]).eight()), (Color::Rgb, vec![64, 32, 128]));
}

#[test]
fn horizontal_prediction_is_undone_for_8_and_16_bits() {
    assert_eq!(File::rgb(2, 1, &[1, 2, 3, 255, 1, 0]).set(317, [2]).eight(), [1, 2, 3, 0, 3, 3]);
    let wide = [1u16, 65535].map(u16::to_le_bytes).concat();
    assert_eq!(File::gray(2, 1, 16, &wide).set(317, [2]).sixteen(), [1, 0]);
}

#[test]
fn floats_are_cut_to_16_bits() {
    let floats = [0.5f32, 2.0].map(f32::to_le_bytes).concat();
    assert_eq!(File::gray(2, 1, 32, &floats).set(339, [3]).sixteen(), [32768, 65535]);
    // Predicted: highest bytes first, each the difference to the one before. 0.5 is 3f000000, twice.
    let predicted = [0x3f, 0, 0xc1, 0, 0, 0, 0, 0];
    assert_eq!(File::gray(2, 1, 32, &predicted).set(339, [3]).set(317, [3]).sixteen(), [32768, 32768]);
}

#[test]
fn color_differences_are_repeated_over_their_block() {
    // 2×2 lumas, then one blue and one red difference that are none.
    let file = File::rgb(2, 2, &[10, 20, 30, 40, 128, 128]).set(262, [6]);
    assert_eq!(file.eight(), [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
    assert_eq!(File::rgb(1, 1, &[76, 85, 255]).set(262, [6]).set(530, [1, 1]).eight(), [254, 0, 0]);
}

#[test]
fn bits_may_run_from_the_lowest() {
    assert_eq!(File::gray(8, 1, 1, &[0b0000_0010]).set(266, [2]).eight()[..3], [0, 255, 0]);
}

#[test]
fn what_is_not_read_is_named() {
    let gray = || File::gray(1, 1, 8, &[0]);
    for (tag, value, name) in [
        (259, 4, "unsupported: TIFF, CCITT group 4 fax compression"),
        (259, 50000, "unsupported: TIFF, Zstandard compression"),
        (262, 8, "unsupported: TIFF, CIE L*a*b* colors"),
        (339, 2, "unsupported: TIFF, samples with a sign"),
        (258, 24, "unsupported: TIFF, 24-bit samples"),
        (317, 9, "unsupported: TIFF, predictor 9"),
        (256, 0, "damaged TIFF: a side of it is 0 pixels"),
    ] {
        assert_eq!(gray().set(tag, [value]).refusal(), name);
    }
}

#[test]
fn too_little_data_is_an_error() {
    assert!(matches!(
        File::gray(100, 100, 8, &[0; 50]).read(),
        Err(Error::Truncated { .. } | Error::Damaged { .. })
    ));
    let packed = File::gray(100, 1, 8, &[0xfe, 7]).set(259, [32773]);
    assert!(matches!(packed.read(), Err(Error::Damaged { .. })));
}

#[test]
fn sizes_that_are_only_claimed_are_refused() {
    let huge = |tag| File::gray(1, 1, 8, &[0]).with(tag, Values::Longs(vec![u32::MAX]));
    assert!(matches!(huge(256).read(), Err(Error::Limit { .. })));
    let tile = huge(322).with(323, Values::Longs(vec![u32::MAX])).chunks((324, &[0]), (325, &[1]));
    assert!(matches!(tile.read(), Err(Error::Limit { .. })));
    let samples = File::gray(1, 1, 8, &[0]).set(277, [65535]);
    assert!(matches!(samples.read(), Err(Error::Limit { .. })));
}

#[test]
fn metadata_is_kept_and_exif_is_a_block_of_its_own() {
    let file = File::gray(1, 1, 8, &[7])
        .set(274, [6])
        .with(700, Values::Bytes(b"<x/>".to_vec()))
        .with(34675, Values::Bytes(b"a profile".to_vec()))
        .with(271, Values::Bytes(b"Maker\0".to_vec()));
    let metadata = file.read().unwrap().metadata;
    assert_eq!((metadata.orientation, metadata.xmp.as_deref()), (6, Some(b"<x/>".as_slice())));
    assert_eq!(metadata.icc.as_deref(), Some(b"a profile".as_slice()));
    let exif = metadata.exif.unwrap();
    assert_eq!(crate::metadata::exif_orientation(&exif), Some(6));
    assert!(exif.windows(6).any(|window| window == b"Maker\0"));
    let block = Directory::first(&exif).unwrap();
    assert_eq!(block.field(271).unwrap().bytes().unwrap(), b"Maker\0");
}

#[test]
fn a_short_file_cannot_ask_for_a_long_exif_block() {
    let mut file = File::gray(1, 1, 8, &[7]);
    file.entries.extend((0..900).map(|_| (270, Values::Bytes(vec![65; 10_000]))));
    let mut bytes = file.bytes();
    // Of all these entries the values may be at one place; here each is its own, and the sum alone is too much.
    let header = probe(&bytes, &Limits::default()).unwrap();
    assert_eq!(header.metadata.exif, None);
    bytes.truncate(100);
    assert!(probe(&bytes, &Limits::default()).is_err());
}

fn samples() -> Vec<File> {
    let lzw =
        weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&[7; 48]).unwrap();
    let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut deflate, &[7; 48]).unwrap();
    vec![
        File::rgb(4, 4, &lzw).set(259, [5]),
        File::rgb(4, 4, &deflate.finish().unwrap()).set(259, [8]),
        File::rgb(4, 4, &[0xd1, 7]).set(259, [32773]),
        File::rgb(2, 2, &[10, 20, 30, 40, 128, 128]).set(262, [6]),
        File::gray(2, 1, 1, &[0x40]).set(262, [3]).set(320, [0, 1, 2, 3, 4, 5]),
    ]
}

#[test]
fn every_packing_gives_the_same() {
    for file in &samples()[..3] {
        assert_eq!(file.eight(), [7; 48]);
    }
}

proptest! {
    #[test]
    fn changed_bytes_end_in_a_picture_or_an_error(
        which in 0..5usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = samples()[which].bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
        if let Ok(header) = probe(&bytes, &limits) {
            let _ = decode(&bytes, &header, &limits);
        }
    }
}
