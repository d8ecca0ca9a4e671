//! Owns the metadata of a TIFF: orientation, color profile, XMP, and an EXIF block made of its tags.
//! Does not own: the pixels.
//!
//! Source: TIFF 6.0, section 8 (Orientation); EXIF 2.32, 4.6.3 (pointers to the Exif and GPS directories).

use super::directory::{Directory, Field};
use crate::{Limits, Metadata};

const ORIENTATION: u16 = 274;
const XMP: u16 = 700;
const ICC: u16 = 34675;
const EXIF_DIRECTORY: u16 = 34665;
const GPS_DIRECTORY: u16 = 34853;
/// Description, maker, model, software, date, artist, copyright.
const DESCRIPTIVE: [u16; 7] = [270, 271, 272, 305, 306, 315, 33432];
/// Blocks of makers point into the file by themselves, and the interoperability directory is empty of meaning here.
const LEFT_OUT: [u16; 2] = [37500, 40965];
/// Entries that are kept of a directory.
const MOST_ENTRIES: usize = 1000;

pub(super) fn read(directory: &Directory<'_>, limits: &Limits, warnings: &mut Vec<String>) -> Metadata {
    let orientation = directory.field(ORIENTATION).and_then(|field| field.uint(0));
    let orientation =
        orientation.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value));
    let mut block = |tag, what: &str| {
        let field = directory.field(tag)?;
        match field.bytes() {
            None => warnings.push(format!("its {what} is damaged and was dropped")),
            Some(bytes) if bytes.len() > limits.max_metadata_bytes => {
                warnings.push(format!(
                    "its {what} is larger than {} bytes and was dropped",
                    limits.max_metadata_bytes
                ));
            }
            Some([]) => {}
            Some(bytes) => return Some(bytes.to_vec()),
        }
        None
    };
    let (icc, xmp) = (block(ICC, "color profile"), block(XMP, "XMP packet"));
    let exif = exif(directory, orientation, limits.max_metadata_bytes);
    Metadata { orientation: orientation.unwrap_or(1), exif, icc, xmp, jpeg: None }
}

/// An EXIF block with the tags that describe the picture; `None` where there are none. What does not fit is left out.
fn exif(directory: &Directory<'_>, orientation: Option<u8>, most: usize) -> Option<Vec<u8>> {
    let wanted = |field: &&Field<'_>| DESCRIPTIVE.contains(&field.tag);
    let main: Vec<Entry<'_>> =
        directory.fields().iter().filter(wanted).take(MOST_ENTRIES).filter_map(Entry::of).collect();
    let below = |pointer| -> Vec<Entry<'_>> {
        let offset = directory.field(pointer).and_then(|field| field.uint(0));
        let found = offset.and_then(|offset| Directory::at(directory.source, offset));
        found.map_or_else(Vec::new, |found| {
            found.fields().iter().take(MOST_ENTRIES).filter_map(Entry::of).collect()
        })
    };
    let (camera, place) = (below(EXIF_DIRECTORY), below(GPS_DIRECTORY));
    if main.is_empty() && camera.is_empty() && place.is_empty() {
        return None;
    }
    // Entries may share their values, so a short file can ask for a long block.
    if [&main, &camera, &place].into_iter().map(|entries| Block::length(entries)).sum::<usize>() > most {
        return None;
    }
    let block = Block { big_endian: directory.source.big_endian }.build(main, orientation, &camera, &place);
    (block.len() <= most).then_some(block)
}

/// One entry to write: its values as they are in the file, for the block has the file's byte order.
struct Entry<'a> {
    tag: u16,
    kind: u16,
    count: u32,
    bytes: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Entry<'a> {
    fn of(field: &Field<'a>) -> Option<Entry<'a>> {
        let bytes = field.bytes().filter(|bytes| !bytes.is_empty())?;
        let known = (1..=12).contains(&field.kind) && !LEFT_OUT.contains(&field.tag);
        let count = u32::try_from(field.count).ok()?;
        known.then_some(Entry { tag: field.tag, kind: field.kind, count, bytes: bytes.into() })
    }
}

/// Writes directories one after the other, each followed by the values that do not fit into its entries.
struct Block {
    big_endian: bool,
}

impl Block {
    fn u16(&self, value: u16) -> [u8; 2] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn u32(&self, value: u32) -> [u8; 4] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    fn build(
        &self,
        mut main: Vec<Entry<'_>>,
        orientation: Option<u8>,
        camera: &[Entry<'_>],
        place: &[Entry<'_>],
    ) -> Vec<u8> {
        if let Some(value) = orientation {
            let bytes = self.u16(u16::from(value)).to_vec().into();
            main.push(Entry { tag: ORIENTATION, kind: 3, count: 1, bytes });
        }
        let pointers: Vec<(u16, &[Entry<'_>])> = [(EXIF_DIRECTORY, camera), (GPS_DIRECTORY, place)]
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .collect();
        let long = |value: u32| self.u32(value).to_vec().into();
        main.extend(pointers.iter().map(|&(tag, _)| Entry { tag, kind: 4, count: 1, bytes: long(0) }));
        main.sort_by_key(|entry| entry.tag);
        let mut at = 8 + Self::length(&main);
        for (tag, entries) in &pointers {
            if let Some(entry) = main.iter_mut().find(|entry| entry.tag == *tag) {
                entry.bytes = long(at as u32);
            }
            at += Self::length(entries);
        }
        let mut out = if self.big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        out.extend(self.u32(8));
        self.write(&main, &mut out);
        pointers.iter().for_each(|(_, entries)| self.write(entries, &mut out));
        out
    }

    /// Values begin at even places.
    fn length(entries: &[Entry<'_>]) -> usize {
        let beside =
            |entry: &Entry<'_>| if entry.bytes.len() > 4 { entry.bytes.len().next_multiple_of(2) } else { 0 };
        6 + 12 * entries.len() + entries.iter().map(beside).sum::<usize>()
    }

    fn write(&self, entries: &[Entry<'_>], out: &mut Vec<u8>) {
        let mut beside = out.len() + 6 + 12 * entries.len();
        out.extend(self.u16(entries.len() as u16));
        for entry in entries {
            out.extend(self.u16(entry.tag));
            out.extend(self.u16(entry.kind));
            out.extend(self.u32(entry.count));
            if entry.bytes.len() > 4 {
                out.extend(self.u32(beside as u32));
                beside += entry.bytes.len().next_multiple_of(2);
            } else {
                let mut inline = [0; 4];
                inline[..entry.bytes.len()].copy_from_slice(&entry.bytes);
                out.extend(inline);
            }
        }
        out.extend([0; 4]);
        for entry in entries.iter().filter(|entry| entry.bytes.len() > 4) {
            out.extend_from_slice(&entry.bytes);
            out.resize(out.len().next_multiple_of(2), 0);
        }
    }
}
