//! Owns the public decoder: its limits, and the tables and buffers it keeps between pictures.
//! Does not own: any step of decoding.

use crate::frame::Frame;
use crate::header::ColorModel;
use crate::plane::Plane;
use crate::progressive::{self, Reader};
use crate::scan::{self, Layout};
use crate::scans::Scans;
use crate::segments::Segments;
use crate::tables::{Tables, Use};
use crate::{Error, Unsupported};
use alloc::vec::Vec;
use core::fmt;

/// What one picture may ask for at most. Checked from its header, before anything is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels (width × height). Default 2^28, a square of 16384.
    pub max_pixels: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_pixels: 1 << 28 }
    }
}

/// Decodes JPEGs. Keep one per worker: its tables and buffers are used again for the next picture.
#[derive(Clone)]
pub struct Decoder {
    limits: Limits,
    tables: Tables,
    /// Entropy-coded data of one segment, without stuffed bytes.
    data: Vec<u8>,
    /// For pictures of several scans.
    scratch: progressive::Scratch,
}

/// The most scratch that is kept for the next picture, in bytes.
const KEPT: usize = 4 << 20;

impl Decoder {
    /// A decoder with these limits.
    pub fn new(limits: Limits) -> Decoder {
        Decoder {
            limits,
            tables: Tables::default(),
            data: Vec::new(),
            scratch: progressive::Scratch::default(),
        }
    }

    /// Decodes the Y plane of the JPEG `file` to `out`: one byte for each pixel, row by row from the top left, as stored
    /// (no orientation is applied). Gives width and height in pixels. What was in `out` is replaced; after an error it is empty.
    ///
    /// The bytes are those of libjpeg-turbo's gray output with its accurate transform (`djpeg -grayscale -dct int`).
    ///
    /// ```
    /// use pipeline_jpeg::{Decoder, Error, Limits};
    ///
    /// let mut out = Vec::new();
    /// let error = Decoder::new(Limits::default()).gray(b"GIF89a", &mut out).unwrap_err();
    /// assert_eq!(error.to_string(), "damaged at byte 0: expected the marker that starts a JPEG");
    /// ```
    ///
    /// # Errors
    /// [`Error::Unsupported`] for kinds that are not decoded here and [`Error::TooLarge`], both from the header alone;
    /// [`Error::Damaged`] or [`Error::Truncated`] for anything irregular, which includes bytes after the end of the picture;
    /// [`Error::OutOfMemory`].
    pub fn gray(&mut self, file: &[u8], out: &mut Vec<u8>) -> Result<(u32, u32), Error> {
        out.clear();
        let size = self.luma(file, out);
        if size.is_err() {
            out.clear();
        }
        if self.data.capacity() > KEPT {
            self.data = Vec::new();
        }
        self.scratch.shrink(KEPT);
        size
    }

    fn luma(&mut self, file: &[u8], out: &mut Vec<u8>) -> Result<(u32, u32), Error> {
        let mut scans = Scans::open(file)?;
        supported(&scans)?;
        if !scans.at_once() {
            return self.luma_of_scans(file, scans, out);
        }
        let Some(scan) = scans.next()? else { return Err(Error::Damaged { at: 0, expected: "a scan" }) };
        let frame = scans.frame();
        let (width, height) = (frame.width, frame.height);
        let bytes = self.check_size(frame, file.len() - scan.data, file.len())?;
        let only_luma = |component| if component == 0 { Use::Decode } else { Use::PassOver };
        self.tables.set(scans.codes(), &scan, only_luma)?;
        out.try_reserve_exact(bytes).map_err(|_| Error::OutOfMemory { bytes })?;
        out.resize(bytes, 0);
        let missing = Error::Damaged { at: scan.data, expected: "a scan whose quantisation was defined" };
        let steps = scans.steps(0).ok_or(missing)?;
        let mut plane = Plane { samples: out, width: width as usize, steps };
        let mut segments = Segments::new(file, scan.data);
        let mut parts = self.tables.parts(frame, &scan, only_luma);
        let layout = Layout::of(&scan, frame);
        scan::decode(&layout, &mut parts, &mut plane, &mut segments, &mut self.data)?;
        scans.resume(segments.end());
        if scans.next()?.is_some() {
            return Err(Error::Damaged { at: segments.end(), expected: "the end of the picture" });
        }
        if scans.position() != file.len() {
            return Err(Error::Damaged { at: scans.position(), expected: "the end of the file" });
        }
        Ok((width, height))
    }

