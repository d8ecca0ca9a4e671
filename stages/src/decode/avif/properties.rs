//! Owns what is said of one item: its size, depth, colors, profile, and how it is turned.
//! Does not own: which items there are.
//!
//! Source: ISO/IEC 23008-12, 6.5 (properties) and 9.3 (which item has which); AV1 in ISOBMFF, 2.3 (av1C); MIAF, 7.3.6.7.

use super::boxes::{Boxes, Numbers, find};
use super::{TRUNCATED, damaged, unsupported};
use crate::Result;

/// What Rec. ITU-T H.273 calls PQ and HLG.
const BEYOND_WHITE: [u64; 2] = [16, 18];

#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits per sample: 8, 10 or 12.
    pub(super) bits: u32,
    pub(super) monochrome: bool,
    /// Whether it is the alpha of another.
    pub(super) alpha: bool,
    /// Code points of H.273, where the file has them outside of its AV1 data.
    pub(super) primaries: Option<u64>,
    pub(super) matrix: Option<u64>,
    pub(super) full_range: Option<bool>,
    pub(super) icc: Option<Vec<u8>>,
    /// Quarter turns against the clock, and then a mirror: 0 swaps top and bottom, 1 left and right.
    pub(super) rotation: u8,
    pub(super) mirror: Option<u8>,
}

impl Properties {
    pub(super) fn of(iprp: &[u8], id: u64) -> Result<Properties> {
        let all: Vec<_> = Boxes(find(iprp, b"ipco").ok_or(TRUNCATED)?).collect();
        let mut about = Properties::default();
        for (index, essential) in indices(iprp, id)? {
            let Some(&(kind, content)) = index.checked_sub(1).and_then(|index| all.get(index)) else {
                continue;
            };
            about.add(kind, content, essential)?;
        }
        if about.width == 0 || about.height == 0 || about.bits == 0 {
            return Err(damaged("it does not say how large its picture is, or how it is coded"));
        }
        Ok(about)
    }

    fn add(&mut self, kind: [u8; 4], content: &[u8], essential: bool) -> Result<()> {
        let mut numbers = Numbers(content);
        match &kind {
            b"ispe" => {
                numbers.version()?;
                (self.width, self.height) = (numbers.take(4)? as u32, numbers.take(4)? as u32);
            }
            b"av1C" => {
                let flags = numbers.take(3)? & 0xff;
                self.bits = match (flags >> 6 & 1, flags >> 5 & 1) {
                    (0, _) => 8,
                    (_, 0) => 10,
                    _ => 12,
                };
                self.monochrome = flags >> 4 & 1 == 1;
            }
            b"colr" => self.colors(&mut numbers)?,
            b"irot" => self.rotation = numbers.take(1)? as u8 & 3,
            b"imir" => self.mirror = Some(numbers.take(1)? as u8 & 1),
            b"auxC" => {
                let name = content.get(4..).unwrap_or_default();
                self.alpha = name.starts_with(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha");
            }
            b"clap" => return Err(unsupported("a picture of which only a part is shown")),
            b"pixi" | b"pasp" | b"a1lx" | b"clli" | b"mdcv" => {}
            _ if essential => return Err(unsupported(format!("a property {}", kind.escape_ascii()))),
            _ => {}
        }
        Ok(())
    }

    fn colors(&mut self, numbers: &mut Numbers<'_>) -> Result<()> {
        match numbers.bytes(4)? {
            b"nclx" => {
                self.primaries = Some(numbers.take(2)?);
                if BEYOND_WHITE.contains(&numbers.take(2)?) {
                    return Err(unsupported("brightness beyond white (PQ or HLG)"));
                }
                self.matrix = Some(numbers.take(2)?);
                self.full_range = Some(numbers.take(1)? & 0x80 != 0);
            }
            b"prof" | b"rICC" => self.icc = Some(numbers.0.to_vec()),
            _ => {}
        }
        Ok(())
    }

    /// Rotation and mirror as an EXIF orientation.
    pub(super) fn orientation(&self) -> u8 {
        let column = match self.mirror {
            None => 0,
            Some(0) => 1,
            Some(_) => 2,
        };
        [[1, 4, 2], [8, 5, 7], [3, 2, 4], [6, 7, 5]][usize::from(self.rotation)][column]
    }
}

/// Which properties an item has, counted from 1, and whether a reader must know them.
fn indices(iprp: &[u8], id: u64) -> Result<Vec<(usize, bool)>> {
    let mut numbers = Numbers(find(iprp, b"ipma").ok_or(TRUNCATED)?);
    let head = numbers.take(4)?;
    let (id_bytes, wide) = (if head >> 24 == 0 { 2 } else { 4 }, head & 1 == 1);
    for _ in 0..numbers.take(4)? {
        let found = numbers.take(id_bytes)?;
        let count = numbers.take(1)?;
        let list = numbers.bytes(count as usize * if wide { 2 } else { 1 })?;
        if found == id {
            let mut list = Numbers(list);
            return (0..count)
                .map(|_| {
                    let bits = if wide { 16 } else { 8 };
                    let value = list.take(bits / 8)?;
                    Ok(((value & ((1 << (bits - 1)) - 1)) as usize, value >> (bits - 1) == 1))
                })
                .collect();
        }
    }
    Err(damaged("it says nothing of its picture"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_mirrors_are_orientations() {
        let of = |rotation, mirror| Properties { rotation, mirror, ..Properties::default() }.orientation();
        assert_eq!([of(0, None), of(1, None), of(2, None), of(3, None)], [1, 8, 3, 6]);
        // A quarter turn against the clock, then top and bottom swapped: rows are columns.
        assert_eq!([of(0, Some(0)), of(0, Some(1)), of(1, Some(0)), of(3, Some(0))], [4, 2, 5, 7]);
    }
}
