//! Owns the ways into the crate, what must be true of whatever they give, and how much memory they may take. The fuzz targets
//! use this file as well.
//! Does not own: where files come from.

use pipeline_jpeg::{ColorModel, Decoder, Error, GrayJpeg, Header, Limits, Output, Scale};

/// Small enough that a file which is decoded to the limit takes a fraction of a second.
pub(crate) const LIMITS: Limits = Limits { max_pixels: 1 << 23, max_scans: 100 };

/// A way into the crate.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Gives whether there was a picture. Panics if what it was given cannot be.
    pub(crate) run: fn(&mut Decoder, &[u8], &mut Vec<u8>) -> bool,
    /// The most bytes that it may allocate at once for a file.
    pub(crate) bound: fn(&[u8]) -> usize,
}

/// All of them.
pub(crate) const TARGETS: [Target; 10] = [
    Target { name: "header", run: |_, file, _| Header::parse(file).is_ok(), bound: |_| 4096 },
    Target { name: "gray", run: gray, bound: |file| decoding(file, Output::Gray) },
    Target {
        name: "RGB",
        run: |d, file, out| decode(d, file, Output::Rgb, out),
        bound: |f| decoding(f, Output::Rgb),
    },
    Target {
        name: "CMYK",
        run: |d, file, out| decode(d, file, Output::Cmyk, out),
        bound: |f| decoding(f, Output::Cmyk),
    },
    Target { name: "gray JPEG", run: |d, file, out| gray_jpeg(d, file, false, out), bound: writing },
    Target { name: "smallest", run: |d, file, out| gray_jpeg(d, file, true, out), bound: writing },
    Target {
        name: "what is left",
        run: |d, file, out| salvage(d, file, Output::Gray, out),
        bound: salvaging,
    },
    Target {
        name: "the same in RGB",
        run: |d, file, out| salvage(d, file, Output::Rgb, out),
        bound: salvaging,
    },
    Target {
        name: "half as wide",
        run: |d, file, out| scaled(d, file, Scale::Half, out),
        bound: |f| decoding(f, Output::Rgb),
    },
    Target {
        name: "an eighth",
        run: |d, file, out| scaled(d, file, Scale::Eighth, out),
        bound: |f| decoding(f, Output::Gray) + ahead(f),
    },
];

fn gray(decoder: &mut Decoder, file: &[u8], out: &mut Vec<u8>) -> bool {
    let decoded = decoder.gray(file, out);
    if let Ok((width, height)) = decoded {
        assert_eq!(out.len() as u64, u64::from(width) * u64::from(height), "a sample for each pixel");
    }
    refused_whole(file, decoded.err(), out)
}

fn decode(decoder: &mut Decoder, file: &[u8], output: Output, out: &mut Vec<u8>) -> bool {
    let decoded = decoder.decode(file, output, out);
    if let Ok(info) = &decoded {
        let pixels = info.header.width as usize * info.header.height as usize;
        assert_eq!(out.len(), pixels * output.samples(), "all samples of each pixel");
        assert_eq!(Header::parse(file).as_ref(), Ok(&info.header), "one header");
        assert!(info.trailing < file.len());
    }
    refused_whole(file, decoded.err(), out)
}

fn scaled(decoder: &mut Decoder, file: &[u8], scale: Scale, out: &mut Vec<u8>) -> bool {
    let output = if scale == Scale::Half { Output::Rgb } else { Output::Gray };
    let decoded = decoder.scaled(file, scale, output, out);
    if let Ok(info) = &decoded {
        assert_eq!(
            info.size,
            scale.size((info.header.width, info.header.height)),
            "the size that was announced"
        );
        assert_eq!(out.len(), info.size.0 as usize * info.size.1 as usize * output.samples(), "all samples");
    }
    refused_whole(file, decoded.err(), out)
}

fn salvage(decoder: &mut Decoder, file: &[u8], output: Output, out: &mut Vec<u8>) -> bool {
    let salvaged = decoder.salvage(file, output, out);
    if let Ok(salvaged) = &salvaged {
        let pixels = salvaged.info.header.width as usize * salvaged.info.header.height as usize;
        assert_eq!(out.len(), pixels * output.samples(), "all samples of each pixel");
        assert!(salvaged.missing <= 100, "percent");
    }
    refused_whole(file, salvaged.err(), out)
}

