//! Owns a picture made small, for pages that show a few of them. Does not own: which ones.

use super::isolate::{Bench, Isolation};
use crate::engine::StepError;
use pipeline_stages::read::read_file;
use pipeline_stages::remote::Settings;
use pipeline_stages::{
    Converter, EncodeOptions, Encoder, Format, KeepMetadata, Limits, Op, Plan, PlanOptions, Quality,
};
use std::path::Path;
use std::sync::Arc;

/// Larger pictures are not worth the time of a preview.
const MOST_PIXELS: u64 = 64_000_000;

/// A picture as a small JPEG without metadata, upright, no side longer than `side` pixels; what is transparent is white. With
/// `isolate` it is decoded in another process, for which see [`isolated_decoder`](super::isolated_decoder).
///
/// # Errors
/// What keeps the file from being read as a picture, or that it is larger than 64 million pixels; or what becomes of the other
/// process.
///
/// ```no_run
/// let jpeg = pipeline_images::job::preview("photos/a.png".as_ref(), 320, false)?;
/// # Ok::<(), pipeline_images::StepError>(())
/// ```
pub fn preview(path: &Path, side: u32, isolate: bool) -> Result<Vec<u8>, StepError> {
    let limits = Limits { max_pixels: MOST_PIXELS, ..Limits::default() };
    let bytes = read_file(path, limits.max_file_bytes)?;
    let isolation = Isolation::of(Settings { limits: limits.clone(), lenient: true }, isolate);
    let mut bench = Bench::new(&Arc::new(isolation));
    let header = bench.probe(isolate, &bytes)?;
    let ops = [
        "color srgb".to_owned(),
        format!("resize {side}x{side} fit=inside only=shrink"),
        "depth 8".to_owned(),
    ];
    let ops: Vec<Op> = ops.iter().filter_map(|op| op.parse().ok()).collect();
    let mut wanted = PlanOptions::new(ops).format(Format::Jpeg);
    wanted.limits = limits;
    let plan = Plan::new(&header, &wanted)?;
    let image = bench.decode(isolate, &bytes, &header, &plan)?.image;
    let image = plan.convert(&mut Converter::new(), image)?;
    let mut options = EncodeOptions::new(Format::Jpeg);
    options.quality = Quality::Percent(80);
    options.metadata = KeepMetadata::NONE;
    Ok(Encoder::new().encode(&image, &options)?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline_stages::{Color, Image, Samples, probe};

    #[test]
    fn a_preview_is_small_and_upright_and_every_op_of_it_is_known() {
        for op in ["color srgb", "resize 9x9 fit=inside only=shrink", "depth 8"] {
            assert!(op.parse::<Op>().is_ok(), "{op}");
        }
        let image = Image::new(300, 200, Color::Rgba, Samples::U16(vec![9999; 300 * 200 * 4])).unwrap();
        let png = Encoder::new().encode(&image, &EncodeOptions::new(Format::Png)).unwrap().bytes;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        std::fs::write(&path, png).unwrap();
        let header = probe(&preview(&path, 96, false).unwrap(), &Limits::default()).unwrap();
        assert_eq!((header.format, header.width, header.height), (Format::Jpeg, 96, 64));
        assert!(preview(&dir.path().join("none.png"), 96, false).is_err());
    }
}
