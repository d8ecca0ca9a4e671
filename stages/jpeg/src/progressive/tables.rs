//! Owns the decoding tables of one scan, which are kept between pictures, and whether its codes are there.
//! Does not own: the codes (see `huffman/`).

use super::progression::Share;
use crate::Error;
use crate::huffman::{Code, Codes, DcTable, RefinementTable, ValueTable};
use crate::scans::{Member, Scan};

/// Tables for one scan: of levels for each of its components, or of its band.
#[derive(Clone, Default)]
pub(super) struct Tables {
    pub(super) dc: [Option<DcTable>; 4],
    pub(super) band: Option<ValueTable>,
    pub(super) refinement: Option<RefinementTable>,
}

impl Tables {
    /// Makes them those of a scan.
    pub(super) fn set(&mut self, scan: &Scan, share: Share, codes: &Codes) -> Result<(), Error> {
        for (member, dc) in scan.members().iter().zip(&mut self.dc) {
            let Some(code) = code(member, scan, share, codes)? else { continue };
            match (share.levels(), share.first()) {
                (true, _) => dc.get_or_insert_with(DcTable::new).set(code),
                (false, true) => {
                    self.band.get_or_insert_with(ValueTable::new).set_band(code, u32::from(share.missing.1));
                }
                (false, false) => self.refinement.get_or_insert_with(RefinementTable::new).set(code),
            }
        }
        Ok(())
    }
}

/// Whether the codes that a scan names are there, for one that is passed over.
pub(super) fn check(scan: &Scan, share: Share, codes: &Codes) -> Result<(), Error> {
    scan.members().iter().try_for_each(|member| code(member, scan, share, codes).map(drop))
}

/// The code of a component; `None` if none is needed: further bits of levels stand there as they are.
fn code<'a>(member: &Member, scan: &Scan, share: Share, codes: &'a Codes) -> Result<Option<&'a Code>, Error> {
    let code = match (share.levels(), share.first()) {
        (true, true) => codes.dc.get(member.dc),
        (true, false) => return Ok(None),
        (false, _) => codes.ac.get(member.ac),
    };
    let missing = Error::Damaged { at: scan.data, expected: "a scan whose Huffman codes were defined" };
    code.and_then(Option::as_ref).map(Some).ok_or(missing)
}