    /// The same for a picture of several scans.
    fn luma_of_scans(
        &mut self,
        file: &[u8],
        mut scans: Scans<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(u32, u32), Error> {
        let bytes = self.pixels(scans.frame())?;
        let wanted = [true, false, false, false];
        let reader = Reader::open(file, &mut scans, wanted, &mut self.scratch)?;
        if scans.position() != file.len() {
            return Err(Error::Damaged { at: scans.position(), expected: "the end of the file" });
        }
        let frame = scans.frame();
        let missing =
            Error::Damaged { at: scans.position(), expected: "a scan whose quantisation was defined" };
        let steps = scans.steps(0).ok_or(missing)?;
        out.try_reserve_exact(bytes).map_err(|_| Error::OutOfMemory { bytes })?;
        out.resize(bytes, 0);
        let mut plane = Plane { samples: out, width: frame.width as usize, steps };
        reader.decode(frame, &mut self.scratch, &mut plane)?;
        Ok((frame.width, frame.height))
    }

    /// How many pixels the picture has. A block has two codes of at least one bit, so a lie about the size is found here.
    fn check_size(&self, frame: &Frame, data: usize, at: usize) -> Result<usize, Error> {
        let pixels = self.pixels(frame)?;
        let (across, down) = frame.mcus();
        let blocks: u64 = frame.components().iter().map(|component| u64::from(component.blocks())).sum();
        if u64::from(across) * u64::from(down) * blocks > data as u64 * 4 {
            return Err(Error::Truncated { at, expected: "more entropy-coded data" });
        }
        Ok(pixels)
    }

    fn pixels(&self, frame: &Frame) -> Result<usize, Error> {
        let pixels = u64::from(frame.width) * u64::from(frame.height);
        if pixels > self.limits.max_pixels {
            return Err(Error::TooLarge { pixels, limit: self.limits.max_pixels });
        }
        Ok(usize::try_from(pixels).unwrap_or(usize::MAX))
    }
}

/// What is not decoded yet, by name.
fn supported(scans: &Scans<'_>) -> Result<(), Unsupported> {
    let frame = scans.frame();
    if !matches!(scans.color(), ColorModel::Gray | ColorModel::Ycbcr) {
        return Err(Unsupported::ColorTransform);
    }
    if frame.components().first().is_some_and(|luma| luma.sampling != frame.highest_sampling()) {
        return Err(Unsupported::LumaSampling);
    }
    Ok(())
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unsupported;
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    fn file(side: u16, edit: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
        let pixels: Vec<u8> =
            (0..u32::from(side) * u32::from(side) * 3).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 85);
        edit(&mut encoder);
        encoder.encode(&pixels, side, side, ColorType::Rgb).unwrap();
        bytes
    }

