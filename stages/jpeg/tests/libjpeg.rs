//! Owns the comparison with libjpeg-turbo's `djpeg`, bit for bit. It needs pictures (`TEST_CORPUS`) and `djpeg`, and says so
//! when they are not there.
//! Does not own: tests of single rules, which stand beside the code.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use pipeline_jpeg::{ColorModel, Decoder, Error, Header, Limits, Output, Scale};
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

const SCALES: [(Scale, &str); 4] =
    [(Scale::Full, "1/1"), (Scale::Half, "1/2"), (Scale::Quarter, "1/4"), (Scale::Eighth, "1/8")];

/// Size and samples as `djpeg` gives them; `None` if it fails or warns.
fn djpeg(path: &Path, output: Output, scale: &str) -> Option<((u32, u32), Vec<u8>)> {
    let gray = (output == Output::Gray).then_some("-grayscale");
    let output = Command::new("djpeg")
        .args(gray)
        .args(["-dct", "int", "-pnm", "-scale", scale])
        .arg(path)
        .output()
        .unwrap();
    if !output.status.success() || !output.stderr.is_empty() {
        return None;
    }
    let mut fields = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(fields.next(), Some(if gray.is_some() { b"P5".as_slice() } else { b"P6" }));
    let mut number = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
    let size = (number(), number());
    // After the size come the largest value and the samples.
    let samples = fields.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec();
    Some((size, samples))
}

/// As `djpeg` writes CMYK to PPM, which has no such thing.
fn cmyk_to_rgb(samples: &[u8]) -> Vec<u8> {
    let product = |ink: u8, black: u8| (f64::from(ink) * f64::from(black) / 255.0 + 0.5) as u8;
    samples.as_chunks::<4>().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| product(ink, k))).collect()
}

/// What happened to files.
#[derive(Default, Debug)]
struct Counts {
    /// Decodings that gave the bytes of `djpeg`.
    exact: usize,
    /// Of those the ones that had color.
    color: usize,
    unsupported: usize,
    irregular: usize,
    /// Of the irregular ones those that `djpeg` takes without a warning.
    stricter: usize,
}

/// Decodes each file to all that is in it, in all sizes. Panics at one that differs.
fn compare(paths: &[PathBuf]) -> Counts {
    let mut decoder = Decoder::new(Limits::default());
    let mut counts = Counts::default();
    for path in paths {
        let file = fs::read(path).unwrap();
        let outputs = match Header::parse(&file).map(|header| header.color) {
            Ok(ColorModel::Ycbcr) => &[Output::Gray, Output::Rgb][..],
            Ok(ColorModel::Rgb) => &[Output::Rgb],
            Ok(ColorModel::Cmyk | ColorModel::Ycck) => &[Output::Cmyk],
            _ => &[Output::Gray],
        };
        for &output in outputs {
            for scale in SCALES {
                one(path, &file, output, scale, &mut decoder, &mut counts);
            }
        }
    }
    counts
}

fn one(
    path: &Path,
    file: &[u8],
    output: Output,
    (scale, factor): (Scale, &str),
    decoder: &mut Decoder,
    counts: &mut Counts,
) {
    let mut ours = Vec::new();
    match decoder.scaled(file, scale, output, &mut ours) {
        Ok(info) => {
            let Some((their_size, theirs)) = djpeg(path, output, factor) else { return };
            assert_eq!(info.size, their_size, "{}", path.display());
            let ours = if output == Output::Cmyk { cmyk_to_rgb(&ours) } else { ours };
            let differs = ours.iter().zip(&theirs).position(|(a, b)| a != b);
            let same = differs.is_none() && ours.len() == theirs.len();
            assert!(same, "{} to {output} {factor} differs at {differs:?}", path.display());
            counts.exact += 1;
            counts.color += usize::from(output != Output::Gray);
        }
        Err(Error::Unsupported(_)) => counts.unsupported += 1,
        Err(error) => {
            counts.irregular += 1;
            if djpeg(path, output, factor).is_some() {
                counts.stricter += 1;
                println!("stricter than djpeg: {} to {output}: {error}", path.display());
            }
        }
    }
}

