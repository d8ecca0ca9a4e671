//! Owns the test that a plan's byte count is an upper bound: what decoding, converting and encoding really allocate is
//! counted by the allocator. One test only, because the count is of the whole process.
//! Does not own: budgets over many pictures, which are the engine's.
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use peak_alloc::PeakAlloc;
use pipeline_stages::{
    Color, Converter, DecodePath, Decoder, Effort, EncodeOptions, Encoder, Format, GrayMode, Image, Limits,
    Op, Plan, PlanOptions, Quality, Samples, Subsampling, probe,
};
use std::io::Write as _;
use std::path::PathBuf;

#[global_allocator]
static COUNTER: PeakAlloc = PeakAlloc;

/// Bytes at the peak of one picture's way, above what was there before, and what its plan says. `encode` sets options
/// other than the defaults.
fn peak(
    bytes: &[u8],
    ops: &[Op],
    format: Option<Format>,
    encode: fn(&mut EncodeOptions),
) -> Option<(u64, u64)> {
    let limits = Limits::default();
    let header = probe(bytes, &limits).ok()?;
    let mut wanted = PlanOptions::new(ops.to_vec());
    wanted.format = format;
    let plan = Plan::new(&header, &wanted).ok()?;
    let mut options = EncodeOptions::new(plan.format());
    encode(&mut options);
    let plan = plan.encoded_with(&options);
    let before = COUNTER.current_usage();
    COUNTER.reset_peak_usage();
    let decoded = Decoder::new(limits).decode(bytes, &header, plan.decode_mode()).ok()?;
    let image = plan.convert(&mut Converter::new(), decoded.image).ok()?;
    Encoder::new().encode(&image, &options).ok()?;
    let mut used = COUNTER.peak_usage() - before;
    drop(image);
    if plan.path() == DecodePath::Lossless {
        let before = COUNTER.current_usage();
        COUNTER.reset_peak_usage();
        Decoder::new(Limits::default()).gray_jpeg(bytes, &header, &options).ok()?;
        used = used.max(COUNTER.peak_usage() - before);
    }
    Some((used as u64, plan.worst_case_bytes()))
}

/// Pictures that no encoder can make smaller, in every layout.
fn noise(width: u32, height: u32) -> Vec<Image> {
    let mut images = Vec::new();
    for color in [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba] {
        for wide in [false, true] {
            let count = width * height * color.channels() as u32;
            let mut state = 1u64;
            let mut noise = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 40) as u16
            };
            let samples = if wide {
                Samples::U16((0..count).map(|_| noise()).collect())
            } else {
                Samples::U8((0..count).map(|_| noise() as u8).collect())
            };
            images.push(Image::new(width, height, color, samples).unwrap());
        }
    }
    images
}

fn described(image: &Image) -> String {
    format!("noise {:?} of {} bits", image.color(), image.samples().bits())
}

/// Noise as files of several formats.
fn noisy_files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for image in noise(900, 700) {
        for format in [Format::Png, Format::Jpeg, Format::Tiff, Format::Pnm, Format::Farbfeld] {
            let encoded = Encoder::new().encode(&image, &EncodeOptions::new(format)).unwrap();
            files.push((format!("{} as {format}", described(&image)), encoded.bytes));
        }
    }
    files
}

