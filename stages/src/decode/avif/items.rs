//! Owns the items of an AVIF: the primary picture, its alpha, its metadata, and where their bytes are.
//! Does not own: what is said of an item (see `properties.rs`).
//!
//! Source: ISO/IEC 14496-12, 8.11 (meta boxes).

use super::boxes::{Boxes, Numbers, find};
use super::properties::Properties;
use super::{TRUNCATED, damaged, unsupported};
use crate::Result;

/// More items, or pieces of one, than a picture needs are refused.
const MOST: u64 = 1000;

struct Location {
    id: u64,
    /// Inside the `idat` box and not the file.
    inside: bool,
    pieces: Vec<(u64, u64)>,
}

struct Item {
    id: u64,
    kind: [u8; 4],
    /// The media type of an item that is `mime`.
    mime: Vec<u8>,
}

/// A reference of one kind from an item to others.
struct Reference {
    kind: [u8; 4],
    from: u64,
    to: Vec<u64>,
}

pub(super) struct Items<'a> {
    file: &'a [u8],
    meta: &'a [u8],
    pub(super) primary: u64,
    items: Vec<Item>,
    locations: Vec<Location>,
    references: Vec<Reference>,
}

impl<'a> Items<'a> {
    pub(super) fn read(file: &'a [u8]) -> Result<Items<'a>> {
        let meta = find(file, b"meta").and_then(|meta| meta.get(4..)).ok_or(TRUNCATED)?;
        let mut pitm = Numbers(find(meta, b"pitm").ok_or_else(|| damaged("it has no primary picture"))?);
        let id_bytes = if pitm.version()? == 0 { 2 } else { 4 };
        let primary = pitm.take(id_bytes)?;
        let items = Items {
            file,
            meta,
            primary,
            items: items(find(meta, b"iinf").ok_or(TRUNCATED)?)?,
            locations: locations(find(meta, b"iloc").ok_or(TRUNCATED)?)?,
            references: find(meta, b"iref").map_or_else(|| Ok(Vec::new()), references)?,
        };
        match items.kind(primary) {
            Some(b"av01") => {}
            Some(b"grid") => return Err(unsupported("a picture put together from tiles")),
            Some(kind) => return Err(unsupported(format!("a picture of the kind {}", kind.escape_ascii()))),
            None => return Err(damaged("its primary picture is missing")),
        }
        if items.references.iter().any(|reference| reference.kind == *b"prem" && reference.from == primary) {
            return Err(unsupported("colors that were multiplied by alpha"));
        }
        Ok(items)
    }

    fn kind(&self, id: u64) -> Option<&[u8; 4]> {
        self.items.iter().find(|item| item.id == id).map(|item| &item.kind)
    }

    pub(super) fn properties(&self, id: u64) -> Result<Properties> {
        Properties::of(find(self.meta, b"iprp").ok_or(TRUNCATED)?, id)
    }

    /// Items of a kind that refer to the primary picture.
    fn about_primary(&self, kind: [u8; 4]) -> impl Iterator<Item = u64> + '_ {
        let refers =
            move |reference: &&Reference| reference.kind == kind && reference.to.contains(&self.primary);
        self.references.iter().filter(refers).map(|reference| reference.from)
    }

    /// The picture that is the alpha of the primary one.
    pub(super) fn alpha(&self) -> Option<u64> {
        let is_alpha =
            |id: &u64| self.properties(*id).is_ok_and(|about| about.alpha) && self.kind(*id) == Some(b"av01");
        self.about_primary(*b"auxl").find(is_alpha)
    }

