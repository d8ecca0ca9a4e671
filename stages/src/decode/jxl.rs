//! Owns reading JPEG XL, with and without loss; of an animation the first frame.
//! Does not own: decoding it, which `jxl-oxide` does, in one thread and within a number of bytes.
//!
//! The codestream says how the picture is turned, and decoding turns it (ISO/IEC 18181-1), so it arrives upright.

use super::header::ANIMATED;
use super::{Decoded, Header};
use crate::{Color, Error, Format, Image, Limits, Metadata, Result, Samples};
use jxl_oxide::image::BitDepth;
use jxl_oxide::{AllocTracker, AuxBoxData, InitializeResult, JxlImage, JxlThreadPool, PixelFormat};
use std::borrow::Cow;

/// Bytes that are looked at before it is asked whether that is enough, or too much.
const PIECE: usize = 4096;

/// What CICP calls sRGB: its primaries, its transfer function, RGB, full range.
const SRGB: [u8; 4] = [1, 13, 0, 1];

fn damaged(reason: impl ToString) -> Error {
    Error::Damaged { format: "JPEG XL", reason: reason.to_string().trim_end_matches('.').to_owned() }
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported { format: "JPEG XL", what: what.to_owned() }
}

pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<Header> {
    // Enough for any header; frames come later.
    let (image, _) = open(&needed(bytes), limits.max_metadata_bytes.saturating_mul(4) as u64)?;
    let (width, height) = (image.width(), image.height());
    let color = color(&image)?;
    let facts = &image.image_header().metadata;
    let float = matches!(facts.bit_depth, BitDepth::FloatSample { .. });
    let mut warnings = Vec::new();
    if facts.animation.is_some() {
        warnings.push(ANIMATED.to_owned());
    }
    if float {
        warnings.push("floating-point samples were cut to 0…1 and kept in 16 bits".to_owned());
    }
    Ok(Header {
        format: Format::Jxl,
        width,
        height,
        color,
        bit_depth: if float || facts.bit_depth.bits_per_sample() > 8 { 16 } else { 8 },
        orientation: 1,
        jpeg: None,
        warnings,
        metadata: Metadata::default(),
        file_bytes: bytes.len(),
        scratch: most_bytes(width, height, facts.ec_info.len()).saturating_add(bytes.len() as u64 * 3),
    })
}

/// What decoding may hold: coefficients and several copies of each channel as 32-bit floats. The decoder is held to it.
fn most_bytes(width: u32, height: u32, extra_channels: usize) -> u64 {
    const COPIES: u64 = 8;
    let samples = u64::from(width) * u64::from(height) * (3 + extra_channels as u64);
    samples.saturating_mul(4 * COPIES).saturating_add(32 << 20)
}

pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded> {
    let bytes = &needed(bytes);
    let (mut image, fed) = open(bytes, header.scratch)?;
    let mut frames = Frames::default();
    frames.check(&image, limits)?;
    // A piece at a time: frames of a few bytes are refused before all of them are remembered, and before any is decoded.
    for piece in bytes[fed..].chunks(PIECE) {
        image.feed_bytes(piece).map_err(damaged)?;
        frames.check(&image, limits)?;
    }
    image.finalize().map_err(damaged)?;
    if !image.is_loading_done() && image.num_loaded_keyframes() == 0 {
        return Err(Error::Truncated { format: "JPEG XL" });
    }
    let render = image.render_frame(0).map_err(damaged)?;
    let mut stream = render.stream();
    let size = (stream.width(), stream.height(), stream.channels() as usize);
    if size != (header.width, header.height, header.color.channels()) {
        return Err(damaged("its first frame is not of the picture's size"));
    }
    let count = u64::from(header.width) * u64::from(header.height) * header.color.channels() as u64;
    let count = usize::try_from(count).map_err(damaged)?;
    let samples = if header.bit_depth == 8 {
        let mut samples = vec![0u8; count];
        stream.write_to_buffer(&mut samples);
        Samples::U8(samples)
    } else {
        let mut samples = vec![0u16; count];
        stream.write_to_buffer(&mut samples);
        Samples::U16(samples)
    };
    let mut warnings = Vec::new();
    let metadata = metadata(&image, limits, &mut warnings);
    let picture = Image::new(header.width, header.height, header.color, samples)?;
    Ok(Decoded { image: picture.with_metadata(metadata), warnings, degraded: false })
}

