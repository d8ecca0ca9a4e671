//! Owns the tests against pictures and results that others made. They need the directory `TEST_CORPUS` and say so when it
//! is not set.
//! Does not own: tests of single rules, which stand beside the code.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_stages::{
    Color, Converter, DecodeMode, Decoder, EncodeOptions, Encoder, Error, Format, GrayMode, Image, Limits,
    Op, Plan, PlanOptions, Samples, probe,
};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn corpus(test: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("TEST_CORPUS").map(PathBuf::from);
    if directory.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED: set TEST_CORPUS to the directory of test pictures to run `{test}`\n"
        );
    }
    // Cargo runs tests in the package's directory; a relative name is meant from the workspace's root.
    directory.map(|directory| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(directory))
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn decode(path: &Path, mode: DecodeMode) -> Result<Image, Error> {
    let bytes = fs::read(path).unwrap();
    let header = probe(&bytes, &Limits::default())?;
    Ok(Decoder::new(Limits::default()).decode(&bytes, &header, mode)?.image)
}

fn bytes_of(image: &Image) -> &[u8] {
    let Samples::U8(samples) = image.samples() else { panic!("8 bits expected") };
    samples
}

fn difference(a: &Image, b: &Image) -> (u8, f64) {
    assert_eq!((a.width(), a.height(), a.color()), (b.width(), b.height(), b.color()));
    let pairs = || bytes_of(a).iter().zip(bytes_of(b)).map(|(a, b)| a.abs_diff(*b));
    let sum: u64 = pairs().map(u64::from).sum();
    (pairs().max().unwrap(), sum as f64 / bytes_of(a).len() as f64)
}

fn gray(image: Image, mode: GrayMode) -> Image {
    Converter::new().apply(image, &Op::Gray(mode)).unwrap()
}

