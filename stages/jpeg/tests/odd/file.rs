//! Owns the segments of a file (T.81, B.2).
//! Does not own: entropy-coded data (see `scan.rs`).

use super::bits::Bits;
use super::case::{Case, Codes, Coding, Model};
use super::code::Code;
use super::picture::Picture;
use super::random::Random;
use super::scan::{self, Event, Place};
use super::script::{self, Scan};
use std::collections::BTreeMap;

/// A file in the making.
struct File<'a> {
    case: &'a Case,
    bytes: Vec<u8>,
    random: &'a mut Random,
    /// The interval that was defined last.
    interval: u16,
}

pub(crate) fn write(case: &Case, picture: &Picture, random: &mut Random) -> Vec<u8> {
    let scans = script::scans(case, picture, random);
    let mut file = File { case, bytes: vec![0xff, 0xd8], random, interval: 0 };
    file.model();
    file.steps(picture);
    file.frame(picture);
    for (at, scan) in scans.iter().enumerate() {
        file.scan(picture, scan);
        if at == 0 && case.late_height {
            file.segment(0xdc, &(case.size.1 as u16).to_be_bytes());
        }
    }
    file.filling();
    file.bytes.extend([0xff, 0xd9]);
    file.bytes
}

impl File<'_> {
    fn filling(&mut self) {
        let count = if self.case.clutter { self.random.below(3) } else { 0 };
        self.bytes.resize(self.bytes.len() + count, 0xff);
    }

    /// A segment; segments that mean nothing may stand before it.
    fn segment(&mut self, marker: u8, body: &[u8]) {
        // Nothing may stand between a scan and its height (T.81, B.2.1).
        while self.case.clutter && marker != 0xdc && self.random.percent(30) {
            let meaningless = [0xfe, 0xe1, 0xe2, 0xed, 0xef][self.random.below(5)];
            let count = self.random.below(40);
            let body = self.random.bytes(count);
            self.plain_segment(meaningless, &body);
        }
        self.plain_segment(marker, body);
    }

    fn plain_segment(&mut self, marker: u8, body: &[u8]) {
        self.filling();
        self.bytes.extend([0xff, marker]);
        self.bytes.extend((body.len() as u16 + 2).to_be_bytes());
        self.bytes.extend(body);
    }

    fn model(&mut self) {
        match self.case.model {
            Model::Silent | Model::Named => {}
            Model::Jfif => self.segment(0xe0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0"),
            Model::AdobeKept => self.segment(0xee, b"Adobe\0\x64\0\0\0\0\0"),
            Model::AdobeConverted => {
                let transform = if self.case.sampling.len() == 4 { 2 } else { 1 };
                self.segment(0xee, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
            }
        }
    }

    fn steps(&mut self, picture: &Picture) {
        let table = |(at, (steps, wide)): (usize, &([u16; 64], bool))| -> Vec<u8> {
            let values: Vec<u8> = match wide {
                true => steps.iter().flat_map(|step| step.to_be_bytes()).collect(),
                false => steps.iter().map(|&step| step as u8).collect(),
            };
            [&[u8::from(*wide) << 4 | at as u8], &values[..]].concat()
        };
        let tables: Vec<Vec<u8>> = picture.tables.iter().enumerate().map(table).collect();
        self.together_or_apart(0xdb, &tables);
    }

    /// Tables in one segment, or in a segment each.
    fn together_or_apart(&mut self, marker: u8, tables: &[Vec<u8>]) {
        if self.random.percent(50) {
            self.segment(marker, &tables.concat());
        } else {
            tables.iter().for_each(|table| self.segment(marker, table));
        }
    }

    fn frame(&mut self, picture: &Picture) {
        let (width, height) =
            (self.case.size.0 as u16, if self.case.late_height { 0 } else { self.case.size.1 });
        let mut body = vec![8];
        body.extend((height as u16).to_be_bytes());
        body.extend(width.to_be_bytes());
        body.push(picture.components.len() as u8);
        for component in &picture.components {
            let (across, down) = component.sampling;
            body.extend([component.id, across << 4 | down, component.table as u8]);
        }
        let marker = match self.case.coding {
            Coding::Baseline => 0xc0,
            Coding::Extended => 0xc1,
            Coding::Progressive => 0xc2,
        };
        self.segment(marker, &body);
    }

    fn scan(&mut self, picture: &Picture, scan: &Scan) {
        let progressive = self.case.coding == Coding::Progressive;
        let which = match self.case.codes {
            // Those of annex K.3 have no runs of blocks.
            Codes::Standard | Codes::LeftOut if progressive => Codes::Optimal,
            which => which,
        };
        let standard = matches!(which, Codes::Standard | Codes::LeftOut);
        let most = if standard || self.case.coding == Coding::Baseline { 2 } else { 4 };
        let places = scan::places(scan, most, self.random);
        let events = scan::events(self.case.coding, picture, scan, &places, self.random);
        let codes = self.codes(which, &events);
        let codes_written: Vec<_> = codes.iter().map(|(&place, code)| code.segment(place)).collect();
        if which != Codes::LeftOut && !codes_written.is_empty() {
            self.together_or_apart(0xc4, &codes_written);
        }
        if scan.interval != self.interval {
            self.interval = scan.interval;
            self.segment(0xdd, &scan.interval.to_be_bytes());
        }
        self.scan_header(picture, scan, &places);
        self.data(&events, &codes);
    }

    fn codes(&mut self, which: Codes, events: &[Event]) -> BTreeMap<Place, Code> {
        let mut often: BTreeMap<Place, [u32; 256]> = BTreeMap::new();
        for event in events {
            if let Event::Symbol(place, symbol) = event {
                often.entry(*place).or_insert([0; 256])[usize::from(*symbol)] += 1;
            }
        }
        often
            .into_iter()
            .map(|(place, often)| (place, Code::new(which, place, &often, self.random)))
            .collect()
    }

    fn scan_header(&mut self, picture: &Picture, scan: &Scan, places: &[[Place; 2]]) {
        let progressive = self.case.coding == Coding::Progressive;
        let mut body = vec![scan.members.len() as u8];
        for (&member, [dc, ac]) in scan.members.iter().zip(places) {
            // What a progressive scan does not use it names as 0.
            let dc = if progressive && scan.band.0 > 0 { 0 } else { dc.at };
            let ac = if progressive && scan.band.0 == 0 { 0 } else { ac.at };
            body.extend([picture.components[member].id, dc << 4 | ac]);
        }
        body.extend([scan.band.0 as u8, scan.band.1 as u8, scan.bits.0 << 4 | scan.bits.1]);
        self.segment(0xda, &body);
    }

    fn data(&mut self, events: &[Event], codes: &BTreeMap<Place, Code>) {
        let (mut bits, mut restarts) = (Bits::default(), 0u8);
        for event in events {
            match *event {
                Event::Symbol(place, symbol) => {
                    let (value, count) = codes.get(&place).map_or((0, 0), |code| code.bits(symbol));
                    bits.put(value, count);
                }
                Event::Bits { value, count } => bits.put(value, count),
                Event::Restart => {
                    bits.fill(self.random);
                    let filling = if self.case.clutter { self.random.below(3) } else { 0 };
                    bits.marker(0xd0 | (restarts & 7), filling);
                    restarts = restarts.wrapping_add(1);
                }
            }
        }
        bits.fill(self.random);
        self.bytes.extend(bits.into_bytes());
    }
}