#[test]
fn photos_are_exact() {
    let Some(corpus) = corpus("photos_are_exact") else { return };
    let photos = files(&corpus.join("photos"));
    let counts = compare(&photos);
    println!("photos: {counts:?}");
    assert!(counts.color > 0 && counts.irregular == 0);
}

#[test]
fn large_pictures_are_exact_or_refused_by_name() {
    let Some(corpus) = corpus("large_pictures_are_exact_or_refused_by_name") else { return };
    let counts = compare(&files(&corpus.join("large")));
    println!("large: {counts:?}");
    assert!(counts.color > 0 && counts.irregular == 0);
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
    for kind in ["baseline", "extended_huffman", "progressive_huffman"] {
        let counts = compare(&pictures(kind));
        println!("{kind}: {counts:?}");
        assert!(counts.color > 0 && counts.irregular == 0, "{kind}");
    }
}

#[test]
fn hostile_files_are_exact_or_refused() {
    let Some(corpus) = corpus("hostile_files_are_exact_or_refused") else { return };
    let mut hostile = files(&corpus.join("hostile"));
    hostile.retain(|path| fs::read(path).unwrap().starts_with(b"\xff\xd8"));
    let counts = compare(&hostile);
    println!("hostile: {counts:?}");
    assert!(counts.color > 0);
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

/// Odd but regular files: every kind of sampling and scans, and sides that are no whole blocks.
#[test]
fn files_of_cjpeg_are_exact() {
    if corpus("files_of_cjpeg_are_exact").is_none() {
        return;
    }
    let directory = std::env::temp_dir().join(format!("pipeline-jpeg-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let at = |name: &str| directory.join(name);
    fs::write(at("apart"), "0;1;2;").unwrap();
    fs::write(at("luma-last"), "1,2;0;").unwrap();
    let samplings = [
        "1x1,1x1,1x1",
        "2x1,1x1,1x1",
        "1x2,1x1,1x1",
        "2x2,1x1,1x1",
        "4x1,1x1,1x1",
        "1x4,1x1,1x1",
        "4x2,1x1,1x1",
        "3x1,1x1,1x1",
        "2x2,2x1,1x2",
        "1x1,2x2,1x1",
        "1x2,2x1,1x1",
        "2x1,1x2,2x2",
        "1x1,2x1,2x1",
        "3x2,1x2,1x1",
        "2x4,1x1,1x1",
    ];
    let apart = ["-scans", at("apart").to_str().unwrap()].map(str::to_owned);
    let luma_last = ["-scans", at("luma-last").to_str().unwrap()].map(str::to_owned);
    let restarts = ["-restart", "2B"].map(str::to_owned);
    let (mut decoder, mut counts) = (Decoder::new(Limits::default()), Counts::default());
    for (width, height) in [(1, 1), (3, 2), (5, 70), (17, 33), (101, 40)] {
        fs::write(at("in.ppm"), ppm(width, height)).unwrap();
        for sampling in samplings {
            for extra in [&[][..], &restarts, &apart, &luma_last] {
                let path = at("odd.jpg");
                let mut cjpeg = Command::new("cjpeg");
                cjpeg.args(["-quality", "80", "-sample", sampling]).args(extra);
                let made = cjpeg.arg("-outfile").arg(&path).arg(at("in.ppm")).output().unwrap();
                assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
                let file = fs::read(&path).unwrap();
                for output in [Output::Gray, Output::Rgb] {
                    for scale in SCALES {
                        one(&path, &file, output, scale, &mut decoder, &mut counts);
                    }
                }
            }
        }
    }
    fs::remove_dir_all(&directory).unwrap();
    println!("cjpeg: {counts:?}");
    assert_eq!((counts.exact, counts.unsupported, counts.irregular), (5 * 4 * 2 * 4 * samplings.len(), 0, 0));
}
