//! Owns writing the formats that the `image` crate writes: BMP, farbfeld, PNM, QOI, TGA, TIFF, WebP (without loss).
//! Does not own: JPEG and PNG, which have files of their own.

use super::{EncodeOptions, Encoded, layout};
use crate::decode::image_format;
use crate::{Color, Error, Format, Image, Result, Samples};
use image::codecs::{bmp, farbfeld, pnm, qoi, tga, tiff, webp};
use image::{ExtendedColorType, ImageEncoder, ImageError, ImageResult};
use std::io::{self, Cursor, Write};

pub(super) fn encode(image: &Image, options: &EncodeOptions) -> Result<Encoded> {
    let format = options.format;
    let failed = |reason: String| Error::Encode { format: format.name(), reason };
    if image_format(format).is_none() || format.output_for() != format {
        return Err(failed("this format is only read".into()));
    }
    let (color, samples) = fit(image, holds(format));
    // Samples of 16 bits are handed over in the machine's byte order.
    let native: Vec<u8>;
    let (bytes, wide): (&[u8], bool) = match &samples {
        Samples::U8(samples) => (samples, false),
        Samples::U16(samples) => {
            native = samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect();
            (&native, true)
        }
    };
    let mut out = Cursor::new(Vec::new());
    let mut warnings = Vec::new();
    let (width, height, kind) = (image.width(), image.height(), extended(color, wide));
    let written = match format {
        Format::WebP => {
            let mut encoder = webp::WebPEncoder::new_lossless(&mut out);
            attach(&mut encoder, image, options, &mut warnings);
            encoder.write_image(bytes, width, height, kind)
        }
        Format::Tiff => {
            let mut encoder = tiff::TiffEncoder::new(&mut out);
            attach(&mut encoder, image, options, &mut warnings);
            encoder.write_image(bytes, width, height, kind)
        }
        Format::Pnm if !color.has_alpha() => {
            note_loss(image, options, format, &mut warnings);
            netpbm(&mut out, &samples, color, width, height).map_err(ImageError::IoError)
        }
        other => {
            note_loss(image, options, other, &mut warnings);
            plain(other, &mut out, bytes, width, height, kind)
        }
    };
    written.map_err(|error| failed(error.to_string()))?;
    Ok(Encoded { bytes: out.into_inner(), warnings })
}

/// Formats that have no place for metadata.
fn plain(
    format: Format,
    out: &mut Cursor<Vec<u8>>,
    bytes: &[u8],
    width: u32,
    height: u32,
    kind: ExtendedColorType,
) -> ImageResult<()> {
    match format {
        Format::Bmp => bmp::BmpEncoder::new(out).write_image(bytes, width, height, kind),
        Format::Qoi => qoi::QoiEncoder::new(out).write_image(bytes, width, height, kind),
        // The encoder's runs of equal pixels go on from row to row, which the format forbids and other programs refuse.
        Format::Tga => tga::TgaEncoder::new(out).disable_rle().write_image(bytes, width, height, kind),
        Format::Farbfeld => farbfeld::FarbfeldEncoder::new(out).write_image(bytes, width, height, kind),
        // PAM, the only member of the family with alpha.
        _ => pnm::PnmEncoder::new(out).write_image(bytes, width, height, kind),
    }
}

/// PGM (P5) or PPM (P6), which every reader of the family knows; the `image` crate writes these for 8 bits only, and
/// PAM for all else.
///
/// Source: <https://netpbm.sourceforge.net/doc/pgm.html> and `ppm.html`: wide samples have their high byte first.
fn netpbm(
    out: &mut Cursor<Vec<u8>>,
    samples: &Samples,
    color: Color,
    width: u32,
    height: u32,
) -> io::Result<()> {
    let magic = if color == Color::Gray { "P5" } else { "P6" };
    match samples {
        Samples::U8(samples) => {
            write!(out, "{magic}\n{width} {height}\n255\n")?;
            out.write_all(samples)
        }
        Samples::U16(samples) => {
            write!(out, "{magic}\n{width} {height}\n65535\n")?;
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_be_bytes()).collect();
            out.write_all(&bytes)
        }
    }
}

