//! Owns deciding what is really run for a picture: which decode, which ops are left, whether it is turned, what is written;
//! and how many bytes that takes at most.
//! Does not own: running it.

use crate::convert::op::AutoOrient;
use crate::convert::{Converter, GrayMode, Op};
use crate::encode::worst_case;
use crate::{Bits, Color, DecodeMode, EncodeOptions, Format, Header, Image, Limits, Quality, Result, Shape};
use std::fmt;

/// What is asked for, the same for every picture.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlanOptions {
    /// Ops, run in this order.
    pub ops: Vec<Op>,
    /// What to write; `None` writes the input's own format, or PNG where that cannot be written
    /// ([`Format::output_for`]).
    pub format: Option<Format>,
    /// Whether pictures are turned upright by their EXIF orientation before the first op that needs it; true by default.
    /// [`Op::AutoOrient`] among the ops turns there in any case.
    pub auto_orient: bool,
    /// What each picture, and what ops make of it, may ask for.
    pub limits: Limits,
}

impl PlanOptions {
    /// These ops, and defaults for everything else.
    pub fn new(ops: Vec<Op>) -> PlanOptions {
        PlanOptions { ops, format: None, auto_orient: true, limits: Limits::default() }
    }

    /// The same with this format to write.
    #[must_use]
    pub fn format(self, format: Format) -> PlanOptions {
        PlanOptions { format: Some(format), ..self }
    }
}

/// How a picture comes out of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecodePath {
    /// From JPEG to gray JPEG without decoding any pixel ([`Decoder::gray_jpeg`](crate::Decoder::gray_jpeg)).
    Lossless,
    /// Of a JPEG only the Y plane is decoded ([`DecodeMode::Luma`]).
    Luma,
    /// All of it is decoded ([`DecodeMode::Full`]).
    Full,
}

impl fmt::Display for DecodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            DecodePath::Lossless => "luma lossless",
            DecodePath::Luma => "luma plane",
            DecodePath::Full => "full decode",
        })
    }
}

impl From<DecodeMode> for DecodePath {
    fn from(mode: DecodeMode) -> DecodePath {
        match mode {
            DecodeMode::Luma => DecodePath::Luma,
            DecodeMode::Full => DecodePath::Full,
        }
    }
}

/// What to do for a picture, decided from its header.
///
/// Ops are folded into decoding where that gives the same result: gray of a JPEG becomes decoding only its Y plane, and if a JPEG
/// is to be written as well, with the quality that it has, nothing is decoded at all. Turning the picture upright is delayed past ops for which it makes no difference: it is cheaper on fewer samples.
///
/// ```
/// use pipeline_stages::{Limits, Plan, PlanOptions, probe};
///
/// let header = probe(b"P6 640 480 255 ", &Limits::default())?;
/// let plan = Plan::new(&header, &PlanOptions::new(vec!["gray".parse()?]))?;
/// assert_eq!(plan.to_string(), "decode pnm → gray → pnm");
/// assert!(plan.worst_case_bytes() >= 640 * 480 * 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    source: Format,
    mode: DecodeMode,
    ops: Vec<Op>,
    orientation: u8,
    format: Format,
    /// Bytes that a gray JPEG without loss takes, if one can be made of it and nothing else is wanted.
    lossless: Option<u64>,
    path: DecodePath,
    /// Most bytes before encoding, what encoding begins with, and bytes of metadata.
    until_encoding: u64,
    to_encode: Shape,
    metadata: u64,
    worst_case_bytes: u64,
}

