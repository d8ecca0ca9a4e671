//! Owns what travels with a picture besides its samples, and the one EXIF field that changes how it looks: orientation.
//! Does not own: where each format keeps these blocks (see [`crate::decode`] and [`crate::encode`]).

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

    /// Says that the picture is upright now, in [`orientation`](Metadata::orientation) and inside the EXIF block.
    pub(crate) fn set_upright(&mut self) {
        self.orientation = 1;
        if let Some(exif) = &mut self.exif
            && let Some(field) = orientation_field(exif)
        {
            let value = if field.big_endian { [0, 1] } else { [1, 0] };
            exif[field.at..field.at + 2].copy_from_slice(&value);
        }
    }
}

/// Quantisation of a JPEG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegTables {
    /// Quantisation table of the first component, rows of 8 from the lowest frequency (not in zigzag order).
    pub luma: [u16; 64],
    /// That of the second component, if there is one.
    pub chroma: Option<[u16; 64]>,
    /// How many samples the first component has for one of the second: horizontally and vertically.
    pub sampling: (u8, u8),
}

impl JpegTables {
    /// Those of the picture turned so that rows become columns: horizontal detail is vertical detail then.
    pub(crate) fn transpose(&mut self) {
        for table in [&mut self.luma].into_iter().chain(&mut self.chroma) {
            let before = *table;
            *table = std::array::from_fn(|at| before[at % 8 * 8 + at / 8]);
        }
        self.sampling = (self.sampling.1, self.sampling.0);
    }
}

/// Where an EXIF block keeps its orientation.
struct OrientationField {
    at: usize,
    big_endian: bool,
    value: u16,
}

/// The orientation in an EXIF block: 1 to 8, or `None` when it is missing or out of range.
pub(crate) fn exif_orientation(exif: &[u8]) -> Option<u8> {
    let value = orientation_field(exif)?.value;
    u8::try_from(value).ok().filter(|value| (1..=8).contains(value))
}

/// Looks only at the first directory (EXIF 2.32, 4.6.2), so a loop of directories cannot hold it up.
fn orientation_field(exif: &[u8]) -> Option<OrientationField> {
    const ORIENTATION: u16 = 0x0112;
    const SHORT: u16 = 3;
    let big_endian = match exif.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let u16_at = |at: usize| -> Option<u16> {
        let bytes = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let bytes = exif.get(4..8)?.try_into().ok()?;
    let directory = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let first = usize::try_from(directory).ok()?.checked_add(2)?;
    let entries = usize::from(u16_at(first - 2)?);
    (0..entries).map(|index| first.saturating_add(index * 12)).find_map(|entry| {
        let found = u16_at(entry)? == ORIENTATION && u16_at(entry + 2)? == SHORT;
        let at = entry.checked_add(8)?;
        found.then_some(OrientationField { at, big_endian, value: u16_at(at)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A little-endian block with a width tag first, then orientation.
    fn little(orientation: u8) -> Vec<u8> {
        let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
        block.extend([0x00, 0x01, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0]);
        block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        block
    }

    #[test]
    fn orientation_is_read_in_both_byte_orders() {
        assert_eq!(exif_orientation(&little(6)), Some(6));
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0";
        assert_eq!(exif_orientation(big), Some(8));
    }

    #[test]
    fn orientation_out_of_range_is_none() {
        assert_eq!(exif_orientation(&little(0)), None);
        assert_eq!(exif_orientation(&little(9)), None);
    }

    #[test]
    fn an_upright_picture_says_so_inside_its_exif_block_too() {
        let mut metadata = Metadata { orientation: 6, exif: Some(little(6)), ..Metadata::default() };
        metadata.set_upright();
        assert_eq!(metadata.orientation, 1);
        assert_eq!(metadata.exif.as_deref(), Some(little(1).as_slice()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_block_without_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), real in any::<bool>()) {
            if real && bytes.len() >= 8 {
                bytes[..4].copy_from_slice(b"II*\0");
                bytes[5..8].fill(0);
            }
            let found = exif_orientation(&bytes);
            prop_assert!(found.is_none_or(|value| (1..=8).contains(&value)));
        }
    }
}
