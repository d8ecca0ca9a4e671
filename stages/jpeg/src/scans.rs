//! Owns the walk over a file from scan to scan (T.81, B.2.1): scan headers, and the tables that are current at each of them.
//! Does not own: the frame header (see `frame.rs`), entropy-coded data.

use crate::frame::{Coding, Frame};
use crate::header::ColorModel;
use crate::huffman::{self, Codes};
use crate::markers::{self, Markers, Segment};
use crate::quantisation::{self, Steps};
use crate::segments;
use crate::{Error, Scale, Unsupported};

/// A component in a scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Member {
    /// Which of the frame's components.
    pub(crate) component: usize,
    /// The places of its Huffman codes.
    pub(crate) dc: usize,
    pub(crate) ac: usize,
}

/// A scan header (T.81, B.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    members: [Member; 4],
    count: usize,
    /// The first and the last coefficient, in zigzag order: 0 and 63 unless progressive.
    pub(crate) band: (u8, u8),
    /// Bits below those that earlier scans gave, and bits below those that this one gives (Ah and Al): 0 unless progressive.
    pub(crate) bits: (u8, u8),
    /// MCUs between restart markers; 0 for none.
    pub(crate) restart_interval: u16,
    /// Where the entropy-coded data begins.
    pub(crate) data: usize,
}

impl Scan {
    /// Its components, in the order of the frame.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members[..self.count]
    }

    /// Its MCUs, across and down.
    pub(crate) fn mcus(&self, frame: &Frame) -> (u32, u32) {
        match self.members() {
            [only] => frame.blocks(&frame.components()[only.component]),
            _ => frame.mcus(),
        }
    }
}

/// What the header segments before a scan define.
#[derive(Default)]
struct State {
    frame: Option<Frame>,
    steps: quantisation::Tables,
    codes: Codes,
    restart_interval: u16,
    jfif: bool,
    adobe_transform: Option<u8>,
}

/// A file, from scan to scan.
pub(crate) struct Scans<'a> {
    file: &'a [u8],
    markers: Markers<'a>,
    frame: Frame,
    color: ColorModel,
    state: State,
    /// Each component's quantisation: what was current at its first scan counts for all of them.
    steps: [Option<Steps>; 4],
    /// The first scan header, until it is asked for.
    first: Option<Scan>,
}