fn attach(
    encoder: &mut impl ImageEncoder,
    image: &Image,
    options: &EncodeOptions,
    warnings: &mut Vec<String>,
) {
    let kept = options.metadata.of(&image.metadata);
    let name = options.format.name();
    if let Some(icc) = super::profile(image, options)
        && encoder.set_icc_profile(icc.to_vec()).is_err()
    {
        warnings.push(format!("its color profile has no place in a {name} file and was left out"));
    }
    if let Some(exif) = kept.exif
        && encoder.set_exif_metadata(exif.to_vec()).is_err()
    {
        warnings.push(format!("its EXIF block has no place in a {name} file and was left out"));
    }
    if kept.xmp.is_some() {
        warnings.push(format!("its XMP packet is not written to {name} files and was left out"));
    }
}

fn note_loss(image: &Image, options: &EncodeOptions, format: Format, warnings: &mut Vec<String>) {
    let kept = options.metadata.of(&image.metadata);
    if kept.exif.is_some() || kept.icc.is_some() || kept.xmp.is_some() {
        warnings.push(format!("its metadata has no place in a {} file and was left out", format.name()));
    }
}

/// Which layouts a format holds.
struct Holds {
    gray: bool,
    gray_alpha: bool,
    rgb: bool,
    /// 16-bit samples: never, of pictures without alpha, always, or nothing else.
    wide: Wide,
}

#[derive(PartialEq, Eq)]
enum Wide {
    Never,
    Opaque,
    Always,
    Only,
}

fn holds(format: Format) -> Holds {
    let (gray, gray_alpha, rgb, wide) = match format {
        Format::WebP => (true, true, true, Wide::Never),
        Format::Tiff => (true, false, true, Wide::Always),
        Format::Pnm => (true, true, true, Wide::Opaque),
        Format::Qoi => (false, false, true, Wide::Never),
        Format::Farbfeld => (false, false, false, Wide::Only),
        _ => (true, false, true, Wide::Never),
    };
    Holds { gray, gray_alpha, rgb, wide }
}

/// The nearest layout that the format holds and that loses nothing but bits beyond 8.
fn fit(image: &Image, holds: Holds) -> (Color, Samples) {
    let color = match image.color() {
        Color::Gray if !holds.gray => Color::Rgb,
        Color::GrayAlpha if !holds.gray_alpha => Color::Rgba,
        same => same,
    };
    let color = if color == Color::Rgb && !holds.rgb { Color::Rgba } else { color };
    let keep_wide = match holds.wide {
        Wide::Never => false,
        Wide::Opaque => !color.has_alpha(),
        Wide::Always | Wide::Only => true,
    };
    let samples = match image.samples() {
        Samples::U16(samples) if keep_wide => Samples::U16(recolor(samples, image.color(), color, u16::MAX)),
        Samples::U8(samples) if holds.wide == Wide::Only => {
            let widened: Vec<u16> = samples.iter().map(|&sample| u16::from(sample) * 257).collect();
            Samples::U16(recolor(&widened, image.color(), color, u16::MAX))
        }
        _ => Samples::U8(recolor(&layout::samples8(image), image.color(), color, u8::MAX)),
    };
    (color, samples)
}

fn recolor<S: Copy>(samples: &[S], from: Color, to: Color, opaque: S) -> Vec<S> {
    let with_alpha =
        |rgb: &[S]| rgb.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, opaque]).collect();
    match (from, to) {
        (Color::Gray, Color::Rgb) => layout::gray_to_rgb(samples),
        (Color::Gray, Color::Rgba) => with_alpha(&layout::gray_to_rgb(samples)),
        (Color::GrayAlpha, Color::Rgba) => layout::gray_alpha_to_rgba(samples),
        (Color::Rgb, Color::Rgba) => with_alpha(samples),
        _ => samples.to_vec(),
    }
}

