//! Owns how a diagnosis stands in the report for machines.

use super::super::json::rounded;
use super::diagnosis::Diagnosis;
use super::proposal::Proposal;
use serde_json::{Value, json};

/// A diagnosis for machines: the member `diagnosis` of a report.
pub fn diagnosis_json(diagnosis: &Diagnosis) -> Value {
    let proposals = |proposals: &[Proposal]| proposals.iter().map(proposal).collect::<Vec<_>>();
    json!({
        "kind": diagnosis.kind,
        "verdict": diagnosis.verdict,
        "evidence": diagnosis.evidence,
        "changes": proposals(&diagnosis.changes),
        "no_use": proposals(&diagnosis.no_use),
        "outlook": diagnosis.outlook,
    })
}

fn proposal(proposal: &Proposal) -> Value {
    json!({
        "flags": proposal.flags,
        "config": proposal.config,
        "gain": rounded(proposal.gain),
        "pictures_per_second": rounded(proposal.per_second),
        "low": rounded(proposal.range.0),
        "high": rounded(proposal.range.1),
    })
}
