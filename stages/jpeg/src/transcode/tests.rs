//! Owns tests of gray JPEGs as a whole: what they decode to, what they carry, what is refused.
//! Does not own: the comparison with `jpegtran`, which is in the crate's `tests/`.

use crate::{AppSegment, Carried, Decoder, Error, GrayJpeg, Header, Limits, Unsupported};
use alloc::vec::Vec;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

const OPTIMIZE: GrayJpeg<'static> = GrayJpeg { optimize: true, carried: Carried::Own };

fn file((width, height): (usize, usize), edit: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let samples: Vec<u8> = (0..width * height * 3).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
    encoded(&samples, (width, height), 85, edit)
}

fn encoded(
    samples: &[u8],
    (width, height): (usize, usize),
    quality: u8,
    edit: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    edit(&mut encoder);
    encoder.encode(samples, width as u16, height as u16, ColorType::Rgb).unwrap();
    bytes
}

fn convert(file: &[u8], options: GrayJpeg<'_>) -> Result<Vec<u8>, Error> {
    let mut out = alloc::vec![7; 9];
    let result = Decoder::new(Limits::default()).to_gray_jpeg(file, options, &mut out);
    assert!(result.is_ok() || out.is_empty());
    result.map(|_| out)
}

fn gray(file: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Decoder::new(Limits::default()).gray(file, &mut out).unwrap();
    out
}

/// Bodies of the segments with this marker.
fn segments(file: &[u8], marker: u8) -> Vec<Vec<u8>> {
    let mut markers = crate::markers::Markers::new(file).unwrap();
    let mut found = Vec::new();
    loop {
        let segment = markers.next().unwrap();
        if segment.marker == marker {
            found.push(segment.body.to_vec());
        }
        if segment.marker == crate::markers::SOS {
            return found;
        }
    }
}

proptest! {
    #[test]
    fn luma_stays_whatever_the_file_is(
        samples in prop::collection::vec(any::<u8>(), 3 * 50 * 40), width in 1usize..50, height in 1usize..40,
        quality in 1u8..=100, progressive: bool, own_codes: bool, restarts in 0u16..4, smooth: bool,
        sampling in prop::sample::select(&[
            SamplingFactor::F_1_1, SamplingFactor::F_1_2, SamplingFactor::F_2_1, SamplingFactor::F_2_2,
            SamplingFactor::F_4_1, SamplingFactor::F_4_2, SamplingFactor::F_1_4, SamplingFactor::F_2_4,
        ][..]),
    ) {
        let mut samples = samples;
        if smooth {
            samples.iter_mut().enumerate().for_each(|(at, sample)| *sample = (at / 90) as u8 | *sample >> 6);
        }
        let file = encoded(&samples[..3 * width * height], (width, height), quality, |encoder| {
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            // With more at once this encoder panics.
            encoder.set_optimized_huffman_tables(own_codes && sampling == SamplingFactor::F_1_1);
            encoder.set_restart_interval(if own_codes { 0 } else { restarts });
        });
        let want = gray(&file);
        let (kept, optimal) = (convert(&file, GrayJpeg::default()).unwrap(), convert(&file, OPTIMIZE).unwrap());
        prop_assert!(gray(&kept) == want);
        prop_assert!(gray(&optimal) == want);
        prop_assert!(optimal.len() <= kept.len());
        let header = Header::parse(&kept).unwrap();
        prop_assert_eq!((header.width as usize, header.height as usize, header.components), (width, height, 1));
        // Once more changes nothing.
        let again = convert(&kept, GrayJpeg::default()).unwrap();
        prop_assert!(convert(&again, GrayJpeg::default()).unwrap() == again);
    }
}

#[test]
fn every_processor_writes_the_same_files() {
    for progressive in [false, true] {
        let file = file((61, 47), |encoder| {
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
        });
        for options in [GrayJpeg::default(), OPTIMIZE] {
            let (mut plain, mut out) = (crate::picture::State::default(), Vec::new());
            plain.plain = true;
            plain.to_gray_jpeg(Limits::default(), &file, options, &mut out).unwrap();
            assert_eq!(convert(&file, options).unwrap(), out);
        }
    }
}

