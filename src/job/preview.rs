//! Owns a picture made small, for pages that show a few of them. Does not own: which ones.

use pipeline_stages::read::read_file;
use pipeline_stages::{
    Converter, Decoder, EncodeOptions, Encoder, Error, Format, KeepMetadata, Limits, Op, Plan, PlanOptions,
    Quality, probe,
};
use std::path::Path;

/// Larger pictures are not worth the time of a preview.
const MOST_PIXELS: u64 = 64_000_000;

/// A picture as a small JPEG without metadata, upright, no side longer than `side` pixels; what is transparent is white.
///
/// # Errors
/// What keeps the file from being read as a picture, or that it is larger than 64 million pixels.
///
/// ```no_run
/// let jpeg = pipeline_images::job::preview("photos/a.png".as_ref(), 320)?;
/// # Ok::<(), pipeline_images::stages::Error>(())
/// ```
pub fn preview(path: &Path, side: u32) -> Result<Vec<u8>, Error> {
    let limits = Limits { max_pixels: MOST_PIXELS, ..Limits::default() };
    let bytes = read_file(path, limits.max_file_bytes)?;
    let header = probe(&bytes, &limits)?;
    let ops = [
        "color srgb".to_owned(),
        format!("resize {side}x{side} fit=inside only=shrink"),
        "depth 8".to_owned(),
    ];
    let ops: Vec<Op> = ops.iter().filter_map(|op| op.parse().ok()).collect();
    let mut wanted = PlanOptions::new(ops).format(Format::Jpeg);
    wanted.limits = limits.clone();
    let plan = Plan::new(&header, &wanted)?;
    let image = Decoder::new(limits).lenient(true).decode(&bytes, &header, plan.decode_mode())?.image;
    let image = plan.convert(&mut Converter::new(), image)?;
    let mut options = EncodeOptions::new(Format::Jpeg);
    options.quality = Quality::Percent(80);
    options.metadata = KeepMetadata::NONE;
    Ok(Encoder::new().encode(&image, &options)?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline_stages::{Color, Image, Samples};

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
        let header = probe(&preview(&path, 96).unwrap(), &Limits::default()).unwrap();
        assert_eq!((header.format, header.width, header.height), (Format::Jpeg, 96, 64));
        assert!(preview(&dir.path().join("none.png"), 96).is_err());
    }
}
