//! Owns what each format can hold, and what of it is read and written: the table that `pipeline formats` prints.
//! Does not own: reading and writing.

use crate::Format;

/// What is read and written of one format. Depths are bits per sample after decoding, or as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Whether this build reads it.
    pub reads: bool,
    /// Whether this build writes it.
    pub writes: bool,
    /// Depths that reading gives: 8, 16 or both. Files of fewer bits become 8, those of 9 to 15 bits 16.
    pub depths_in: &'static [u8],
    /// Depths that are written; empty if it is only read.
    pub depths_out: &'static [u8],
    /// Whether it holds alpha.
    pub alpha: bool,
    /// Metadata that reading keeps: some of `icc`, `exif`, `xmp`.
    pub metadata_in: &'static [&'static str],
    /// Metadata that is written.
    pub metadata_out: &'static [&'static str],
    /// Whether it holds several pictures or frames, of which the first is converted.
    pub several: bool,
    /// The Cargo feature that a build needs to read it, if it needs one.
    pub feature: Option<&'static str>,
    /// What is particular about it, for people; empty if nothing is.
    pub notes: &'static str,
}

const NONE: &[&str] = &[];
const ICC: &[&str] = &["icc"];
const ALL: &[&str] = &["icc", "exif", "xmp"];
const EIGHT: &[u8] = &[8];
const FROM_ONE: &[u8] = &[1, 8, 16];
const BOTH: &[u8] = &[8, 16];
const WIDE: &[u8] = &[16];

/// A format with 8 bits, without alpha, metadata or frames, that is read and written.
const PLAIN: Capabilities = Capabilities {
    reads: true,
    writes: true,
    depths_in: EIGHT,
    depths_out: EIGHT,
    alpha: false,
    metadata_in: NONE,
    metadata_out: NONE,
    several: false,
    feature: None,
    notes: "",
};

/// The same, only read.
const READ: Capabilities = Capabilities { writes: false, depths_out: &[], ..PLAIN };

impl Format {
    /// What this build reads and writes of the format.
    ///
    /// ```
    /// use pipeline_stages::Format;
    ///
    /// let png = Format::Png.capabilities();
    /// assert!(png.reads && png.writes && png.alpha);
    /// assert_eq!(png.depths_out, [1, 8, 16]);
    /// assert!(!Format::Gif.capabilities().writes);
    /// ```
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Format::Jpeg => Capabilities {
                metadata_in: ALL,
                metadata_out: ALL,
                notes: "8 bits; gray is read without decoding color; CMYK becomes RGB",
                ..PLAIN
            },
            Format::Png => Capabilities {
                depths_in: BOTH,
                depths_out: FROM_ONE,
                alpha: true,
                metadata_in: ALL,
                metadata_out: ALL,
                several: true,
                notes: "palettes become colors",
                ..PLAIN
            },
            Format::WebP => Capabilities {
                alpha: true,
                metadata_in: ALL,
                metadata_out: ALL,
                several: true,
                notes: "written without loss; with loss by --quality in builds with the feature webp-lossy",
                ..PLAIN
            },
            Format::Tiff => Capabilities {
                depths_in: BOTH,
                depths_out: BOTH,
                alpha: true,
                metadata_in: ALL,
                metadata_out: ALL,
                several: true,
                notes: "strips, tiles, planes, palettes, CMYK, YCbCr, BigTIFF; LZW, deflate, PackBits, JPEG; no CCITT",
                ..PLAIN
            },
            Format::Bmp => Capabilities {
                alpha: true,
                metadata_in: ICC,
                notes: "1 to 32 bits, run lengths, bit masks; alpha where the file has a mask for it",
                ..PLAIN
            },
            Format::Gif => Capabilities {
                alpha: true,
                metadata_in: &["icc", "xmp"],
                several: true,
                notes: "what the first frame does not cover is transparent",
                ..READ
            },
            Format::Pnm => Capabilities {
                depths_in: BOTH,
                depths_out: FROM_ONE,
                alpha: true,
                several: true,
                notes: "P1 to P7; the largest value is scaled to the whole range; written as PGM, PPM, and PAM for alpha",
                ..PLAIN
            },
            Format::Qoi => Capabilities { alpha: true, ..PLAIN },
            Format::Tga => Capabilities { alpha: true, notes: "written without run lengths", ..PLAIN },
            Format::Ico => Capabilities {
                alpha: true,
                // Of a PNG inside; a bitmap has none.
                depths_in: BOTH,
                metadata_in: ALL,
                several: true,
                notes: "the largest picture, of those the one with the most colors",
                ..READ
            },
            Format::Hdr => Capabilities {
                depths_in: WIDE,
                notes: "light from 0 to 1 is encoded as sRGB, brighter light is cut",
                ..READ
            },
            Format::Farbfeld => Capabilities { depths_in: WIDE, depths_out: WIDE, alpha: true, ..PLAIN },
            Format::Jxl => Capabilities {
                reads: cfg!(feature = "jxl"),
                depths_in: BOTH,
                alpha: true,
                metadata_in: ALL,
                several: true,
                feature: Some("jxl"),
                notes: "no CMYK, PQ or HLG",
                ..READ
            },
            Format::Avif => Capabilities {
                reads: cfg!(feature = "avif"),
                writes: cfg!(feature = "avif"),
                depths_in: BOTH,
                alpha: true,
                metadata_in: ALL,
                metadata_out: &["exif"],
                several: true,
                feature: Some("avif"),
                notes: "no pictures made of tiles, PQ or HLG; written with loss",
                ..PLAIN
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_same_format_can_mean() {
        for format in Format::ALL {
            let can = format.capabilities();
            let built = can.feature.is_none() || can.reads;
            assert_eq!(can.writes, built && format.output_for() == format, "{format}");
            assert!(!can.writes || !can.depths_out.is_empty(), "{format}");
            assert!(can.reads || can.feature.is_some(), "{format}");
        }
    }

    #[test]
    fn metadata_that_is_written_can_be_read_back() {
        for format in Format::ALL {
            let can = format.capabilities();
            assert!(can.metadata_out.iter().all(|kind| can.metadata_in.contains(kind)), "{format}");
        }
    }
}