#[test]
fn a_decoder_is_as_good_after_other_pictures_as_new() {
    let files = [
        file((40, 40), |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)),
        file((16, 90), |encoder| encoder.set_restart_interval(1)),
        b"\xff\xd8broken".to_vec(),
        file((63, 20), |encoder| encoder.set_progressive(true)),
        file((64, 64), |_| {}),
    ];
    let mut decoder = Decoder::new(Limits::default());
    for file in files.iter().chain(files.iter().rev()) {
        for options in [GrayJpeg::default(), OPTIMIZE] {
            let mut out = Vec::new();
            let result = decoder.to_gray_jpeg(file, options, &mut out).map(|_| out);
            assert_eq!(result, convert(file, options));
        }
    }
}

fn kind(error: Error) -> core::mem::Discriminant<Error> {
    core::mem::discriminant(&error)
}

#[test]
fn it_is_as_strict_as_decoding() {
    let whole = file((48, 48), |encoder| encoder.set_restart_interval(2));
    let mut decoder = Decoder::new(Limits::default());
    for at in (2..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        for cut in [&damaged[..], &whole[..at]] {
            let pixels = decoder.gray(cut, &mut Vec::new()).map(drop);
            // Codes that are passed over several at once may be told some bytes later.
            let kept = convert(cut, GrayJpeg::default()).map(drop);
            assert_eq!(kept.map_err(kind), pixels.clone().map_err(kind), "at {at}");
            assert_eq!(convert(cut, OPTIMIZE).map(drop), pixels, "at {at}");
        }
    }
    let mut small = Decoder::new(Limits { max_pixels: 99, ..Limits::default() });
    let error = small.to_gray_jpeg(&whole, GrayJpeg::default(), &mut Vec::new()).unwrap_err();
    assert_eq!(error, Error::TooLarge { pixels: 48 * 48, limit: 99 });
}

#[test]
fn luma_of_less_than_full_size_is_refused_by_name() {
    let mut file = file((16, 16), |encoder| encoder.set_sampling_factor(SamplingFactor::F_1_1));
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    file[frame + 14] = 0x21;
    assert_eq!(convert(&file, GrayJpeg::default()), Err(Unsupported::SmallLuma.into()));
}

#[test]
fn steps_of_16_bits_stay_what_they_are() {
    let mut file = file((20, 20), |_| {});
    let table = file.windows(2).position(|pair| pair == [0xff, 0xdb]).unwrap();
    let (length, steps) =
        (u16::from_be_bytes([file[table + 2], file[table + 3]]), file[table + 5..][..64].to_vec());
    let wide: Vec<u8> = steps.iter().flat_map(|&step| (u16::from(step) + 300).to_be_bytes()).collect();
    file[table + 4] |= 0x10;
    file.splice(table + 5..table + 69, wide.clone());
    file[table + 2..table + 4].copy_from_slice(&(length + 64).to_be_bytes());
    for options in [GrayJpeg::default(), OPTIMIZE] {
        let out = convert(&file, options).unwrap();
        assert_eq!(segments(&out, crate::markers::DQT), [[&[0x10], &wide[..]].concat()]);
        assert_eq!(segments(&out, 0xc1).len(), 1, "baseline has none of 16 bits");
        assert_eq!(gray(&out), gray(&file));
    }
}

