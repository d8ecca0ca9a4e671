//! Owns gray with alpha as the `tiff` crate asks for a layout: gray is first, alpha an extra sample.
//! Does not own: all other layouts, which the crate has.

use tiff::encoder::colortype::ColorType;
use tiff::tags::{PhotometricInterpretation, SampleFormat};

/// 8 bits each.
pub(super) struct GrayAlpha8;
/// 16 bits each.
pub(super) struct GrayAlpha16;

macro_rules! gray_alpha {
    ($layout:ty, $sample:ty, $bits:literal) => {
        impl ColorType for $layout {
            type Inner = $sample;
            const TIFF_VALUE: PhotometricInterpretation = PhotometricInterpretation::BlackIsZero;
            const BITS_PER_SAMPLE: &'static [u16] = &[$bits; 2];
            const SAMPLE_FORMAT: &'static [SampleFormat] = &[SampleFormat::Uint; 2];

            // TIFF 6.0, section 14: each sample less the same sample of the pixel before.
            fn horizontal_predict(row: &[$sample], out: &mut Vec<$sample>) {
                out.extend_from_slice(&row[..row.len().min(2)]);
                out.extend(row.iter().zip(row.iter().skip(2)).map(|(before, now)| now.wrapping_sub(*before)));
            }
        }
    };
}

gray_alpha!(GrayAlpha8, u8, 8);
gray_alpha!(GrayAlpha16, u16, 16);
