//! Owns deciding what is really run for a picture: which decode, which ops are left, whether it is turned, what is written;
//! and how many bytes that takes at most.
//! Does not own: running it.

use crate::convert::{Converter, GrayMode, Op};
use crate::{Color, DecodeMode, Format, Header, Image, Result};
use std::fmt;

/// What to do for a picture, decided from its header.
///
/// Ops are folded into decoding where that gives the same result: gray of a JPEG becomes decoding only its Y plane.
///
/// ```
/// use pipeline_stages::{Limits, Op, Plan, probe};
///
/// let header = probe(b"P6 640 480 255 ", &Limits::default())?;
/// let plan = Plan::new(&header, &["gray".parse::<Op>().unwrap()], None);
/// assert_eq!(plan.to_string(), "decode pnm → gray → pnm");
/// assert!(plan.worst_case_bytes() >= 640 * 480 * 4);
/// # Ok::<(), pipeline_stages::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    source: Format,
    mode: DecodeMode,
    ops: Vec<Op>,
    orientation: u8,
    format: Format,
    worst_case_bytes: u64,
}

impl Plan {
    /// Plans a picture. `format` is what to write; `None` writes the input's own format, or PNG where that cannot be
    /// written ([`Format::output_for`]).
    pub fn new(header: &Header, ops: &[Op], format: Option<Format>) -> Plan {
        let mut ops: Vec<Op> = ops.iter().filter(|op| **op != Op::None).cloned().collect();
        let folds = ops.first() == Some(&Op::Gray(GrayMode::Luma))
            && header.jpeg.as_ref().is_some_and(|jpeg| jpeg.has_luma_plane());
        let mode = if folds { DecodeMode::Luma } else { DecodeMode::Full };
        let mut color = if folds { header.color.to_gray() } else { header.color };
        // Gray of what is gray already does nothing.
        ops.retain(|op| match op {
            Op::Gray(_) => {
                let colored = !color.is_gray();
                color = color.to_gray();
                colored
            }
            Op::None => false,
        });
        let format = format.unwrap_or(header.format).output_for();
        let orientation = header.orientation;
        let worst_case_bytes = worst_case(header, mode, &ops, orientation);
        Plan { source: header.format, mode, ops, orientation, format, worst_case_bytes }
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

    /// Runs what is left after decoding: the ops, then turning the picture upright (that is cheaper on fewer channels).
    ///
    /// # Errors
    /// Those of [`Converter::apply`] and [`Converter::orient`].
    pub fn convert(&self, converter: &mut Converter, image: Image) -> Result<Image> {
        let image = self.ops.iter().try_fold(image, |image, op| converter.apply(image, op))?;
        converter.orient(image)
    }

    /// Most bytes that exist at once while this picture is decoded, converted and encoded: samples, scratch and the encoded
    /// output, but not the input file. An upper bound, for a memory budget.
    pub fn worst_case_bytes(&self) -> u64 {
        self.worst_case_bytes
    }
}

impl fmt::Display for Plan {
    /// One line, such as `decode luma plane → orient 6 → png`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mode {
            DecodeMode::Luma => f.write_str("decode luma plane")?,
            DecodeMode::Full => write!(f, "decode {}", self.source)?,
        }
        for op in &self.ops {
            write!(f, " → {op}")?;
        }
        if self.orientation > 1 {
            write!(f, " → orient {}", self.orientation)?;
        }
        write!(f, " → {}", self.format)
    }
}

/// Bytes of samples of a picture of this size.
fn sample_bytes(header: &Header, color: Color) -> u64 {
    let pixels = u64::from(header.width) * u64::from(header.height);
    pixels.saturating_mul(color.channels() as u64 * u64::from(header.bit_depth / 8))
}

fn worst_case(header: &Header, mode: DecodeMode, ops: &[Op], orientation: u8) -> u64 {
    // Tables, rows and blocks of codecs that do not grow with the number of pixels.
    const FIXED: u64 = 1 << 20;
    let mut color = if mode == DecodeMode::Luma { header.color.to_gray() } else { header.color };
    let mut now = sample_bytes(header, color);
    let mut most = now.saturating_add(decoder_scratch(header, mode));
    for op in ops {
        if let Op::Gray(_) = op {
            color = color.to_gray();
        }
        let next = sample_bytes(header, color);
        most = most.max(now.saturating_add(next));
        now = next;
    }
    if orientation >= 5 {
        most = most.max(now.saturating_mul(2));
    }
    // A copy of the samples in another layout or byte order, the output as it grows (its buffer doubles), and a zlib stream
    // or filtered rows beside it. Measured in `tests/memory.rs` on noise, which no encoder can make smaller.
    let copies = if header.bit_depth == 16 { 8 } else { 6 };
    let rows = u64::from(header.height).saturating_mul(8);
    let encode = now.saturating_mul(copies).saturating_add(rows);
    let metadata = (header.metadata.byte_len() as u64).saturating_mul(3);
    most.max(encode).saturating_add(FIXED).saturating_add(metadata)
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
            // Rows of blocks of every component, and their upsampled copies.
            // A copy of the file: without stuffed bytes, or guarded (see `decode/jpeg.rs`).
            coefficients + picked + row * 8 * u64::from(v_max) * 6 + header.file_bytes as u64
        }
        // Big-endian bytes and the samples made of them; of an animated file a copy without its frames.
        None if header.format == Format::Png => {
            let wide = if header.bit_depth == 16 { sample_bytes(header, header.color) } else { 0 };
            wide + row * 4 + header.file_bytes as u64
        }
        // The `image` crate may hold a second copy, and four bytes a sample on the way.
        None => sample_bytes(header, Color::Rgba).saturating_mul(5),
    }
}
