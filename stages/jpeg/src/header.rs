//! Owns the header: everything up to the entropy-coded data of the first scan (T.81, B.2), and what of it is not decoded.
//! Does not own: entropy-coded data.

use crate::huffman::{self, Codes};
use crate::markers::{self, Markers, Segment};
use crate::quantisation;
use crate::{Error, Unsupported};

/// One component of the frame, with the tables its scan names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Component {
    id: u8,
    /// Blocks in an MCU, across and down.
    pub(crate) sampling: (u8, u8),
    pub(crate) quantisation: usize,
    pub(crate) dc: usize,
    pub(crate) ac: usize,
}

/// What the header says.
#[derive(Default)]
pub(crate) struct Header {
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: [Component; 3],
    count: usize,
    pub(crate) steps: quantisation::Tables,
    pub(crate) codes: Codes,
    /// MCUs between restart markers; 0 for none.
    pub(crate) restart_interval: u16,
    /// Where the entropy-coded data begins.
    pub(crate) data: usize,
    jfif: bool,
    adobe_transform: Option<u8>,
}

impl Header {
    /// Reads a header of a kind that is decoded.
    pub(crate) fn read(file: &[u8]) -> Result<Header, Error> {
        let mut markers = Markers::new(file)?;
        let mut header = Header::default();
        loop {
            let segment = markers.next()?;
            if segment.marker == markers::SOS {
                header.scan(&segment)?;
                header.data = markers.position();
                return Ok(header);
            }
            header.segment(&segment)?;
        }
    }

    /// The components in their order; luma is the first.
    pub(crate) fn components(&self) -> &[Component] {
        &self.components[..self.count]
    }