/// Two MCUs side by side, each of one block of luma above another, whose differences are these: 2047 up, as much down, or none.
fn levels(differences: [i32; 4]) -> Vec<u8> {
    let mut file = alloc::vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([1; 64]);
    file.extend([0xff, 0xc0, 0, 17, 8, 0, 16, 0, 16, 3, 1, 0x12, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // For levels 00 is a difference of 11 bits and 01 one of none; for coefficients 00 is the end of the block.
    let counts = |of_two_bits| [&[0, of_two_bits][..], &[0; 14]].concat();
    let codes = [&[0x00][..], &counts(2), &[11, 0], &[0x10], &counts(1), &[0]].concat();
    file.extend([0xff, 0xc4, 0, codes.len() as u8 + 2]);
    file.extend(codes);
    file.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    let word = |difference| match difference {
        2047 => "0011111111111",
        -2047 => "0000000000000",
        _ => "01",
    };
    let [a, b, c, d] = differences.map(word);
    let mut bits: Vec<u8> = [a, b, "01", "01", c, d, "01", "01"].join("00").into_bytes();
    bits.extend(b"00");
    bits.resize(bits.len().next_multiple_of(8), b'1');
    for byte in bits.chunks(8).map(|byte| byte.iter().fold(0, |byte, &bit| byte << 1 | (bit - b'0'))) {
        file.extend(if byte == 0xff { &[0xff, 0][..] } else { core::slice::from_ref(&byte) });
    }
    file.extend([0xff, 0xd9]);
    file
}

#[test]
fn levels_too_far_apart_are_refused_by_name() {
    // Upper left, lower left, upper right, lower right: each counts from the one before.
    let far = [[2047, -2047, -2047, 0], [2047, 0, -2047, -2047]];
    let near = [[2047, -2047, 2047, 0], [2047, 0, 0, 0], [-2047, 2047, -2047, 0]];
    for options in [GrayJpeg::default(), OPTIMIZE] {
        for differences in far {
            let result = convert(&levels(differences), options);
            assert_eq!(result, Err(Unsupported::FarLevels.into()), "{differences:?}");
        }
        for differences in near {
            let file = levels(differences);
            assert_eq!(gray(&convert(&file, options).unwrap()), gray(&file));
        }
    }
}

/// A file with these segments behind its JFIF.
fn with_segments(own: &[(u8, &[u8])]) -> Vec<u8> {
    let file = file((16, 16), |_| {});
    let mut out = file[..20].to_vec();
    assert_eq!(&out[2..4], [0xff, 0xe0]);
    for (marker, body) in own {
        out.extend([0xff, *marker]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend_from_slice(body);
    }
    [&out, &file[20..]].concat()
}

#[test]
fn exif_and_xmp_are_carried_along_and_a_profile_only_if_it_is_for_gray() {
    let profile = |space: &[u8; 4]| [b"ICC_PROFILE\0\x01\x01", &[0; 16][..], space, &[0; 20]].concat();
    let (gray, rgb) = (profile(b"GRAY"), profile(b"RGB "));
    let (exif, xmp) = (&b"Exif\0\0II*\0"[..], &b"http://ns.adobe.com/xap/1.0/\0<x/>"[..]);
    for (profile, kept) in [(&gray, 1), (&rgb, 0)] {
        let file =
            with_segments(&[(0xe1, exif), (0xe1, xmp), (0xe2, profile), (0xfe, b"comment"), (0xee, b"else")]);
        let out = convert(&file, GrayJpeg::default()).unwrap();
        assert_eq!(segments(&out, 0xe1), [exif, xmp]);
        assert_eq!(segments(&out, 0xe2).len(), kept);
        assert_eq!([0xe0, 0xfe, 0xee].map(|marker| segments(&out, marker).len()), [0; 3], "EXIF comes first");
        let bare = convert(&file, GrayJpeg { carried: Carried::Nothing, ..GrayJpeg::default() }).unwrap();
        assert_eq!([0xe0, 0xe1, 0xe2].map(|marker| segments(&bare, marker).len()), [1, 0, 0]);
    }
}

#[test]
fn given_segments_take_the_place_of_the_files_own() {
    let file = with_segments(&[(0xe1, b"Exif\0\0own")]);
    let given = [AppSegment { marker: 0xe1, body: b"other" }, AppSegment { marker: 0xfe, body: b"why" }];
    let with = |given: &[AppSegment<'_>]| {
        convert(&file, GrayJpeg { carried: Carried::These(given), ..GrayJpeg::default() })
    };
    let out = with(&given).unwrap();
    assert_eq!(
        (segments(&out, 0xe1), segments(&out, 0xfe)),
        ([b"other".to_vec()].into(), [b"why".to_vec()].into())
    );
    assert_eq!(segments(&out, 0xe0).len(), 1);
    let long = alloc::vec![0; 65534];
    assert!(with(&[AppSegment { marker: 0xe1, body: &long[1..] }]).is_ok());
    for wrong in [AppSegment { marker: 0xe1, body: &long }, AppSegment { marker: 0xdb, body: b"" }] {
        assert_eq!(with(&[wrong]), Err(Error::Segment));
    }
}

#[test]
fn density_stays() {
    let mut file = file((16, 16), |_| {});
    file[13..18].copy_from_slice(&[1, 0, 72, 0, 73]);
    let out = convert(&file, GrayJpeg::default()).unwrap();
    assert_eq!(segments(&out, 0xe0)[0][7..12], [1, 0, 72, 0, 73]);
}
