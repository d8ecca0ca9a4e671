//! Owns the comparison of what is left of damaged files with what libjpeg-turbo's `djpeg` shows of them, bit for bit. It needs pictures
//! (`TEST_CORPUS`), `djpeg` and `jpegtran`, and says so when they are not there.
//! Does not own: files that are whole (see `libjpeg.rs`).
//!
//! Of the many odd files every eighth is taken; with `TEST_EVERYTHING` set, all of them, and more damage is done to photographs.

#![allow(clippy::disallowed_methods, reason = "programs are fed while they are listened to")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_jpeg::{ColorModel, Decoder, Error, Header, Limits, Output};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

/// The directory of pictures; `None`, loudly, if something is missing.
fn corpus(test: &str) -> Option<PathBuf> {
    let skipped = |why: &str| {
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why} to run `{test}`\n");
    };
    let Some(directory) = std::env::var_os("TEST_CORPUS") else {
        skipped("set TEST_CORPUS to the directory of test pictures");
        return None;
    };
    let there = |program| Command::new(program).arg("-version").stderr(Stdio::null()).output().is_ok();
    if !there("djpeg") || !there("jpegtran") {
        skipped("install djpeg and jpegtran (libjpeg-turbo-progs)");
        return None;
    }
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(directory))
}

fn everything() -> bool {
    std::env::var_os("TEST_EVERYTHING").is_some()
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

/// What a program makes of bytes; `None` if it fails. Warnings are no failure.
fn ask(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // It may end before it has read everything.
        scope.spawn(move || stdin.write_all(input).is_ok());
        let output = child.wait_with_output().unwrap();
        matches!(output.status.code(), Some(0 | 2)).then_some(output.stdout)
    })
}

/// Size and samples as `djpeg` shows them.
fn djpeg(file: &[u8], output: Output) -> Option<((u32, u32), Vec<u8>)> {
    let plain = ["-dct", "int", "-pnm"];
    let gray = ["-dct", "int", "-pnm", "-grayscale"];
    let pnm = ask("djpeg", if output == Output::Gray { &gray } else { &plain }, file)?;
    let mut fields = pnm.splitn(4, |byte| byte.is_ascii_whitespace());
    let magic = if output == Output::Gray { b"P5" } else { b"P6" };
    if fields.next() != Some(magic) {
        return None;
    }
    let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
    let size = (number(), number());
    Some((size, fields.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec()))
}

/// As `djpeg` writes CMYK to PPM, which has no such thing.
fn cmyk_to_rgb(samples: &[u8]) -> Vec<u8> {
    let product = |ink: u8, black: u8| (f64::from(ink) * f64::from(black) / 255.0 + 0.5) as u8;
    samples.as_chunks::<4>().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| product(ink, k))).collect()
}

/// What happened to files.
#[derive(Default, Debug)]
struct Counts {
    /// Pictures with the bytes of `djpeg`.
    exact: usize,
    /// Pictures that `djpeg` gives and we refuse: kinds that are not decoded, or limits.
    refused: usize,
    /// Neither gives any.
    neither: usize,
    /// `djpeg` gives none, and we do.
    only_we: usize,
    /// Files that are damaged.
    damaged: usize,
    different: Vec<String>,
}

/// Compares all files by two threads.
fn compare<T: Sync>(inputs: &[T], open: impl Fn(&T) -> (String, Vec<u8>) + Sync) -> Counts {
    let counts = Mutex::new(Counts::default());
    thread::scope(|scope| {
        for thread in 0..2 {
            let (counts, open) = (&counts, &open);
            scope.spawn(move || {
                let limits = Limits { max_pixels: 1 << 26, ..Limits::default() };
                let mut decoder = Decoder::new(limits);
                for input in inputs.iter().skip(thread).step_by(2) {
                    let (name, file) = open(input);
                    for output in outputs(&file) {
                        one((&name, &file), output, &mut decoder, counts);
                    }
                }
            });
        }
    });
    counts.into_inner().unwrap()
}

fn outputs(file: &[u8]) -> Vec<Output> {
    match Header::parse(file).map(|header| header.color) {
        Ok(ColorModel::Ycbcr) | Err(Error::Damaged { .. } | Error::Truncated { .. }) => {
            vec![Output::Gray, Output::Rgb]
        }
        Ok(ColorModel::Rgb) => vec![Output::Rgb],
        Ok(ColorModel::Cmyk | ColorModel::Ycck) => vec![Output::Cmyk],
        _ => vec![Output::Gray],
    }
}

