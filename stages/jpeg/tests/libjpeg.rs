//! Owns the comparison with libjpeg-turbo's `djpeg`, bit for bit. It needs pictures (`TEST_CORPUS`) and `djpeg`, and says so
//! when they are not there.
//! Does not own: tests of single rules, which stand beside the code.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_jpeg::{Decoder, Error, Limits};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The directory of pictures; `None`, loudly, if something is missing.
fn corpus(test: &str) -> Option<PathBuf> {
    let skipped = |why: &str| {
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why} to run `{test}`\n");
    };
    let Some(directory) = std::env::var_os("TEST_CORPUS") else {
        skipped("set TEST_CORPUS to the directory of test pictures");
        return None;
    };
    if Command::new("djpeg").arg("-version").stderr(Stdio::null()).output().is_err() {
        skipped("install djpeg (libjpeg-turbo-progs)");
        return None;
    }
    // Cargo runs tests in the package's directory; a relative name is meant from the workspace's root.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(directory))
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

/// Size and samples as `djpeg` gives them; `None` if it fails or warns.
fn djpeg(path: &Path) -> Option<((u32, u32), Vec<u8>)> {
    let output =
        Command::new("djpeg").args(["-grayscale", "-dct", "int", "-pnm"]).arg(path).output().unwrap();
    if !output.status.success() || !output.stderr.is_empty() {
        return None;
    }
    let mut fields = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(fields.next(), Some(b"P5".as_slice()));
    let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
    let size = (number(), number());
    // After the size come the largest value and the samples.
    let samples = fields.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec();
    Some((size, samples))
}

/// How many files are exact, refused by name, and refused as irregular. Panics at one that differs.
fn compare(paths: &[PathBuf]) -> [usize; 3] {
    let mut decoder = Decoder::new(Limits::default());
    let mut counts = [0; 3];
    let mut ours = Vec::new();
    for path in paths {
        match decoder.gray(&fs::read(path).unwrap(), &mut ours) {
            Ok(size) => {
                let Some((their_size, theirs)) = djpeg(path) else { continue };
                assert_eq!(size, their_size, "{}", path.display());
                let differs = ours.iter().zip(&theirs).position(|(a, b)| a != b);
                assert!(
                    differs.is_none() && ours.len() == theirs.len(),
                    "{} differs at {differs:?}",
                    path.display()
                );
                counts[0] += 1;
            }
            Err(Error::Unsupported(_)) => counts[1] += 1,
            Err(_) => counts[2] += 1,
        }
    }
    counts
}

#[test]
fn photos_are_exact() {
    let Some(corpus) = corpus("photos_are_exact") else { return };
    let photos = files(&corpus.join("photos"));
    let [exact, unsupported, irregular] = compare(&photos);
    println!("photos: {exact} exact, {unsupported} unsupported, {irregular} irregular");
    assert!(exact > 0 && exact + unsupported == photos.len(), "{exact} of {}", photos.len());
}

#[test]
fn large_pictures_are_exact_or_refused_by_name() {
    let Some(corpus) = corpus("large_pictures_are_exact_or_refused_by_name") else { return };
    let [exact, unsupported, irregular] = compare(&files(&corpus.join("large")));
    println!("large: {exact} exact, {unsupported} unsupported, {irregular} irregular");
    assert!(exact > 0 && irregular == 0);
}

#[test]
fn the_conformance_suite_is_exact() {
    let Some(corpus) = corpus("the_conformance_suite_is_exact") else { return };
    let suite = corpus.join("jpegsuite");
    let pictures = |kind: &str| {
        let mut found = files(&suite.join(kind));
        found.retain(|path| {
            path.extension().is_some_and(|extension| extension == "jpg" || extension == "jpeg")
        });
        found
    };
    for kind in ["baseline", "extended_huffman"] {
        let [exact, unsupported, irregular] = compare(&pictures(kind));
        println!("{kind}: {exact} exact, {unsupported} unsupported, {irregular} irregular");
        assert!(exact > 0, "{kind}");
    }
}

#[test]
fn hostile_files_are_exact_or_refused() {
    let Some(corpus) = corpus("hostile_files_are_exact_or_refused") else { return };
    let mut hostile = files(&corpus.join("hostile"));
    hostile.retain(|path| fs::read(path).unwrap().starts_with(b"\xff\xd8"));
    let [exact, unsupported, irregular] = compare(&hostile);
    println!("hostile: {exact} exact, {unsupported} unsupported, {irregular} irregular");
    assert!(exact > 0);
}
