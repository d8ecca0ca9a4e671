//! Owns what the names of the job's stages tell: what their workers are called, the flag that sets their number, and
//! what they wait for. Stages with other names are treated as unknown.

/// What a stage does when its workers are in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but computing.
    Compute,
    /// Input or output as well.
    Storage,
    /// Not known.
    Unknown,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    pub(super) worker: &'static str,
    pub(super) flag: Option<&'static str>,
    pub(super) kind: Kind,
}

pub(super) fn role(stage: &str) -> Role {
    let role = |worker, flag, kind| Role { worker, flag: Some(flag), kind };
    match stage {
        "read" => role("reader", "--readers", Kind::Storage),
        "decode" => role("decoder", "--decoders", Kind::Compute),
        "convert" => role("converter", "--converters", Kind::Compute),
        "encode" => role("encoder", "--encoders", Kind::Compute),
        "write" => role("writer", "--writers", Kind::Storage),
        "list" => Role { worker: "worker", flag: None, kind: Kind::Storage },
        _ => Role { worker: "worker", flag: None, kind: Kind::Unknown },
    }
}