fn one((name, file): (&str, &[u8]), output: Output, decoder: &mut Decoder, counts: &Mutex<Counts>) {
    let mut samples = Vec::new();
    let ours = decoder.salvage(file, output, &mut samples);
    let theirs = djpeg(file, output);
    if output == Output::Cmyk {
        samples = cmyk_to_rgb(&samples);
    }
    let mut counts = counts.lock().unwrap();
    match (ours, theirs) {
        (Ok(found), Some((size, theirs))) => {
            let header = &found.info.header;
            counts.damaged += usize::from(found.damage.is_some());
            let from_gray = output == Output::Rgb && theirs.len() * 3 == samples.len();
            if from_gray || ((header.width, header.height) == size && samples == theirs) {
                counts.exact += 1;
            } else {
                let at = samples.iter().zip(&theirs).position(|(a, b)| a != b);
                counts.different.push(format!("{name} to {output} at {at:?}, {found:?}"));
            }
        }
        (Err(Error::Unsupported(_) | Error::TooLarge { .. } | Error::TooManyScans { .. }), Some(_)) => {
            counts.refused += 1;
        }
        (Err(error), Some(_)) => counts.different.push(format!("{name} to {output}: {error}")),
        (Err(_), None) => counts.neither += 1,
        (Ok(_), None) => counts.only_we += 1,
    }
}

fn show(what: &str, counts: &Counts) {
    println!("{what}: {counts:#?}");
}

#[test]
fn odd_files_are_shown_as_djpeg_shows_them() {
    let Some(corpus) = corpus("odd_files_are_shown_as_djpeg_shows_them") else { return };
    let mut odd = files(&corpus.join("hostile"));
    odd.extend(files(&corpus.join("jpegsuite")));
    odd.retain(|path| fs::read(path).unwrap().starts_with(b"\xff\xd8"));
    let odd: Vec<_> = odd.into_iter().step_by(if everything() { 1 } else { 8 }).collect();
    let counts = compare(&odd, |path| (path.display().to_string(), fs::read(path).unwrap()));
    show("odd", &counts);
    assert!(counts.exact > 100 && counts.damaged > 50 && counts.different.is_empty());
}

/// The same numbers on every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

fn damage(file: &mut Vec<u8>, random: &mut Random) {
    let kind = random.below(8);
    if kind == 0 {
        let keep = file.len() / 20 + random.below(file.len() - file.len() / 20);
        return file.truncate(keep);
    }
    for _ in 0..1 + random.below(3) {
        // Headers are small and would hardly be met otherwise.
        let at = if kind == 1 { random.below(file.len().min(800)) } else { random.below(file.len()) };
        match kind {
            2 => file[at] = 0xff,
            3 => drop(file.drain(at..(at + 1 + random.below(3000)).min(file.len()))),
            4 => drop(file.splice(at..at, [0xff, 0xd0 | random.below(10) as u8])),
            5 => drop(file.splice(at..at, [0xff, 0xc0 | random.below(64) as u8])),
            _ => file[at] ^= 1 << random.below(8),
        }
    }
}

/// Damage to one picture, written in several ways.
#[test]
fn damaged_photographs_are_shown_as_djpeg_shows_them() {
    let Some(corpus) = corpus("damaged_photographs_are_shown_as_djpeg_shows_them") else { return };
    let ways: [&[&str]; 5] = [
        &[],
        &["-restart", "7B"],
        &["-progressive"],
        &["-progressive", "-restart", "50B"],
        &["-grayscale", "-progressive"],
    ];
    let each = if everything() { 40 } else { 4 };
    let mut inputs = Vec::new();
    let mut random = Random(11);
    for path in files(&corpus.join("photos")).iter().step_by(20) {
        let photo = fs::read(path).unwrap();
        for (number, way) in ways.iter().enumerate() {
            let arguments = [&["-copy", "none"], *way].concat();
            let whole =
                if way.is_empty() { Some(photo.clone()) } else { ask("jpegtran", &arguments, &photo) };
            for round in 0..each {
                let mut file = whole.clone().unwrap();
                damage(&mut file, &mut random);
                inputs.push((format!("{} {number} {round}", path.display()), file));
            }
        }
    }
    let counts = compare(&inputs, |input| input.clone());
    show("photographs", &counts);
    if let (Some(first), Some(directory)) = (counts.different.first(), std::env::var_os("TEST_KEEP")) {
        let (_, file) = inputs.iter().find(|(name, _)| first.starts_with(name)).unwrap();
        fs::write(Path::new(&directory).join("different.jpg"), file).unwrap();
    }
    assert!(counts.exact > 100 && counts.damaged > 100 && counts.different.is_empty());
}
