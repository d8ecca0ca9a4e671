//! Owns the rule for files that were found rather than named: what says "this is a picture".
//! Does not own: whether it can be decoded, which is the decoder's to say, and by name.

use std::path::Path;

use super::extension::is_picture_extension;

/// How many bytes from the start of a file [`looks_like_picture`] wants to see.
pub const CLAIM_BYTES: usize = 64;

/// Whether a file claims to be a picture, by its extension or by its first [`CLAIM_BYTES`] bytes.
///
/// A file in a walked directory that claims nothing (text, a video) is passed over. One that claims to be a picture and
/// cannot be decoded is an error, so that no picture disappears without a word; therefore formats that nothing here
/// can decode, such as HEIC, claim too. Drawings (SVG, PDF) have no pixels and do not.
///
/// ```
/// use pipeline_stages::read::looks_like_picture;
/// assert!(looks_like_picture("scan".as_ref(), b"\x89PNG\r\n\x1a\n"));
/// assert!(looks_like_picture("broken.JPG".as_ref(), b"not found"));
/// assert!(!looks_like_picture("notes.txt".as_ref(), b"buy milk"));
/// ```
pub fn looks_like_picture(name: &Path, first: &[u8]) -> bool {
    claims_by_name(name) || claims_by_content(first)
}

/// Whether the extension alone claims a picture.
pub(super) fn claims_by_name(name: &Path) -> bool {
    name.extension().is_some_and(is_picture_extension)
}

/// Signatures at the very start that no other kind of file has.
const SIGNATURES: &[&[u8]] = &[
    b"\xff\xd8\xff",             // JPEG
    b"\x89PNG\r\n\x1a\n",        // PNG
    b"GIF87a",                   // GIF
    b"GIF89a",                   // GIF
    b"II\x2a\0",                 // TIFF and most raw files, little-endian
    b"MM\0\x2a",                 // the same, big-endian
    b"II\x2b\0",                 // BigTIFF
    b"MM\0\x2b",                 // BigTIFF
    b"qoif",                     // QOI
    b"farbfeld",                 // farbfeld
    b"#?RADIANCE",               // Radiance HDR
    b"#?RGBE",                   // Radiance HDR
    b"\x76\x2f\x31\x01",         // OpenEXR
    b"8BPS",                     // Photoshop
    b"gimp xcf",                 // GIMP
    b"DDS \x7c\0\0\0",           // DirectDraw surface
    b"\0\0\0\x0cJXL \r\n\x87\n", // JPEG XL in a container
    b"\0\0\0\x0cjP  \r\n\x87\n", // JPEG 2000
    b"\xff\x4f\xff\x51",         // JPEG 2000 codestream
    b"FUJIFILMCCD-RAW",          // Fujifilm raw
];

fn claims_by_content(first: &[u8]) -> bool {
    SIGNATURES.iter().any(|signature| first.starts_with(signature))
        || is_webp(first)
        || is_bmp(first)
        || is_pnm(first)
        || is_icon(first)
        || is_heif(first)
}

fn is_webp(first: &[u8]) -> bool {
    first.starts_with(b"RIFF") && first.get(8..12) == Some(b"WEBP".as_slice())
}

/// `BM` alone also starts English words; the size of the second header has only these values.
fn is_bmp(first: &[u8]) -> bool {
    first.starts_with(b"BM")
        && matches!(first.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

fn is_pnm(first: &[u8]) -> bool {
    matches!(first, [b'P', b'1'..=b'7', b' ' | b'\t' | b'\n' | b'\r' | b'#', ..])
}

/// Reserved 0, type 1 (icon) or 2 (cursor), a few images, and a reserved zero in the first entry.
fn is_icon(first: &[u8]) -> bool {
    matches!(first, [0, 0, 1 | 2, 0, count, 0, _, _, _, 0, ..] if *count > 0)
}

/// ISO base media (ISO/IEC 14496-12) is video too: only the brands of still pictures claim.
fn is_heif(first: &[u8]) -> bool {
    const BRANDS: &[&[u8]] =
        &[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis", b"crx "];
    first.get(4..8) == Some(b"ftyp".as_slice())
        && first.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(name: &str, first: &[u8]) -> bool {
        looks_like_picture(Path::new(name), first)
    }

    #[test]
    fn text_and_video_claim_nothing() {
        assert!(!claims("notes.txt", b"BMW sells cars, says the paper"));
        assert!(!claims("film.mp4", b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2"));
        assert!(!claims("song.wav", b"RIFF\x24\0\0\0WAVEfmt "));
        assert!(!claims("README", b""));
        assert!(!claims("drawing.svg", b"<svg xmlns="));
    }

    #[test]
    fn a_format_that_cannot_be_decoded_still_claims() {
        assert!(claims("phone", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"));
        assert!(claims("phone.HEIC", b""));
    }

    #[test]
    fn content_claims_without_an_extension() {
        assert!(claims("x", b"RIFF\x24\0\0\0WEBPVP8 "));
        assert!(claims("x", b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"));
        assert!(claims("x", b"P6\n2 2\n255\n"));
        assert!(claims("x", b"\0\0\x01\0\x01\0\x10\x10\0\0"));
    }

    #[test]
    fn a_name_that_is_only_an_extension_is_no_claim() {
        assert!(!claims(".png", b"text"));
    }
}