/// Refuses too many frames, shown or not, and too much work: the first picture that is shown can be put together from any
/// number of frames, each as large as it and with several passes, in a few bytes. What a frame draws on itself (patches, splines)
/// is bounded by the library alone.
#[derive(Default)]
struct Frames {
    seen: usize,
    work: u64,
    shown: bool,
}

impl Frames {
    /// Looks at those that have come since it was asked last.
    fn check(&mut self, image: &JxlImage, limits: &Limits) -> Result<()> {
        let count = image.num_loaded_frames();
        limits.check_frames(count as u64)?;
        let new = (self.seen..count).filter_map(|number| image.frame(number));
        self.seen = count;
        for header in new.map(|frame| frame.header()) {
            if self.shown {
                break;
            }
            let pixels = u64::from(header.width) * u64::from(header.height);
            self.work = self.work.saturating_add(pixels.saturating_mul(u64::from(header.passes.num_passes)));
            limits.check_work(self.work)?;
            self.shown = header.is_keyframe();
        }
        Ok(())
    }
}

/// The file without the boxes that are not needed: how to make the JPEG that it came from, and compressed metadata, whose size once
/// unpacked nobody bounds. (ISO/IEC 18181-2: a box is its length, its type, and what is in it.)
fn needed(bytes: &[u8]) -> Cow<'_, [u8]> {
    const CONTAINER: &[u8] = b"\0\0\0\x0cJXL ";
    if !bytes.starts_with(CONTAINER) {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::new();
    let mut rest = bytes;
    while let Some(&[a, b, c, d, ref kind @ ..]) = rest.first_chunk::<8>() {
        let length = match u32::from_be_bytes([a, b, c, d]) {
            0 => rest.len(),
            1 => {
                let long = rest.get(8..16).and_then(|long| long.try_into().ok()).map(u64::from_be_bytes);
                long.and_then(|long| usize::try_from(long).ok()).unwrap_or(usize::MAX)
            }
            length => length as usize,
        };
        let (whole, after) = rest.split_at(length.max(8).min(rest.len()));
        if !matches!(kind, b"brob" | b"jbrd") {
            kept.extend_from_slice(whole);
        }
        rest = after;
    }
    Cow::Owned(kept)
}

/// The picture with its header read, and how many bytes that took.
fn open(bytes: &[u8], most: u64) -> Result<(JxlImage, usize)> {
    let tracker = AllocTracker::with_limit(usize::try_from(most).unwrap_or(usize::MAX));
    let mut empty = JxlImage::builder().pool(JxlThreadPool::none()).alloc_tracker(tracker).build_uninit();
    // A piece at a time, so that of a large file no more is looked at than its header.
    let mut fed = 0;
    loop {
        let end = bytes.len().min(fed + PIECE);
        let read = empty.feed_bytes(&bytes[fed..end]).map_err(damaged)?;
        let stuck = read == 0;
        fed += read;
        empty = match empty.try_init().map_err(damaged)? {
            InitializeResult::Initialized(image) => return Ok((image, fed)),
            InitializeResult::NeedMoreData(_) if stuck => return Err(Error::Truncated { format: "JPEG XL" }),
            InitializeResult::NeedMoreData(empty) => empty,
        };
    }
}

fn color(image: &JxlImage) -> Result<Color> {
    if image.hdr_type().is_some() {
        return Err(unsupported("brightness beyond white (PQ or HLG)"));
    }
    let mut alphas = image.image_header().metadata.ec_info.iter().filter(|channel| channel.is_alpha());
    if alphas.any(|alpha| alpha.alpha_associated() == Some(true)) {
        return Err(unsupported("colors that were multiplied by alpha"));
    }
    match image.pixel_format() {
        PixelFormat::Gray => Ok(Color::Gray),
        PixelFormat::Graya => Ok(Color::GrayAlpha),
        PixelFormat::Rgb => Ok(Color::Rgb),
        PixelFormat::Rgba => Ok(Color::Rgba),
        PixelFormat::Cmyk | PixelFormat::Cmyka => Err(unsupported("CMYK colors")),
    }
}

