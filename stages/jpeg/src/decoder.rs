//! Owns the public decoder: its limits and what it gives.
//! Does not own: decoding (see `picture.rs`).

use crate::lenient;
use crate::picture::State;
use crate::{Error, GrayJpeg, Header, Output, Scale};
use alloc::vec::Vec;
use core::fmt;

/// What one picture may ask for at most. Checked from its header, before anything is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels (width × height). Default 2^28, a square of 16384.
    pub max_pixels: u64,
    /// Most scans of a progressive picture. Default 100; encoders make about 10. Every one is work for all blocks, however few
    /// bytes it has.
    pub max_scans: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_pixels: 1 << 28, max_scans: 100 }
    }
}

/// What is known of a picture after it was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// What its header says.
    pub header: Header,
    /// Width and height in pixels of what came out.
    pub size: (u32, u32),
    /// How many bytes of the file come after the end of the picture. They were not looked at.
    pub trailing: usize,
    /// Whether no scan gave some of the coefficients, or some of their bits, although nothing is damaged. What they would have added
    /// to a progressive picture is estimated, as libjpeg does it.
    pub incomplete: bool,
}

/// What was left of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salvaged {
    /// What is known of the picture.
    pub info: Info,
    /// The first place that is not as it should be; `None` if everything is.
    pub damage: Option<Error>,
    /// How many such places were noticed.
    pub places: usize,
    /// The first row of pixels that is affected where a scan breaks off. Changed bytes often are noticed only later than that.
    pub noticed: Option<u32>,
    /// How many percent of the first component, rounded up, no scan had any data for. They are gray.
    pub missing: u8,
}

/// Decodes JPEGs. Keep one per worker: its tables and buffers are used again for the next picture.
#[derive(Clone)]
pub struct Decoder {
    limits: Limits,
    state: State,
}

impl Decoder {
    /// A decoder with these limits.
    pub fn new(limits: Limits) -> Decoder {
        Decoder { limits, state: State::default() }
    }

    /// Sets other limits for the next pictures.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Decodes the JPEG `file` to `out`: [`Output::samples`] bytes for each pixel, row by row from the top left, as stored (no
    /// orientation is applied). What was in `out` is replaced; after an error it is empty.
    ///
    /// The bytes are those of libjpeg-turbo with its accurate transform (`djpeg -dct int`, with `-grayscale` for
    /// [`Output::Gray`]), which filters color of half the size when it widens it.
    ///
    /// ```
    /// use pipeline_jpeg::{Decoder, Limits, Output};
    ///
    /// # let mut file = Vec::new();
    /// # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 12], 2, 2, jpeg_encoder::ColorType::Rgb)?;
    /// let mut rgb = Vec::new();
    /// let info = Decoder::new(Limits::default()).decode(&file, Output::Rgb, &mut rgb)?;
    /// assert_eq!((info.header.width, info.header.height, info.trailing), (2, 2, 0));
    /// assert_eq!(rgb, [200; 12]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unsupported`] for kinds that are not decoded here and [`Error::TooLarge`], both from the header alone;
    /// [`Error::Damaged`] or [`Error::Truncated`] for anything irregular up to the end of the picture; [`Error::OutOfMemory`].
    pub fn decode(&mut self, file: &[u8], output: Output, out: &mut Vec<u8>) -> Result<Info, Error> {
        self.scaled(file, Scale::Full, output, out)
    }

    /// Decodes the JPEG `file` to a smaller picture of [`Info::size`]. Otherwise as [`decode`](Self::decode); the bytes are those
    /// of `djpeg -scale` with 1/2, 1/4 or 1/8. [`Limits::max_pixels`] counts those of the file.
    ///
    /// ```
    /// use pipeline_jpeg::{Decoder, Limits, Output, Scale};
    ///
    /// # let mut file = Vec::new();
    /// # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 30 * 17], 30, 17, jpeg_encoder::ColorType::Luma)?;
    /// let mut gray = Vec::new();
    /// let info = Decoder::new(Limits::default()).scaled(&file, Scale::Quarter, Output::Gray, &mut gray)?;
    /// assert_eq!((info.header.width, info.header.height), (30, 17));
    /// assert_eq!(info.size, (8, 5));
    /// assert_eq!(gray, [200; 8 * 5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode).
    pub fn scaled(
        &mut self,
        file: &[u8],
        scale: Scale,
        output: Output,
        out: &mut Vec<u8>,
    ) -> Result<Info, Error> {
        let info = self.state.decode(self.limits, file, (output, scale), out);
        if info.is_err() {
            out.clear();
        }
        self.state.trim();
        info
    }

    /// Decodes what is left of a damaged or truncated JPEG: what libjpeg-turbo shows of it, with warnings (`djpeg -dct int`, version
    /// 2.1). It is slower than [`decode`](Self::decode), and gives the same for files that are whole. What was in `out` is replaced;
    /// after an error it is empty.
    ///
    /// ```
    /// use pipeline_jpeg::{Decoder, Limits, Output};
    ///
    /// # let mut file = Vec::new();
    /// # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 64 * 64], 64, 64, jpeg_encoder::ColorType::Luma)?;
    /// let mut pixels = Vec::new();
    /// let half = &file[..file.len() - 10];
    /// let salvaged = Decoder::new(Limits::default()).salvage(half, Output::Gray, &mut pixels)?;
    /// assert_eq!((pixels.len(), pixels[0]), (64 * 64, 200));
    /// assert!(salvaged.damage.is_some() && salvaged.missing > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode); [`Error::Damaged`] only where libjpeg gives up as well.
    pub fn salvage(&mut self, file: &[u8], output: Output, out: &mut Vec<u8>) -> Result<Salvaged, Error> {
        out.clear();
        let salvaged = lenient::decode(file, self.limits, output, out);
        if salvaged.is_err() {
            out.clear();
        }
        salvaged
    }

