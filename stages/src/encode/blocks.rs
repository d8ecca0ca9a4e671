//! Owns which metadata goes into a file: what was asked to be kept, fits the picture and has a place in the format.
//! Does not own: where in the file it stands (each format's file), what the blocks say (see `metadata`).

use super::EncodeOptions;
use super::rules::Rules;
use crate::{Color, KeepMetadata, Metadata};

/// Blocks to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Blocks<'a> {
    pub(super) exif: Option<&'a [u8]>,
    pub(super) icc: Option<&'a [u8]>,
    pub(super) xmp: Option<&'a [u8]>,
}

impl<'a> Blocks<'a> {
    /// The blocks of a picture that is written in the layout `written`; one warning names all that have no place.
    ///
    /// A color profile is never attached to gray, where it says nothing: that is no loss, and not told.
    pub(super) fn of(
        (metadata, color): (&'a Metadata, Color),
        options: &EncodeOptions,
        rules: &Rules,
        written: Color,
        warnings: &mut Vec<String>,
    ) -> Blocks<'a> {
        warnings.extend(left_behind(metadata, color, options));
        let kept = options.metadata.of(metadata);
        let icc = kept.icc.filter(|icc| profile_fits(icc, color));
        let mut lost = Vec::new();
        let mut place = |block: Option<&'a [u8]>, has_place: bool, what: &'static str| {
            if block.is_some() && !has_place {
                lost.push(what);
            }
            block.filter(|_| has_place)
        };
        let blocks = Blocks {
            exif: place(kept.exif, rules.exif, "EXIF block"),
            // A gray picture may be stored as RGB, which a gray profile does not describe.
            icc: place(icc, rules.icc && written.is_gray() == color.is_gray(), "color profile"),
            xmp: place(kept.xmp, rules.xmp, "XMP packet"),
        };
        if let Some((last, before)) = lost.split_last() {
            let (names, have, were) = match before {
                [] => ((*last).to_owned(), "has", "was"),
                _ => (format!("{} and {last}", before.join(", ")), "have", "were"),
            };
            let format = rules.format.name();
            warnings.push(format!("its {names} {have} no place in a {format} file and {were} left out"));
        }
        blocks
    }
}

/// Leaving a profile behind changes how a picture looks, unless it is that of sRGB.
fn left_behind(metadata: &Metadata, color: Color, options: &EncodeOptions) -> Option<String> {
    let icc = metadata.icc.as_deref()?;
    let missed = !options.metadata.contains(KeepMetadata::ICC)
        && profile_fits(icc, color)
        && crate::color::changes_colors(icc);
    missed.then(|| {
        "its colors are not those of sRGB, and nothing says so without its profile; convert with `color srgb`".into()
    })
}

/// Whether a profile describes this kind of picture, by the color space in its header (ICC.1:2022, 7.2.6).
fn profile_fits(icc: &[u8], color: Color) -> bool {
    let wanted: &[u8] = if color.is_gray() { b"GRAY" } else { b"RGB " };
    icc.get(16..20) == Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::super::rules::rules;
    use super::*;
    use crate::{Format, Image, Metadata, Samples};

    fn profile(space: &[u8; 4]) -> Option<Vec<u8>> {
        let mut icc = vec![0; 128];
        icc[16..20].copy_from_slice(space);
        Some(icc)
    }

    fn told(format: Format, image: &Image, written: Color) -> (bool, Vec<String>) {
        let mut warnings = Vec::new();
        let options = EncodeOptions::new(format);
        let of = (&image.metadata, image.color());
        let blocks = Blocks::of(of, &options, &rules(format).unwrap(), written, &mut warnings);
        (blocks.icc.is_some(), warnings)
    }

    fn gray(metadata: Metadata) -> Image {
        Image::new(1, 1, Color::Gray, Samples::U8(vec![0])).unwrap().with_metadata(metadata)
    }

    #[test]
    fn a_profile_is_told_by_its_color_space() {
        assert!(profile_fits(&profile(b"RGB ").unwrap(), Color::Rgba));
        assert!(!profile_fits(&profile(b"RGB ").unwrap(), Color::GrayAlpha));
        assert!(!profile_fits(&[], Color::Gray));
    }

    #[test]
    fn a_gray_profile_stays_with_gray_and_is_told_to_be_lost_where_gray_becomes_rgb() {
        let image = gray(Metadata { icc: profile(b"GRAY"), ..Metadata::default() });
        assert_eq!(told(Format::Png, &image, Color::Gray), (true, vec![]));
        let message = "its color profile has no place in a WebP file and was left out";
        assert_eq!(told(Format::WebP, &image, Color::Rgb), (false, vec![message.to_owned()]));
        let colored = gray(Metadata { icc: profile(b"RGB "), ..Metadata::default() });
        assert_eq!(told(Format::WebP, &colored, Color::Rgb), (false, vec![]));
    }

    #[test]
    fn all_that_is_lost_is_in_one_warning() {
        let metadata = Metadata {
            exif: Some(vec![1]),
            icc: profile(b"GRAY"),
            xmp: Some(vec![1]),
            ..Metadata::default()
        };
        let (_, warnings) = told(Format::Bmp, &gray(metadata), Color::Gray);
        assert_eq!(
            warnings,
            ["its EXIF block, color profile and XMP packet have no place in a BMP file and were left out"]
        );
    }
}
