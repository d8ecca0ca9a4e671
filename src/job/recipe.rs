//! Owns what is done to every picture of a job: the config's choices in the words of the stages.

use crate::config::{self, Config};
use pipeline_stages::{
    Bits, Effort, EncodeOptions, Format, GrayMode, KeepMetadata, Limits, Op, OpError, PlanOptions, Quality,
    Subsampling,
};

/// What is done to every picture.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    pub(super) plan: PlanOptions,
    pub(super) encode: EncodeOptions,
    pub(super) lenient: bool,
    /// Whether outputs say when their inputs were modified.
    pub(super) keep_mtime: bool,
}

impl Recipe {
    /// # Errors
    /// An op that cannot be understood, with its text.
    pub(super) fn new(config: &Config) -> Result<Self, (String, OpError)> {
        let gray = gray_mode(config.convert.gray);
        let op = |text: &String| Op::parse_with(text, gray).map_err(|error| (text.clone(), error));
        let encode = encode_options(&config.encode);
        let mut plan = PlanOptions::new(config.convert.ops.iter().map(op).collect::<Result<_, _>>()?);
        plan.format = format(config.encode.format);
        plan.auto_orient = config.convert.auto_orient;
        plan.limits = limits(&config.limits);
        Ok(Self { plan, encode, lenient: config.lenient, keep_mtime: config.write.keep_mtime })
    }
}

fn limits(asked: &config::Limits) -> Limits {
    let allowed = |format: &Format| asked.allow.contains(format.extensions());
    Limits {
        formats: Format::ALL.into_iter().filter(allowed).collect(),
        max_pixels: asked.max_pixels.0,
        max_width: asked.max_width.0,
        max_height: asked.max_height.0,
        max_file_bytes: asked.max_file.0,
        max_decoded_bytes: asked.max_decoded.0,
        max_metadata_bytes: usize::try_from(asked.max_metadata.0).unwrap_or(usize::MAX),
        max_scans: asked.max_scans.0 as usize,
        max_frames: u64::from(asked.max_frames.0),
        max_work: asked.max_work.0,
    }
}

fn format(format: config::FormatChoice) -> Option<Format> {
    Some(match format {
        config::FormatChoice::Same => return None,
        config::FormatChoice::Png => Format::Png,
        config::FormatChoice::Jpeg => Format::Jpeg,
        config::FormatChoice::Webp => Format::WebP,
        config::FormatChoice::Tiff => Format::Tiff,
        config::FormatChoice::Bmp => Format::Bmp,
        config::FormatChoice::Pnm => Format::Pnm,
        config::FormatChoice::Qoi => Format::Qoi,
        config::FormatChoice::Tga => Format::Tga,
        config::FormatChoice::Farbfeld => Format::Farbfeld,
        config::FormatChoice::Avif => Format::Avif,
    })
}

/// Its format is set for each picture, by the plan.
fn encode_options(asked: &config::Encode) -> EncodeOptions {
    let mut options = EncodeOptions::new(Format::Png);
    options.quality = match asked.quality {
        config::Quality::Keep => Quality::Keep,
        config::Quality::Fixed(percent) => Quality::Percent(percent.get()),
    };
    options.subsampling = match asked.subsampling {
        config::Subsampling::Auto => Subsampling::Auto,
        config::Subsampling::None => Subsampling::None,
        config::Subsampling::Horizontal => Subsampling::Horizontal,
        config::Subsampling::Both => Subsampling::Both,
    };
    options.progressive = asked.progressive;
    options.bits = match asked.bits {
        config::Bits::Auto => Bits::Auto,
        config::Bits::One => Bits::One,
    };
    options.effort = effort(asked.effort);
    options.background = asked.background.rgb;
    options.metadata = metadata(asked.metadata);
    options
}

fn gray_mode(gray: config::Gray) -> GrayMode {
    match gray {
        config::Gray::Opencv => GrayMode::Opencv,
        config::Gray::Pillow => GrayMode::Pillow,
        config::Gray::Rec709 => GrayMode::Rec709,
        config::Gray::Linear => GrayMode::Linear,
        config::Gray::Luma => GrayMode::Luma,
    }
}

fn metadata(metadata: config::Metadata) -> KeepMetadata {
    let blocks = [
        (metadata.exif, KeepMetadata::EXIF),
        (metadata.icc, KeepMetadata::ICC),
        (metadata.xmp, KeepMetadata::XMP),
        (metadata.orientation, KeepMetadata::ORIENTATION),
    ];
    let kept = blocks.into_iter().filter(|(keep, _)| *keep);
    kept.fold(KeepMetadata::NONE, |all, (_, block)| all | block)
}

fn effort(effort: config::Effort) -> Effort {
    match effort {
        config::Effort::Fastest => Effort::Fastest,
        config::Effort::Fast => Effort::Fast,
        config::Effort::Balanced => Effort::Balanced,
        config::Effort::Best => Effort::Best,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gray_without_a_mode_takes_the_one_that_was_asked_for() {
        let mut config = Config::default();
        config.convert.gray = config::Gray::Pillow;
        config.convert.ops = ["gray", "gray mode=linear", "gray mode=luma"].map(Into::into).to_vec();
        let recipe = Recipe::new(&config).unwrap();
        assert_eq!(recipe.plan.ops, [GrayMode::Pillow, GrayMode::Linear, GrayMode::Luma].map(Op::Gray));
    }

    #[test]
    fn every_format_can_be_allowed_by_its_name_and_alone() {
        for format in Format::ALL {
            for name in format.extensions().iter().chain([&"all"]) {
                let mut config = Config::default();
                config.limits.allow = name.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
                let formats = Recipe::new(&config).unwrap().plan.limits.formats;
                assert!(formats.contains(format), "{name}");
                assert_eq!(
                    Format::ALL.into_iter().filter(|other| formats.contains(*other)).count() == 1,
                    *name != "all"
                );
            }
        }
    }

    #[test]
    fn by_default_limits_are_those_of_the_stages_but_for_rounded_pixels() {
        let defaults = Limits { max_pixels: 268_000_000, ..Limits::default() };
        assert_eq!(limits(&Config::default().limits), defaults);
    }
}
