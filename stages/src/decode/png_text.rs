//! Owns metadata that a PNG keeps as text: XMP in iTXt, compressed or not, and the raw profiles of ImageMagick and others.
//! Does not own: any other text, which is not kept.
//!
//! Sources: PNG specification, third edition, 11.3.3; XMP specification part 3, 1.1.5; for raw profiles the only description is
//! the code that writes them (ImageMagick's `Magick_png_write_raw_profile`): a name line, a length line, hexadecimal digits.

use std::io::Read;

const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp\0";
const RAW_KEYWORD: &[u8] = b"Raw profile type ";
const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// A block of metadata that was kept as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    Exif(Vec<u8>),
    Icc(Vec<u8>),
    Xmp(Vec<u8>),
    /// There is one, and it is larger than is allowed.
    TooLarge,
}

/// Whether a text chunk has a keyword of metadata.
pub(super) fn is_metadata(data: &[u8]) -> bool {
    data.starts_with(XMP_KEYWORD) || data.starts_with(RAW_KEYWORD)
}

/// What an iTXt chunk holds, if it is XMP: a keyword, two flags, language, translation, text.
pub(super) fn international(data: &[u8], limit: usize) -> Option<Block> {
    let [compressed, method, rest @ ..] = data.strip_prefix(XMP_KEYWORD)? else { return None };
    let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
    match (compressed, method) {
        (0, _) if text.len() > limit => Some(Block::TooLarge),
        (0, _) => Some(Block::Xmp(text.to_vec())),
        (1, 0) => Some(inflate(text, limit)?.map_or(Block::TooLarge, Block::Xmp)),
        _ => None,
    }
}

/// What a tEXt chunk holds, if it is a raw profile: a keyword, text.
pub(super) fn plain(data: &[u8], limit: usize) -> Option<Block> {
    let (kind, text) = raw_profile(data)?;
    block(kind, text, limit)
}

/// What a zTXt chunk holds, if it is a raw profile: a keyword, the method, compressed text.
pub(super) fn compressed(data: &[u8], limit: usize) -> Option<Block> {
    let (kind, rest) = raw_profile(data)?;
    let [0, text @ ..] = rest else { return None };
    // Two digits a byte, and line ends.
    match inflate(text, limit.saturating_mul(2).saturating_add(limit / 16 + 256))? {
        Some(text) => block(kind, &text, limit),
        None => Some(Block::TooLarge),
    }
}

fn raw_profile(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = data.strip_prefix(RAW_KEYWORD)?;
    let end = rest.iter().take(80).position(|&byte| byte == 0)?;
    Some((&rest[..end], &rest[end + 1..]))
}

fn block(kind: &[u8], text: &[u8], limit: usize) -> Option<Block> {
    if !matches!(kind, b"exif" | b"APP1" | b"icc" | b"icm" | b"xmp") {
        return None;
    }
    let bytes = unhex(text, limit)?;
    if bytes.len() > limit {
        return Some(Block::TooLarge);
    }
    match kind {
        b"icc" | b"icm" => Some(Block::Icc(bytes)),
        b"xmp" => Some(Block::Xmp(bytes)),
        // What stands in a JPEG's APP1 segment: EXIF with its prefix, or XMP with its own, which is written as `xmp` too.
        _ => bytes.strip_prefix(EXIF_PREFIX).map(|exif| Block::Exif(exif.to_vec())),
    }
}

/// The bytes of a raw profile; all of them or none. One more than `limit` is as good as all.
fn unhex(text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut lines = text.trim_ascii_start().splitn(3, |&byte| byte == b'\n');
    let (_name, length, digits) = (lines.next()?, lines.next()?, lines.next()?);
    let length: usize = std::str::from_utf8(length).ok()?.trim().parse().ok()?;
    let mut digits = digits.iter().filter_map(|&byte| char::from(byte).to_digit(16));
    let mut bytes = Vec::new();
    for _ in 0..length.min(limit.saturating_add(1)) {
        let (high, low) = (digits.next()?, digits.next()?);
        bytes.push((high * 16 + low) as u8);
    }
    Some(bytes)
}

/// The contents of a zlib stream; `None` in it if there is more than `limit`, and `None` if it is damaged.
fn inflate(stream: &[u8], limit: usize) -> Option<Option<Vec<u8>>> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).ok()?.saturating_add(1);
    flate2::read::ZlibDecoder::new(stream).take(most).read_to_end(&mut out).ok()?;
    Some((out.len() <= limit).then_some(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn xmp_is_found_whether_compressed_or_not() {
        let text = |flags: &[u8], text: &[u8]| [XMP_KEYWORD, flags, b"\0\0", text].concat();
        let packet = || Some(Block::Xmp(b"<x/>".to_vec()));
        assert_eq!(international(&text(&[0, 0], b"<x/>"), 9), packet());
        assert_eq!(international(&text(&[1, 0], &deflate(b"<x/>")), 9), packet());
        assert_eq!(international(&text(&[1, 0], b"<x/>"), 9), None);
        assert_eq!(international(b"Comment\0\0\0\0\0<x/>", 9), None);
    }

    #[test]
    fn scenario_9_a_bomb_is_too_large_and_never_whole_in_memory() {
        let bomb = deflate(&vec![b'0'; 30 << 20]);
        let xmp = [XMP_KEYWORD, &[1, 0, 0, 0], &bomb].concat();
        assert_eq!(international(&xmp, 1000), Some(Block::TooLarge));
        let raw = [RAW_KEYWORD, b"icc\0\0", &bomb].concat();
        assert_eq!(compressed(&raw, 1000), Some(Block::TooLarge));
        let plain_text = [RAW_KEYWORD, b"icc\0\nicc\n  40\n", &[b'0'; 80]].concat();
        assert_eq!(plain(&plain_text, 39), Some(Block::TooLarge));
    }

    #[test]
    fn raw_profiles_of_imagemagick_are_found() {
        let text = b"\nexif\n       8\n457869660000\n4d4d\n";
        let exif = Some(Block::Exif(b"MM".to_vec()));
        assert_eq!(plain(&[RAW_KEYWORD, b"exif\0", text].concat(), 99), exif);
        assert_eq!(compressed(&[RAW_KEYWORD, b"APP1\0\0", &deflate(text)].concat(), 99), exif);
        let icc = [RAW_KEYWORD, b"icc\0\nicc\n2\nABcd"].concat();
        assert_eq!(plain(&icc, 99), Some(Block::Icc(vec![0xab, 0xcd])));
        assert_eq!(plain(&[RAW_KEYWORD, b"iptc\0\niptc\n1\nAB"].concat(), 99), None);
        assert_eq!(plain(&[RAW_KEYWORD, b"icc\0\nicc\n3\nABCD"].concat(), 99), None, "cut off");
    }

    proptest! {
        #[test]
        fn any_text_is_a_block_or_none(rest in prop::collection::vec(any::<u8>(), 0..100), kind in 0usize..4) {
            let prefixes: [&[u8]; 4] = [XMP_KEYWORD, b"Raw profile type exif\0", b"Raw profile type icc\0\0", b""];
            let data = [prefixes[kind], &rest].concat();
            let _ = (international(&data, 50), plain(&data, 50), compressed(&data, 50));
        }
    }
}
