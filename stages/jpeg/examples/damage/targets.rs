//! Owns the ways into the crate, what must be true of whatever they give, and how much memory they may take. The fuzz targets
//! use this file as well.
//! Does not own: where files come from.

use pipeline_jpeg::{Decoder, Error, Header, Limits, Output};

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
pub(crate) const TARGETS: [Target; 4] = [
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
    let pixels = |header: &Header| u64::from(header.width) * u64::from(header.height);
    let header = Header::parse(file).ok().filter(|header| pixels(header) <= LIMITS.max_pixels);
    let picture = header.map_or(0, |header| {
        let columns = header.width as usize + 64;
        pixels(&header) as usize * output.samples() + columns * 4 * (33 * 3 + 10)
    });
    let scans = file.windows(2).filter(|pair| pair == b"\xff\xda").count().min(LIMITS.max_scans) + 1;
    picture + 3 * file.len() + (scans << 16)
}
