//! Owns the test that a plan's byte count is an upper bound: what decoding, converting and encoding really allocate is
//! counted by the allocator. One test only, because the count is of the whole process.
//! Does not own: budgets over many pictures, which are the engine's.
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use peak_alloc::PeakAlloc;
use pipeline_stages::{
    Color, Converter, Decoder, Effort, EncodeOptions, Encoder, Format, GrayMode, Image, Limits, Op, Plan,
    PlanOptions, Samples, probe,
};
use std::io::Write as _;
use std::path::PathBuf;

#[global_allocator]
static COUNTER: PeakAlloc = PeakAlloc;

/// Bytes at the peak of one picture's way, above what was there before, and what its plan says.
fn peak(bytes: &[u8], ops: &[Op], format: Option<Format>, effort: Effort) -> Option<(u64, u64)> {
    let limits = Limits::default();
    let header = probe(bytes, &limits).ok()?;
    let mut wanted = PlanOptions::new(ops.to_vec());
    wanted.format = format;
    let plan = Plan::new(&header, &wanted).ok()?;
    let before = COUNTER.current_usage();
    COUNTER.reset_peak_usage();
    let decoded = Decoder::new(limits).decode(bytes, &header, plan.decode_mode()).ok()?;
    let image = plan.convert(&mut Converter::new(), decoded.image).ok()?;
    let mut options = EncodeOptions::new(plan.format());
    options.effort = effort;
    Encoder::new().encode(&image, &options).ok()?;
    Some(((COUNTER.peak_usage() - before) as u64, plan.worst_case_bytes()))
}

/// Pictures that no encoder can make smaller, in every layout, as files of several formats.
fn noise() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for color in [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba] {
        for wide in [false, true] {
            let (width, height) = (900u32, 700u32);
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
            let image = Image::new(width, height, color, samples).unwrap();
            for format in [Format::Png, Format::Jpeg, Format::Tiff, Format::Pnm, Format::Farbfeld] {
                let encoded = Encoder::new().encode(&image, &EncodeOptions::new(format)).unwrap();
                files.push((format!("noise {color:?} wide {wide} as {format}"), encoded.bytes));
            }
        }
    }
    files
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

#[test]
fn a_plans_byte_count_is_an_upper_bound() {
    // Tables that are made once for the process are not part of any picture.
    let _ = peak(b"P6 1 1 255 abc", &[Op::Gray(GrayMode::Linear)], None, Effort::Fast);
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
    let mut closest = (0.0, String::new());
    for (name, bytes) in noise().into_iter().chain(photos()) {
        let few = [vec![], vec![Op::Gray(GrayMode::Luma)], vec![Op::Gray(GrayMode::Opencv)]];
        for ops in few.into_iter().chain(geometry.iter().filter(|_| name.starts_with("noise")).cloned()) {
            for (format, effort) in
                [(None, Effort::Fast), (Some(Format::Png), Effort::Fast), (Some(Format::Jpeg), Effort::Fast)]
            {
                let Ok(Some((used, planned))) =
                    std::panic::catch_unwind(|| peak(&bytes, &ops, format, effort))
                else {
                    continue;
                };
                let share = used as f64 / planned as f64;
                if share > closest.0 {
                    closest = (share, format!("{name}, {ops:?} to {format:?}: {used} of {planned} bytes"));
                }
                assert!(
                    used <= planned,
                    "{name}, {ops:?} to {format:?}: {used} bytes used, {planned} planned"
                );
            }
        }
    }
    println!("closest to its bound: {closest:?}");
}