impl Plan {
    /// Plans a picture.
    ///
    /// # Errors
    /// When an op cannot be applied to such a picture, or makes one beyond the limits.
    pub fn new(header: &Header, options: &PlanOptions) -> Result<Plan> {
        let orientation = header.orientation;
        let mut ops = with_turning(&options.ops, orientation, options.auto_orient);
        let folds = ops.first() == Some(&Op::Gray(GrayMode::Luma))
            && header.jpeg.as_ref().is_some_and(|jpeg| jpeg.has_luma_plane());
        let mode = if folds { DecodeMode::Luma } else { DecodeMode::Full };
        let mut shape = decoded_shape(header, mode);
        let mut most = shape.byte_len().saturating_add(decoder_scratch(header, mode));
        let mut kept = Vec::with_capacity(ops.len());
        for op in ops.drain(..) {
            // Gray of what is gray already does nothing.
            if matches!(op, Op::Gray(_)) && shape.color.is_gray() {
                continue;
            }
            let next = match &op {
                Op::AutoOrient(_) => turned(shape, orientation),
                other => other.shape(shape)?,
            };
            options.limits.check_shape(next)?;
            let needed =
                shape.byte_len().saturating_add(next.byte_len()).saturating_add(op.scratch_bytes(shape));
            most = most.max(needed);
            shape = next;
            kept.push(op);
        }
        let format = options.format.unwrap_or(header.format).output_for();
        let lossless = header.jpeg.as_ref().filter(|jpeg| {
            let untouched = kept.is_empty() && mode == DecodeMode::Luma && format == Format::Jpeg;
            untouched && (jpeg.components == 1 || jpeg.sampling[0] == jpeg.max_sampling())
        });
        let plan = Plan {
            source: header.format,
            mode,
            lossless: lossless.map(|_| lossless_bytes(header)),
            path: mode.into(),
            ops: kept,
            orientation,
            format,
            until_encoding: most,
            to_encode: shape,
            metadata: (header.metadata.byte_len() as u64).saturating_mul(3),
            worst_case_bytes: 0,
        };
        Ok(plan.encoded_with(&EncodeOptions::new(format)))
    }

    /// The same plan for other options than the defaults of its format: more effort may take more memory. The format stays.
    #[must_use]
    pub fn encoded_with(self, options: &EncodeOptions) -> Plan {
        let options = EncodeOptions { format: self.format, ..options.clone() };
        let most = self.until_encoding.max(worst_case::bytes(self.to_encode, &options));
        let as_it_is = options.quality == Quality::Keep && options.bits == Bits::Auto && !options.progressive;
        let lossless = self.lossless.filter(|_| as_it_is);
        let path = if lossless.is_some() { DecodePath::Lossless } else { self.mode.into() };
        // Where it turns out that it cannot be made, all of the picture is decoded.
        let most = most.max(lossless.unwrap_or(0));
        Plan { worst_case_bytes: most.saturating_add(FIXED).saturating_add(self.metadata), path, ..self }
    }

    /// How the picture comes out of its file. Where [`DecodePath::Lossless`] fails, [`decode_mode`](Self::decode_mode) and what
    /// follows are still right.
    pub fn path(&self) -> DecodePath {
        self.path
    }

    /// How much to decode.
    pub fn decode_mode(&self) -> DecodeMode {
        self.mode
    }

    /// The ops that are left to run after decoding.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The format to write.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Runs what is left after decoding. If that is anything, EXIF loses its thumbnail, which would show what was, and says the
    /// new size.
    ///
    /// # Errors
    /// Those of [`Converter::apply`].
    pub fn convert(&self, converter: &mut Converter, image: Image) -> Result<Image> {
        let mut image = self.ops.iter().try_fold(image, |image, op| converter.apply(image, op))?;
        if self.mode == DecodeMode::Luma || !self.ops.is_empty() {
            let (width, height) = (image.width(), image.height());
            image.metadata.set_changed(width, height);
        }
        Ok(image)
    }

    /// Most bytes that exist at once while this picture is decoded, converted and encoded: samples, scratch and the encoded
    /// output, but not the input file. An upper bound, for a memory budget; of encoding with the default options, or those of
    /// [`encoded_with`](Plan::encoded_with).
    pub fn worst_case_bytes(&self) -> u64 {
        self.worst_case_bytes
    }
}

/// The ops without those that do nothing, and with turning upright where it is to be: before the first op that needs it.
fn with_turning(ops: &[Op], orientation: u8, auto_orient: bool) -> Vec<Op> {
    let asked = ops.iter().position(|op| matches!(op, Op::AutoOrient(_)));
    let begin = if orientation > 1 { asked.or(auto_orient.then_some(0)) } else { None };
    let wanted = |op: &&Op| !matches!(op, Op::None | Op::AutoOrient(_));
    let Some(begin) = begin else { return ops.iter().filter(wanted).cloned().collect() };
    let delayed = ops[begin..].iter().take_while(|op| op.commutes_with_turning()).count();
    let (before, after) = ops.split_at(begin + delayed);
    let turn = Op::AutoOrient(AutoOrient);
    before.iter().filter(wanted).cloned().chain([turn]).chain(after.iter().filter(wanted).cloned()).collect()
}

