//! Owns making a gray JPEG of a JPEG without decoding it, by `pipeline-jpeg`, with the metadata that goes along.
//! Does not own: for which pictures that is done (see `plan`), which metadata is kept (see `encode`).

use super::jpeg::{explain_own, trailing};
use super::{Header, settle_profile};
use crate::encode::gray_jpeg_segments;
use crate::{Effort, EncodeOptions, Encoded, Result};
use pipeline_jpeg::{AppSegment, Carried, GrayJpeg};

pub(super) fn gray_jpeg(
    bytes: &[u8],
    header: &Header,
    options: &EncodeOptions,
    decoder: &mut pipeline_jpeg::Decoder,
) -> Result<Encoded> {
    let mut warnings = header.warnings.clone();
    let mut metadata = header.metadata.clone();
    settle_profile(&mut metadata, true, &mut warnings);
    // It is gray now, which its thumbnail is not.
    metadata.set_changed(header.width, header.height);
    let segments = gray_jpeg_segments(&metadata, options, &mut warnings);
    let segments: Vec<_> = segments
        .iter()
        .map(|segment| AppSegment { marker: 0xe0 | segment.app, body: &segment.body })
        .collect();
    let options =
        GrayJpeg { optimize: options.effort >= Effort::Balanced, carried: Carried::These(&segments) };
    let mut file = Vec::new();
    let found = decoder.to_gray_jpeg(bytes, options, &mut file).map_err(explain_own)?;
    warnings.extend(trailing(found.trailing));
    Ok(Encoded { bytes: file, warnings })
}
