//! Owns the conformance suites: PngSuite by checksums that libpng's pictures have, JPEG by `djpeg`. They need the directory
//! `TEST_CORPUS`, the JPEGs also `djpeg`, and say so when that is missing.
//! Does not own: the comparison with other programs over the whole corpus (`tests/oracles` beside the workspace's root).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_stages::{DecodeMode, Decoder, Error, Image, Limits, Samples, probe};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why} to run `{test}`\n");
}

/// A directory of the corpus.
fn corpus(test: &str, directory: &str) -> Option<PathBuf> {
    let Some(corpus) = std::env::var_os("TEST_CORPUS") else {
        skipped(test, "set TEST_CORPUS to the directory of test pictures");
        return None;
    };
    // Cargo runs tests in the package's directory; a relative name is meant from the workspace's root.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(corpus).join(directory))
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == extension));
    found.sort();
    found
}

fn decode(path: &Path, mode: DecodeMode) -> Result<Image, Error> {
    let bytes = fs::read(path).unwrap();
    let header = probe(&bytes, &Limits::default())?;
    Ok(Decoder::new(Limits::default()).decode(&bytes, &header, mode)?.image)
}

/// CRC-32 as PNG and zlib have it (ISO 3309), a bit at a time.
fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let step = |crc: u32, byte: u8| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
    };
    !bytes.into_iter().fold(!0, step)
}

/// The samples in 8 bits, of wide ones the upper half.
fn upper_halves(image: &Image) -> Vec<u8> {
    match image.samples() {
        Samples::U8(samples) => samples.clone(),
        Samples::U16(samples) => samples.iter().map(|sample| (sample >> 8) as u8).collect(),
    }
}

#[test]
fn every_valid_file_of_pngsuite_has_the_recorded_checksum() {
    let Some(suite) = corpus("every_valid_file_of_pngsuite_has_the_recorded_checksum", "pngsuite") else {
        return;
    };
    let results = fs::read_to_string(suite.join("results.txt")).unwrap();
    let mut checked = 0;
    for line in results.lines() {
        let Some((file, crc)) = line.rsplit_once(": ") else { continue };
        // The record is of other suites too.
        let Some(file) = file.strip_prefix("tests/pngsuite/") else { continue };
        // The broken ones have an error instead.
        let Ok(crc) = crc.parse::<u32>() else { continue };
        let path = suite.join(file);
        let image = decode(&path, DecodeMode::Full).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(crc32(upper_halves(&image)), crc, "{file}");
        checked += 1;
    }
    assert_eq!(checked, 161);
}

/// CRC-32 of the wide samples, low byte first, that OpenCV 5.0 and ImageMagick 6.9 agree on (but for alpha beside gray, which is
/// ImageMagick's: OpenCV gives such pictures as RGBA or without).
const WIDE: [(&str, u32); 33] = [
    ("basi0g16", 716263731),
    ("basi2c16", 2395397753),
    ("basi4a16", 1310642363),
    ("basi6a16", 142337329),
    ("basn0g16", 716263731),
    ("basn2c16", 2395397753),
    ("basn4a16", 1310642363),
    ("basn6a16", 142337329),
    ("bgai4a16", 1310642363),
    ("bgan6a16", 142337329),
    ("bggn4a16", 1310642363),
    ("bgyn6a16", 142337329),
    ("cs3n2c16", 2031730372),
    ("g03n0g16", 473707466),
    ("g04n0g16", 1061496161),
    ("g05n0g16", 3735522154),
    ("g07n0g16", 528485053),
    ("g10n0g16", 3347570312),
    ("g25n0g16", 1442058880),
    ("oi1n0g16", 716263731),
    ("oi1n2c16", 2395397753),
    ("oi2n0g16", 716263731),
    ("oi2n2c16", 2395397753),
    ("oi4n0g16", 716263731),
    ("oi4n2c16", 2395397753),
    ("oi9n0g16", 716263731),
    ("oi9n2c16", 2395397753),
    ("pp0n2c16", 2395397753),
    ("ps1n2c16", 2395397753),
    ("ps2n2c16", 2395397753),
    ("tbbn2c16", 134119568),
    ("tbgn2c16", 134119568),
    ("tbwn0g16", 3084055895),
];