fn extended(color: Color, wide: bool) -> ExtendedColorType {
    match (color, wide) {
        (Color::Gray, false) => ExtendedColorType::L8,
        (Color::GrayAlpha, false) => ExtendedColorType::La8,
        (Color::Rgb, false) => ExtendedColorType::Rgb8,
        (Color::Rgba, false) => ExtendedColorType::Rgba8,
        (Color::Gray, true) => ExtendedColorType::L16,
        (Color::GrayAlpha, true) => ExtendedColorType::La16,
        (Color::Rgb, true) => ExtendedColorType::Rgb16,
        (Color::Rgba, true) => ExtendedColorType::Rgba16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DecodeMode, Decoder, Limits, probe};

    /// What comes back, as 16-bit RGBA so that layouts compare.
    fn canonical(image: &Image) -> Vec<u16> {
        let wide: Vec<u16> = match image.samples() {
            Samples::U8(samples) => samples.iter().map(|&sample| u16::from(sample) * 257).collect(),
            Samples::U16(samples) => samples.clone(),
        };
        recolor(&wide, image.color(), Color::Rgba, u16::MAX)
    }

    #[test]
    fn every_color_comes_back_from_every_format() {
        let formats = Format::ALL
            .into_iter()
            .filter(|format| format.output_for() == *format && *format != Format::Jpeg);
        for format in formats.filter(|format| *format != Format::Png) {
            for color in [Color::Gray, Color::GrayAlpha, Color::Rgb, Color::Rgba] {
                let samples = (0..7 * 5 * color.channels()).map(|at| (at * 3 + 40) as u8).collect();
                let image = Image::new(7, 5, color, Samples::U8(samples)).unwrap();
                let encoded = encode(&image, &EncodeOptions::new(format)).unwrap();
                let header = probe(&encoded.bytes, &Limits::default()).unwrap();
                assert_eq!(header.format, format);
                let back = Decoder::new(Limits::default())
                    .decode(&encoded.bytes, &header, DecodeMode::Full)
                    .unwrap();
                assert_eq!(canonical(&back.image), canonical(&image), "{color:?} as {format}");
            }
        }
    }

    #[test]
    fn sixteen_bits_stay_where_the_format_holds_them() {
        for format in [Format::Tiff, Format::Pnm, Format::Farbfeld] {
            let image = Image::new(2, 1, Color::Rgb, Samples::U16(vec![1, 500, 65535, 2, 3, 4])).unwrap();
            let encoded = encode(&image, &EncodeOptions::new(format)).unwrap();
            let header = probe(&encoded.bytes, &Limits::default()).unwrap();
            let back =
                Decoder::new(Limits::default()).decode(&encoded.bytes, &header, DecodeMode::Full).unwrap();
            assert_eq!(canonical(&back.image), canonical(&image), "{format}");
        }
    }

    #[test]
    fn pnm_is_pgm_or_ppm_and_only_with_alpha_pam() {
        let pnm = |color: Color, samples| {
            let image = Image::new(1, 1, color, samples).unwrap();
            encode(&image, &EncodeOptions::new(Format::Pnm)).unwrap().bytes
        };
        assert_eq!(pnm(Color::Gray, Samples::U8(vec![7])), b"P5\n1 1\n255\n\x07");
        assert_eq!(pnm(Color::Gray, Samples::U16(vec![0x1234])), b"P5\n1 1\n65535\n\x12\x34");
        assert_eq!(pnm(Color::Rgb, Samples::U8(vec![1, 2, 3])), b"P6\n1 1\n255\n\x01\x02\x03");
        let wide = pnm(Color::Rgb, Samples::U16(vec![1, 256, 2]));
        assert_eq!(wide, b"P6\n1 1\n65535\n\x00\x01\x01\x00\x00\x02");
        assert!(pnm(Color::Rgba, Samples::U8(vec![1, 2, 3, 4])).starts_with(b"P7\n"));
    }

    #[test]
    fn tga_is_without_runs_because_they_would_go_over_rows() {
        let image = Image::new(5, 4, Color::Rgb, Samples::U8(vec![9; 60])).unwrap();
        let bytes = encode(&image, &EncodeOptions::new(Format::Tga)).unwrap().bytes;
        // Type 2 is plain RGB, 10 the same in runs; 18 bytes of header.
        assert_eq!((bytes[2], &bytes[18..78]), (2, &[9; 60][..]));
    }

    #[test]
    fn formats_that_are_only_read_say_so() {
        let image = Image::new(1, 1, Color::Gray, Samples::U8(vec![0])).unwrap();
        let error = encode(&image, &EncodeOptions::new(Format::Gif)).unwrap_err();
        assert_eq!(error.to_string(), "cannot write as GIF: this format is only read");
    }
}
