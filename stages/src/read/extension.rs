//! Owns the file name extensions that stand for pictures, grouped by format.
//! Does not own: which of these formats can be decoded or encoded.

use std::ffi::OsStr;

/// One row per format: the names that mean the same content.
const FORMATS: &[&[&str]] = &[
    &["jpg", "jpeg", "jpe", "jfif", "jif"],
    &["png"],
    &["apng"],
    &["gif"],
    &["webp"],
    &["bmp", "dib"],
    &["tif", "tiff"],
    &["pbm", "pgm", "ppm", "pnm", "pam"],
    &["qoi"],
    &["tga"],
    &["ico"],
    &["cur"],
    &["hdr"],
    &["exr"],
    &["ff"],
    &["dds"],
    &["pcx"],
    &["psd"],
    &["xcf"],
    &["heic", "heif"],
    &["avif"],
    &["jxl"],
    &["jp2", "j2k", "jpx", "jpf"],
    // Raw files of cameras.
    &["dng"],
    &["cr2"],
    &["cr3"],
    &["nef"],
    &["arw"],
    &["orf"],
    &["rw2"],
    &["raf"],
];

fn format_of(extension: &OsStr) -> Option<usize> {
    let extension = extension.to_str()?;
    FORMATS.iter().position(|names| names.iter().any(|name| name.eq_ignore_ascii_case(extension)))
}

/// Whether this extension claims a picture.
pub(crate) fn is_picture_extension(extension: &OsStr) -> bool {
    format_of(extension).is_some()
}

/// Whether two extensions stand for the same format, such as `JPG` and `jpeg`.
pub(crate) fn same_format(a: &OsStr, b: &OsStr) -> bool {
    a == b || format_of(a).is_some_and(|format| Some(format) == format_of(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_format_are_the_same() {
        assert!(same_format("JPG".as_ref(), "jpeg".as_ref()));
        assert!(!same_format("jpg".as_ref(), "png".as_ref()));
        assert!(!same_format("txt".as_ref(), "doc".as_ref()));
    }

    #[test]
    fn no_extension_stands_for_two_formats() {
        let mut all: Vec<_> = FORMATS.iter().flat_map(|names| names.iter()).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
