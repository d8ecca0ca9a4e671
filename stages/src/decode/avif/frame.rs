//! Owns decoding one AV1 frame into its planes.
//! Does not own: the container around it, and colors.

use super::properties::Properties;
use super::{TRUNCATED, damaged};
use crate::{Limits, Result};
use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Decoder, Error, Picture, PixelLayout, PlanarImageComponent, Settings};

/// One plane, its samples as numbers.
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) samples: Vec<u16>,
}

/// The planes of a frame: luma, and unless it is gray two color differences.
pub(super) struct Frame {
    pub(super) planes: Vec<Plane>,
    pub(super) bits: u32,
    /// What the AV1 data says of its colors, in code points of H.273.
    pub(super) matrix: u64,
    pub(super) full_range: bool,
}

pub(super) fn decode(data: Vec<u8>, about: &Properties, limits: &Limits) -> Result<Frame> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(u32::try_from(limits.max_pixels).unwrap_or(u32::MAX));
    let explain = |error: Error| match error {
        Error::Again => TRUNCATED,
        other => damaged(format!("its AV1 data: {other}")),
    };
    let mut decoder = Decoder::with_settings(&settings).map_err(explain)?;
    match decoder.send_data(data, None, None, None) {
        Ok(()) | Err(Error::Again) => {}
        Err(error) => return Err(explain(error)),
    }
    let picture = decoder.get_picture().map_err(explain)?;
    if (picture.width(), picture.height()) != (about.width, about.height) {
        return Err(damaged("its AV1 data is of another size than the file says"));
    }
    let bits = picture.bits_per_component().map_or(0, |bits| bits.0 as u32);
    if bits != about.bits {
        return Err(damaged("its AV1 data is of another depth than the file says"));
    }
    let gray = picture.pixel_layout() == PixelLayout::I400;
    let components = [PlanarImageComponent::Y, PlanarImageComponent::U, PlanarImageComponent::V];
    let planes =
        components.into_iter().take(if gray { 1 } else { 3 }).map(|component| plane(&picture, component));
    Ok(Frame {
        planes: planes.collect::<Option<_>>().ok_or(TRUNCATED)?,
        bits,
        matrix: picture.matrix_coefficients() as u64,
        full_range: picture.color_range() == YUVRange::Full,
    })
}

fn plane(picture: &Picture, component: PlanarImageComponent) -> Option<Plane> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (width, height) = match (component, picture.pixel_layout()) {
        (PlanarImageComponent::Y, _) | (_, PixelLayout::I444 | PixelLayout::I400) => (width, height),
        (_, PixelLayout::I422) => (width.div_ceil(2), height),
        (_, PixelLayout::I420) => (width.div_ceil(2), height.div_ceil(2)),
    };
    // In bytes, whatever the depth.
    let stride = picture.stride(component) as usize;
    let data = picture.plane(component);
    let bytes: &[u8] = data.as_ref();
    let wide = picture.bit_depth() > 8;
    let mut samples = Vec::with_capacity(width * height);
    for y in 0..height {
        let row = bytes.get(y * stride..)?.get(..width * if wide { 2 } else { 1 })?;
        if wide {
            samples.extend(row.as_chunks::<2>().0.iter().map(|&pair| u16::from_ne_bytes(pair)));
        } else {
            samples.extend(row.iter().map(|&byte| u16::from(byte)));
        }
    }
    Some(Plane { width, height, samples })
}