fn gray_jpeg(decoder: &mut Decoder, file: &[u8], optimize: bool, out: &mut Vec<u8>) -> bool {
    let written = decoder.to_gray_jpeg(file, GrayJpeg { optimize, ..GrayJpeg::default() }, out);
    if let Ok(info) = &written {
        let header = Header::parse(out);
        let told = header.map(|header| ((header.width, header.height), header.color));
        assert_eq!(told, Ok(((info.header.width, info.header.height), ColorModel::Gray)), "a gray JPEG");
    }
    refused_whole(file, written.err(), out)
}

/// After an error nothing is given, and places are in the file.
fn refused_whole(file: &[u8], error: Option<Error>, out: &[u8]) -> bool {
    if let Some(error) = &error {
        assert!(out.is_empty(), "nothing is given after {error}");
    }
    if let Some(Error::Damaged { at, .. } | Error::Truncated { at, .. }) = error {
        assert!(at <= file.len(), "byte {at} of {}", file.len());
    }
    error.is_none()
}

/// The most that decoding may take at once, in bytes, by what the file is and says:
/// - the pixels that are asked for, if the header can be read and the limits allow them;
/// - for each column of the picture the samples of a row of MCUs and, if progressive, its coefficients: of four components at most
///   4 × 8 rows of 1 + 2.2 bytes each, and a row of its own;
/// - the entropy-coded data without stuffed bytes, in buffers that grow by doubling and are copied then: 3 × the file;
/// - 64 KiB of tables for each scan and one more.
fn decoding(file: &[u8], output: Output) -> usize {
    let (width, height) = size(file);
    let columns = if width == 0 { 0 } else { width + 64 };
    let scans = scans(file);
    let progressive = Header::parse(file).is_ok_and(|header| header.progressive);
    let store = if progressive { coefficients(width, height) } else { 0 };
    width * height * output.samples() + columns * 4 * (33 * 3 + 10) + 3 * file.len() + (scans << 16) + store
}

/// How many scans there can be, and one more.
fn scans(file: &[u8]) -> usize {
    file.windows(2).filter(|pair| pair == b"\xff\xda").count().min(LIMITS.max_scans) + 1
}

/// Where blocks begin, found ahead of reading them where only levels or codes are wanted: 512 KiB for each scan, but nothing for
/// the smallest files.
fn ahead(file: &[u8]) -> usize {
    if file.len() < 1 << 11 { 0 } else { scans(file) << 19 }
}

/// All coefficients, of which there are two bytes for each sample of four components at most, in whole MCUs; and a map of eight
/// bytes for each block. Progressive pictures that end before all bits were given need them, and damaged ones.
fn coefficients(width: usize, height: usize) -> usize {
    if width == 0 { 0 } else { (width + 32) * (height + 32) * 4 * 2 * 9 / 8 }
}

/// The same for what is left of a damaged file. Its size counts as the largest that is allowed if only libjpeg can read its header.
fn salvaging(file: &[u8]) -> usize {
    let (width, height) = match (size(file), LIMITS.max_pixels as usize / 256) {
        ((0, _), height) => (256, height),
        (size, _) => size,
    };
    decoding(file, Output::Rgb) + 3 * width * height + coefficients(width, height)
}

/// The same for writing a gray JPEG. What is decoded is the same but for the pixels. What is written is kept until all is known:
/// two symbols for each block of 64 pixels, of four bytes each; and one for each coefficient that is not zero, which took two bits
/// of the file or more. Lists grow by doubling and are copied then.
fn writing(file: &[u8]) -> usize {
    let (width, height) = size(file);
    let blocks = width.div_ceil(8) * height.div_ceil(8);
    decoding(file, Output::Gray) + ahead(file) - width * height + 3 * (2 * blocks + 4 * file.len()) * (4 + 2)
}

/// Pixels across and down; 0 if there is no header or the limits do not allow so many.
fn size(file: &[u8]) -> (usize, usize) {
    let size = Header::parse(file).map(|header| (header.width as usize, header.height as usize));
    size.ok().filter(|&(width, height)| (width * height) as u64 <= LIMITS.max_pixels).unwrap_or_default()
}