    /// MCUs across and down (T.81, A.2).
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (across, down) = self.components[0].sampling;
        (self.width.div_ceil(8 * u32::from(across)), self.height.div_ceil(8 * u32::from(down)))
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let &Segment { marker, body, at } = segment;
        match marker {
            0xc0..=0xcf if !matches!(marker, markers::DHT | 0xc8 | markers::DAC) => self.frame(segment),
            0xf7 => Err(Unsupported::JpegLs.into()),
            markers::DAC => Err(Unsupported::Arithmetic.into()),
            markers::DHP | markers::EXP => Err(Unsupported::Hierarchical.into()),
            markers::DHT => huffman::read(body, at, &mut self.codes),
            markers::DQT => quantisation::read(body, at, &mut self.steps),
            markers::DRI => {
                let &interval = body
                    .as_array()
                    .ok_or(Error::Damaged { at, expected: "a restart interval of two bytes" })?;
                self.restart_interval = u16::from_be_bytes(interval);
                Ok(())
            }
            markers::APP0..=0xef | markers::COM => {
                self.jfif |= marker == markers::APP0 && body.starts_with(b"JFIF\0");
                if marker == markers::APP14 && body.starts_with(b"Adobe") {
                    self.adobe_transform = body.get(11).copied();
                }
                Ok(())
            }
            _ => Err(Error::Damaged { at: at - 3, expected: "a marker that belongs into a header" }),
        }
    }

    /// The frame header (T.81, B.2.2).
    fn frame(&mut self, &Segment { marker, body, at }: &Segment<'_>) -> Result<(), Error> {
        let short = Error::Damaged { at, expected: "a whole frame header" };
        let (&[precision, h0, h1, w0, w1, count], rest) = body.split_first_chunk().ok_or(short.clone())?;
        sequential_huffman(marker)?;
        if precision != 8 {
            return Err(Unsupported::Precision(precision).into());
        }
        if !matches!(count, 1 | 3) {
            return Err(Unsupported::Components(count).into());
        }
        if self.count != 0 {
            return Err(Error::Damaged { at, expected: "one frame header only" });
        }
        let (specified, []) = rest.as_chunks::<3>() else { return Err(short) };
        if specified.len() != usize::from(count) {
            return Err(short);
        }
        self.count = usize::from(count);
        for (component, &[id, sampling, quantisation]) in self.components.iter_mut().zip(specified) {
            let quantisation = usize::from(quantisation);
            *component = Component {
                id,
                sampling: (sampling >> 4, sampling & 15),
                quantisation,
                ..Component::default()
            };
        }
        (self.width, self.height) =
            (u32::from(u16::from_be_bytes([w0, w1])), u32::from(u16::from_be_bytes([h0, h1])));
        self.check_frame(at)
    }

    fn check_frame(&mut self, at: usize) -> Result<(), Error> {
        let range = 1..=4;
        if self.components().iter().any(|c| !range.contains(&c.sampling.0) || !range.contains(&c.sampling.1))
        {
            return Err(Error::Damaged { at, expected: "sampling factors from 1 to 4" });
        }
        if self.width == 0 {
            return Err(Error::Damaged { at, expected: "a width above 0" });
        }
        if self.height == 0 {
            return Err(Unsupported::HeightLater.into());
        }
        if self.count == 1 {
            // A component alone in its scan is not interleaved, whatever its factors are (T.81, A.2.2).
            self.components[0].sampling = (1, 1);
        }
        let (across, down) = self.components[0].sampling;
        if self.components().iter().any(|c| c.sampling.0 > across || c.sampling.1 > down) {
            return Err(Unsupported::LumaSampling.into());
        }
        let blocks: u32 =
            self.components().iter().map(|c| u32::from(c.sampling.0) * u32::from(c.sampling.1)).sum();
        // T.81, B.2.3.
        if blocks > 10 {
            return Err(Error::Damaged { at, expected: "at most 10 blocks in an MCU" });
        }
        Ok(())
    }

    /// The scan header (T.81, B.2.3).
    fn scan(&mut self, &Segment { body, at, .. }: &Segment<'_>) -> Result<(), Error> {
        if self.count == 0 {
            return Err(Error::Damaged { at, expected: "a frame header before the first scan" });
        }
        if !self.is_ycbcr_or_gray() {
            return Err(Unsupported::ColorTransform.into());
        }
        let damaged = Error::Damaged { at, expected: "a scan header that fits the frame header" };
        let (&count, rest) = body.split_first().ok_or(damaged.clone())?;
        if (1..self.count).contains(&usize::from(count)) {
            return Err(Unsupported::SeveralScans.into());
        }
        let (named, &[start, end, approximation]) = rest.split_last_chunk().ok_or(damaged.clone())?;
        let (named, []) = named.as_chunks::<2>() else { return Err(damaged) };
        if (start, end, approximation) != (0, 63, 0)
            || named.len() != self.count
            || usize::from(count) != self.count
        {
            return Err(damaged);
        }
        for (component, &[id, tables]) in self.components.iter_mut().zip(named) {
            if component.id != id {
                return Err(damaged);
            }
            (component.dc, component.ac) = (usize::from(tables >> 4), usize::from(tables & 15));
        }
        Ok(())
    }

    /// As libjpeg decides it (`default_decompress_parms`): JFIF before Adobe before the components' names. An Adobe transform
    /// that is not defined is left to others.
    fn is_ycbcr_or_gray(&self) -> bool {
        let ids = self.components.map(|component| component.id);
        self.count == 1
            || self.jfif
            || self.adobe_transform.map_or(ids != *b"RGB", |transform| transform == 1)
    }
}

