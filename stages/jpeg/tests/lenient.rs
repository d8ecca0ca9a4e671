//! Owns the comparison of what is left of damaged files with what libjpeg-turbo's `djpeg` shows of them, bit for bit. It needs pictures
//! (`TEST_CORPUS`), `djpeg` and `jpegtran`, and says so when they are not there.
//! Does not own: files that are whole (see `libjpeg.rs`).
//!
//! Of the many odd files every eighth is taken; with `TEST_EVERYTHING` set, all of them, and more damage is done to photographs.

#![allow(clippy::disallowed_methods, reason = "programs are fed while they are listened to")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_jpeg::{ColorModel, Decoder, Error, Header, Limits, Output};
use std::collections::BTreeMap;
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

/// Size and samples as `djpeg` shows them, gray pixels as color if that is asked for.
fn djpeg(file: &[u8], output: Output) -> Option<((u32, u32), Vec<u8>)> {
    let plain = ["-dct", "int", "-pnm"];
    let gray = ["-dct", "int", "-pnm", "-grayscale"];
    let pnm = ask("djpeg", if output == Output::Gray { &gray } else { &plain }, file)?;
    let mut fields = pnm.splitn(4, |byte| byte.is_ascii_whitespace());
    let magic = fields.next();
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse().ok();
    let size = (number()?, number()?);
    let samples = fields.next()?.strip_prefix(b"255\n")?;
    if magic == Some(b"P5") && output == Output::Rgb {
        return Some((size, samples.iter().flat_map(|&gray| [gray; 3]).collect()));
    }
    Some((size, samples.to_vec()))
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
    /// Pictures that `djpeg` gives and we refuse by name: kinds that are not decoded, or limits.
    refused: BTreeMap<String, usize>,
    /// Neither gives any.
    neither: usize,
    /// `djpeg` gives none, and we do.
    only_we: Vec<String>,
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
            if (header.width, header.height) == size && samples == theirs {
                counts.exact += 1;
            } else {
                let at = samples.iter().zip(&theirs).position(|(a, b)| a != b);
                counts.different.push(format!("{name} to {output} at {at:?}, {found:?}"));
            }
        }
        (
            Err(error @ (Error::Unsupported(_) | Error::TooLarge { .. } | Error::TooManyScans { .. })),
            Some(_),
        ) => *counts.refused.entry(error.to_string()).or_default() += 1,
        (Err(error), Some(_)) => counts.different.push(format!("{name} to {output}: {error}")),
        (Err(_), None) => counts.neither += 1,
        (Ok(found), None) => counts.only_we.push(format!("{name} to {output}: {found:?}")),
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
    assert!(counts.exact > 100 && counts.damaged > 50);
    assert!(counts.different.is_empty() && counts.only_we.is_empty());
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
    if let (Some(first), Some(directory)) =
        (counts.different.first().or(counts.only_we.first()), std::env::var_os("TEST_KEEP"))
    {
        let (_, file) = inputs.iter().find(|(name, _)| first.starts_with(&format!("{name} to "))).unwrap();
        fs::write(Path::new(&directory).join("different.jpg"), file).unwrap();
    }
    assert!(counts.exact > 100 && counts.damaged > 100);
    assert!(counts.different.is_empty() && counts.only_we.is_empty());
}

/// A picture of noise on slopes as PPM.
fn ppm(width: usize, height: usize) -> Vec<u8> {
    let mut ppm = format!("P6 {width} {height} 255\n").into_bytes();
    let noise = |at: usize| (at.wrapping_mul(at).wrapping_mul(2_654_435_761) >> 13) % 60;
    ppm.extend(
        (0..width * height * 3)
            .map(|at| ((at % 3 * 50 + at / 3 % width * 4 + at / 40 + noise(at)) % 256) as u8),
    );
    ppm
}

/// Whole files whose scans leave something out: nothing is wrong with them, so they are decoded strictly as well.
#[test]
fn unfinished_progressions_are_smoothed_as_by_djpeg() {
    if corpus("unfinished_progressions_are_smoothed_as_by_djpeg").is_none() {
        return;
    }
    let directory = std::env::temp_dir().join(format!("pipeline-jpeg-unfinished-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let at = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    let scripts = [
        "0,1,2: 0-0, 0, 0;",
        "0,1,2: 0-0, 0, 1; 0: 1-63, 0, 2; 1: 1-5, 0, 1;",
        "0: 0-0, 0, 2; 1,2: 0-0, 0, 0; 2: 1-63, 0, 0; 0: 0-0, 2, 1; 1: 6-63, 0, 1;",
        "0,1,2: 0-0, 0, 0; 0: 2-20, 0, 3; 0: 2-20, 3, 2;",
    ];
    let samplings = ["1x1", "2x1", "1x2", "2x2", "1x4", "4x2", "1x1,2x2,1x1"];
    let sizes = [(1, 1), (9, 30), (16, 16), (17, 33), (30, 90), (33, 49), (60, 20), (101, 65)];
    let mut inputs = Vec::new();
    for (width, height) in sizes {
        fs::write(at("in.ppm"), ppm(width, height)).unwrap();
        for sampling in samplings {
            for script in scripts {
                fs::write(at("scans"), script).unwrap();
                let mut cjpeg = Command::new("cjpeg");
                cjpeg.args(["-quality", "70", "-sample", sampling, "-scans", &at("scans")]);
                let made = cjpeg.arg(at("in.ppm")).output().unwrap();
                assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
                let name = format!("{width}x{height} {sampling} {script}");
                inputs.push((format!("{name} cut"), made.stdout[..made.stdout.len() - 40].to_vec()));
                inputs.push((name, made.stdout));
            }
        }
    }
    fs::remove_dir_all(&directory).unwrap();
    let counts = compare(&inputs, |input| input.clone());
    show("unfinished", &counts);
    // Some have lost a scan header that libjpeg cannot do without.
    assert_eq!(counts.exact + counts.neither, 2 * inputs.len());
    assert!(counts.exact > inputs.len() && counts.damaged > 100);
    for (_, file) in inputs.iter().skip(1).step_by(2) {
        let (mut strict, mut lenient) = (Vec::new(), Vec::new());
        let mut decoder = Decoder::new(Limits::default());
        let info = decoder.decode(file, Output::Rgb, &mut strict).unwrap();
        decoder.salvage(file, Output::Rgb, &mut lenient).unwrap();
        assert!(info.incomplete && strict == lenient);
    }
}