type Setting = (Format, &'static str, fn(&mut EncodeOptions));

/// Every format, and what takes more than its defaults.
fn settings() -> Vec<Setting> {
    let formats = Format::ALL.into_iter().filter(|format| format.output_for() == *format);
    let mut settings: Vec<Setting> = formats.map(|format| (format, "", (|_| {}) as fn(&mut _))).collect();
    settings.extend([
        (Format::Png, "balanced", (|options| options.effort = Effort::Balanced) as fn(&mut EncodeOptions)),
        (Format::Png, "best", |options| options.effort = Effort::Best),
        (Format::Tiff, "best", |options| options.effort = Effort::Best),
        (Format::Jpeg, "of quality 100", |options| options.quality = Quality::Percent(100)),
        (Format::Jpeg, "with its own code", |options| options.effort = Effort::Best),
        (Format::Jpeg, "progressive", |options| {
            options.quality = Quality::Percent(100);
            options.progressive = true;
        }),
        (Format::Jpeg, "progressive 4:2:0", |options| {
            options.quality = Quality::Percent(100);
            (options.progressive, options.subsampling) = (true, Subsampling::Both);
        }),
    ]);
    settings
}

fn photos() -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = std::env::var_os("TEST_CORPUS").map(PathBuf::from) else {
        let _ = writeln!(
            std::io::stderr(),
            "\nSKIPPED: set TEST_CORPUS to the directory of test pictures to measure photographs too\n"
        );
        return Vec::new();
    };
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(corpus);
    let directories =
        ["large", "kodak", "orientation", "pngsuite", "hostile/Pillow", "hostile/wuffs", "hostile/image"];
    directories
        .iter()
        .flat_map(|directory| std::fs::read_dir(corpus.join(directory)).unwrap())
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .filter(|(_, bytes)| bytes.len() < 1 << 20)
        .collect()
}

/// What was measured, the closest to its bound, and what went beyond it.
#[derive(Default)]
struct Measured {
    closest: (f64, String),
    beyond: Vec<String>,
}

impl Measured {
    fn add(&mut self, name: String, used: u64, planned: u64) {
        let share = used as f64 / planned as f64;
        let line = format!("{name}: {used} of {planned} bytes");
        if used > planned {
            self.beyond.push(line.clone());
        }
        if share > self.closest.0 {
            self.closest = (share, line);
        }
    }
}

#[test]
fn a_plans_byte_count_is_an_upper_bound() {
    // Tables that are made once for the process are not part of any picture.
    let _ = peak(b"P6 1 1 255 abc", &[Op::Gray(GrayMode::Linear)], None, |_| {});
    let geometry = [
        "resize 1300x1100",
        "resize 1200x100 filter=catmull",
        "resize 40x900 light=linear",
        "resize 1x1 filter=box",
        "resize 300x600 fit=cover light=linear",
        "resize 1000x1000 filter=nearest",
        "letterbox 800x1200 color=transparent",
        "pad 2:1 color=#f00",
        "crop 1:1",
        "rotate 90",
    ]
    .map(|op| vec![op.parse::<Op>().unwrap()]);
    let mut measured = Measured::default();
    for (name, bytes) in noisy_files().into_iter().chain(photos()) {
        let few = [vec![], vec![Op::Gray(GrayMode::Luma)], vec![Op::Gray(GrayMode::Opencv)]];
        for ops in few.into_iter().chain(geometry.iter().filter(|_| name.starts_with("noise")).cloned()) {
            for format in [None, Some(Format::Png), Some(Format::Jpeg)] {
                let Ok(Some((used, planned))) =
                    std::panic::catch_unwind(|| peak(&bytes, &ops, format, |_| {}))
                else {
                    continue;
                };
                measured.add(format!("{name}, {ops:?} to {format:?}"), used, planned);
            }
        }
    }
    // Smaller than a strip of a TIFF or a block of Zopfli, and larger than most.
    for image in noise(190, 130).into_iter().chain(noise(640, 420)) {
        let file = Encoder::new().encode(&image, &EncodeOptions::new(Format::Pnm)).unwrap().bytes;
        for (format, how, set) in settings() {
            // Seconds each, and nothing but their length differs.
            if (format, how) == (Format::Png, "best") && image.width() > 200 && image.color() != Color::Gray {
                continue;
            }
            let Some((used, planned)) = peak(&file, &[], Some(format), set) else {
                assert_eq!(format, Format::Avif, "{format}");
                continue;
            };
            let name = format!("{} to {format} {how}", described(&image));
            println!("{name}: {used} of {planned} bytes, {:.2}", used as f64 / planned as f64);
            measured.add(name, used, planned);
        }
    }
    println!("closest to its bound: {:?}", measured.closest);
    assert!(measured.beyond.is_empty(), "{:#?}", measured.beyond);
}
