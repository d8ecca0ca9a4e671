//! Owns which types of this package travel, field by field. Does not own: how (`wire.rs`), nor errors (`errors.rs`).

use super::request::Settings;
use super::wire::{Bytes, Wire, wire_choice, wire_struct};
use crate::{
    Bits, Color, DecodeMode, Effort, EncodeOptions, Format, Formats, Header, JpegColorModel, JpegInfo,
    JpegTables, KeepMetadata, Limits, Metadata, Quality, Shape, Subsampling,
};

wire_struct!(Settings { limits, lenient });
wire_struct!(Limits {
    formats,
    max_pixels,
    max_width,
    max_height,
    max_file_bytes,
    max_decoded_bytes,
    max_metadata_bytes,
    max_scans,
    max_frames,
    max_work,
});
wire_struct!(Shape { width, height, color, bits });
wire_struct!(Metadata { orientation, exif, icc, xmp, jpeg });
wire_struct!(JpegTables { luma, chroma, sampling });
wire_struct!(JpegInfo { color_model, components, progressive, sampling, first_scan_components, tables });
wire_struct!(Header {
    format,
    width,
    height,
    color,
    bit_depth,
    orientation,
    jpeg,
    warnings,
    metadata,
    file_bytes,
    scratch,
});
wire_struct!(EncodeOptions { format, quality, subsampling, progressive, bits, effort, background, metadata });

wire_choice!(DecodeMode { Full = 0, Luma = 1 });
wire_choice!(Color { Gray = 0, GrayAlpha = 1, Rgb = 2, Rgba = 3 });
wire_choice!(JpegColorModel { Gray = 0, Ycbcr = 1, Rgb = 2, Cmyk = 3, Ycck = 4 });
wire_choice!(Subsampling { Auto = 0, None = 1, Horizontal = 2, Both = 3 });
wire_choice!(Bits { Auto = 0, One = 1 });
wire_choice!(Effort { Fastest = 0, Fast = 1, Balanced = 2, Best = 3 });
wire_choice!(Format {
    Jpeg = 0,
    Png = 1,
    WebP = 2,
    Tiff = 3,
    Bmp = 4,
    Gif = 5,
    Pnm = 6,
    Qoi = 7,
    Tga = 8,
    Ico = 9,
    Hdr = 10,
    Farbfeld = 11,
    Jxl = 12,
    Avif = 13,
});

/// Whether each is among them, one after the other.
impl Wire for Formats {
    fn put(&self, out: &mut Vec<u8>) {
        Format::ALL.iter().for_each(|format| self.contains(*format).put(out));
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        let mut formats = Formats::NONE;
        for format in Format::ALL {
            if bool::get(from)? {
                formats = formats.with(format);
            }
        }
        Some(formats)
    }
}

impl Wire for Quality {
    fn put(&self, out: &mut Vec<u8>) {
        let percent = match self {
            Quality::Keep => None,
            Quality::Percent(percent) => Some(*percent),
        };
        percent.put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        Some(Option::get(from)?.map_or(Quality::Keep, Quality::Percent))
    }
}

impl Wire for KeepMetadata {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_string().put(out);
    }

    fn get(from: &mut Bytes<'_>) -> Option<Self> {
        String::get(from)?.parse().ok()
    }
}
