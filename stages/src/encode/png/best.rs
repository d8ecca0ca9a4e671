//! Owns the search for the smallest PNG: forms, filters, and at last Zopfli, which looks for the best way to write down
//! what a filter gives.
//! Does not own: what may be tried (see `form.rs`).
//!
//! The search is bounded by bytes, not by a clock, so that the same picture gives the same file on every machine: about
//! [`TRIED`] bytes go through zlib at its highest level, and up to [`PERFECTED`] through each round of Zopfli.

use super::form::Form;
use super::{by_library, by_us, failed, fast};
use crate::Result;
use flate2::read::ZlibDecoder;
use png::{BitDepth, Compression, Filter, Info};
use std::io::Read;
use std::num::NonZeroU64;

/// Bytes that all filters together may compress.
const TRIED: usize = 32 << 20;
/// The longest picture in bytes that Zopfli gets: it takes seconds and two hundred times the memory for a megabyte.
pub(in super::super) const PERFECTED: usize = 512 << 10;
/// After these rounds little is left to gain.
const ROUNDS: NonZeroU64 = NonZeroU64::MIN.saturating_add(4);

/// The most promising first, since for large pictures only the first few are tried.
const FILTERS: [Filter; 7] = [
    Filter::Adaptive,
    Filter::MinEntropy,
    Filter::Paeth,
    Filter::NoFilter,
    Filter::Sub,
    Filter::Up,
    Filter::Avg,
];
/// Neighboring bytes of palettes and of packed pixels have little to do with each other (PNG specification, 12.7).
const FILTERS_OF_INDICES: [Filter; 3] = [Filter::NoFilter, Filter::Adaptive, Filter::MinEntropy];

/// The smallest file of all that were tried.
pub(super) fn encode(
    info: &Info<'static>,
    forms: &[Form<'_>],
    scratch: &mut fast::Scratch,
) -> Result<Vec<u8>> {
    let mut smallest: Option<(Vec<u8>, &Form<'_>)> = None;
    let mut keep = |bytes: Vec<u8>, form| {
        if smallest.as_ref().is_none_or(|(before, _)| bytes.len() < before.len()) {
            smallest = Some((bytes, form));
        }
    };
    for form in forms {
        keep(by_us(info, form, scratch)?, form);
        let plain = form.depth as u8 >= BitDepth::Eight as u8 && form.color != png::ColorType::Indexed;
        let filters: &[Filter] = if plain { &FILTERS } else { &FILTERS_OF_INDICES };
        let tries = (TRIED / form.rows.len().max(1)).clamp(1, filters.len());
        for filter in &filters[..tries] {
            keep(by_library(info, form, Compression::High, *filter)?, form);
        }
    }
    match smallest {
        Some((bytes, form)) => perfect(info, form, bytes),
        None => Ok(Vec::new()),
    }
}

/// The same filtered rows, written down by Zopfli, if that is smaller.
fn perfect(info: &Info<'static>, form: &Form<'_>, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if form.rows.len() > PERFECTED {
        return Ok(bytes);
    }
    let Some(filtered) = filtered_rows(&bytes) else { return Ok(bytes) };
    let options = zopfli::Options { iteration_count: ROUNDS, ..zopfli::Options::default() };
    let mut stream = Vec::new();
    zopfli::compress(options, zopfli::Format::Zlib, filtered.as_slice(), &mut stream)
        .map_err(|error| failed(error.into()))?;
    let perfected = super::around(info, form, &stream)?;
    Ok(if perfected.len() < bytes.len() { perfected } else { bytes })
}

/// What the IDAT chunks of a file that was just written hold: rows with a filter byte each.
fn filtered_rows(file: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Vec::new();
    let mut rest = file.get(8..)?;
    while let Some((length, chunk)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if chunk.starts_with(b"IDAT") {
            stream.extend(chunk.get(4..4 + length)?);
        }
        rest = chunk.get(4 + length + 4..)?;
    }
    let mut filtered = Vec::new();
    ZlibDecoder::new(stream.as_slice()).read_to_end(&mut filtered).ok()?;
    Some(filtered)
}