    /// Decodes the Y plane: [`decode`](Self::decode) to [`Output::Gray`]. Gives width and height in pixels.
    ///
    /// ```
    /// use pipeline_jpeg::{Decoder, Limits};
    ///
    /// let mut out = Vec::new();
    /// let error = Decoder::new(Limits::default()).gray(b"GIF89a", &mut out).unwrap_err();
    /// assert_eq!(error.to_string(), "damaged at byte 0: expected the marker that starts a JPEG");
    /// ```
    ///
    /// # Errors
    /// Those of [`decode`](Self::decode).
    pub fn gray(&mut self, file: &[u8], out: &mut Vec<u8>) -> Result<(u32, u32), Error> {
        let Info { header, .. } = self.decode(file, Output::Gray, out)?;
        Ok((header.width, header.height))
    }

    /// Makes a gray JPEG of the JPEG `file` without loss, and writes it to `out`: a baseline file with the very coefficients, quantisation
    /// and size of its Y plane, which decodes to what [`gray`](Self::gray) gives. It has no restart markers. No orientation is
    /// applied: if EXIF is carried along, it still says it. What was in `out` is replaced; after an error it is empty.
    ///
    /// The picture is that of `jpegtran -grayscale`. Luma keeps its Huffman codes, but progressive files get new ones.
    ///
    /// ```
    /// use pipeline_jpeg::{ColorModel, Decoder, GrayJpeg, Header, Limits};
    ///
    /// # let mut file = Vec::new();
    /// # jpeg_encoder::Encoder::new(&mut file, 90).encode(&[200; 12], 2, 2, jpeg_encoder::ColorType::Rgb)?;
    /// let mut decoder = Decoder::new(Limits::default());
    /// let (mut gray_file, mut before, mut after) = (Vec::new(), Vec::new(), Vec::new());
    /// decoder.to_gray_jpeg(&file, GrayJpeg::default(), &mut gray_file)?;
    /// assert_eq!(Header::parse(&gray_file)?.color, ColorModel::Gray);
    /// assert_eq!(decoder.gray(&file, &mut before)?, decoder.gray(&gray_file, &mut after)?);
    /// assert_eq!(before, after);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`gray`](Self::gray); [`Unsupported::SmallLuma`](crate::Unsupported::SmallLuma) and
    /// [`Unsupported::FarLevels`](crate::Unsupported::FarLevels) for luma that no gray JPEG can hold;
    /// [`Error::Segment`].
    pub fn to_gray_jpeg(
        &mut self,
        file: &[u8],
        options: GrayJpeg<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Info, Error> {
        out.clear();
        let info = self.state.gray_jpeg(self.limits, file, options, out);
        if info.is_err() {
            out.clear();
        }
        self.state.trim();
        info
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            file(63, |encoder| encoder.set_progressive(true)),
        ];
        let mut decoder = Decoder::new(Limits::default());
        for (file, left) in files.iter().chain(files.iter().rev()).zip([100, 10_000].iter().cycle()) {
            let mut out = alloc::vec![7; *left];
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
        let info = Decoder::new(Limits::default()).decode(&more, Output::Gray, &mut Vec::new()).unwrap();
        assert_eq!(info.trailing, 1);
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
        let error =
            Decoder::new(Limits { max_pixels: 99, ..Limits::default() }).gray(&huge, &mut out).unwrap_err();
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
    fn a_progressive_picture_leaves_nothing_behind_wherever_it_breaks() {
        let whole = file(64, |encoder| encoder.set_progressive(true));
        let mut decoder = Decoder::new(Limits::default());
        let (mut want, mut out, mut broken) = (Vec::new(), Vec::new(), 0);
        decoder.decode(&whole, Output::Rgb, &mut want).unwrap();
        for at in (700..whole.len()).step_by(3) {
            let mut damaged = whole.clone();
            damaged[at] = 0xfe;
            broken += usize::from(decoder.decode(&damaged, Output::Rgb, &mut out).is_err());
            decoder.decode(&whole, Output::Rgb, &mut out).unwrap();
            assert!(out == want, "after damage at {at}");
        }
        assert!(broken > 100, "{broken}");
    }

    #[test]
    fn more_scans_than_anyone_makes_are_refused() {
        let progressive = file(16, |encoder| encoder.set_progressive(true));
        let scan = progressive.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let frame = &progressive[..scan];
        // Color in a scan for each coefficient and bit; none of them is looked into.
        let bits = (1..=60).flat_map(|at| [(at, 0x01), (at, 0x10)]);
        let scans = bits.map(|(at, bits)| [0xff, 0xda, 0, 8, 1, 1, 0, at, at, bits]);
        let levels = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0];
        let scans: Vec<u8> = [levels].into_iter().chain(scans).flatten().collect();
        let file = [frame, &scans, b"\xff\xd9"].concat();
        assert_eq!(gray(&file), Err(Error::TooManyScans { limit: 100 }));
        let fewer = Limits { max_scans: 3, ..Limits::default() };
        let error = Decoder::new(fewer).gray(&progressive, &mut Vec::new()).unwrap_err();
        assert_eq!(error, Error::TooManyScans { limit: 3 });
    }
}
