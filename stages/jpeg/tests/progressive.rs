//! Owns the test that a picture is the same however its coefficients are spread over scans: `jpegtran` turns sequential
//! pictures into progressive ones without changing a coefficient. It needs pictures (`TEST_CORPUS`) and `jpegtran`, and says so
//! when they are not there.
//! Does not own: comparing with another decoder (see `libjpeg.rs`).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_jpeg::{Decoder, Error, Limits, Output};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The pictures of a directory of the corpus, at most so many; `None`, loudly, if something is missing.
fn pictures(test: &str, directory: &str, most: usize) -> Option<Vec<PathBuf>> {
    let skipped = |why: &str| {
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why} to run `{test}`\n");
    };
    let Some(corpus) = std::env::var_os("TEST_CORPUS") else {
        skipped("set TEST_CORPUS to the directory of test pictures");
        return None;
    };
    if Command::new("jpegtran").arg("-version").stderr(Stdio::null()).output().is_err() {
        skipped("install jpegtran (libjpeg-turbo-progs)");
        return None;
    }
    // Cargo runs tests in the package's directory; a relative name is meant from the workspace's root.
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(corpus).join(directory);
    let mut found: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.truncate(most);
    Some(found)
}

/// Scripts for `jpegtran -scans`, each for pictures of three components.
const SCRIPTS: [&str; 5] = [
    // Every coefficient whole, in bands of all kinds.
    "0,1,2: 0-0, 0, 0; 0: 1-1, 0, 0; 0: 2-62, 0, 0; 0: 63-63, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0;",
    // Everything bit by bit, color before luma.
    "0,1,2: 0-0, 0, 3; 0,1,2: 0-0, 3, 2; 0,1,2: 0-0, 2, 1; 0,1,2: 0-0, 1, 0; 2: 1-63, 0, 0; 1: 1-63, 0, 0; \
     0: 1-63, 0, 4; 0: 1-63, 4, 3; 0: 1-63, 3, 2; 0: 1-63, 2, 1; 0: 1-63, 1, 0;",
    // Levels in scans of their own, refinements of parts of a band, the last coefficients first.
    "0: 0-0, 0, 1; 1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 40-63, 0, 2; 0: 1-39, 0, 2; 0: 1-20, 2, 1; 0: 21-63, 2, 1; \
     0: 1-63, 1, 0; 0: 0-0, 1, 0; 1: 1-63, 0, 1; 1: 1-63, 1, 0; 2: 1-63, 0, 0;",
    // Sequential, one component after the other.
    "0; 1; 2;",
    // Sequential, color together and first.
    "1 2; 0;",
];

fn jpegtran(path: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("jpegtran").args(arguments).arg(path).output().unwrap();
    (output.status.success() && output.stderr.is_empty()).then_some(output.stdout)
}

/// How many pictures came out the same from each of the ways. Panics at one that differs.
fn compare(paths: &[PathBuf], ways: &[Vec<&str>]) -> usize {
    let mut decoder = Decoder::new(Limits::default());
    let (mut gray, mut rgb, mut pieces, mut same) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for path in paths {
        let Some(sequential) = jpegtran(path, &["-copy", "none"]) else { continue };
        decoder.decode(&sequential, Output::Gray, &mut gray).unwrap();
        decoder.decode(&sequential, Output::Rgb, &mut rgb).unwrap();
        for way in ways {
            // Scripts for three components fail for pictures of one.
            let Some(file) = jpegtran(path, way) else { continue };
            decoder.decode(&file, Output::Gray, &mut pieces).unwrap();
            assert!(pieces == gray, "luma of {} {way:?}", path.display());
            let color = way.contains(&"-grayscale") || {
                decoder.decode(&file, Output::Rgb, &mut pieces).unwrap();
                pieces == rgb
            };
            assert!(color, "color of {} {way:?}", path.display());
            same += 1;
        }
    }
    same
}

#[test]
fn photos_are_the_same_in_any_scans() {
    let Some(photos) = pictures("photos_are_the_same_in_any_scans", "photos", 60) else { return };
    let scripts = tempfile();
    let mut ways = vec![
        vec!["-progressive"],
        vec!["-progressive", "-restart", "1"],
        vec!["-progressive", "-restart", "7B"],
        vec!["-progressive", "-restart", "1B"],
        vec!["-progressive", "-grayscale"],
    ];
    let names: Vec<String> = scripts.iter().map(|path| path.display().to_string()).collect();
    for name in &names {
        ways.push(vec!["-scans", name]);
        ways.push(vec!["-restart", "5B", "-scans", name]);
    }
    let same = compare(&photos, &ways);
    println!("photos: {same} conversions give the same pixels");
    assert!(same > photos.len() * 10, "{same}");
    for script in scripts {
        fs::remove_file(script).unwrap();
    }
}

#[test]
fn large_pictures_are_the_same_when_progressive() {
    let Some(large) = pictures("large_pictures_are_the_same_when_progressive", "large", 100) else { return };
    let same = compare(&large, &[vec!["-progressive"], vec!["-progressive", "-restart", "3"]]);
    println!("large: {same} conversions give the same pixels");
    assert!(same > 0);
}

/// The scripts as files.
fn tempfile() -> Vec<PathBuf> {
    let name = |at| std::env::temp_dir().join(format!("pipeline-jpeg-{}-{at}.scans", std::process::id()));
    let paths: Vec<PathBuf> = (0..SCRIPTS.len()).map(name).collect();
    for (path, script) in paths.iter().zip(SCRIPTS) {
        fs::write(path, script).unwrap();
    }
    paths
}

/// Where the marker of each scan, and that of the end, stand.
fn scans(file: &[u8]) -> Vec<usize> {
    let pairs = file.windows(2).enumerate();
    pairs.filter(|(_, pair)| pair == b"\xff\xda" || pair == b"\xff\xd9").map(|(at, _)| at).collect()
}

#[test]
fn a_picture_that_was_cut_is_never_taken_for_whole_even_if_its_end_was_put_back() {
    let Some(photos) = pictures("a_picture_that_was_cut_is_never_taken_for_whole", "photos", 3) else {
        return;
    };
    let mut decoder = Decoder::new(Limits::default());
    let mut out = Vec::new();
    for path in photos {
        let file = jpegtran(&path, &["-progressive", "-copy", "none"]).unwrap();
        let scans = scans(&file);
        assert!(scans.len() > 8, "a progressive picture");
        for cut in scans[1..scans.len() - 1].iter().flat_map(|&at| [at, at - 20, at + 40]) {
            let cut = [&file[..cut], b"\xff\xd9"].concat();
            let at = cut.len() - 2;
            match decoder.decode(&cut, Output::Gray, &mut out) {
                // Between two scans it is as if an encoder had left it at that.
                Ok(info) => assert!(info.incomplete, "cut at {at}"),
                Err(Error::Truncated { .. } | Error::Damaged { .. }) => assert!(out.is_empty()),
                Err(other) => panic!("{other} cut at {at}"),
            }
        }
    }
}
