//! Owns the decoding tables that are kept between pictures, one for each place a file can define a code at.
//! Does not own: the codes (see `huffman/`).
//!
//! T.81, B.2.4.2: a code stays until another one is defined at its place. Here that holds over pictures: a table is built only for a
//! code that is not the one it was built for.

use crate::Error;
use crate::ahead::{self, Slots};
use crate::frame::Frame;
use crate::huffman::{Code, Codes, DcTable, PassTables, SkipTable, ValueTable};
use crate::output::Conversion;
use crate::scan::Part;
use crate::scans::{Member, Scan};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What is taken from scans.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Take {
    /// The coefficients of the components that a conversion needs.
    Coefficients(Conversion),
    /// The codes of the first component, as they stand.
    Codes,
}

impl Take {
    /// Whether anything is taken of this component.
    pub(crate) fn wants(self, component: usize) -> bool {
        match self {
            Take::Coefficients(conversion) => conversion.wants(component),
            Take::Codes => component == 0,
        }
    }

    /// Whether that is its coefficients.
    fn decodes(self, component: usize) -> bool {
        matches!(self, Take::Coefficients(conversion) if conversion.wants(component))
    }
}

/// Decoding tables by place, made when they are first needed.
#[derive(Clone, Default)]
pub(crate) struct Tables {
    dc: [Option<DcTable>; 4],
    values: [Option<ValueTable>; 4],
    skips: [Option<SkipTable>; 4],
    /// For each place of a DC code and, in it, of an AC code.
    passes: [[Option<Box<PassTables>>; 4]; 4],
}

impl Tables {
    /// Makes the tables those of a sequential scan for what is taken from it.
    pub(crate) fn set(&mut self, codes: &Codes, frame: &Frame, scan: &Scan, take: Take) -> Result<(), Error> {
        let expected = "a scan whose Huffman codes were defined";
        let missing = || Error::Damaged { at: scan.data, expected };
        for member in scan.members() {
            let values = take.decodes(member.component) && !levels_only(frame, member);
            self.set_member(codes, member, values).ok_or_else(missing)?;
        }
        if looks_ahead(frame, scan, take) {
            for member in scan.members() {
                self.set_passes(member).ok_or_else(missing)?;
            }
        }
        Ok(())
    }

    fn set_passes(&mut self, member: &Member) -> Option<()> {
        let (level, skips) = (self.dc[member.dc].as_ref()?.code(), self.skips[member.ac].as_ref()?);
        let passes = &mut self.passes[member.dc][member.ac];
        passes.get_or_insert_with(|| Box::new(PassTables::new())).set(level, skips);
        Some(())
    }

    /// What to find the blocks of a scan with before they are read, after [`set`](Self::set) with the same scan; `None` if it is
    /// read block by block.
    pub(crate) fn slots(&self, frame: &Frame, scan: &Scan, take: Take) -> Option<Slots<'_>> {
        if !looks_ahead(frame, scan, take) {
            return None;
        }
        let alone = scan.members().len() == 1;
        let mut parts = Vec::with_capacity(4);
        for member in scan.members() {
            let blocks = frame.components().get(member.component)?.blocks();
            let (dc, ac) = (self.dc[member.dc].as_ref()?, self.skips[member.ac].as_ref()?);
            let passes = self.passes[member.dc][member.ac].as_deref()?;
            parts.push((ahead::Codes { dc, ac, passes }, if alone { 1 } else { blocks as usize }));
        }
        Slots::new(&parts)
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
    pub(crate) fn parts(&self, frame: &Frame, scan: &Scan, take: Take) -> Vec<Part<'_>> {
        let alone = scan.members().len() == 1;
        let part = |member: &Member| {
            let index = member.component;
            let component = frame.components().get(index)?;
            let sampling = if alone { (1, 1) } else { component.sampling };
            let dc = self.dc[member.dc].as_ref()?;
            if take.decodes(index) && levels_only(frame, member) {
                let ac = self.skips[member.ac].as_ref()?;
                return Some(Part::Levels { dc, ac, component: index, sampling, level: 0 });
            }
            if take.decodes(index) {
                let ac = self.values[member.ac].as_ref()?;
                return Some(Part::Decoded { dc, ac, component: index, sampling, level: 0 });
            }
            let ac = self.skips[member.ac].as_ref()?;
            Some(if take.wants(index) {
                Part::Copied { dc, ac, sampling, level: 0 }
            } else {
                Part::Passed { dc, ac, blocks: component.blocks() }
            })
        };
        scan.members().iter().filter_map(part).collect()
    }

    /// The codes of a component whose codes are copied, for DC and AC, after [`set`](Self::set).
    pub(crate) fn codes(&self, member: &Member) -> Option<(&Code, &Code)> {
        let dc = self.dc.get(member.dc)?.as_ref()?;
        let ac = self.skips.get(member.ac)?.as_ref()?;
        Some((dc.code(), ac.code()))
    }
}

/// Whether values are wanted of the first component's levels alone, so that blocks can be found before they are read.
fn looks_ahead(frame: &Frame, scan: &Scan, take: Take) -> bool {
    let Some((first, others)) = scan.members().split_first() else { return false };
    let levels = take.wants(first.component) && (!take.decodes(first.component) || levels_only(frame, first));
    levels && !others.iter().any(|other| take.wants(other.component))
}

/// Whether nothing but the level of each block is wanted.
fn levels_only(frame: &Frame, member: &Member) -> bool {
    frame.components().get(member.component).is_some_and(|component| frame.block_side(component) == 1)
}
