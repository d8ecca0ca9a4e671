//! Owns the file formats: their names, their extensions, and how content tells which one a file is.
//! Does not own: how a format is read or written.

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A picture file format that is read, and except for those that [`Format::output_for`] replaces also written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG (ITU-T T.81): baseline and progressive, Huffman coded, 8 bit.
    Jpeg,
    /// PNG; of an animated one the first frame.
    Png,
    /// WebP; written without loss, or with loss where a quality is asked for (feature `webp-lossy`).
    WebP,
    /// TIFF, first page.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// GIF, first frame. Read only.
    Gif,
    /// Portable any map: PBM, PGM, PPM, PAM.
    Pnm,
    /// Quite OK Image.
    Qoi,
    /// Truevision TGA.
    Tga,
    /// Windows icon, its largest picture. Read only.
    Ico,
    /// Radiance HDR. Read only.
    Hdr,
    /// farbfeld.
    Farbfeld,
    /// JPEG XL, first frame. Read only, in builds with the feature `jxl`.
    Jxl,
    /// AVIF, the primary picture; written with loss. In builds with the feature `avif`.
    Avif,
}

/// Format, name, names in options and file extensions (the first is the one that is written).
const TABLE: [(Format, &str, &[&str]); 14] = [
    (Format::Jpeg, "JPEG", &["jpg", "jpeg", "jpe", "jfif"]),
    (Format::Png, "PNG", &["png", "apng"]),
    (Format::WebP, "WebP", &["webp"]),
    (Format::Tiff, "TIFF", &["tif", "tiff"]),
    (Format::Bmp, "BMP", &["bmp", "dib"]),
    (Format::Gif, "GIF", &["gif"]),
    (Format::Pnm, "PNM", &["pnm", "pgm", "ppm", "pbm", "pam"]),
    (Format::Qoi, "QOI", &["qoi"]),
    (Format::Tga, "TGA", &["tga"]),
    (Format::Ico, "ICO", &["ico"]),
    (Format::Hdr, "HDR", &["hdr"]),
    (Format::Farbfeld, "farbfeld", &["ff", "farbfeld"]),
    (Format::Jxl, "JPEG XL", &["jxl"]),
    (Format::Avif, "AVIF", &["avif", "avifs"]),
];

impl Format {
    /// Every format, the common ones first.
    pub const ALL: [Format; 14] = {
        let mut all = [Format::Jpeg; 14];
        let mut index = 0;
        while index < all.len() {
            all[index] = TABLE[index].0;
            index += 1;
        }
        all
    };

    fn row(self) -> &'static (Format, &'static str, &'static [&'static str]) {
        // The table is in the order of the enum; a test holds it to that.
        &TABLE[self as usize]
    }

    /// Its name for people, such as `JPEG`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The extension that its files are written with, without the dot.
    pub fn extension(self) -> &'static str {
        self.row().2[0]
    }

    /// Every extension that its files go by, lower case, the one that is written first.
    pub fn extensions(self) -> &'static [&'static str] {
        self.row().2
    }

    /// The format that an extension (without the dot, in any case) claims.
    pub fn from_extension(extension: &str) -> Option<Format> {
        let lower = extension.to_ascii_lowercase();
        TABLE.iter().find(|row| row.2.contains(&lower.as_str())).map(|row| row.0)
    }

    /// Which format to write so that the output is of the same kind as the input: itself, or
    /// [`Png`](Format::Png) where it cannot be written back (GIF, ICO, HDR, JPEG XL).
    #[must_use]
    pub fn output_for(self) -> Format {
        match self {
            Format::Gif | Format::Ico | Format::Hdr | Format::Jxl => Format::Png,
            same => same,
        }
    }

    /// Tells the format from a file's content; its name plays no part.
    ///
    /// ```
    /// use pipeline_stages::Format;
    ///
    /// assert_eq!(Format::sniff(b"\x89PNG\r\n\x1a\n")?, Format::Png);
    /// assert_eq!(Format::sniff(b"\0\0\0\x18ftypheic").unwrap_err().to_string(), "unsupported: HEIC");
    /// # Ok::<(), pipeline_stages::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Unsupported`] for a picture of a kind that is not read, [`Error::UnknownFormat`]
    /// for anything else.
    pub fn sniff(bytes: &[u8]) -> Result<Format> {
        if bytes.is_empty() {
            return Err(Error::Empty);
        }
        if let Some(format) = known(bytes) {
            return Ok(format);
        }
        match unread(bytes) {
            Some(format) => Err(Error::Unsupported { format, what: String::new() }),
            None if is_tga(bytes) => Ok(Format::Tga),
            None => Err(Error::UnknownFormat),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.row().2[0])
    }
}

impl FromStr for Format {
    type Err = String;