/// Which coding a frame marker stands for (T.81, table B.1).
fn sequential_huffman(marker: u8) -> Result<(), Unsupported> {
    match marker {
        0xc0 | 0xc1 => Ok(()),
        0xc2 => Err(Unsupported::Progressive),
        0xc3 | 0xcb => Err(Unsupported::Lossless),
        0xc9 | 0xca => Err(Unsupported::Arithmetic),
        _ => Err(Unsupported::Hierarchical),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// A header of three components with these sampling factors, with `edit` applied to the bytes of its frame and scan.
    fn header(
        factors: [u8; 3],
        extra: &[u8],
        edit: impl FnOnce(&mut [u8], &mut [u8]),
    ) -> Result<Header, Error> {
        let mut frame =
            [255, 0xc0, 0, 17, 8, 0, 9, 0, 30, 3, 1, factors[0], 0, 2, factors[1], 1, 3, factors[2], 1];
        let mut scan = [255, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0];
        edit(&mut frame, &mut scan);
        let file: Vec<u8> = [&[255, 0xd8], extra, &frame[..], &scan[..]].concat();
        Header::read(&file)
    }

    fn unsupported(result: Result<Header, Error>) -> Unsupported {
        match result {
            Err(Error::Unsupported(what)) => what,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it is supported"),
        }
    }

    #[test]
    fn a_header_gives_size_sampling_and_tables() {
        let header = header([0x22, 0x11, 0x11], b"\xff\xdd\x00\x04\x01\x02", |_, _| {}).unwrap();
        assert_eq!((header.width, header.height, header.mcus()), (30, 9, (2, 1)));
        assert_eq!((header.restart_interval, header.data), (258, 2 + 6 + 19 + 14));
        let chroma = Component { id: 3, sampling: (1, 1), quantisation: 1, dc: 1, ac: 1 };
        assert_eq!(header.components()[2], chroma);
    }

    #[test]
    fn other_codings_are_told_by_their_marker() {
        let coded = |marker| unsupported(header([0x11; 3], b"", |frame, _| frame[1] = marker));
        assert_eq!(
            [0xc2, 0xc3, 0xc9, 0xc5, 0xcc, 0xf7].map(coded),
            [
                Unsupported::Progressive,
                Unsupported::Lossless,
                Unsupported::Arithmetic,
                Unsupported::Hierarchical,
                Unsupported::Arithmetic,
                Unsupported::JpegLs,
            ]
        );
    }

    #[test]
    fn what_is_not_decoded_is_told_from_the_header() {
        assert_eq!(unsupported(header([0x11; 3], b"", |frame, _| frame[4] = 12)), Unsupported::Precision(12));
        assert_eq!(unsupported(header([0x11; 3], b"", |frame, _| frame[9] = 4)), Unsupported::Components(4));
        assert_eq!(unsupported(header([0x11; 3], b"", |frame, _| frame[6] = 0)), Unsupported::HeightLater);
        assert_eq!(unsupported(header([0x11, 0x21, 0x11], b"", |_, _| {})), Unsupported::LumaSampling);
        assert_eq!(unsupported(header([0x11; 3], b"", |_, scan| scan[4] = 1)), Unsupported::SeveralScans);
    }

    #[test]
    fn jfif_comes_before_adobe_and_adobe_before_names() {
        let (jfif, rgb) = (b"\xff\xe0\x00\x07JFIF\0", b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\0");
        let ycc = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0\x01";
        let name = |frame: &mut [u8], scan: &mut [u8]| {
            (frame[10], frame[13], frame[16]) = (b'R', b'G', b'B');
            (scan[5], scan[7], scan[9]) = (b'R', b'G', b'B');
        };
        assert_eq!(unsupported(header([0x11; 3], rgb, |_, _| {})), Unsupported::ColorTransform);
        assert_eq!(unsupported(header([0x11; 3], b"", name)), Unsupported::ColorTransform);
        assert!(header([0x11; 3], ycc, name).is_ok());
        assert!(header([0x11; 3], &[&jfif[..], rgb].concat(), name).is_ok());
    }

    #[test]
    fn a_header_that_breaks_the_format_is_damaged() {
        let damaged = |result| matches!(result, Err(Error::Damaged { .. }));
        assert!(damaged(header([0x44, 0x11, 0x11], b"", |_, _| {})), "18 blocks");
        assert!(damaged(header([0x51, 0x11, 0x11], b"", |_, _| {})), "a factor of 5");
        assert!(damaged(header([0x11; 3], b"\xff\xdd\x00\x03\x01", |_, _| {})), "a short interval");
        assert!(
            damaged(header([0x11; 3], b"", |_, scan| scan[7] = 9)),
            "a component that is not in the frame"
        );
        assert!(damaged(header([0x11; 3], b"", |_, scan| scan[12] = 62)), "not all coefficients");
        assert!(damaged(header([0x11; 3], b"\xff\xd0\x00\x02", |_, _| {})), "a restart before any scan");
    }
}
