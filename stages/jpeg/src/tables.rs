//! Owns the decoding tables that are kept between pictures, one for each place a file can define a code at.
//! Does not own: the codes (see `huffman/`).

use crate::Error;
use crate::frame::Frame;
use crate::huffman::{Codes, DcTable, SkipTable, ValueTable};
use crate::scan::Part;
use crate::scans::{Member, Scan};
use alloc::vec::Vec;

/// Decoding tables by place, made when they are first needed.
#[derive(Clone, Default)]
pub(crate) struct Tables {
    dc: [Option<DcTable>; 4],
    values: [Option<ValueTable>; 4],
    skips: [Option<SkipTable>; 4],
}

/// What is done with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Decode,
    PassOver,
}

impl Tables {
    /// Makes the tables those of a sequential scan whose components are for this `use_of`.
    pub(crate) fn set(&mut self, codes: &Codes, scan: &Scan, use_of: fn(usize) -> Use) -> Result<(), Error> {
        let expected = "a scan whose Huffman codes were defined";
        let missing = || Error::Damaged { at: scan.data, expected };
        for member in scan.members() {
            self.set_member(codes, member, use_of(member.component)).ok_or_else(missing)?;
        }
        Ok(())
    }

    fn set_member(&mut self, codes: &Codes, member: &Member, what: Use) -> Option<()> {
        let dc = codes.dc.get(member.dc)?.as_ref()?;
        let ac = codes.ac.get(member.ac)?.as_ref()?;
        self.dc[member.dc].get_or_insert_with(DcTable::new).set(dc);
        match what {
            Use::Decode => self.values[member.ac].get_or_insert_with(ValueTable::new).set(ac),
            Use::PassOver => self.skips[member.ac].get_or_insert_with(SkipTable::new).set(ac),
        }
        Some(())
    }

    /// The parts of a scan, after [`set`](Self::set) with the same scan.
    pub(crate) fn parts(&self, frame: &Frame, scan: &Scan, use_of: fn(usize) -> Use) -> Vec<Part<'_>> {
        let alone = scan.members().len() == 1;
        let part = |member: &Member| {
            let component = frame.components().get(member.component)?;
            let sampling = if alone { (1, 1) } else { component.sampling };
            let dc = self.dc[member.dc].as_ref()?;
            Some(match use_of(member.component) {
                Use::Decode => {
                    let ac = self.values[member.ac].as_ref()?;
                    Part::Decoded { dc, ac, component: member.component, sampling, level: 0 }
                }
                Use::PassOver => {
                    let blocks = u32::from(sampling.0) * u32::from(sampling.1);
                    Part::Passed { dc, ac: self.skips[member.ac].as_ref()?, blocks }
                }
            })
        };
        scan.members().iter().filter_map(part).collect()
    }
}
