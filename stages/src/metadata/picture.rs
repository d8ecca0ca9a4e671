//! Owns the blocks that travel with a picture, and that they stay true when the picture changes.
//! Does not own: how a block is read or changed (`exif/`, `xmp.rs`).

use super::{JpegTables, exif, xmp};

/// What a file said about its picture. Blocks are kept as they were, without the headers of their container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// How the stored picture has to be turned to be upright: EXIF orientation, 1 to 8. 1 is upright.
    pub orientation: u8,
    /// The EXIF block, from its TIFF header on.
    pub exif: Option<Vec<u8>>,
    /// The ICC color profile.
    pub icc: Option<Vec<u8>>,
    /// The XMP packet.
    pub xmp: Option<Vec<u8>>,
    /// How strongly a JPEG was quantised, so that it can be written again with the same quality.
    pub jpeg: Option<JpegTables>,
}

impl Default for Metadata {
    fn default() -> Self {
        Metadata { orientation: 1, exif: None, icc: None, xmp: None, jpeg: None }
    }
}

impl Metadata {
    /// Bytes that the blocks take.
    pub fn byte_len(&self) -> usize {
        [&self.exif, &self.icc, &self.xmp].into_iter().flatten().map(Vec::len).sum()
    }

    /// Says that the picture is upright now: in [`orientation`](Metadata::orientation), in the EXIF block and in the XMP
    /// packet.
    pub(crate) fn set_upright(&mut self) {
        self.orientation = 1;
        if let Some(block) = &mut self.exif {
            exif::set_upright(block);
        }
        if let Some(packet) = &mut self.xmp {
            xmp::set_number(packet, "tiff:Orientation", 1);
        }
    }

    /// Says that the samples are not those of the file any more: the thumbnail inside EXIF shows another picture now and
    /// is taken out, and width and height are corrected where they are given.
    pub(crate) fn set_changed(&mut self, width: u32, height: u32) {
        if let Some(block) = &mut self.exif {
            exif::drop_thumbnail(block);
            exif::set_size(block, width, height);
        }
        if let Some(packet) = &mut self.xmp {
            for (name, value) in [
                ("exif:PixelXDimension", width),
                ("exif:PixelYDimension", height),
                ("tiff:ImageWidth", width),
                ("tiff:ImageLength", height),
            ] {
                xmp::set_number(packet, name, value);
            }
        }
    }

    /// Says that colors are those of sRGB now, with this profile or none.
    pub(crate) fn set_srgb(&mut self, icc: Option<Vec<u8>>) {
        self.icc = icc;
        if let Some(block) = &mut self.exif {
            exif::set_srgb(block);
        }
        if let Some(packet) = &mut self.xmp {
            xmp::set_number(packet, "exif:ColorSpace", 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upright_picture_says_so_in_every_block() {
        let mut metadata = Metadata {
            orientation: 6,
            exif: exif::only_orientation(6).map(<[u8]>::to_vec),
            xmp: Some(br#"<r tiff:Orientation="6"/>"#.to_vec()),
            ..Metadata::default()
        };
        metadata.set_upright();
        assert_eq!(metadata.orientation, 1);
        assert_eq!(metadata.exif.as_deref(), exif::only_orientation(1));
        assert_eq!(metadata.xmp.as_deref(), Some(&br#"<r tiff:Orientation="1"/>"#[..]));
    }

    #[test]
    fn another_size_is_said_in_xmp_too() {
        let packet = b"<exif:PixelXDimension>4000</exif:PixelXDimension><a tiff:ImageLength = '9'/>";
        let mut metadata = Metadata { xmp: Some(packet.to_vec()), ..Metadata::default() };
        metadata.set_changed(80, 120);
        let expected = b"<exif:PixelXDimension>80</exif:PixelXDimension><a tiff:ImageLength = '120'/>";
        assert_eq!(metadata.xmp.as_deref(), Some(&expected[..]));
    }
}
