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
        let limits = Limits {
            max_pixels: config.limits.max_pixels.0,
            max_file_bytes: config.limits.max_file.0,
            ..Limits::default()
        };
        let mut plan = PlanOptions::new(config.convert.ops.iter().map(op).collect::<Result<_, _>>()?);
        plan.format = format(config.encode.format);
        plan.auto_orient = config.convert.auto_orient;
        plan.limits = limits;
        Ok(Self { plan, encode, lenient: config.lenient, keep_mtime: config.write.keep_mtime })
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
}
