//! Owns what must be true of a picture that was decoded, and of the whole way from one file to another.

use super::texts;
use pipeline_images::stages::{
    Converter, DecodeMode, DecodePath, Decoder, EncodeOptions, Encoder, Format, Image, Limits, Plan,
    PlanOptions, Result, Shape, probe,
};

/// Small enough that a file which is decoded to the limit takes a fraction of a second.
fn limits() -> Limits {
    Limits { max_pixels: 1 << 20, ..Limits::default() }
}

/// Decodes a file of this format, strictly and as far as it goes.
pub(super) fn one(file: &[u8], format: Format) -> bool {
    // What has become another format is another target's.
    if !Format::sniff(file).is_ok_and(|found| found == format) {
        return false;
    }
    let Ok(header) = probe(file, &limits()) else { return false };
    let stored = |image: &Image| (image.width(), image.height());
    let mut strict = Decoder::new(limits());
    let full = strict.decode(file, &header, DecodeMode::Full);
    if let Ok(full) = &full {
        assert_eq!(stored(&full.image), (header.width, header.height), "the size of the header");
        assert_eq!(full.image.color(), header.color, "the color of the header");
        assert_eq!(full.image.samples().bits(), header.bit_depth, "the depth of the header");
        assert!(!full.degraded, "strictly there is all or nothing");
        let again = strict.decode(file, &header, DecodeMode::Full);
        assert!(again.is_ok_and(|again| again.image == full.image), "the same twice");
    }
    let lenient = Decoder::new(limits()).lenient(true).decode(file, &header, DecodeMode::Luma);
    if let Ok(lenient) = &lenient {
        assert_eq!(stored(&lenient.image), (header.width, header.height), "the size of the header");
    }
    assert!(full.is_err() || lenient.is_ok(), "what is whole is whole for those who ask for less");
    full.is_ok()
}

/// What decoding may take by its own account: that of the plan for two pictures, which are there when they are compared, the
/// file, and what reading any header may take.
pub(super) fn most(file: &[u8]) -> usize {
    let plan = probe(file, &limits()).and_then(|header| Plan::new(&header, &PlanOptions::new(Vec::new())));
    let worst = plan.map_or(0, |plan| usize::try_from(plan.worst_case_bytes()).unwrap_or(usize::MAX));
    worst.saturating_mul(3).saturating_add(3 * file.len() + (24 << 20))
}

/// From file to file: the first byte chooses what is done, the second what is written.
pub(super) fn whole(input: &[u8]) -> bool {
    let [what, into, file @ ..] = input else { return false };
    let Some((mut options, encode)) = choice(usize::from(*what), usize::from(*into)) else { return false };
    options.limits = limits();
    converted(file, &options, encode).is_ok()
}

fn choice(what: usize, into: usize) -> Option<(PlanOptions, EncodeOptions)> {
    let ops = texts::op_examples();
    let first = ops.get(what % ops.len())?.parse().ok()?;
    let second = ops.get((what / 3 + into) % ops.len())?.parse().ok()?;
    let format = Format::ALL[into % Format::ALL.len()].output_for();
    // AVIF takes a hundred times the time of all others, where it can be written at all.
    let format = if format == Format::Avif { Format::Png } else { format };
    Some((PlanOptions::new(vec![first, second]).format(format), EncodeOptions::new(format)))
}

fn converted(file: &[u8], options: &PlanOptions, encode: EncodeOptions) -> Result<()> {
    let header = probe(file, &options.limits)?;
    let plan = Plan::new(&header, options)?.encoded_with(&encode);
    if plan.worst_case_bytes() > 256 << 20 {
        return Ok(());
    }
    let mut decoder = Decoder::new(options.limits.clone());
    if plan.path() == DecodePath::Lossless
        && let Ok(gray) = decoder.gray_jpeg(file, &header, &encode)
    {
        check(
            &gray.bytes,
            Shape { width: header.width, height: header.height, color: header.color, bits: 8 },
        );
    }
    let image = decoder.decode(file, &header, plan.decode_mode())?.image;
    let image = plan.convert(&mut Converter::new(), image)?;
    let written = Encoder::new().encode(&image, &encode)?.bytes;
    check(&written, image.shape());
    Ok(())
}

/// What was written can be read, and has the size that it was written with.
#[allow(clippy::expect_used, reason = "a panic is a finding")]
fn check(written: &[u8], shape: Shape) {
    let unlimited =
        Limits { max_pixels: u64::MAX, max_width: u32::MAX, max_height: u32::MAX, ..Limits::default() };
    let header = probe(written, &unlimited).expect("a header of what was written");
    assert_eq!((header.width, header.height), (shape.width, shape.height), "the size that was written");
    let read = Decoder::new(unlimited).decode(written, &header, DecodeMode::Full);
    assert_eq!(read.expect("what was written is whole").image.width(), shape.width);
}