#[test]
fn sixteen_bit_pngs_keep_every_bit() {
    let Some(suite) = corpus("sixteen_bit_pngs_keep_every_bit", "pngsuite") else { return };
    for (file, crc) in WIDE {
        let image = decode(&suite.join(file).with_extension("png"), DecodeMode::Full).unwrap();
        let Samples::U16(samples) = image.samples() else { panic!("{file}: 16 bits expected") };
        assert_eq!(crc32(samples.iter().flat_map(|sample| sample.to_le_bytes())), crc, "{file}");
    }
}

#[test]
fn every_broken_file_of_pngsuite_is_refused() {
    let Some(suite) = corpus("every_broken_file_of_pngsuite_is_refused", "pngsuite") else { return };
    let broken: Vec<PathBuf> =
        files(&suite, "png").into_iter().filter(|path| name(path).starts_with('x')).collect();
    assert_eq!(broken.len(), 14);
    for path in broken {
        assert!(decode(&path, DecodeMode::Full).is_err(), "{}", path.display());
    }
}

/// Width, height and samples as `djpeg` gives them; `None` where it fails or warns.
fn djpeg(path: &Path, gray: bool) -> Option<(u32, u32, Vec<u8>)> {
    let mut command = Command::new("djpeg");
    command.args(["-dct", "int", "-pnm"]).args(gray.then_some("-grayscale")).arg(path);
    let output = command.output().unwrap();
    if !output.status.success() || !output.stderr.is_empty() {
        return None;
    }
    let mut fields = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace()).skip(1);
    let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
    let (width, height) = (number(), number());
    Some((width, height, fields.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec()))
}

/// What became of one class of files.
#[derive(Debug, Default)]
struct Counts {
    exact: usize,
    within_a_level: usize,
    within_three: usize,
    refused: usize,
}

fn compare(path: &Path, mode: DecodeMode, counts: &mut Counts) {
    let image = match decode(path, mode) {
        Ok(image) => image,
        Err(Error::Unsupported { .. }) => {
            counts.refused += 1;
            return;
        }
        Err(error) => panic!("{}: {error}", path.display()),
    };
    let gray = image.color().is_gray();
    let Some((width, height, theirs)) = djpeg(path, gray) else { return };
    assert_eq!((image.width(), image.height()), (width, height), "{}", path.display());
    let ours = upper_halves(&image);
    assert_eq!(ours.len(), theirs.len(), "{}", path.display());
    match ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max() {
        Some(0) => counts.exact += 1,
        Some(1) => counts.within_a_level += 1,
        Some(2..=3) => counts.within_three += 1,
        most => panic!("{} differs by {most:?} levels", path.display()),
    }
}

#[test]
fn the_jpeg_suite_is_as_djpeg_decodes_it_or_refused_by_name() {
    let test = "the_jpeg_suite_is_as_djpeg_decodes_it_or_refused_by_name";
    let Some(suite) = corpus(test, "jpegsuite") else { return };
    if Command::new("djpeg").arg("-version").stderr(Stdio::null()).output().is_err() {
        return skipped(test, "install djpeg (libjpeg-turbo-progs)");
    }
    let mut classes: BTreeMap<String, Counts> = BTreeMap::new();
    for class in fs::read_dir(&suite).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for path in files(&class, "jpg") {
            for (mode, word) in [(DecodeMode::Full, "color"), (DecodeMode::Luma, "luma")] {
                compare(&path, mode, classes.entry(format!("{}, {word}", name(&class))).or_default());
            }
        }
    }
    for (class, counts) in &classes {
        println!("{class}: {counts:?}");
    }
    let decoded: usize =
        classes.values().map(|counts| counts.exact + counts.within_a_level + counts.within_three).sum();
    assert!(decoded > 50, "{decoded} pictures compared");
}