    /// All bytes of an item.
    pub(super) fn bytes(&self, id: u64) -> Result<Vec<u8>> {
        let location = self.locations.iter().find(|location| location.id == id);
        let location = location.ok_or_else(|| damaged("it does not say where its picture is"))?;
        let source = if location.inside { find(self.meta, b"idat").ok_or(TRUNCATED)? } else { self.file };
        let mut bytes = Vec::new();
        for &(offset, length) in &location.pieces {
            let start = usize::try_from(offset).map_err(|_| TRUNCATED)?;
            let length = usize::try_from(length).map_err(|_| TRUNCATED)?;
            let piece = source.get(start..).ok_or(TRUNCATED)?;
            // A length of 0 is the rest.
            let piece = if length == 0 { piece } else { piece.get(..length).ok_or(TRUNCATED)? };
            if bytes.len() + piece.len() > self.file.len() {
                return Err(damaged("pieces of its picture overlap"));
            }
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    }

    /// The EXIF block: an offset to its header stands in front of it.
    pub(super) fn exif(&self) -> Option<Vec<u8>> {
        let id = self.about_primary(*b"cdsc").find(|&id| self.kind(id) == Some(b"Exif"))?;
        let bytes = self.bytes(id).ok()?;
        let offset = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
        bytes.get(offset.checked_add(4)?..).map(<[u8]>::to_vec)
    }

    pub(super) fn xmp(&self) -> Option<Vec<u8>> {
        let is_xmp = |id: &u64| {
            self.items.iter().any(|item| item.id == *id && item.mime.starts_with(b"application/rdf+xml"))
        };
        self.bytes(self.about_primary(*b"cdsc").find(is_xmp)?).ok()
    }
}

fn few(count: u64) -> Result<u64> {
    if count > MOST { Err(damaged(format!("it claims {count} items or pieces"))) } else { Ok(count) }
}

fn items(iinf: &[u8]) -> Result<Vec<Item>> {
    let mut numbers = Numbers(iinf);
    let count = if numbers.version()? == 0 { 2 } else { 4 };
    let count = few(numbers.take(count)?)?;
    let mut items = Vec::new();
    for (_, entry) in Boxes(numbers.0).filter(|found| found.0 == *b"infe").take(count as usize) {
        let mut entry = Numbers(entry);
        let version = entry.version()?;
        if version < 2 {
            continue;
        }
        let id = entry.take(if version == 2 { 2 } else { 4 })?;
        entry.take(2)?;
        let kind = entry.take(4)? as u32;
        // Its name, then its media type, each with a 0 at its end.
        let mime = entry.0.split(|&byte| byte == 0).nth(1).unwrap_or_default().to_vec();
        items.push(Item { id, kind: kind.to_be_bytes(), mime });
    }
    Ok(items)
}

fn locations(iloc: &[u8]) -> Result<Vec<Location>> {
    let mut numbers = Numbers(iloc);
    let version = numbers.version()?;
    let sizes = numbers.take(2)? as usize;
    let (offset, length, base) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15);
    let index = if version == 0 { 0 } else { sizes & 15 };
    let wide = if version == 2 { 4 } else { 2 };
    let count = few(numbers.take(wide)?)?;
    let mut locations = Vec::new();
    for _ in 0..count {
        let id = numbers.take(wide)?;
        let method = if version == 0 { 0 } else { numbers.take(2)? & 15 };
        if method > 1 {
            return Err(unsupported("a picture made of parts of others"));
        }
        if numbers.take(2)? != 0 {
            return Err(unsupported("a picture in another file"));
        }
        let base = numbers.take(base)?;
        let mut pieces = Vec::new();
        for _ in 0..few(numbers.take(2)?)? {
            numbers.take(index)?;
            let from = base.checked_add(numbers.take(offset)?).ok_or(TRUNCATED)?;
            pieces.push((from, numbers.take(length)?));
        }
        locations.push(Location { id, inside: method == 1, pieces });
    }
    Ok(locations)
}

fn references(iref: &[u8]) -> Result<Vec<Reference>> {
    let mut numbers = Numbers(iref);
    let wide = if numbers.version()? == 0 { 2 } else { 4 };
    let mut references = Vec::new();
    for (kind, content) in Boxes(numbers.0).take(MOST as usize) {
        let mut content = Numbers(content);
        let from = content.take(wide)?;
        let count = few(content.take(2)?)?;
        let to = (0..count).map(|_| content.take(wide)).collect::<Result<_>>()?;
        references.push(Reference { kind, from, to });
    }
    Ok(references)
}
