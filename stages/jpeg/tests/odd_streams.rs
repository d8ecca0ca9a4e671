//! Owns the test that files which are odd and regular come out as the book has it: any sampling, codes, restarts, scans and
//! sizes. They are written by `odd/`; what must come out is computed there as well, and asked of `djpeg` where it is installed.
//! Does not own: files of other programs (see `libjpeg.rs`), damaged ones (see `damaged.rs`).

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod odd;

use odd::{Case, Coding, Random, Reference, cases};
use pipeline_jpeg::{Carried, Decoder, Error, GrayJpeg, Header, Limits, Output, Scale, Unsupported};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// More scans than there are.
const LIMITS: Limits = Limits { max_pixels: 1 << 28, max_scans: 1000 };

/// What the crate makes of a file.
fn decode(file: &[u8], output: Output) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Decoder::new(LIMITS).decode(file, output, &mut out).map(|_| out)
}

/// What the book makes of it.
fn expected(reference: &Reference, output: Output) -> Result<Vec<u8>, Error> {
    reference.pixels(output).map_err(Error::Unsupported)
}

fn header_agrees(case: &Case, file: &[u8], reference: &Reference) -> Result<(), TestCaseError> {
    let header = Header::parse(file);
    let Ok(color) = reference.color() else {
        prop_assert_eq!(header.err(), reference.color().err().map(Error::Unsupported));
        return Ok(());
    };
    let header = header.unwrap();
    prop_assert_eq!(((header.width, header.height), header.color), (reference.size(), color));
    prop_assert_eq!(usize::from(header.components), case.sampling.len());
    prop_assert_eq!(header.progressive, case.coding == Coding::Progressive);
    if case.sampling.len() > 1 {
        prop_assert_eq!(&header.sampling[..case.sampling.len()], &case.sampling);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn odd_files_come_out_as_the_book_has_it(case in cases()) {
        let (file, reference) = odd::write(&case);
        header_agrees(&case, &file, &reference)?;
        for output in [Output::Gray, Output::Rgb, Output::Cmyk] {
            let (got, want) = (decode(&file, output), expected(&reference, output));
            prop_assert!(got == want, "{} instead of {}", described(&got, &want), described(&want, &got));
        }
    }

    /// Also by way of a gray JPEG, which has the same luma or is refused.
    #[test]
    fn gray_jpegs_of_odd_files_come_out_the_same(case in cases(), optimize: bool) {
        let (file, reference) = odd::write(&case);
        let mut gray_file = Vec::new();
        let options = GrayJpeg { optimize, carried: Carried::Nothing };
        match Decoder::new(LIMITS).to_gray_jpeg(&file, options, &mut gray_file) {
            Ok(info) => {
                prop_assert_eq!((info.header.width, info.header.height), reference.size());
                let (got, want) = (decode(&gray_file, Output::Gray), expected(&reference, Output::Gray));
                prop_assert!(got == want, "{} instead of {}", described(&got, &want), described(&want, &got));
            }
            Err(Error::Unsupported(Unsupported::SmallLuma)) => prop_assert!(case.sampling.len() > 1),
            Err(error) => prop_assert_eq!(Some(error), expected(&reference, Output::Gray).err()),
        }
    }

    #[test]
    fn an_odd_file_that_was_cut_is_refused(case in cases(), place in any::<u64>()) {
        let (file, reference) = odd::write(&case);
        let cut = Random::new(place).below(file.len());
        for output in [Output::Gray, reference.whole()] {
            prop_assert!(decode(&file[..cut], output).is_err(), "cut at {} of {}", cut, file.len());
        }
    }
}

/// Pixels by what is different about them.
fn described(of: &Result<Vec<u8>, Error>, other: &Result<Vec<u8>, Error>) -> String {
    match (of, other) {
        (Ok(of), Ok(other)) => {
            let differs = of.iter().zip(other).position(|(a, b)| a != b);
            let at = differs.unwrap_or(of.len().min(other.len()));
            format!("{} bytes, {:?} at {at}", of.len(), of.get(at))
        }
        (Ok(of), Err(_)) => format!("{} bytes", of.len()),
        (Err(error), _) => format!("{error:?}"),
    }
}

/// The other instructions are chosen once for a process, so this test is run by another one.
#[test]
fn odd_files_come_out_the_same_on_a_plain_processor() {
    let itself = std::env::current_exe().unwrap();
    let mut command = Command::new(itself);
    command.args(["--exact", "odd_files_come_out_as_the_book_has_it"]).env("PIPELINE_SIMD", "scalar");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// What `djpeg` makes of a file, or what it says if it fails or warns.
fn djpeg(file: &[u8], scale: (Scale, &str), output: Output) -> Result<Vec<u8>, String> {
    let gray = (output == Output::Gray).then_some("-grayscale");
    // By a file, since it writes before it has read everything.
    let path = std::env::temp_dir().join(format!("pipeline-jpeg-odd-{}.jpg", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let scaled = (scale.0 != Scale::Full).then_some(["-scale", scale.1]);
    let mut command = Command::new("djpeg");
    command.args(gray).args(scaled.iter().flatten()).args(["-dct", "int", "-pnm"]).arg(&path);
    let output = command.output().unwrap();
    std::fs::remove_file(&path).unwrap();
    if !output.status.success() || !output.stderr.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let header_ends = |fields: usize| {
        let ends = output.stdout.iter().enumerate().filter(|(_, byte)| byte.is_ascii_whitespace());
        ends.map(|(at, _)| at).nth(fields)
    };
    // Four fields: kind, width, height, largest value.
    Ok(output.stdout[header_ends(3).unwrap() + 1..].to_vec())
}

/// As `djpeg` writes CMYK to PPM, which has no such thing.
fn cmyk_to_rgb(samples: &[u8]) -> Vec<u8> {
    let product = |ink: u8, black: u8| (f64::from(ink) * f64::from(black) / 255.0 + 0.5) as u8;
    samples.as_chunks::<4>().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| product(ink, k))).collect()
}

/// Sizes, and what djpeg calls them.
const SCALES: [(Scale, &str); 4] =
    [(Scale::Full, "8/8"), (Scale::Half, "4/8"), (Scale::Quarter, "2/8"), (Scale::Eighth, "1/8")];

/// How many files are compared: `TEST_JPEG_SEEDS`, or a few.
fn seeds() -> usize {
    std::env::var("TEST_JPEG_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(150)
}

#[test]
fn odd_files_come_out_as_djpeg_has_them() {
    if Command::new("djpeg").arg("-version").stderr(Stdio::null()).output().is_err() {
        let _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED: install djpeg (libjpeg-turbo-progs) to run `odd_files_come_out_as_djpeg_has_them`\n"
        );
        return;
    }
    let (mut runner, mut decoder) = (TestRunner::deterministic(), Decoder::new(LIMITS));
    let (mut exact, mut refused, mut out) = (0, 0, Vec::new());
    for at in 0..seeds() {
        let mut case = cases().new_tree(&mut runner).unwrap().current();
        // libjpeg has neither such sizes nor heights that come late.
        case.size = (case.size.0.min(65500), case.size.1.min(65500));
        case.late_height = false;
        let (file, reference) = odd::write(&case);
        let full = [(Output::Gray, SCALES[0]), (reference.whole(), SCALES[0])];
        let smaller = [(Output::Gray, SCALES[1 + at % 3]), (reference.whole(), SCALES[1 + at % 3])];
        for (output, scale) in full.into_iter().chain(smaller) {
            match decoder.scaled(&file, scale.0, output, &mut out) {
                Ok(_) => {
                    let ours = if output == Output::Cmyk { cmyk_to_rgb(&out) } else { out.clone() };
                    let theirs = djpeg(&file, scale, output);
                    let told = theirs.as_ref().map(Vec::len);
                    assert!(theirs.as_ref() == Ok(&ours), "{told:?} to {output}, {}: {case:?}", scale.1);
                    exact += 1;
                }
                Err(Error::Unsupported(_)) => refused += 1,
                Err(error) => panic!("{error} in {case:?}"),
            }
        }
    }
    println!("djpeg: {exact} exact, {refused} refused by name");
    assert!(exact > refused && refused > 0);
}
