//! Owns what is done to every picture of a job: the config's choices in the words of the stages.

use crate::config::{self, Config};
use pipeline_stages::{
    Effort, EncodeOptions, Format, GrayMode, KeepMetadata, Limits, Op, OpError, PlanOptions, Quality,
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
        let format = match config.encode.format {
            config::FormatChoice::Same => None,
            config::FormatChoice::Png => Some(Format::Png),
            config::FormatChoice::Jpeg => Some(Format::Jpeg),
            config::FormatChoice::Webp => Some(Format::WebP),
            config::FormatChoice::Tiff => Some(Format::Tiff),
            config::FormatChoice::Bmp => Some(Format::Bmp),
            config::FormatChoice::Pnm => Some(Format::Pnm),
            config::FormatChoice::Qoi => Some(Format::Qoi),
        };
        let mut encode = EncodeOptions::new(Format::Png);
        encode.quality = match config.encode.quality {
            config::Quality::Keep => Quality::Keep,
            config::Quality::Fixed(percent) => Quality::Percent(percent.get()),
        };
        encode.effort = effort(config.encode.effort);
        encode.background = config.encode.background.rgb;
        encode.metadata = metadata(config.encode.metadata);
        let limits = Limits {
            max_pixels: config.limits.max_pixels.0,
            max_file_bytes: config.limits.max_file.0,
            ..Limits::default()
        };
        let mut plan = PlanOptions::new(config.convert.ops.iter().map(op).collect::<Result<_, _>>()?);
        plan.format = format;
        plan.auto_orient = config.convert.auto_orient;
        plan.limits = limits;
        Ok(Self { plan, encode, lenient: config.lenient, keep_mtime: config.write.keep_mtime })
    }
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
}