#[test]
fn gray_equals_opencv_and_pillow_bit_for_bit() {
    let Some(corpus) = corpus("gray_equals_opencv_and_pillow_bit_for_bit") else { return };
    let expected = fs::read_to_string(corpus.join("expected/gray.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let pictures = expected["files"].as_object().unwrap();
    assert!(!pictures.is_empty());
    for (name, want) in pictures {
        let sha = |image: &Image| {
            Sha256::digest(bytes_of(image)).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let rgb = decode(&corpus.join(name), DecodeMode::Full).unwrap();
        assert_eq!(sha(&rgb), want["rgb_sha256"], "{name}");
        assert_eq!(sha(&gray(rgb.clone(), GrayMode::Opencv)), want["opencv_cvtcolor_gray_sha256"], "{name}");
        assert_eq!(sha(&gray(rgb, GrayMode::Pillow)), want["pillow_L_sha256"], "{name}");
    }
}

#[test]
fn luma_equals_opencvs_imread_within_a_level() {
    let Some(corpus) = corpus("luma_equals_opencvs_imread_within_a_level") else { return };
    for expected in files(&corpus.join("expected/jpeg-imread-gray")) {
        let want = decode(&expected, DecodeMode::Full).unwrap();
        let photo = corpus.join("photos").join(expected.file_name().unwrap()).with_extension("JPEG");
        let (most, _) = difference(&decode(&photo, DecodeMode::Luma).unwrap(), &want);
        assert!(most <= 1, "{} differs by {most}", photo.display());
    }
}

#[test]
fn gray_of_decoded_color_is_close_to_opencvs() {
    // Decoders differ in how they upsample and round colors; gray weighs that down.
    const MOST: u8 = 4;
    const MEAN: f64 = 0.25;
    let Some(corpus) = corpus("gray_of_decoded_color_is_close_to_opencvs") else { return };
    for expected in files(&corpus.join("expected/jpeg-cvtcolor-gray")) {
        let want = decode(&expected, DecodeMode::Full).unwrap();
        let photo = corpus.join("photos").join(expected.file_name().unwrap()).with_extension("JPEG");
        let ours = gray(decode(&photo, DecodeMode::Full).unwrap(), GrayMode::Opencv);
        let (most, mean) = difference(&ours, &want);
        println!("{}: most {most}, mean {mean:.3}", photo.display());
        assert!(most <= MOST && mean <= MEAN, "{}: most {most}, mean {mean}", photo.display());
    }
}

#[test]
fn every_orientation_comes_out_upright_and_equal() {
    let Some(corpus) = corpus("every_orientation_comes_out_upright_and_equal") else { return };
    let pictures: Vec<Image> = files(&corpus.join("orientation"))
        .iter()
        .map(|path| {
            let bytes = fs::read(path).unwrap();
            let header = probe(&bytes, &Limits::default()).unwrap();
            let plan = Plan::new(&header, &PlanOptions::new(vec![Op::Gray(GrayMode::Luma)])).unwrap();
            let decoded =
                Decoder::new(Limits::default()).decode(&bytes, &header, plan.decode_mode()).unwrap();
            plan.convert(&mut Converter::new(), decoded.image).unwrap()
        })
        .collect();
    assert_eq!(pictures.len(), 9);
    for picture in &pictures {
        let (_, mean) = difference(picture, &pictures[0]);
        assert!(mean < 4.0, "mean difference {mean}");
    }
}

#[test]
fn pngsuite_is_decoded_where_valid_and_refused_where_not() {
    let Some(corpus) = corpus("pngsuite_is_decoded_where_valid_and_refused_where_not") else { return };
    let (mut valid, mut refused) = (0, 0);
    for path in
        files(&corpus.join("pngsuite")).iter().filter(|path| path.extension().is_some_and(|end| end == "png"))
    {
        let name = path.file_name().unwrap().to_str().unwrap();
        let decoded = decode(path, DecodeMode::Full);
        if name.starts_with('x') {
            assert!(decoded.is_err(), "{name} is broken");
            refused += 1;
            continue;
        }
        let image = decoded.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(image.samples().bits(), if name.contains("16.png") { 16 } else { 8 }, "{name}");
        // The names say: interlaced or not, color type, depth.
        if let Some(rest) = name.strip_prefix("basi") {
            let twin = decode(&path.with_file_name(format!("basn{rest}")), DecodeMode::Full).unwrap();
            assert_eq!(image.samples(), twin.samples(), "{name}");
        }
        valid += 1;
    }
    assert!(valid > 100 && refused > 10, "{valid} valid, {refused} refused");
}

#[test]
fn every_jpeg_of_the_suite_is_decoded_or_refused_by_name() {
    let Some(corpus) = corpus("every_jpeg_of_the_suite_is_decoded_or_refused_by_name") else { return };
    for path in files(&corpus.join("jpegsuite"))
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "jpg"))
    {
        match decode(path, DecodeMode::Full) {
            Ok(_) | Err(Error::Unsupported { .. }) => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

/// What became of one file on its way through every stage.
fn whole_way(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    let header = probe(bytes, limits)?;
    let plan = Plan::new(&header, &PlanOptions::new(vec![Op::Gray(GrayMode::Luma)]).format(Format::Png))?;
    let decoded = Decoder::new(limits.clone()).decode(bytes, &header, plan.decode_mode())?;
    let image = plan.convert(&mut Converter::new(), decoded.image)?;
    assert!(matches!(image.color(), Color::Gray | Color::GrayAlpha));
    Encoder::new().encode(&image, &EncodeOptions::new(plan.format())).map(drop)
}

#[test]
fn hostile_files_end_in_a_picture_or_an_error() {
    let Some(corpus) = corpus("hostile_files_end_in_a_picture_or_an_error") else { return };
    let limits = Limits { max_pixels: 1 << 20, ..Limits::default() };
    let (mut done, mut failed, mut panicked, mut slow) = (0, 0, Vec::new(), Vec::new());
    for path in files(&corpus.join("hostile")) {
        let bytes = fs::read(&path).unwrap();
        let started = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| whole_way(&bytes, &limits))) {
            Ok(Ok(())) => done += 1,
            Ok(Err(_)) => failed += 1,
            Err(_) => panicked.push(path.clone()),
        }
        if started.elapsed() > Duration::from_secs(10) {
            slow.push(path);
        }
    }
    println!("hostile files: {done} done, {failed} failed, {} panicked: {panicked:#?}", panicked.len());
    assert!(slow.is_empty(), "above 10 s: {slow:#?}");
    // Panics of codecs are contained by whoever runs the stages; more than a few would be a class of files to refuse.
    assert!(panicked.len() <= 5, "{panicked:#?}");
}