impl fmt::Display for Plan {
    /// One line, such as `decode luma plane → orient 6 → png`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path {
            DecodePath::Lossless => f.write_str("JPEG luma, lossless")?,
            DecodePath::Luma => f.write_str("decode luma plane")?,
            DecodePath::Full => write!(f, "decode {}", self.source)?,
        }
        for op in &self.ops {
            match op {
                Op::AutoOrient(_) => write!(f, " → orient {}", self.orientation)?,
                other => write!(f, " → {other}")?,
            }
        }
        write!(f, " → {}", self.format)
    }
}

/// What decoding gives.
fn decoded_shape(header: &Header, mode: DecodeMode) -> Shape {
    let color = if mode == DecodeMode::Luma { header.color.to_gray() } else { header.color };
    Shape { color, ..header.shape() }
}

fn turned(shape: Shape, orientation: u8) -> Shape {
    if orientation < 5 { shape } else { Shape { width: shape.height, height: shape.width, ..shape } }
}

/// Bytes of samples of a picture of this size.
fn sample_bytes(header: &Header, color: Color) -> u64 {
    Shape { color, ..decoded_shape(header, DecodeMode::Full) }.byte_len()
}

/// Tables, rows and blocks of codecs that do not grow with the number of pixels.
const FIXED: u64 = 1 << 20;

/// What making a gray JPEG without loss takes: the file without stuffed bytes, where its blocks begin, what is written, and symbols of
/// 4 bytes. Buffers grow by doubling, and are copied while the old one is there.
fn lossless_bytes(header: &Header) -> u64 {
    let blocks = u64::from(header.width).div_ceil(8) * u64::from(header.height).div_ceil(8);
    let file = header.file_bytes as u64;
    // A block has at most 64 symbols and an end, and each has at least a bit in the file, but for ends.
    let symbols = (blocks * 65).min(blocks * 2 + file * 8);
    file + (512 << 10) + (file + blocks * 4) * 6 + symbols * 4 * 3
}

/// What decoders hold besides the samples they give.
fn decoder_scratch(header: &Header, mode: DecodeMode) -> u64 {
    let row = u64::from(header.width) * 4 * u64::from(header.bit_depth / 8);
    match &header.jpeg {
        Some(jpeg) => {
            let (h_max, v_max) = jpeg.max_sampling();
            let blocks = |side: u32, max: u8| u64::from(side).div_ceil(8 * u64::from(max));
            let mcus = blocks(header.width, h_max) * blocks(header.height, v_max);
            let used = &jpeg.sampling[..usize::from(jpeg.components).min(4)];
            let per_mcu: u64 = used.iter().map(|&(h, v)| u64::from(h) * u64::from(v)).sum();
            let whole_planes = jpeg.progressive || jpeg.first_scan_components < jpeg.components;
            // Coefficients are 16 bits. Asked for Y alone, the decoder takes planes with halved rows for twice as high.
            let coefficients = if whole_planes { mcus * per_mcu * 64 * 2 * u64::from(v_max) } else { 0 };
            // Luma that cannot be had by itself is picked from all three.
            let picked = if mode == DecodeMode::Luma { sample_bytes(header, Color::Rgb) } else { 0 };
            // CMYK before it is RGB, and what converting it by a profile takes.
            let inks = if jpeg.components == 4 { sample_bytes(header, Color::Rgba) + (8 << 20) } else { 0 };
            // Rows of blocks of every component, and their upsampled copies.
            // A copy of the file without stuffed bytes.
            coefficients + picked + inks + row * 8 * u64::from(v_max) * 6 + header.file_bytes as u64
        }
        // Big-endian bytes and the samples made of them; of an animated file a copy without its frames.
        None if header.format == Format::Png => {
            let wide = if header.bit_depth == 16 { sample_bytes(header, header.color) } else { 0 };
            wide + row * 4 + header.file_bytes as u64
        }
        // A PNG inside an icon is decoded like one.
        None if header.format == Format::Ico => header.scratch + sample_bytes(header, header.color) + row * 4,
        None => header.scratch,
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
