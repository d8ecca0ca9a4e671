//! Owns the decoding tables that are kept between pictures, one for each place a file can define a code at.
//! Does not own: the codes (see `huffman/`).

use crate::Error;
use crate::frame::Frame;
use crate::huffman::{Codes, DcTable, SkipTable, ValueTable};
use crate::output::Conversion;
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

impl Tables {
    /// Makes the tables those of a sequential scan for this conversion.
    pub(crate) fn set(
        &mut self,
        codes: &Codes,
        frame: &Frame,
        scan: &Scan,
        for_what: Conversion,
    ) -> Result<(), Error> {
        let expected = "a scan whose Huffman codes were defined";
        let missing = || Error::Damaged { at: scan.data, expected };
        for member in scan.members() {
            let values = for_what.wants(member.component) && !levels_only(frame, member);
            self.set_member(codes, member, values).ok_or_else(missing)?;
        }
        Ok(())
    }

    fn set_member(&mut self, codes: &Codes, member: &Member, values: bool) -> Option<()> {
        let dc = codes.dc.get(member.dc)?.as_ref()?;
        let ac = codes.ac.get(member.ac)?.as_ref()?;
        self.dc[member.dc].get_or_insert_with(DcTable::new).set(dc);
        if values {
            self.values[member.ac].get_or_insert_with(ValueTable::new).set(ac);
        } else {
            self.skips[member.ac].get_or_insert_with(SkipTable::new).set(ac);
        }
        Some(())
    }

    /// The parts of a scan, after [`set`](Self::set) with the same scan.
    pub(crate) fn parts(&self, frame: &Frame, scan: &Scan, for_what: Conversion) -> Vec<Part<'_>> {
        let alone = scan.members().len() == 1;
        let part = |member: &Member| {
            let index = member.component;
            let component = frame.components().get(index)?;
            let sampling = if alone { (1, 1) } else { component.sampling };
            let dc = self.dc[member.dc].as_ref()?;
            Some(if for_what.wants(index) && levels_only(frame, member) {
                Part::Levels { dc, ac: self.skips[member.ac].as_ref()?, component: index, sampling, level: 0 }
            } else if for_what.wants(index) {
                let ac = self.values[member.ac].as_ref()?;
                Part::Decoded { dc, ac, component: index, sampling, level: 0 }
            } else {
                Part::Passed { dc, ac: self.skips[member.ac].as_ref()?, blocks: component.blocks() }
            })
        };
        scan.members().iter().filter_map(part).collect()
    }
}

/// Whether nothing but the level of each block is wanted.
fn levels_only(frame: &Frame, member: &Member) -> bool {
    frame.components().get(member.component).is_some_and(|component| frame.block_side(component) == 1)
}