    /// One component with codes of its own.
    fn optimised() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 85);
        encoder.set_optimized_huffman_tables(true);
        let pixels: Vec<u8> = (0..40 * 40u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
        encoder.encode(&pixels, 40, 40, ColorType::Luma).unwrap();
        bytes
    }

    fn gray(file: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        Decoder::new(Limits::default()).gray(file, &mut out).map(|_| out)
    }

    #[test]
    fn the_same_luma_comes_out_whatever_is_done_to_color() {
        let full = gray(&file(61, |encoder| encoder.set_sampling_factor(SamplingFactor::F_1_1))).unwrap();
        for sampling in [SamplingFactor::F_2_1, SamplingFactor::F_1_2, SamplingFactor::F_2_2] {
            let file = file(61, |encoder| encoder.set_sampling_factor(sampling));
            assert_eq!(gray(&file).unwrap(), full, "{sampling:?}");
        }
        let restarts = file(61, |encoder| encoder.set_restart_interval(3));
        assert_eq!(gray(&restarts).unwrap(), full);
    }

    #[test]
    fn a_decoder_is_as_good_after_other_pictures_as_new() {
        let files = [
            file(40, |encoder| encoder.set_restart_interval(1)),
            optimised(),
            file(16, |_| {}),
            b"\xff\xd8broken".to_vec(),
            file(64, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2)),
        ];
        let mut decoder = Decoder::new(Limits::default());
        for file in files.iter().chain(files.iter().rev()) {
            let mut out = alloc::vec![7; 100];
            let result = decoder.gray(file, &mut out).map(|_| out.clone());
            assert_eq!(result, gray(file));
            assert!(result.is_ok() || out.is_empty());
        }
    }

    #[test]
    fn anything_irregular_is_an_error() {
        let whole = file(48, |_| {});
        let end = whole.len();
        for cut in [end - 1, end - 2, end - 10, end / 2] {
            assert!(matches!(gray(&whole[..cut]), Err(Error::Truncated { .. })), "cut at {cut}");
        }
        let short = [&whole[..end - 12], b"\xff\xd9"].concat();
        assert!(gray(&short).is_err(), "data is missing before the end");
        let long = [&whole[..end - 2], b"\x12\x34\xff\xd9"].concat();
        assert!(matches!(gray(&long), Err(Error::Damaged { at, .. }) if at == end - 2), "data is left over");
        let more = [&whole[..], b"x"].concat();
        assert_eq!(gray(&more), Err(Error::Damaged { at: end, expected: "the end of the file" }));
        let restarts = file(48, |encoder| encoder.set_restart_interval(2));
        let at = restarts.windows(2).position(|pair| pair == [0xff, 0xd1]).unwrap();
        let lost = [&restarts[..at], &restarts[at + 2..]].concat();
        let at = lost.windows(2).position(|pair| pair == [0xff, 0xd2]).unwrap();
        assert_eq!(gray(&lost), Err(Error::Damaged { at, expected: "the next restart marker" }));
    }

    #[test]
    fn limits_and_lies_about_the_size_are_met_before_pixels_are_allocated() {
        let mut huge = file(16, |_| {});
        let frame = huge.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        huge[frame + 5..frame + 9].copy_from_slice(&[0x27, 0x10, 0x27, 0x10]);
        let mut out = Vec::new();
        assert!(matches!(gray(&huge), Err(Error::Truncated { .. })));
        let error = Decoder::new(Limits { max_pixels: 99 }).gray(&huge, &mut out).unwrap_err();
        assert_eq!(error, Error::TooLarge { pixels: 100_000_000, limit: 99 });
        assert_eq!(out.capacity(), 0);
    }

    #[test]
    fn the_same_luma_comes_out_of_a_progressive_file() {
        for (sampling, interval) in [(SamplingFactor::F_1_1, 0), (SamplingFactor::F_2_2, 2)] {
            let set = |encoder: &mut Encoder<&mut Vec<u8>>| {
                encoder.set_sampling_factor(sampling);
                encoder.set_restart_interval(interval);
            };
            let progressive = file(61, |encoder| {
                set(encoder);
                encoder.set_progressive(true);
            });
            assert_eq!(gray(&progressive).unwrap(), gray(&file(61, set)).unwrap());
        }
    }

    #[test]
    fn more_scans_than_anyone_makes_are_refused() {
        let progressive = file(16, |encoder| encoder.set_progressive(true));
        let scan = progressive.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let frame = &progressive[..scan];
        // Color in a scan for each coefficient and bit; none of them is looked into.
        let scans = (1..=60).flat_map(|at| [(at, 0x01), (at, 0x10)]).map(|(at, bits)| {
            let head = [0xff, 0xda, 0, 8, 1, 1, 0, at, at, bits];
            head
        });
        let levels = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0];
        let scans: Vec<u8> = [levels].into_iter().chain(scans).flatten().collect();
        let file = [frame, &scans, b"\xff\xd9"].concat();
        assert_eq!(gray(&file), Err(Error::TooManyScans { limit: 100 }));
    }
}