fn metadata(image: &JxlImage, limits: &Limits, warnings: &mut Vec<String>) -> Metadata {
    let mut keep = |block: Option<Vec<u8>>, what: &str| {
        let fits = block.as_ref().is_none_or(|block| block.len() <= limits.max_metadata_bytes);
        if !fits {
            warnings.push(format!(
                "its {what} is larger than {} bytes and was dropped",
                limits.max_metadata_bytes
            ));
        }
        block.filter(|block| fits && !block.is_empty())
    };
    let plain = image.rendered_cicp() == Some(SRGB);
    let icc = keep((!plain).then(|| image.rendered_icc()), "color profile");
    let boxes = image.aux_boxes();
    let exif = match boxes.first_exif() {
        Ok(AuxBoxData::Data(exif)) => {
            exif.payload().get(exif.tiff_header_offset() as usize..).map(<[u8]>::to_vec)
        }
        _ => None,
    };
    let exif = keep(exif, "EXIF block");
    let xmp = match boxes.first_xml() {
        AuxBoxData::Data(xmp) => Some(xmp.to_vec()),
        _ => None,
    };
    let xmp = keep(xmp, "XMP packet");
    let mut metadata = Metadata { exif, icc, xmp, ..Metadata::default() };
    // What the EXIF block says of it is about the picture before it was turned.
    metadata.set_upright();
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe;

    /// What `cjxl -d 0` makes of a PPM of 2×1 pixels: 10, 20, 30 and 250, 128, 0.
    const LOSSLESS: &[u8] = &[
        0xff, 0x0a, 0x00, 0x70, 0x10, 0x50, 0x5c, 0x08, 0x08, 0x02, 0x01, 0x00, 0x40, 0x00, 0x4b, 0x18, 0x8b,
        0x15, 0xc2, 0x51, 0x1b, 0x8c, 0x3e, 0xc0, 0x1e, 0x6e, 0x37, 0x9d, 0x93, 0x00,
    ];

    fn read(bytes: &[u8]) -> Result<Image> {
        let header = probe(bytes, &Limits::default())?;
        Ok(decode(bytes, &header, &Limits::default())?.image)
    }

    #[test]
    fn a_picture_without_loss_is_exact() {
        let image = read(LOSSLESS).unwrap();
        assert_eq!(
            (image.color(), image.samples()),
            (Color::Rgb, &Samples::U8(vec![10, 20, 30, 250, 128, 0]))
        );
    }

    #[test]
    fn frames_and_work_are_limited_before_anything_is_decoded() {
        let header = probe(LOSSLESS, &Limits::default()).unwrap();
        let refused = |limits: Limits| decode(LOSSLESS, &header, &limits).unwrap_err().to_string();
        assert_eq!(
            refused(Limits { max_work: 1, ..Limits::default() }),
            "limit: decoding work in pixels × scans is 2, at most 1 allowed; --max-work raises it"
        );
        assert_eq!(
            refused(Limits { max_frames: 0, ..Limits::default() }),
            "limit: number of frames is 1, at most 0 allowed; --max-frames raises it"
        );
        assert!(
            decode(LOSSLESS, &header, &Limits { max_work: 2, max_frames: 1, ..Limits::default() }).is_ok()
        );
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        for cut in 2..LOSSLESS.len() {
            assert!(read(&LOSSLESS[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn boxes_that_are_not_needed_are_not_looked_into() {
        let signature = b"\0\0\0\x0cJXL \r\n\x87\n".as_slice();
        let kind = b"\0\0\0\x14ftypjxl \0\0\0\0jxl ".as_slice();
        let hidden = b"\0\0\0\x0cbrobExif".as_slice();
        let codestream =
            [&((LOSSLESS.len() + 8) as u32).to_be_bytes(), b"jxlc".as_slice(), LOSSLESS].concat();
        let with = [signature, kind, hidden, &codestream].concat();
        assert_eq!(needed(&with).as_ref(), [signature, kind, &codestream].concat());
        assert_eq!(read(&with).unwrap(), read(LOSSLESS).unwrap());
    }
}