    /// Reads a format's name or any of its extensions, in any case; the error lists what there is.
    fn from_str(text: &str) -> Result<Format, String> {
        Format::from_extension(text).ok_or_else(|| {
            let names: Vec<&str> = TABLE.iter().map(|row| row.2[0]).collect();
            format!("no picture format `{text}`; one of {}", names.join(", "))
        })
    }
}

fn known(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    Some(match bytes {
        _ if starts(&[0xff, 0xd8, 0xff]) => Format::Jpeg,
        _ if starts(b"\x89PNG\r\n\x1a\n") => Format::Png,
        _ if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Format::WebP,
        _ if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| starts(*magic)) => Format::Tiff,
        _ if starts(b"GIF87a") || starts(b"GIF89a") => Format::Gif,
        _ if starts(b"qoif") => Format::Qoi,
        _ if starts(b"farbfeld") => Format::Farbfeld,
        _ if starts(b"\0\0\0\x0cJXL \r\n\x87\n") || starts(&[0xff, 0x0a]) => Format::Jxl,
        _ if is_avif(bytes) => Format::Avif,
        _ if starts(b"#?RADIANCE") || starts(b"#?RGBE") => Format::Hdr,
        // The rest have magic numbers that text or chance can have too, so more must fit.
        [b'P', b'1'..=b'7', after, ..] if after.is_ascii_whitespace() => Format::Pnm,
        [b'B', b'M', ..] if matches!(bytes.get(14..18), Some([12 | 16 | 40..=124, 0, 0, 0])) => Format::Bmp,
        [0, 0, 1, 0, low, high, ..] if (*low, *high) != (0, 0) => Format::Ico,
        _ => return None,
    })
}

/// Names of pictures that are recognised, so that the message says what they are.
fn unread(bytes: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some("HEIC"),
            _ => None,
        };
    }
    Some(match bytes {
        _ if starts(b"\0\0\0\x0cjP  \r\n\x87\n") || starts(&[0xff, 0x4f, 0xff, 0x51]) => "JPEG 2000",
        _ if starts(&[0x76, 0x2f, 0x31, 0x01]) => "OpenEXR",
        _ if starts(b"DDS ") => "DDS",
        _ if starts(b"8BPS\0\x01") || starts(b"8BPS\0\x02") => "PSD",
        _ if starts(b"\x8aMNG\r\n\x1a\n") => "MNG",
        _ => return None,
    })
}

/// An AVIF names its brand first, or among those that it is compatible with (ISO/IEC 14496-12, 4.3).
fn is_avif(bytes: &[u8]) -> bool {
    let Some(&[a, b, c, d, b'f', b't', b'y', b'p']) = bytes.first_chunk::<8>() else { return false };
    let end = bytes.len().min(u32::from_be_bytes([a, b, c, d]).min(4096) as usize);
    let brands = bytes.get(8..end).unwrap_or_default().as_chunks::<4>().0;
    brands.iter().any(|brand| matches!(brand, b"avif" | b"avis"))
}

/// TGA has no magic number at its start: the newer kind has a footer, for the older one the header must make sense.
fn is_tga(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<18>() else { return false };
    let &[_, map, kind, _, _, _, _, map_bits, _, _, _, _, w0, w1, h0, h1, bits, flags] = header;
    let sensible = match kind {
        1 | 9 => map == 1 && bits == 8 && matches!(map_bits, 15 | 16 | 24 | 32),
        2 | 10 => map == 0 && matches!(bits, 15 | 16 | 24 | 32),
        3 | 11 => map == 0 && matches!(bits, 8 | 16),
        _ => false,
    };
    sensible && (w0, w1) != (0, 0) && (h0, h1) != (0, 0) && flags & 0xc0 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, format) in Format::ALL.into_iter().enumerate() {
            assert_eq!(format as usize, index);
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(Format::from_extension(&format.extension().to_uppercase()), Some(format));
        }
    }

    #[test]
    fn text_is_no_picture() {
        for text in ["BMW is a car maker from Munich", "P2P networks", "hello", "GIF", "\0\0\x01\0\0\0"] {
            assert!(matches!(Format::sniff(text.as_bytes()), Err(Error::UnknownFormat)), "{text}");
        }
    }

    #[test]
    fn pictures_that_are_not_read_are_named() {
        let message = |bytes: &[u8]| Format::sniff(bytes).unwrap_err().to_string();
        assert_eq!(message(b"\0\0\0\x18ftypmif1"), "unsupported: HEIC");
        assert_eq!(message(b"8BPS\0\x01"), "unsupported: PSD");
        assert_eq!(message(b""), "empty file");
    }

    #[test]
    fn a_brand_among_the_compatible_ones_makes_an_avif() {
        assert_eq!(Format::sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif").unwrap(), Format::Avif);
        assert_eq!(Format::sniff(b"\0\0\0\x14ftypavif\0\0\0\0avif").unwrap(), Format::Avif);
    }

    #[test]
    fn every_output_format_can_be_written() {
        for format in Format::ALL {
            assert_eq!(format.output_for().output_for(), format.output_for());
        }
    }
}