impl<'a> Scans<'a> {
    /// Reads up to the first scan, and the height behind it if it stands there.
    pub(crate) fn open(file: &'a [u8]) -> Result<Scans<'a>, Error> {
        let mut markers = Markers::new(file)?;
        let mut state = State::default();
        let segment = loop {
            let segment = markers.next()?;
            match segment.marker {
                markers::SOS => break segment,
                markers::EOI => return Err(Error::Damaged { at: segment.at - 2, expected: "a scan" }),
                _ => state.segment(&segment)?,
            }
        };
        let Some(mut frame) = state.frame.take() else {
            return Err(Error::Damaged { at: segment.at, expected: "a frame header before the first scan" });
        };
        if frame.height == 0 {
            frame.height = lines(file, markers.position())?;
        }
        if frame.coding == Coding::Sequential {
            huffman::fill_with_standard(&mut state.codes);
        }
        let color = ColorModel::of(&frame, state.jfif, state.adobe_transform)?;
        let mut scans = Scans { file, markers, frame, color, state, steps: [None; 4], first: None };
        scans.first = Some(scans.scan(&segment)?);
        Ok(scans)
    }

    pub(crate) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Has it decoded so much smaller.
    pub(crate) fn set_scale(&mut self, scale: Scale) {
        self.frame.scale = scale;
    }

    pub(crate) fn color(&self) -> ColorModel {
        self.color
    }

    /// Whether there is an Adobe marker.
    pub(crate) fn is_adobe(&self) -> bool {
        self.state.adobe_transform.is_some()
    }

    /// The next scan; `None` at the end of the picture. After a scan, [`resume`](Self::resume) or
    /// [`pass_over`](Self::pass_over) comes first.
    pub(crate) fn next(&mut self) -> Result<Option<Scan>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            let segment = self.markers.next()?;
            match segment.marker {
                markers::SOS => return self.scan(&segment).map(Some),
                markers::EOI => return Ok(None),
                // The height was looked up when the file was opened.
                markers::DNL => {}
                0xc0..=0xcf if !matches!(segment.marker, markers::DHT | markers::DAC) => {
                    return Err(Error::Damaged { at: segment.at, expected: "one frame header only" });
                }
                _ => self.state.segment(&segment)?,
            }
        }
    }

    /// The Huffman codes that are current at the last scan that was given.
    pub(crate) fn codes(&self) -> &Codes {
        &self.state.codes
    }

    /// The quantisation of a component of the frame; `None` before its first scan.
    pub(crate) fn steps(&self, component: usize) -> Option<&Steps> {
        self.steps.get(component)?.as_ref()
    }

    /// Where the last segment ends: after the end of the picture, the bytes from here on belong to something else.
    pub(crate) fn position(&self) -> usize {
        self.markers.position()
    }

    /// Goes on at the marker at byte `at`, which ended the entropy-coded data of a scan.
    pub(crate) fn resume(&mut self, at: usize) {
        self.markers.seek(at);
    }

    /// Goes on after the entropy-coded data of a scan, without looking into it. Gives where it ends.
    pub(crate) fn pass_over(&mut self, scan: &Scan) -> Result<usize, Error> {
        let end = segments::end_of_scan(self.file, scan.data)?;
        self.markers.seek(end);
        Ok(end)
    }

    fn scan(&mut self, &Segment { body, at, .. }: &Segment<'_>) -> Result<Scan, Error> {
        let damaged = Error::Damaged { at, expected: "a scan header that fits the frame header" };
        let (&count, rest) = body.split_first().ok_or(damaged.clone())?;
        let (named, &[start, end, approximation]) = rest.split_last_chunk().ok_or(damaged.clone())?;
        let (named, []) = named.as_chunks::<2>() else { return Err(damaged) };
        let whole = (start, end, approximation) == (0, 63, 0);
        if named.len() != usize::from(count)
            || !(1..=self.frame.components().len()).contains(&named.len())
            || (self.frame.coding == Coding::Sequential && !whole)
        {
            return Err(damaged);
        }
        let mut members = [Member::default(); 4];
        let mut from = 0;
        for (member, &[id, places]) in members.iter_mut().zip(named) {
            // In the order of the frame, each at most once.
            let component = self.frame.components().iter().skip(from).position(|c| c.id == id);
            let component = from + component.ok_or(damaged.clone())?;
            *member = Member { component, dc: usize::from(places >> 4), ac: usize::from(places & 15) };
            from = component + 1;
            self.set_steps(component, at)?;
        }
        let components = members[..named.len()].iter().map(|m| &self.frame.components()[m.component]);
        if named.len() > 1 && components.map(|c| c.blocks()).sum::<u32>() > 10 {
            return Err(Error::Damaged { at, expected: "at most 10 blocks in an MCU" });
        }
        Ok(Scan {
            members,
            count: named.len(),
            band: (start, end),
            bits: (approximation >> 4, approximation & 15),
            restart_interval: self.state.restart_interval,
            data: self.markers.position(),
        })
    }

    fn set_steps(&mut self, component: usize, at: usize) -> Result<(), Error> {
        let place = self.frame.components()[component].quantisation;
        if self.steps[component].is_none() {
            let missing = Error::Damaged { at, expected: "a scan whose quantisation was defined" };
            self.steps[component] = Some(self.state.steps.get(place).copied().flatten().ok_or(missing)?);
        }
        Ok(())
    }
}

impl State {
    fn segment(&mut self, segment: &Segment<'_>) -> Result<(), Error> {
        let &Segment { marker, body, at } = segment;
        match marker {
            markers::DHT => huffman::read(body, at, &mut self.codes),
            markers::DQT => quantisation::read(body, at, &mut self.steps),
            markers::DRI => {
                let expected = "a restart interval of two bytes";
                let &interval = body.as_array().ok_or(Error::Damaged { at, expected })?;
                self.restart_interval = u16::from_be_bytes(interval);
                Ok(())
            }
            markers::APP0..=0xef | markers::COM => {
                // The lengths are libjpeg's: shorter ones mean nothing to it.
                self.jfif |= marker == markers::APP0 && body.len() >= 14 && body.starts_with(b"JFIF\0");
                if marker == markers::APP14 && body.len() >= 12 && body.starts_with(b"Adobe") {
                    self.adobe_transform = Some(body[11]);
                }
                Ok(())
            }
            markers::DAC => Err(Unsupported::Arithmetic.into()),
            markers::DHP | markers::EXP => Err(Unsupported::Hierarchical.into()),
            0xf7 => Err(Unsupported::JpegLs.into()),
            0xc0..=0xcf if marker != 0xc8 => {
                if self.frame.is_some() {
                    return Err(Error::Damaged { at, expected: "one frame header only" });
                }
                self.frame = Some(Frame::read(segment)?);
                Ok(())
            }
            _ => Err(Error::Damaged { at: at - 3, expected: "a marker that belongs into a header" }),
        }
    }
}

/// The height that stands behind the first scan (T.81, B.2.5), whose entropy-coded data begins at `data`.
fn lines(file: &[u8], data: usize) -> Result<u32, Error> {
    let mut markers = Markers::at(file, segments::end_of_scan(file, data)?);
    let Segment { marker, body, at } = markers.next()?;
    match body {
        &[high, low] if marker == markers::DNL && (high, low) != (0, 0) => {
            Ok(u32::from(u16::from_be_bytes([high, low])))
        }
        _ => Err(Error::Damaged { at, expected: "the height, which the frame header does not give" }),
    }
}

#[cfg(test)]
#[path = "scans_tests.rs"]
mod tests;
