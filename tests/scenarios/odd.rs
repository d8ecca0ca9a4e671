//! Odd files that are pictures all the same, and come out as they should.

use crate::png::{Head, chunk};
use crate::support::{good, report, run, with_good};
use crate::{command::Scratch, jpeg, png};
use pipeline_stages::{DecodeMode, Decoder, Image, Limits, Samples, probe};
use std::fs;

fn decode(bytes: &[u8]) -> Image {
    let header = probe(bytes, &Limits::default()).unwrap();
    Decoder::new(Limits::default()).decode(bytes, &header, DecodeMode::Full).unwrap().image
}

fn bytes(image: &Image) -> &[u8] {
    let Samples::U8(samples) = image.samples() else { panic!("not 8 bits") };
    samples
}

/// Converts, all of it, and gives what was said.
fn converted(scratch: &Scratch, args: &[&str]) -> String {
    let ran = run(scratch, args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn scenario_2_content_decides_what_a_file_is_and_a_wrong_name_is_told() {
    let scratch = with_good();
    scratch.file("in/wrong.jpg", &good("png"));
    let said = converted(&scratch, &[]);
    assert!(said.contains("in/wrong.jpg: warning: its content is png, though it is named .jpg"), "{said}");
    assert!(scratch.tree("out")["wrong.png"].starts_with(b"\x89PNG"));
}

#[test]
fn scenario_6_what_follows_the_end_is_told_and_changes_nothing() {
    let scratch = with_good();
    for extension in ["jpg", "png"] {
        let picture = good(extension);
        scratch.file(&format!("in/a.{extension}"), &picture);
        scratch.file(&format!("in/b.{extension}"), &[&picture[..], b"garbage"].concat());
    }
    let said = converted(&scratch, &[]);
    assert_eq!(said.matches("7 bytes after the end of the picture were ignored").count(), 2, "{said}");
    let tree = scratch.tree("out");
    assert!(tree["a.jpg"] == tree["b.jpg"] && tree["a.png"] == tree["b.png"]);
}

/// An animated PNG whose first frame is the picture of this file.
fn animated_png() -> Vec<u8> {
    let frame = [&[0; 4][..], &2u32.to_be_bytes(), &1u32.to_be_bytes(), &[0; 14]].concat();
    let chunks = [chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), chunk(b"fcTL", &frame)];
    png::file(&Head(2, 1, 8, 0), &chunks, &png::rows(&[&[7, 9]]))
}

/// An animated GIF of one pixel, white and then black.
fn animated_gif() -> Vec<u8> {
    let start = b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0";
    let frame = |data: u8| [b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02".as_slice(), &[data], b"\x01\0"].concat();
    [start.as_slice(), &frame(0x44), &frame(0x4c), b";"].concat()
}

/// An animated WebP of one frame, of any size, made of a still one.
fn animated_webp() -> Vec<u8> {
    let still = good("webp");
    let (width, height) = (40u32 - 1, 30u32 - 1);
    let chunk = |name: &[u8], body: &[u8]| [name, &(body.len() as u32).to_le_bytes(), body].concat();
    let at = still.windows(4).position(|four| four == b"VP8L").unwrap();
    let side = |side: u32| side.to_le_bytes()[..3].to_vec();
    let frame = [vec![0; 6], side(width), side(height), vec![0; 4], still[at..].to_vec()].concat();
    let chunks = [
        chunk(b"VP8X", &[vec![2, 0, 0, 0], side(width), side(height)].concat()),
        chunk(b"ANIM", &[0; 6]),
        chunk(b"ANMF", &frame),
    ]
    .concat();
    chunk(b"RIFF", &[b"WEBP".as_slice(), &chunks].concat())
}

#[test]
fn scenario_13_of_an_animation_the_first_frame_is_converted_and_that_is_told() {
    let scratch = with_good();
    scratch.file("in/a.png", &animated_png());
    scratch.file("in/b.gif", &animated_gif());
    scratch.file("in/c.webp", &animated_webp());
    let said = converted(&scratch, &["--format", "png"]);
    assert_eq!(said.matches("animated: only the first frame is converted").count(), 3, "{said}");
    let tree = scratch.tree("out");
    assert_eq!(bytes(&decode(&tree["a.png"])), [7, 9]);
    assert_eq!(bytes(&decode(&tree["b.png"])), [255]);
}

#[test]
fn scenario_15_sixteen_bits_stay_sixteen_bits() {
    let scratch = Scratch::new();
    scratch.file("in/deep.png", &png::file(&Head(2, 1, 16, 0), &[], &png::rows(&[&[1, 2, 3, 4]])));
    converted(&scratch, &[]);
    assert_eq!(decode(&scratch.tree("out")["deep.png"]).samples(), &Samples::U16(vec![0x102, 0x304]));
}

#[test]
fn scenario_16_transparency_becomes_the_background_in_a_jpeg() {
    let scratch = Scratch::new();
    let chunks = [chunk(b"PLTE", &[10, 20, 30, 200, 0, 0]), chunk(b"tRNS", &[0])];
    let row = [0u8; 16];
    scratch.file("in/clear.png", &png::file(&Head(16, 16, 8, 3), &chunks, &png::rows(&[&row[..]; 16])));
    for (background, level) in [("white", 255), ("black", 0), ("#808080", 128)] {
        converted(&scratch, &["--format", "jpeg", "--background", background]);
        let image = decode(&scratch.tree("out")["clear.jpg"]);
        assert!(bytes(&image).iter().all(|sample| sample.abs_diff(level) <= 1), "{background}");
    }
}

#[test]
fn scenario_17_few_bits_of_gray_are_scaled_exactly() {
    let scratch = Scratch::new();
    let files = [(1u8, 0b0100_0000u8), (2, 0b0001_1011), (4, 0x5f)];
    for (bits, row) in files {
        scratch.file(&format!("in/{bits}.png"), &png::file(&Head(2, 1, bits, 0), &[], &png::rows(&[&[row]])));
    }
    converted(&scratch, &["--op", "none"]);
    let tree = scratch.tree("out");
    let samples = |name: &str| bytes(&decode(&tree[name])).to_vec();
    assert_eq!(
        (samples("1.png"), samples("2.png"), samples("4.png")),
        (vec![0, 255], vec![0, 85], vec![85, 255])
    );
}

/// A TIFF block with these entries of the first directory, and a directory that is its own successor.
fn exif(orientation: u16, successor: u32) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    block.extend(orientation.to_be_bytes());
    block.extend([0, 0]);
    block.extend(successor.to_be_bytes());
    jpeg::segment(0xe1, &block)
}

#[test]
fn scenario_22_every_orientation_is_turned_upright() {
    let scratch = Scratch::new();
    let picture = good("jpg");
    for orientation in 1..=8 {
        scratch.file(&format!("in/{orientation}.jpg"), &jpeg::with(&picture, &exif(orientation, 0)));
    }
    converted(&scratch, &["--format", "png", "--metadata", "strip"]);
    for (name, file) in scratch.tree("out") {
        let (width, height, _) = crate::command::decoded(&file);
        assert_eq!((width, height), if name.as_str() < "5" { (40, 30) } else { (30, 40) }, "{name}");
    }
}

#[test]
fn scenario_23_a_loop_in_exif_and_a_broken_profile_are_dropped_or_ignored() {
    let scratch = Scratch::new();
    let picture = good("jpg");
    scratch.file("in/loop.jpg", &jpeg::with(&picture, &exif(1, 8)));
    let profile = [b"ICC_PROFILE\0\x01\x01".as_slice(), &[7; 200]].concat();
    scratch.file("in/profile.jpg", &jpeg::with(&picture, &jpeg::segment(0xe2, &profile)));
    let said = converted(&scratch, &[]);
    assert!(said.contains("in/profile.jpg: warning: its color profile is damaged and was dropped"), "{said}");
    assert_eq!(report(&scratch)["counts"]["done"], 2);
}

#[test]
fn scenario_24_one_pixel_and_one_row_or_column_of_65500_are_done() {
    let scratch = Scratch::new();
    for (width, height) in [(1, 1), (1, 65_500), (65_500, 1)] {
        for extension in ["png", "jpg"] {
            scratch.sized(&format!("in/{width}x{height}.{extension}"), 5, width, height);
        }
    }
    converted(&scratch, &[]);
    for (name, file) in scratch.tree("out") {
        let (width, height, gray) = crate::command::decoded(&file);
        assert!(name.starts_with(&format!("{width}x{height}.")) && gray, "{name}: {width}x{height}");
    }
    assert!(fs::metadata(scratch.path().join("out/1x1.png")).is_ok());
}
