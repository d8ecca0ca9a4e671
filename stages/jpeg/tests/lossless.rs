//! Owns the comparison of gray JPEGs with `jpegtran -grayscale`: the same pixels by `djpeg`, and no more bytes. It needs pictures
//! (`TEST_CORPUS`), `jpegtran` and `djpeg`, and says so when they are not there.
//! Does not own: tests of single rules, which stand beside the code.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
#![allow(
    clippy::disallowed_methods,
    reason = "a program is written to and read from at once; the crate itself has no thread"
)]

use pipeline_jpeg::{Carried, Decoder, Error, GrayJpeg, Limits};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const KEPT: GrayJpeg<'static> = GrayJpeg { optimize: false, carried: Carried::Nothing };
const OPTIMIZED: GrayJpeg<'static> = GrayJpeg { optimize: true, carried: Carried::Nothing };

/// The JPEGs of a directory of the corpus; `None`, loudly, if something is missing.
fn corpus(test: &str, directory: &str) -> Option<Vec<PathBuf>> {
    let skipped = |why: &str| {
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why} to run `{test}`\n");
    };
    let Some(corpus) = std::env::var_os("TEST_CORPUS") else {
        skipped("set TEST_CORPUS to the directory of test pictures");
        return None;
    };
    for program in ["djpeg", "jpegtran"] {
        if Command::new(program).arg("-version").stderr(Stdio::null()).output().is_err() {
            skipped("install djpeg and jpegtran (libjpeg-turbo-progs)");
            return None;
        }
    }
    // Cargo runs tests in the package's directory; a relative name is meant from the workspace's root.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(corpus);
    let mut found = files(&root.join(directory));
    found.retain(|path| fs::read(path).unwrap().starts_with(b"\xff\xd8"));
    Some(found)
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

/// What a program makes of a file; `None` if it fails or warns.
#[allow(clippy::disallowed_methods, reason = "a program is fed while it is listened to")]
fn run(program: &str, arguments: &[&str], file: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It may end before it has read all.
        scope.spawn(move || input.write_all(file));
        let output = running.wait_with_output().unwrap();
        (output.status.success() && output.stderr.is_empty()).then_some(output.stdout)
    })
}

/// What happened to files.
#[derive(Default, Debug)]
struct Counts {
    /// Files whose pixels are those of `jpegtran`.
    exact: usize,
    unsupported: usize,
    irregular: usize,
    /// Files that only `jpegtran` refuses, or warns about.
    more: usize,
    /// Of those that are refused here the ones that `jpegtran` takes without a warning.
    stricter: usize,
    /// Bytes of the exact ones: with the codes they have, with codes made for them, and those of `jpegtran -optimize`.
    kept: usize,
    optimized: usize,
    theirs: usize,
}

/// Converts each file. Panics at one that differs or is larger.
fn compare(paths: &[PathBuf]) -> Counts {
    let mut decoder = Decoder::new(Limits::default());
    let (mut counts, mut kept, mut optimized) = (Counts::default(), Vec::new(), Vec::new());
    for path in paths {
        let file = fs::read(path).unwrap();
        let converted = decoder.to_gray_jpeg(&file, KEPT, &mut kept);
        let again = decoder.to_gray_jpeg(&file, OPTIMIZED, &mut optimized);
        assert_eq!(converted.is_ok(), again.is_ok(), "{}", path.display());
        let theirs = run("jpegtran", &["-grayscale", "-copy", "none", "-optimize"], &file);
        match (converted, theirs) {
            (Ok(_), Some(theirs)) => {
                same(path, &kept, &theirs);
                same(path, &optimized, &theirs);
                let most = theirs.len() + theirs.len() / 200;
                assert!(optimized.len() <= most, "{}: {} bytes", path.display(), optimized.len());
                counts.exact += 1;
                counts.kept += kept.len();
                counts.optimized += optimized.len();
                counts.theirs += theirs.len();
            }
            (Ok(_), None) => counts.more += 1,
            (Err(error), theirs) => {
                let refused = if matches!(error, Error::Unsupported(_)) {
                    &mut counts.unsupported
                } else {
                    &mut counts.irregular
                };
                *refused += 1;
                if theirs.is_some() {
                    counts.stricter += 1;
                    println!("stricter than jpegtran: {}: {error}", path.display());
                }
            }
        }
    }
    counts
}

fn same(path: &Path, ours: &[u8], theirs: &[u8]) {
    let pixels = |file| run("djpeg", &["-dct", "int", "-pnm"], file);
    let ours = pixels(ours);
    assert!(ours.is_some() && ours == pixels(theirs), "{} differs", path.display());
}

#[test]
fn photos_are_those_of_jpegtran() {
    let Some(photos) = corpus("photos_are_those_of_jpegtran", "photos") else { return };
    let counts = compare(&photos);
    println!("photos: {counts:?}");
    assert!(counts.exact > 0 && counts.irregular == 0);
}

#[test]
fn large_pictures_are_those_of_jpegtran() {
    let Some(large) = corpus("large_pictures_are_those_of_jpegtran", "large") else { return };
    let counts = compare(&large);
    println!("large: {counts:?}");
    assert!(counts.exact > 0 && counts.irregular == 0);
}

#[test]
fn the_conformance_suite_is_that_of_jpegtran_or_refused_by_name() {
    let test = "the_conformance_suite_is_that_of_jpegtran_or_refused_by_name";
    let Some(suite) = corpus(test, "jpegsuite") else { return };
    let counts = compare(&suite);
    println!("jpegsuite: {counts:?}");
    assert!(counts.exact > 0);
}

#[test]
fn hostile_files_are_those_of_jpegtran_or_refused() {
    let Some(hostile) = corpus("hostile_files_are_those_of_jpegtran_or_refused", "hostile") else { return };
    let counts = compare(&hostile);
    println!("hostile: {counts:?}");
    assert!(counts.exact > 0);
}
